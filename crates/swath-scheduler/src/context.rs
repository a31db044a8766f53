//! What a running task may ask of whoever runs it.

use std::{
    any::{Any, TypeId},
    collections::HashMap,
    fmt,
    sync::Arc,
};

use swath_memory::{CancelToken, Cancelled, Grant, Reservation};

use crate::{
    Metrics, Recorder, TaskError, parallel,
    sync::{Mutex, lock},
};

/// The services of a running task: cancellation, memory, helping threads, shared hints, counters.
///
/// It may be used from all threads that work on the task.
pub struct TaskContext<'a> {
    cancel: &'a CancelToken,
    grant: &'a Grant,
    hints: Option<&'a Hints>,
    helpers: Option<&'a dyn Helpers>,
    metrics: Recorder,
}

impl<'a> TaskContext<'a> {
    /// A context without hints or helpers: everything else works, loops run on the calling thread.
    pub fn new(cancel: &'a CancelToken, grant: &'a Grant) -> Self {
        Self {
            cancel,
            grant,
            hints: None,
            helpers: None,
            metrics: Recorder::default(),
        }
    }

    /// The same context with slots shared by the tasks of a run.
    #[must_use]
    pub fn with_hints(self, hints: &'a Hints) -> Self {
        Self {
            hints: Some(hints),
            ..self
        }
    }

    /// The same context with threads that may help in loops.
    #[must_use]
    pub fn with_helpers(self, helpers: &'a dyn Helpers) -> Self {
        Self {
            helpers: Some(helpers),
            ..self
        }
    }

    /// Returns at once, with an error if the task should stop. Call it for every chunk.
    ///
    /// # Errors
    /// [`Cancelled`]; pass it on with `?`.
    pub fn check(&self) -> Result<(), Cancelled> {
        self.cancel.check()
    }

    /// The token behind [`check`](Self::check), for readers that take one.
    pub fn cancel_token(&self) -> &CancelToken {
        self.cancel
    }

    /// Starts an empty reservation in the task's grant; see [`Grant::reserve`].
    pub fn reserve(&self, what: &'static str) -> Reservation {
        self.grant.reserve(what)
    }

    /// The task's share of the memory.
    pub fn grant(&self) -> &Grant {
        self.grant
    }

    /// Calls `f` for `0..n` and returns its results in that order. Idle threads may help with this loop, and do nothing else
    /// meanwhile; nothing unrelated ever runs inside it. Each index is called at most once; after an error no further one is.
    ///
    /// Good for parts that take a tenth of a millisecond and more: the first runs on the calling thread, and help is only
    /// called when that shows it would pay.
    ///
    /// # Errors
    /// The error of the smallest index that failed; a panic of `f` is one.
    pub fn parallel_for<R: Send>(
        &self,
        n: usize,
        f: impl Fn(usize) -> Result<R, TaskError> + Sync,
    ) -> Result<Vec<R>, TaskError> {
        parallel::run(self.helpers, self.cancel, n, &f)
    }

    /// A value shared by the running tasks of this run under a number of the caller's choice: a bound that tightens while they
    /// run. Made by `Default` when first asked for.
    ///
    /// It may be absent, may start anew at any time, and other machines have their own: it must never change an answer.
    pub fn hint<T: Any + Send + Sync + Default>(&self, slot: u64) -> Option<Arc<T>> {
        self.hints.map(|hints| hints.slot(slot))
    }

    /// Where the task counts what it does; the sums arrive in events and in [`Run::stats`](crate::Run::stats).
    pub fn metrics(&self) -> &Recorder {
        &self.metrics
    }

    /// What the task counted, for whoever ran it.
    pub fn into_metrics(self) -> Metrics {
        self.metrics.into_metrics()
    }
}

impl fmt::Debug for TaskContext<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TaskContext")
            .field("cancel", self.cancel)
            .field("grant", self.grant)
            .finish_non_exhaustive()
    }
}

/// Slots that the tasks of one run share in one process; see [`TaskContext::hint`].
#[derive(Default)]
pub struct Hints(Mutex<HashMap<(u64, TypeId), Arc<dyn Any + Send + Sync>>>);

impl Hints {
    /// The value in a slot, made if it is the first time.
    pub fn slot<T: Any + Send + Sync + Default>(&self, slot: u64) -> Arc<T> {
        let mut slots = lock(&self.0);
        let value = slots
            .entry((slot, TypeId::of::<T>()))
            .or_insert_with(|| Arc::new(T::default()));
        Arc::clone(value)
            .downcast()
            .expect("slots are found by their type")
    }
}

impl fmt::Debug for Hints {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Hints({})", lock(&self.0).len())
    }
}

/// Lends threads to a loop inside a task; implemented by whoever runs tasks.
pub trait Helpers: Sync {
    /// Sets up to `most` idle threads aside for the caller and returns how many. While they are lent no other work is given to
    /// them.
    fn lend(&self, most: usize) -> usize;

    /// Gives lent threads back.
    fn give_back(&self, threads: usize);

    /// Wraps what a lent thread does, so that whatever it calls finds itself on a thread of this executor.
    fn on_lent_thread(&self, body: &mut dyn FnMut()) {
        body();
    }

    /// A seed by which loops go through their indexes in another order, for deterministic tests; usually none.
    fn shuffle(&self) -> Option<u64> {
        None
    }
}
