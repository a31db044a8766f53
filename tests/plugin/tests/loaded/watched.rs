//! A call that takes very long is named in the log, while it runs.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use swath_plugin_host::{CallError, Failure};

use super::logged::Logged;
use super::{Task, in_child, is_child, loaded, partition_fn, run};

/// The first line says so after ten seconds, which nobody can make fewer.
#[test]
#[ignore = "it lasts as long as a call has to last until something is said of it: `cargo xtask test` runs it"]
fn a_call_without_an_answer_is_named() {
    if !is_child() {
        return in_child("watched::a_call_without_an_answer_is_named");
    }
    let logged = Logged::default();
    tracing::subscriber::set_global_default(logged.clone()).expect("there is none before");
    let bound = partition_fn(&loaded(), "behave", r#"{"how":"endless"}"#).expect("columns that do");
    let task = Arc::<Task>::default();
    let begin = Instant::now();
    let (said, took) = std::thread::scope(|scope| {
        let call = scope.spawn(|| run(&bound, &task));
        while logged.lines().is_empty() && begin.elapsed() < Duration::from_secs(20) {
            std::thread::sleep(Duration::from_millis(20));
        }
        let took = begin.elapsed();
        task.is_cancelled.store(true, Ordering::Relaxed);
        (call.join().expect("no panic"), took)
    });
    let said = said.expect_err("it was cancelled");
    let CallError::Said { failure, .. } = &said else {
        panic!("{said}");
    };
    assert_eq!(*failure, Failure::Cancelled, "{said}");
    let line = logged.line("without an answer");
    assert!(
        line.starts_with("WARN message=`tried.behave` has been at partition 2 for 1"),
        "{line}"
    );
    assert!(took >= Duration::from_secs(10), "{took:?}");
}
