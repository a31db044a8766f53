//! Files of some text, and what is read of them.

use flate2::Compression;
use flate2::write::GzEncoder;
use std::io::Write as _;
use std::sync::Arc;
use swath_batch::Value;
use swath_memory::CancelToken;

use crate::{
    CsvDataset, Dataset, FooterCache, IoContext, IoError, Part, ReadCsv, ScanRequest, ScanStats,
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

/// What a part gives for a request, as text: rows joined by `|`, fields by `;`, nulls as `~`.
pub(super) fn rows_of(
    part: &dyn Part,
    request: &ScanRequest,
    context: &IoContext,
) -> Result<(Vec<String>, ScanStats), IoError> {
    let mut reader = part.open(request, context)?;
    let mut rows = Vec::new();
    while let Some(chunk) = reader.next()? {
        let chunk = chunk.compact()?;
        for row in 0..chunk.rows {
            let fields =
                chunk
                    .columns
                    .iter()
                    .map(|column| match Value::from_array(column.as_ref(), row) {
                        Value::Null => "~".to_owned(),
                        value => value.to_string(),
                    });
            rows.push(fields.collect::<Vec<_>>().join(";"));
        }
    }
    reader.finish()?;
    Ok((rows, reader.stats().clone()))
}

/// Everything that the options read, with the dtypes.
pub(super) fn read(options: &ReadCsv) -> Result<(String, Vec<String>, ScanStats), IoError> {
    let context = context();
    let dataset = CsvDataset::open(options, &context)?;
    let meta = dataset.meta();
    let dtypes: Vec<_> = (meta.fields().iter())
        .map(|field| format!("{}: {}", field.name, field.dtype))
        .collect();
    let names: Vec<Arc<str>> = meta
        .fields()
        .iter()
        .map(|field| Arc::clone(&field.name))
        .collect();
    let units = vec![dataset.all_units().collect()];
    let request = ScanRequest::new(names);
    let (rows, stats) = rows_of(dataset.parts(&units)[0].as_ref(), &request, &context)?;
    Ok((dtypes.join(", "), rows, stats))
}
