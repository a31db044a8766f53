//! A Parquet file.

use swath::ReadParquet;

/// Reads bytes as a Parquet file.
///
/// # Panics
/// Where swath has a bug.
pub fn parquet(bytes: &[u8]) {
    crate::files::read("a.parquet", bytes, false, |session, path| {
        session.read_parquet(ReadParquet::new(path).split_row_groups(true))
    });
}
