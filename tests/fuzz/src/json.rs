//! A file of newline-delimited JSON, compressed or not, under any options.

use swath::{OnBadLines, ReadJson};

/// Reads bytes as a file of JSON lines; the first of them chooses options.
///
/// # Panics
/// Where swath has a bug.
pub fn json(bytes: &[u8]) {
    let [options, file @ ..] = bytes else {
        return;
    };
    let says = |bit: u8| options >> bit & 1 == 1;
    let name = if says(3) { "a.ndjson.gz" } else { "a.ndjson" };
    let bad_lines = match options >> 4 & 3 {
        0 => OnBadLines::Error,
        1 => OnBadLines::Skip,
        _ => OnBadLines::Null,
    };
    let skips = bad_lines != OnBadLines::Error;
    crate::files::read(name, file, skips, |session, path| {
        let read = ReadJson::new(path)
            .blocksize(if says(0) { "64B" } else { "64MiB" })
            .sample(if says(1) { "16B" } else { "64KiB" })
            .on_bad_lines(bad_lines);
        session.read_json(read)
    });
}
