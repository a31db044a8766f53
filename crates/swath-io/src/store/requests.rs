//! Requests under way: many on few threads, waited for on any.

use object_store::ObjectStore;
use std::future::Future;
use std::io;
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
    pub(super) fn begin<T, F>(
        &self,
        request: impl FnOnce(std::sync::Arc<dyn ObjectStore>) -> F,
    ) -> Ticket<T>
    where
        T: Send + 'static,
        F: Future<Output = Result<T, Refusal>> + Send + 'static,
    {
        self.requests
            .begin(request(std::sync::Arc::clone(&self.store)))
    }
}

impl Refusal {
    /// The error, with what was tried and the URL.
    pub(super) fn during(self, action: &'static str, url: &str) -> IoError {
        let path = url.to_owned();
        let (kind, source) = match self {
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
                let kind = match &source {
                    object_store::Error::NotFound { .. } => io::ErrorKind::NotFound,
                    object_store::Error::PermissionDenied { .. }
                    | object_store::Error::Unauthenticated { .. } => {
                        io::ErrorKind::PermissionDenied
                    }
                    _ => io::ErrorKind::Other,
                };
                (kind, io::Error::new(kind, source))
            }
            Self::Lost => (io::ErrorKind::Other, io::Error::other("the store panicked")),
        };
        match (action, kind) {
            ("read", io::ErrorKind::NotFound) => IoError::Gone { path },
            _ => IoError::File {
                action,
                path,
                source,
            },
        }
    }
}
