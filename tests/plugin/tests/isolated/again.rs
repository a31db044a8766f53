//! What did not survive is tried once more, and never with other rows.

use super::*;

/// A source that crashes after two batches, and then has others in their place.
#[track_caller]
fn reads_once(how: &str) -> CallError {
    let (plugin, folder) = apart();
    let marker = folder.path().join("marker");
    let params = format!(
        r#"{{"rows":12,"at":0,"how":"{how} after {}"}}"#,
        marker.display()
    );
    let function = plugin.function("numbers").expect("it is in the list");
    let bound = Arc::new(function.bind_source(&params).expect("parameters"));
    let listing = bound.list(None).expect("a list");
    let wanted = Wanted {
        columns: ["n", "half", "name"].map(ToOwned::to_owned).to_vec(),
        ..Wanted::default()
    };
    let mut run = bound
        .read(&listing.parts[0], &wanted, Arc::new(Third(0)))
        .expect("a run");
    let mut next = || run.next_batch();
    for _ in 0..2 {
        let batch = next().expect("rows").expect("some");
        assert_eq!(batch.num_rows(), 4);
    }
    let found = next().map(|batch| batch.map(|batch| batch.num_rows()));
    assert!(marker.exists(), "it crashed");
    found.expect_err("what was returned before does not come again")
}

#[test]
fn a_source_that_ends_earlier_the_second_time_is_an_error() {
    assert_snapshot!(reads_once("fewer"), @"`tried.numbers`: its process ended, and what it had returned before does not come again as it was in a new one: its contract says that the same input gives the same rows, and it has to keep to that or say `random`");
}

#[test]
fn a_source_that_has_other_values_the_second_time_is_an_error() {
    assert_snapshot!(reads_once("others"), @"`tried.numbers`: its process ended, and what it had returned before does not come again as it was in a new one: its contract says that the same input gives the same rows, and it has to keep to that or say `random`");
}

#[test]
fn a_process_that_ended_while_nobody_used_it_is_no_attempt() {
    let (plugin, folder) = apart();
    let marker = folder.path().join("marker");
    let bound = behaving(&plugin, &format!("once: {}: segv", marker.display()));
    let bound = bound.expect("columns");
    for worker in children() {
        end(&worker);
    }
    let found = run(&bound, &Arc::default(), &[part()]);
    assert_eq!(found.expect("another attempt"), [part()]);
    assert!(marker.exists(), "it crashed");
}

/// Ends a process of ours, and waits until it is no more than a number.
fn end(process: &str) {
    let kill = std::process::Command::new("kill")
        .args(["-9", process])
        .status();
    assert!(kill.expect("it runs").success());
    await_end(process);
}
