//! What runs frames.

mod builder;
mod c_stream;
mod from_map;
mod held;
mod machine;
mod sources;

use std::collections::HashMap;
use std::fmt;
use std::panic::Location;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use swath_graph::Name;
use swath_memory::Budget;
use swath_ops::{Env, Op};
use swath_scheduler::{Backend, CancelHandle, WeakCancelHandle};

use crate::persisted::HeldSet;
use crate::readers::Readers;
use crate::{Error, Result};

pub use builder::SessionBuilder;
pub use from_map::FromMap;

/// Runs computations: threads, a memory limit, functions, and what is persisted.
///
/// A handle: cloning is cheap, and a library should be given a session rather than make one, because two
/// sessions each take all cores and their own limit. Dropping the last handle, frames included, ends it.
#[derive(Clone)]
pub struct Session(Arc<Inner>);

struct Inner {
    backend: Arc<dyn Backend<Op>>,
    env: Env,
    threads: usize,
    budget: Budget,
    /// Bytes of the memory limit that are not in the budget but set aside for the threads.
    scratch: u64,
    /// Persisted frames by logical name, so that an equal frame built again finds them.
    persisted: Mutex<HashMap<Name, Weak<HeldSet>>>,
    /// Handles that are alive: who holds what.
    readers: Readers,
    /// How plugins are loaded.
    #[cfg(feature = "plugins")]
    loading: crate::plugin::Loading,
    /// Runs that may not be done yet.
    runs: Mutex<Vec<WeakCancelHandle>>,
}

impl Session {
    /// A session with the defaults: as many threads as the machine (or its control group) gives, and 60 % of
    /// its memory.
    ///
    /// # Errors
    /// Memory that cannot be found out, or is too small for the threads.
    #[track_caller]
    pub fn new() -> Result<Self> {
        Self::builder().build()
    }

    /// Sets threads, memory limit and observers.
    pub fn builder() -> SessionBuilder {
        SessionBuilder::default()
    }

    /// A session for tests: tasks run one at a time on the caller's thread, in an order that a fixed seed
    /// chooses, under 256 MiB.
    pub fn testing() -> Self {
        SessionBuilder::default()
            .testing()
            .build()
            .expect("256 MiB suffice for one thread")
    }

    /// Threads that run tasks.
    pub fn threads(&self) -> usize {
        self.0.threads
    }

    /// The memory limit in bytes, for everything the session does; 16 MiB a thread of it are left to what tasks use
    /// without counting, so that [`memory_used`](Self::memory_used) stays below it by as much.
    pub fn memory_limit(&self) -> u64 {
        self.0.budget.limit() + self.0.scratch
    }

    /// Bytes of the limit that are set aside for the scratch of the threads, and how many these are.
    pub(crate) fn scratch(&self) -> (u64, usize) {
        (self.0.scratch, self.0.threads)
    }

    /// Bytes in use now: persisted frames, results on their way, and what running tasks reserved.
    pub fn memory_used(&self) -> u64 {
        self.0.budget.used()
    }

    /// The most bytes in use at one time so far.
    pub fn memory_peak(&self) -> u64 {
        self.0.budget.peak()
    }

    /// Cancels every computation of the session that is not done, `persist` included: what a signal handler
    /// calls. The session stays usable.
    pub fn cancel_all(&self) {
        let runs = std::mem::take(&mut *self.0.runs.lock().unwrap_or_else(PoisonError::into_inner));
        for run in runs.iter().filter_map(WeakCancelHandle::upgrade) {
            run.cancel();
        }
    }

    /// Remembers a run until it is gone.
    pub(crate) fn running(&self, run: &CancelHandle) {
        let mut runs = self.0.runs.lock().unwrap_or_else(PoisonError::into_inner);
        runs.retain(|run| run.upgrade().is_some());
        runs.push(run.downgrade());
    }

    pub(crate) fn backend(&self) -> &dyn Backend<Op> {
        &*self.0.backend
    }

    pub(crate) fn env(&self) -> &Env {
        &self.0.env
    }

    #[cfg(feature = "plugins")]
    pub(crate) fn loading(&self) -> &crate::plugin::Loading {
        &self.0.loading
    }

    /// Tells sessions of this process that are alive apart.
    pub(crate) fn id(&self) -> usize {
        Arc::as_ptr(&self.0) as usize
    }

    fn same_as(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    /// Refuses items of another session.
    pub(crate) fn check_all(
        &self,
        sessions: &[Session],
        location: &'static Location<'static>,
    ) -> Result<()> {
        if sessions.iter().all(|session| session.same_as(self)) {
            Ok(())
        } else {
            Err(Error::sessions("compute", location))
        }
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session")
            .field("threads", &self.0.threads)
            .field("memory_limit", &self.memory_limit())
            .field("memory_used", &self.memory_used())
            .finish_non_exhaustive()
    }
}
