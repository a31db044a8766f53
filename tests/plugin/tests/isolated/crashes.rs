//! What does not survive in its process is an error here, which says what is left.

use super::*;

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

/// What is called for rows of whichever partition does not claim one.
#[test]
fn a_crash_names_no_partition_where_none_is_known() {
    let (plugin, folder) = apart();
    let bound = sum(&plugin, r#"{"at_13":"segv"}"#);
    let mut groups = bound.open(None).expect("states");
    let column: ArrayRef = Arc::new(Float64Array::from(vec![13.0]));
    let error = groups.update(&[column], &[0], 1).expect_err("it crashes");
    assert_snapshot!(words(&error, folder.path()), @"`tried.sum`: crashed with SIGSEGV while it was called, and again in a new process; the rows it was given are in `[folder]/crashes/tried.sum-rows-[hash].arrow`");
    let keys = Meta::of([("k", "int64")]).expect("a meta");
    let function = plugin.function("in_turn").expect("it is in the list");
    let bound = function.bind_partitioner(r#"{"at_null":"segv"}"#, &keys, 4);
    let nulls: ArrayRef = Arc::new(Int64Array::from(vec![None]));
    let bound = bound.expect("keys");
    let error = bound.call(&[nulls], 1, None).expect_err("it crashes");
    assert_snapshot!(words(&error, folder.path()), @"`tried.in_turn`: crashed with SIGSEGV while it was called, and again in a new process; the rows it was given are in `[folder]/crashes/tried.in_turn-rows-[hash].arrow`");
    // Where it is known, it is named.
    let nulls: ArrayRef = Arc::new(Int64Array::from(vec![None]));
    let task: Arc<dyn Host> = Arc::<Task>::default();
    let error = bound.call(&[nulls], 1, Some(task)).expect_err("it crashes");
    assert_snapshot!(words(&error, folder.path()), @"`tried.in_turn`: crashed with SIGSEGV on partition 2, and again in a new process; the rows it was given are in `[folder]/crashes/tried.in_turn-partition-2-[hash].arrow`");
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
    assert_snapshot!(words(&error, folder.path()), @"`tried.table`: ended its process by `exit` while it made the write `w` seen; all, a part or nothing of the write may be seen, nothing of it is cleared away, and it is not tried again: look at what is there, and complete or remove it before it is written again");
    let is_retryable = matches!(
        error,
        CallError::Said {
            is_retryable: true,
            ..
        }
    );
    assert!(!is_retryable, "it might be written twice");
    bound.abort("w").expect("nothing is done");
    let files = std::fs::read_dir(&to).expect("a folder").count();
    assert_eq!(files, 2, "one that is seen, and one that is not yet");
}

#[test]
fn an_end_says_what_it_left() {
    let Both { apart, folder, .. } = both();
    let part = Batch::from_columns([("z", vec![1_i64])]).expect("a column");
    let to = folder.path().join("left");
    let params = format!(r#"{{"folder":"{}","how":"exit in abort"}}"#, to.display());
    let function = apart.function("table").expect("it is in the list");
    let bound = function.bind_sink(&params, part.meta()).expect("columns");
    let aborted = bound.abort("w").expect_err("it ends");
    let function = apart.function("numbers").expect("it is in the list");
    let bound = function.bind_source(r#"{"how":"exit in parts"}"#);
    let listed = bound.expect("parameters").list(None).expect_err("it ends");
    let said = [aborted, listed].map(|error| words(&error, folder.path()));
    assert_snapshot!(said.join("\n"));
}

#[test]
fn rows_are_not_kept_while_values_are_redacted() {
    let name = "crashes::rows_are_not_kept_while_values_are_redacted";
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
