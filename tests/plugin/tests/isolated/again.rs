//! What did not survive is tried once more, and never with other rows.

use super::*;

#[test]
fn what_crashes_once_is_done_again() {
    let (plugin, folder) = apart();
    let marker = |name: &str| folder.path().join(name).display().to_string();
    let how = format!("once: {}: segv", marker("partition"));
    assert_eq!(
        behave(&plugin, &how, &Arc::default()).expect("another attempt"),
        [part()]
    );
    assert!(Path::new(&marker("partition")).exists(), "it crashed");

    // States are made again of what was added.
    let params = format!(r#"{{"at_13":"once: {}: abort"}}"#, marker("sum"));
    let bound = sum(&plugin, &params);
    let mut groups = bound.open(None).expect("states");
    let column = |values: &[f64]| -> ArrayRef { Arc::new(Float64Array::from(values.to_vec())) };
    groups
        .update(&[column(&[1.0, 2.0])], &[0, 1], 2)
        .expect("rows");
    groups
        .update(&[column(&[13.0, 4.0])], &[1, 0], 2)
        .expect("another attempt");
    groups.update(&[column(&[1.0])], &[2], 3).expect("rows");
    let found = groups.finish().expect("results");
    assert_eq!(
        found.as_primitive::<Float64Type>().values(),
        &[5.0, 15.0, 1.0]
    );
    assert!(Path::new(&marker("sum")).exists(), "it crashed");

    let keys = Meta::of([("k", "int64")]).expect("a meta");
    let params = format!(r#"{{"at_null":"once: {}: overflow"}}"#, marker("in_turn"));
    let function = plugin.function("in_turn").expect("it is in the list");
    let bound = function.bind_partitioner(&params, &keys, 4).expect("keys");
    let nulls: ArrayRef = Arc::new(Int64Array::from(vec![None, Some(1)]));
    let error = bound.call(&[nulls], 2, None).expect_err("nulls go nowhere");
    assert_eq!(failure(&error), Some(Failure::Contract), "{error:?}");
    assert!(!folder.path().join("crashes").exists());
}

/// A source that crashes after two batches, and then has others in their place.
#[track_caller]
fn reads_once(how: &str) -> CallError {
    let (plugin, folder) = apart();
    let marker = folder.path().join("marker");
    let params = format!(
        r#"{{"rows":12,"at":0,"how":"{how} after {}"}}"#,
        marker.display()
    );
    let (bound, wanted) = numbers(&plugin, &params).expect("parameters");
    let listing = bound.list(None).expect("a list");
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
    assert_snapshot!(reads_once("fewer"), @"`tried.numbers`: was aborted with SIGABRT (`abort`, or no stack left) on partition 0, and in a new process it returned other rows than before: its contract says that the same input gives the same rows, and it has to keep to that or say `random`");
}

#[test]
fn a_source_that_has_other_values_the_second_time_is_an_error() {
    assert_snapshot!(reads_once("others"), @"`tried.numbers`: was aborted with SIGABRT (`abort`, or no stack left) on partition 0, and in a new process it returned other rows than before: its contract says that the same input gives the same rows, and it has to keep to that or say `random`");
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

/// What happened first is what is told, and not only that there is no other process to try it in.
#[test]
fn a_crash_without_a_process_after_it_is_told() {
    let (plugin, folder) = apart();
    let bound = behaving(&plugin, "segv").expect("columns");
    let copies = std::fs::read_dir(folder.path().join("copies")).expect("a folder");
    for copy in copies {
        std::fs::remove_file(copy.expect("a file").path()).expect("it is ours");
    }
    let error = run(&bound, &Arc::default(), &[part()]).expect_err("it crashes");
    assert_eq!(failure(&error), Some(Failure::Crash));
    assert!(matches!(
        error,
        CallError::Said {
            is_retryable: true,
            ..
        }
    ));
    let said = words(&error, folder.path());
    let begin =
        "`tried.behave`: crashed with SIGSEGV on partition 2; it could not be tried again: ";
    assert!(said.starts_with(begin), "{said}");
    assert!(said.contains("; the rows it was given are in"), "{said}");
}

#[test]
fn of_several_frames_all_are_given_again() {
    let (plugin, folder) = apart();
    let marker = folder.path().join("marker");
    let left = Batch::from_csv("k,v\n1,10\n2,20\n3,30\n").expect("a table");
    let right = Batch::from_csv("k,w\n1,5\n3,2\n1,6\n").expect("a table");
    let params = format!(r#"{{"how":"once: {}: segv"}}"#, marker.display());
    let function = plugin.function("summed").expect("it is in the list");
    let bound = function.bind_frames(&params, &[left.meta(), right.meta()]);
    let bound = bound.expect("columns");
    let mut found = Vec::new();
    let mut run = bound.open(Arc::<Task>::default()).expect("a run");
    let keep = |batch: Batch| {
        found.push(batch);
        Ok(())
    };
    run.push_frames::<CallError>(&[left, right], keep)
        .expect("another attempt");
    assert!(marker.exists(), "it crashed");
    let sums = found[0].i64("sum").expect("a column");
    assert_eq!(
        sums.iter().collect::<Vec<_>>(),
        [Some(11), Some(0), Some(2)]
    );
}

/// Rows of a source, or what happened to its process.
fn read_all(plugin: &Plugin) -> Result<Vec<Batch>, CallError> {
    let (bound, wanted) = numbers(plugin, r#"{"parts":1,"rows":40}"#)?;
    let listing = bound.list(None)?;
    let mut run = bound.read(&listing.parts[0], &wanted, Arc::new(Third(0)))?;
    let mut found = Vec::new();
    while let Some(batch) = run.next_batch()? {
        found.push(batch);
    }
    Ok(found)
}

/// Whenever a process is killed, there are the right rows or an error.
#[test]
fn rows_are_never_lost_and_never_come_twice() {
    let (plugin, _folder) = apart();
    let expected = read_all(&plugin).expect("nobody is killed yet");
    let (is_over, killed) = (AtomicBool::new(false), AtomicU64::new(0));
    std::thread::scope(|scope| {
        scope.spawn(|| {
            for turn in 0.. {
                // Now early and now late, and mostly not while the next one starts.
                std::thread::sleep(Duration::from_millis(60 + turn * 37 % 90));
                if is_over.load(Ordering::Relaxed) {
                    break;
                }
                if let Some(process) = children().first() {
                    let mut kill = std::process::Command::new("kill");
                    // It may have ended by itself.
                    let hit = kill.args(["-9", process]).output().expect("it runs");
                    killed.fetch_add(u64::from(hit.status.success()), Ordering::Relaxed);
                }
            }
        });
        let (mut whole, mut crashed) = (0, 0);
        // Until enough of them were hit, however fast the machine is.
        while whole + crashed < 200 || killed.load(Ordering::Relaxed) < 20 {
            match read_all(&plugin) {
                Ok(found) => {
                    assert_eq!(found, expected);
                    whole += 1;
                }
                Err(error) => {
                    let said = words(&error, Path::new("/no/such/folder"));
                    assert!(said.contains("SIGKILL"), "{said}");
                    crashed += 1;
                }
            }
        }
        is_over.store(true, Ordering::Relaxed);
        assert!(whole > crashed, "{whole} whole, {crashed} crashed");
    });
}
