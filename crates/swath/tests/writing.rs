//! What a write promises: the old files or the new ones, whatever happens on the way, and nothing else.

#![expect(
    clippy::disallowed_methods,
    reason = "tests make, list and damage files as no part of swath would"
)]

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use swath::prelude::*;
use swath::{ErrorKind, ReadIpc, ReadJson, Sink, ToIpc, ToJson, Written, WrittenPartition};
use swath_kernels::{Accumulator, Aggregate, AggregateTypes, Aggregates, KernelError, Sum};
use swath_meta::DType;
use swath_ops::{Env, Op};
use swath_scheduler::Local;
use tempfile::TempDir;

fn two_threads() -> Session {
    Session::builder()
        .threads(2)
        .memory_limit("128MiB")
        .build()
        .expect("a session")
}

fn folder() -> TempDir {
    tempfile::tempdir().expect("a temporary folder")
}

/// `n` partitions of ten rows, each with the value of `generation`.
fn rows(session: &Session, generation: i64, n: usize) -> DataFrame {
    let partition = |at: usize| {
        let rows: Vec<String> = (0..10)
            .map(|row| format!("{generation},{}", at * 10 + row))
            .collect();
        Batch::from_csv(&format!("generation,row\n{}\n", rows.join("\n"))).expect("rows")
    };
    session
        .from_batches((0..n).map(partition).collect::<Vec<_>>())
        .expect("a frame")
}

/// Everything below a folder, hidden names and folders too, by path within it.
fn listing(folder: &Path) -> Vec<String> {
    fn walk(root: &Path, folder: &Path, found: &mut Vec<String>) {
        for entry in std::fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            let name = path.strip_prefix(root).expect("below it").display();
            found.push(name.to_string());
            if path.is_dir() && !path.is_symlink() {
                walk(root, &path, found);
            }
        }
    }
    let mut found = Vec::new();
    walk(folder, folder, &mut found);
    found.sort();
    found
}

/// The formats that files are written in.
const FORMATS: [&str; 4] = ["parquet", "csv", "json", "ipc"];

/// Writes a frame in a format: `how` says what becomes of files that are there, `on` which columns name folders.
fn write(
    df: &DataFrame,
    format: &str,
    out: &Path,
    how: &str,
    on: &[&str],
) -> swath::Result<Written> {
    macro_rules! to {
        ($options:ident, $verb:ident) => {{
            let to = $options::new(out).partition_on(on);
            df.$verb(match how {
                "append" => to.append(),
                "overwrite" => to.overwrite(),
                "partitions" => to.overwrite_partitions(),
                _ => to,
            })
        }};
    }
    match format {
        "csv" => to!(ToCsv, to_csv),
        "json" => to!(ToJson, to_json),
        "ipc" => to!(ToIpc, to_ipc),
        _ => to!(ToParquet, to_parquet),
    }
}

/// The frame of the files of a format.
fn read(session: &Session, format: &str, from: &Path) -> swath::Result<DataFrame> {
    match format {
        "csv" => session.read_csv(from),
        "json" => session.read_json(from),
        "ipc" => session.read_ipc(from),
        _ => session.read_parquet(from),
    }
}

/// The one generation in a folder and how many rows it has.
fn found(session: &Session, folder: &Path) -> (i64, usize) {
    found_in(session, "parquet", folder)
}

fn found_in(session: &Session, format: &str, folder: &Path) -> (i64, usize) {
    let table = read(session, format, folder)
        .and_then(|df| df.select(["generation", "row"]))
        .and_then(|df| df.compute())
        .expect("a data set");
    let generations: Vec<i64> = table
        .rows::<(i64, i64)>()
        .expect("two columns")
        .map(|(generation, _)| generation)
        .collect();
    assert!(
        generations.iter().all(|one| *one == generations[0]),
        "old and new rows together"
    );
    (generations[0], generations.len())
}

/// A second path of a folder or file, relative to where the test runs.
fn relative(path: &Path) -> PathBuf {
    let here = std::env::current_dir().expect("a working folder");
    let up: PathBuf = here.components().skip(1).map(|_| "..").collect();
    up.join(path.strip_prefix("/").expect("absolute"))
}

#[track_caller]
fn is_source_error(error: &swath::Error, what: &str) {
    assert_eq!(error.code(), "E0203", "{what}: {error}");
    let at = error.location().expect(what).to_string();
    assert!(at.contains("tests/writing.rs"), "{what}: at {at}");
}

#[test]
fn a_source_is_not_overwritten_however_it_is_spelt() {
    let session = two_threads();
    let scene = folder();
    let data = scene.path().join("data");
    rows(&session, 1, 3)
        .to_parquet(&*data)
        .expect("the first data set");
    std::fs::create_dir(scene.path().join("beside")).expect("a folder");
    let link = scene.path().join("link");
    std::os::unix::fs::symlink(&data, &link).expect("a link");
    let file_link = scene.path().join("one.parquet");
    std::os::unix::fs::symlink(data.join("part.1.parquet"), &file_link).expect("a link");
    let spellings: Vec<PathBuf> = vec![
        data.clone(),
        scene.path().join("./data"),
        scene.path().join("data/."),
        scene.path().join("beside/../data"),
        scene.path().join("nowhere/../data"),
        relative(&data),
        Path::new(".").join(relative(&data)),
        link,
        PathBuf::from(format!("file://{}", data.display())),
    ];
    let sources = spellings
        .iter()
        // A folder that is not there cannot be listed.
        .filter(|path| !path.to_string_lossy().contains("nowhere"))
        .cloned()
        .chain([
            data.join("*.parquet"),
            relative(&data).join("part.[0-9].parquet"),
            file_link,
            // Below the folder above it.
            scene.path().join("**/part.0.parquet"),
        ]);
    for source in sources {
        for target in &spellings {
            let what = format!("from {} to {}", source.display(), target.display());
            let df = session
                .read_parquet(&*source)
                .and_then(|df| df.filter(col("row").gt(5)))
                .expect("a frame");
            let error = df
                .to_parquet(ToParquet::new(&**target).overwrite())
                .expect_err(&what);
            is_source_error(&error, &what);
        }
    }
    assert_eq!(found(&session, &data), (1, 30));
    let left = listing(&data);
    assert_eq!(left, ["part.0.parquet", "part.1.parquet", "part.2.parquet"]);

    let df = session.read_parquet(&data).expect("a frame");
    let error = df
        .to_parquet(ToParquet::new(&*data).overwrite())
        .expect_err("its source");
    let text = error
        .to_string()
        .replace(&scene.path().display().to_string(), "[folder]");
    insta::with_settings!({ filters => vec![(r"rs:\d+", "rs:[line]")] }, {
        insta::assert_snapshot!("a_source_that_would_be_overwritten", text);
    });
}

#[test]
fn what_another_item_reads_is_not_overwritten_either() {
    let session = two_threads();
    let scene = folder();
    let data = scene.path().join("data");
    rows(&session, 1, 3).to_parquet(&*data).expect("files");
    let read = session.read_parquet(&data).expect("a frame");
    let other = rows(&session, 2, 1);
    let sink = other
        .sink_parquet(ToParquet::new(&*data).overwrite())
        .expect("a sink");
    let error = swath::compute((&sink, &read)).expect_err("it is read");
    is_source_error(&error, "by another item");
    // And what only a lazy value reads.
    let filtered = other
        .filter(col("row").lt(read.max("row").expect("a value")))
        .expect("a frame");
    let error = filtered
        .to_parquet(ToParquet::new(&*data).overwrite())
        .expect_err("it is read");
    is_source_error(&error, "by a lazy value");
    assert_eq!(found(&session, &data), (1, 30));
}

#[test]
fn a_persisted_frame_may_overwrite_its_source() {
    let session = two_threads();
    let data = folder();
    rows(&session, 1, 3).to_parquet(data.path()).expect("files");
    let few = session
        .read_parquet(data.path())
        .and_then(|df| df.filter(col("row").ge(25)))
        .and_then(|df| df.persist())
        .expect("held");
    let written = few
        .to_parquet(ToParquet::new(data.path()).overwrite())
        .expect("nothing of it is read any more");
    assert_eq!(written.rows(), 5);
    assert_eq!(found(&session, data.path()), (1, 5));
    // Released it would have to be read again, and is not what it was.
    few.release();
    let error = few
        .to_parquet(ToParquet::new(data.path()).overwrite())
        .expect_err("it is read again");
    is_source_error(&error, "released");
}

#[test]
fn a_folder_beside_the_source_is_no_source() {
    let session = two_threads();
    let scene = folder();
    let data = scene.path().join("data");
    rows(&session, 1, 2).to_parquet(&*data).expect("files");
    let df = session.read_parquet(&data).expect("a frame");
    for target in ["data2", "copy", "data/sub", "data/../other"] {
        let target = ToParquet::new(scene.path().join(target)).overwrite();
        df.to_parquet(target).expect("written");
    }
    assert_eq!(found(&session, &scene.path().join("other")), (1, 20));
}

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

const CHILD: &str = "SWATH_TEST_WRITES_INTO";

/// What the process that is killed does: a mode, and the format that it writes.
const MODE: &str = "SWATH_TEST_WRITES_HOW";

/// Rows of a generation for some of three regions, `n` partitions each with rows of all of them.
fn of_regions(session: &Session, generation: i64, n: usize, regions: &[&str]) -> DataFrame {
    let frame = rows(session, generation, n);
    let region = regions[1..]
        .iter()
        .enumerate()
        .fold(lit(regions[0]), |region, (at, name)| {
            when((col("row") % regions.len() as i64).eq(at as i64))
                .then(*name)
                .otherwise(region)
        });
    frame.assign("region", region).expect("a column")
}

/// The regions that a generation has rows for: one of `a` and `b`, never `c`.
fn touched(generation: i64) -> &'static str {
    if generation % 2 == 0 { "a" } else { "b" }
}

/// The process that is killed: does nothing unless this test binary was started as one.
#[test]
fn child() {
    let (Some(out), Ok(mode)) = (std::env::var_os(CHILD), std::env::var(MODE)) else {
        return;
    };
    let session = two_threads();
    let (mode, format) = mode.split_once(' ').expect("a mode and a format");
    let out = Path::new(&out);
    for generation in 2.. {
        let written = match mode {
            "overwrite" => {
                let frame = rows(&session, generation, 20 + (generation as usize % 2) * 10);
                write(&frame, format, out, "overwrite", &[])
            }
            "append" => {
                let frame = of_regions(&session, generation, 6, &["a", "b", "c"]);
                write(&frame, format, out, "append", &["region"])
            }
            _ => {
                let frame = of_regions(&session, generation, 20, &[touched(generation)]);
                write(&frame, format, out, "partitions", &["region"])
            }
        };
        written.expect("written");
    }
}

/// Starts a process that writes into a folder, and kills it some time after it began.
fn kill_a_writer(mode: &str, format: &str, out: &Path, after: Duration) {
    let mut child = Command::new(std::env::current_exe().expect("this binary"))
        .args(["child", "--exact", "--nocapture"])
        .env(CHILD, out)
        .env(MODE, format!("{mode} {format}"))
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("a second process");
    let begun = Instant::now();
    while listing(out).iter().all(|name| !name.starts_with('.')) {
        assert!(begun.elapsed() < Duration::from_secs(20), "it never began");
    }
    std::thread::sleep(after);
    child.kill().expect("killed");
    child.wait().expect("gone");
}

/// The rows in a folder, or `None` where a process was killed while files got their names: told, not read.
fn told(session: &Session, format: &str, out: &Path) -> Option<Table> {
    match read(session, format, out) {
        Ok(df) => Some(df.compute().expect("a data set")),
        Err(error) => {
            assert!(error.to_string().contains("getting their names"), "{error}");
            None
        }
    }
}

/// The next write puts a half-published data set in place, and removes what else is left.
fn put_right(session: &Session, format: &str, out: &Path) {
    let error = write(&rows(session, 0, 1), format, out, "new", &[]).expect_err("it has files");
    assert!(error.to_string().contains("files already"), "{error}");
    let left = listing(out);
    assert!(left.iter().all(|name| !name.starts_with('.')), "{left:?}");
}

/// How often a process is killed: most for the format whose tests these were first, since all share what is tested.
fn attempts(format: &str, most: u64) -> u64 {
    if format == "parquet" { most } else { most / 4 }
}

#[test]
fn a_process_that_is_killed_leaves_the_old_files_or_the_new_ones() {
    let session = two_threads();
    for format in FORMATS {
        let out = folder();
        write(&rows(&session, 1, 30), format, out.path(), "new", &[]).expect("files");
        for attempt in 0..attempts(format, 12) {
            let after = Duration::from_micros(attempt * 1700);
            kill_a_writer("overwrite", format, out.path(), after);
            if let Some(rows) = told(&session, format, out.path()) {
                let (generation, all) = found_in(&session, format, out.path());
                assert_eq!(rows.num_rows(), all);
                let expected = if generation % 2 == 0 { 200 } else { 300 };
                assert_eq!(
                    all, expected,
                    "{format}: generation {generation} is not whole"
                );
            }
            put_right(&session, format, out.path());
            let (generation, rows) = found_in(&session, format, out.path());
            assert_eq!(
                rows,
                if generation % 2 == 0 { 200 } else { 300 },
                "{format}"
            );
        }
    }
}

/// Checks that each row is there once and each generation whole, and returns the generations of each region.
fn generations(table: &Table, rows_each: impl Fn(i64) -> usize) -> Vec<(String, i64)> {
    let mut rows: Vec<(i64, i64, String)> = table.rows().expect("three columns").collect();
    let all = rows.len();
    rows.sort();
    rows.dedup();
    assert_eq!(rows.len(), all, "a row is there twice");
    let mut counts = std::collections::BTreeMap::new();
    for (generation, _, region) in rows {
        *counts.entry((region, generation)).or_insert(0) += 1;
    }
    let mut by_generation = std::collections::BTreeMap::new();
    for ((_, generation), rows) in &counts {
        *by_generation.entry(*generation).or_insert(0) += rows;
    }
    for (generation, rows) in by_generation {
        let expected = rows_each(generation);
        assert!(
            rows == expected || generation == 1,
            "generation {generation} has {rows} rows of {expected}"
        );
    }
    counts.into_keys().collect()
}

#[test]
fn a_process_that_is_killed_while_it_adds_adds_all_or_nothing() {
    let session = two_threads();
    for format in FORMATS {
        let out = folder();
        let first = of_regions(&session, 1, 6, &["a", "b", "c"]);
        write(&first, format, out.path(), "new", &["region"]).expect("files");
        let check = |table: &Table| {
            let found = generations(table, |_| 60);
            let c = ("c".to_owned(), 1);
            assert!(found.contains(&c), "{format}: what was there is there");
        };
        let mut most = 0;
        for attempt in 0..attempts(format, 8) {
            // Every process begins with generation 2 again: what it added goes first.
            let after = Duration::from_micros(attempt * 2300);
            kill_a_writer("append", format, out.path(), after);
            if let Some(table) = told(&session, format, out.path()) {
                check(&table);
            }
            put_right(&session, format, out.path());
            let table = read(&session, format, out.path())
                .and_then(|df| df.compute())
                .expect("rows");
            check(&table);
            most = most.max(table.num_rows());
            write(&first, format, out.path(), "overwrite", &["region"]).expect("files");
        }
        assert!(most >= 60);
    }
}

#[test]
fn a_process_that_is_killed_while_it_replaces_partitions_leaves_each_whole() {
    let session = two_threads();
    for format in FORMATS {
        let out = folder();
        let first = of_regions(&session, 1, 6, &["a", "b", "c"]);
        write(&first, format, out.path(), "new", &["region"]).expect("files");
        let check = |table: &Table| {
            let found = generations(table, |_| 200);
            let regions: Vec<&str> = found.iter().map(|(region, _)| region.as_str()).collect();
            assert_eq!(
                regions,
                ["a", "b", "c"],
                "{format}: one generation in each: {found:?}"
            );
            assert_eq!(found[2].1, 1, "nobody writes c");
        };
        for attempt in 0..attempts(format, 8) {
            let after = Duration::from_micros(attempt * 2300);
            kill_a_writer("partitions", format, out.path(), after);
            if let Some(table) = told(&session, format, out.path()) {
                check(&table);
            }
            put_right(&session, format, out.path());
            let table = read(&session, format, out.path()).and_then(|df| df.compute());
            check(&table.expect("rows"));
        }
    }
}

/// What every format does alike: folders by values, files that are added, partitions that are replaced, keys that come back.
#[test]
fn every_format_is_partitioned_and_added_to() -> swath::Result<()> {
    let session = two_threads();
    let day = |text: &str| session.from_batches([Batch::from_csv(text)?]);
    for format in FORMATS {
        let out = folder();
        let out = out.path();
        let sales = day("year,region,amount\n2023,eu,1\n2024,eu,2\n2024,us/west,3\n2024,,4\n")?;
        let written = write(&sales, format, out, "new", &["year", "region"])?;
        let folders: Vec<&str> = written
            .partitions()
            .iter()
            .map(WrittenPartition::folder)
            .collect();
        assert_eq!(
            folders,
            [
                "year=2023/region=eu",
                "year=2024/region=__HIVE_DEFAULT_PARTITION__",
                "year=2024/region=eu",
                "year=2024/region=us%2Fwest"
            ],
            "{format}"
        );
        let more = day("year,region,amount\n2024,eu,10\n2025,eu,20\n")?;
        write(&more, format, out, "append", &["year", "region"])?;
        let all = read(&session, format, out)?;
        assert_eq!(all.columns(), ["amount", "year", "region"], "{format}");
        assert_eq!(all.meta().dtype("year")?.to_string(), "int64", "{format}");
        assert_eq!(
            (all.sum("amount")?.get::<i64>()?, all.len().get::<u64>()?),
            (40, 6)
        );
        // A folder that is ruled out is not looked at: it is not even there any more.
        let whole = out.join("year=2023/region=eu");
        let hidden = out.join("year=2023/.region=eu");
        std::fs::rename(&whole, &hidden).expect("gone");
        let recent = all.filter(col("year").ge(2024) & col("region").is_not_null())?;
        assert_eq!(recent.sum("amount")?.get::<i64>()?, 35, "{format}");
        let by_region = recent
            .groupby("region")
            .sort(true)
            .sum("amount")?
            .compute()?;
        let by_region: Vec<(String, i64)> = by_region.rows()?.collect();
        assert_eq!(
            by_region,
            [("eu".to_owned(), 32), ("us/west".to_owned(), 3)],
            "{format}"
        );
        std::fs::rename(&hidden, &whole).expect("there again");
        // Only the partitions that have new rows are replaced.
        let again = day("year,region,amount\n2023,eu,100\n2024,eu,200\n")?;
        write(&again, format, out, "partitions", &["year", "region"])?;
        let all = read(&session, format, out)?;
        assert_eq!(all.sum("amount")?.get::<i64>()?, 327, "{format}");
        // What does not go with the files is refused, and says what differs.
        let other = day("year,region,amuont\n2024,eu,1\n")?;
        let told = |how, df: &DataFrame, on: &[&str]| {
            let error = write(df, format, out, how, on).expect_err("other columns");
            error.to_string().replace(&out.display().to_string(), "OUT")
        };
        let message = told("append", &other, &["year", "region"]);
        assert!(
            message.contains("the frame has no column `amount`"),
            "{message}"
        );
        assert!(message.contains("it has `amuont`"), "{message}");
        let message = told("append", &again, &["region"]);
        assert!(
            message.contains(
                "its files are partitioned on `year` and `region`, and the frame on `region`"
            ),
            "{message}"
        );
        let message = told("partitions", &again, &[]);
        assert!(
            message.contains("`.overwrite_partitions()` without"),
            "{message}"
        );
        let message = told("new", &again, &[]);
        let options = match format {
            "csv" => "ToCsv",
            "json" => "ToJson",
            "ipc" => "ToIpc",
            _ => "ToParquet",
        };
        let fix = format!("replace them with `{options}::new(..).overwrite()`");
        assert!(message.contains(&fix), "{message}");
    }
    Ok(())
}

/// Options of reading folders, in the formats that came to have them after Parquet.
#[test]
fn keys_of_folders_are_read_as_they_are_declared() -> swath::Result<()> {
    let session = two_threads();
    let zips = session.from_batches([Batch::from_csv("n,v\n01234,1\n04567,2\n")?])?;
    let zips = zips
        .astype([("n", "string")])?
        .assign("zip", col("n").cast("string"))?;
    let out = folder();
    for format in ["csv", "json", "ipc"] {
        let out = out.path().join(format);
        write(&zips.select(["v", "zip"])?, format, &out, "new", &["zip"])?;
        macro_rules! frames {
            ($options:ident, $verb:ident) => {{
                let options = || $options::new(&*out);
                [
                    session.$verb(options().key_dtype("zip", "string"))?,
                    session.$verb(options().hive(false))?,
                    session.$verb(options().filter(col("v").gt(1)))?,
                    session.$verb(
                        options()
                            .key_dtype("zip", "int64")
                            .filter(col("zip").eq(77)),
                    )?,
                    session.$verb(options().columns(["zip", "v"]))?,
                ]
            }};
        }
        let [text, none, some, nothing, chosen] = match format {
            "csv" => frames!(ReadCsv, read_csv),
            "json" => frames!(ReadJson, read_json),
            _ => frames!(ReadIpc, read_ipc),
        };
        assert_eq!(text.meta().dtype("zip")?.to_string(), "string", "{format}");
        assert_eq!(none.columns(), ["v"], "{format}");
        assert_eq!(some.len().get::<u64>()?, 1, "{format}");
        assert_eq!(
            (nothing.len().get::<u64>()?, nothing.npartitions()),
            (0, 1),
            "{format}"
        );
        assert_eq!(nothing.compute()?.num_rows(), 0, "{format}");
        assert_eq!(chosen.columns(), ["zip", "v"], "{format}");
        assert_eq!(chosen.compute()?.num_rows(), 2, "{format}");
    }
    Ok(())
}

#[test]
fn files_are_added_to_those_that_are_there() {
    let session = two_threads();
    let out = folder();
    let add = |generation, n| {
        rows(&session, generation, n)
            .to_parquet(ToParquet::new(out.path()).append())
            .expect("added")
    };
    assert_eq!((add(1, 12).files(), add(2, 2).rows()), (12, 20));
    let written = add(3, 1);
    assert_eq!(
        written.paths().next(),
        Some(out.path().join("part.14.parquet").as_path())
    );
    assert!(written.partitions().is_empty());
    let read = session.read_parquet(out.path()).expect("files");
    let table = read.compute().expect("rows");
    let generations: Vec<i64> = table
        .rows::<(i64, i64)>()
        .expect("rows")
        .map(|row| row.0)
        .collect();
    assert_eq!(generations.len(), 150);
    assert!(generations.is_sorted(), "new rows come after old ones");
    // Nothing that is read goes away.
    read.to_parquet(ToParquet::new(out.path()).append())
        .expect("its own files");
    assert_eq!(
        session
            .read_parquet(out.path())
            .expect("files")
            .len()
            .get::<i64>()
            .expect("a count"),
        300
    );
    read.compute().expect("the first files are untouched");
}

#[test]
fn partitions_that_are_touched_are_replaced() {
    let session = two_threads();
    let out = folder();
    let to = || ToParquet::new(out.path()).partition_on("region");
    let written = of_regions(&session, 1, 2, &["a", "b", "c/d"])
        .to_parquet(to())
        .expect("files");
    let told: Vec<(&str, usize, u64)> = written
        .partitions()
        .iter()
        .map(|part| (part.folder(), part.files(), part.rows()))
        .collect();
    assert_eq!(
        told,
        [
            ("region=a", 2, 6),
            ("region=b", 2, 7),
            ("region=c%2Fd", 2, 7)
        ]
    );
    assert_eq!(
        written
            .partitions()
            .iter()
            .map(WrittenPartition::bytes)
            .sum::<u64>(),
        written.bytes()
    );
    let written = of_regions(&session, 2, 1, &["b", "e"])
        .to_parquet(to().overwrite_partitions())
        .expect("files");
    assert_eq!(written.files(), 2);
    let df = session.read_parquet(out.path()).expect("files");
    assert_eq!(df.columns(), ["generation", "row", "region"]);
    let count = |generation: i64| {
        let rows = df.filter(col("generation").eq(generation)).expect("rows");
        rows.len().get::<i64>().expect("a count")
    };
    assert_eq!((count(1), count(2)), (13, 10));
    let c = df.filter(col("region").eq("c/d")).expect("rows");
    assert_eq!(c.len().get::<i64>().expect("a count"), 7);
    // Nobody knows beforehand which of its files a frame would replace.
    let error = df
        .to_parquet(to().overwrite_partitions())
        .expect_err("its own files");
    is_source_error(&error, "part.0.parquet");
    df.persist()
        .expect("rows")
        .to_parquet(to().overwrite_partitions())
        .expect("not read any more");
    // The same partition by another program's name would be there twice.
    std::fs::rename(
        out.path().join("region=c%2Fd"),
        out.path().join("region=c%2fd"),
    )
    .expect("a folder");
    let error = of_regions(&session, 3, 1, &["c/d"])
        .to_parquet(to().overwrite_partitions())
        .expect_err("a folder that would stay");
    let text = error.to_string();
    assert!(
        text.contains("its folder `region=c%2fd` would stay beside `region=c%2Fd`"),
        "{text}"
    );
}

/// The rows of `tests/golden/hive.py`.
type Row = (i64, Option<String>, i64, Option<f64>);

fn golden() -> Vec<Row> {
    let row =
        |year, region: Option<&str>, id, amount| (year, region.map(str::to_owned), id, amount);
    vec![
        row(2023, Some("eu"), 1, Some(1.5)),
        row(2023, Some("us/west"), 2, None),
        row(2023, None, 3, Some(3.5)),
        row(2024, Some("eu"), 4, Some(4.5)),
        row(2024, Some("a b=ü%"), 5, Some(5.5)),
        row(2024, Some("eu"), 6, Some(6.5)),
    ]
}

fn rows_by_id(session: &Session, path: &Path) -> Vec<Row> {
    let read = ReadParquet::new(path).columns(["year", "region", "id", "amount"]);
    let table = session.read_parquet(read).and_then(|df| df.compute());
    let mut rows: Vec<Row> = table.expect("rows").rows().expect("four columns").collect();
    rows.sort_by_key(|row| row.2);
    rows
}

#[test]
fn folders_that_other_programs_wrote_are_read() {
    let session = two_threads();
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/golden/data/hive");
    assert_eq!(rows_by_id(&session, &data.join("pyarrow")), golden());
    let eu = golden()
        .into_iter()
        .filter(|row| row.1.as_deref() == Some("eu"));
    assert_eq!(
        rows_by_id(&session, &data.join("dask")),
        eu.collect::<Vec<_>>()
    );
}

#[test]
fn what_is_written_for_other_programs_comes_back() {
    let session = two_threads();
    // `python tests/golden/hive.py FOLDER` asks other programs what they read there.
    let kept = std::env::var_os("SWATH_KEEP_HIVE").map(PathBuf::from);
    let temporary = folder();
    let out = kept.as_deref().unwrap_or(temporary.path());
    let rows = golden().into_iter().map(|(year, region, id, amount)| {
        let amount = amount.map_or(String::new(), |amount| amount.to_string());
        let region = region.unwrap_or_default();
        format!("{year},{region},{id},{amount}")
    });
    let csv = format!(
        "year,region,id,amount\n{}\n",
        rows.collect::<Vec<_>>().join("\n")
    );
    session
        .from_batches([Batch::from_csv(&csv).expect("rows")])
        .and_then(|df| {
            let to = ToParquet::new(out).partition_on(["year", "region"]);
            df.to_parquet(to.overwrite())
        })
        .expect("written");
    assert_eq!(rows_by_id(&session, out), golden());
}
