//! Why a command has no answer.

use std::io;
use std::path::PathBuf;
use std::process::ExitStatus;

use swath_plugin_host::{CallError, CopyError, Failure, LoadError, PluginFileError, PolicyError};

/// A command without an answer: what it could not do, where, and what to do about it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A file that is no plugin.
    #[error(transparent)]
    File(#[from] PluginFileError),
    /// A plugin that may not be used, or a `plugins.toml` that says nothing.
    #[error(transparent)]
    Policy(#[from] PolicyError),
    /// A plugin that cannot be loaded.
    #[error(transparent)]
    Load(LoadError),
    /// There is no place for the copies of plugins that are opened.
    #[error(transparent)]
    Copy(#[from] CopyError),
    /// A function that does not take these parameters and columns.
    #[error(transparent)]
    Call(#[from] CallError),
    /// A name that no function has.
    #[error("`{plugin}` has no function `{name}`: it has {}", there.join(", "))]
    NoFunction {
        /// The name.
        name: String,
        /// The plugin.
        plugin: String,
        /// The functions that it has.
        there: Vec<String>,
    },
    /// A function of which it is not known what to call it with.
    #[error(
        "`{function}` does not say what it can be tried with: give columns with `--in 'x: float64, name: string?'`, and parameters with `--params`"
    )]
    NoExample {
        /// Plugin and function.
        function: String,
    },
    /// A function that is not called with rows.
    #[error(
        "`{function}` is a {kind}, and `bench` times functions of rows: `swath plugin check` tries sources and sinks"
    )]
    NotOfRows {
        /// Plugin and function.
        function: String,
        /// Its kind.
        kind: &'static str,
    },
    /// A function that has no answer for rows that are made up.
    #[error("it has no answer for {rows} rows that were made up: {words}")]
    NoAnswer {
        /// How many.
        rows: usize,
        /// What it or the host said.
        words: String,
    },
    /// A text that lists no columns.
    #[error(
        "`{text}` lists no columns: {reason}; write them as `x: float64, name: string?`, with `?` where there may be nulls"
    )]
    Columns {
        /// The text.
        text: String,
        /// What is wrong with it.
        reason: String,
    },
    /// What the system does not let this program do with a file or folder.
    #[error("cannot {action} `{}`", path.display())]
    Disk {
        /// What was tried: `read`, `write`, `make`.
        action: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A name that no crate can have.
    #[error(
        "`{name}` cannot be the name of a crate: begin with a lower-case letter, go on with these, digits, `-` and `_`, and take no word of Rust"
    )]
    Name {
        /// The name.
        name: String,
    },
    /// A place where something is already.
    #[error(
        "`{}` is there and not empty: remove it, or name another folder with `--path`",
        path.display()
    )]
    Occupied {
        /// The folder.
        path: PathBuf,
    },
    /// There is no `swath-plugin` to depend on.
    #[error(
        "`swath-plugin` is not published yet, and {}: give the folder of a checkout of swath, or the URL of its repository, with `--sdk`",
        path.as_ref().map_or_else(
            || "the checkout that this program was built from is gone".to_owned(),
            |path| format!("`{}` is no checkout of swath", path.display()),
        )
    )]
    NoSdk {
        /// What was given.
        path: Option<PathBuf>,
    },
    /// A list in a folder that is not there.
    #[error("there is no folder for `{}`: make it, or name another file with `--into`", list.display())]
    NoFolder {
        /// The list.
        list: PathBuf,
    },
    /// A folder without a crate.
    #[error(
        "there is no `Cargo.toml` in `{}`: name the folder of the plugin's crate with `--path`, or make one with `swath plugin new`",
        path.display()
    )]
    NoCrate {
        /// The folder.
        path: PathBuf,
    },
    /// A program that cannot be started.
    #[error("cannot start `{program}`: see that it is installed and on the path")]
    Start {
        /// The program.
        program: String,
        /// What the system said.
        source: io::Error,
    },
    /// A build that failed.
    #[error("`{command}` ended with {status}: mend what it says above, then build again")]
    Build {
        /// As one would type it.
        command: String,
        /// How it ended.
        status: ExitStatus,
    },
    /// A build without a library.
    #[error("`{command}` made no dynamic library: leave out arguments that build something else")]
    NoLibrary {
        /// As one would type it.
        command: String,
    },
    /// A crate that is not one of a plugin.
    #[error(
        "the crate in `{}` exports no plugin: list its functions in `swath_plugin::plugin!`, as `plugin! {{ functions: [haversine_km] }}`",
        path.display()
    )]
    NoPluginMacro {
        /// The folder of the crate.
        path: PathBuf,
    },
    /// A worker that nobody started as one.
    #[error(
        "`swath plugin-worker` runs plugins for a program that keeps them apart, which starts it itself: see `isolate = \"process\"` in a `plugins.toml`"
    )]
    NotAsked,
    /// A list of pins in which there is no place that can be changed.
    #[error(
        "`{}` is written in a way that cannot be edited without losing something: write this yourself\n{lines}",
        path.display()
    )]
    Edit {
        /// The `plugins.toml`.
        path: PathBuf,
        /// What has to stand there.
        lines: String,
    },
}

impl From<LoadError> for Error {
    fn from(error: LoadError) -> Self {
        match error {
            LoadError::File(error) => Self::File(error),
            LoadError::Policy(error) => Self::Policy(error),
            LoadError::Copy(error) => Self::Copy(error),
            error => Self::Load(error),
        }
    }
}

impl Error {
    /// What a shell is told: 2 where the command was used wrongly or something is not allowed, and 1 where what it looked at is not
    /// as it should be.
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::File(error) => match error {
                PluginFileError::Missing { .. }
                | PluginFileError::DanglingLink { .. }
                | PluginFileError::Unreadable { .. }
                | PluginFileError::Folder { .. }
                | PluginFileError::NotRegular { .. } => 2,
                _ => 1,
            },
            Self::Call(
                CallError::Said {
                    failure: Failure::Panic | Failure::Contract,
                    ..
                }
                | CallError::Returned { .. }
                | CallError::Broke { .. },
            )
            | Self::Load(_)
            | Self::NoAnswer { .. }
            | Self::Build { .. }
            | Self::NoLibrary { .. }
            | Self::NoPluginMacro { .. } => 1,
            _ => 2,
        }
    }

    /// The message, and behind it those of its causes.
    pub fn report(&self) -> String {
        let mut text = self.to_string();
        let mut cause = std::error::Error::source(self);
        while let Some(error) = cause {
            text.push_str(": ");
            text.push_str(&error.to_string());
            cause = error.source();
        }
        text
    }
}
