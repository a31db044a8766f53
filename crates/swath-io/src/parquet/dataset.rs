//! A data set: files that were listed, their footers, and what follows from them for a plan.

use std::ops::Range;
use std::sync::Arc;
use swath_batch::Value;
use swath_divisions::Divisions;
use swath_expr::ColumnBounds;
use swath_graph::{Canon, Fingerprint};
use swath_meta::{DType, Meta};

use super::bounds::{chunk_bounds, union};
use super::footer::Footer;
use super::options::{ReadParquet, Tuning};
use super::part::{ParquetPart, PartFile};
use super::partitions::partitions;
use super::schema::dataset_meta;
use super::unit::{FileId, Unit, decoded_bytes};
use super::within::Within;
use crate::fit::{Fit, Instead};
use crate::hive::{bounds_of, keys_of};
use crate::list::{Wanted, list_files};
use crate::{Dataset, FileIdentity, FileSet, IoContext, IoError, Part, Statistics};

/// Names that files of a folder end with, where the options do not say.
pub(super) const EXTENSIONS: [&str; 2] = ["parquet", "parq"];

/// Parquet files as one table, in the state that they were listed in.
///
/// ```text
/// files ─► footers ─► one meta
///                  └► units (row groups) ─► partitions, divisions
///                                        └► parts (what one task reads)
/// ```
#[derive(Clone, Debug)]
pub struct ParquetDataset {
    pub(super) options: ReadParquet,
    tuning: Tuning,
    pub(super) set: FileSet,
    pub(super) footers: Arc<[Arc<Footer>]>,
    pub(super) units: Arc<[Unit]>,
    /// Which rows of their units are theirs, for each partition; empty where units belong to one partition each.
    pub(super) within: Arc<[Option<Within>]>,
}

impl ParquetDataset {
    /// Lists the files, reads their footers and checks that they have the same columns, or such as the options admit.
    ///
    /// Cost: a listing, and one or two small reads a file whose footer the session has not seen, of those that a predicate over
    /// the names of folders does not rule out.
    ///
    /// # Errors
    /// No file matches; a file is empty, cut off, damaged or no Parquet file; two files have different
    /// columns; folders whose names have other keys than those of the first file; an option names a column, or says something, that is not there.
    pub fn open(options: &ReadParquet, context: &IoContext) -> Result<Self, IoError> {
        let tuning = options.tuning()?;
        let target = options.partition_bytes()?;
        let extensions: Vec<&str> = match &options.file_extension {
            Some(extension) => vec![extension],
            None => EXTENSIONS.to_vec(),
        };
        let wanted = Wanted {
            verb: "read_parquet",
            extensions: &extensions,
            option: "ReadParquet::file_extension",
        };
        context.stores.configure(&options.paths, &options.storage)?;
        let mut files = list_files(&options.paths, &wanted, context)?;
        let listed = files.len();
        let mut first = Vec::new();
        let recorded = |file: &FileIdentity| {
            first = (context.footers).open_all(std::slice::from_ref(file), context)?;
            let footer = Arc::clone(&first[0]);
            Ok(move |key: &str| footer.key_dtype(key))
        };
        let keys = keys_of(&mut files, &options.keys(), recorded, context)?;
        let footers: Arc<[Arc<Footer>]> = context.footers.open_all(&files, context)?.into();
        // Where no file is left, one tells of the columns all the same.
        let tell: &[Arc<Footer>] = if files.is_empty() { &first } else { &footers };
        let meta = dataset_meta(tell, keys.as_ref(), options)?;
        let fits = footers.iter().enumerate().map(|(at, footer)| {
            let keys = keys.as_ref().map(|keys| keys.of_file(at));
            Fit::of(&footer.meta, &meta, &keys.unwrap_or_default())
        });
        let fits = fits.collect();
        let units: Arc<[Unit]> = footers
            .iter()
            .enumerate()
            .flat_map(|(at, footer)| {
                let row_groups = footer.metadata.row_groups().iter().enumerate();
                row_groups.map(move |(row_group, metadata)| Unit {
                    file: FileId::new(at),
                    row_group,
                    rows: metadata.num_rows() as u64,
                })
            })
            .collect();
        let mut dataset = Self {
            options: options.clone(),
            tuning,
            set: FileSet {
                paths: options.paths.clone(),
                files: files.into(),
                listed,
                fits,
                units: (units.len(), "row group"),
                meta: Arc::new(meta),
                partitions: Arc::default(),
                divisions: Divisions::unknown(0),
            },
            footers,
            units,
            within: Arc::default(),
        };
        let names: Vec<Arc<str>> = dataset
            .set
            .meta
            .fields()
            .iter()
            .map(|field| Arc::clone(&field.name))
            .collect();
        let bytes: Vec<u64> = (0..dataset.units.len())
            .map(|unit| dataset.unit_bytes(unit, &names))
            .collect();
        dataset.set.partitions = partitions(
            dataset.set.files.len(),
            &dataset.units,
            &bytes,
            target,
            options.split_row_groups,
        )
        .into();
        dataset.settle_divisions(context);
        Ok(dataset)
    }

    /// Columns, dtypes and the index.
    pub fn meta(&self) -> &Arc<Meta> {
        &self.set.meta
    }

    /// The files, in order, in the state that they were listed in.
    pub fn files(&self) -> &[FileIdentity] {
        &self.set.files
    }

    /// How many files were not looked at, since the names of their folders rule them out.
    pub fn files_ruled_out(&self) -> usize {
        self.set.files_ruled_out()
    }

    /// The row groups of all files, in order.
    pub fn units(&self) -> &[Unit] {
        &self.units
    }

    /// Number of visible partitions; at least one.
    pub fn npartitions(&self) -> usize {
        self.set.partitions.len()
    }

    /// The units that each visible partition reads, consecutive ones. Neighbours share units where one begins with the label
    /// that the other would end with: each row is then in one of them, by its label.
    pub fn partitions(&self) -> &[Range<usize>] {
        &self.set.partitions
    }

    /// The units that one visible partition reads.
    ///
    /// # Panics
    /// Where there is no such partition.
    pub fn partition_units(&self, partition: usize) -> Range<usize> {
        self.set.partitions[partition].clone()
    }

    /// What is known of the index labels in each partition: by what the files record, or their statistics prove.
    pub fn divisions(&self) -> &Divisions {
        &self.set.divisions
    }

    /// Rows of all files.
    pub fn rows(&self) -> u64 {
        self.units.iter().map(|unit| unit.rows).sum()
    }

    /// Bytes that some columns of a unit take as arrays, estimated from the footer; columns that are not there take none.
    ///
    /// # Panics
    /// Where there is no such unit.
    pub fn unit_bytes(&self, unit: usize, columns: &[Arc<str>]) -> u64 {
        let unit = self.units[unit];
        let footer = &self.footers[unit.file.index()];
        let width = |dtype: &DType| dtype.byte_width().unwrap_or(16) as u64;
        let bytes = |name: &Arc<str>| match self.instead(unit, name) {
            Some(Instead::Constant { dtype, .. } | Instead::Narrower { dtype }) => {
                unit.rows * width(dtype)
            }
            None => footer
                .meta
                .position(name)
                .map_or(0, |column| decoded_bytes(footer, unit.row_group, column)),
        };
        columns.iter().map(bytes).sum()
    }

    /// What the file of a unit has instead of a column of the table.
    fn instead(&self, unit: Unit, column: &str) -> Option<&Instead> {
        self.set.fits[unit.file.index()].as_ref()?.get(column)
    }

    /// Bytes that some columns of a unit take in the file.
    ///
    /// # Panics
    /// Where there is no such unit.
    pub fn unit_compressed_bytes(&self, unit: usize, columns: &[Arc<str>]) -> u64 {
        let unit = self.units[unit];
        let footer = &self.footers[unit.file.index()];
        let row_group = footer.metadata.row_group(unit.row_group);
        let positions = columns
            .iter()
            .filter(|name| !matches!(self.instead(unit, name), Some(Instead::Constant { .. })))
            .filter_map(|name| footer.meta.position(name).ok());
        positions
            .flat_map(|column| footer.leaves[column].clone())
            .map(|leaf| row_group.column(leaf).compressed_size() as u64)
            .sum()
    }

    /// What the footer says about the values of a column of a unit; `None` for a column that is not there or is nested.
    ///
    /// # Panics
    /// Where there is no such unit.
    pub fn unit_bounds(&self, unit: usize, column: &str) -> Option<ColumnBounds> {
        let unit = self.units[unit];
        let in_file = || {
            let footer = &self.footers[unit.file.index()];
            unit_bounds(footer, unit.row_group, column, self.tuning)
        };
        match self.instead(unit, column) {
            None => in_file(),
            Some(Instead::Constant { value, dtype }) => {
                (!dtype.is_nested()).then(|| bounds_of(value, unit.rows))
            }
            Some(Instead::Narrower { dtype }) => in_file().map(|bounds| {
                let wide = |value: Option<Value>| value.and_then(|value| value.cast(dtype).ok());
                ColumnBounds {
                    min: wide(bounds.min),
                    max: wide(bounds.max),
                    ..bounds
                }
            }),
        }
    }

    /// What the footers say about all values of a column.
    pub fn column_bounds(&self, column: &str) -> Option<ColumnBounds> {
        let dtype = self.set.meta.dtype(column).ok()?;
        let parts = (0..self.units.len())
            .map(|unit| self.unit_bounds(unit, column))
            .collect::<Option<Vec<_>>>()?;
        Some(union(parts, dtype))
    }

    /// What a task reads that reads one visible partition.
    ///
    /// # Panics
    /// Where there is no such partition.
    pub fn partition(&self, partition: usize) -> ParquetPart {
        let units: Vec<usize> = self.partition_units(partition).collect();
        ParquetPart {
            within: self.within.get(partition).cloned().flatten(),
            ..self.part(&units)
        }
    }

    /// What a task reads that reads these units.
    ///
    /// # Panics
    /// Where there is no such unit.
    pub fn part(&self, units: &[usize]) -> ParquetPart {
        let mut files: Vec<PartFile> = Vec::new();
        let mut last = None;
        let mut rows = 0;
        for &at in units {
            let unit = self.units[at];
            if last != Some(unit.file) {
                let identity = self.set.files[unit.file.index()].clone();
                files.push(PartFile {
                    identity,
                    row_groups: Vec::new(),
                    fit: self.set.fits[unit.file.index()].clone(),
                });
                last = Some(unit.file);
            }
            files
                .last_mut()
                .expect("a file was pushed for its first unit")
                .row_groups
                .push(unit.row_group as u32);
            rows += unit.rows;
        }
        ParquetPart {
            files,
            tuning: self.tuning,
            within: None,
            rows,
        }
    }

    /// The source in few words, for plans that are printed: `sales/ (3 of 50 files, 12 row groups)`.
    pub fn label(&self) -> String {
        self.set.label()
    }
}

/// What a footer says about the values of a column of a row group.
pub(super) fn unit_bounds(
    footer: &Footer,
    row_group: usize,
    column: &str,
    tuning: Tuning,
) -> Option<ColumnBounds> {
    let position = footer.meta.position(column).ok()?;
    let dtype = &footer.meta.fields()[position].dtype;
    let leaves = footer.leaves[position].clone();
    if dtype.is_nested() || leaves.len() != 1 {
        return None;
    }
    let metadata = footer.metadata.row_group(row_group);
    let bounds = chunk_bounds(
        metadata.column(leaves.start),
        dtype,
        metadata.num_rows() as u64,
    );
    Some(nan_as_null(bounds, tuning))
}

/// Where NaN is read as null, nobody knows how many nulls there are, but there is no NaN.
pub(super) fn nan_as_null(bounds: ColumnBounds, tuning: Tuning) -> ColumnBounds {
    if tuning.nan_as_null && bounds.may_have_nan {
        ColumnBounds {
            nulls: None,
            may_have_nan: false,
            ..bounds
        }
    } else {
        bounds
    }
}

impl Dataset for ParquetDataset {
    fn kind(&self) -> &'static str {
        "read-parquet"
    }

    fn set(&self) -> &FileSet {
        &self.set
    }

    fn shares_units(&self) -> bool {
        !self.within.is_empty()
    }

    fn partition_parts(&self, partitions: &[usize]) -> Vec<Arc<dyn Part>> {
        let part = |&at: &usize| Arc::new(self.partition(at)) as Arc<dyn Part>;
        partitions.iter().map(part).collect()
    }

    fn unit_bytes(&self, unit: usize, columns: &[Arc<str>]) -> u64 {
        Self::unit_bytes(self, unit, columns)
    }

    fn statistics(&self) -> Option<&dyn Statistics> {
        Some(self)
    }

    fn parts(&self, units: &[Vec<usize>]) -> Vec<Arc<dyn Part>> {
        let part = |units: &Vec<usize>| Arc::new(self.part(units)) as Arc<dyn Part>;
        units.iter().map(part).collect()
    }
}

impl Statistics for ParquetDataset {
    fn rows(&self) -> u64 {
        Self::rows(self)
    }

    fn unit_rows(&self, unit: usize) -> u64 {
        self.units[unit].rows
    }

    fn unit_bounds(&self, unit: usize, column: &str) -> Option<ColumnBounds> {
        Self::unit_bounds(self, unit, column)
    }

    fn column_bounds(&self, column: &str) -> Option<ColumnBounds> {
        Self::column_bounds(self, column)
    }
}

/// The files in their states and the options: equal data sets have equal names, a changed file another.
impl Fingerprint for ParquetDataset {
    fn feed(&self, out: &mut Canon) {
        out.object("parquet-dataset", 1)
            .feed(&self.options)
            .feed(self.set.files.as_ref());
    }
}
