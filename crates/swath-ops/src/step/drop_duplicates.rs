//! One row of those that are equal in some columns.

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

/// Lets one row through of those that are equal in some columns: the first, or the last. Rows keep their order.
///
/// Null equals null, NaN equals NaN, and `-0.0` equals `0.0`. The first rows stream; for the last ones all rows are kept until the end.
#[derive(Clone, Debug)]
pub struct DropDuplicates {
    columns: Vec<usize>,
    last: bool,
}

impl DropDuplicates {
    /// Compares the columns at these positions, and keeps the last of equal rows instead of the first if `last` says so.
    pub fn new(columns: Vec<usize>, last: bool) -> Self {
        Self { columns, last }
    }

    pub(crate) fn decode(from: &Decoder<'_>) -> Result<Self, OpError> {
        let object = from.object()?;
        object.expect("drop-duplicates", 1)?;
        let columns: Vec<u64> = object.serde("columns")?;
        Ok(Self {
            columns: columns.into_iter().map(|at| at as usize).collect(),
            last: object.bool("last")?,
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
                chunks: Vec::new(),
                bytes: BufferBytes::default(),
                kept: Vec::new(),
                rows: 0,
                reserved: None,
            })
        } else {
            Box::new(First(seen))
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
    /// Numbers the keys of a chunk; returns how many keys there were before.
    fn number(&mut self, chunk: &Chunk, cx: &TaskContext<'_>) -> Result<usize, OpError> {
        let keys: Vec<ArrayRef> = self
            .columns
            .iter()
            .map(|&at| Arc::clone(&chunk.columns[at]))
            .collect();
        let before = self.grouper.groups();
        let reserved = self
            .reserved
            .get_or_insert_with(|| cx.reserve("keys of rows that are kept once"));
        let most = self.grouper.bytes() + self.grouper.growth(chunk.rows);
        reserved.try_resize(most.max(reserved.bytes()))?;
        self.grouper.group(&keys, chunk.rows, &mut self.ids)?;
        reserved.try_resize(self.grouper.bytes())?;
        Ok(before)
    }
}

struct First(Seen);

impl Step for First {
    fn push(
        &mut self,
        chunk: Chunk,
        cx: &TaskContext<'_>,
        out: &mut dyn Output,
    ) -> Result<Flow, OpError> {
        let mut chunk = chunk.compact()?;
        let mut next = self.0.number(&chunk, cx)?;
        let keep = BooleanBuffer::collect_bool(chunk.rows, |row| {
            // A key that is new has the next number where it stands first.
            let first = self.0.ids[row] as usize == next;
            next += usize::from(first);
            first
        });
        chunk.selection = Some(Selection::from_mask(keep));
        out.push(chunk)
    }

    fn finish(&mut self, _: &TaskContext<'_>, _: &mut dyn Output) -> Result<(), OpError> {
        self.0.reserved = None;
        Ok(())
    }
}

struct Last {
    seen: Seen,
    chunks: Vec<Chunk>,
    bytes: BufferBytes,
    /// The last row of each key, counted over all chunks.
    kept: Vec<u64>,
    rows: u64,
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
        self.seen.number(&chunk, cx)?;
        self.kept.resize(self.seen.grouper.groups(), 0);
        for (row, &id) in (self.rows..).zip(&self.seen.ids) {
            self.kept[id as usize] = row;
        }
        self.rows += chunk.rows as u64;
        chunk.count_bytes(&mut self.bytes);
        let places = self.kept.capacity() as u64 * 8;
        self.reserved
            .get_or_insert_with(|| cx.reserve("rows of which the last is kept"))
            .try_resize(self.bytes.total() + places)?;
        self.chunks.push(chunk);
        Ok(Flow::More)
    }

    fn finish(&mut self, cx: &TaskContext<'_>, out: &mut dyn Output) -> Result<(), OpError> {
        self.seen.reserved = None;
        let mut kept = std::mem::take(&mut self.kept);
        kept.sort_unstable();
        let mut kept = kept.into_iter().peekable();
        let mut from = 0;
        for mut chunk in self.chunks.drain(..) {
            cx.check()?;
            let to = from + chunk.rows as u64;
            let keep = BooleanBuffer::collect_bool(chunk.rows, |row| {
                kept.next_if_eq(&(from + row as u64)).is_some()
            });
            from = to;
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
