//! The plugin as a library that a host loads.

#![expect(
    clippy::disallowed_methods,
    reason = "tests overwrite files and cancel from other threads"
)]

#[path = "loaded/logs.rs"]
mod logs;
#[path = "loaded/panics.rs"]
mod panics;
#[path = "loaded/soak.rs"]
mod soak;

use std::path::PathBuf;
use std::process::{Command, Output};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};

use arrow_array::cast::AsArray;
use arrow_array::types::Float64Type;
use arrow_array::{ArrayRef, Float32Array, Float64Array, Int64Array};
use arrow_buffer::Buffer;
use insta::assert_snapshot;
use swath_batch::{Batch, Host, Value};
use swath_meta::Meta;
use swath_plugin_host::{
    Bound, BoundPartition, CallError, LoadError, Pins, Plugin, PluginCopies, PluginFileError,
    Policy,
};

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

#[test]
fn it_says_what_it_is() {
    let (_folder, copies) = copies();
    let plugin = load(&copies);
    assert_eq!(plugin.manifest().name, "tried");
    assert_eq!(
        plugin.path(),
        Some(library().canonicalize().expect("it is there").as_path())
    );
    let functions: Vec<_> = plugin
        .functions()
        .iter()
        .map(|f| format!("{f:?}"))
        .collect();
    assert_snapshot!(functions.join("\n"), @r#"
        Function(tried.plus_one, scalar)
        Function(tried.scale, partition)
        Function(tried.behave, partition)
        Function(tried.sum, aggregate)
        Function(tried.in_turn, partitioner)
        Function(tried.numbers, source)
        Function(tried.opened, scalar)
        Function(tried.table, sink)
        Function(tried.summed, partition)
        "#);
    // Once more is the same one, made ready once.
    assert!(Arc::ptr_eq(&load(&copies), &plugin));
    assert!(plugin.function("nothing").is_none());
}

#[test]
fn a_linked_one_is_the_same() {
    let plugin = Plugin::linked(swath_tried::plugin()).expect("it is a plugin");
    assert_eq!(plugin.path(), None);
    assert_eq!(plugin.manifest(), loaded().manifest());
    let bound =
        partition_fn(&plugin, "scale", r#"{"column":"x","factor":2}"#).expect("columns that do");
    assert_eq!(run(&bound, &Arc::default()).expect("an answer").len(), 1);
}

#[test]
fn a_scalar() {
    let plugin = loaded();
    let function = plugin.function("plus_one").expect("it is in the list");
    let args = Meta::of([("0", "float64")]).expect("a meta");
    let Ok(Bound::Scalar(bound)) = function.bind("{}", &args) else {
        panic!("it is a scalar");
    };
    let numbers: ArrayRef = Arc::new(Float64Array::from(vec![Some(1.0), None]));
    let found = bound.call(&[numbers], 2, None).expect("an answer");
    assert_eq!(
        found
            .as_primitive::<Float64Type>()
            .iter()
            .collect::<Vec<_>>(),
        [Some(2.0), None]
    );

    let text = Meta::of([("0", "string")]).expect("a meta");
    assert_snapshot!(words(&function.bind("{}", &text).expect_err("a text")), @r#"`tried.plus_one`: argument 1 must be float64 (`.cast("float64")` makes one), `0` is string"#);
    assert_snapshot!(words(&function.bind(r#"{"by":2}"#, &args).expect_err("no parameter")), @"`tried.plus_one`: no parameter `by`; it has none");
}

#[test]
fn columns_that_it_does_not_read_pass_by() {
    let bound =
        partition_fn(&loaded(), "scale", r#"{"column":"x","factor":2}"#).expect("columns that do");
    assert_eq!(bound.reads()[0].names().collect::<Vec<_>>(), ["x"]);
    let found = run(&bound, &Arc::default()).expect("an answer");
    assert_snapshot!(found[0], @r"
          x  y
    float64  string
    ───────────────
        3.0  a
       null  b
        8.0  c

    3 rows, 2 columns
    ");
    let texts =
        |batch: &Batch| batch.column("y").expect("a column").to_data().buffers()[0].as_ptr();
    let given = part();
    let mut run = bound.open(Arc::new(Task::default())).expect("a run");
    let mut same = false;
    let seen = |batch: Batch| {
        same = texts(&batch) == texts(&given);
        Ok::<_, CallError>(())
    };
    run.push(&given, seen).expect("an answer");
    assert!(same, "what passes by is not copied");
}

#[test]
fn a_partition_without_a_batch_has_no_rows() {
    let bound = partition_fn(&loaded(), "behave", r#"{"how":"reads"}"#).expect("columns that do");
    let run = bound.open(Arc::new(Task::default())).expect("a run");
    let mut found = Vec::new();
    run.finish(|batch| {
        found.push(batch);
        Ok::<_, CallError>(())
    })
    .expect("an answer");
    assert_eq!(found, [part().head(0)]);
}

#[test]
fn what_it_was_not_bound_to_is_refused() {
    let plugin = loaded();
    let bound = partition_fn(&plugin, "scale", r#"{"column":"x"}"#).expect("columns that do");
    let mut run = bound.open(Arc::new(Task::default())).expect("a run");
    let other = part().select(["x"]).expect("a column");
    let error = run
        .push(&other, |_| Ok::<_, CallError>(()))
        .expect_err("other columns");
    assert_snapshot!(words(&error), @"`tried.scale` was given other columns than it was bound to");

    let args = Meta::of([("0", "float64")]).expect("a meta");
    let Ok(Bound::Scalar(bound)) = plugin
        .function("plus_one")
        .expect("in the list")
        .bind("{}", &args)
    else {
        unreachable!("it is a scalar");
    };
    let halves: ArrayRef = Arc::new(Float32Array::from(vec![0.5]));
    assert_snapshot!(words(&bound.call(&[halves], 1, None).expect_err("another type")), @"`tried.plus_one` cannot be given that: column `0`: Float32 where Float64 was agreed on");

    let Ok(Bound::Aggregate(bound)) = plugin
        .function("sum")
        .expect("in the list")
        .bind("{}", &args)
    else {
        unreachable!("it is an aggregate");
    };
    let numbers: ArrayRef = Arc::new(Float64Array::from(vec![1.0, 2.0]));
    let mut groups = Arc::new(bound).open(None).expect("states");
    let error = groups
        .update(&[Arc::clone(&numbers)], &[0, 2], 2)
        .expect_err("no such group");
    assert_snapshot!(words(&error), @"`tried.sum` was given rows of 3 groups, of which there are 2 and were 0");
    let error = groups
        .update(&[numbers], &[0], 2)
        .expect_err("a group is missing");
    assert_snapshot!(words(&error), @"`tried.sum` cannot be given that: column `0`: 2 rows where the batch has 1");
}

#[test]
fn what_a_function_keeps_of_its_host_is_over_with_the_run() {
    let bound = partition_fn(&loaded(), "behave", r#"{"how":"keep"}"#).expect("columns that do");
    let task = Arc::<Task>::default();
    run(&bound, &task).expect("an answer");
    let reserved = || task.reserved.load(Ordering::Relaxed);
    assert_eq!(reserved(), 0, "what is kept is not the task's any more");
    // It kept its `Cx` and some bytes, and lets go of both now.
    let again = run(&bound, &task).expect("an answer");
    assert_eq!((again.len(), reserved()), (1, 0));
}

#[test]
fn an_aggregate() {
    let plugin = loaded();
    let args = Meta::of([("0", "float64")]).expect("a meta");
    let Ok(Bound::Aggregate(bound)) = plugin
        .function("sum")
        .expect("it is in the list")
        .bind("{}", &args)
    else {
        panic!("it is an aggregate");
    };
    let bound = Arc::new(bound);
    let numbers: ArrayRef = Arc::new(Float64Array::from(vec![1.0, 2.0, 4.0]));
    let mut first = bound.open(None).expect("states");
    first
        .update(&[Arc::clone(&numbers)], &[0, 1, 0], 2)
        .expect("rows");
    assert!(first.size() >= 16);
    let mut all = bound.open(None).expect("states");
    all.merge(&first.state().expect("states"), &[1, 0], 2)
        .expect("states");
    all.update(&[numbers], &[2, 2, 2], 3).expect("rows");
    let sums = all.finish().expect("results");
    assert_eq!(
        sums.as_primitive::<Float64Type>().values(),
        &[2.0, 5.0, 7.0]
    );
}

#[test]
fn what_goes_wrong_is_an_error() {
    for how in [
        "panic",
        "panic in bind",
        "refuse",
        "rows",
        "column",
        "error",
        "reserve",
    ] {
        let error = behave(how).expect_err(how);
        let place = env!("CARGO_MANIFEST_DIR");
        assert_snapshot!(how.replace(' ', "-"), words(&error).replace(place, ""));
        assert_eq!(
            matches!(
                error,
                CallError::Said {
                    is_retryable: true,
                    ..
                }
            ),
            how == "error",
            "{how}"
        );
    }
    // The host goes on.
    assert_eq!(behave("log").expect("an answer"), [part()]);
}

#[test]
fn a_run_after_a_panic_is_over_and_the_next_is_not() {
    let bound = partition_fn(&loaded(), "behave", r#"{"how":"panic"}"#).expect("columns that do");
    let mut run = bound.open(Arc::new(Task::default())).expect("a run");
    let ignore = |_: Batch| Ok::<_, CallError>(());
    run.push(&part(), ignore).expect_err("it panics");
    let error = run.push(&part(), ignore).expect_err("it is over");
    assert_snapshot!(error, @"`tried.behave` failed before, and cannot go on");
    bound.open(Arc::new(Task::default())).expect("another run");
}

#[test]
fn an_endless_one_sees_that_it_is_cancelled() {
    let bound = partition_fn(&loaded(), "behave", r#"{"how":"endless"}"#).expect("columns that do");
    let task = Arc::<Task>::default();
    let seen = Arc::clone(&task);
    let stopper = std::thread::spawn(move || {
        std::thread::sleep(std::time::Duration::from_millis(50));
        seen.is_cancelled.store(true, Ordering::Relaxed);
    });
    let error = run(&bound, &task).expect_err("it was cancelled");
    stopper.join().expect("no panic");
    assert_snapshot!(error, @"`tried.behave`: the run was asked to stop: the run was cancelled");
}

#[test]
fn a_file_replaced_while_it_is_used_does_no_harm() {
    let (folder, copies) = copies();
    let path = folder.path().join("libtried.so");
    std::fs::copy(library(), &path).expect("a copy");
    let plugin = Plugin::load(&path, &Policy::default(), &copies).expect("it is a plugin");
    std::fs::write(&path, vec![0; 4096]).expect("it can be overwritten");
    let bound = partition_fn(&plugin, "scale", r#"{"column":"x"}"#).expect("columns that do");
    run(&bound, &Arc::default()).expect("an answer");
    let error = Plugin::load(&path, &Policy::default(), &copies).expect_err("no plugin any more");
    assert!(matches!(error, LoadError::File(_)), "{error}");
}

/// What was loaded stays what it was; the name leads to another plugin from then on.
#[test]
fn a_file_renamed_over_one_that_is_used_is_another() {
    let (folder, copies) = copies();
    let path = folder.path().join("libtried.so");
    let load = || Plugin::load(&path, &Policy::default(), &copies).expect("it is a plugin");
    let bytes = std::fs::read(library()).expect("it was built");
    std::fs::write(&path, &bytes).expect("a file");
    let first = load();
    let newer = folder.path().join("libnewer.so");
    // What follows the last section is nobody's.
    std::fs::write(&newer, [&bytes[..], b"newer"].concat()).expect("a file");
    std::fs::rename(&newer, &path).expect("another file of the same name");
    let second = load();
    assert_ne!(first.hash(), second.hash());
    for plugin in [first, second] {
        let bound = partition_fn(&plugin, "scale", r#"{"column":"x"}"#).expect("columns that do");
        assert_eq!(run(&bound, &Arc::default()).expect("an answer"), [part()]);
    }
}

/// What is in memory is what was compared when it was opened: its copy is not looked at again, and a file is, each time.
#[test]
fn what_is_open_is_not_opened_again() {
    let (_folder, copies) = copies();
    let first = load(&copies);
    std::fs::remove_dir_all(copies.folder()).expect("its copy");
    assert!(Arc::ptr_eq(&first, &load(&copies)));
    assert!(!copies.folder().exists(), "no copy was asked for");
    // Whether it may be used is asked each time.
    let pins = Pins::parse("allow = [\"other\"]", "/no/plugins.toml").expect("pins");
    let refused = Plugin::load(library(), &Policy::from(pins), &copies);
    assert!(matches!(refused, Err(LoadError::Policy(_))));
    // Other copies are other libraries.
    let elsewhere = PluginCopies::in_folder(copies.folder().join("other"));
    assert!(!Arc::ptr_eq(&first, &load(&elsewhere)));
}

/// Whatever becomes of a call, the rows that it was given are let go.
#[test]
fn nothing_holds_on_to_rows_that_were_handed_over() {
    let plugin = loaded();
    let values = Buffer::from(vec![1.5, 2.5, 4.0]);
    let column: ArrayRef = Arc::new(Float64Array::new(values.clone().into(), None));
    let texts = Arc::clone(part().record_batch().column(1));
    let rows = Batch::from_arrays(part().meta(), vec![column, texts], 3).expect("rows");
    let held = values.strong_count();
    for how in [
        "nothing", "reads", "panic", "error", "rows", "column", "endless",
    ] {
        let params = format!(r#"{{"how":"{how}"}}"#);
        let bound = partition_fn(&plugin, "behave", &params).expect("columns that do");
        let task = Arc::<Task>::default();
        task.is_cancelled.store(how == "endless", Ordering::Relaxed);
        let mut run = bound.open(task).expect("a run");
        let answer = run.push(&rows, |_| Ok::<_, CallError>(()));
        assert_eq!(answer.is_ok(), ["nothing", "reads"].contains(&how), "{how}");
        drop(run);
        drop((bound, answer));
        assert_eq!(values.strong_count(), held, "{how}");
    }
}

#[test]
fn a_partitioner() {
    let plugin = loaded();
    let function = plugin.function("in_turn").expect("it is in the list");
    let keys = Meta::of([("k", "int64")]).expect("a meta");
    let bound = function
        .bind_partitioner(r#"{"from":1}"#, &keys, 4)
        .expect("keys that do");
    assert_eq!(bound.targets(), 4);
    let numbers: ArrayRef = Arc::new(Int64Array::from(vec![Some(0), Some(6), Some(-1), None]));
    let found = bound
        .call(&[numbers.slice(0, 3)], 3, None)
        .expect("an answer");
    assert_eq!(found, [1, 3, 0]);
    assert_snapshot!(words(&bound.call(&[numbers], 4, None).expect_err("a null")), @"`tried.in_turn`: returned partition 4 for row 3, and there are 4");
    assert_snapshot!(words(&function.bind_partitioner("{}", &keys, 0).expect_err("nowhere")), @"`tried.in_turn`: it cannot share rows out to 0 partitions");
    assert_snapshot!(words(&function.bind("{}", &keys).expect_err("no targets")), @"`tried.in_turn` is of the kind `partitioner`, and was used as a function of rows");
    let sum = plugin.function("sum").expect("it is in the list");
    assert_snapshot!(words(&sum.bind_partitioner("{}", &keys, 2).expect_err("an aggregate")), @"`tried.sum` is of the kind `aggregate`, and was used as a partitioner");
}

/// A partition of a frame that is sorted by its index, with rows of its neighbours around it.
struct Between([Vec<Value>; 2]);

impl Host for Between {
    fn check(&self) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
        Ok(())
    }

    fn partition(&self) -> (usize, usize) {
        (7, 9)
    }

    fn boundary(&self, at: usize) -> Option<&[Value]> {
        self.0.get(at.checked_sub(7)?).map(Vec::as_slice)
    }

    fn halo(&self) -> (usize, usize) {
        (1, 2)
    }
}

#[test]
fn a_function_knows_its_place() {
    let part = Batch::from_csv("t,w,x\n1,1.5,2\n").expect("a table");
    let part = part.meta().set_index(["t", "w"]).expect("columns");
    let part = Batch::empty(&Arc::new(part));
    let plugin = loaded();
    let function = plugin.function("behave").expect("it is in the list");
    let bound = function
        .bind(r#"{"how":"place"}"#, part.meta())
        .expect("columns that do");
    let Bound::Partition(bound) = bound else {
        unreachable!("it is a partition function");
    };
    // What JSON has no number for.
    let bounds = [
        vec![Value::from(i64::MAX - 1), Value::from(f64::NEG_INFINITY)],
        vec![Value::from(i64::MAX), Value::from(f64::NAN)],
    ];
    let run = bound.open(Arc::new(Between(bounds))).expect("a run");
    let mut found = Vec::new();
    run.finish(|batch| {
        found.push(batch);
        Ok::<_, CallError>(())
    })
    .expect("an answer");
    assert_snapshot!(found[0], @r"
    number  count  before  after  lower                                     upper
     int64  int64   int64  int64  string                                    string
    ────────────────────────────────────────────────────────────────────────────────────────────────────────────────
         7      9       1      2  Some([Int(9223372036854775806), Float(-…  Some([Int(9223372036854775807), Float(N…

    1 row, 6 columns
    ");
}

/// Set where this program runs itself, to see how it ends.
const CHILD: &str = "SWATH_TRIED_CHILD";

/// Whether this is the process that [`child`] started.
fn is_child() -> bool {
    std::env::var_os(CHILD).is_some()
}

/// One of these tests in a process of its own.
fn child(test: &str) -> Command {
    let program = std::env::current_exe().expect("a program has a path");
    let mut child = Command::new(program);
    child.args(["--exact", test, "--nocapture"]).env(CHILD, "1");
    child
}

/// Runs one of these tests in a process of its own, which must end well.
fn in_child(test: &str) {
    let Output { status, stderr, .. } = child(test).output().expect("it runs");
    assert!(status.success(), "{}", String::from_utf8_lossy(&stderr));
}

/// Only a path leads to a file: the places where the system looks for libraries are none of ours.
#[test]
fn a_bare_name_is_no_search() {
    if is_child() {
        let (_folder, copies) = copies();
        let error = Plugin::load("libswath_tried.so", &Policy::default(), &copies);
        let error = error.expect_err("it is not in this folder");
        let LoadError::File(PluginFileError::Missing { .. }) = &error else {
            panic!("{error}");
        };
        return;
    }
    let bait = library_of("swath_tried");
    let elsewhere = tempfile::tempdir().expect("a folder");
    let ended = child("a_bare_name_is_no_search")
        .env("LD_LIBRARY_PATH", bait.parent().expect("a folder"))
        .current_dir(elsewhere.path())
        .output()
        .expect("it runs");
    let said = String::from_utf8_lossy(&ended.stderr);
    assert!(ended.status.success(), "{said}");
}

#[test]
fn an_exit_in_a_plugin_is_no_success() {
    if is_child() {
        let _ = behave("exit");
        unreachable!("the process ended");
    }
    let child = child("an_exit_in_a_plugin_is_no_success")
        .output()
        .expect("it runs");
    assert_eq!(child.status.code(), Some(70));
    let said = String::from_utf8_lossy(&child.stderr).into_owned();
    let expected = "the plugin function `tried.behave` ended the process in partition 2";
    assert!(said.contains(expected), "{said}");
}

/// Each attempt at a partition is one of its own, and the receipt of one of them is committed.
#[test]
fn a_partition_of_a_sink_is_begun_anew() {
    let plugin = loaded();
    let function = plugin.function("table").expect("it is in the list");
    let folder = tempfile::tempdir().expect("a folder");
    let params = format!(r#"{{"folder":"{}"}}"#, folder.path().display());
    let rows = Batch::from_columns([("z", vec![1_i64, 2, 3])]).expect("a column");
    let sink = function.bind_sink(&params, rows.meta()).expect("it is one");
    let sink = Arc::new(sink);
    let files = || {
        let files = std::fs::read_dir(folder.path()).expect("a folder");
        let names = files.map(|file| file.expect("a file").file_name());
        let mut names: Vec<String> = names
            .map(|name| name.to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    };
    let open = |write: &str, attempt: &str| {
        let run = sink.open(write, attempt, Arc::new(Task::default()));
        run.expect("it begins")
    };
    // Attempts at one partition, which have nothing in common.
    let [mut first, mut second, mut dropped] = ["a", "b", "c"].map(|one| open("write-7", one));
    let other = open("write-8", "d");
    let nameless = sink.open("write-8", "", Arc::new(Task::default()));
    let nameless = nameless.expect_err("it cannot be told from others");
    assert_snapshot!(nameless, @"`tried.table`: was not told which attempt it is: it has no name");
    first.push(&rows).expect("rows of its columns");
    dropped.push(&rows).expect("rows of its columns");
    drop(dropped);
    for row in 0..3 {
        second.push(&rows.slice(row, 1)).expect("in pieces too");
    }
    let (first, second) = (first.finish(), second.finish());
    assert_ne!(
        first.expect("a receipt"),
        *second.as_ref().expect("one more")
    );
    let second = second.expect("a receipt");
    sink.commit("write-7", &[second], None).expect("it is seen");
    assert_eq!(
        files().len(),
        2,
        "that of the other write stays: {:?}",
        files()
    );
    assert_eq!(files()[1], "part.0");
    other.finish().expect("a receipt");
    sink.abort("write-8").expect("it is cleared away");
    assert_eq!(files(), ["part.0"]);
    // Of other columns it is not given any.
    let mut wrong = open("write-9", "e");
    let others = Batch::from_columns([("y", vec![1_i64])]).expect("a column");
    let error = wrong.push(&others).expect_err("other columns");
    assert_snapshot!(error, @"`tried.table` was given other columns than it was bound to");
    drop(wrong);
    sink.abort("write-9").expect("it is cleared away");
    assert_eq!(files(), ["part.0"]);
}

/// A source of a library lists and reads in whichever process it is; what is not true of the list is an error.
#[test]
fn a_source_is_listed_and_read() {
    let plugin = loaded();
    let function = plugin.function("numbers").expect("it is in the list");
    let source = Arc::new(function.bind_source("{}").expect("it is one"));
    let listed = source.list(None).expect("it looks");
    assert_eq!((listed.parts.len(), listed.parts[2].rows), (4, Some(10)));
    let bounds = listed.bounds.expect("they are known");
    assert_eq!(
        bounds.i64("n").expect("numbers").iter().flatten().last(),
        Some(39)
    );
    let wanted = swath_plugin_abi::Wanted {
        columns: vec!["half".to_owned(), "n".to_owned()],
        ..swath_plugin_abi::Wanted::default()
    };
    let mut run = source
        .read(&listed.parts[2], &wanted, Arc::new(Task::default()))
        .expect("it begins");
    assert!(
        run.meta().names().eq(["n", "half"]),
        "in the source's order"
    );
    let mut rows = 0;
    while let Some(batch) = run.next_batch().expect("it goes on") {
        rows += batch.num_rows();
    }
    assert_eq!(rows, 10);
    let unknown = swath_plugin_abi::Wanted {
        columns: vec!["hlaf".to_owned()],
        ..swath_plugin_abi::Wanted::default()
    };
    let error = source.read(&listed.parts[2], &unknown, Arc::new(Task::default()));
    assert_snapshot!(error.expect_err("no such column"), @"`tried.numbers` is asked for a column `hlaf` that it has not");
    let cancelled = Task::default();
    cancelled.is_cancelled.store(true, Ordering::Relaxed);
    let mut run = source
        .read(&listed.parts[2], &wanted, Arc::new(cancelled))
        .expect("it is asked first whether it goes on when it is asked for rows");
    let error = run.next_batch().expect_err("it was cancelled");
    assert!(matches!(
        error,
        CallError::Said {
            failure: swath_plugin_host::Failure::Cancelled,
            ..
        }
    ));
    assert!(run.next_batch().expect("nothing more").is_none());
}
