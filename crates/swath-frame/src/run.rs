//! A computation that was started.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use swath_scheduler::{CancelHandle, Progress, RunStats};

use crate::{Error, Result, Session};

/// A computation on its way: what [`DataFrame::submit`](crate::DataFrame::submit) gives.
///
/// It is a future for any runtime, or waits when asked. Dropping it cancels; [`detach`](Self::detach) does not.
#[must_use = "dropping a run cancels it"]
pub struct Run<T> {
    run: swath_scheduler::Run<Result<T>>,
    /// Whose run it is, for what its errors say of the session; none if there is nothing to run.
    session: Option<Session>,
}

impl<T: Send + 'static> Run<T> {
    pub(crate) fn new(
        run: swath_scheduler::Run<Result<T>>,
        session: impl Into<Option<Session>>,
    ) -> Self {
        Self {
            run,
            session: session.into(),
        }
    }

    /// Waits for the result. May be called on any thread, inside a task or an asynchronous runtime too.
    ///
    /// # Errors
    /// Whatever a task met; the memory limit; a cancelled run.
    pub fn wait(self) -> Result<T> {
        let Self { run, session } = self;
        run.wait()
            .map_err(|error| Error::run(error, session.as_ref()))?
    }

    /// Whether the result is there. In a [session for tests](Session::testing) it never is before somebody waits: the caller's
    /// thread computes it.
    pub fn is_done(&self) -> bool {
        self.run.is_done()
    }

    /// Stops the computation; its result becomes [`ErrorKind::Cancelled`](crate::ErrorKind::Cancelled).
    pub fn cancel(&self) {
        self.run.cancel();
    }

    /// A handle that can cancel from elsewhere, as a signal handler does.
    pub fn cancel_handle(&self) -> CancelHandle {
        self.run.cancel_handle()
    }

    /// Tasks done, running and known so far.
    pub fn progress(&self) -> Progress {
        self.run.progress()
    }

    /// Tasks, bytes, counters of sources, and time, so far.
    pub fn stats(&self) -> RunStats {
        self.run.stats()
    }

    /// Lets the computation go on without anybody waiting.
    pub fn detach(self) {
        self.run.detach();
    }
}

impl<T: Send + 'static> Future for Run<T> {
    type Output = Result<T>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let Self { run, session } = self.get_mut();
        Pin::new(run)
            .poll(cx)
            .map(|result| result.map_err(|error| Error::run(error, session.as_ref()))?)
    }
}

impl<T> fmt::Debug for Run<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Run").finish_non_exhaustive()
    }
}
