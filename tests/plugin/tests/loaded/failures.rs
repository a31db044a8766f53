//! Calls that fail, are stopped, or end the process.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use insta::assert_snapshot;
use swath_batch::Batch;
use swath_plugin_host::CallError;

use super::{Task, behave, child, is_child, loaded, part, partition_fn, run, words};

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
fn an_exit_in_a_plugin_is_no_success() {
    if is_child() {
        let _ = behave("exit");
        unreachable!("the process ended");
    }
    let child = child("failures::an_exit_in_a_plugin_is_no_success")
        .output()
        .expect("it runs");
    assert_eq!(child.status.code(), Some(70));
    let said = String::from_utf8_lossy(&child.stderr).into_owned();
    let expected = "the plugin function `tried.behave` ended the process in partition 2";
    assert!(said.contains(expected), "{said}");
}
