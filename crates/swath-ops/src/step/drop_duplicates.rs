//! The first or last rows of those that are equal in some columns.

use std::sync::Arc;

use arrow_array::ArrayRef;
use arrow_buffer::BooleanBuffer;
use swath_batch::{BufferBytes, Chunk, Selection};
use swath_graph::{Decoder, Encoder};
use swath_kernels::Grouper;
use swath_memory::Reservation;
use swath_meta::{DType, Meta};
use swath_scheduler::TaskContext;

use super::{Step, StepSpec};
use crate::estimate::{Expected, Kept};
use crate::pipeline::Flow;
use crate::{Env, OpError, Output};

/// Lets some rows through of those that are equal in some columns: the first, or the last; one unless said otherwise. Rows keep
/// their order.
///
/// Null equals null, NaN equals NaN, and `-0.0` equals `0.0`. The first rows stream; for the last ones all rows are kept until the end.
#[derive(Clone, Debug)]
pub struct DropDuplicates {
    columns: Vec<usize>,
    last: bool,
    rows: u64,
}

impl DropDuplicates {
    /// Compares the columns at these positions, and keeps the last of equal rows instead of the first if `last` says so.
    pub fn new(columns: Vec<usize>, last: bool) -> Self {
        Self {
            columns,
            last,
            rows: 1,
        }
    }

    /// Keeps up to this many of equal rows.
    #[must_use]
    pub fn rows(self, rows: u64) -> Self {
        Self { rows, ..self }
    }

    pub(crate) fn decode(from: &Decoder<'_>) -> Result<Self, OpError> {
        let object = from.object()?;
        object.expect("drop-duplicates", 1)?;
        let columns: Vec<u64> = object.serde("columns")?;
        Ok(Self {
            columns: columns.into_iter().map(|at| at as usize).collect(),
            last: object.bool("last")?,
            rows: object.u64("rows")?,
        })
    }
}

impl StepSpec for DropDuplicates {
    fn infer(&self, input: &Meta, _: &Env) -> Result<Arc<Meta>, OpError> {
        Ok(Arc::new(input.clone()))
    }

    fn open(&self, input: &Meta, _: &Env) -> Result<Box<dyn Step>, OpError> {
        let dtypes: Vec<DType> = self
            .columns
            .iter()
            .map(|&at| input.fields()[at].dtype.clone())
            .collect();
        let seen = Seen {
            columns: self.columns.clone(),
            grouper: Grouper::try_new(&dtypes)?,
            ids: Vec::new(),
            reserved: None,
        };
        Ok(if self.last {
            Box::new(Last {
                seen,
                wanted: self.rows,
                chunks: Vec::new(),
                bytes: BufferBytes::default(),
                of_key: Vec::new(),
                keys: Vec::new(),
                reserved: None,
            })
        } else {
            Box::new(First {
                seen,
                wanted: self.rows,
                passed: Vec::new(),
            })
        })
    }

    fn expected(&self, input: Expected) -> (Kept, Expected) {
        (input.or_fewer().kept(), input.or_fewer())
    }

    fn encode(&self, out: &mut Encoder) {
        let columns: Vec<u64> = self.columns.iter().map(|&at| at as u64).collect();
        out.object("drop-duplicates", 1, |o| {
            o.serde("columns", &columns);
            o.bool("last", self.last);
            o.u64("rows", self.rows);
        });
    }
}

/// The keys seen so far.
struct Seen {
    columns: Vec<usize>,
    grouper: Grouper,
    /// The number of each row's key, of the chunk that came last; keys are numbered as they are first seen.
    ids: Vec<u32>,
    reserved: Option<Reservation>,
}

impl Seen {
    /// Numbers the keys of a chunk; returns how many keys there were before. `each` bytes are held for each key beside it.
    fn number(&mut self, chunk: &Chunk, each: u64, cx: &TaskContext<'_>) -> Result<usize, OpError> {
        let keys: Vec<ArrayRef> = self
            .columns
            .iter()
            .map(|&at| Arc::clone(&chunk.columns[at]))
            .collect();
        let before = self.grouper.groups();
        let reserved = self
            .reserved
            .get_or_insert_with(|| cx.reserve("keys of rows that are kept once"));
        let beside = |keys: usize| keys as u64 * each;
        let most =
            self.grouper.bytes() + self.grouper.growth(chunk.rows) + beside(before + chunk.rows);
        reserved.try_resize(most.max(reserved.bytes()))?;
        self.grouper.group(&keys, chunk.rows, &mut self.ids)?;
        reserved.try_resize(self.grouper.bytes() + beside(self.grouper.groups()))?;
        Ok(before)
    }
}

struct First {
    seen: Seen,
    wanted: u64,
    /// How many rows of each key were let through.
    passed: Vec<u64>,
}

impl Step for First {
    fn push(
        &mut self,
        chunk: Chunk,
        cx: &TaskContext<'_>,
        out: &mut dyn Output,
    ) -> Result<Flow, OpError> {
        let mut chunk = chunk.compact()?;
        let counter = if self.wanted == 1 {
            0
        } else {
            size_of::<u64>()
        };
        let mut next = self.seen.number(&chunk, counter as u64, cx)?;
        let ids = &self.seen.ids;
        let keep = if self.wanted == 1 {
            BooleanBuffer::collect_bool(chunk.rows, |row| {
                // A key that is new has the next number where it stands first.
                let first = ids[row] as usize == next;
                next += usize::from(first);
                first
            })
        } else {
            self.passed.resize(self.seen.grouper.groups(), 0);
            BooleanBuffer::collect_bool(chunk.rows, |row| {
                let passed = &mut self.passed[ids[row] as usize];
                let keep = *passed < self.wanted;
                *passed += u64::from(keep);
                keep
            })
        };
        chunk.selection = Some(Selection::from_mask(keep));
        out.push(chunk)
    }

    fn finish(&mut self, _: &TaskContext<'_>, _: &mut dyn Output) -> Result<(), OpError> {
        self.seen.reserved = None;
        Ok(())
    }
}

struct Last {
    seen: Seen,
    wanted: u64,
    chunks: Vec<Chunk>,
    bytes: BufferBytes,
    /// How many rows each key has.
    of_key: Vec<u64>,
    /// The key of each row, over all chunks.
    keys: Vec<u32>,
    reserved: Option<Reservation>,
}

impl Step for Last {
    fn push(
        &mut self,
        chunk: Chunk,
        cx: &TaskContext<'_>,
        _: &mut dyn Output,
    ) -> Result<Flow, OpError> {
        let chunk = chunk.compact()?;
        self.seen.number(&chunk, 0, cx)?;
        self.of_key.resize(self.seen.grouper.groups(), 0);
        for &id in &self.seen.ids {
            self.of_key[id as usize] += 1;
        }
        self.keys.extend(&self.seen.ids);
        chunk.count_bytes(&mut self.bytes);
        let places = self.of_key.capacity() as u64 * 8 + self.keys.capacity() as u64 * 4;
        self.reserved
            .get_or_insert_with(|| cx.reserve("rows of which the last are kept"))
            .try_resize(self.bytes.total() + places)?;
        self.chunks.push(chunk);
        Ok(Flow::More)
    }

    fn finish(&mut self, cx: &TaskContext<'_>, out: &mut dyn Output) -> Result<(), OpError> {
        self.seen.reserved = None;
        let keys = std::mem::take(&mut self.keys);
        let mut from = 0;
        for mut chunk in self.chunks.drain(..) {
            cx.check()?;
            let own = &keys[from..from + chunk.rows];
            from += chunk.rows;
            let keep = BooleanBuffer::collect_bool(chunk.rows, |row| {
                // Of each key, how many rows are from here on.
                let left = &mut self.of_key[own[row] as usize];
                *left -= 1;
                *left < self.wanted
            });
            chunk.selection = Some(Selection::from_mask(keep));
            if chunk.is_empty() {
                continue;
            }
            if out.push(chunk)? == Flow::Enough {
                break;
            }
        }
        self.reserved = None;
        Ok(())
    }
}
