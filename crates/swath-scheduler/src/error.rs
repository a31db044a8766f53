//! What can go wrong: in a task, in a run, and when a backend is built.

use std::{error::Error, fmt, sync::Arc};

use swath_graph::{GraphError, Key, Origin, Shown};
use swath_memory::{Cancelled, Holder, OverBudget, format_bytes};

/// Why a task gave no result. Made from any error by `?`; cheap to clone.
///
/// It is no `std::error::Error` itself, because then it could not be made from all of them; [`source`](Self::source) and
/// [`downcast_ref`](Self::downcast_ref) give the original back.
#[derive(Clone)]
pub struct TaskError(Arc<Cause>);

struct Cause {
    kind: TaskErrorKind,
    source: Option<Box<dyn Error + Send + Sync>>,
}

/// The sorts of [`TaskError`] that are treated differently.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum TaskErrorKind {
    /// The task returned an error.
    Failed {
        /// The error's own message.
        message: String,
    },
    /// The task panicked.
    Panicked {
        /// The panic's message.
        message: String,
        /// `file:line:column` of the panic, if known.
        location: Option<String>,
    },
    /// The task noticed that it should stop.
    Cancelled,
    /// A reservation was refused and the task could not do without.
    OverBudget(OverBudget),
}

impl TaskError {
    /// An error with a message and nothing below it.
    pub fn failed(message: impl Into<String>) -> Self {
        Self::new(
            TaskErrorKind::Failed {
                message: message.into(),
            },
            None,
        )
    }

    /// An error from one whose type is not known.
    pub fn from_boxed(source: Box<dyn Error + Send + Sync>) -> Self {
        let kind = classify(source.as_ref());
        Self::new(kind, Some(source))
    }

    /// The error of a task that panicked.
    pub fn panicked(message: impl Into<String>, location: Option<String>) -> Self {
        Self::new(
            TaskErrorKind::Panicked {
                message: message.into(),
                location,
            },
            None,
        )
    }

    pub(crate) fn no_such_input(i: usize, len: usize) -> Self {
        Self::failed(format!("input {i} was asked for, but the task has {len}"))
    }

    fn new(kind: TaskErrorKind, source: Option<Box<dyn Error + Send + Sync>>) -> Self {
        Self(Arc::new(Cause { kind, source }))
    }

    /// Which sort of error it is.
    pub fn kind(&self) -> &TaskErrorKind {
        &self.0.kind
    }

    /// The refused reservation, if that is what it came from, however deep.
    pub fn over_budget(&self) -> Option<&OverBudget> {
        match self.kind() {
            TaskErrorKind::OverBudget(over) => Some(over),
            _ => None,
        }
    }

    /// Whether the task only stopped because it was asked to.
    pub fn is_cancelled(&self) -> bool {
        *self.kind() == TaskErrorKind::Cancelled
    }

    /// The error it was made from.
    pub fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.0
            .source
            .as_deref()
            .map(|source| source as &(dyn Error + 'static))
    }

    /// The error it was made from, or one below that, if it is an `E`.
    pub fn downcast_ref<E: Error + 'static>(&self) -> Option<&E> {
        chain(self.source()).find_map(|error| error.downcast_ref())
    }
}

impl<E: Error + Send + Sync + 'static> From<E> for TaskError {
    fn from(error: E) -> Self {
        Self::from_boxed(Box::new(error))
    }
}

fn chain<'a>(
    first: Option<&'a (dyn Error + 'static)>,
) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(first, |error: &&'a (dyn Error + 'static)| (*error).source())
}

/// Cancelled or over budget is what some error in the chain says; anything else failed.
fn classify(error: &(dyn Error + 'static)) -> TaskErrorKind {
    for cause in chain(Some(error)) {
        if let Some(over) = cause.downcast_ref::<OverBudget>() {
            return TaskErrorKind::OverBudget(over.clone());
        }
        if cause.is::<Cancelled>() {
            return TaskErrorKind::Cancelled;
        }
        // An error of a run inside the task: cancelling that run from outside is a failure of this one.
        if cause.is::<RunError>() {
            break;
        }
    }
    TaskErrorKind::Failed {
        message: error.to_string(),
    }
}

impl fmt::Display for TaskError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind() {
            TaskErrorKind::Failed { message } => f.write_str(message),
            TaskErrorKind::Panicked {
                message,
                location: Some(location),
            } => write!(f, "panicked at {location}: {}", Shown(message)),
            TaskErrorKind::Panicked {
                message,
                location: None,
            } => write!(f, "panicked: {}", Shown(message)),
            TaskErrorKind::Cancelled => Cancelled.fmt(f),
            TaskErrorKind::OverBudget(over) => over.fmt(f),
        }
    }
}

/// As derived, but for values out of the data.
impl fmt::Debug for TaskErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Failed { message } => f
                .debug_struct("Failed")
                .field("message", &Quoted(message))
                .finish(),
            Self::Panicked { message, location } => f
                .debug_struct("Panicked")
                .field("message", &Quoted(message))
                .field("location", location)
                .finish(),
            Self::Cancelled => f.write_str("Cancelled"),
            Self::OverBudget(over) => f.debug_tuple("OverBudget").field(over).finish(),
        }
    }
}

struct Quoted<'a>(&'a str);

impl fmt::Debug for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", Shown(self.0).to_string())
    }
}

impl fmt::Debug for TaskError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("TaskError").field(self.kind()).finish()
    }
}

/// Why a run gave no result. Cheap to clone, so that all who wait for a run can have it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum RunError {
    /// A task failed; the rest of the run was stopped.
    Task {
        /// The key of the task.
        key: Key,
        /// What people call its stage.
        label: Arc<str>,
        /// Keys from the task, itself first, up to the wanted key that needed it.
        chain: Arc<[Key]>,
        /// The line of the program that asked for the stage, if known.
        origin: Option<Arc<Origin>>,
        /// What the task said.
        error: TaskError,
    },
    /// A task needs more memory than there is, even when it runs alone.
    MemoryLimit {
        /// The key of the task, or of the value that was handed in.
        key: Key,
        /// What the memory is for.
        what: &'static str,
        /// Bytes it needs, what it had already included.
        needed: u64,
        /// The limit in bytes.
        limit: u64,
        /// Who else held memory at that moment, largest first; held results by the whole name of their computation.
        held: Arc<[Holder]>,
        /// The line of the program that asked for the stage, if known.
        origin: Option<Arc<Origin>>,
    },
    /// The run was cancelled, or its handle dropped.
    Cancelled,
    /// The run was not done by its deadline.
    DeadlineExceeded,
    /// The graph cannot be run as asked.
    Graph {
        /// Why not.
        source: Arc<GraphError>,
    },
    /// The graph reads a held key that this backend does not hold (any more).
    NotHeld {
        /// The key.
        key: Key,
    },
    /// A held result could not be put away or read back.
    Lost {
        /// The key.
        key: Key,
        /// Why not.
        error: TaskError,
    },
    /// The backend was closed, or gave up the run without a word.
    Closed,
    /// Something particular to a backend.
    Backend {
        /// What went wrong.
        message: String,
        /// What is below it, if anything.
        source: Option<Arc<dyn Error + Send + Sync>>,
    },
}

impl RunError {
    /// The key of the task or result it is about.
    pub fn key(&self) -> Option<&Key> {
        match self {
            Self::Task { key, .. }
            | Self::MemoryLimit { key, .. }
            | Self::NotHeld { key }
            | Self::Lost { key, .. } => Some(key),
            _ => None,
        }
    }

    /// What the task said, if a task failed.
    pub fn task_error(&self) -> Option<&TaskError> {
        match self {
            Self::Task { error, .. } | Self::Lost { error, .. } => Some(error),
            _ => None,
        }
    }

    /// The task's own error, or one below it, if it is an `E`.
    pub fn downcast_ref<E: Error + 'static>(&self) -> Option<&E> {
        chain(self.source()).find_map(|error| error.downcast_ref())
    }
}

impl fmt::Display for RunError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Task { key, error, .. } => match error.kind() {
                // The message of the error is its source's; it is not repeated here.
                TaskErrorKind::Failed { .. } if error.source().is_some() => {
                    write!(f, "task {key:#} failed")
                }
                _ => write!(f, "task {key:#}: {error}"),
            },
            Self::MemoryLimit {
                key,
                what,
                needed,
                limit,
                ..
            } => write!(
                f,
                "task {key:#} needs {} for {what}, more than the memory limit of {} leaves",
                format_bytes(*needed),
                format_bytes(*limit)
            ),
            Self::Cancelled => f.write_str("the run was cancelled"),
            Self::DeadlineExceeded => f.write_str("the run was not done by its deadline"),
            Self::Graph { .. } => f.write_str("the graph cannot be run"),
            Self::NotHeld { key } => write!(
                f,
                "the graph reads {key:#}, which is not held: it was released, or never computed here"
            ),
            Self::Lost { key, .. } => {
                write!(f, "the held result {key:#} cannot be put away or read back")
            }
            Self::Closed => f.write_str("the backend was closed before the run was done"),
            Self::Backend { message, .. } => f.write_str(message),
        }
    }
}

impl Error for RunError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Task { error, .. } | Self::Lost { error, .. } => error.source(),
            Self::Graph { source } => Some(source.as_ref()),
            Self::Backend {
                source: Some(source),
                ..
            } => Some(source.as_ref()),
            _ => None,
        }
    }
}

impl From<GraphError> for RunError {
    fn from(source: GraphError) -> Self {
        Self::Graph {
            source: Arc::new(source),
        }
    }
}

/// Why a local backend could not be built.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum BuildError {
    /// No thread was allowed.
    NoThreads,
    /// The memory limit does not even cover the scratch allowance of the threads.
    LimitBelowScratch {
        /// The limit in bytes.
        limit: u64,
        /// The number of threads.
        threads: usize,
        /// The allowance of each, in bytes.
        scratch_per_thread: u64,
    },
    /// The operating system refused a thread.
    Thread {
        /// What it said.
        message: String,
    },
}

impl fmt::Display for BuildError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoThreads => f.write_str("at least one thread is needed"),
            Self::LimitBelowScratch {
                limit,
                threads,
                scratch_per_thread,
            } => write!(
                f,
                "a memory limit of {} is too small for {threads} threads, each of which needs {} of scratch: raise the limit or use \
                 fewer threads",
                format_bytes(*limit),
                format_bytes(*scratch_per_thread)
            ),
            Self::Thread { message } => write!(f, "a thread could not be started: {message}"),
        }
    }
}

impl Error for BuildError {}
