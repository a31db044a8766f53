//! Why a plugin cannot be used.

use std::path::PathBuf;

use swath_plugin_abi::PluginError;

use crate::{CopyError, PluginFileError, PolicyError};

/// Why a plugin cannot be used: nothing of it can be called.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LoadError {
    /// The file is no plugin for this program.
    #[error(transparent)]
    File(#[from] PluginFileError),
    /// It may not be used here.
    #[error(transparent)]
    Policy(#[from] PolicyError),
    /// It could not be copied to where it is opened.
    #[error(transparent)]
    Copy(#[from] CopyError),
    /// The system does not open it.
    #[error(
        "{} cannot be opened: {reason}; `swath plugin inspect` shows which libraries and which glibc it needs",
        path.display()
    )]
    Open {
        /// The file.
        path: PathBuf,
        /// What the system says, all causes.
        reason: String,
    },
    /// What it exports is laid out in another way than any version of this contract.
    #[error(
        "{} does not keep to the contract of plugins: {reason}; build it again with `swath plugin build`",
        path.display()
    )]
    Layout {
        /// The file.
        path: PathBuf,
        /// The first difference.
        reason: String,
    },
    /// It says one thing in its file and another when it is asked.
    #[error("{} says of itself {found} when it is loaded, and {expected} in its file", path.display())]
    Manifest {
        /// The file; the plugin's name where it is linked.
        path: PathBuf,
        /// What it says in the file.
        expected: String,
        /// What it says when it is asked.
        found: String,
    },
    /// What it says of itself cannot be read.
    #[error(
        "what a plugin says of itself once it is loaded cannot be read: {reason}; build it again with `swath plugin build`"
    )]
    Unreadable {
        /// Why.
        reason: String,
    },
    /// It failed while it was made ready.
    #[error("{} could not be made ready", path.display())]
    Init {
        /// The file; the plugin's name where it is linked.
        path: PathBuf,
        /// What it says.
        #[source]
        source: PluginError,
    },
}
