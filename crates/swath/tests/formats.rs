//! Frames over Arrow files, lines of JSON and C streams: written, read back, and read beside what else there is.

use std::fmt::Write as _;

use swath::arrow::array::ffi_stream::{FFI_ArrowArrayStream, RecordBatchStreamReader};
use swath::arrow::array::{Int64Array, RecordBatch, RecordBatchIterator, RecordBatchReader};
use swath::arrow::schema::ArrowError;
use swath::prelude::*;
use swath::{ReadIpc, ReadJson, ToIpc, ToJson};

fn sales(session: &Session) -> swath::Result<DataFrame> {
    let mut text = "region,qty,amount\n".to_owned();
    for row in 0..2_000 {
        let region = ["eu", "us", ""][row % 3];
        let _ = writeln!(text, "{region},{row},{}", row as f64 / 4.0);
    }
    session
        .from_batches([Batch::from_csv(&text)?])?
        .repartition(5)
}

#[test]
fn arrow_files_hold_what_the_frame_had() -> swath::Result<()> {
    let folder = tempfile::tempdir().expect("a folder");
    let session = Session::testing();
    let sales = sales(&session)?;
    let kinds = sales
        .assign("kind", col("region"))?
        .astype([("kind", "category")])?;
    let plain = tempfile::tempdir().expect("a folder");
    let written = kinds.to_ipc(ToIpc::new(plain.path()).batch_rows(100))?;
    assert_eq!((written.files(), written.rows()), (5, 2_000));
    // The index that a reader is told is recorded by the next writer.
    let indexed = session.read_ipc(ReadIpc::new(plain.path()).index("qty"))?;
    indexed.to_ipc(ToIpc::new(folder.path()).batch_rows(100))?;
    let read = session.read_ipc(folder.path())?;
    assert_eq!(read.index(), ["qty"]);
    assert_eq!(read.meta(), indexed.meta());
    assert_eq!(read.compute()?.num_rows(), 2_000);
    let of = |frame: &DataFrame| -> swath::Result<String> {
        let big = frame.filter(col("amount").gt(100))?;
        Ok(big
            .groupby("kind")
            .sort(true)
            .sum("amount")?
            .compute()?
            .to_string())
    };
    assert_eq!(of(&read)?, of(&kinds)?);
    // One partition a record batch, and the columns that are named.
    let cut = session.read_ipc(
        ReadIpc::new(folder.path())
            .columns(["amount"])
            .index_columns::<&str>([])
            .partition_size("1kB"),
    )?;
    assert!(cut.npartitions() > 15, "{}", cut.npartitions());
    assert_eq!(cut.columns(), ["amount"]);
    assert_eq!(
        cut.sum("amount")?.get::<f64>()?,
        sales.sum("amount")?.get::<f64>()?
    );
    // What is read cannot be overwritten; what is written joins a compute.
    let refused = read.to_ipc(ToIpc::new(folder.path()).overwrite());
    assert_eq!(refused.expect_err("it is read").code(), "E0203");
    let other = tempfile::tempdir().expect("a folder");
    let (written, rows) = swath::compute((&read.sink_ipc(other.path())?, &read.len()))?;
    assert_eq!(written.rows().to_string(), rows.to_string());
    Ok(())
}

/// Sinks are lazy: any number of them and of answers come of one pass over the files.
#[test]
fn one_pass_writes_every_format() -> swath::Result<()> {
    let folder = tempfile::tempdir().expect("a folder");
    let at = |name: &str| folder.path().join(name);
    let session = Session::builder()
        .threads(2)
        .memory_limit("256MiB")
        .build()?;
    sales(&session)?.to_csv(at("in"))?;
    let read = session.read_csv(ReadCsv::new(at("in")).dtype("region", "string"))?;
    let big = read.filter(col("amount").gt(100))?;
    let bytes = |run: &swath::RunStats| run.metrics.total("bytes_read");
    let alone = swath::submit(&big.sum("amount")?)?;
    while !alone.is_done() {
        std::thread::yield_now();
    }
    let once = bytes(&alone.stats());
    let sum = f64::try_from(alone.wait()?)?;

    let run = swath::submit((
        &big.sink_parquet(at("parquet"))?,
        &big.sink_csv(at("csv"))?,
        &big.sink_json(at("json"))?,
        &big.sink_ipc(at("ipc"))?,
        &big.sum("amount")?,
    ))?;
    while !run.is_done() {
        std::thread::yield_now();
    }
    assert_eq!(bytes(&run.stats()), once, "every byte is read once");
    let (parquet, csv, json, ipc, total) = run.wait()?;
    assert_eq!(f64::try_from(total)?, sum);
    let rows = [parquet, csv, json, ipc].map(|written| (written.files(), written.rows()));
    assert_eq!(rows, [(5, 1_599); 4]);
    for back in [
        session.read_parquet(at("parquet"))?,
        session.read_csv(ReadCsv::new(at("csv")).dtype("region", "string"))?,
        session.read_json(at("json"))?,
        session.read_ipc(at("ipc"))?,
    ] {
        assert_eq!(
            back.sum("amount")?.get::<f64>()?.to_string(),
            sum.to_string()
        );
        assert_eq!(back.columns(), read.columns());
    }
    Ok(())
}

#[test]
fn lines_of_json_are_frames_and_frames_are_lines_of_json() -> swath::Result<()> {
    let folder = tempfile::tempdir().expect("a folder");
    let session = Session::testing();
    let sales = sales(&session)?;
    let written = sales.to_json(ToJson::new(folder.path()).compression("zstd"))?;
    assert_eq!((written.files(), written.rows()), (5, 2_000));
    let read = session.read_json(folder.path())?;
    assert_eq!(read.columns(), sales.columns());
    let of = |frame: &DataFrame| -> swath::Result<String> {
        let big = frame.filter(col("amount").gt(100))?;
        Ok(big
            .groupby("region")
            .sort(true)
            .sum("qty")?
            .compute()?
            .to_string())
    };
    assert_eq!(of(&read)?, of(&sales)?);
    // Cut wherever, and with the files that rows are from.
    let plain = tempfile::tempdir().expect("a folder");
    sales.to_json(plain.path())?;
    for blocksize in ["1kB", "777", "1MB"] {
        let cut = session.read_json(
            ReadJson::new(plain.path())
                .blocksize(blocksize)
                .include_path_column("file"),
        )?;
        assert_eq!(of(&cut)?, of(&sales)?, "{blocksize}");
        assert_eq!(cut.unique("file")?.compute()?.num_rows(), 5);
        assert_eq!(cut.len().get::<i64>()?, 2_000);
    }
    let refused = session
        .read_json(plain.path())?
        .to_json(ToJson::new(plain.path()).overwrite());
    assert_eq!(refused.expect_err("it is read").code(), "E0203");
    Ok(())
}

#[test]
fn c_streams_come_and_go() -> swath::Result<()> {
    let session = Session::testing();
    let sales = sales(&session)?;
    let by_region = sales.groupby("region").sort(true).sum("qty")?.compute()?;
    let again = session.from_c_stream(by_region.clone().into_c_stream())?;
    assert_eq!(again.index(), ["region"]);
    assert_eq!(again.compute()?.to_string(), by_region.to_string());
    // What another program sees of it.
    let reader =
        RecordBatchStreamReader::try_new(sales.compute()?.into_c_stream()).expect("a stream");
    assert_eq!(reader.schema().fields().len(), 3);
    let rows: usize = reader.map(|batch| batch.expect("rows").num_rows()).sum();
    assert_eq!(rows, 2_000);
    // A stream without a batch is a frame without rows.
    let none = sales.filter(col("qty").lt(0))?.compute()?.into_c_stream();
    assert_eq!(session.from_c_stream(none)?.len().get::<i64>()?, 0);
    Ok(())
}

#[test]
fn c_streams_that_fail_are_errors() {
    let session = Session::testing();
    let column = std::sync::Arc::new(Int64Array::from(vec![1])) as _;
    let rows = RecordBatch::try_from_iter([("a", column)]).expect("a batch");
    let schema = rows.schema();
    let fails = [
        Ok(rows),
        Err(ArrowError::ComputeError("the disk is on fire".into())),
    ];
    let fails = RecordBatchIterator::new(fails, schema);
    let mut said = String::new();
    for stream in [
        FFI_ArrowArrayStream::new(Box::new(fails)),
        FFI_ArrowArrayStream::empty(),
    ] {
        let error = session.from_c_stream(stream).expect_err("no rows");
        let _ = writeln!(said, "{error}");
    }
    insta::assert_snapshot!(said, @r"
    error[E0108]: reading a C stream failed
      at      crates/swath/tests/formats.rs:197, from_c_stream
      why     C Data interface error: Cannot get next batch from input stream. Error code: 22. Producer error: Compute error: the disk is on fire
    error[E0108]: reading a C stream failed
      at      crates/swath/tests/formats.rs:197, from_c_stream
      why     C Data interface error: input stream is already released
    ");
}
