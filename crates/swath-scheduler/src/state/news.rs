//! What the state machine is told, and what it wants done.

use super::Shape;

/// A run inside a [`State`](super::State). Numbers are not used again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct RunId {
    pub(super) slot: u32,
    pub(super) number: u64,
}

impl RunId {
    /// Its place in a table of the runs under way; used again after the run ended.
    pub fn slot(self) -> usize {
        self.slot as usize
    }

    /// Its number, counted from 0 over all runs.
    pub fn number(self) -> u64 {
        self.number
    }
}

/// A task of a run, by its rank: its place in the run's static order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TaskRef {
    /// The run.
    pub run: RunId,
    /// The rank of the task; a smaller one goes first.
    pub rank: u32,
}

/// Something that happened outside the state machine.
#[derive(Debug)]
#[non_exhaustive]
pub enum News {
    /// A run was submitted; its id was given by [`State::open`](super::State::open).
    Submitted {
        /// The run.
        run: RunId,
        /// Its tasks; boxed, so that all other news are small.
        shape: Box<Shape>,
        /// Higher goes first.
        priority: i32,
    },
    /// A thread is free and takes any task; if there is none it sleeps until a [`Action::Wake`].
    Ask,
    /// A thread that waits for a run, inside a task, takes a task of that run; if there is none it sleeps until
    /// [`Action::WakeAssistants`].
    Assist {
        /// The run it waits for.
        run: RunId,
    },
    /// A task gave its results, which are kept.
    Finished {
        /// The task.
        task: TaskRef,
        /// Bytes of what is kept.
        bytes: u64,
    },
    /// A task gave an error.
    Failed {
        /// The task.
        task: TaskRef,
        /// Whether trying again could help; how often is the task's own limit.
        retryable: bool,
    },
    /// A task ran out of memory and gave everything back.
    OverBudget {
        /// The task.
        task: TaskRef,
        /// Bytes it had reached: its floor when it starts again, alone.
        floor: u64,
    },
    /// A started task was not admitted: there is not enough memory now. It did not run.
    Declined {
        /// The task.
        task: TaskRef,
        /// The epoch that came with its start.
        epoch: u64,
    },
    /// Memory was given back by somebody who is no task.
    Freed,
    /// A run should end early.
    Cancel {
        /// The run.
        run: RunId,
    },
    /// A thread waits for a run and will [assist](Self::Assist) it.
    Waits {
        /// Whether it does so inside a task, which then does not count as running.
        in_task: bool,
    },
    /// It waits no longer.
    WaitsNoLonger {
        /// As it was told before.
        in_task: bool,
    },
    /// A loop inside a task asks for idle threads.
    Lend {
        /// At most so many.
        most: usize,
    },
    /// A loop gives idle threads back.
    GivenBack {
        /// How many.
        threads: usize,
    },
}

/// Something to be done outside the state machine.
#[derive(Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Action {
    /// The thread that brought the news starts this task now.
    Start {
        /// The task.
        task: TaskRef,
        /// How often it failed before.
        attempt: u32,
        /// How it gets its memory.
        admission: Admission,
        /// To be returned with [`News::Declined`].
        epoch: u64,
    },
    /// So many sleeping threads should ask.
    Wake {
        /// How many, never more than sleep.
        threads: usize,
    },
    /// Threads that sleep while they wait for a run should look whether they can assist it.
    WakeAssistants {
        /// The run, or all runs.
        run: Option<RunId>,
    },
    /// All that the task reads is there (only if [`State::tell_ready`](super::State::tell_ready)).
    Ready {
        /// The task.
        task: TaskRef,
    },
    /// The last reader of an output is done.
    Release {
        /// The run.
        run: RunId,
        /// The number of the output in the run.
        output: u32,
    },
    /// A failed task will be tried again.
    Retry {
        /// The task.
        task: TaskRef,
        /// The number of the coming attempt.
        attempt: u32,
    },
    /// A failed task will not be tried again; its run ends with its error, unless it is ending already.
    GaveUp {
        /// The task.
        task: TaskRef,
    },
    /// No task of the run is running any more, nor will be. Outputs that were not released are to be cleared or handed over.
    Ended {
        /// The run.
        run: RunId,
        /// How.
        how: Ended,
        /// What it came to.
        counts: RunCounts,
    },
    /// So many threads were lent.
    Lent {
        /// How many.
        threads: usize,
    },
}

/// What a run has come to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RunCounts {
    /// Tasks that gave their results.
    pub done: u64,
    /// Tasks that run now.
    pub running: u64,
    /// Bytes of all results, released ones included.
    pub result_bytes: u64,
}

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// All its tasks gave their results.
    Completed,
    /// A task failed.
    Failed,
    /// It was cancelled.
    Cancelled,
}

/// How a task gets its memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Admission {
    /// By its demand, if that can be had; else it is declined.
    Asked,
    /// With whatever there is: nothing else runs, and somebody must.
    Forced,
    /// The same, after it ran out of memory; nothing else starts until it is done.
    Alone {
        /// Bytes it had reached before.
        floor: u64,
    },
}
