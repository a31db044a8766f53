//! Frames over Arrow files: written, read back, and read beside what else there is.

use std::fmt::Write as _;

use swath::prelude::*;
use swath::{ReadIpc, ToIpc};

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
