//! Several writes, and writes that never begin or end.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use swath::Sink;
use swath::prelude::*;

use super::{folder, found, listing, relative, rows, two_threads};

#[test]
fn two_writes_into_one_folder_are_an_error() {
    let session = two_threads();
    let scene = folder();
    let sink = |generation, target: &Path| -> Sink {
        rows(&session, generation, 2)
            .sink_parquet(ToParquet::new(target).overwrite())
            .expect("a sink")
    };
    let out = scene.path().join("out");
    for other in [
        out.clone(),
        scene.path().join("./out/"),
        scene.path().join("nowhere/../out"),
        relative(&out),
        PathBuf::from(format!("file://{}", out.display())),
        // A reader of the outer folder reads the inner one.
        out.join("inner"),
    ] {
        let error = swath::compute((&sink(1, &out), &sink(2, &other))).expect_err("one folder");
        assert_eq!(error.code(), "E0204", "{}: {error}", other.display());
    }
    let one = sink(1, &out);
    let error = swath::compute((&one, &one)).expect_err("one folder");
    let text = error
        .to_string()
        .replace(&scene.path().display().to_string(), "[folder]");
    insta::with_settings!({ filters => vec![(r"rs:\d+", "rs:[line]")] }, {
        insta::assert_snapshot!("two_writes_into_one_folder", text);
    });
    assert_eq!(listing(scene.path()), Vec::<String>::new());
    // Two folders are fine, and so is a hidden one in the other.
    swath::compute((&one, &sink(2, &out.join("_rejected")))).expect("two folders");
    assert_eq!(found(&session, &out), (1, 20));
}

#[test]
fn a_sink_touches_nothing_before_it_is_computed_and_follows_the_same_rules_each_time() {
    let session = two_threads();
    let scene = folder();
    let out = scene.path().join("out");
    let df = rows(&session, 1, 2);
    let careful = df.sink_parquet(&*out).expect("a sink");
    let overwriting = df
        .sink_parquet(ToParquet::new(&*out).overwrite())
        .expect("a sink");
    assert_eq!(listing(scene.path()), Vec::<String>::new());

    swath::compute(&careful).expect("an empty folder");
    let error = swath::compute(&careful).expect_err("it has files now");
    assert!(error.to_string().contains("has 2 files already"), "{error}");
    // What is there when it is computed is replaced, not what was there when it was made.
    rows(&session, 3, 5)
        .to_parquet(ToParquet::new(&*out).overwrite())
        .expect("written");
    swath::compute(&overwriting).expect("replaced");
    assert_eq!(found(&session, &out), (1, 20));
    swath::compute(&overwriting).expect("replaced again");
    assert_eq!(listing(&out), ["part.0.parquet", "part.1.parquet"]);

    std::fs::remove_dir_all(&out).expect("removed");
    swath::compute(&careful).expect("an empty folder again");
    assert_eq!(found(&session, &out), (1, 20));
}

#[test]
fn a_write_that_is_cancelled_or_dropped_leaves_nothing() {
    for session in [two_threads(), Session::testing()] {
        let scene = folder();
        let out = scene.path().join("out");
        let sink = rows(&session, 1, 50).sink_parquet(&*out).expect("a sink");
        drop(swath::submit(&sink).expect("started"));
        let cancelled = swath::submit(&sink).expect("started");
        cancelled.cancel();
        // The dropped and the cancelled one may have been faster than that.
        let _ = cancelled.wait();
        let deadline = Instant::now() + Duration::from_secs(10);
        let whole = |names: &[String]| {
            names.is_empty() || (names.len() == 51 && names.iter().all(|name| !name.contains("/.")))
        };
        while !whole(&listing(scene.path())) && Instant::now() < deadline {
            std::thread::sleep(Duration::from_millis(1));
        }
        let left = listing(scene.path());
        assert!(whole(&left), "{left:?} on {} threads", session.threads());
        rows(&session, 2, 2)
            .to_parquet(ToParquet::new(&*out).overwrite())
            .expect("written");
        assert_eq!(found(&session, &out), (2, 20));
    }
}

#[test]
fn writes_at_the_same_time_do_not_mix() {
    let session = two_threads();
    let out = folder();
    std::thread::scope(|scope| {
        for generation in 0..4 {
            let session = session.clone();
            let out = out.path();
            scope.spawn(move || {
                for _ in 0..10 {
                    let written = rows(&session, generation, 2 + generation as usize)
                        .to_parquet(ToParquet::new(out).overwrite());
                    if let Err(error) = written {
                        let text = error.to_string();
                        assert!(text.contains("at this moment"), "{text}");
                    }
                }
            });
        }
    });
    let (generation, rows) = found(&session, out.path());
    assert_eq!(rows, 20 + 10 * generation as usize);
    assert!(
        listing(out.path())
            .iter()
            .all(|name| !name.starts_with('.'))
    );
}
