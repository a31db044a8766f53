//! A CSV file, compressed or not, under any options.

use swath::{OnBadLines, ReadCsv};

/// Reads bytes as a CSV file; the first two of them choose options.
///
/// # Panics
/// Where swath has a bug.
pub fn csv(bytes: &[u8]) {
    let [options, more, file @ ..] = bytes else {
        return;
    };
    let (options, more) = (*options, *more);
    let says = |bit: u8| options >> bit & 1 == 1;
    let name = ["a.csv", "a.csv.gz", "a.csv.zst", "a.csv"][usize::from(more & 3)];
    let bad_lines = match more >> 4 & 3 {
        0 => OnBadLines::Error,
        1 => OnBadLines::Skip,
        _ => OnBadLines::Null,
    };
    let skips = bad_lines == OnBadLines::Skip;
    crate::files::read(name, file, skips, |session, path| {
        let mut read = ReadCsv::new(path)
            .header(!says(0))
            .keep_default_na(!says(1))
            .nan_as_null(says(2))
            .blocksize(if says(3) { "64B" } else { "64MiB" })
            .sample(if says(4) { "16B" } else { "64KiB" })
            .skip_rows(usize::from(more >> 2 & 3));
        if says(5) {
            read = read.quote(None).delimiter(';');
        }
        if says(6) {
            read = read.escape('\\').comment('#');
        }
        if says(7) {
            read = read.include_path_column("path");
        }
        session.read_csv(read.on_bad_lines(bad_lines))
    });
}
