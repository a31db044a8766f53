//! Stores in memory, and stores that are slow or fail.

use bytes::Bytes;
use object_store::memory::InMemory;
use object_store::path::Path as ObjectPath;
use object_store::{ObjectStore, ObjectStoreExt};
use std::error::Error as _;
use std::io::Write as _;
use std::sync::Arc;
use std::time::{Duration, Instant};
use swath_batch::Batch;
use swath_memory::CancelToken;

use crate::list::{Wanted, list_files};
use crate::range::open_file;
use crate::testing::{Fault, Faulty, Request};
use crate::{
    FileIdentity, FooterCache, IoContext, IoError, ParquetDataset, ParquetReader, ParquetWriter,
    ReadParquet, ScanRequest, Stores, ToParquet, Written,
};

const WANTED: Wanted<'_> = Wanted {
    verb: "read_parquet",
    extensions: &["parquet"],
    option: "ReadParquet::file_extension",
};

/// A context with a store at `memory://data`, and the store.
fn scene() -> (IoContext, Faulty) {
    let store = Faulty::new(Arc::new(InMemory::new()));
    let stores = Stores::default();
    stores
        .register("memory://data", Arc::new(store.clone()))
        .expect("threads");
    let footers = Arc::new(FooterCache::default());
    let context = IoContext::new(CancelToken::new(), footers).stores(stores);
    (context, store)
}

fn block<T>(request: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    runtime.block_on(request)
}

fn put(store: &Faulty, path: &str, bytes: &[u8]) {
    let payload = Bytes::copy_from_slice(bytes).into();
    block(store.put(&ObjectPath::from(path), payload)).expect("stored");
}

/// The keys of all objects.
fn keys(store: &Faulty) -> Vec<String> {
    use futures_util::TryStreamExt;
    let listed: Vec<_> = block(store.list(None).try_collect()).expect("a listing");
    let mut keys: Vec<String> = listed
        .iter()
        .map(|meta| meta.location.to_string())
        .collect();
    keys.sort();
    keys
}

fn list(context: &IoContext, url: &str) -> Result<Vec<FileIdentity>, IoError> {
    list_files(&[url.to_owned()], &WANTED, context)
}

/// The message, why, and what to do.
#[expect(clippy::needless_pass_by_value, reason = "made for `map_err`")]
fn told(error: IoError) -> String {
    let why = error.source().map(|why| format!("\n  why {why}"));
    let fix = error.fix().map(|fix| format!("\n  fix {fix}"));
    format!(
        "{error}{}{}",
        why.unwrap_or_default(),
        fix.unwrap_or_default()
    )
}

/// Writes `n` partitions of 100 rows each.
fn write(context: &IoContext, folder: &str, n: usize) -> Result<Written, IoError> {
    let options = ToParquet::from(folder).overwrite().row_group_rows(40);
    let write = options.target(context)?.begin()?;
    let files = (0..n).map(|partition| {
        let rows: Vec<String> = (0..100)
            .map(|row| format!("{},{},x{}", partition * 100 + row, row % 7, row % 3))
            .collect();
        let batch = Batch::from_csv(&format!("id,few,text\n{}\n", rows.join("\n")))?;
        let staged = write.staged();
        let mut writer = ParquetWriter::create(&options, staged, batch.meta(), partition, context)?;
        writer.write(batch.record_batch())?;
        writer.finish()
    });
    let written: Written = files
        .collect::<Result<Vec<_>, IoError>>()?
        .into_iter()
        .collect();
    write.staged().publish(&written.files, context)?;
    Ok(written)
}

/// Reads every row, and counts them.
fn read(context: &IoContext, url: &str) -> Result<usize, IoError> {
    let dataset = ParquetDataset::open(&ReadParquet::from(url), context)?;
    scan(&dataset, context)
}

fn scan(dataset: &ParquetDataset, context: &IoContext) -> Result<usize, IoError> {
    let units: Vec<usize> = (0..dataset.units().len()).collect();
    let request = ScanRequest::new(["id", "few", "text"]);
    let mut reader = ParquetReader::open(&dataset.part(&units), &request, context)?;
    let mut rows = 0;
    while let Some(chunk) = reader.next()? {
        rows += chunk.live_rows();
    }
    Ok(rows)
}

#[test]
fn objects_are_listed_by_key_folder_and_glob() {
    let (context, store) = scene();
    for key in [
        "x/b.parquet",
        "x/a.parquet",
        "x/y/_c.parquet",
        "x/y/d.parquet",
        "x/_old/e.parquet",
        "z.txt",
    ] {
        put(&store, key, b"x");
    }
    let listed = |url: &str| -> Vec<String> {
        let files = list(&context, url).expect("objects");
        let strip = |file: FileIdentity| file.path.replace("memory://data/", "");
        files.into_iter().map(strip).collect()
    };
    assert_eq!(
        listed("memory://data/x"),
        ["x/a.parquet", "x/b.parquet", "x/y/d.parquet"]
    );
    assert_eq!(listed("memory://data/x/"), listed("memory://data/x"));
    assert_eq!(listed("memory://data"), listed("memory://data/x"));
    assert_eq!(
        listed("memory://data/x/[ab].parquet"),
        ["x/a.parquet", "x/b.parquet"]
    );
    assert_eq!(
        listed("memory://data/x/?.parquet"),
        ["x/a.parquet", "x/b.parquet"]
    );
    assert_eq!(listed("memory://data/**/d.parquet"), ["x/y/d.parquet"]);
    assert_eq!(listed("memory://data/z.txt"), ["z.txt"]);
    assert_eq!(listed("memory://data/x/_old"), ["x/_old/e.parquet"]);
}

#[test]
fn what_is_not_there_is_told_with_what_is() {
    let (context, store) = scene();
    for key in [
        "sales/part.0.parquet",
        "sales/part.1.parquet",
        "notes/a.txt",
        "marks/_SUCCESS",
    ] {
        put(&store, key, b"x");
    }
    let urls = [
        "memory://data/sale",
        "memory://data/sales/part.9.parquet",
        "memory://data/others/x",
        "memory://data/sales/*.parq",
        "memory://data/sale/*.parquet",
        "memory://data/notes",
        "memory://data/marks",
        "memory://date/sales",
        "memory://data/sales/[a",
    ];
    let said = urls.map(|url| told(list(&context, url).expect_err("nothing there")));
    insta::assert_snapshot!(said.join("\n"), @r#"
    there is no file or folder `memory://data/sale`
      fix did you mean `memory://data/sales`?
    there is no file or folder `memory://data/sales/part.9.parquet`
      fix did you mean `memory://data/sales/part.0.parquet`?
    there is no file or folder `memory://data/others/x`
      fix check the path; `memory://data` has `marks`, `notes` and `sales`
    no file matches `memory://data/sales/*.parq`
      fix check the pattern; `memory://data/sales` has `part.0.parquet` and `part.1.parquet`; a pattern may have `*`, `?`, `[…]`, `{a,b}` and `**`
    no file matches `memory://data/sale/*.parquet`: there is no folder `memory://data/sale`
      fix did you mean `memory://data/sales`?
    `memory://data/notes` has 1 file, and none ends in .parquet
      fix if these are the files, say so with `ReadParquet::file_extension("txt")`
    `memory://data/marks` has no files but 1 whose names begin with `.` or `_`, which are passed over
      fix check the path, or write the files first
    `memory://date/sales` is in the store `memory://date`, which this session does not have
      fix give it one with `Session::builder().store("memory://date", store)`; it has `memory://data`
    `memory://data/sales/[a` is not a pattern for file names: unclosed character class; missing ']'
      fix write a bracket that belongs to the name in brackets, as in `[[]`
    "#);
}

#[test]
fn an_address_is_a_scheme_and_a_host() {
    let stores = Stores::default();
    let store = || Arc::new(InMemory::new());
    let said = [
        "bucket",
        "s3://",
        "file://x",
        "s3://key:secret@bucket",
        "C:/data",
    ]
    .map(|address| told(stores.register(address, store()).expect_err("no address")));
    insta::assert_snapshot!(said.join("\n"), @r"
    `bucket` is no address of a store; expected a scheme and a host without a user, as in `s3://bucket`
    `s3://` is no address of a store; expected a scheme and a host without a user, as in `s3://bucket`
    `file://x` is no address of a store; expected a scheme and a host without a user, as in `s3://bucket`
    `s3://bucket` is no address of a store; expected a scheme and a host without a user, as in `s3://bucket`
    `C:/data` is no address of a store; expected a scheme and a host without a user, as in `s3://bucket`
    ");
    stores
        .register("other://bucket", store())
        .expect("an address");
    stores
        .register("other://bucket/below/", store())
        .expect("an address");
    assert_eq!(
        stores.addresses(),
        ["other://bucket", "other://bucket/below"]
    );
    let url = |url| stores.locate(url).expect("a store").below("x").url();
    assert_eq!(url("other://bucket/a"), "other://bucket/a/x");
    assert_eq!(url("other://bucket/below"), "other://bucket/below/x");
    assert!(stores.locate("other://bucket-2/a").is_err());
}

#[test]
fn ranges_are_read_together() {
    let (context, store) = scene();
    let bytes: Vec<u8> = (0..4_000_000_u32).map(|at| (at / 1000) as u8).collect();
    put(&store, "a", &bytes);
    let file = list(&context, "memory://data/a")
        .expect("an object")
        .remove(0);
    let reader = open_file(&file, &context).expect("an object");
    // Two are near each other, one is far off, one is empty.
    let ranges = [3_900_000..3_900_010, 10..30, 1_000..1_500, 7..7];
    let expected: Vec<&[u8]> = ranges
        .iter()
        .map(|range| &bytes[range.start as usize..range.end as usize])
        .collect();
    assert_eq!(reader.read(&ranges).expect("bytes"), expected);
    assert_eq!(store.asked(Request::Get), 2);
    assert_eq!(reader.identity().expect("an object"), file);
    let waited = reader.request(&ranges).expect("a store").wait();
    assert_eq!(waited.expect("bytes"), expected);
}

#[test]
fn rows_come_back_as_they_were_written() {
    let (context, store) = scene();
    let written = write(&context, "memory://data/out", 3).expect("written");
    assert_eq!(written.rows(), 300);
    assert_eq!(written.files[1].path, "memory://data/out/part.1.parquet");
    assert_eq!(
        keys(&store),
        [
            "out/part.0.parquet",
            "out/part.1.parquet",
            "out/part.2.parquet"
        ]
    );
    for url in [
        "memory://data/out",
        "memory://data/out/*.parquet",
        "memory://data/**",
    ] {
        assert_eq!(read(&context, url).expect("rows"), 300);
    }
    assert_eq!(
        read(&context, "memory://data/out/part.2.parquet").expect("rows"),
        100
    );
    // Fewer partitions: the files of the others go, when the new ones are there.
    write(&context, "memory://data/out", 1).expect("written");
    assert_eq!(keys(&store), ["out/part.0.parquet"]);
    let options = ToParquet::from("memory://data/out");
    let target = options.target(&context).expect("a store");
    let error = target.begin().expect_err("it has files");
    insta::assert_snapshot!(told(error), @r"
    `memory://data/out` has 1 file already; `.overwrite()` replaces them
      fix write to another folder, replace them with `ToParquet::new(..).overwrite()`, or add to them with `ToParquet::new(..).append()`
    ");
}

#[test]
fn a_scan_asks_seldom_and_for_many_at_once() {
    let (context, store) = scene();
    write(&context, "memory://data/out", 20).expect("written");
    store.delay(Duration::from_millis(20));
    let before = (store.asked(Request::Get), store.asked(Request::List));
    let start = Instant::now();
    let dataset =
        ParquetDataset::open(&ReadParquet::from("memory://data/out"), &context).expect("files");
    // One by one they would take twenty times as long as one.
    assert!(
        start.elapsed() < Duration::from_millis(20 * 20),
        "{:?}",
        start.elapsed()
    );
    assert!(store.most_at_a_time() > 1);
    assert_eq!(
        store.asked(Request::Get) - before.0,
        20,
        "one request a footer"
    );
    assert_eq!(store.asked(Request::List) - before.1, 1);
    store.heal();
    let before = store.asked(Request::Get);
    assert_eq!(scan(&dataset, &context).expect("rows"), 2000);
    // Three row groups a file, and the columns of each together.
    assert_eq!(store.asked(Request::Get) - before, 60);
}

#[test]
fn an_object_that_changed_or_is_gone_is_told() {
    let (context, store) = scene();
    write(&context, "memory://data/out", 1).expect("written");
    let url = "memory://data/out/part.0.parquet";
    let dataset = ParquetDataset::open(&ReadParquet::from(url), &context).expect("a file");
    let bytes = block(async {
        let got = store.get(&ObjectPath::from("out/part.0.parquet")).await;
        got.expect("an object").bytes().await.expect("bytes")
    });
    put(&store, "out/part.0.parquet", &bytes);
    let rewritten = told(scan(&dataset, &context).expect_err("changed"));
    block(store.delete(&ObjectPath::from("out/part.0.parquet"))).expect("deleted");
    let gone = told(scan(&dataset, &context).expect_err("gone"));
    insta::assert_snapshot!(format!("{rewritten}\n{gone}"), @r"
    `memory://data/out/part.0.parquet` changed after the frame was planned: it has another version
      fix read it again: a frame reads its files as they were when it was planned
    `memory://data/out/part.0.parquet` is gone: it was there when the frame was planned
      fix read it again: a frame reads its files as they were when it was planned
    ");
}

#[test]
fn a_request_that_fails_is_told_and_the_next_is_made() {
    let (context, store) = scene();
    write(&context, "memory://data/out", 2).expect("written");
    let url = "memory://data/out";
    let mut said = Vec::new();
    for (request, fault) in [
        (Request::List, Fault::Broken),
        (Request::Head, Fault::Denied),
        (Request::Get, Fault::Broken),
        (Request::Get, Fault::Panic),
    ] {
        // All of them: of the two footers that are asked for at once, either request may be the first.
        store.fail(request, 0, fault);
        // Footers that are known are not asked for again.
        let footers = Arc::new(FooterCache::default());
        let fresh = IoContext::new(CancelToken::new(), footers).stores(context.stores.clone());
        let error = told(read(&fresh, url).expect_err("a request fails"));
        // Both are asked at the same time.
        said.push(error.replace("part.1.parquet", "part.0.parquet"));
        store.heal();
        assert_eq!(read(&fresh, url).expect("rows"), 200);
    }
    insta::assert_snapshot!(said.join("\n"), @r"
    cannot list `memory://data/out`
      why Generic faulty error: the connection was reset
    cannot look at `memory://data/out`
      why The operation lacked the necessary privileges to complete for path : the key may not
      fix ask for the permission, or take a path that this process may use
    cannot read `memory://data/out/part.0.parquet`
      why Generic faulty error: the connection was reset
    cannot read `memory://data/out/part.0.parquet`
      why the store panicked
    ");
}

#[test]
fn nothing_half_written_is_seen_or_left() {
    let (context, store) = scene();
    let url = "memory://data/out";
    let mut said = Vec::new();
    for (request, fault) in [
        (Request::Put, Fault::Broken),
        (Request::Put, Fault::Denied),
        (Request::Put, Fault::Panic),
    ] {
        store.fail(request, 1, fault);
        said.push(told(write(&context, url, 1).expect_err("a request fails")));
        assert!(keys(&store).is_empty());
        store.heal();
    }
    insta::assert_snapshot!(said.join("\n"), @r"
    cannot write `memory://data/out/part.0.parquet`
      why Generic faulty error: the connection was reset
    cannot write `memory://data/out/part.0.parquet`
      why The operation lacked the necessary privileges to complete for path : the key may not
      fix ask for the permission, or take a path that this process may use
    cannot write `memory://data/out/part.0.parquet`
      why the store panicked
    ");
    write(&context, url, 1).expect("written");
    assert_eq!(read(&context, url).expect("rows"), 100);
}

/// Whichever request of an overwrite fails, the old objects are there, or all the new ones, and nothing else.
#[test]
fn an_overwrite_that_fails_at_any_request_is_undone() {
    let url = "memory://data/out";
    let mut failed = 0;
    for request in [
        Request::Put,
        Request::Get,
        Request::List,
        Request::Copy,
        Request::Delete,
    ] {
        for fault in [Fault::Broken, Fault::Panic] {
            for nth in 1.. {
                let (context, store) = scene();
                write(&context, url, 3).expect("written");
                let old = keys(&store);
                let asked = store.asked(request);
                store.fail(request, nth, fault);
                let outcome = write(&context, url, 4);
                store.heal();
                let last = store.asked(request) - asked < nth;
                let rows = read(&context, url).expect("rows");
                if outcome.is_err() {
                    assert_eq!((keys(&store), rows), (old, 300), "{request:?} {nth}");
                } else {
                    assert_eq!(rows, 400, "{request:?} {nth}");
                    // What tells that all is over, or removes what is hidden, may fail: then that stays.
                    let mut seen = keys(&store);
                    seen.retain(|key| !key.contains("/.swath-"));
                    assert_eq!(seen.len(), 4, "{seen:?}");
                }
                failed += usize::from(!last);
                if last {
                    assert_eq!(keys(&store).len(), 4);
                    break;
                }
            }
        }
    }
    assert!(failed > 40, "{failed}");
}

#[test]
fn an_object_of_parts_is_seen_when_it_is_whole() {
    let (context, store) = scene();
    let place = context
        .stores
        .locate("memory://data/large")
        .expect("a store");
    let part = vec![7_u8; 5 << 20];
    let write = |parts: usize| {
        let mut object = place.create("memory://data/large", &context.cancel)?;
        for _ in 0..parts {
            object
                .write_all(&part)
                .map_err(|error| error.downcast::<IoError>().expect("the store's own error"))?;
            assert!(keys(&store).is_empty(), "seen too early");
        }
        object.finish()
    };
    assert_eq!(write(5).expect("written"), 25 << 20);
    assert_eq!(store.asked(Request::Part), 4, "of 8 MiB each but the last");
    let file = list(&context, "memory://data/large")
        .expect("an object")
        .remove(0);
    assert_eq!(file.len, 25 << 20);
    place.remove(&context.cancel).expect("removed");

    for (request, aborted) in [
        (Request::Begin, false),
        (Request::Part, true),
        (Request::Complete, true),
    ] {
        store.fail(request, 1, Fault::Broken);
        let before = store.asked(Request::Abort);
        let error = write(5).expect_err("a request fails");
        assert!(
            matches!(
                error,
                IoError::File {
                    action: "write",
                    ..
                }
            ),
            "{error}"
        );
        assert!(keys(&store).is_empty());
        assert_eq!(
            store.asked(Request::Abort) - before,
            usize::from(aborted),
            "{request:?}"
        );
        store.heal();
    }
    // Given up by its writer.
    let before = store.asked(Request::Abort);
    let mut object = place
        .create("memory://data/large", &context.cancel)
        .expect("an object");
    object.write_all(&vec![1; 20 << 20]).expect("written");
    drop(object);
    assert_eq!(store.asked(Request::Abort) - before, 1);
    assert!(keys(&store).is_empty());
}

#[test]
fn waiting_ends_when_the_run_is_cancelled() {
    let (context, store) = scene();
    write(&context, "memory://data/out", 1).expect("written");
    store.delay(Duration::from_secs(60));
    let cancel = context.cancel.clone();
    let start = Instant::now();
    let waiter = std::thread::Builder::new()
        .spawn(move || read(&context, "memory://data/out"))
        .expect("a thread");
    std::thread::sleep(Duration::from_millis(50));
    cancel.cancel();
    let error = waiter.join().expect("no panic").expect_err("cancelled");
    assert!(matches!(error, IoError::Cancelled(_)), "{error}");
    assert!(
        start.elapsed() < Duration::from_millis(250),
        "{:?}",
        start.elapsed()
    );
}

#[test]
fn callers_and_last_handles_may_be_inside_a_runtime() {
    let (context, store) = scene();
    put(&store, "a", b"0123456789");
    let files = block(async move {
        let files = list(&context, "memory://data/a");
        drop(context);
        files
    });
    assert_eq!(files.expect("an object").len(), 1);
}
