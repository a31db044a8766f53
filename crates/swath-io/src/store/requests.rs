//! Requests under way: many on few threads, waited for on any.

use object_store::ObjectStore;
use std::error::Error;
use std::future::Future;
use std::io;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::time::Duration;
use swath_memory::{CancelToken, Cancelled};
use tokio::runtime::Runtime;
use tokio::task::AbortHandle;

use super::place::Place;
use crate::IoError;

/// Threads that drive requests; they wait for the network most of the time.
const THREADS: usize = 2;

/// How often someone who waits looks whether the wait was cancelled.
const LOOK: Duration = Duration::from_millis(20);

/// The runtime of all requests of a session: one, since connections that a store keeps belong to the runtime that
/// made them.
#[derive(Debug)]
pub(super) struct Requests(Option<Runtime>);

/// Why a request gave nothing.
#[derive(Debug)]
pub(super) enum Refusal {
    /// The store's own account.
    Store(object_store::Error),
    /// The object is not what it was.
    Changed(String),
    /// Nobody wants the answer any more.
    Cancelled(Cancelled),
    /// The store panicked.
    Lost,
    /// The store's account is none that may be shown.
    #[cfg(feature = "cloud")]
    Unclear,
}

impl From<object_store::Error> for Refusal {
    fn from(error: object_store::Error) -> Self {
        Self::Store(error)
    }
}

impl Requests {
    pub(super) fn start() -> io::Result<Self> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(THREADS)
            .thread_name("swath-io")
            .enable_all()
            .build()?;
        Ok(Self(Some(runtime)))
    }

    /// Begins a request.
    fn begin<T: Send + 'static>(
        &self,
        request: impl Future<Output = Result<T, Refusal>> + Send + 'static,
    ) -> Ticket<T> {
        let (answer, answered) = sync_channel(1);
        let runtime = self.0.as_ref().expect("the runtime is taken only by drop");
        let task = runtime.spawn(async move {
            // Nobody waits any more if this fails.
            drop(answer.send(request.await));
        });
        Ticket {
            answered,
            task: task.abort_handle(),
        }
    }
}

impl Drop for Requests {
    fn drop(&mut self) {
        // The last handle may be dropped inside somebody's runtime, where waiting for threads is forbidden.
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}

/// An answer that is on its way; dropped, the request is given up.
#[derive(Debug)]
pub(super) struct Ticket<T> {
    answered: Receiver<Result<T, Refusal>>,
    task: AbortHandle,
}

impl<T> Ticket<T> {
    /// Waits for the answer, or until `cancel` says that nobody wants it.
    pub(super) fn wait(self, cancel: &CancelToken) -> Result<T, Refusal> {
        loop {
            match self.answered.recv_timeout(LOOK) {
                Ok(answer) => return answer,
                Err(RecvTimeoutError::Timeout) => cancel.check().map_err(Refusal::Cancelled)?,
                Err(RecvTimeoutError::Disconnected) => return Err(Refusal::Lost),
            }
        }
    }
}

impl<T> Drop for Ticket<T> {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Place {
    /// Begins a request to the store.
    pub(super) fn begin<T, F>(&self, request: impl FnOnce(Arc<dyn ObjectStore>) -> F) -> Ticket<T>
    where
        T: Send + 'static,
        F: Future<Output = Result<T, Refusal>> + Send + 'static,
    {
        let (request, is_frank) = (request(Arc::clone(&self.store)), self.is_frank);
        self.requests
            .begin(async move { request.await.map_err(|refusal| refusal.told_by(is_frank)) })
    }
}

impl Refusal {
    /// The refusal as far as it may be shown: the text of an error may hold what a server said.
    #[cfg(feature = "cloud")]
    pub(super) fn told_by(self, is_frank: bool) -> Self {
        use object_store::Error::{NotFound, NotModified, Precondition};
        match &self {
            Self::Store(NotFound { .. } | NotModified { .. } | Precondition { .. }) => self,
            Self::Store(error) if !is_frank && super::cloud::Failure::within(error).is_none() => {
                Self::Unclear
            }
            _ => self,
        }
    }

    /// The refusal: every store was given by the user.
    #[cfg(not(feature = "cloud"))]
    pub(super) fn told_by(self, _: bool) -> Self {
        self
    }

    /// The error, with what was tried and the URL.
    pub(super) fn during(self, action: &'static str, url: &str) -> IoError {
        let path = url.to_owned();
        let why = match self {
            Self::Cancelled(cancelled) => return cancelled.into(),
            Self::Changed(change) => return IoError::Changed { path, change },
            Self::Store(
                object_store::Error::Precondition { .. } | object_store::Error::NotModified { .. },
            ) => {
                return IoError::Changed {
                    path,
                    change: "it has another version".into(),
                };
            }
            Self::Store(source) => {
                #[cfg(feature = "cloud")]
                if let Some(failure) = super::cloud::Failure::within(&source) {
                    return refused(action, path, failure.kind(), failure.into());
                }
                let kind = match &source {
                    object_store::Error::NotFound { .. } => io::ErrorKind::NotFound,
                    object_store::Error::PermissionDenied { .. }
                    | object_store::Error::Unauthenticated { .. } => {
                        io::ErrorKind::PermissionDenied
                    }
                    _ => io::ErrorKind::Other,
                };
                return refused(action, path, kind, source.into());
            }
            Self::Lost => "the store panicked",
            #[cfg(feature = "cloud")]
            Self::Unclear => "the server's answer is none that its client understands",
        };
        refused(action, path, io::ErrorKind::Other, why.into())
    }
}

fn refused(
    action: &'static str,
    path: String,
    kind: io::ErrorKind,
    why: Box<dyn Error + Send + Sync>,
) -> IoError {
    match (action, kind) {
        ("read", io::ErrorKind::NotFound) => IoError::Gone { path },
        _ => IoError::File {
            action,
            path,
            source: io::Error::new(kind, why),
        },
    }
}
