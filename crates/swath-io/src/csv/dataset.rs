//! A data set: files that were listed, their columns, and where they are cut.

use std::sync::Arc;
use swath_graph::{Canon, Fingerprint};
use swath_meta::{DType, Field, Index, Meta};

use super::head::Head;
use super::infer::Sample;
use super::layout::Layout;
use super::nulls::Nulls;
use super::options::ReadCsv;
use super::part::{CsvPart, PartRange};
use super::scan::{Marks, Records, Scanner, State, guess};
use crate::list::Wanted;
use crate::text::{Block, Compression, TextFiles, spread};
use crate::words::counted;
use crate::{Dataset, FileIdentity, FileSet, IoContext, IoError, Part};

/// Names that files of a folder end with, where the options do not say.
pub(super) const EXTENSIONS: [&str; 4] = ["csv", "csv.gz", "csv.zst", "tsv"];

/// How much larger text is than its file, where the file is compressed.
const COMPRESSED: u64 = 4;

/// CSV files as one table, in the state that they were listed in.
///
/// ```text
/// files ─► heads ─► names ─ samples ─► one meta
///               └► blocks of bytes = units = partitions
/// ```
#[derive(Clone, Debug)]
pub struct CsvDataset {
    options: ReadCsv,
    layout: Arc<Layout>,
    set: FileSet,
    units: Arc<[Block]>,
    /// Bytes of a byte of a file as an array, for each column of the files.
    decoded: Arc<[f64]>,
}

impl CsvDataset {
    /// Lists the files, reads the beginning of each and, where dtypes are not declared, some more of a few of them.
    ///
    /// Cost: a listing, one small read a file, and three for each of up to five files.
    ///
    /// # Errors
    /// No file matches; a file is empty; two files have different columns; an option names a column, or says something, that is
    /// not there.
    pub fn open(options: &ReadCsv, context: &IoContext) -> Result<Self, IoError> {
        let (dialect, figures) = (options.dialect()?, options.figures()?);
        let blocksize = options.text.block_bytes()?;
        let some = options.text.sample_bytes()?;
        let wanted = Wanted {
            verb: "read_csv",
            extensions: &EXTENSIONS,
            option: "ReadCsv::file_extension",
        };
        let keys = options.folders.of("ReadCsv", &options.text.paths);
        let listed = TextFiles::list(&options.text, &keys, &wanted, context)?;
        let (told, first) = (listed.telling(), &listed.first);
        let sampled: Vec<usize> = spread(told.len());
        let nulls = Nulls::new(options.null_texts().iter().map(String::as_str));
        let mut names: Vec<Arc<str>> = Vec::new();
        let mut found: Vec<Arc<str>> = Vec::new();
        let mut sample = Sample::new(0, figures);
        let mut units = Vec::with_capacity(told.len());
        for (at, identity) in told.iter().enumerate() {
            context.cancel.check()?;
            let is_sampled = sampled.contains(&at);
            let read = if is_sampled { some } else { some.min(16 << 10) };
            let head = Head::read(identity, options, dialect, read, context)?;
            if at == 0 {
                found.clone_from(&head.names);
                names = given_names(options, &head)?;
                sample = Sample::new(names.len(), figures);
            } else if head.names != found && options.header {
                let files = told.len();
                return Err(different(first, identity, &found, &head.names, files));
            }
            let declared = names
                .iter()
                .all(|name| options.text.dtypes.contains_key(&**name));
            // Widths are wanted of one file even where dtypes are not.
            if is_sampled && (at == 0 || !declared) {
                let places = if declared { 1 } else { 3 };
                look(&mut sample, identity, &head, dialect, &nulls, some, places)?;
            }
            if !listed.files.is_empty() {
                let (compression, data) = (head.compression, head.data);
                units.extend(Block::cut(at, identity, compression, data, blocksize));
            }
        }
        let fields = typed(options, &names, &sample, first)?;
        let table = listed.table(&options.text, &fields)?;
        let judged = options.text.judged(&fields, &table);
        let set = listed.into_set(&options.text, &fields, table, units.len())?;
        let layout = Layout {
            dialect,
            date_formats: options.text.formats()?,
            null_texts: options.null_texts(),
            nan_as_null: options.nan_as_null,
            figures,
            on_bad_lines: options.text.on_bad_lines,
            judged,
            path_column: (options.text.include_path_column.as_deref()).map(Into::into),
            fields,
        };
        let decoded = (layout.fields.iter().enumerate())
            .map(|(at, field)| decoded_share(field, &sample, at))
            .collect();
        Ok(Self {
            options: options.clone(),
            layout: Arc::new(layout),
            set,
            units: units.into(),
            decoded,
        })
    }

    fn range(&self, unit: usize) -> PartRange {
        let Block {
            file,
            data,
            start,
            end,
            every,
            compression,
        } = self.units[unit];
        PartRange {
            identity: self.set.files[file].clone(),
            fit: self.set.fits[file].clone(),
            compression,
            data,
            start,
            end,
            every,
            alone: true,
            followed: false,
        }
    }

    /// What tasks read that read these units each, and together nothing else.
    fn parts_of(&self, units: &[Vec<usize>]) -> Vec<CsvPart> {
        let mut read = vec![false; self.units.len() + 1];
        units.iter().flatten().for_each(|&unit| read[unit] = true);
        let joined = |unit: usize| {
            let (before, after) = (&self.units[unit - 1], &self.units[unit]);
            before.file == after.file
        };
        let part = |units: &Vec<usize>| {
            let mut ranges: Vec<PartRange> = Vec::new();
            for &unit in units {
                let range = self.range(unit);
                let alone = !(unit > 0 && joined(unit) && read[unit - 1]);
                let followed = unit + 1 < self.units.len() && joined(unit + 1) && read[unit + 1];
                match ranges.last_mut() {
                    Some(last)
                        if last.identity.path == range.identity.path && last.end == range.start =>
                    {
                        last.end = range.end;
                        last.followed = followed;
                    }
                    _ => ranges.push(PartRange {
                        alone,
                        followed,
                        ..range
                    }),
                }
            }
            CsvPart {
                layout: Arc::clone(&self.layout),
                ranges,
            }
        };
        units.iter().map(part).collect()
    }
}

impl Dataset for CsvDataset {
    fn kind(&self) -> &'static str {
        "read-csv"
    }

    fn set(&self) -> &FileSet {
        &self.set
    }

    fn unit_bytes(&self, unit: usize, columns: &[Arc<str>]) -> u64 {
        let bytes = self.units[unit].bytes(COMPRESSED);
        let positions = columns.iter().filter_map(|name| self.layout.position(name));
        let share: f64 = positions.map(|at| self.decoded[at]).sum();
        (bytes as f64 * share) as u64
    }

    fn parts(&self, units: &[Vec<usize>]) -> Vec<Arc<dyn Part>> {
        let parts = self.parts_of(units).into_iter();
        parts.map(|part| Arc::new(part) as Arc<dyn Part>).collect()
    }
}

/// The files in their states and the options: equal data sets have equal names, a changed file another.
impl Fingerprint for CsvDataset {
    fn feed(&self, out: &mut Canon) {
        out.object("csv-dataset", 1)
            .feed(&self.options)
            .feed(self.set.files.as_ref());
    }
}

/// The names that the options give, or those of the file.
fn given_names(options: &ReadCsv, head: &Head) -> Result<Vec<Arc<str>>, IoError> {
    match &options.names {
        None => Ok(head.names.clone()),
        Some(names) if names.len() == head.names.len() => {
            Ok(names.iter().map(|name| name.as_str().into()).collect())
        }
        Some(names) => Err(IoError::Names {
            given: names.len(),
            fields: head.names.len(),
        }),
    }
}

fn different(
    first: &FileIdentity,
    second: &FileIdentity,
    expected: &[Arc<str>],
    found: &[Arc<str>],
    files: usize,
) -> IoError {
    let at = (expected.iter().zip(found)).position(|(expected, found)| expected != found);
    let difference = match at {
        Some(at) => format!(
            "`{}` has `{}` where `{}` has `{}`, column {}",
            second.path,
            found[at],
            first.path,
            expected[at],
            at + 1
        ),
        None => format!(
            "`{}` has {}, and `{}` has {}",
            second.path,
            counted(found.len(), "column"),
            first.path,
            counted(expected.len(), "column")
        ),
    };
    IoError::Headers {
        first: first.path.clone(),
        second: second.path.clone(),
        difference,
        files,
    }
}

/// Looks at the beginning of a file, and in the middle and at the end of a large one.
fn look(
    sample: &mut Sample,
    identity: &FileIdentity,
    head: &Head,
    dialect: super::scan::Dialect,
    nulls: &Nulls,
    some: usize,
    places: u64,
) -> Result<(), IoError> {
    let scanner = Scanner::new(dialect);
    let columns = sample.columns.len();
    let mut records = Records::default();
    let mut marks = Marks::default();
    let mut see = |bytes: &[u8], ends: bool| {
        let mut bytes = bytes.to_vec();
        if ends && bytes.last() != Some(&b'\n') {
            bytes.push(b'\n');
        }
        marks.clear();
        scanner.scan(&bytes, State::RECORD, &mut marks);
        let gathered = records.gather(&bytes, &marks, columns, usize::MAX, true);
        sample.see(&bytes[..gathered.next], &records, dialect, nulls);
    };
    see(&head.bytes[head.data as usize..], head.whole);
    let len = identity.len;
    if head.whole || head.compression != Compression::None || len <= some as u64 {
        return Ok(());
    }
    for place in 1..places {
        let last = place == places - 1;
        let from = if last {
            len - some as u64
        } else {
            (len - some as u64) / 2
        };
        if from < head.bytes.len() as u64 {
            continue;
        }
        let mut bytes = vec![0; some];
        head.file.read_into(from, &mut bytes)?;
        if let Some(start) = guess(&bytes, dialect, columns) {
            see(&bytes[start..], last);
        }
    }
    Ok(())
}

/// The columns of the files, with the dtypes that are declared, else with those of the sample.
fn typed(
    options: &ReadCsv,
    names: &[Arc<str>],
    sample: &Sample,
    first: &FileIdentity,
) -> Result<Vec<Field>, IoError> {
    let failed = |source| IoError::Meta {
        path: first.path.clone(),
        source,
    };
    let known = names
        .iter()
        .map(|name| Field::new(Arc::clone(name), DType::String, true));
    let known = Meta::try_new(known, Index::none()).map_err(failed)?;
    for name in (options.text.dtypes.keys()).chain(options.text.date_formats.keys()) {
        known.position(name).map_err(failed)?;
    }
    let fields = names.iter().zip(&sample.columns).map(|(name, inference)| {
        let declared = options.text.declared(name, &first.path)?;
        let dtype = declared.unwrap_or_else(|| inference.dtype());
        if dtype.is_nested() {
            return Err(IoError::NotOfText {
                column: name.to_string(),
                dtype: dtype.to_string(),
            });
        }
        Ok(Field::new(Arc::clone(name), dtype, true))
    });
    fields.collect()
}

/// Bytes that a column takes as an array for each byte of a file.
fn decoded_share(field: &Field, sample: &Sample, at: usize) -> f64 {
    if sample.bytes == 0 {
        return 1.0;
    }
    let rows = sample.rows as f64;
    let width = match field.dtype.byte_width() {
        Some(width) => width as f64 * rows,
        // Views, and the text that they have no room for.
        None => 16.0 * rows + sample.text[at] as f64,
    };
    width / sample.bytes as f64
}
