//! The plugin in processes of its own: the same answers, and what does not survive there is an error here.

#![expect(
    clippy::disallowed_methods,
    reason = "tests look at files, and call from several threads"
)]

#[path = "isolated/again.rs"]
mod again;
#[path = "isolated/crashes.rs"]
mod crashes;
#[path = "isolated/declared.rs"]
mod declared;
#[path = "isolated/ends.rs"]
mod ends;
mod in_c;
#[path = "isolated/keeps.rs"]
mod keeps;
#[path = "isolated/lies.rs"]
mod lies;
#[path = "isolated/limits.rs"]
mod limits;
mod logged;
mod matrix;
#[path = "isolated/same.rs"]
mod same;
#[path = "isolated/starts.rs"]
mod starts;

use std::io::BufRead as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use arrow_array::cast::AsArray;
use arrow_array::types::Float64Type;
use arrow_array::{Array as _, ArrayRef, Float64Array, Int64Array};
use insta::assert_snapshot;
use swath_batch::{Batch, Host};
use swath_meta::Meta;
use swath_plugin_abi::Wanted;
use swath_plugin_host::{
    Bound, BoundAggregate, BoundPartition, BoundScalar, BoundSource, CallError, Failure, Isolation,
    LoadError, Plugin, PluginCopies, Policy, WorkerProgram, run_worker_if_asked,
};
use tempfile::TempDir;

/// The worker: this test binary, started once more. Does nothing in a run of tests.
#[test]
fn serves() {
    run_worker_if_asked();
}

fn this_program() -> PathBuf {
    std::env::current_exe().expect("a program has a path")
}

fn worker() -> WorkerProgram {
    WorkerProgram::from(this_program())
        .arg("--exact")
        .arg("serves")
        .arg("--nocapture")
}

fn library() -> PathBuf {
    this_program().with_file_name("libswath_tried.so")
}

/// The plugin in this process and in others, and a folder that goes with it.
struct Both {
    here: Arc<Plugin>,
    apart: Arc<Plugin>,
    folder: TempDir,
}

fn isolation(folder: &Path) -> Isolation {
    Isolation::default()
        .worker(worker())
        .crashes(folder.join("crashes"))
        .grace(Duration::from_millis(100))
}

fn load(folder: &Path, isolation: &Isolation) -> Result<Arc<Plugin>, LoadError> {
    let copies = PluginCopies::in_folder(folder.join("copies"));
    Plugin::load_isolated(library(), &Policy::default(), &copies, isolation)
}

fn both() -> Both {
    let folder = tempfile::tempdir().expect("a folder");
    let copies = PluginCopies::in_folder(folder.path().join("copies"));
    Both {
        here: Plugin::load(library(), &Policy::default(), &copies).expect("it is a plugin"),
        apart: load(folder.path(), &isolation(folder.path())).expect("it runs apart"),
        folder,
    }
}

fn apart() -> (Arc<Plugin>, TempDir) {
    let folder = tempfile::tempdir().expect("a folder");
    let plugin = load(folder.path(), &isolation(folder.path())).expect("it runs apart");
    (plugin, folder)
}

/// A task of the third of four partitions.
#[derive(Default)]
struct Task {
    is_cancelled: AtomicBool,
    reserved: AtomicI64,
    done: AtomicU64,
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

    fn halo(&self) -> (usize, usize) {
        (1, 2)
    }

    fn reserve(&self, bytes: i64) -> bool {
        let fits = bytes < 1 << 30;
        if fits {
            self.reserved.fetch_add(bytes, Ordering::Relaxed);
        }
        fits
    }

    fn progress(&self, done: u64, total: u64) {
        self.done.store(done * 100 + total, Ordering::Relaxed);
    }
}

fn part() -> Batch {
    Batch::from_csv("x,y\n1.5,a\n,b\n4.0,c\n").expect("a table")
}

fn partition_fn(
    plugin: &Plugin,
    name: &str,
    params: &str,
    input: &Meta,
) -> Result<BoundPartition, CallError> {
    let function = plugin.function(name).expect("it is in the list");
    match function.bind(params, input)? {
        Bound::Partition(bound) => Ok(bound),
        other => unreachable!("it is a partition function, not {other:?}"),
    }
}

fn behaving(plugin: &Plugin, how: &str) -> Result<BoundPartition, CallError> {
    let params = format!(r#"{{"how":"{how}"}}"#);
    partition_fn(plugin, "behave", &params, part().meta())
}

fn run(bound: &BoundPartition, task: &Arc<Task>, parts: &[Batch]) -> Result<Vec<Batch>, CallError> {
    let mut found = Vec::new();
    let mut keep = |batch| {
        found.push(batch);
        Ok(())
    };
    let mut run = bound.open(Arc::<Task>::clone(task))?;
    for part in parts {
        run.push::<CallError>(part, &mut keep)?;
    }
    run.finish::<CallError>(&mut keep)?;
    Ok(found)
}

fn behave(plugin: &Plugin, how: &str, task: &Arc<Task>) -> Result<Vec<Batch>, CallError> {
    run(&behaving(plugin, how)?, task, &[part()])
}

fn scalar(plugin: &Plugin) -> BoundScalar {
    let args = Meta::of([("0", "float64")]).expect("a meta");
    let function = plugin.function("plus_one").expect("it is in the list");
    match function.bind("{}", &args) {
        Ok(Bound::Scalar(bound)) => bound,
        other => unreachable!("it is a scalar, not {other:?}"),
    }
}

/// A source, and what to ask it for to have all that it has.
fn numbers(plugin: &Plugin, params: &str) -> Result<(Arc<BoundSource>, Wanted), CallError> {
    let function = plugin.function("numbers").expect("it is in the list");
    let wanted = Wanted {
        columns: ["n", "half", "name"].map(ToOwned::to_owned).to_vec(),
        ..Wanted::default()
    };
    Ok((Arc::new(function.bind_source(params)?), wanted))
}

fn sum(plugin: &Plugin, params: &str) -> Arc<BoundAggregate> {
    let args = Meta::of([("0", "float64")]).expect("a meta");
    let function = plugin.function("sum").expect("it is in the list");
    match function.bind(params, &args) {
        Ok(Bound::Aggregate(bound)) => Arc::new(bound),
        other => unreachable!("it is an aggregate, not {other:?}"),
    }
}

/// An error with its causes, without what is another in each run.
fn words(error: &dyn std::error::Error, folder: &Path) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    let text = text.replace(&folder.display().to_string(), "[folder]");
    let text = text.replace(&this_program().display().to_string(), "[program]");
    // The hash of the rows in the name of their file.
    for before in ["-partition-2-", "-rows-"] {
        if let Some((front, rest)) = text.split_once(before) {
            return format!("{front}{before}[hash]{}", &rest[12..]);
        }
    }
    text
}

fn failure(error: &CallError) -> Option<Failure> {
    match error {
        CallError::Said { failure, .. } => Some(*failure),
        _ => None,
    }
}

/// A task of one of three partitions.
struct Third(usize);

impl Host for Third {
    fn check(&self) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
        Ok(())
    }

    fn partition(&self) -> (usize, usize) {
        (self.0, 3)
    }
}

/// Processes that this one started and that are there still.
fn children() -> Vec<String> {
    let tasks = std::fs::read_dir("/proc/self/task").expect("a process has threads");
    let lists =
        tasks.filter_map(|task| std::fs::read_to_string(task.ok()?.path().join("children")).ok());
    let all = lists.collect::<Vec<_>>().join(" ");
    all.split_whitespace().map(ToOwned::to_owned).collect()
}

/// Whether a process is there: one whose end nobody asked for is none any more.
fn is_there(process: &str) -> bool {
    let state = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    state
        .rsplit_once(") ")
        .is_some_and(|(_, rest)| !rest.starts_with('Z'))
}

/// Waits until a process is there no more.
#[track_caller]
fn await_end(process: &str) {
    let begin = Instant::now();
    while is_there(process) {
        assert!(
            begin.elapsed() < Duration::from_secs(5),
            "process {process} is left over"
        );
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// Ends a process of ours, and waits until it is no more than a number.
fn end(process: &str) {
    let kill = std::process::Command::new("kill")
        .args(["-9", process])
        .status();
    assert!(kill.expect("it runs").success());
    await_end(process);
}

/// Set where this program runs itself, to be killed.
const CHILD: &str = "SWATH_TRIED_CHILD";
