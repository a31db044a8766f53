//! A claim on a result that stays where it is.

use std::{
    fmt,
    sync::{Arc, Weak},
};

use swath_graph::Key;

/// A claim on a result of a backend: the result stays there for as long as a clone of this exists. Dropping the last clone
/// releases it.
///
/// Holding it costs no look at the value; [`Backend::fetch`](crate::Backend::fetch) gets that.
#[derive(Clone)]
pub struct Held(Arc<Claim>);

/// A claim that does not keep the result; see [`Held::downgrade`].
#[derive(Clone, Debug)]
pub struct WeakHeld(Weak<Claim>);

struct Claim {
    key: Key,
    stats: HeldStats,
    on_release: Option<Box<dyn FnOnce() + Send + Sync>>,
}

/// What is known about a held result without looking at it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct HeldStats {
    /// Bytes of all its outputs.
    pub bytes: u64,
    /// Rows of its first output, where the word means something.
    pub rows: Option<u64>,
}

impl Held {
    /// A claim on `key`, for backends to hand out. `on_release` is called once, by whichever thread drops the last clone; it
    /// must not panic or wait.
    pub fn new(
        key: Key,
        stats: HeldStats,
        on_release: impl FnOnce() + Send + Sync + 'static,
    ) -> Self {
        Self(Arc::new(Claim {
            key,
            stats,
            on_release: Some(Box::new(on_release)),
        }))
    }

    /// The key of the result.
    pub fn key(&self) -> &Key {
        &self.0.key
    }

    /// Bytes of the result when it was made.
    pub fn bytes(&self) -> u64 {
        self.0.stats.bytes
    }

    /// Rows of the result, where the word means something.
    pub fn rows(&self) -> Option<u64> {
        self.0.stats.rows
    }

    /// What is known about the result.
    pub fn stats(&self) -> HeldStats {
        self.0.stats
    }

    /// How many clones of this claim exist.
    pub fn claims(&self) -> usize {
        Arc::strong_count(&self.0)
    }

    /// Whether both are clones of the same claim.
    pub fn same_as(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    /// A handle that does not keep the result.
    pub fn downgrade(&self) -> WeakHeld {
        WeakHeld(Arc::downgrade(&self.0))
    }
}

impl WeakHeld {
    /// The claim again, unless the result was released.
    pub fn upgrade(&self) -> Option<Held> {
        self.0.upgrade().map(Held)
    }

    /// Whether it is a handle on this claim.
    pub fn is(&self, held: &Held) -> bool {
        std::ptr::eq(self.0.as_ptr(), Arc::as_ptr(&held.0))
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        if let Some(on_release) = self.on_release.take() {
            on_release();
        }
    }
}

impl fmt::Debug for Claim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Held")
            .field("key", &self.key)
            .field("bytes", &self.stats.bytes)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Held {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
