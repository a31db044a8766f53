//! What becomes of a file while a call of its plugin runs.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use swath_batch::Host;
use swath_plugin_host::{CallError, Failure, Plugin, Policy};

use super::{copies, library, part, partition_fn};

/// The task of a function that never ends, and that asks over and over whether it should.
#[derive(Default)]
struct Asked {
    times: AtomicUsize,
    is_cancelled: AtomicBool,
}

impl Host for Asked {
    fn check(&self) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
        self.times.fetch_add(1, Ordering::Relaxed);
        if self.is_cancelled.load(Ordering::Relaxed) {
            return Err("cancelled".into());
        }
        Ok(())
    }

    fn partition(&self) -> (usize, usize) {
        (0, 1)
    }
}

impl Asked {
    /// Waits until the function has gone on for a while: its code runs.
    #[track_caller]
    fn goes_on(&self) {
        let (before, begin) = (self.times.load(Ordering::Relaxed), Instant::now());
        while self.times.load(Ordering::Relaxed) < before + 100 {
            assert!(begin.elapsed() < Duration::from_secs(10), "it does not run");
            std::thread::sleep(Duration::from_millis(1));
        }
    }
}

/// Does something to the file of a plugin while a call of it runs, and lets the call end then.
fn while_it_runs(change: impl FnOnce(&Path)) {
    let (folder, copies) = copies();
    let path = folder.path().join("libtried.so");
    std::fs::copy(library(), &path).expect("a copy");
    let plugin = Plugin::load(&path, &Policy::default(), &copies).expect("it is a plugin");
    let bound = partition_fn(&plugin, "behave", r#"{"how":"endless"}"#).expect("columns that do");
    let task = Arc::<Asked>::default();
    let error = std::thread::scope(|scope| {
        let call = scope.spawn(|| {
            let mut run = bound.open(Arc::<Asked>::clone(&task))?;
            run.push(&part(), |_| Ok::<_, CallError>(()))
        });
        task.goes_on();
        change(&path);
        task.goes_on();
        task.is_cancelled.store(true, Ordering::Relaxed);
        call.join()
            .expect("no panic")
            .expect_err("it was cancelled")
    });
    let CallError::Said { failure, .. } = &error else {
        unreachable!("{error}");
    };
    assert_eq!(*failure, Failure::Cancelled, "{error}");
    // Its panics and errors are code and data that nobody has touched yet.
    let bound = partition_fn(&plugin, "behave", r#"{"how":"panic"}"#).expect("columns that do");
    let mut run = bound.open(Arc::<Asked>::default()).expect("a run");
    let error = run.push(&part(), |_| Ok::<_, CallError>(()));
    let error = error.expect_err("it panics").to_string();
    assert!(error.contains("no rate for chf"), "{error}");
}

#[test]
fn it_is_overwritten() {
    while_it_runs(|path| {
        let length = std::fs::metadata(path).expect("it is there").len();
        std::fs::write(path, vec![0xCC; length as usize]).expect("it can be overwritten");
    });
}

#[test]
fn it_is_cut_off() {
    while_it_runs(|path| std::fs::write(path, b"").expect("it can be overwritten"));
}

#[test]
fn another_takes_its_place() {
    while_it_runs(|path| {
        let other = path.with_extension("new");
        std::fs::write(&other, b"another").expect("a file");
        std::fs::rename(&other, path).expect("another file of the same name");
    });
}
