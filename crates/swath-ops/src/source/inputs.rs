//! Rows that other tasks have made, one dependency after the other.

use std::ops::Range;
use std::sync::Arc;

use arrow_array::RecordBatch;
use swath_batch::Chunk;
use swath_divisions::{Selected, Slice, SliceRows};
use swath_graph::{Decoder, Encoder};
use swath_meta::Meta;
use swath_scheduler::{Pinned, TaskContext};

use super::{Source, SourceSpec, TaskInputs};
use crate::estimate::Expected;
use crate::{OpError, TaskValue};

/// Rows a chunk: large partitions are cut so that a chunk's columns stay in the cache.
pub(super) const CHUNK_ROWS: usize = 16 * 1024;

/// Reads the rows of every dependency in order, pinning one at a time.
///
/// With slices, a task reads only part of its dependencies: that is how partitions are cut anew.
#[derive(Clone, Debug)]
pub struct InputRows {
    meta: Arc<Meta>,
    slices: Option<Arc<[Vec<Slice>]>>,
}

impl InputRows {
    /// Every task reads all rows of its dependencies.
    pub fn whole(meta: Arc<Meta>) -> Self {
        Self { meta, slices: None }
    }

    /// Task `i` reads the slices `slices[i]`, whose partition numbers count the task's dependencies.
    pub fn sliced(meta: Arc<Meta>, slices: Vec<Vec<Slice>>) -> Self {
        Self {
            meta,
            slices: Some(slices.into()),
        }
    }

    pub(crate) fn decode(from: &Decoder<'_>) -> Result<Self, OpError> {
        let object = from.object()?;
        object.expect("input-rows", 1)?;
        let slices: Option<Vec<Vec<Slice>>> = object.serde("slices")?;
        Ok(Self {
            meta: Arc::new(object.serde("meta")?),
            slices: slices.map(Into::into),
        })
    }
}

impl SourceSpec for InputRows {
    fn meta(&self) -> &Arc<Meta> {
        &self.meta
    }

    fn open<'a>(&'a self, task: &TaskInputs<'a>) -> Result<Box<dyn Source + 'a>, OpError> {
        Ok(Box::new(Reading {
            task: *task,
            keys: self.meta.index_fields().len(),
            slices: self.slices.as_ref().map(|slices| &*slices[task.index]),
            next: 0,
            current: None,
        }))
    }

    fn expected(&self, _: usize, inputs: &[u64]) -> Expected {
        let whole = Expected {
            parts: inputs.len().max(1) as u64,
            ..Expected::all(inputs.iter().sum(), &self.meta)
        };
        if self.slices.is_none() {
            whole
        } else {
            whole.or_fewer()
        }
    }

    fn encode(&self, out: &mut Encoder) {
        out.object("input-rows", 1, |o| {
            o.serde("meta", &*self.meta);
            o.serde("slices", &self.slices.as_deref());
        });
    }
}

struct Reading<'a> {
    task: TaskInputs<'a>,
    /// Index columns, which come first.
    keys: usize,
    slices: Option<&'a [Slice]>,
    next: usize,
    current: Option<Cursor<'a>>,
}

/// Where in a pinned input the reading stands.
struct Cursor<'a> {
    pinned: Pinned<'a, TaskValue>,
    input: usize,
    /// Rows before the current batch.
    before: usize,
    batch: usize,
    wanted: Wanted<'a>,
}

/// Which rows of the input are read.
enum Wanted<'a> {
    /// Consecutive ones, of the whole partition; what is read already is cut off.
    Rows(Range<usize>),
    /// Those whose labels are in the ranges of a slice, found batch by batch.
    Labels(&'a Slice, usize),
}

impl<'a> Reading<'a> {
    fn open_next(&mut self) -> Result<Option<Cursor<'a>>, OpError> {
        let count = self.slices.map_or(self.task.values.len(), <[Slice]>::len);
        if self.next >= count {
            return Ok(None);
        }
        let slice = self.slices.map(|slices| &slices[self.next]);
        let input = slice.map_or(self.next, |slice| slice.partition);
        self.next += 1;
        let pinned = self.task.values.open(input).map_err(OpError::Input)?;
        let rows = pinned.rows_of(input)?.rows() as usize;
        let wanted = match slice {
            None => Wanted::Rows(0..rows),
            Some(slice) => match slice.rows {
                SliceRows::Within(_) | SliceRows::WithinAny(_) => Wanted::Labels(slice, self.keys),
                SliceRows::All | SliceRows::Share { .. } => match slice.select(&[], rows)? {
                    Selected::Range(range) => Wanted::Rows(range),
                    Selected::Mask(_) => Wanted::Labels(slice, self.keys),
                },
            },
        };
        Ok(Some(Cursor {
            pinned,
            input,
            before: 0,
            batch: 0,
            wanted,
        }))
    }
}

impl Cursor<'_> {
    fn next(&mut self) -> Result<Option<Chunk>, OpError> {
        while let Some(batch) = self.pinned.rows_of(self.input)?.batches().get(self.batch) {
            match &mut self.wanted {
                Wanted::Rows(range) => {
                    let end = self.before + batch.num_rows();
                    if range.start >= range.end {
                        return Ok(None);
                    }
                    if range.start >= end {
                        self.batch += 1;
                        self.before = end;
                        continue;
                    }
                    let first = range.start - self.before;
                    let rows = range.len().min(end - range.start).min(CHUNK_ROWS);
                    range.start += rows;
                    return Ok(Some(part(batch, first, rows)));
                }
                Wanted::Labels(slice, keys) => {
                    self.batch += 1;
                    return match slice.select(&batch.columns()[..*keys], batch.num_rows())? {
                        Selected::Range(range) => Ok(Some(part(batch, range.start, range.len()))),
                        Selected::Mask(mask) => Ok(Some(Chunk::from_batch(batch).select(&mask))),
                    };
                }
            }
        }
        Ok(None)
    }
}

fn part(batch: &RecordBatch, first: usize, rows: usize) -> Chunk {
    if rows == batch.num_rows() {
        Chunk::from_batch(batch)
    } else {
        Chunk::from_batch(&batch.slice(first, rows))
    }
}

impl Source for Reading<'_> {
    fn next(&mut self, _: &TaskContext<'_>) -> Result<Option<Chunk>, OpError> {
        loop {
            if let Some(cursor) = &mut self.current {
                if let Some(chunk) = cursor.next()? {
                    return Ok(Some(chunk));
                }
                self.current = None;
            }
            match self.open_next()? {
                Some(cursor) => self.current = Some(cursor),
                None => return Ok(None),
            }
        }
    }
}
