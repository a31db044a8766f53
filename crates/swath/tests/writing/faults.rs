//! A write that fails on the way.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use swath::ErrorKind;
use swath::prelude::*;
use swath_kernels::{Accumulator, Aggregate, AggregateTypes, Aggregates, KernelError, Sum};
use swath_meta::DType;
use swath_ops::{Env, Op};
use swath_scheduler::Local;

use super::{folder, found, listing, rows, two_threads};

/// Sums, but the accumulator of a certain number panics.
#[derive(Debug)]
struct Panics {
    made: Arc<AtomicUsize>,
    last: Arc<AtomicUsize>,
}

impl Aggregate for Panics {
    fn kind(&self) -> &'static str {
        "sum"
    }

    fn infer(&self, inputs: &[DType]) -> Result<AggregateTypes, KernelError> {
        Sum.infer(inputs)
    }

    fn accumulator(&self, inputs: &[DType]) -> Result<Box<dyn Accumulator>, KernelError> {
        let made = self.made.fetch_add(1, Ordering::Relaxed) + 1;
        assert!(
            made < self.last.load(Ordering::Relaxed),
            "out of fingers to count on"
        );
        Sum.accumulator(inputs)
    }
}

/// Fails in the partition that has row `at`, after those before it may have been written.
fn failing(session: &Session, at: i64, n: usize) -> DataFrame {
    rows(session, 2, n)
        .assign("row", col("row") + lit(0).floordiv(col("row") - at))
        .expect("a frame")
}

#[test]
fn a_write_that_fails_leaves_nothing() {
    for session in [two_threads(), Session::testing()] {
        for at in [0, 15, 39] {
            let scene = folder();
            let out = scene.path().join("a/b/out");
            failing(&session, at, 4)
                .to_parquet(&*out)
                .expect_err("a failing partition");
            assert_eq!(listing(scene.path()), Vec::<String>::new());
            // A second attempt meets no folder with files.
            let written = rows(&session, 2, 4).to_parquet(&*out).expect("written");
            assert_eq!((written.files(), written.rows()), (4, 40));
            assert_eq!(found(&session, &out), (2, 40));
        }
    }
}

#[test]
fn an_overwrite_that_fails_keeps_the_old_files() {
    for session in [two_threads(), Session::testing()] {
        let data = folder();
        rows(&session, 1, 3).to_parquet(data.path()).expect("files");
        std::fs::write(data.path().join("notes.txt"), b"mine").expect("a file");
        let before = listing(data.path());
        for at in [0, 15, 39] {
            failing(&session, at, 4)
                .to_parquet(ToParquet::new(data.path()).overwrite())
                .expect_err("a failing partition");
            assert_eq!(listing(data.path()), before);
            assert_eq!(found(&session, data.path()), (1, 30));
        }
        let written = rows(&session, 2, 2)
            .to_parquet(ToParquet::new(data.path()).overwrite())
            .expect("written");
        let paths: Vec<_> = written.paths().map(Path::to_path_buf).collect();
        assert_eq!(
            paths,
            ["part.0.parquet", "part.1.parquet"].map(|name| data.path().join(name))
        );
        assert_eq!(found(&session, data.path()), (2, 20));
        assert_eq!(
            listing(data.path()),
            ["notes.txt", "part.0.parquet", "part.1.parquet"]
        );
    }
}

#[test]
fn a_write_that_panics_leaves_nothing() {
    let (made, last) = (Arc::default(), Arc::new(AtomicUsize::new(usize::MAX)));
    let mut aggregates = Aggregates::standard();
    aggregates.register(Arc::new(Panics {
        made: Arc::clone(&made),
        last: Arc::clone(&last),
    }));
    let env = Env {
        aggregates: Arc::new(aggregates),
        ..Env::default()
    };
    let backend = Local::<Op>::builder()
        .threads(1)
        .memory_limit(64 << 20)
        .env(env)
        .build()
        .expect("a backend");
    let session = Session::builder()
        .backend(Arc::new(backend))
        .build()
        .expect("a session");
    let data = folder();
    let sums = |generation| {
        rows(&session, generation, 3)
            .groupby("row")
            .split_out(3)
            .sum("generation")
            .expect("a frame")
    };
    sums(1).to_parquet(data.path()).expect("files");
    let before = listing(data.path());
    assert_eq!(before.len(), 3);
    // The last accumulator is one of a task that writes, after others have written.
    last.store(2 * made.load(Ordering::Relaxed), Ordering::Relaxed);
    let error = sums(2)
        .to_parquet(ToParquet::new(data.path()).overwrite())
        .expect_err("it panics");
    assert!(matches!(error.kind(), ErrorKind::Panic { .. }), "{error}");
    assert_eq!(listing(data.path()), before);
    last.store(usize::MAX, Ordering::Relaxed);
    let old: i64 = session
        .read_parquet(data.path())
        .and_then(|df| df.sum("generation"))
        .and_then(|sum| sum.get())
        .expect("the old files");
    assert_eq!(old, 30);
}

#[test]
fn a_disk_error_while_files_get_their_names_keeps_the_old_ones() {
    let session = two_threads();
    let data = folder();
    rows(&session, 1, 2).to_parquet(data.path()).expect("files");
    // No file can take the name of a folder: the third of four fails.
    std::fs::create_dir(data.path().join("part.2.parquet")).expect("a folder");
    let before = listing(data.path());
    let error = rows(&session, 2, 4)
        .to_parquet(ToParquet::new(data.path()).overwrite())
        .expect_err("a name that is taken");
    assert!(matches!(error.kind(), ErrorKind::File { .. }), "{error}");
    assert_eq!(listing(data.path()), before);
    assert_eq!(found(&session, data.path()), (1, 20));
    std::fs::remove_dir(data.path().join("part.2.parquet")).expect("removed");
    rows(&session, 2, 4)
        .to_parquet(ToParquet::new(data.path()).overwrite())
        .expect("written");
    assert_eq!(found(&session, data.path()), (2, 40));
}

#[test]
fn files_in_folders_below_are_replaced_too() {
    let session = two_threads();
    let scene = folder();
    let data = scene.path().join("data");
    rows(&session, 1, 1)
        .to_parquet(data.join("year=1"))
        .expect("files");
    let elsewhere = scene.path().join("elsewhere");
    rows(&session, 1, 1).to_parquet(&*elsewhere).expect("files");
    std::os::unix::fs::symlink(&elsewhere, data.join("year=2")).expect("a link");
    std::fs::write(data.join("_metadata"), b"about the old files").expect("a file");
    assert_eq!(found(&session, &data), (1, 20));
    let error = rows(&session, 2, 1)
        .to_parquet(&*data)
        .expect_err("it has files");
    assert!(error.to_string().contains("has 2 files already"), "{error}");
    rows(&session, 2, 1)
        .to_parquet(ToParquet::new(&*data).overwrite())
        .expect("written");
    assert_eq!(found(&session, &data), (2, 10));
    assert_eq!(listing(&data), ["part.0.parquet", "year=1"]);
    // What a link leads to belongs to somebody else.
    assert_eq!(found(&session, &elsewhere), (1, 10));
}
