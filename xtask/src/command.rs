//! A command line that is shown, run from the project's root, and timed.

use crate::{say, workspace};
use anyhow::{Context, Result, bail};
use std::{
    ffi::{OsStr, OsString},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::{Duration, Instant},
};

/// One program with its arguments and environment.
pub(crate) struct CommandLine {
    program: Program,
    arguments: Vec<OsString>,
    environment: Vec<(&'static str, String)>,
}

/// Where a program is.
enum Program {
    /// Found on the path, or named by one from the project's top.
    Named(OsString),
    /// One of the project's own, where cargo puts what it builds with a profile.
    Built {
        profile: &'static str,
        name: &'static str,
    },
}

impl CommandLine {
    /// A program, found on the path or named by one.
    pub(crate) fn new(program: impl AsRef<OsStr>) -> Self {
        Self::of(Program::Named(program.as_ref().to_owned()))
    }

    /// A program of the project that cargo has built in the folder of a profile: `debug` or `release`. It is run from the target
    /// folder that cargo uses here, which the caller's environment or configuration may have put elsewhere.
    pub(crate) fn built(profile: &'static str, name: &'static str) -> Self {
        Self::of(Program::Built { profile, name })
    }

    fn of(program: Program) -> Self {
        Self {
            program,
            arguments: Vec::new(),
            environment: Vec::new(),
        }
    }

    /// The cargo that runs xtask, with a subcommand.
    pub(crate) fn cargo(subcommand: &str) -> Self {
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        Self::new(cargo).arg(subcommand)
    }

    /// Adds an argument.
    pub(crate) fn arg(mut self, argument: impl AsRef<OsStr>) -> Self {
        self.arguments.push(argument.as_ref().to_owned());
        self
    }

    /// Adds arguments.
    pub(crate) fn args<A: AsRef<OsStr>>(mut self, arguments: impl IntoIterator<Item = A>) -> Self {
        self.arguments
            .extend(arguments.into_iter().map(|a| a.as_ref().to_owned()));
        self
    }

    /// Sets an environment variable.
    pub(crate) fn env(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.environment.push((name, value.into()));
        self
    }

    /// Shows the command, runs it with the caller's terminal, and gives its time.
    ///
    /// # Errors
    /// When it cannot be started or does not end with success.
    pub(crate) fn run(&self) -> Result<Duration> {
        say::step(&self.to_string());
        let start = Instant::now();
        let status = self
            .process()?
            .status()
            .with_context(|| format!("cannot start `{self}`"))?;
        if !status.success() {
            bail!("`{self}` ended with {status}");
        }
        Ok(start.elapsed())
    }

    /// Shows the command and becomes it where the system can; elsewhere as [`Self::run`].
    ///
    /// # Errors
    /// When it cannot be started; where the system cannot replace a process, also when it fails.
    pub(crate) fn run_in_place(&self) -> Result<()> {
        #[cfg(unix)]
        {
            use std::os::unix::process::CommandExt as _;
            say::step(&self.to_string());
            Err(self.process()?.exec()).with_context(|| format!("cannot start `{self}`"))
        }
        #[cfg(not(unix))]
        self.run().map(|_| ())
    }

    /// Runs the command silently and gives what it wrote to stdout.
    ///
    /// # Errors
    /// When it cannot be started or does not end with success; the message carries what it wrote to stderr.
    pub(crate) fn output(&self) -> Result<String> {
        let output = self
            .process()?
            .stdin(Stdio::null())
            .output()
            .with_context(|| format!("cannot start `{self}`"))?;
        if !output.status.success() {
            let stderr = String::from_utf8_lossy(&output.stderr);
            bail!(
                "`{self}` ended with {}\n{}",
                output.status,
                stderr.trim_end()
            );
        }
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }

    /// The first line the command writes, or nothing when it is not there or fails: for questions about versions.
    pub(crate) fn probe(&self) -> Option<String> {
        let text = self.output().ok()?;
        text.lines().next().map(|line| line.trim().to_owned())
    }

    fn process(&self) -> Result<Command> {
        let root = workspace::root()?;
        let mut command = Command::new(self.program.locate(root.as_path(), workspace::target)?);
        command
            .args(&self.arguments)
            .envs(self.environment.iter().map(|(name, value)| (name, value)))
            .current_dir(root);
        Ok(command)
    }
}

impl Program {
    /// What the system is asked to start; `target` is asked only for what cargo built.
    fn locate(&self, root: &Path, target: impl FnOnce() -> Result<PathBuf>) -> Result<OsString> {
        Ok(match self {
            // Systems differ on where they look for a path after a change of folder.
            Self::Named(path) if Path::new(path).components().count() > 1 => {
                root.join(path).into_os_string()
            }
            Self::Named(name) => name.clone(),
            Self::Built { profile, name } => target()?.join(profile).join(name).into_os_string(),
        })
    }
}

impl std::fmt::Display for CommandLine {
    /// As one would type it; programs by their file name.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (name, value) in &self.environment {
            write!(f, "{name}={} ", quoted(value))?;
        }
        let program = match &self.program {
            Program::Named(path) => Path::new(path).file_name().unwrap_or(path),
            Program::Built { name, .. } => OsStr::new(name),
        };
        write!(f, "{}", program.to_string_lossy())?;
        for argument in &self.arguments {
            write!(f, " {}", quoted(&argument.to_string_lossy()))?;
        }
        Ok(())
    }
}

fn quoted(text: &str) -> String {
    if text.is_empty() || text.contains(|c: char| c.is_whitespace() || "\"'$*".contains(c)) {
        format!("'{text}'")
    } else {
        text.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::CommandLine;
    use std::path::{Path, PathBuf};

    #[test]
    fn is_shown_as_one_would_type_it() {
        let command = CommandLine::new("/somewhere/bin/cargo")
            .args(["doc", "--no-deps"])
            .arg("a b")
            .env("RUSTDOCFLAGS", "-D warnings");
        assert_eq!(
            command.to_string(),
            "RUSTDOCFLAGS='-D warnings' cargo doc --no-deps 'a b'"
        );
    }

    #[test]
    fn what_cargo_built_is_looked_for_where_cargo_puts_it() {
        for (command, shown, started) in [
            (CommandLine::new("git"), "git", "git"),
            (
                CommandLine::new("target/peers/python"),
                "python",
                "/project/target/peers/python",
            ),
            (
                CommandLine::built("release", "swath-demo"),
                "swath-demo",
                "/elsewhere/release/swath-demo",
            ),
        ] {
            assert_eq!(command.to_string(), shown);
            let found = command
                .program
                .locate(Path::new("/project"), || Ok(PathBuf::from("/elsewhere")))
                .unwrap();
            assert_eq!(PathBuf::from(found), Path::new(started));
        }
    }

    #[test]
    fn failure_names_the_command_and_probe_gives_nothing() {
        let command = CommandLine::cargo("no-such-subcommand");
        assert!(command.probe().is_none());
        let message = format!("{:#}", command.output().unwrap_err());
        assert!(message.contains("no-such-subcommand"), "{message}");
    }
}
