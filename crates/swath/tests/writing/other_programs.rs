//! Folders of other programs, and for them.

use std::path::{Path, PathBuf};

use swath::prelude::*;

use super::{folder, two_threads};

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
