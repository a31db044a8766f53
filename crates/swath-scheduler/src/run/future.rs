//! The handle of a computation under way.

use std::{
    fmt,
    pin::Pin,
    sync::{Arc, Weak},
    task::{Context, Poll, Waker},
};

use super::{
    Completer, Progress, RunStats,
    scope::{RunControl, Scope},
};
use crate::{
    RunError,
    sync::{Mutex, lock},
};

/// A computation under way: a future, something to wait for, and something to cancel. **Dropping it cancels**, unless it was
/// [detached](Self::detach).
///
/// It needs no particular async runtime. [`wait`](Self::wait) blocks the thread; called inside a task, on a thread that the run
/// itself needs, it runs tasks of this run instead of standing idle.
#[must_use = "dropping a run cancels it"]
pub struct Run<T> {
    shared: Arc<Shared<T>>,
    scope: Arc<Scope>,
    cancel_on_drop: bool,
}

pub(super) struct Shared<T> {
    pub(super) outcome: Mutex<Outcome<T>>,
}

type Callback<T> = Box<dyn FnOnce(Result<T, RunError>) + Send>;

pub(super) enum Outcome<T> {
    Waiting {
        waker: Option<Waker>,
        callback: Option<Callback<T>>,
    },
    Done(Result<T, RunError>),
    Taken,
}

impl<T> Shared<T> {
    fn is_done(&self) -> bool {
        !matches!(*lock(&self.outcome), Outcome::Waiting { .. })
    }

    fn take(&self) -> Option<Result<T, RunError>> {
        let mut outcome = lock(&self.outcome);
        match std::mem::replace(&mut *outcome, Outcome::Taken) {
            Outcome::Done(result) => Some(result),
            other => {
                *outcome = other;
                None
            }
        }
    }
}

impl<T: Send + 'static> Run<T> {
    /// A run that another backend completes, and the other end of it.
    pub fn channel() -> (Self, Completer<T>) {
        Self::in_scope(Arc::new(Scope::default()))
    }

    /// A run that is done already.
    pub fn ready(result: Result<T, RunError>) -> Self {
        let (run, completer) = Self::channel();
        completer.complete(result);
        run
    }

    fn in_scope(scope: Arc<Scope>) -> (Self, Completer<T>) {
        let outcome = Mutex::new(Outcome::Waiting {
            waker: None,
            callback: None,
        });
        let shared = Arc::new(Shared { outcome });
        let completer = Completer::new(Arc::clone(&shared), Arc::clone(&scope));
        (
            Self {
                shared,
                scope,
                cancel_on_drop: true,
            },
            completer,
        )
    }

    /// Connects the handle with what cancels and counts the run; see [`Completer::control`].
    pub(crate) fn control(&self, control: &Arc<dyn RunControl>) {
        self.scope.set(control);
    }

    /// Blocks until the run is done. Never panics, whatever thread it is called on.
    ///
    /// When it returns, no task of the run is running, and the memory of all that the run made and did not hand over, and of
    /// what only its tasks still read, has been given back; after an error that is all of it. So a run that failed takes as
    /// long as its running tasks do to notice, as after [`cancel`](Self::cancel).
    ///
    /// # Errors
    /// Why the run gave no result.
    pub fn wait(mut self) -> Result<T, RunError> {
        self.cancel_on_drop = false;
        self.scope.wait(&|| self.shared.is_done());
        self.shared.take().unwrap_or(Err(RunError::Closed))
    }

    /// Whether a result or an error is there.
    pub fn is_done(&self) -> bool {
        self.shared.is_done()
    }

    /// Asks the run to stop. It ends with [`RunError::Cancelled`] as soon as its running tasks have noticed, within 200 ms for
    /// tasks that check once a chunk, or with its result if that was faster.
    pub fn cancel(&self) {
        self.scope.cancel();
    }

    /// A handle that cancels the run from anywhere, without keeping it.
    pub fn cancel_handle(&self) -> CancelHandle {
        CancelHandle(Arc::clone(&self.scope))
    }

    /// How far it is.
    pub fn progress(&self) -> Progress {
        self.scope.progress()
    }

    /// What it did so far, over all rounds.
    pub fn stats(&self) -> RunStats {
        self.scope.stats()
    }

    /// Lets the run go on without its handle. The result is dropped when it is there.
    pub fn detach(self) {
        self.on_complete(drop);
    }

    /// Calls `f` with the result, on the thread that completes the run, or on this one if it is done already. `f` must not
    /// wait; it may submit.
    pub fn on_complete(mut self, f: impl FnOnce(Result<T, RunError>) + Send + 'static) {
        self.attach(f);
        if self.scope.needs_waiter() {
            self.scope.assist(&|| self.shared.is_done());
        }
    }

    fn attach(&mut self, f: impl FnOnce(Result<T, RunError>) + Send + 'static) {
        self.cancel_on_drop = false;
        let result = {
            let mut outcome = lock(&self.shared.outcome);
            match &mut *outcome {
                Outcome::Waiting { callback, .. } => {
                    *callback = Some(Box::new(f));
                    return;
                }
                Outcome::Done(_) | Outcome::Taken => {
                    std::mem::replace(&mut *outcome, Outcome::Taken)
                }
            }
        };
        match result {
            Outcome::Done(result) => f(result),
            Outcome::Waiting { .. } | Outcome::Taken => f(Err(RunError::Closed)),
        }
    }

    /// The run followed by a short computation, on the thread that completes it.
    pub fn map<U: Send + 'static>(
        mut self,
        f: impl FnOnce(T) -> Result<U, RunError> + Send + 'static,
    ) -> Run<U> {
        let (run, completer) = Run::in_scope(Arc::clone(&self.scope));
        self.attach(move |result| completer.complete(result.and_then(f)));
        run
    }

    /// The run followed by another that its result decides: the next round. One handle cancels, counts and awaits both.
    pub fn and_then<U: Send + 'static>(
        mut self,
        f: impl FnOnce(T) -> Run<U> + Send + 'static,
    ) -> Run<U> {
        let (run, completer) = Run::in_scope(Arc::clone(&self.scope));
        let scope = Arc::clone(&self.scope);
        self.attach(move |result| {
            let error = match result {
                Ok(_) if scope.is_cancelled() => RunError::Cancelled,
                Ok(value) => {
                    let mut next = f(value);
                    scope.adopt(&next.scope);
                    next.attach(move |result| completer.complete(result));
                    return;
                }
                Err(error) => error,
            };
            // It may hold results of earlier rounds, which whoever waits expects to be gone.
            drop(f);
            completer.complete(Err(error));
        });
        run
    }

    /// Goes on with another run where this one has an error; cancelling the run that comes of it cancels both.
    ///
    /// A cancelled run stays cancelled. `f` is called on whatever thread completes this one.
    pub fn or_else(mut self, f: impl FnOnce(RunError) -> Self + Send + 'static) -> Self {
        let (run, completer) = Run::in_scope(Arc::clone(&self.scope));
        let scope = Arc::clone(&self.scope);
        self.attach(move |result| match result {
            Err(error) if !scope.is_cancelled() => {
                let mut next = f(error);
                scope.adopt(&next.scope);
                next.attach(move |result| completer.complete(result));
            }
            result => {
                drop(f);
                completer.complete(result);
            }
        });
        run
    }
}

impl<T: Send + 'static> Future for Run<T> {
    type Output = Result<T, RunError>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.get_mut();
        // An executor without threads does the work here, and a thread of the run's own must not stand idle.
        this.scope.assist(&|| this.shared.is_done());
        let mut outcome = lock(&this.shared.outcome);
        if let Outcome::Waiting { waker, .. } = &mut *outcome {
            match waker {
                Some(known) => known.clone_from(cx.waker()),
                None => *waker = Some(cx.waker().clone()),
            }
            return Poll::Pending;
        }
        match std::mem::replace(&mut *outcome, Outcome::Taken) {
            Outcome::Done(result) => Poll::Ready(result),
            Outcome::Waiting { .. } | Outcome::Taken => Poll::Ready(Err(RunError::Closed)),
        }
    }
}

impl<T> Drop for Run<T> {
    fn drop(&mut self) {
        if self.cancel_on_drop && !self.shared.is_done() {
            self.scope.cancel();
        }
    }
}

impl<T> fmt::Debug for Run<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let progress = self.scope.progress();
        f.debug_struct("Run")
            .field("done", &progress.done)
            .field("total", &progress.total)
            .finish_non_exhaustive()
    }
}

/// Cancels a run from anywhere, for a signal handler say; see [`Run::cancel_handle`].
#[derive(Clone)]
pub struct CancelHandle(Arc<Scope>);

impl CancelHandle {
    /// Asks the run to stop; nothing happens if it is done.
    pub fn cancel(&self) {
        self.0.cancel();
    }

    /// Whether the run was asked to stop.
    pub fn is_cancelled(&self) -> bool {
        self.0.is_cancelled()
    }
}

impl CancelHandle {
    /// A handle that does not keep the run's state alive: for lists of what runs.
    pub fn downgrade(&self) -> WeakCancelHandle {
        WeakCancelHandle(Arc::downgrade(&self.0))
    }
}

/// A [`CancelHandle`] that does not keep the run's state alive.
#[derive(Clone)]
pub struct WeakCancelHandle(Weak<Scope>);

impl WeakCancelHandle {
    /// The handle, while the run or a result of it that nobody has taken yet exists.
    pub fn upgrade(&self) -> Option<CancelHandle> {
        self.0.upgrade().map(CancelHandle)
    }
}

impl fmt::Debug for WeakCancelHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WeakCancelHandle").finish_non_exhaustive()
    }
}

impl fmt::Debug for CancelHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CancelHandle")
            .field("cancelled", &self.0.is_cancelled())
            .finish()
    }
}
