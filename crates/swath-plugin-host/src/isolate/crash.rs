//! What is said of a function that took its process with it.

use std::fmt::{self, Display, Formatter};

use swath_plugin_abi::{PluginError, code};
use swath_plugin_data::Columns;

use super::bound::{BoundElsewhere, Columned};
use super::ending::Ending;
use super::evidence::Evidence;
use crate::call::{CRASHED, CUT_OFF};

/// What a function was doing in a process that did not survive it.
#[derive(Clone, Copy)]
pub(super) enum Doing<'a> {
    /// It was bound.
    Bind,
    /// It said which partitions it has.
    List,
    /// It was given rows, of the partition of this number where that is known.
    Rows(Option<u64>),
    /// It made the write of this name seen.
    Commit(&'a str),
    /// It cleared the write of this name away.
    Abort(&'a str),
}

impl Display for Doing<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bind => f.write_str("while it was bound"),
            Self::List => f.write_str("while it listed its partitions"),
            Self::Rows(Some(partition)) => write!(f, "on partition {partition}"),
            Self::Rows(None) => f.write_str("while it was called"),
            Self::Commit(write) => write!(f, "while it made the write `{write}` seen"),
            Self::Abort(write) => write!(f, "while it cleared the write `{write}` away"),
        }
    }
}

impl Doing<'_> {
    /// The partition that it was in.
    pub(super) fn partition(self) -> Option<u64> {
        match self {
            Self::Rows(partition) => partition,
            _ => None,
        }
    }

    /// What the end of its process leaves, and what is to be done about it.
    fn leaves(self) -> &'static str {
        match self {
            Self::Bind | Self::List | Self::Rows(_) => "",
            Self::Commit(_) => {
                "; all, a part or nothing of the write may be seen, nothing of it is cleared away, and it is not tried again: look at what \
                 is there, and complete or remove it before it is written again"
            }
            Self::Abort(_) => {
                "; what was written of it may still be there, hidden: look for it, and remove it by hand"
            }
        }
    }
}

/// What became of trying again what a process did not survive.
pub(super) enum Again {
    /// The new process did not survive it either, or did otherwise than the first.
    Ended(Ending),
    /// There is no new process, for this reason.
    NoProcess(String),
    /// It cannot be: what it had returned or been given before is not there any more.
    Impossible,
}

/// A function that took its process with it.
pub(super) struct Crash<'a> {
    pub(super) of: &'a BoundElsewhere,
    pub(super) doing: Doing<'a>,
    /// How the first process ended that it was in.
    pub(super) first: Ending,
    /// What it was given last.
    pub(super) rows: Option<(&'a Columned, &'a Columns)>,
    pub(super) again: Again,
}

impl Crash<'_> {
    /// As an error, after its rows were kept.
    pub(super) fn error(&self) -> PluginError {
        let (first, doing) = (&self.first, self.doing);
        let is_commit = matches!(doing, Doing::Commit(_));
        let again = match &self.again {
            Again::Ended(second) if second == first => ", and again in a new process".to_owned(),
            Again::Ended(second) => format!(", and in a new process it {second}"),
            Again::NoProcess(reason) => format!("; it could not be tried again: {reason}"),
            Again::Impossible if is_commit => String::new(),
            Again::Impossible => {
                "; it cannot be tried again from there, because what it had seen before is gone"
                    .to_owned()
            }
        };
        let (kept, leaves) = (self.kept(), doing.leaves());
        PluginError {
            code: if is_commit { CUT_OFF } else { CRASHED },
            // Another attempt at a commit might write the rows twice.
            is_retryable: !matches!(self.again, Again::Ended(_)) && !is_commit,
            message: format!("{first} {doing}{again}{kept}{leaves}"),
        }
    }

    /// Keeps the rows; says where.
    fn kept(&self) -> String {
        let Some((rows, types)) = self.rows else {
            return String::new();
        };
        let evidence = Evidence {
            of: self.of,
            partition: self.doing.partition(),
            rows,
            types,
        };
        evidence.kept()
    }
}

/// It was cancelled, and its process was ended.
pub(super) fn stopped(doing: Doing<'_>, grace: std::time::Duration) -> PluginError {
    let leaves = doing.leaves();
    let words =
        format!("it was told to stop, did not within {grace:?}, and its process was ended{leaves}");
    let code = match doing {
        Doing::Commit(_) => CUT_OFF,
        _ => code::CANCELLED,
    };
    PluginError::new(code, words)
}
