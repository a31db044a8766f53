//! What was handed over is let go, whatever becomes of the call.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use arrow_array::{ArrayRef, Float64Array};
use arrow_buffer::Buffer;
use swath_batch::Batch;
use swath_plugin_host::CallError;

use super::{Task, loaded, part, partition_fn, run};

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
