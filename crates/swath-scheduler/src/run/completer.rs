//! The end of a run that a backend keeps.

use std::sync::Arc;

use super::{
    future::{Outcome, Shared},
    scope::{RunControl, Scope},
};
use crate::{RunError, sync::lock};

/// Completes the [`Run`](crate::Run) it was made with. Dropping it unused completes the run with [`RunError::Closed`].
pub struct Completer<T> {
    shared: Option<Arc<Shared<T>>>,
    scope: Arc<Scope>,
}

impl<T> Completer<T> {
    pub(super) fn new(shared: Arc<Shared<T>>, scope: Arc<Scope>) -> Self {
        Self {
            shared: Some(shared),
            scope,
        }
    }

    /// Connects the handle with what cancels and counts the run. A run that was cancelled before is cancelled by this.
    pub fn control(&self, control: &Arc<dyn RunControl>) {
        self.scope.set(control);
    }

    /// Whether the handle asked to stop, or was dropped.
    pub fn is_cancelled(&self) -> bool {
        self.scope.is_cancelled()
    }

    /// Completes the run: wakes those who wait, or calls the continuation on this thread.
    pub fn complete(mut self, result: Result<T, RunError>) {
        self.deliver(result);
    }

    fn deliver(&mut self, result: Result<T, RunError>) {
        let Some(shared) = self.shared.take() else {
            return;
        };
        let (waker, callback) = {
            let mut outcome = lock(&shared.outcome);
            match std::mem::replace(&mut *outcome, Outcome::Taken) {
                Outcome::Waiting {
                    callback: Some(callback),
                    waker,
                } => (waker, Some((callback, result))),
                Outcome::Waiting {
                    callback: None,
                    waker,
                } => {
                    *outcome = Outcome::Done(result);
                    (waker, None)
                }
                // Nobody else has a completer of this run.
                Outcome::Done(_) | Outcome::Taken => (None, None),
            }
        };
        if let Some((callback, result)) = callback {
            callback(result);
        }
        if let Some(waker) = waker {
            waker.wake();
        }
        self.scope.notify();
    }
}

impl<T> Drop for Completer<T> {
    fn drop(&mut self) {
        self.deliver(Err(RunError::Closed));
    }
}
