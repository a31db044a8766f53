//! What a task does: the two traits an engine builder implements.

use std::fmt;

use swath_graph::{Key, Name};
use swath_memory::Demand;

use crate::{Inputs, Outputs, TaskContext, TaskError};

/// What the tasks of one stage do. One value of it is shared by all tasks of the stage: what differs between them goes into the
/// value as a table and is found by [`At::index`].
///
/// A task is a pure function of its inputs: it may run twice (a retry, a memory shortage, another machine) and must then give
/// the same outputs. A panic in any of these methods becomes the task's error.
///
/// ```
/// use swath_scheduler::{At, Footprint, Inputs, Outputs, TaskContext, TaskError, Work};
///
/// struct Number(u64);
/// impl Footprint for Number {
///     fn bytes(&self) -> u64 { 8 }
/// }
///
/// enum Step { Load(Vec<u64>), Sum }
/// impl Work for Step {
///     type Value = Number;
///     type Env = ();
///     fn run(&self, at: At<'_>, inputs: &dyn Inputs<Number>, _: &(), cx: &TaskContext<'_>) -> Result<Outputs<Number>, TaskError> {
///         cx.check()?;
///         match self {
///             Step::Load(numbers) => Ok(Number(numbers[at.index()]).into()),
///             Step::Sum => {
///                 let mut sum = 0;
///                 for i in 0..inputs.len() {
///                     sum += inputs.open(i)?.0;
///                 }
///                 Ok(Number(sum).into())
///             }
///         }
///     }
/// }
/// ```
pub trait Work: Send + Sync + 'static {
    /// What a task returns on a port.
    type Value: Footprint + Send + Sync + 'static;
    /// What all tasks of a backend share: readers, functions, caches. `()` where there is nothing to share.
    type Env: Send + Sync + 'static;

    /// Runs one task.
    ///
    /// # Errors
    /// Whatever went wrong, through `?`: any error becomes a [`TaskError`]. A refused reservation
    /// ([`OverBudget`](swath_memory::OverBudget)) that is passed on makes the task start again, alone.
    fn run(
        &self,
        at: At<'_>,
        inputs: &dyn Inputs<Self::Value>,
        env: &Self::Env,
        cx: &TaskContext<'_>,
    ) -> Result<Outputs<Self::Value>, TaskError>;

    /// Says how much memory the task will take, outputs included, given the bytes of its inputs in order. By default nothing:
    /// a small task that is always admitted.
    fn demand(&self, at: At<'_>, input_bytes: &[u64]) -> Demand {
        let _ = (at, input_bytes);
        Demand::default()
    }

    /// Says whether running the task again could help after this error, where the stage's hint allows retries at all.
    fn retryable(&self, error: &TaskError) -> bool {
        let _ = error;
        true
    }
}

/// How large a value is: what memory limits and listings go by.
pub trait Footprint {
    /// Bytes the value holds on the heap and itself, shared buffers included.
    fn bytes(&self) -> u64;

    /// Rows, where the word means something.
    fn rows(&self) -> Option<u64> {
        None
    }

    /// Visits each buffer that other values may share, once, so that a store counts it once for all of them. By default none
    /// is shared.
    fn buffers(&self, visit: &mut dyn FnMut(Buffer)) {
        let _ = visit;
    }
}

/// A part of a value that others may share: see [`Footprint::buffers`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Buffer {
    /// What tells it from other buffers while it lives: the address of its allocation.
    pub address: usize,
    /// Bytes of the whole allocation.
    pub bytes: u64,
}

/// Which task of its stage a [`Work`] is asked to run.
#[derive(Clone, Copy)]
pub struct At<'a> {
    name: &'a Name,
    index: u32,
    ports: u16,
    attempt: u32,
}

impl<'a> At<'a> {
    /// The task `index` of the stage `name`, of whose outputs the first `ports` are read.
    pub fn new(name: &'a Name, index: u32, ports: u16) -> Self {
        Self {
            name,
            index,
            ports,
            attempt: 0,
        }
    }

    /// The same task at its `attempt`-th repetition; 0 is the first try.
    #[must_use]
    pub fn again(self, attempt: u32) -> Self {
        Self { attempt, ..self }
    }

    /// Its index in the stage.
    pub fn index(self) -> usize {
        self.index as usize
    }

    /// The name of the stage.
    pub fn name(self) -> &'a Name {
        self.name
    }

    /// The key of its result.
    pub fn key(self) -> Key {
        Key::new(self.name.clone(), self.index)
    }

    /// How many outputs, from port 0 on, somebody reads; at least 1. It must return at least as many.
    pub fn ports(self) -> usize {
        usize::from(self.ports)
    }

    /// How often it was tried before.
    pub fn attempt(self) -> u32 {
        self.attempt
    }
}

impl fmt::Debug for At<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "('{}', {})", self.name, self.index)
    }
}
