//! Panics of functions: an error of the run, with its place; whatever else is under way goes on.

use std::path::Path;
use std::time::{Duration, Instant};

use swath::ErrorKind;
use swath::prelude::*;
use tempfile::TempDir;

use crate::scene::{behave, in_parts, library, linked, loaded, rows_of};

/// The line of a plugin's file that an error names.
#[track_caller]
fn line_of(error: &str, file: &str) -> String {
    let (_, line) = error.split_once(&format!("{file}:")).expect(error);
    let digits = line.split(|c: char| !c.is_ascii_digit()).next();
    let line: usize = digits.expect("a number").parse().expect(error);
    let file = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../..")
        .join(file);
    let text = std::fs::read_to_string(file).expect("the plugin's source");
    text.lines().nth(line - 1).expect("a line").to_owned()
}

/// Where it panicked is said, in a library too, however far down that was; and no other place.
#[test]
fn a_panic_is_said_with_its_line() -> swath::Result<()> {
    for session in [linked(), loaded().0] {
        let df = in_parts(&session, 4)?;
        for (how, file, line) in [
            (
                "panic",
                "tests/plugin/src/lib.rs",
                "=> panic!(\"no rate for chf\")",
            ),
            (
                "panic below",
                "tests/plugin/src/panics.rs",
                "assert!(calls > 0, \"nobody is left\")",
            ),
        ] {
            let error = df.map_partitions(behave(how))?.compute();
            let error = error.expect_err("it panics");
            assert!(matches!(error.kind(), ErrorKind::Panic { .. }), "{error}");
            let error = error.to_string();
            assert!(line_of(&error, file).contains(line), "{error}");
            // The session goes on, and so does the function.
            let whole = df.map_partitions(behave("nothing"))?;
            assert_eq!(rows_of(&whole)?, rows_of(&df)?);
        }
    }
    Ok(())
}

/// A session whose tasks all run at once, with the plugin linked or loaded.
fn wide(is_loaded: bool) -> swath::Result<(Session, TempDir)> {
    let folder = tempfile::tempdir().expect("a folder");
    let session = Session::builder().threads(4).memory_limit("256MiB");
    let session = session.plugin_copies(folder.path().join("copies"));
    if !is_loaded {
        let session = session.plugin(swath_tried::plugin()).build()?;
        return Ok((session, folder));
    }
    let session = session.build()?;
    session.load_plugin(library())?;
    Ok((session, folder))
}

/// One partition panics when all have begun: the calls of the others come to their ends.
#[test]
fn others_that_are_under_way_come_to_their_ends() -> swath::Result<()> {
    for is_loaded in [false, true] {
        let (session, folder) = wide(is_loaded)?;
        let df = in_parts(&session, 4)?;
        let meets = folder.path().join("meets");
        std::fs::create_dir(&meets).expect("a folder");
        let panics = behave(&format!("panic in 1: {}", meets.display()));
        let error = df.map_partitions(panics)?.compute();
        let error = error.expect_err("a partition panics").to_string();
        let line = line_of(&error, "tests/plugin/src/panics.rs");
        assert!(line.contains("panic!(\"only here\")"), "{error}");
        let since = Instant::now();
        for other in [0, 2, 3] {
            let done = meets.join(format!("done.{other}"));
            while !done.exists() {
                assert!(since.elapsed() < Duration::from_secs(10), "{other}");
                std::thread::sleep(Duration::from_millis(5));
            }
        }
        assert!(!meets.join("done.1").exists());
        assert_eq!(df.len().get::<i64>()?, 100, "the session goes on");
    }
    Ok(())
}
