//! A source: what it lists and what is read of it.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use insta::assert_snapshot;
use swath_plugin_host::CallError;

use super::{Task, loaded};

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
    assert_snapshot!(error.expect_err("no such column"), @"`tried.numbers` is asked for no column `hlaf`; did you mean `half`? columns are `n`, `half`, `name`");
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
