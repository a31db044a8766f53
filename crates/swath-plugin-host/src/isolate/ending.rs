//! How a process of a plugin ended.

use std::fmt::{self, Display, Formatter};
use std::os::unix::process::ExitStatusExt as _;
use std::process::ExitStatus;

/// How a process of a plugin ended that should not have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Ending {
    /// By a signal of this number.
    Signal(i32),
    /// With this status.
    Exit(i32),
    /// By the host, to which it said what makes no sense.
    Nonsense(String),
    /// By the host, because what it returned is not what the process before it had returned of the same.
    OtherRows,
    /// The system does not say how: the program has its processes waited for by somebody else.
    Unknown,
}

/// What a worker exits with whose plugin called `exit`.
const BY_PLUGIN: i32 = 70;

impl From<ExitStatus> for Ending {
    fn from(status: ExitStatus) -> Self {
        match (status.signal(), status.code()) {
            (Some(signal), _) => Self::Signal(signal),
            (None, code) => Self::Exit(code.unwrap_or_default()),
        }
    }
}

impl Display for Ending {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Signal(4) => f.write_str("crashed with SIGILL"),
            // Rust's own runtime aborts where the stack is at its end.
            Self::Signal(6) => f.write_str("was aborted with SIGABRT (`abort`, or no stack left)"),
            Self::Signal(7) => f.write_str("crashed with SIGBUS"),
            Self::Signal(8) => f.write_str("crashed with SIGFPE"),
            Self::Signal(9) => f.write_str(
                "was killed with SIGKILL (which the system does where memory is at its end)",
            ),
            Self::Signal(11) => f.write_str("crashed with SIGSEGV"),
            Self::Signal(15) => f.write_str("was ended with SIGTERM"),
            Self::Signal(other) => write!(f, "was ended with signal {other}"),
            Self::Exit(BY_PLUGIN) => f.write_str("ended its process by `exit`"),
            Self::Exit(status) => write!(f, "ended its process with status {status}"),
            Self::Unknown => f.write_str("ended its process"),
            Self::OtherRows => f.write_str(
                "returned other rows than before: its contract says that the same input gives the same rows, and it has to keep to that or \
                 say `random`",
            ),
            Self::Nonsense(reason) => write!(f, "spoiled what its process says: {reason}"),
        }
    }
}
