//! Files of some text, and what is read of them.

use flate2::Compression;
use flate2::write::GzEncoder;
use std::io::Write as _;
use std::sync::Arc;
use swath_batch::{Batch, Partition, Value};
use swath_expr::Expr;
use swath_memory::CancelToken;

use crate::{
    Dataset, FooterCache, IoContext, IoError, JsonDataset, ReadJson, ScanRequest, ScanStats,
};

/// A folder of text files.
pub(super) struct Folder(tempfile::TempDir);

impl Folder {
    #[expect(clippy::disallowed_methods, reason = "a test makes its own files")]
    pub(super) fn of<T: AsRef<[u8]>>(files: &[(&str, T)]) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        for (name, text) in files {
            std::fs::write(folder.path().join(name), text).expect("a file");
        }
        Self(folder)
    }

    pub(super) fn path(&self, name: &str) -> String {
        self.0.path().join(name).display().to_string()
    }

    /// The text without the name of this folder.
    pub(super) fn hide(&self, text: &str) -> String {
        text.replace(&self.0.path().display().to_string(), "DATA")
    }
}

pub(super) fn gzip(text: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(text).expect("memory");
    encoder.finish().expect("memory")
}

pub(super) fn context() -> IoContext {
    IoContext::new(CancelToken::new(), Arc::new(FooterCache::default()))
}

/// The rows of some units for columns and a predicate.
pub(super) fn rows_of(
    dataset: &JsonDataset,
    units: &[usize],
    columns: &[&str],
    predicate: Option<&Expr>,
    batch_rows: usize,
) -> Result<(Batch, ScanStats), IoError> {
    let context = context();
    let meta = Arc::new(
        dataset
            .meta()
            .select(columns)
            .expect("columns of the data set"),
    );
    let request = ScanRequest {
        predicate: predicate.cloned(),
        batch_rows,
        ..ScanRequest::new(columns.iter().copied())
    };
    let part = dataset.parts(&[units.to_vec()]).remove(0);
    let mut reader = part.open(&request, &context)?;
    let mut chunks = Vec::new();
    while let Some(chunk) = reader.next()? {
        assert!(chunk.rows <= batch_rows && !chunk.is_empty());
        chunks.push(chunk);
    }
    reader.finish()?;
    let rows = Partition::from_chunks(meta, chunks)?.to_batch()?;
    Ok((rows, reader.stats().clone()))
}

/// Everything that the options read.
pub(super) fn read(options: &ReadJson) -> Result<(Batch, ScanStats), IoError> {
    let dataset = JsonDataset::open(options, &context())?;
    let names: Vec<String> = dataset.meta().names().map(str::to_owned).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let units: Vec<usize> = dataset.all_units().collect();
    rows_of(&dataset, &units, &names, None, 3)
}

/// Dtypes and rows as text: fields joined by `;`, nulls as `~`.
pub(super) fn shown(text: impl AsRef<[u8]>, options: impl FnOnce(ReadJson) -> ReadJson) -> String {
    let folder = Folder::of(&[("a.jsonl", text)]);
    match read(&options(ReadJson::new(folder.path("a.jsonl")))) {
        Ok((batch, _)) => folder.hide(&lines(&batch)),
        Err(error) => folder.hide(&error.to_string()),
    }
}

pub(super) fn lines(batch: &Batch) -> String {
    let fields = batch.meta().fields().iter();
    let dtypes: Vec<String> = fields
        .map(|field| format!("{}: {}", field.name, field.dtype))
        .collect();
    let mut lines = vec![dtypes.join(", ")];
    for row in 0..batch.num_rows() {
        let values = batch.record_batch().columns().iter();
        let values: Vec<String> = values
            .map(|column| match Value::from_array(column.as_ref(), row) {
                Value::Null => "~".to_owned(),
                value => value.to_string().replace('\n', "\\n").replace('\r', "\\r"),
            })
            .collect();
        lines.push(values.join(";"));
    }
    lines.join("\n")
}
