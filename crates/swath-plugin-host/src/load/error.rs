//! Why a plugin cannot be used.

use std::io;
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
        "what {} says of itself once it is loaded cannot be read: {reason}; build it again with `swath plugin build`",
        path.display()
    )]
    Unreadable {
        /// The file, or that it is linked.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// There is no program that could run it in a process of its own.
    #[error(
        "the plugin `{plugin}` is to run in a process of its own, and there is no program for that: install `swath`, with `cargo install --path crates/swath-cli --locked` \
         in a checkout of it; or call `swath::plugin_worker()` first in `main`; or name one with \
         `Session::builder().plugin_worker(\"/path/to/swath\")`"
    )]
    NoWorker {
        /// The plugin.
        plugin: String,
    },
    /// This system has no processes of their own for plugins.
    #[error(
        "the plugin `{plugin}` is to run in a process of its own, which only Linux has so far: load it without `isolate`, in this process"
    )]
    NotApart {
        /// The plugin.
        plugin: String,
    },
    /// There is no memory to share with the process that is to run it.
    #[error(
        "the plugin `{plugin}` is to run in a process of its own, and there is no memory to share with that: see the limits of this process \
         for addresses (`ulimit -v`), for the length of files (`ulimit -f`) and for how many are open (`ulimit -n`)"
    )]
    NoSharedMemory {
        /// The plugin.
        plugin: String,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// The program that is to run it does not start.
    #[error(
        "`{}`, which is to run plugins in processes of their own, cannot be started: see that it is there and may be run",
        program.display()
    )]
    Worker {
        /// The program.
        program: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// The program that is to run it is none that does.
    #[error(
        "`{}` {how} where it should run a plugin: name `swath`, or a program that calls `swath::plugin_worker()` first in `main`",
        program.display()
    )]
    NotAWorker {
        /// The program.
        program: PathBuf,
        /// What it did.
        how: String,
    },
    /// The program that is to run it is of another version.
    #[error(
        "`{}` runs plugins for version {found} of swath, and this is {expected}: install it again, with `cargo install --path crates/swath-cli --locked` in a checkout of that version",
        program.display()
    )]
    OtherWorker {
        /// The program.
        program: PathBuf,
        /// Its version.
        found: String,
        /// The version of this program.
        expected: String,
    },
    /// It could not be made ready in a process of its own.
    #[error("{} cannot be used in a process of its own", path.display())]
    Refused {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        #[source]
        source: PluginError,
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
