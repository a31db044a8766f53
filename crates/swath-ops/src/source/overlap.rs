//! The rows of a partition between rows of its neighbours.

use std::collections::VecDeque;
use std::ops::Range;
use std::sync::Arc;

use arrow_array::{Int64Array, RecordBatch};
use swath_batch::Chunk;
use swath_graph::{Decoder, Encoder};
use swath_meta::Meta;
use swath_scheduler::{Pinned, TaskContext};

use super::inputs::CHUNK_ROWS;
use super::{Source, SourceSpec, TaskInputs};
use crate::estimate::Expected;
use crate::step::{OrderError, Reach, counts_of};
use crate::{OpError, TaskValue};

/// Reads what comes in front of a partition, the partition, and what comes behind it.
///
/// ```text
///  dependencies   ends of earlier partitions … │ the partition │ beginnings of later ones …
///  rows read                  the last in reach │ all           │ the first in reach
/// ```
///
/// The others are in the order of the partitions that they are of; they may hold more than is in reach, or nothing. A partition without
/// rows is not given any of others. Both reaches are measured along the same column, by which rows have to be sorted.
#[derive(Clone, Debug)]
pub struct Overlap {
    meta: Arc<Meta>,
    before: Reach,
    after: Reach,
    tasks: Arc<[Window]>,
}

/// What one task reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Window {
    /// The partition's number.
    partition: u32,
    /// How many dependencies stand before the partition.
    before: u32,
}

impl Overlap {
    /// Task `i` reads the partition of the first number of `tasks[i]`, which is its dependency of the second number.
    pub fn new(
        meta: Arc<Meta>,
        before: Reach,
        after: Reach,
        tasks: impl IntoIterator<Item = (u32, u32)>,
    ) -> Self {
        let tasks = tasks.into_iter();
        let tasks = tasks.map(|(partition, before)| Window { partition, before });
        Self {
            meta,
            before,
            after,
            tasks: tasks.collect(),
        }
    }

    pub(crate) fn decode(from: &Decoder<'_>) -> Result<Self, OpError> {
        let object = from.object()?;
        object.expect("overlap", 1)?;
        let tasks: Vec<(u32, u32)> = object.serde("tasks")?;
        Ok(Self::new(
            Arc::new(object.serde("meta")?),
            Reach::decode(&object.object("before")?)?,
            Reach::decode(&object.object("after")?)?,
            tasks,
        ))
    }
}

impl SourceSpec for Overlap {
    fn meta(&self) -> &Arc<Meta> {
        &self.meta
    }

    fn open<'a>(&'a self, task: &TaskInputs<'a>) -> Result<Box<dyn Source + 'a>, OpError> {
        let opening = Opening {
            spec: self,
            window: self.tasks[task.index],
            task: *task,
        };
        Ok(Box::new(opening.open()?))
    }

    fn expected(&self, index: usize, inputs: &[u64]) -> Expected {
        let own = self.tasks.get(index).map(|window| window.before as usize);
        let own = own.and_then(|own| inputs.get(own));
        Expected {
            least: own.copied().unwrap_or(0),
            ..Expected::all(inputs.iter().sum(), &self.meta)
        }
    }

    fn encode(&self, out: &mut Encoder) {
        let tasks = self.tasks.iter();
        let tasks: Vec<(u32, u32)> = tasks
            .map(|window| (window.partition, window.before))
            .collect();
        out.object("overlap", 1, |o| {
            o.serde("meta", &*self.meta);
            o.object("before", |out| self.before.encode(out));
            o.object("after", |out| self.after.encode(out));
            o.serde("tasks", &tasks);
        });
    }
}

/// Some rows of one dependency.
type Part = (usize, Range<u64>);

/// Finds out which rows are read.
struct Opening<'a> {
    spec: &'a Overlap,
    window: Window,
    task: TaskInputs<'a>,
}

impl<'a> Opening<'a> {
    fn open(&self) -> Result<Reading<'a>, OpError> {
        let own = self.window.before as usize;
        let rows = self.rows(own)?;
        let (mut front, mut behind) = (Vec::new(), Vec::new());
        if rows > 0 {
            let column = self.spec.before.column().or(self.spec.after.column());
            let ends = match column {
                Some(column) => Some(self.ends(column)?),
                None => None,
            };
            front = self.front(ends)?;
            behind = self.behind(ends)?;
        }
        let count = |parts: &[Part]| {
            let rows = parts.iter().map(|(_, range)| range.end - range.start);
            rows.sum::<u64>() as usize
        };
        let halo = (count(&front), count(&behind));
        front.push((own, 0..rows));
        front.append(&mut behind);
        Ok(Reading {
            task: self.task,
            halo,
            parts: front.into(),
            current: None,
        })
    }

    fn rows(&self, input: usize) -> Result<u64, OpError> {
        Ok(self.pinned(input)?.rows_of(input)?.rows())
    }

    fn pinned(&self, input: usize) -> Result<Pinned<'a, TaskValue>, OpError> {
        self.task.values.open(input).map_err(OpError::Input)
    }

    fn counts(&self, input: usize, column: usize) -> Result<Vec<Int64Array>, OpError> {
        let pinned = self.pinned(input)?;
        Ok(counts_of(pinned.rows_of(input)?, column)?)
    }

    fn column(&self, column: usize) -> String {
        self.spec.meta.fields()[column].name.to_string()
    }

    /// The counts of the partition's first and last row, of which it has some; all are looked at.
    fn ends(&self, column: usize) -> Result<(i64, i64), OpError> {
        let counts = self.counts(self.window.before as usize, column)?;
        let mut ends = None;
        let all = counts.iter().flat_map(|counts| counts.values().iter());
        for (row, &count) in all.enumerate() {
            let (first, last) = ends.unwrap_or((count, count));
            if count < last {
                return Err(self.unsorted(column, row).into());
            }
            ends = Some((first, count));
        }
        Ok(ends.expect("it has rows"))
    }

    fn unsorted(&self, column: usize, row: usize) -> OrderError {
        OrderError::Unsorted {
            column: self.column(column),
            partition: self.window.partition as usize,
            row,
        }
    }

    /// The rows in front that are in reach.
    fn front(&self, ends: Option<(i64, i64)>) -> Result<Vec<Part>, OpError> {
        let mut parts = Vec::new();
        let mut left = match self.spec.before {
            Reach::Rows(rows) => rows,
            Reach::Within { .. } => u64::MAX,
        };
        for input in (0..self.window.before as usize).rev() {
            if left == 0 {
                break;
            }
            let rows = self.rows(input)?;
            let first = match (self.spec.before, ends) {
                (Reach::Within { column, distance }, Some((earliest, _))) => {
                    let counts = self.counts(input, column)?;
                    if last(&counts).is_some_and(|last| last > earliest) {
                        return Err(self.unsorted(column, 0).into());
                    }
                    let nearest = earliest.saturating_sub_unsigned(distance);
                    partition_point(&counts, |count| count < nearest)
                }
                _ => rows.saturating_sub(left),
            };
            if first < rows {
                parts.push((input, first..rows));
                left -= rows - first;
            }
            if first > 0 {
                break;
            }
        }
        parts.reverse();
        Ok(parts)
    }

    /// The rows behind that are in reach.
    fn behind(&self, ends: Option<(i64, i64)>) -> Result<Vec<Part>, OpError> {
        let mut parts = Vec::new();
        let mut left = match self.spec.after {
            Reach::Rows(rows) => rows,
            Reach::Within { .. } => u64::MAX,
        };
        for input in self.window.before as usize + 1..self.task.values.len() {
            if left == 0 {
                break;
            }
            let rows = self.rows(input)?;
            let end = match (self.spec.after, ends) {
                (Reach::Within { column, distance }, Some((_, latest))) => {
                    let counts = self.counts(input, column)?;
                    if first(&counts).is_some_and(|first| first < latest) {
                        return Err(OrderError::Behind {
                            column: self.column(column),
                            partition: self.window.partition as usize,
                        }
                        .into());
                    }
                    let furthest = latest.saturating_add_unsigned(distance);
                    partition_point(&counts, |count| count <= furthest)
                }
                _ => rows.min(left),
            };
            if end > 0 {
                parts.push((input, 0..end));
                left -= end;
            }
            if end < rows {
                break;
            }
        }
        Ok(parts)
    }
}

fn first(counts: &[Int64Array]) -> Option<i64> {
    let mut all = counts.iter().filter_map(|counts| counts.values().first());
    all.next().copied()
}

fn last(counts: &[Int64Array]) -> Option<i64> {
    let mut all = counts
        .iter()
        .rev()
        .filter_map(|counts| counts.values().last());
    all.next().copied()
}

/// How many of the first counts `is_before` holds for, which holds for none after them.
fn partition_point(counts: &[Int64Array], is_before: impl Fn(i64) -> bool) -> u64 {
    let mut found = 0;
    for counts in counts {
        let here = counts.values().partition_point(|count| is_before(*count));
        found += here as u64;
        if here < counts.values().len() {
            break;
        }
    }
    found
}

struct Reading<'a> {
    task: TaskInputs<'a>,
    halo: (usize, usize),
    /// What is still to be read.
    parts: VecDeque<Part>,
    current: Option<Cursor<'a>>,
}

/// Rows of an input that is pinned as long as they are handed on.
struct Cursor<'a> {
    batches: VecDeque<RecordBatch>,
    _pinned: Pinned<'a, TaskValue>,
}

impl Cursor<'_> {
    fn next(&mut self) -> Option<Chunk> {
        let batch = self.batches.pop_front()?;
        if batch.num_rows() <= CHUNK_ROWS {
            return Some(Chunk::from_batch(&batch));
        }
        let rest = batch.slice(CHUNK_ROWS, batch.num_rows() - CHUNK_ROWS);
        self.batches.push_front(rest);
        Some(Chunk::from_batch(&batch.slice(0, CHUNK_ROWS)))
    }
}

impl Source for Reading<'_> {
    fn next(&mut self, _: &TaskContext<'_>) -> Result<Option<Chunk>, OpError> {
        loop {
            if let Some(cursor) = &mut self.current {
                if let Some(chunk) = cursor.next() {
                    return Ok(Some(chunk));
                }
                self.current = None;
            }
            let Some((input, range)) = self.parts.pop_front() else {
                return Ok(None);
            };
            let pinned = self.task.values.open(input).map_err(OpError::Input)?;
            let rows = pinned.rows_of(input)?;
            let rows = rows.slice(range.start, range.end - range.start);
            self.current = Some(Cursor {
                batches: rows.batches().iter().cloned().collect(),
                _pinned: pinned,
            });
        }
    }

    fn halo(&self) -> (usize, usize) {
        self.halo
    }
}
