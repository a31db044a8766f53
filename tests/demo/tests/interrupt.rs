//! Ctrl-C while the pipeline runs.
#![cfg(unix)]

use std::{
    io::{BufRead as _, BufReader, Read as _},
    process::{Command, Stdio},
    time::{Duration, Instant},
};

/// A signal ends it much sooner; this is for a machine that does other things as well.
const AT_MOST: Duration = Duration::from_secs(10);

#[test]
fn ctrl_c_cancels_what_runs_and_says_so() {
    let data = tempfile::tempdir().unwrap();
    let mut demo = Command::new(env!("CARGO_BIN_EXE_swath-demo"))
        .args(["--rows", "1e6", "--files", "8", "--threads", "2", "--data"])
        .arg(data.path())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(demo.stdout.take().unwrap())
        .lines()
        .map_while(Result::ok);
    // The structure is printed just before the pipeline begins.
    assert!(lines.any(|line| line.starts_with("partitions:")));
    let id = demo.id().to_string();
    assert!(
        Command::new("kill")
            .args(["-INT", &id])
            .status()
            .unwrap()
            .success()
    );
    let sent = Instant::now();
    assert!(
        !lines.any(|line| line.contains("Memory")),
        "it went on to the end"
    );
    let status = demo.wait().unwrap();
    let mut text = String::new();
    demo.stderr
        .take()
        .unwrap()
        .read_to_string(&mut text)
        .unwrap();
    assert_eq!(status.code(), Some(130), "{text}");
    assert_eq!(text, "interrupted\n");
    assert!(sent.elapsed() < AT_MOST, "{:?}", sent.elapsed());
}
