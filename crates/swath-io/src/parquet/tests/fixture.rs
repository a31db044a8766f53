//! Small files, and what a scan of them gives.

use arrow_array::types::Int64Type;
use arrow_array::{
    ArrayRef, BooleanArray, Date32Array, Float64Array, Int32Array, Int64Array, ListArray,
    RecordBatch, StringArray, TimestampMicrosecondArray,
};
use parquet::arrow::ArrowWriter;
use parquet::file::properties::WriterProperties;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use swath_batch::{Batch, Partition};
use swath_expr::Expr;
use swath_memory::CancelToken;
use tempfile::TempDir;

use crate::{
    FooterCache, IoContext, IoError, ParquetDataset, ParquetPart, Part, ReadParquet, ScanRequest,
    ScanStats,
};

pub(super) fn context() -> IoContext {
    IoContext::new(CancelToken::new(), Arc::new(FooterCache::default()))
}

pub(super) fn folder() -> TempDir {
    tempfile::tempdir().expect("a folder")
}

pub(super) fn batch(columns: Vec<(&str, ArrayRef)>) -> RecordBatch {
    RecordBatch::try_from_iter_with_nullable(
        columns
            .into_iter()
            .map(|(name, column)| (name, column, true)),
    )
    .expect("columns fit")
}

/// A file of some batches, as bytes.
pub(super) fn file_bytes(batches: &[RecordBatch], properties: WriterProperties) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut writer =
        ArrowWriter::try_new(&mut bytes, batches[0].schema(), Some(properties)).expect("a writer");
    for batch in batches {
        writer.write(batch).expect("rows");
    }
    writer.close().expect("a footer");
    bytes
}

#[expect(clippy::disallowed_methods, reason = "a test makes its own files")]
pub(super) fn put(folder: &Path, name: &str, bytes: &[u8]) -> PathBuf {
    let path = folder.join(name);
    std::fs::create_dir_all(path.parent().expect("a folder")).expect("folders");
    std::fs::write(&path, bytes).expect("a file");
    path
}

/// A file of one batch in a folder of its own.
pub(super) fn file(batch: &RecordBatch, properties: WriterProperties) -> (TempDir, PathBuf) {
    let folder = folder();
    let path = put(
        folder.path(),
        "a.parquet",
        &file_bytes(std::slice::from_ref(batch), properties),
    );
    (folder, path)
}

/// A table with a column of each kind; every value follows from `seed` and the row.
pub(super) fn table(rows: usize, seed: u64) -> RecordBatch {
    let mix = |row: usize, salt: u64| {
        let mut x = seed
            ^ (row as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15)
            ^ salt.wrapping_mul(0xbf58_476d_1ce4_e5b9);
        x ^= x >> 29;
        x = x.wrapping_mul(0x94d0_49bb_1331_11eb);
        x ^ (x >> 32)
    };
    let each = 0..rows;
    let null = |row: usize, salt: u64| mix(row, salt) % 5 == 0;
    let sorted: Int64Array = each.clone().map(|row| Some(row as i64)).collect();
    let int: Int64Array = each
        .clone()
        .map(|row| (!null(row, 1)).then(|| (mix(row, 2) % 1000) as i64))
        .collect();
    let few: Int32Array = each
        .clone()
        .map(|row| Some((mix(row, 3) % 4) as i32))
        .collect();
    let float: Float64Array = each
        .clone()
        .map(|row| match mix(row, 4) % 10 {
            0 => None,
            1 => Some(f64::NAN),
            2 => Some(-0.0),
            value => Some(value as f64 * 100.0 + (mix(row, 5) % 100) as f64),
        })
        .collect();
    let region: StringArray = each
        .clone()
        .map(|row| {
            (!null(row, 6)).then(|| {
                ["north", "south", "a region with a long name", ""][(mix(row, 7) % 4) as usize]
            })
        })
        .collect();
    let note: StringArray = each
        .clone()
        .map(|row| (!null(row, 8)).then(|| format!("note {} of row {row}", mix(row, 9) % 100)))
        .collect();
    let day: Date32Array = each
        .clone()
        .map(|row| Some((mix(row, 10) % 365) as i32))
        .collect();
    let at: TimestampMicrosecondArray = each
        .clone()
        .map(|row| Some(row as i64 * 1_000_000))
        .collect();
    let ok: BooleanArray = each
        .clone()
        .map(|row| (!null(row, 11)).then(|| mix(row, 12) % 2 == 0))
        .collect();
    let list = ListArray::from_iter_primitive::<Int64Type, _, _>(each.map(|row| {
        (!null(row, 13)).then(|| {
            (0..mix(row, 14) % 4)
                .map(|item| Some(item as i64))
                .collect::<Vec<_>>()
        })
    }));
    batch(vec![
        ("sorted", Arc::new(sorted)),
        ("int", Arc::new(int)),
        ("few", Arc::new(few)),
        ("float", Arc::new(float)),
        ("region", Arc::new(region)),
        ("note", Arc::new(note)),
        ("day", Arc::new(day)),
        ("at", Arc::new(at)),
        ("ok", Arc::new(ok)),
        ("list", Arc::new(list)),
    ])
}

/// Every part of a data set in one.
pub(super) fn whole(dataset: &ParquetDataset) -> ParquetPart {
    dataset.part(&(0..dataset.units().len()).collect::<Vec<_>>())
}

/// The rows that a scan of columns gives, and what it did.
pub(super) fn scan(
    read: &ReadParquet,
    columns: Option<&[&str]>,
    predicate: Option<&Expr>,
    batch_rows: usize,
) -> Result<(Batch, ScanStats), IoError> {
    let context = context();
    let dataset = ParquetDataset::open(read, &context)?;
    let columns = columns.map_or_else(
        || dataset.meta().names().map(Arc::from).collect(),
        |columns| {
            columns
                .iter()
                .map(|name| Arc::from(*name))
                .collect::<Vec<Arc<str>>>()
        },
    );
    let meta = Arc::new(
        dataset
            .meta()
            .select(columns.iter())
            .expect("columns of the data set"),
    );
    let request = ScanRequest {
        columns,
        predicate: predicate.cloned(),
        batch_rows,
    };
    let mut reader = whole(&dataset).open(&request, &context)?;
    let mut chunks = Vec::new();
    while let Some(chunk) = reader.next()? {
        assert!(chunk.rows <= batch_rows, "{} rows", chunk.rows);
        assert!(!chunk.is_empty());
        chunks.push(chunk);
    }
    assert!(reader.next()?.is_none(), "stays at its end");
    reader.finish()?;
    let stats = reader.stats().clone();
    let rows = Partition::from_chunks(meta, chunks)?.to_batch()?;
    assert_eq!(stats.rows_selected, rows.num_rows() as u64);
    Ok((rows, stats))
}
