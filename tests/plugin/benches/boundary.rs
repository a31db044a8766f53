//! What it costs to cross to a plugin and back: `cargo bench -p swath-tried`.
//!
//! Each line is the median of some runs of many calls, in microseconds. Nothing is computed where it can be helped: what is
//! timed is the way there and back, with all that is looked at on both sides.

#![expect(
    clippy::print_stdout,
    reason = "the table is what the program is run for"
)]

use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::Instant;

use arrow_array::{ArrayRef, Float64Array};
use swath_batch::{Batch, Cx, Host};
use swath_meta::Meta;
use swath_plugin::{Aggregate as _, GroupedRows};
use swath_plugin_host::{
    Bound, BoundPartition, CallError, Isolation, Plugin, PluginCopies, PluginFile, Policy,
    run_worker_if_asked,
};
use swath_tried::Sum;

/// Rows of a large batch.
const ROWS: usize = 65_536;
/// Columns of every batch.
const COLUMNS: usize = 10;
/// Groups of the aggregate.
const GROUPS: usize = 1_000_000;

/// The library that was built beside this program, without its symbols, as `swath plugin build` leaves it.
fn library(folder: &Path) -> PathBuf {
    let program = std::env::current_exe().expect("a program has a path");
    let built = program.with_file_name("libswath_tried.so");
    let library = folder.join("libtried.so");
    let stripped = Command::new("strip")
        .arg("--strip-all")
        .arg("-o")
        .args([&library, &built])
        .status();
    match stripped {
        Ok(status) if status.success() => library,
        _ => {
            println!("there is no `strip`: the library is loaded with its symbols");
            built
        }
    }
}

/// A task that is never stopped.
struct Task;

impl Host for Task {
    fn check(&self) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
        Ok(())
    }

    fn partition(&self) -> (usize, usize) {
        (0, 1)
    }
}

/// The median of runs of so many calls, in microseconds a call.
fn time(calls: usize, mut call: impl FnMut()) -> f64 {
    let mut runs: Vec<f64> = (0..9)
        .map(|_| {
            let begin = Instant::now();
            for _ in 0..calls {
                call();
            }
            begin.elapsed().as_secs_f64() * 1e6 / calls as f64
        })
        .collect();
    runs.sort_by(f64::total_cmp);
    runs[runs.len() / 2]
}

fn floats(rows: usize) -> ArrayRef {
    Arc::new((0..rows).map(|row| row as f64).collect::<Float64Array>())
}

fn batch(rows: usize) -> Batch {
    let columns = (0..COLUMNS).map(|at| (format!("x{at}"), vec![at as f64; rows]));
    Batch::from_columns(columns).expect("columns of one length")
}

fn partition_fn(plugin: &Plugin, meta: &Meta) -> BoundPartition {
    let function = plugin.function("behave").expect("it is in the list");
    match function
        .bind(r#"{"how":"nothing"}"#, meta)
        .expect("columns that do")
    {
        Bound::Partition(bound) => bound,
        other => unreachable!("it is a partition function, not {other:?}"),
    }
}

/// A partition there and back as it is.
fn round_trip(bound: &BoundPartition, task: &Arc<Task>, part: &Batch) {
    let keep = |batch: Batch| {
        black_box(batch);
        Ok::<_, CallError>(())
    };
    let mut run = bound.open(Arc::<Task>::clone(task)).expect("a run");
    run.push(part, keep).expect("an answer");
    run.finish(keep).expect("an end");
}

/// In a process that was started for it: the microseconds that its first load takes.
const FIRST_LOAD: &str = "SWATH_BENCH_FIRST_LOAD";

/// Where this process was started for it, loads the library that it is told, and says how long that took.
fn first_load_if_asked() -> bool {
    let Some(library) = std::env::var_os(FIRST_LOAD).map(PathBuf::from) else {
        return false;
    };
    let folder = std::env::args_os().nth(1).expect("the folder of copies");
    let copies = PluginCopies::in_folder(folder);
    let begin = Instant::now();
    let plugin = Plugin::load(&library, &Policy::default(), &copies).expect("it is a plugin");
    println!("{}", begin.elapsed().as_secs_f64() * 1e6);
    drop(plugin);
    true
}

/// The median of the first loads of some processes, in microseconds.
fn first_load(library: &Path, copies: &PluginCopies) -> f64 {
    let load = || -> f64 {
        let mut process = Command::new("/proc/self/exe");
        process.env(FIRST_LOAD, library).arg(copies.folder());
        let answer = process.output().expect("it can be started").stdout;
        let text = String::from_utf8(answer).expect("a number");
        text.trim().parse().expect("a number")
    };
    let mut loads: Vec<f64> = (0..15).map(|_| load()).collect();
    loads.sort_by(f64::total_cmp);
    loads[loads.len() / 2]
}

/// The same there and back in a process of its own: this program, started once more.
fn apart(library: &Path, copies: &PluginCopies, say: impl Fn(&str, f64)) {
    let isolation = Isolation::default().worker("/proc/self/exe");
    let policy = Policy::default();
    let plugin = Plugin::load_isolated(library, &policy, copies, &isolation);
    let plugin = plugin.expect("it runs apart");
    let task = Arc::new(Task);
    for (what, rows) in [("1 row", 1), ("5 MiB", ROWS)] {
        let part = batch(rows);
        let bound = partition_fn(&plugin, part.meta());
        let micros = time(100, || round_trip(&bound, &task, &part));
        say(
            &format!("a partition of {what}, to another process and back"),
            micros,
        );
    }
    let number = Meta::of([("x", "float64")]).expect("a meta");
    let function = plugin.function("plus_one").expect("it is in the list");
    let Bound::Scalar(bound) = function.bind("{}", &number).expect("a number") else {
        unreachable!("it is a scalar");
    };
    let column = floats(ROWS);
    let micros = time(100, || {
        let found = bound.call(&[Arc::clone(&column)], ROWS, None);
        black_box(found.expect("an answer"));
    });
    say("x + 1 of 65,536 floats, in another process", micros);
}

fn main() {
    run_worker_if_asked();
    if first_load_if_asked() {
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let copies = PluginCopies::in_folder(folder.path().join("copies"));
    let library = library(folder.path());
    let load = || Plugin::load(&library, &Policy::default(), &copies).expect("it is a plugin");
    let plugin = load();
    let size = PluginFile::read(&library).expect("it is a plugin").size();
    let say = |what: &str, micros: f64| println!("{what:<60} {micros:>12.2} µs");

    say(
        &format!(
            "load of {:.1} MB, the first of a process",
            size as f64 / 1e6
        ),
        first_load(&library, &copies),
    );
    say(
        &format!("load of {:.1} MB, which is open", size as f64 / 1e6),
        time(3, || drop(load())),
    );

    let task = Arc::new(Task);
    for (what, rows) in [("1 row", 1), ("65,536 rows", ROWS)] {
        let part = batch(rows);
        let bound = partition_fn(&plugin, part.meta());
        let micros = time(1_000, || round_trip(&bound, &task, &part));
        say(
            &format!("a partition of {what} and {COLUMNS} columns, there and back"),
            micros,
        );
    }

    let number = Meta::of([("x", "float64")]).expect("a meta");
    let function = plugin.function("plus_one").expect("it is in the list");
    let Bound::Scalar(bound) = function.bind("{}", &number).expect("a number") else {
        unreachable!("it is a scalar");
    };
    let column = floats(ROWS);
    let crossed = time(200, || {
        black_box(
            bound
                .call(&[Arc::clone(&column)], ROWS, None)
                .expect("an answer"),
        );
    });
    let Ok(column) = column.as_any().downcast_ref::<Float64Array>().ok_or(()) else {
        unreachable!("it is of floats");
    };
    let here = time(200, || {
        black_box(column.unary::<_, arrow_array::types::Float64Type>(|x| x + 1.0));
    });
    say("x + 1 of 65,536 floats, in the plugin", crossed);
    say("x + 1 of 65,536 floats, by Arrow in this program", here);

    apart(&library, &copies, say);

    // Each group four times, in chunks as the engine has them.
    let values = floats(ROWS);
    let groups: Vec<u32> = (0..4 * GROUPS)
        .map(|row| (row as u64 * 0x9e37_79b9 % GROUPS as u64) as u32)
        .collect();
    let function = plugin.function("sum").expect("it is in the list");
    let Bound::Aggregate(bound) = function.bind("{}", &number).expect("a number") else {
        unreachable!("it is an aggregate");
    };
    let bound = Arc::new(bound);
    let crossed = time(1, || {
        let mut states = bound.open(None).expect("states");
        for chunk in groups.chunks(ROWS) {
            let rows = values.slice(0, chunk.len());
            states.update(&[rows], chunk, GROUPS).expect("rows");
        }
        black_box(states.finish().expect("results"));
    });
    let cx = Cx::new(Arc::<Task>::clone(&task));
    let here = time(1, || {
        let sum = Sum::default();
        let mut states = sum.open();
        for chunk in groups.chunks(ROWS) {
            let columns = [values.slice(0, chunk.len())];
            let rows = GroupedRows {
                columns: &columns,
                groups: chunk,
                n_groups: GROUPS,
            };
            sum.update(&mut states, rows, &cx).expect("rows");
        }
        black_box(sum.finish(states).expect("results"));
    });
    say(
        "sum of 4,000,000 floats in 1,000,000 groups, in the plugin",
        crossed,
    );
    say(
        "sum of 4,000,000 floats in 1,000,000 groups, without it",
        here,
    );
}
