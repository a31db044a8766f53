//! Files as one table, whatever their format: which they are, what columns they make, and how they are cut.

use std::ops::Range;
use std::sync::Arc;
use swath_divisions::Divisions;
use swath_meta::Meta;

use crate::FileIdentity;
use crate::fit::Fit;
use crate::hive::Keys;
use crate::paths::Paths;
use crate::words::counted;

/// The files of a data set, in the state that they were listed in, and the table that they are.
#[derive(Clone, Debug)]
pub struct FileSet {
    /// What was asked for.
    pub(crate) paths: Paths,
    pub(crate) files: Arc<[FileIdentity]>,
    /// How many files there are, those that a predicate rules out included.
    pub(crate) listed: usize,
    /// What files have instead of some columns of the table.
    pub(crate) fits: Arc<[Option<Arc<Fit>>]>,
    /// Units of all files, and what one is called.
    pub(crate) units: (usize, &'static str),
    pub(crate) meta: Arc<Meta>,
    pub(crate) partitions: Arc<[Range<usize>]>,
    pub(crate) divisions: Divisions,
}

impl FileSet {
    /// What files with these columns have instead of those of a table, by the keys of their folders.
    pub(crate) fn fits_of(
        files: usize,
        columns: &Meta,
        table: &Meta,
        keys: Option<&Keys>,
    ) -> Arc<[Option<Arc<Fit>>]> {
        let fit = |file| keys.and_then(|keys| Fit::of(columns, table, &keys.of_file(file)));
        (0..files).map(fit).collect()
    }

    /// Files of which each block of bytes is a partition; one without rows where no file is left.
    pub(crate) fn of_blocks(
        paths: &Paths,
        files: Vec<FileIdentity>,
        listed: usize,
        fits: Arc<[Option<Arc<Fit>>]>,
        meta: Meta,
        blocks: usize,
    ) -> Self {
        let partitions: Arc<[Range<usize>]> = (0..blocks.max(1))
            .map(|block| block..(block + 1).min(blocks))
            .collect();
        Self {
            paths: paths.clone(),
            files: files.into(),
            listed,
            fits,
            units: (blocks, "block"),
            meta: Arc::new(meta),
            divisions: Divisions::unknown(partitions.len()),
            partitions,
        }
    }

    /// No files: a table out of another source, of which each unit is a partition; one partition without units where it has none.
    pub fn without_files(meta: Arc<Meta>, divisions: Divisions, units: usize) -> Self {
        let partitions: Arc<[Range<usize>]> = (0..units.max(1))
            .map(|unit| unit..(unit + 1).min(units))
            .collect();
        Self {
            paths: Paths::default(),
            files: Arc::from([]),
            listed: 0,
            fits: Arc::from([]),
            units: (units, "partition"),
            meta,
            partitions,
            divisions,
        }
    }

    /// Columns, dtypes and the index.
    pub fn meta(&self) -> &Arc<Meta> {
        &self.meta
    }

    /// What is known of the index labels in each visible partition.
    pub fn divisions(&self) -> &Divisions {
        &self.divisions
    }

    /// The files, in order.
    pub fn files(&self) -> &[FileIdentity] {
        &self.files
    }

    /// How many files were not looked at, since the names of their folders rule them out.
    pub fn files_ruled_out(&self) -> usize {
        self.listed - self.files.len()
    }

    /// The units that each visible partition reads; see [`Dataset::partitions`](crate::Dataset::partitions).
    pub fn partitions(&self) -> &[Range<usize>] {
        &self.partitions
    }

    /// The source in few words, for plans that are printed: `sales/ (3 of 50 files, 12 row groups)`.
    pub fn label(&self) -> String {
        let paths = self.paths.shown();
        let of_all = match self.files_ruled_out() {
            0 => String::new(),
            _ => format!("{} of ", self.files.len()),
        };
        let (units, unit) = self.units;
        format!(
            "{paths} ({of_all}{}, {})",
            counted(self.listed, "file"),
            counted(units, unit)
        )
    }
}
