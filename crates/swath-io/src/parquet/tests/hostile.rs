//! Files that are cut off, flipped and lied about: errors, never a panic, a hang or other rows in silence.

use parquet::basic::Compression;
use parquet::file::properties::{EnabledStatistics, WriterProperties, WriterVersion};
use std::time::{Duration, Instant};
use swath_expr::col;

use super::fixture::{file_bytes, folder, put, scan, table};
use crate::ReadParquet;

fn files() -> Vec<Vec<u8>> {
    let properties = |codec, second, dictionary| {
        WriterProperties::builder()
            .set_compression(codec)
            .set_writer_version(if second {
                WriterVersion::PARQUET_2_0
            } else {
                WriterVersion::PARQUET_1_0
            })
            .set_dictionary_enabled(dictionary)
            .set_max_row_group_row_count(Some(20))
            .set_data_page_row_count_limit(8)
            .set_write_batch_size(8)
            .set_statistics_enabled(EnabledStatistics::Page)
            .build()
    };
    [
        properties(Compression::SNAPPY, false, true),
        properties(Compression::UNCOMPRESSED, true, false),
        properties(Compression::LZ4_RAW, true, true),
    ]
    .into_iter()
    .map(|properties| file_bytes(&[table(30, 5)], properties))
    .collect()
}

/// Reads a file in every way, and takes whatever comes of it, as long as it comes soon.
#[track_caller]
fn survive(folder: &std::path::Path, bytes: &[u8]) -> bool {
    let path = put(folder, "a.parquet", bytes);
    let read = ReadParquet::from(path);
    let start = Instant::now();
    let all = scan(&read, None, None, 16);
    let some = scan(
        &read,
        Some(&["region", "float"]),
        Some(&col("sorted").gt(25)),
        16,
    );
    assert!(
        start.elapsed() < Duration::from_secs(10),
        "took {:?}",
        start.elapsed()
    );
    all.is_ok() && some.is_ok()
}

#[test]
fn every_prefix_is_an_error() {
    let folder = folder();
    let bytes = files().swap_remove(0);
    for end in (0..bytes.len())
        .step_by(5)
        .chain(bytes.len() - 20..bytes.len())
    {
        assert!(
            !survive(folder.path(), &bytes[..end]),
            "cut at {end} of {}",
            bytes.len()
        );
    }
    assert!(survive(folder.path(), &bytes));
}

#[test]
fn flipped_bytes_end_in_errors_or_rows() {
    let folder = folder();
    for (nth, bytes) in files().into_iter().enumerate() {
        let step = 11;
        for at in (nth..bytes.len()).step_by(step) {
            let mut bytes = bytes.clone();
            bytes[at] ^= [0xff, 0x80, 0x01][at / step % 3];
            survive(folder.path(), &bytes);
        }
    }
}
