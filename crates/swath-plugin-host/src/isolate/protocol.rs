//! What a host and a worker say to each other.
//!
//! A message is JSON; rows are in the [memory](super::memory) that both share, and the message says where. Host and worker are of one
//! version, which the first message of a worker says; an answer says which question it is one to.

use std::ffi::OsString;

use serde::{Deserialize, Serialize};
use swath_meta::Meta;
use swath_plugin_abi::PluginError;

use super::packed::Packed;

/// The version of this crate and of these messages.
pub(super) const VERSION: &str = concat!(env!("CARGO_PKG_VERSION"), "/3");

/// The environment variable by which a process knows that it was started as a worker; whose standard input is then a socket.
pub(super) const ASKED: &str = "SWATH_PLUGIN_WORKER";

/// The first message of a worker.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Hello {
    /// Its [`VERSION`].
    pub(super) swath_plugin_worker: String,
}

/// A message to a worker.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Asked {
    /// What its answer is told by from those to other requests.
    pub(super) number: u64,
    /// The highest level of logs that the host listens to.
    pub(super) level: u32,
    pub(super) request: Request,
}

/// What a worker is asked. Each is answered by an [`Answer`] that [ends](Answer::ends) it, unless it says otherwise.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum Request {
    /// Load this plugin. The first one.
    Load {
        /// The file that is opened.
        path: OsString,
        /// Its hash, as the host saw it.
        hash: String,
    },
    /// Bind a function.
    Bind {
        /// What it is called by from then on.
        id: u64,
        /// Its name within the plugin.
        function: String,
        params: String,
        inputs: Vec<Meta>,
        targets: u64,
    },
    /// Call a scalar or a partitioner.
    Call { id: u64, place: At, rows: Packed },
    /// Begin a partition, or the states of groups.
    Open {
        id: u64,
        place: At,
        boundaries: Option<Packed>,
    },
    /// Say which partitions a source has.
    List { id: u64 },
    /// Begin to read a partition of a source.
    Read {
        id: u64,
        place: At,
        about: String,
        wanted: String,
    },
    /// Begin to write a partition of a write.
    Write { id: u64, place: At, write: String },
    /// Make a write seen.
    Commit {
        id: u64,
        write: String,
        receipts: String,
    },
    /// Clear away what there is of a write.
    Abort { id: u64, write: String },
    /// Take rows of a partition, or go on.
    Step { input: u32, rows: Option<Packed> },
    /// Add rows or states of groups.
    Add {
        is_merge: bool,
        rows: Packed,
        n_groups: u64,
    },
    /// Take the states out, or the results.
    Take { is_state: bool },
    /// End what was opened.
    Close,
    /// Forget these functions. Answered by nothing.
    Forget { ids: Vec<u64> },
    /// Stop as soon as the function looks. Answered by nothing.
    Cancel,
    /// What [`Answer::Reserve`] asked for is there. Answered by nothing.
    Reserved(bool),
}

/// Where a function runs, as [`Place`](swath_plugin_abi::Place).
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct At {
    /// The partition, where that is known; else the number is 0.
    pub(super) partition: Option<u64>,
    pub(super) number: u64,
    pub(super) count: u64,
    pub(super) before: u64,
    pub(super) after: u64,
    pub(super) seed: u64,
    pub(super) more: String,
}

/// A message of a worker.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Answered {
    /// Where rows lay that the plugin has let go of.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) freed: Vec<u64>,
    /// The number of the request that it [ends](Answer::ends).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) to: Option<u64>,
    pub(super) answer: Answer,
}

/// What a worker says.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum Answer {
    /// A line for the log.
    Log {
        /// Of a run, and not of the plugin as a whole.
        is_of_run: bool,
        level: u32,
        target: String,
        words: String,
    },
    /// How much is done, of how much.
    Progress { done: u64, total: u64 },
    /// Is there room for so many bytes?
    Reserve { bytes: i64 },
    /// It is done.
    Done,
    /// It failed.
    Failed {
        code: u32,
        is_retryable: bool,
        message: String,
    },
    /// It is bound.
    Bound {
        outputs: Vec<Meta>,
        contract: String,
    },
    /// Rows.
    Rows(Packed),
    /// The partitions of a source.
    Listed {
        parts: String,
        boundaries: Option<Packed>,
    },
    /// How a run goes on.
    Step {
        next: u32,
        output: u32,
        rows: Option<Packed>,
    },
    /// Rows of groups were added; the states take so many bytes.
    Added { size: u64 },
}

impl Answer {
    /// Whether nothing follows until the next request.
    pub(super) fn ends(&self) -> bool {
        !matches!(
            self,
            Self::Log { .. } | Self::Progress { .. } | Self::Reserve { .. }
        )
    }

    /// That it is done.
    pub(super) fn done(self) -> Option<()> {
        matches!(self, Self::Done).then_some(())
    }

    /// Rows.
    pub(super) fn rows(self) -> Option<Packed> {
        match self {
            Self::Rows(rows) => Some(rows),
            _ => None,
        }
    }
}

impl From<PluginError> for Answer {
    fn from(error: PluginError) -> Self {
        Self::Failed {
            code: error.code,
            is_retryable: error.is_retryable,
            message: error.message,
        }
    }
}
