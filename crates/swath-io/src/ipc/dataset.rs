//! A data set: files that were listed, their footers, and what follows from them for a plan.

use arrow_ipc::Block;
use std::sync::Arc;
use swath_divisions::Divisions;
use swath_graph::{Canon, Fingerprint};
use swath_meta::DType;

use super::footer::Footer;
use super::message::{Message, damaged};
use super::options::ReadIpc;
use super::part::{IpcPart, PartFile};
use super::schema::dataset_meta;
use crate::fit::Fit;
use crate::hive::keys_of;
use crate::list::{Wanted, list_files};
use crate::parquet::{SplitRowGroups, contain, partitions};
use crate::range::open_file;
use crate::{Dataset, FileId, FileIdentity, FileSet, IoContext, IoError, Part, RangeReader, Unit};

/// Names that files of a folder end with, where the options do not say.
pub(super) const EXTENSIONS: [&str; 3] = ["arrow", "ipc", "feather"];

/// How much larger a column without a size of its own is than what is stored of it, where that is compressed.
const COMPRESSED: f64 = 3.0;

/// Arrow IPC files as one table, in the state that they were listed in.
///
/// ```text
/// files ─► footers ─► one meta
///                  └► record batches = units ─► partitions
/// ```
#[derive(Clone, Debug)]
pub struct IpcDataset {
    options: ReadIpc,
    set: FileSet,
    /// The record batches, and the bytes of each in its file.
    units: Arc<[(Unit, u64)]>,
    /// Bytes of each column as arrays for a byte of a record batch in its file.
    decoded: Arc<[f64]>,
}

impl IpcDataset {
    /// Lists the files, reads their footers and checks that they have the same columns.
    ///
    /// Cost: a listing, one or two small reads a file, and one more for the sizes of columns.
    ///
    /// # Errors
    /// No file matches; a file is empty, cut off, damaged or no Arrow IPC file; two files have different columns; an option
    /// names a column, or says something, that is not there.
    pub fn open(options: &ReadIpc, context: &IoContext) -> Result<Self, IoError> {
        let target = options.partition_bytes()?;
        let extensions: Vec<&str> = match &options.file_extension {
            Some(extension) => vec![extension],
            None => EXTENSIONS.to_vec(),
        };
        let wanted = Wanted {
            verb: "read_ipc",
            extensions: &extensions,
            option: "ReadIpc::file_extension",
        };
        context.stores.configure(&options.paths, &options.storage)?;
        let mut files = list_files(&options.paths, &wanted, context)?;
        let (listed, first) = (files.len(), files[0].clone());
        let footer = |identity: &FileIdentity| {
            let file = open_file(identity, context)?;
            context.footers.ipc(identity, file.as_ref())
        };
        let recorded = |file: &FileIdentity| {
            let footer = footer(file)?;
            Ok(move |key: &str| footer.key_dtype(key))
        };
        let key_options = options.folders.of("ReadIpc", &options.paths);
        let keys = keys_of(&mut files, &key_options, recorded, context)?;
        let mut footers = Vec::with_capacity(files.len());
        let mut stored = None;
        for identity in &files {
            context.cancel.check()?;
            let footer = footer(identity)?;
            if let (None, Some(first)) = (
                &stored,
                footer.batches.iter().find(|block| block.bodyLength() > 0),
            ) {
                let file = open_file(identity, context)?;
                stored = Some(sizes(identity, file.as_ref(), &footer, first)?);
            }
            footers.push(footer);
        }
        // Where no file is left, one tells of the columns all the same.
        let meta = if files.is_empty() {
            dataset_meta(
                std::slice::from_ref(&first),
                &[footer(&first)?],
                keys.as_ref(),
                options,
            )?
        } else {
            dataset_meta(&files, &footers, keys.as_ref(), options)?
        };
        let fits = footers.iter().enumerate().map(|(at, footer)| {
            let keys = keys.as_ref().map(|keys| keys.of_file(at))?;
            Fit::of(&footer.meta, &meta, &keys)
        });
        let fits = fits.collect();
        let units: Vec<(Unit, u64)> = (footers.iter().enumerate())
            .flat_map(|(at, footer)| {
                let batches = footer.batches.iter().enumerate();
                batches.map(move |(batch, block)| {
                    let unit = Unit {
                        file: FileId::new(at),
                        row_group: batch,
                        rows: 0,
                    };
                    (unit, block.bodyLength() as u64)
                })
            })
            .collect();
        let stored = stored.unwrap_or_default();
        let decoded: Vec<f64> = (meta.fields().iter())
            .map(|field| stored.decoded_share(&field.name, &field.dtype))
            .collect();
        let whole: f64 = decoded.iter().sum();
        let bytes: Vec<u64> = (units.iter())
            .map(|(_, bytes)| (*bytes as f64 * whole) as u64)
            .collect();
        let batches: Vec<Unit> = units.iter().map(|(unit, _)| *unit).collect();
        let by_size = SplitRowGroups::BySize;
        let partitions = partitions(files.len(), &batches, &bytes, target, by_size);
        Ok(Self {
            options: options.clone(),
            set: FileSet {
                paths: options.paths.clone(),
                files: files.into(),
                listed,
                fits,
                units: (units.len(), "record batch"),
                meta: Arc::new(meta),
                divisions: Divisions::unknown(partitions.len()),
                partitions: partitions.into(),
            },
            units: units.into(),
            decoded: decoded.into(),
        })
    }

    /// What a task reads that reads these units.
    fn part(&self, units: &[usize]) -> IpcPart {
        let mut files: Vec<PartFile> = Vec::new();
        let mut last = None;
        for &at in units {
            let (unit, _) = self.units[at];
            if last != Some(unit.file) {
                files.push(PartFile {
                    identity: self.set.files[unit.file.index()].clone(),
                    fit: self.set.fits[unit.file.index()].clone(),
                    batches: Vec::new(),
                });
                last = Some(unit.file);
            }
            let file = files.last_mut().expect("one was pushed for its first unit");
            file.batches.push(unit.row_group as u32);
        }
        IpcPart { files }
    }
}

/// What the first record batch says about the sizes of columns.
#[derive(Debug, Default)]
struct Stored {
    columns: Vec<(String, u64)>,
    rows: u64,
    compressed: bool,
}

fn sizes(
    identity: &FileIdentity,
    file: &dyn RangeReader,
    footer: &Footer,
    block: &Block,
) -> Result<Stored, IoError> {
    let path = identity.path.as_str();
    contain(path, || {
        let read = || {
            let message = Message::read(file, block)?;
            let (columns, compressed) = message.sizes(&footer.schema)?;
            Ok((message.rows()? as u64, columns, compressed))
        };
        let (rows, columns, compressed) =
            read().map_err(|error| damaged(path, "record batch", 0, error))?;
        let names = footer
            .schema
            .fields()
            .iter()
            .map(|field| field.name().clone());
        Ok(Stored {
            columns: names.zip(columns).collect(),
            rows,
            compressed,
        })
    })
}

impl Stored {
    fn decoded_share(&self, name: &str, dtype: &DType) -> f64 {
        let all: u64 = self.columns.iter().map(|(_, bytes)| bytes).sum();
        let own = self.columns.iter().find(|(column, _)| column == name);
        let Some((_, own)) = own.filter(|_| all > 0) else {
            return 0.0;
        };
        let decoded = match dtype.byte_width() {
            Some(width) => width as f64 * self.rows as f64,
            None if self.compressed => *own as f64 * COMPRESSED,
            None => *own as f64,
        };
        decoded / all as f64
    }
}

impl Dataset for IpcDataset {
    fn kind(&self) -> &'static str {
        "read-ipc"
    }

    fn set(&self) -> &FileSet {
        &self.set
    }

    fn unit_bytes(&self, unit: usize, columns: &[Arc<str>]) -> u64 {
        let (_, bytes) = self.units[unit];
        let positions = columns
            .iter()
            .filter_map(|name| self.set.meta.position(name).ok());
        let share: f64 = positions.map(|at| self.decoded[at]).sum();
        (bytes as f64 * share) as u64
    }

    fn parts(&self, units: &[Vec<usize>]) -> Vec<Arc<dyn Part>> {
        let part = |units: &Vec<usize>| Arc::new(self.part(units)) as Arc<dyn Part>;
        units.iter().map(part).collect()
    }
}

/// The files in their states and the options: equal data sets have equal names, a changed file another.
impl Fingerprint for IpcDataset {
    fn feed(&self, out: &mut Canon) {
        out.object("ipc-dataset", 1)
            .feed(&self.options)
            .feed(self.set.files.as_ref());
    }
}
