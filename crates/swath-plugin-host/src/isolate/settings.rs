//! How plugins are kept apart.

use std::path::PathBuf;
use std::time::Duration;

use super::WorkerProgram;
use crate::PluginCopies;

/// How plugins are run that are kept apart from the program: which program their processes run, how long these have to stop, and
/// where the rows are kept that one of them did not survive.
///
/// ```
/// use swath_plugin_host::Isolation;
/// use std::time::Duration;
///
/// let isolation = Isolation::default()
///     .worker("/opt/swath/bin/swath")
///     .crashes("crashes")
///     .grace(Duration::from_secs(2));
/// ```
#[derive(Clone, Debug)]
#[must_use = "it says how a plugin is loaded"]
pub struct Isolation {
    worker: Option<WorkerProgram>,
    crashes: Option<PathBuf>,
    grace: Duration,
}

impl Default for Isolation {
    /// A program that is looked for, the user's folder for crashes, and half a second to stop.
    fn default() -> Self {
        Self {
            worker: None,
            crashes: None,
            grace: Duration::from_millis(500),
        }
    }
}

impl Isolation {
    /// The program that runs plugins, in place of the first of these: this program, if it
    /// [asked](crate::run_worker_if_asked) whether it is to; `swath` on the `PATH`.
    pub fn worker(self, program: impl Into<WorkerProgram>) -> Self {
        Self {
            worker: Some(program.into()),
            ..self
        }
    }

    /// The folder for the rows that a function crashed on, as files of Arrow IPC. Without it: `crashes`, within that of the
    /// user's copies of plugins. The oldest go: there are at most 64, of 1 GiB in all, none larger than 256 MiB. Nothing is kept
    /// while values are redacted, nor in a folder of another user or one that all may write to.
    pub fn crashes(self, folder: impl Into<PathBuf>) -> Self {
        Self {
            crashes: Some(folder.into()),
            ..self
        }
    }

    /// How long a function that was told to stop may go on, before its process is ended: first by SIGTERM, and by SIGKILL
    /// half a second later.
    pub fn grace(self, grace: Duration) -> Self {
        Self { grace, ..self }
    }

    pub(super) fn program(&self) -> Option<&WorkerProgram> {
        self.worker.as_ref()
    }

    pub(super) fn grace_time(&self) -> Duration {
        self.grace
    }

    /// The folder for rows.
    pub(super) fn folder(&self) -> PathBuf {
        match &self.crashes {
            Some(folder) => folder.clone(),
            None => PluginCopies::of_user().folder().join("crashes"),
        }
    }
}
