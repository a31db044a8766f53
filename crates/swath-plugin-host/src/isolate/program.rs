//! The program that a worker is.

use std::env;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::LoadError;
use crate::disk;

/// The program that runs isolated plugins: one that calls [`run_worker_if_asked`](crate::run_worker_if_asked) before anything
/// else, or `swath` with the argument `plugin-worker`.
///
/// ```
/// use swath_plugin_host::WorkerProgram;
///
/// let installed = WorkerProgram::from("/opt/swath/bin/swath").arg("plugin-worker");
/// assert_eq!(installed.path().to_str(), Some("/opt/swath/bin/swath"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorkerProgram {
    path: PathBuf,
    args: Vec<OsString>,
}

impl<P: Into<PathBuf>> From<P> for WorkerProgram {
    /// The program at a path; one without any `/` is looked for on the `PATH` whenever it is started.
    fn from(path: P) -> Self {
        let path = path.into();
        let is_name = path.parent() == Some(Path::new(""));
        Self {
            // Processes start later too, wherever this one is by then.
            path: if is_name { path } else { disk::absolute(&path) },
            args: Vec::new(),
        }
    }
}

/// This program, also where its file was replaced or removed since. On Linux, which alone has processes for plugins.
const THIS_PROGRAM: &str = "/proc/self/exe";

/// Whether this program asked whether it is a worker: then it can be started as one.
static HAS_HOOK: AtomicBool = AtomicBool::new(false);

/// Notes that this program can be started as a worker.
pub(super) fn has_hook() {
    HAS_HOOK.store(true, Ordering::Relaxed);
}

impl WorkerProgram {
    /// With one more argument.
    pub fn arg(mut self, arg: impl Into<OsString>) -> Self {
        self.args.push(arg.into());
        self
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The one to start: `chosen`; else this program itself, if it has the hook; else `swath`, where the environment variable
    /// `PATH` has it.
    pub(super) fn find(chosen: Option<&Self>, plugin: &str) -> Result<Self, LoadError> {
        let path = env::var_os("PATH").unwrap_or_default();
        Self::first(chosen, HAS_HOOK.load(Ordering::Relaxed), &path, plugin)
    }

    fn first(
        chosen: Option<&Self>,
        has_hook: bool,
        path: &OsStr,
        plugin: &str,
    ) -> Result<Self, LoadError> {
        if let Some(chosen) = chosen {
            return Ok(chosen.named());
        }
        if has_hook {
            return Ok(Self::from(THIS_PROGRAM));
        }
        // A relative one is another folder wherever the program runs.
        let folders = env::split_paths(path).filter(|folder| folder.is_absolute());
        let mut programs = folders.map(|folder| folder.join("swath"));
        programs
            .find(|program| disk::is_program(program))
            .map(|program| Self::from(program).arg("plugin-worker"))
            .ok_or_else(|| LoadError::NoWorker {
                plugin: plugin.to_owned(),
            })
    }

    /// A program without arguments that is called `swath` is told what it is to be.
    fn named(&self) -> Self {
        let is_ours = self.path.file_name().is_some_and(|name| name == "swath");
        if is_ours && self.args.is_empty() {
            return self.clone().arg("plugin-worker");
        }
        self.clone()
    }

    /// As it is started.
    pub(super) fn command(&self) -> Command {
        let mut command = Command::new(&self.path);
        command.args(&self.args);
        command
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_there_is() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().as_os_str();
        let first = |chosen: Option<&str>, has_hook| {
            let chosen = chosen.map(WorkerProgram::from);
            let found = WorkerProgram::first(chosen.as_ref(), has_hook, path, "geo");
            found.map(|program| program.path)
        };
        let error = first(None, false).expect_err("there is none");
        insta::assert_snapshot!(error, @r#"the plugin `geo` is to run in a process of its own, and there is no program for that: install `swath`, with `cargo install --path crates/swath-cli --locked` in a checkout of it; or call `swath::plugin_worker()` first in `main`; or name one with `Session::builder().plugin_worker("/path/to/swath")`"#);
        let put = |name: &str, mode| {
            let path = folder.path().join(name);
            disk::make_folder(path.parent().expect("it has one")).expect("a folder");
            disk::replace(&path, mode, b"").expect("it is written");
        };
        put("swath", 0o600);
        first(None, false).expect_err("it may not be run");
        put("swath", 0o700);
        let found = |chosen, has_hook| first(chosen, has_hook).expect("there is one");
        assert_eq!(found(None, false), folder.path().join("swath"));
        assert_eq!(found(None, true), Path::new("/proc/self/exe"));
        assert_eq!(found(Some("/opt/mine"), true), Path::new("/opt/mine"));
    }

    #[test]
    fn of_the_path_only_folders_that_are_always_the_same() {
        let here = env::current_dir().expect("a folder");
        let folder = tempfile::tempdir_in(&here).expect("a folder");
        disk::replace(&folder.path().join("swath"), 0o700, b"").expect("it is written");
        let name = folder.path().strip_prefix(&here).expect("it is in it");
        WorkerProgram::first(None, false, name.as_os_str(), "geo").expect_err("it is relative");
        let whole = folder.path().as_os_str();
        WorkerProgram::first(None, false, whole, "geo").expect("it is there");
    }

    #[test]
    fn a_path_stays_what_it_was() {
        let of = |path: &str| WorkerProgram::from(path).path().to_owned();
        let here = env::current_dir().expect("a folder");
        assert_eq!(of("bin/mine"), here.join("bin/mine"));
        assert_eq!(of("./mine"), here.join("mine"));
        assert_eq!(of("mine"), Path::new("mine"));
        assert_eq!(of("/bin/mine"), Path::new("/bin/mine"));
    }

    #[test]
    fn swath_is_told_what_it_is() {
        let found = |program: WorkerProgram| {
            let found = WorkerProgram::find(Some(&program), "geo").expect("it was chosen");
            found.args
        };
        assert_eq!(found("/opt/swath".into()), ["plugin-worker"]);
        assert_eq!(found(WorkerProgram::from("/opt/swath").arg("x")), ["x"]);
        assert!(found("/opt/mine".into()).is_empty());
    }
}
