//! Asking work to stop.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Instant,
};

/// The work was asked to stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("cancelled")]
pub struct Cancelled;

/// A flag that asks work to stop, shared by its clones. It stays set.
///
/// Long work calls [`check`](Self::check) at every chunk, so that it stops within 200 ms.
///
/// ```
/// use swath_memory::CancelToken;
///
/// let token = CancelToken::new();
/// let other = token.clone();
/// other.cancel();
/// assert!(token.check().is_err());
/// ```
#[derive(Clone, Debug, Default)]
pub struct CancelToken(Arc<Flag>);

#[derive(Debug, Default)]
struct Flag {
    set: AtomicBool,
    deadline: Option<Instant>,
}

impl CancelToken {
    /// A token that nobody has cancelled.
    pub fn new() -> Self {
        Self::default()
    }

    /// A token that counts as cancelled from `deadline` on.
    pub fn with_deadline(deadline: Instant) -> Self {
        Self(Arc::new(Flag {
            set: AtomicBool::new(false),
            deadline: Some(deadline),
        }))
    }

    /// Asks everybody who holds a clone to stop.
    pub fn cancel(&self) {
        self.0.set.store(true, Ordering::Release);
    }

    /// Whether it was cancelled, or its deadline is over. Costs one load; with a deadline also a look at the clock.
    pub fn is_cancelled(&self) -> bool {
        self.0.set.load(Ordering::Acquire) || self.is_late()
    }

    /// Whether its deadline is over.
    pub fn is_late(&self) -> bool {
        self.0
            .deadline
            .is_some_and(|deadline| Instant::now() >= deadline)
    }

    /// The moment from which it counts as cancelled, if there is one.
    pub fn deadline(&self) -> Option<Instant> {
        self.0.deadline
    }

    /// Returns at once, with an error if the work should stop.
    ///
    /// # Errors
    /// [`Cancelled`] once the token is cancelled.
    pub fn check(&self) -> Result<(), Cancelled> {
        if self.is_cancelled() {
            Err(Cancelled)
        } else {
            Ok(())
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn clones_share_the_flag() {
        let token = CancelToken::new();
        let clone = token.clone();
        assert_eq!(token.check(), Ok(()));
        clone.cancel();
        assert_eq!(token.check(), Err(Cancelled));
        assert!(!token.is_late());
    }

    #[test]
    fn deadline_cancels() {
        let now = Instant::now();
        assert!(CancelToken::with_deadline(now).is_cancelled());
        let later = CancelToken::with_deadline(now + Duration::from_secs(3_600));
        assert!(!later.is_cancelled());
        later.cancel();
        assert!(later.is_cancelled());
    }
}
