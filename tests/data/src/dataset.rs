//! What a set of data is to the code that writes it.

use anyhow::Result;
use arrow_array::RecordBatch;
use arrow_schema::SchemaRef;

/// Rows that can be made file by file, in any order, on any thread.
pub trait Dataset: Sync {
    /// The columns of every file.
    fn schema(&self) -> SchemaRef;

    /// Rows in all files together.
    fn rows(&self) -> u64;

    /// Everything that the rows depend on, as text; kept in each file's metadata so that a file of other rows is made anew.
    fn recipe(&self) -> String;

    /// Gives the rows of one file, in order, to `write`, in batches of a row group at most.
    ///
    /// # Errors
    /// When a batch cannot be built or `write` fails.
    fn file(
        &self,
        range: FileRange,
        write: &mut dyn FnMut(&RecordBatch) -> Result<()>,
    ) -> Result<()>;
}

/// Which rows one file has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FileRange {
    /// Which of the files, from 0.
    pub file: u64,
    /// How many files there are.
    pub files: u64,
    /// The number of the file's first row in the whole.
    pub first: u64,
    /// Rows in the file.
    pub rows: u64,
}

impl FileRange {
    /// Cuts rows into files of equal size; the last has what is left over as well.
    pub(crate) fn of(file: u64, files: u64, rows: u64) -> Self {
        let each = rows / files;
        let first = file * each;
        Self {
            file,
            files,
            first,
            rows: if file + 1 == files {
                rows - first
            } else {
                each
            },
        }
    }

    /// The file's rows in pieces of `size` at most: the number of each piece's first row in the file, and its rows.
    pub(crate) fn pieces(self, size: u64) -> impl Iterator<Item = (u64, u64)> {
        (0..self.rows.div_ceil(size)).map(move |at| (at * size, size.min(self.rows - at * size)))
    }
}

#[cfg(test)]
mod tests {
    use super::FileRange;

    #[test]
    fn files_cover_all_rows_once() {
        for (files, rows) in [(1, 1), (3, 10), (7, 7), (50, 1_234_567)] {
            let mut next = 0;
            for file in 0..files {
                let range = FileRange::of(file, files, rows);
                assert_eq!(range.first, next);
                let pieces: Vec<_> = range.pieces(1_000).collect();
                assert_eq!(pieces.iter().map(|(_, rows)| rows).sum::<u64>(), range.rows);
                assert!(pieces.iter().all(|(_, rows)| (1..=1_000).contains(rows)));
                next += range.rows;
            }
            assert_eq!(next, rows);
        }
    }
}
