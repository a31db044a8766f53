//! Ends of processes: seen whatever a plugin has started, and in time.

use super::*;

#[test]
fn an_endless_loop_is_ended() {
    let folder = tempfile::tempdir().expect("a folder");
    // One that looks is given the time to, however busy the machine is: its process goes on, and that of the other is ended.
    for (how, grace, goes_on) in [("endless", 20_000, true), ("spin", 100, false)] {
        let isolation = isolation(folder.path()).grace(Duration::from_millis(grace));
        let plugin = load(folder.path(), &isolation).expect("it runs apart");
        let bound = behaving(&plugin, how).expect("columns");
        let before = children();
        let task = Arc::<Task>::default();
        let seen = Arc::clone(&task);
        let stopper = std::thread::spawn(move || {
            std::thread::sleep(Duration::from_millis(50));
            seen.is_cancelled.store(true, Ordering::Relaxed);
        });
        let begin = Instant::now();
        let error = run(&bound, &task, &[part()]).expect_err("it was cancelled");
        let took = begin.elapsed();
        assert!(took < Duration::from_secs(3), "{how}: {took:?}");
        stopper.join().expect("no panic");
        assert_eq!(failure(&error), Some(Failure::Cancelled), "{error:?}");
        assert_snapshot!(how, words(&error, folder.path()));
        behave(&plugin, "nothing", &Arc::default()).expect("it goes on");
        assert_eq!(children() == before, goes_on, "{how}: {before:?}");
    }
}

#[test]
fn nothing_is_left_over() {
    let (plugin, _folder) = apart();
    assert_eq!(children().len(), 1);
    let bound = scalar(&plugin);
    drop(plugin);
    assert_eq!(children().len(), 1, "what is bound is used still");
    let rows: ArrayRef = Arc::new(Float64Array::from(vec![1.0]));
    bound.call(&[rows], 1, None).expect("an answer");
    drop(bound);
    assert_eq!(children(), Vec::<String>::new());
}

#[test]
fn workers_end_with_a_program_that_is_killed() {
    let name = "ends::workers_end_with_a_program_that_is_killed";
    if std::env::var_os(CHILD).is_some() {
        let (plugin, _folder) = apart();
        // Its worker is busy for ever when this process is killed.
        std::thread::spawn(|| {
            std::thread::sleep(Duration::from_millis(300));
            println!("workers: {}", children().join(" "));
        });
        let _ = behave(&plugin, "spin", &Arc::default());
        unreachable!("it is killed before");
    }
    let mut program = std::process::Command::new(this_program())
        .args(["--exact", name, "--nocapture"])
        .env(CHILD, "1")
        .stdout(std::process::Stdio::piped())
        .spawn()
        .expect("it runs");
    let lines = std::io::BufReader::new(program.stdout.take().expect("a pipe")).lines();
    let mut lines = lines.map_while(Result::ok);
    let workers =
        lines.find_map(|line| line.split_once("workers: ").map(|(_, ids)| ids.to_owned()));
    let workers = workers.expect("it says which");
    assert!(!workers.is_empty());
    program.kill().expect("it is there");
    program.wait().expect("it ends");
    workers.split_whitespace().for_each(await_end);
}

#[test]
fn a_crash_is_seen_where_a_copy_of_the_process_goes_on() {
    let (plugin, folder) = apart();
    let begin = Instant::now();
    let error = behave(&plugin, "fork", &Arc::default()).expect_err("it crashes");
    assert_eq!(failure(&error), Some(Failure::Crash), "{error:?}");
    assert!(
        begin.elapsed() < Duration::from_secs(5),
        "{:?}",
        begin.elapsed()
    );
    drop(folder);
}

#[test]
fn what_a_plugin_started_ends_with_its_process() {
    let (plugin, folder) = apart();
    let started = |how: &str| {
        let path = folder.path().join(how);
        let bound = behaving(&plugin, &format!("start: {}", path.display())).expect("columns");
        run(&bound, &Arc::default(), &[part()]).expect("an answer");
        std::fs::read_to_string(path).expect("its number")
    };
    let first = started("first");
    behave(&plugin, "segv", &Arc::default()).expect_err("it crashes");
    await_end(&first);
    let second = started("second");
    drop(plugin);
    await_end(&second);
}

/// A run of a plugin whose second process does what a script says is cancelled while that process starts.
#[track_caller]
fn cancelled_while_it_starts(script: &str) {
    let folder = tempfile::tempdir().expect("a folder");
    let marker = folder.path().join("marker");
    let path = folder.path().join("second");
    let real = format!(
        "exec {} --exact serves --nocapture",
        this_program().display()
    );
    let text = format!(
        "if mkdir {}; then {real}; else {script}; fi\n",
        marker.display()
    );
    std::fs::write(&path, text).expect("written");
    let program = WorkerProgram::from("/bin/sh").arg(path);
    let isolation = isolation(folder.path()).worker(program);
    let plugin = load(folder.path(), &isolation).expect("it runs apart");
    let bound = behaving(&plugin, "segv").expect("columns");
    let task = Arc::<Task>::default();
    let seen = Arc::clone(&task);
    let stopper = std::thread::spawn(move || {
        // Behind the crash of the first.
        std::thread::sleep(Duration::from_millis(500));
        seen.is_cancelled.store(true, Ordering::Relaxed);
    });
    let begin = Instant::now();
    let error = run(&bound, &task, &[part()]).expect_err("it was cancelled");
    let took = begin.elapsed();
    stopper.join().expect("no panic");
    assert!(took < Duration::from_secs(2), "{took:?}");
    assert_eq!(failure(&error), Some(Failure::Cancelled), "{error:?}");
}

#[test]
fn cancelling_is_seen_while_a_new_process_says_nothing() {
    cancelled_while_it_starts("exec sleep 100");
}

#[test]
fn cancelling_is_seen_while_a_new_process_loads() {
    let hello = format!(
        r#"{{"swath_plugin_worker":"{}/3"}}"#,
        env!("CARGO_PKG_VERSION")
    );
    let length = hello.len();
    cancelled_while_it_starts(&format!(
        "printf '\\{length:03o}\\000\\000\\000%s' '{hello}' >&0; exec sleep 100"
    ));
}
