//! The plugin in processes of its own: the same answers, and what does not survive there is an error here.

#![expect(
    clippy::disallowed_methods,
    reason = "tests look at files, and call from several threads"
)]

use std::io::BufRead as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use arrow_array::cast::AsArray;
use arrow_array::types::Float64Type;
use arrow_array::{Array as _, ArrayRef, Float64Array, Int64Array};
use insta::assert_snapshot;
use swath_batch::{Batch, Host, meta_nonempty};
use swath_meta::Meta;
use swath_plugin_abi::Wanted;
use swath_plugin_host::{
    Bound, BoundAggregate, BoundPartition, BoundScalar, CallError, Failure, Isolation, LoadError,
    Plugin, PluginCopies, Policy, WorkerProgram, run_worker_if_asked,
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
    match text.split_once("-partition-2-") {
        Some((front, rest)) => format!("{front}-partition-2-[hash]{}", &rest[12..]),
        None => text,
    }
}

fn failure(error: &CallError) -> Option<Failure> {
    match error {
        CallError::Said { failure, .. } => Some(*failure),
        _ => None,
    }
}

/// Every dtype, with a null in each column.
fn all_dtypes() -> Batch {
    let dtypes = [
        "bool",
        "int8",
        "int16",
        "int32",
        "int64",
        "uint8",
        "uint16",
        "uint32",
        "uint64",
        "float32",
        "float64",
        "decimal(20, 3)",
        "string",
        "binary",
        "date",
        "timestamp[s]",
        "timestamp[ns]",
        "timestamp[us, Europe/Berlin]",
        "duration[ms]",
        "category",
        "list<int64>",
        "list<string>",
        "struct<a: int64, b: string>",
        "struct<a: list<date>>",
    ];
    let names: Vec<String> = (0..dtypes.len()).map(|at| format!("c{at}")).collect();
    let columns = names.iter().map(String::as_str).zip(dtypes);
    meta_nonempty(&Meta::of(columns).expect("dtypes"))
}

#[test]
fn partitions_come_back_as_they_do_in_this_process() {
    let Both {
        here,
        apart,
        folder,
    } = both();
    assert!(apart.is_isolated() && !here.is_isolated());
    let all = all_dtypes();
    let long = vec!["a text that is longer than a view has room for"; 500];
    let texts = Batch::from_columns([("s", long)]).expect("a column");
    let texts = texts
        .with("n", (0..500_i64).collect::<Vec<_>>())
        .expect("a column");
    for part in [
        all.clone(),
        all.head(1),
        all.slice(1, 1),
        all.head(0),
        texts.clone(),
        texts.slice(100, 50),
        texts.slice(499, 1),
    ] {
        let params = r#"{"how":"nothing"}"#;
        let parts = [part.clone()];
        let [expected, found] = [&here, &apart].map(|plugin| {
            let bound = partition_fn(plugin, "behave", params, part.meta()).expect("any columns");
            run(&bound, &Arc::default(), &parts).expect("an answer")
        });
        assert_eq!(found, expected, "{part}");
    }
    // Columns that it does not read pass by, in chunks, also where there are none.
    let chunks = [part(), part().slice(1, 2), part().head(0)];
    for chunks in [&chunks[..], &[]] {
        let [expected, found] = [&here, &apart].map(|plugin| {
            let params = r#"{"column":"x","factor":2}"#;
            let bound = partition_fn(plugin, "scale", params, part().meta()).expect("columns");
            run(&bound, &Arc::default(), chunks).expect("an answer")
        });
        assert_eq!(found, expected);
    }
    let [expected, found] =
        [&here, &apart].map(|plugin| behave(plugin, "place", &Arc::default()).expect("an answer"));
    assert_eq!(found, expected);
    assert!(!folder.path().join("crashes").exists());
}

#[test]
fn scalars_aggregates_and_partitioners_answer_the_same() {
    let Both {
        here,
        apart,
        folder: _folder,
    } = both();
    let numbers: ArrayRef = Arc::new(Float64Array::from(vec![Some(1.0), None, Some(-0.5)]));
    for rows in [0..3, 1..3, 0..0] {
        let column = numbers.slice(rows.start, rows.len());
        let [expected, found] = [&here, &apart].map(|plugin| {
            let column = Arc::clone(&column);
            scalar(plugin)
                .call(&[column], rows.len(), None)
                .expect("an answer")
        });
        assert_eq!(&found, &expected);
    }
    let [expected, found] = [&here, &apart].map(|plugin| {
        let bound = sum(plugin, "{}");
        let mut first = bound.open(None).expect("states");
        let rows = [Arc::clone(&numbers)];
        first.update(&rows, &[0, 1, 0], 2).expect("rows");
        assert!(first.size() >= 16);
        let mut all = bound.open(Some(Arc::<Task>::default())).expect("states");
        all.merge(&first.state().expect("states"), &[1, 0], 2)
            .expect("states");
        all.update(&rows, &[2, 2, 2], 3).expect("rows");
        all.update(&[numbers.slice(0, 0)], &[], 5).expect("no rows");
        all.finish().expect("results")
    });
    assert_eq!(&found, &expected);
    let keys = Meta::of([("k", "int64")]).expect("a meta");
    let whole: ArrayRef = Arc::new(Int64Array::from(vec![0, 6, -1]));
    let [expected, found] = [&here, &apart].map(|plugin| {
        let function = plugin.function("in_turn").expect("it is in the list");
        let bound = function
            .bind_partitioner(r#"{"from":1}"#, &keys, 4)
            .expect("keys");
        bound
            .call(&[Arc::clone(&whole)], 3, None)
            .expect("an answer")
    });
    assert_eq!(found, expected);
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

#[test]
fn sources_have_the_same_rows() {
    let Both {
        here,
        apart,
        folder: _folder,
    } = both();
    let [expected, found] = [&here, &apart].map(|plugin| {
        let function = plugin.function("numbers").expect("it is in the list");
        let bound = Arc::new(function.bind_source(r#"{"parts":3}"#).expect("parameters"));
        let listing = bound.list(None).expect("a list");
        let mut rows = vec![listing.bounds.expect("they are known")];
        for columns in [&["n", "half", "name"][..], &["name"]] {
            let wanted = Wanted {
                columns: columns.iter().map(ToString::to_string).collect(),
                ..Wanted::default()
            };
            for (at, part) in listing.parts.iter().enumerate() {
                let task = Arc::new(Third(at));
                let mut run = bound.read(part, &wanted, task).expect("a run");
                while let Some(batch) = run.next_batch().expect("rows") {
                    rows.push(batch);
                }
            }
        }
        (listing.parts, rows)
    });
    assert_eq!(found, expected);
    assert!(found.1.len() > 6);
}

/// Nobody knows how far a commit came that its process did not survive: what is there stays.
#[test]
fn a_commit_that_is_cut_off_is_not_cleared_away() {
    let Both { apart, folder, .. } = both();
    let part = Batch::from_columns([("z", vec![1_i64, 2, 3])]).expect("a column");
    let to = folder.path().join("cut");
    let params = format!(r#"{{"folder":"{}","how":"exit in commit"}}"#, to.display());
    let function = apart.function("table").expect("it is in the list");
    let bound = Arc::new(function.bind_sink(&params, part.meta()).expect("columns"));
    let receipts: Vec<String> = (0..2)
        .map(|at| {
            let mut run = bound
                .open("w", &at.to_string(), Arc::new(Third(at)))
                .expect("a run");
            run.push(&part.slice(at, 1)).expect("rows");
            run.finish().expect("a receipt")
        })
        .collect();
    let error = bound.commit("w", &receipts, None).expect_err("it ends");
    assert!(!error.to_string().is_empty());
    bound.abort("w").expect("nothing is done");
    let files = std::fs::read_dir(&to).expect("a folder").count();
    assert_eq!(files, 2, "one that is seen, and one that is not yet");
}

#[test]
fn sinks_write_the_same() {
    let Both {
        here,
        apart,
        folder,
    } = both();
    let part = Batch::from_columns([("z", vec![1_i64, 2, 3])]).expect("a column");
    let [expected, found] = [(&here, "here"), (&apart, "apart")].map(|(plugin, name)| {
        let to = folder.path().join(name);
        let params = format!(r#"{{"folder":"{}"}}"#, to.display());
        let function = plugin.function("table").expect("it is in the list");
        let bound = Arc::new(function.bind_sink(&params, part.meta()).expect("columns"));
        let receipts: Vec<String> = (0..3)
            .map(|at| {
                let mut run = bound
                    .open("w", &at.to_string(), Arc::new(Third(at)))
                    .expect("a run");
                run.push(&part.slice(at, 1)).expect("rows");
                run.push(&part.head(at)).expect("rows");
                run.finish().expect("a receipt")
            })
            .collect();
        bound.commit("w", &receipts, None).expect("it is seen");
        // Of a write that is given up nothing is left.
        let mut run = bound.open("x", "0", Arc::new(Third(0))).expect("a run");
        run.push(&part).expect("rows");
        drop(run);
        bound.abort("x").expect("it is cleared away");
        let mut files: Vec<(String, String)> = std::fs::read_dir(&to)
            .expect("a folder")
            .map(|file| {
                let path = file.expect("a file").path();
                let name = path
                    .file_name()
                    .expect("a name")
                    .to_string_lossy()
                    .into_owned();
                (name, std::fs::read_to_string(path).expect("text"))
            })
            .collect();
        files.sort();
        files
    });
    assert_eq!(found, expected);
    assert_eq!(found.len(), 3);
}

#[test]
fn mistakes_read_the_same() {
    let Both {
        here,
        apart,
        folder,
    } = both();
    for how in [
        "panic",
        "panic in bind",
        "refuse",
        "rows",
        "error",
        "reserve",
    ] {
        let [expected, found] = [&here, &apart].map(|plugin| {
            let error = behave(plugin, how, &Arc::default()).expect_err(how);
            (failure(&error), words(&error, folder.path()))
        });
        assert_eq!(found, expected, "{how}");
    }
    let text = Meta::of([("0", "string")]).expect("a meta");
    let [expected, found] = [&here, &apart].map(|plugin| {
        let function = plugin.function("plus_one").expect("it is in the list");
        words(
            &function.bind("{}", &text).expect_err("a text"),
            folder.path(),
        )
    });
    assert_eq!(found, expected);
    behave(&apart, "nothing", &Arc::default()).expect("it goes on");
}

#[test]
fn what_ends_its_process_is_an_error_and_the_rows_are_kept() {
    let (plugin, folder) = apart();
    let mut said = Vec::new();
    for how in ["segv", "abort", "overflow", "exit", "kill"] {
        let error = behave(&plugin, how, &Arc::default()).expect_err(how);
        assert_eq!(failure(&error), Some(Failure::Crash), "{how}");
        said.push(words(&error, folder.path()));
        // The host goes on, and so does the plugin.
        assert_eq!(
            behave(&plugin, "nothing", &Arc::default()).expect("an answer"),
            [part()]
        );
    }
    assert_snapshot!(said.join("\n"));
    let files = std::fs::read_dir(folder.path().join("crashes")).expect("a folder");
    let names: Vec<String> = files
        .map(|file| {
            file.expect("a file")
                .file_name()
                .to_string_lossy()
                .into_owned()
        })
        .collect();
    assert_eq!(names.len(), 5, "{names:?}: parameters differ");
    assert!(
        names
            .iter()
            .all(|name| name.starts_with("tried.behave-partition-2-")),
        "{names:?}"
    );

    let error = behaving(&plugin, "crash in bind").expect_err("it aborts");
    assert_snapshot!(words(&error, folder.path()), @"`tried.behave`: was aborted with SIGABRT (`abort`, or no stack left) while it was bound, and again in a new process");
}

#[test]
fn what_crashes_once_is_done_again() {
    let (plugin, folder) = apart();
    let marker = |name: &str| folder.path().join(name).display().to_string();
    let how = format!("once: {}: segv", marker("partition"));
    assert_eq!(
        behave(&plugin, &how, &Arc::default()).expect("another attempt"),
        [part()]
    );
    assert!(Path::new(&marker("partition")).exists(), "it crashed");

    // States are made again of what was added.
    let params = format!(r#"{{"at_13":"once: {}: abort"}}"#, marker("sum"));
    let bound = sum(&plugin, &params);
    let mut groups = bound.open(None).expect("states");
    let column = |values: &[f64]| -> ArrayRef { Arc::new(Float64Array::from(values.to_vec())) };
    groups
        .update(&[column(&[1.0, 2.0])], &[0, 1], 2)
        .expect("rows");
    groups
        .update(&[column(&[13.0, 4.0])], &[1, 0], 2)
        .expect("another attempt");
    groups.update(&[column(&[1.0])], &[2], 3).expect("rows");
    let found = groups.finish().expect("results");
    assert_eq!(
        found.as_primitive::<Float64Type>().values(),
        &[5.0, 15.0, 1.0]
    );
    assert!(Path::new(&marker("sum")).exists(), "it crashed");

    let keys = Meta::of([("k", "int64")]).expect("a meta");
    let params = format!(r#"{{"at_null":"once: {}: overflow"}}"#, marker("in_turn"));
    let function = plugin.function("in_turn").expect("it is in the list");
    let bound = function.bind_partitioner(&params, &keys, 4).expect("keys");
    let nulls: ArrayRef = Arc::new(Int64Array::from(vec![None, Some(1)]));
    let error = bound.call(&[nulls], 2, None).expect_err("nulls go nowhere");
    assert_eq!(failure(&error), Some(Failure::Contract), "{error:?}");
    assert!(!folder.path().join("crashes").exists());
}

#[test]
fn states_that_crash_again_are_an_error() {
    let (plugin, folder) = apart();
    let bound = sum(&plugin, r#"{"at_13":"segv"}"#);
    let mut groups = bound.open(Some(Arc::<Task>::default())).expect("states");
    let column: ArrayRef = Arc::new(Float64Array::from(vec![13.0]));
    let error = groups
        .update(&[Arc::clone(&column)], &[0], 1)
        .expect_err("it crashes");
    assert_snapshot!(words(&error, folder.path()), @"`tried.sum`: crashed with SIGSEGV on partition 2, and again in a new process; the rows it was given are in `[folder]/crashes/tried.sum-partition-2-[hash].arrow`");
    let error = groups.update(&[column], &[0], 1).expect_err("it is over");
    assert_snapshot!(words(&error, folder.path()), @"`tried.sum` failed before, and cannot go on");
}

#[test]
fn an_endless_loop_is_ended() {
    let (plugin, folder) = apart();
    for (how, most) in [("endless", 1_000), ("spin", 3_000)] {
        let bound = behaving(&plugin, how).expect("columns");
        let task = Arc::<Task>::default();
        let seen = Arc::clone(&task);
        let stopper = std::thread::spawn(move || {
            std::thread::sleep(Duration::from_millis(50));
            seen.is_cancelled.store(true, Ordering::Relaxed);
        });
        let begin = Instant::now();
        let error = run(&bound, &task, &[part()]).expect_err("it was cancelled");
        assert!(
            begin.elapsed() < Duration::from_millis(most),
            "{:?}",
            begin.elapsed()
        );
        stopper.join().expect("no panic");
        assert_eq!(failure(&error), Some(Failure::Cancelled), "{error:?}");
        assert_snapshot!(how, words(&error, folder.path()));
    }
    behave(&plugin, "nothing", &Arc::default()).expect("it goes on");
}

#[test]
fn what_a_function_asks_its_host_is_answered() {
    let (plugin, _folder) = apart();
    let task = Arc::<Task>::default();
    behave(&plugin, "progress", &task).expect("an answer");
    assert_eq!(task.done.load(Ordering::Relaxed), 308);
    let error = behave(&plugin, "reserve", &task).expect_err("there is no room");
    assert_eq!(failure(&error), Some(Failure::Memory));
    behave(&plugin, "reserve and crash", &task).expect_err("it crashes");
    assert_eq!(
        task.reserved.load(Ordering::Relaxed),
        0,
        "given back by who is left"
    );
    let bound = behaving(&plugin, "keep").expect("columns");
    for _ in 0..2 {
        run(&bound, &task, &[part()]).expect("an answer");
        assert_eq!(task.reserved.load(Ordering::Relaxed), 0);
    }
}

#[test]
fn several_threads_call_at_once() {
    let (plugin, _folder) = apart();
    let bound = scalar(&plugin);
    let rows: ArrayRef = Arc::new(Float64Array::from_iter_values((0..10_000).map(f64::from)));
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for _ in 0..20 {
                    let found = bound.call(&[Arc::clone(&rows)], rows.len(), None);
                    let found = found.expect("an answer");
                    assert_eq!(found.as_primitive::<Float64Type>().value(9_999), 10_000.0);
                }
            });
        }
    });
}

#[test]
fn large_batches_there_and_back() {
    let (plugin, _folder) = apart();
    let bound = scalar(&plugin);
    // More than stays memory between calls.
    let rows: ArrayRef = Arc::new(Float64Array::from_iter_values(
        (0..4_000_000).map(f64::from),
    ));
    for _ in 0..3 {
        let found = bound
            .call(&[Arc::clone(&rows)], rows.len(), None)
            .expect("an answer");
        assert_eq!(
            found.as_primitive::<Float64Type>().value(3_999_999),
            4_000_000.0
        );
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

#[test]
fn nothing_is_left_over() {
    let (plugin, _folder) = apart();
    assert_eq!(children().len(), 1);
    let bound = scalar(&plugin);
    drop(plugin);
    assert_eq!(children().len(), 1, "what is bound is used still");
    let rows: ArrayRef = Arc::new(Float64Array::from(vec![1.0]));
    bound.call(&[rows], 1, None).expect("an answer");
    drop(bound);
    assert_eq!(children(), Vec::<String>::new());
}

/// Set where this program runs itself, to be killed.
const CHILD: &str = "SWATH_TRIED_CHILD";

#[test]
fn workers_end_with_a_program_that_is_killed() {
    let name = "workers_end_with_a_program_that_is_killed";
    if std::env::var_os(CHILD).is_some() {
        let (plugin, _folder) = apart();
        // Its worker is busy for ever when this process is killed.
        std::thread::spawn(|| {
            std::thread::sleep(Duration::from_millis(300));
            println!("workers: {}", children().join(" "));
        });
        let _ = behave(&plugin, "spin", &Arc::default());
        unreachable!("it is killed before");
    }
    let mut program = std::process::Command::new(this_program())
        .args(["--exact", name, "--nocapture"])
        .env(CHILD, "1")
        .stdout(std::process::Stdio::piped())
        .spawn()
        .expect("it runs");
    let lines = std::io::BufReader::new(program.stdout.take().expect("a pipe")).lines();
    let mut lines = lines.map_while(Result::ok);
    let workers =
        lines.find_map(|line| line.split_once("workers: ").map(|(_, ids)| ids.to_owned()));
    let workers = workers.expect("it says which");
    assert!(!workers.is_empty());
    program.kill().expect("it is there");
    program.wait().expect("it ends");
    let is_there = |id: &str| {
        let state = std::fs::read_to_string(format!("/proc/{id}/stat")).unwrap_or_default();
        // A process whose end nobody asked for is none any more.
        state
            .rsplit_once(") ")
            .is_some_and(|(_, rest)| !rest.starts_with('Z'))
    };
    let begin = Instant::now();
    while workers.split_whitespace().any(is_there) {
        assert!(
            begin.elapsed() < Duration::from_secs(5),
            "a worker is left over"
        );
        std::thread::sleep(Duration::from_millis(10));
    }
}

#[test]
fn rows_are_not_kept_while_values_are_redacted() {
    let name = "rows_are_not_kept_while_values_are_redacted";
    if std::env::var_os(CHILD).is_some() {
        // For this process, which is why it is one of its own.
        swath_graph::redact_values();
        let (plugin, folder) = apart();
        let error = behave(&plugin, "segv", &Arc::default()).expect_err("it crashes");
        assert!(!folder.path().join("crashes").exists());
        println!("said: {error}");
        return;
    }
    let child = std::process::Command::new(this_program())
        .args(["--exact", name, "--nocapture"])
        .env(CHILD, "1")
        .output()
        .expect("it runs");
    assert!(child.status.success());
    let text = String::from_utf8_lossy(&child.stdout).into_owned();
    let (_, said) = text.split_once("said: ").expect("it says something");
    assert_snapshot!(said.lines().next().unwrap_or_default(), @"`tried.behave`: crashed with SIGSEGV on partition 2, and again in a new process; its rows are not kept, because values are redacted");
}

#[test]
fn a_program_that_is_no_worker_is_named() {
    let folder = tempfile::tempdir().expect("a folder");
    let said = |program: WorkerProgram| {
        let isolation = isolation(folder.path()).worker(program);
        let error = load(folder.path(), &isolation).expect_err("no worker");
        words(&error, folder.path())
    };
    let other = folder.path().join("other");
    let hello = r#"{"swath_plugin_worker":"0.0.7/1"}"#;
    let script = format!(
        "printf '\\{:03o}\\000\\000\\000%s' '{hello}' >&0\nsleep 1\n",
        hello.len()
    );
    std::fs::write(&other, script).expect("written");
    let said = [
        said("/no/such/swath".into()),
        said("/bin/true".into()),
        said(WorkerProgram::from("/bin/sh").arg("-c").arg("echo no >&0")),
        said(WorkerProgram::from("/bin/sh").arg(other)),
    ];
    assert_snapshot!(said.join("\n"));
}

#[test]
fn a_file_that_changed_after_it_was_checked_is_refused() {
    let (plugin, folder) = apart();
    let copies = std::fs::read_dir(folder.path().join("copies")).expect("a folder");
    let copy = copies.map(|copy| copy.expect("a file").path()).next();
    let copy = copy.expect("there is one");
    std::fs::remove_file(&copy).expect("it is ours");
    // A worker that is there has it open; a new one is refused.
    behave(&plugin, "nothing", &Arc::default()).expect("an answer");
    let error = behave(&plugin, "segv", &Arc::default()).expect_err("no copy any more");
    let text = words(&error, folder.path());
    assert!(
        text.contains("cannot be used in a process of its own"),
        "{text}"
    );
}
