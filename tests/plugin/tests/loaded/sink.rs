//! A sink: attempts at partitions, and the receipts of some of them.

use std::sync::Arc;

use insta::assert_snapshot;
use swath_batch::Batch;

use super::{Task, loaded};

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
