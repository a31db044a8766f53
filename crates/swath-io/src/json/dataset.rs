//! A data set: files that were listed, their columns, and where they are cut.

use std::collections::BTreeMap;
use std::sync::Arc;
use swath_graph::{Canon, Fingerprint};
use swath_meta::Field;

use super::decode::Columns;
use super::fault::{Fault, fault};
use super::layout::Layout;
use super::lines::Lines;
use super::options::ReadJson;
use super::part::{JsonPart, PartRange};
use super::shape::{Fields, Shape};
use crate::list::Wanted;
use crate::range::open_file;
use crate::text::{Block, Compression, Moments, Source, TextFiles, spread};
use crate::{Dataset, FileIdentity, FileSet, IoContext, IoError, OnBadLines, Part};

/// Names that files of a folder end with, where the options do not say.
pub(super) const EXTENSIONS: [&str; 9] = [
    "jsonl",
    "jsonl.gz",
    "jsonl.zst",
    "ndjson",
    "ndjson.gz",
    "ndjson.zst",
    "json",
    "json.gz",
    "json.zst",
];

/// How much larger text is than its file, where the file is compressed.
const COMPRESSED: u64 = 5;

/// Newline-delimited JSON files as one table, in the state that they were listed in.
///
/// ```text
/// files ─ samples ─► one meta
///      └► blocks of bytes = units = partitions
/// ```
#[derive(Clone, Debug)]
pub struct JsonDataset {
    options: ReadJson,
    layout: Arc<Layout>,
    set: FileSet,
    units: Arc<[Block]>,
    /// Bytes of a byte of a file as an array, for each column of the files.
    decoded: Arc<[f64]>,
}

impl JsonDataset {
    /// Lists the files and looks at the beginning, the middle and the end of a few.
    ///
    /// Cost: a listing, and three small reads for each of up to five files; none where all columns that are asked for are
    /// declared.
    ///
    /// # Errors
    /// No file matches; no file has a line; a line of the sample is no JSON object; an option names a column, or says something,
    /// that is not there.
    pub fn open(options: &ReadJson, context: &IoContext) -> Result<Self, IoError> {
        let blocksize = options.text.block_bytes()?;
        let wanted = Wanted {
            verb: "read_json",
            extensions: &EXTENSIONS,
            option: "ReadJson::file_extension",
        };
        let keys = options.folders.of("ReadJson", &options.text.paths);
        let listed = TextFiles::list(&options.text, &keys, &wanted, context)?;
        let sample = Sample::look(options, listed.telling(), context)?;
        let mut units = Vec::with_capacity(listed.files.len());
        for (at, identity) in listed.files.iter().enumerate() {
            let compression = options.text.compression_of(&identity.path)?;
            units.extend(Block::cut(at, identity, compression, 0, blocksize));
        }
        let fields = typed(options, &sample, &listed.first)?;
        let table = listed.table(&options.text, &fields)?;
        let judged = options.text.judged(&fields, &table);
        let set = listed.into_set(&options.text, &fields, table, units.len())?;
        let layout = Layout {
            date_formats: options.text.formats()?,
            on_bad_lines: options.text.on_bad_lines,
            judged,
            path_column: (options.text.include_path_column.as_deref()).map(Into::into),
            fields,
        };
        let decoded = layout
            .fields
            .iter()
            .map(|field| sample.share(field))
            .collect();
        Ok(Self {
            options: options.clone(),
            layout: Arc::new(layout),
            set,
            units: units.into(),
            decoded,
        })
    }

    /// What a task reads that reads these units.
    fn part(&self, units: &[usize]) -> JsonPart {
        let mut ranges: Vec<PartRange> = Vec::new();
        for &at in units {
            let unit = self.units[at];
            let identity = &self.set.files[unit.file];
            match ranges.last_mut() {
                Some(last) if last.identity.path == identity.path && last.end == unit.start => {
                    last.end = unit.end;
                }
                _ => ranges.push(PartRange {
                    identity: identity.clone(),
                    fit: self.set.fits[unit.file].clone(),
                    compression: unit.compression,
                    start: unit.start,
                    end: unit.end,
                }),
            }
        }
        JsonPart {
            layout: Arc::clone(&self.layout),
            ranges,
        }
    }
}

/// What some lines of some files tell.
#[derive(Debug, Default)]
struct Sample {
    shape: Shape,
    rows: u64,
    bytes: u64,
}

impl Sample {
    fn look(
        options: &ReadJson,
        files: &[FileIdentity],
        context: &IoContext,
    ) -> Result<Self, IoError> {
        let some = options.text.sample_bytes()? as u64;
        let mut sample = Self::default();
        let declared = |name: &String| options.text.dtypes.contains_key(name);
        if (options.text.columns.as_ref()).is_some_and(|columns| columns.iter().all(declared)) {
            return Ok(sample);
        }
        for at in spread(files.len()) {
            let (identity, compression) =
                (&files[at], options.text.compression_of(&files[at].path)?);
            let len = identity.len;
            let mut places = vec![0];
            if compression == Compression::None && len > some {
                places.extend([(len - some) / 2, len - some].map(|place| place.max(some)));
            }
            for place in places {
                context.cancel.check()?;
                sample.see(options, identity, compression, place, some, context)?;
            }
        }
        if sample.rows == 0 && options.text.dtypes.is_empty() {
            return Err(IoError::NotFormat {
                path: files[0].path.clone(),
                format: FORMAT,
                found: "no file has a line that could tell its columns".to_owned(),
            });
        }
        Ok(sample)
    }

    /// Looks at the whole lines that begin within `some` bytes from a place.
    fn see(
        &mut self,
        options: &ReadJson,
        identity: &FileIdentity,
        compression: Compression,
        place: u64,
        some: u64,
        context: &IoContext,
    ) -> Result<(), IoError> {
        let path = identity.path.as_str();
        let file = open_file(identity, context)?;
        let source = Source::open(file, path, identity.len, compression, place)?;
        let mut lines = Lines::new(path, source, place, place + some, place > 0);
        let mut moments = Moments::default();
        while lines.next(context)? {
            let (bytes, ranges) = lines.window();
            for range in ranges {
                let line = bytes[range.clone()].trim_ascii();
                if self.shape.see(line, &mut moments) {
                    self.rows += 1;
                    self.bytes += line.len() as u64 + 1;
                } else if options.text.on_bad_lines == OnBadLines::Error {
                    let line_number = lines.line_of(range.start, context)?;
                    return Err(no_object(path, line_number, line));
                }
            }
        }
        Ok(())
    }

    /// Bytes that a column takes as an array for each byte of a file.
    fn share(&self, field: &Field) -> f64 {
        if self.bytes == 0 {
            return 1.0;
        }
        let seen = self.shape.fields().and_then(|fields| {
            let mut fields = fields.iter();
            fields.find(|(name, _)| **name == field.name)
        });
        let bytes = match (field.dtype.byte_width(), seen) {
            (Some(width), _) => width as f64 * self.rows as f64,
            (None, Some((_, shape))) => shape.bytes as f64,
            (None, None) => 0.0,
        };
        bytes / self.bytes as f64
    }
}

/// The format's name in messages.
const FORMAT: &str = "newline-delimited JSON";

/// What is wrong with a line of the sample.
fn no_object(path: &str, line: u64, bytes: &[u8]) -> IoError {
    if line == 1 && bytes.first() == Some(&b'[') {
        return IoError::NotFormat {
            path: path.to_owned(),
            format: FORMAT,
            found: "it is one list; write one object a line".to_owned(),
        };
    }
    let none = Columns {
        fields: &[],
        formats: &BTreeMap::new(),
    };
    let reason = match fault(bytes, &none) {
        Some(Fault::Line { reason }) => reason,
        _ => "it is no object".to_owned(),
    };
    IoError::Malformed {
        path: path.to_owned(),
        line,
        reason,
    }
}

/// The columns of the files, with the dtypes that are declared, else with those of the sample; then others that are declared.
fn typed(options: &ReadJson, sample: &Sample, first: &FileIdentity) -> Result<Vec<Field>, IoError> {
    let mut fields = Vec::new();
    for (name, shape) in sample.shape.fields().into_iter().flat_map(Fields::iter) {
        let declared = options.text.declared(name, &first.path)?;
        let dtype = declared.unwrap_or_else(|| shape.dtype());
        fields.push(Field::new(Arc::clone(name), dtype, true));
    }
    for name in (options.text.dtypes.keys()).chain(options.text.date_formats.keys()) {
        if !fields.iter().any(|field| *field.name == **name)
            && let Some(dtype) = options.text.declared(name, &first.path)?
        {
            fields.push(Field::new(name.as_str(), dtype, true));
        }
    }
    Ok(fields)
}

impl Dataset for JsonDataset {
    fn kind(&self) -> &'static str {
        "read-json"
    }

    fn set(&self) -> &FileSet {
        &self.set
    }

    fn unit_bytes(&self, unit: usize, columns: &[Arc<str>]) -> u64 {
        let bytes = self.units[unit].bytes(COMPRESSED);
        let fields = self.layout.fields.iter().zip(self.decoded.iter());
        let share: f64 = fields
            .filter(|(field, _)| columns.contains(&field.name))
            .map(|(_, share)| share)
            .sum();
        (bytes as f64 * share) as u64
    }

    fn parts(&self, units: &[Vec<usize>]) -> Vec<Arc<dyn Part>> {
        let part = |units: &Vec<usize>| Arc::new(self.part(units)) as Arc<dyn Part>;
        units.iter().map(part).collect()
    }
}

/// The files in their states and the options: equal data sets have equal names, a changed file another.
impl Fingerprint for JsonDataset {
    fn feed(&self, out: &mut Canon) {
        out.object("json-dataset", 1)
            .feed(&self.options)
            .feed(self.set.files.as_ref());
    }
}
