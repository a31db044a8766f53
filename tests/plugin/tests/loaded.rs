//! The plugin as a library that a host loads.

#![expect(
    clippy::disallowed_methods,
    reason = "tests overwrite files and cancel from other threads"
)]

#[path = "loaded/calls.rs"]
mod calls;
#[path = "loaded/exits.rs"]
mod exits;
#[path = "loaded/failures.rs"]
mod failures;
#[path = "loaded/in_use.rs"]
mod in_use;
#[path = "loaded/let_go.rs"]
mod let_go;
#[path = "loaded/loading.rs"]
mod loading;
mod logged;
#[path = "loaded/logs.rs"]
mod logs;
#[path = "loaded/no_plugins.rs"]
mod no_plugins;
#[path = "loaded/panics.rs"]
mod panics;
#[path = "loaded/roots.rs"]
mod roots;
#[path = "loaded/sink.rs"]
mod sink;
#[path = "loaded/soak.rs"]
mod soak;
#[path = "loaded/source.rs"]
mod source;
#[path = "loaded/watched.rs"]
mod watched;

use std::path::PathBuf;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};

use swath_batch::{Batch, Host};
use swath_plugin_host::{Bound, BoundPartition, CallError, Plugin, PluginCopies, Policy};

/// The library that was built beside these tests, or that of another version, to try it in this host.
fn library() -> PathBuf {
    let other = std::env::var_os("SWATH_TRIED_LIBRARY");
    other.map_or_else(|| library_of("swath_tried"), PathBuf::from)
}

/// The library of a package, built beside these tests.
fn library_of(package: &str) -> PathBuf {
    let tests = std::env::current_exe().expect("a program has a path");
    let folder = tests.parent().expect("it is in a folder");
    folder.join(format!("lib{package}.so"))
}

fn load(copies: &PluginCopies) -> Arc<Plugin> {
    Plugin::load(library(), &Policy::default(), copies).expect("it is a plugin")
}

fn copies() -> (tempfile::TempDir, PluginCopies) {
    let folder = tempfile::tempdir().expect("a folder");
    let copies = PluginCopies::in_folder(folder.path().join("copies"));
    (folder, copies)
}

fn loaded() -> Arc<Plugin> {
    let (folder, copies) = copies();
    let plugin = load(&copies);
    // What is open needs no name any more.
    drop(folder);
    plugin
}

/// A task of the third of four partitions, cancelled or short of memory.
#[derive(Default)]
struct Task {
    is_cancelled: AtomicBool,
    reserved: AtomicI64,
}

impl Host for Task {
    fn check(&self) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
        if self.is_cancelled.load(Ordering::Relaxed) {
            return Err("cancelled".into());
        }
        Ok(())
    }

    fn partition(&self) -> (usize, usize) {
        (2, 4)
    }

    fn reserve(&self, bytes: i64) -> bool {
        let fits = bytes < 1 << 30;
        if fits {
            self.reserved.fetch_add(bytes, Ordering::Relaxed);
        }
        fits
    }
}

fn part() -> Batch {
    Batch::from_csv("x,y\n1.5,a\n,b\n4.0,c\n").expect("a table")
}

fn partition_fn(plugin: &Plugin, name: &str, params: &str) -> Result<BoundPartition, CallError> {
    let function = plugin.function(name).expect("it is in the list");
    match function.bind(params, part().meta())? {
        Bound::Partition(bound) => Ok(bound),
        other => unreachable!("it is a partition function, not {other:?}"),
    }
}

fn run(bound: &BoundPartition, task: &Arc<Task>) -> Result<Vec<Batch>, CallError> {
    let mut found = Vec::new();
    let mut keep = |batch| {
        found.push(batch);
        Ok(())
    };
    let mut run = bound.open(Arc::<Task>::clone(task))?;
    run.push::<CallError>(&part(), &mut keep)?;
    run.finish::<CallError>(&mut keep)?;
    Ok(found)
}

fn behave(how: &str) -> Result<Vec<Batch>, CallError> {
    let bound = partition_fn(&loaded(), "behave", &format!(r#"{{"how":"{how}"}}"#))?;
    run(&bound, &Arc::default())
}

/// An error with its causes.
fn words(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}

/// Set where this program runs itself, to see how it ends.
const CHILD: &str = "SWATH_TRIED_CHILD";

/// Whether this is the process that [`child`] started.
fn is_child() -> bool {
    std::env::var_os(CHILD).is_some()
}

/// One of these tests in a process of its own, also one that is ignored.
fn child(test: &str) -> Command {
    let program = std::env::current_exe().expect("a program has a path");
    let mut child = Command::new(program);
    child
        .args(["--exact", test, "--nocapture", "--include-ignored"])
        .env(CHILD, "1");
    child
}

/// Runs one of these tests in a process of its own, which must end well.
#[track_caller]
fn in_child(test: &str) {
    passes(&mut child(test));
}

/// Runs a [`child`] whose test must be there and pass: of a name that no test has, nothing would run, and end well. Returns what it
/// printed.
#[track_caller]
fn passes(child: &mut Command) -> String {
    let ended = child.output().expect("it runs");
    let [printed, said] = [&ended.stdout, &ended.stderr].map(|text| String::from_utf8_lossy(text));
    let is_passed = ended.status.success() && printed.contains("1 passed");
    assert!(is_passed, "{printed}{said}");
    printed.into_owned()
}
