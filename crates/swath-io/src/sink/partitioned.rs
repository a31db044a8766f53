//! Writing the rows of one partition into folders named by the values of some columns.

use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef, RecordBatch, UInt32Array};
use arrow_cast::cast;
use arrow_schema::DataType;
use arrow_select::take::take_record_batch;
use std::collections::HashMap;
use std::sync::Arc;
use swath_batch::{Value, normalise};
use swath_memory::Reservation;
use swath_meta::{DType, Meta};

use super::{Begin, BeginFile};
use crate::folder::PartName;
use crate::hive::segment;
use crate::natural::natural_order;
use crate::{IoContext, IoError, Staged, Writer, WrittenFile};

/// Most files that one task has open. Rows for a folder whose file had to be closed go to another one in it.
const OPEN: usize = 64;

/// What is kept of a folder beside its name and its key: its places in the list and, as sparse as a table gets, in the table.
const A_FOLDER: u64 = (2 * size_of::<Folder>() + 3 * size_of::<(Vec<u8>, usize)>()) as u64;
/// What is kept of a file beside its path, in a list that may just have grown.
const A_FILE: u64 = 2 * size_of::<WrittenFile>() as u64;

/// Writes the rows of a partition as one file for each combination of the values of some columns, which the files leave out.
///
/// The rows of a file are in the order in which they came. Keeps the name of every folder until the end.
pub(super) struct PartitionedWriter<O> {
    options: O,
    staged: Staged,
    context: IoContext,
    partition: usize,
    meta: Arc<Meta>,
    /// Places of the columns that name the folders, …
    keys: Vec<usize>,
    /// … and of the others.
    others: Vec<usize>,
    /// The columns of the files.
    file_meta: Arc<Meta>,
    folders: Vec<Folder>,
    by_key: HashMap<Vec<u8>, usize>,
    /// The folders with an open file, the one not written to for the longest first.
    open: Vec<usize>,
    /// Bytes that the open files hold.
    held: u64,
    /// Bytes of the names of folders and files, which stay until the end.
    names: u64,
    finished: Vec<WrittenFile>,
}

struct Folder {
    below: String,
    writer: Option<Box<dyn Writer>>,
    /// Files that were begun.
    files: usize,
}

impl<O: BeginFile> PartitionedWriter<O> {
    /// Prepares to write. No file is made yet.
    ///
    /// # Errors
    /// Columns that cannot name folders.
    pub(super) fn create(options: &O, begin: &Begin<'_>) -> Result<Self, IoError> {
        let meta = begin.meta;
        let file_meta = file_meta(meta, options.partition_on())?;
        let is_key = |&at: &usize| !file_meta.contains(&meta.fields()[at].name);
        let position = |name: &String| meta.position(name).ok();
        Ok(Self {
            options: options.clone(),
            staged: begin.staged.clone(),
            context: begin.context.clone(),
            partition: begin.part.partition,
            keys: options.partition_on().iter().filter_map(position).collect(),
            others: (0..meta.len()).filter(|at| !is_key(at)).collect(),
            meta: Arc::clone(meta),
            file_meta: Arc::new(file_meta),
            folders: Vec::new(),
            by_key: HashMap::new(),
            open: Vec::new(),
            held: 0,
            names: 0,
            finished: Vec::new(),
        })
    }

    /// The rows of each folder, in the order in which the folders come.
    fn rows_of_folders(&mut self, rows: &RecordBatch) -> Result<Vec<(usize, Vec<u32>)>, IoError> {
        let texts = self
            .keys
            .iter()
            .map(|&key| texts(rows.column(key)))
            .collect::<Result<Vec<_>, _>>()?;
        let mut found: Vec<(usize, Vec<u32>)> = Vec::new();
        let mut place: HashMap<usize, usize> = HashMap::new();
        let (mut key, mut before) = (Vec::new(), Vec::new());
        let mut at = 0;
        for row in 0..rows.num_rows() {
            key.clear();
            for texts in &texts {
                let text = texts.as_string::<i32>();
                if text.is_null(row) {
                    key.push(0);
                } else {
                    let text = text.value(row).as_bytes();
                    key.push(1);
                    key.extend(text.len().to_le_bytes());
                    key.extend(text);
                }
            }
            // Rows of one folder mostly stand together.
            if found.is_empty() || key != before {
                let folder = match self.by_key.get(&key) {
                    Some(folder) => *folder,
                    None => self.folder(&key, rows, row),
                };
                at = *place.entry(folder).or_insert_with(|| {
                    found.push((folder, Vec::new()));
                    found.len() - 1
                });
                std::mem::swap(&mut key, &mut before);
            }
            found[at].1.push(row as u32);
        }
        Ok(found)
    }

    /// The folder of a key that was not met before.
    fn folder(&mut self, key: &[u8], rows: &RecordBatch, row: usize) -> usize {
        let segments = self.keys.iter().map(|&at| {
            let value = Value::from_array(rows.column(at), row);
            let text = (!value.is_null()).then(|| value.to_string());
            segment(&self.meta.fields()[at].name, text.as_deref())
        });
        let below = segments.collect::<Vec<_>>().join("/");
        self.names += (below.capacity() + key.len()) as u64 + A_FOLDER;
        self.folders.push(Folder {
            below,
            writer: None,
            files: 0,
        });
        let folder = self.folders.len() - 1;
        self.by_key.insert(key.to_vec(), folder);
        folder
    }

    fn write_into(&mut self, folder: usize, rows: &RecordBatch) -> Result<(), IoError> {
        if self.folders[folder].writer.is_none() {
            if self.open.len() == OPEN {
                self.close(0)?;
            }
            let Folder { below, files, .. } = &self.folders[folder];
            let part = PartName {
                below,
                partition: self.partition,
                nth: *files,
            };
            let keys = self.keys.iter().map(|&at| {
                let field = &self.meta.fields()[at];
                (field.name.to_string(), field.dtype.clone())
            });
            let keys: Vec<(String, DType)> = keys.collect();
            let writer = self.options.begin_file(&Begin {
                staged: &self.staged,
                meta: &self.file_meta,
                part,
                keys: &keys,
                context: &self.context,
            })?;
            self.held += writer.held();
            self.folders[folder].writer = Some(writer);
            self.folders[folder].files += 1;
        }
        self.open.retain(|open| *open != folder);
        self.open.push(folder);
        let writer = self.folders[folder].writer.as_mut();
        let writer = writer.expect("it was begun above");
        let before = writer.held();
        writer.write(rows)?;
        self.held = self.held + writer.held() - before;
        Ok(())
    }

    /// Writes what a file holds that was not written to for the longest, or closes it, where that frees nothing; `false` where none holds
    /// anything.
    fn write_oldest(&mut self) -> Result<bool, IoError> {
        let folders = &mut self.folders;
        let mut writers = self.open.iter().enumerate().filter_map(|(at, &folder)| {
            let writer = folders[folder].writer.as_ref()?;
            (writer.held() > 0).then_some((at, folder))
        });
        let Some((at, folder)) = writers.next() else {
            return Ok(false);
        };
        let Some(writer) = folders[folder].writer.as_mut() else {
            return Ok(false);
        };
        let before = writer.held();
        writer.write_held()?;
        let after = writer.held();
        self.held = self.held + after - before;
        if after >= before {
            self.close(at)?;
        }
        Ok(true)
    }

    /// Closes the file that is so far from the one not written to for the longest.
    fn close(&mut self, at: usize) -> Result<(), IoError> {
        let folder = self.open.remove(at);
        if let Some(writer) = self.folders[folder].writer.take() {
            self.held -= writer.held();
            for file in writer.finish()? {
                self.names += file.path.capacity() as u64 + A_FILE;
                self.finished.push(file);
            }
        }
        Ok(())
    }

    /// Writes rows into their folders; after each, `then` is asked.
    fn write_each(
        &mut self,
        rows: &RecordBatch,
        mut then: impl FnMut(&mut Self) -> Result<(), IoError>,
    ) -> Result<(), IoError> {
        let rows = normalise(rows, &self.meta)?;
        let others = rows
            .project(&self.others)
            .map_err(arrow("leaving the keys out"))?;
        for (folder, of_folder) in self.rows_of_folders(&rows)? {
            if of_folder.len() == rows.num_rows() {
                self.write_into(folder, &others)?;
            } else {
                let taken = take_record_batch(&others, &UInt32Array::from(of_folder));
                self.write_into(
                    folder,
                    &taken.map_err(arrow("taking the rows of a folder"))?,
                )?;
            }
            then(self)?;
        }
        Ok(())
    }
}

impl<O: BeginFile> Writer for PartitionedWriter<O> {
    fn write(&mut self, rows: &RecordBatch) -> Result<(), IoError> {
        self.write_each(rows, |_| Ok(()))
    }

    fn held(&self) -> u64 {
        self.held + self.names
    }

    fn write_held(&mut self) -> Result<(), IoError> {
        while self.write_oldest()? {}
        Ok(())
    }

    fn write_within(
        &mut self,
        rows: &RecordBatch,
        memory: &mut Reservation,
    ) -> Result<(), IoError> {
        self.write_each(rows, |this| {
            loop {
                match memory.try_resize(this.held()) {
                    Ok(()) => return Ok(()),
                    Err(error) if !this.write_oldest()? => return Err(error.into()),
                    Err(_) => {}
                }
            }
        })
    }

    fn finish(mut self: Box<Self>) -> Result<Vec<WrittenFile>, IoError> {
        while !self.open.is_empty() {
            self.close(0)?;
        }
        let mut finished = std::mem::take(&mut self.finished);
        finished.sort_by(|left, right| natural_order(&left.path, &right.path));
        Ok(finished)
    }
}

/// The columns of the files of a frame that is written into folders named by some of its columns.
///
/// # Errors
/// A column that is not there, is named twice, is the index, or has a dtype whose values do not come back from text; nothing left to
/// write.
pub(crate) fn file_meta(meta: &Meta, keys: &[String]) -> Result<Meta, IoError> {
    let refused = |column: &str, reason: String| IoError::PartitionOn {
        column: column.to_owned(),
        reason,
    };
    for (at, key) in keys.iter().enumerate() {
        let field = meta
            .field(key)
            .map_err(|error| refused(key, error.to_string()))?;
        if key.is_empty() {
            return Err(refused(key, "a folder needs a name for it".to_owned()));
        }
        if keys[..at].contains(key) {
            return Err(refused(key, "it is named twice".to_owned()));
        }
        if meta.is_index(key) {
            return Err(refused(
                key,
                "it is the index, which stays in the files".to_owned(),
            ));
        }
        if !can_name_folders(&field.dtype) {
            let reason = format!(
                "a value of {} does not come back from the name of a folder",
                field.dtype
            );
            return Err(refused(key, reason));
        }
    }
    let others = meta
        .fields()
        .iter()
        .filter(|field| !keys.iter().any(|key| **key == *field.name));
    let others: Vec<_> = others.cloned().collect();
    match keys.last() {
        Some(last) if others.is_empty() => {
            Err(refused(last, "no column is left for the files".to_owned()))
        }
        _ => Meta::try_new(others, meta.index()).map_err(|error| IoError::Batch(error.into())),
    }
}

fn can_name_folders(dtype: &DType) -> bool {
    match dtype {
        DType::Bool | DType::String | DType::Category | DType::Date => true,
        DType::Timestamp(_, zone) => zone.is_none(),
        dtype => dtype.is_integer() || dtype.is_decimal(),
    }
}

/// Texts that are equal where the values are.
fn texts(column: &ArrayRef) -> Result<ArrayRef, IoError> {
    let numbers = match column.data_type() {
        DataType::Timestamp(..) => cast(column, &DataType::Int64),
        _ => Ok(Arc::clone(column)),
    };
    numbers
        .and_then(|numbers| cast(&numbers, &DataType::Utf8))
        .map_err(arrow("reading the keys"))
}

fn arrow(during: &'static str) -> impl FnOnce(arrow_schema::ArrowError) -> IoError {
    move |source| swath_batch::BatchError::Arrow { during, source }.into()
}
