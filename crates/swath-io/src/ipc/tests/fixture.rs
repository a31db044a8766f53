//! Files of some rows, and what is read of them.

use std::path::Path;
use std::sync::Arc;
use swath_batch::{Batch, Partition};
use swath_expr::Expr;
use swath_memory::CancelToken;

use crate::{
    Dataset, FooterCache, IoContext, IoError, IpcDataset, IpcWriter, ReadIpc, ScanRequest,
    ScanStats, ToIpc, WriteOptions,
};

pub(super) fn context() -> IoContext {
    IoContext::new(CancelToken::new(), Arc::new(FooterCache::default()))
}

pub(super) fn folder() -> tempfile::TempDir {
    tempfile::tempdir().expect("a folder")
}

#[expect(clippy::disallowed_methods, reason = "a test makes its own files")]
pub(super) fn put(folder: &Path, name: &str, bytes: &[u8]) -> String {
    let path = folder.join(name);
    std::fs::write(&path, bytes).expect("a file");
    path.display().to_string()
}

#[expect(clippy::disallowed_methods, reason = "a test looks at its own files")]
pub(super) fn bytes_of(path: &str) -> Vec<u8> {
    std::fs::read(path).expect("the file")
}

/// Writes partitions of some batches each; gives the paths of their files.
pub(super) fn write(options: &ToIpc, partitions: &[&[Batch]]) -> Vec<String> {
    let context = context();
    let target = options.target(&context).expect("a folder");
    let write = target.begin().expect("a folder to write into");
    let file = |(at, batches): (usize, &&[Batch])| {
        let meta = batches[0].meta();
        let mut writer =
            IpcWriter::create(options, write.staged(), meta, at, &context).expect("a file");
        for batch in *batches {
            writer.write(batch.record_batch()).expect("rows");
        }
        writer.finish().expect("a whole file")
    };
    let files: Vec<_> = partitions.iter().enumerate().map(file).collect();
    let published = write.staged().publish(&files, &context);
    published.expect("published");
    files.into_iter().map(|file| file.path).collect()
}

/// The rows that a data set gives for columns and a predicate, in border encodings, with its meta.
pub(super) fn scan(
    read: &ReadIpc,
    columns: Option<&[&str]>,
    predicate: Option<&Expr>,
    batch_rows: usize,
) -> Result<(Batch, ScanStats), IoError> {
    let context = context();
    let dataset = IpcDataset::open(read, &context)?;
    let names: Vec<Arc<str>> = match columns {
        Some(columns) => columns.iter().map(|name| Arc::from(*name)).collect(),
        None => dataset.meta().names().map(Arc::from).collect(),
    };
    let meta = match columns {
        Some(columns) => dataset.meta().select(columns.iter()),
        None => Ok(dataset.meta().as_ref().clone()),
    };
    let meta = Arc::new(meta.map_err(|source| IoError::Meta {
        path: String::new(),
        source,
    })?);
    let request = ScanRequest {
        columns: names,
        predicate: predicate.cloned(),
        batch_rows,
    };
    let units: Vec<usize> = dataset.all_units().collect();
    let part = dataset.parts(&[units]).remove(0);
    let mut reader = part.open(&request, &context)?;
    let mut chunks = Vec::new();
    while let Some(chunk) = reader.next()? {
        assert!(chunk.rows <= batch_rows && !chunk.is_empty());
        chunks.push(chunk);
    }
    reader.finish()?;
    let batch = Partition::from_chunks(meta, chunks)?.to_batch()?;
    Ok((batch, reader.stats().clone()))
}
