//! What was handed over is let go, whatever becomes of the call.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use arrow_array::{ArrayRef, Float64Array, Int64Array};
use arrow_buffer::Buffer;
use swath_batch::Batch;
use swath_meta::Meta;
use swath_plugin_host::{Bound, CallError, Plugin, Policy};

use super::{Task, copies, library_of, loaded, part, partition_fn, run};

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

/// How many hold on to some values, and to the column of them.
fn holders(values: &Buffer, column: &ArrayRef) -> (usize, usize) {
    (values.strong_count(), Arc::strong_count(column))
}

/// Whatever becomes of a call, the rows that it was given are let go.
#[test]
fn nothing_holds_on_to_rows_that_were_handed_over() {
    let plugin = loaded();
    let values = Buffer::from(vec![1.5, 2.5, 4.0]);
    let column: ArrayRef = Arc::new(Float64Array::new(values.clone().into(), None));
    let texts = Arc::clone(part().record_batch().column(1));
    let columns = vec![Arc::clone(&column), texts];
    let rows = Batch::from_arrays(part().meta(), columns, 3).expect("rows");
    let held = holders(&values, &column);
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
        assert_eq!(holders(&values, &column), held, "{how}");
    }
}

/// How a call ends: with an answer, or not.
const ENDS: [&str; 4] = ["", "text", "error", "endless"];

/// The task of a call that ends so: what does not end by itself is cancelled.
fn task(how: &str) -> Arc<Task> {
    let task = Arc::<Task>::default();
    task.is_cancelled.store(how == "endless", Ordering::Relaxed);
    task
}

/// Calls a function of any kind but sinks with these rows, and ends it so where it is called.
fn called(plugin: &Plugin, kind: &str, how: &str, rows: &ArrayRef) -> Result<(), CallError> {
    let function = plugin.function(&format!("panics_in_{kind}"));
    let function = function.expect("it is in the list");
    let meta = Meta::of([("x", "float64")]).expect("a meta");
    let at = match how {
        "" => "nowhere",
        _ if kind == "groups" => "update",
        _ => "call",
    };
    let params = format!(r#"{{"at":"{at}","what":"{how}"}}"#);
    let (rows, n, task) = ([Arc::clone(rows)], rows.len(), task(how));
    if kind == "places" {
        let bound = function.bind_partitioner(&params, &meta, 3)?;
        return bound.call(&rows, n, Some(task)).map(drop);
    }
    match function.bind(&params, &meta)? {
        Bound::Partition(bound) => {
            let rows = Batch::from_arrays(&Arc::new(meta), rows.to_vec(), n).expect("rows");
            let mut run = bound.open(task)?;
            run.push(&rows, |_| Ok::<_, CallError>(()))
        }
        Bound::Scalar(bound) => bound.call(&rows, n, Some(task)).map(drop),
        Bound::Aggregate(bound) => {
            let mut groups = Arc::new(bound).open(Some(task))?;
            groups.update(&rows, &[0, 1], 2)?;
            groups.finish().map(drop)
        }
        other => unreachable!("another kind: {other:?}"),
    }
}

#[test]
fn every_kind_lets_go_of_its_rows() {
    let (_folder, copies) = copies();
    let library = library_of("swath_faulty");
    let plugin = Plugin::load(library, &Policy::default(), &copies).expect("it is a plugin");
    let values = Buffer::from(vec![1.5, 2.5]);
    let rows: ArrayRef = Arc::new(Float64Array::new(values.clone().into(), None));
    let held = holders(&values, &rows);
    for kind in ["partitions", "rows", "groups", "places"] {
        for how in ENDS {
            let answer = called(&plugin, kind, how, &rows);
            assert_eq!(answer.is_ok(), how.is_empty(), "{kind}, {how}: {answer:?}");
            drop(answer);
            assert_eq!(holders(&values, &rows), held, "{kind}, {how}");
        }
    }
}

/// A sink may keep what it is given until its write is seen, and this one does not.
#[test]
fn a_sink_lets_go_of_its_rows() {
    let plugin = loaded();
    let folder = tempfile::tempdir().expect("a folder");
    let values = Buffer::from(vec![1_i64, 2]);
    let column: ArrayRef = Arc::new(Int64Array::new(values.clone().into(), None));
    let meta = Meta::of([("z", "int64")]).expect("a meta");
    let columns = vec![Arc::clone(&column)];
    let rows = Batch::from_arrays(&Arc::new(meta), columns, 2).expect("rows");
    let held = holders(&values, &column);
    for how in ENDS {
        let does = how.replace("text", "panic");
        let to = folder.path().display();
        let params = format!(r#"{{"folder":"{to}","how":"{does}","at":2}}"#);
        let function = plugin.function("table").expect("it is in the list");
        let sink = function.bind_sink(&params, rows.meta()).expect("it is one");
        let sink = Arc::new(sink);
        let mut run = sink.open("write", "attempt", task(how)).expect("a run");
        let answer = run.push(&rows).and_then(|()| run.finish());
        assert_eq!(answer.is_ok(), how.is_empty(), "{how}: {answer:?}");
        drop(answer);
        sink.abort("write").expect("it is cleared away");
        drop(sink);
        assert_eq!(holders(&values, &column), held, "{how}");
    }
}
