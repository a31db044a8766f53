//! Groups in the order of their keys.

use std::sync::{Arc, Mutex, PoisonError};

use arrow_array::{ArrayRef, UInt32Array};
use swath_batch::Chunk;
use swath_divisions::KeyOrder;
use swath_kernels::{SortKey, concat_columns, sort_to_indices, take_columns};
use swath_memory::Reservation;
use swath_meta::DType;
use swath_scheduler::TaskContext;
use swath_shuffle::group_by_target;

use super::counted::Made;
use crate::OpError;

/// Rows that are sorted at once.
const RANGE_ROWS: usize = 1 << 16;
/// The most ranges that rows are cut into.
const RANGES: usize = 1024;
/// Keys looked at for each boundary between ranges.
const SAMPLES: usize = 16;
/// Rows whose keys are compared with the boundaries between two looks at whether to go on.
const BLOCK: usize = 1 << 14;

/// Sorts rows by their first columns, the keys.
///
/// Many rows are first scattered over ranges of keys, which are then sorted by themselves: both by all threads that are idle, and
/// never long without a look at whether to go on. Takes the rows twice, and for each thread what sorting one range takes.
pub(super) fn sorted(
    made: Vec<Made>,
    keys: &[DType],
    cx: &TaskContext<'_>,
) -> Result<Vec<Made>, OpError> {
    let rows: usize = made.iter().map(|made| made.chunk.rows).sum();
    let ranges = (rows / RANGE_ROWS).min(RANGES);
    if ranges < 2 || keys.iter().any(DType::is_unordered) {
        let parts: Vec<_> = made.iter().map(|made| made.chunk.columns.clone()).collect();
        let one = sort(&parts, keys.len(), cx)?;
        return Ok(vec![one]);
    }
    in_ranges(made, keys, ranges, cx)
}

fn in_ranges(
    made: Vec<Made>,
    keys: &[DType],
    ranges: usize,
    cx: &TaskContext<'_>,
) -> Result<Vec<Made>, OpError> {
    let order = KeyOrder::try_new(keys)?;
    let boundaries = Boundaries::sampled(&made, &order, keys.len(), ranges)?;
    let made: Vec<Mutex<Option<Made>>> = made
        .into_iter()
        .map(|made| Mutex::new(Some(made)))
        .collect();
    let scatter = |at: usize| {
        let made = made[at]
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take()
            .expect("each index of a loop is called once");
        Scattered::try_new(made, &boundaries, &order, keys.len(), cx)
            .map_err(OpError::into_task_error)
    };
    let scattered = cx
        .parallel_for(made.len(), scatter)
        .map_err(OpError::Input)?;
    let sort_range = |range: usize| {
        let parts: Vec<_> = scattered.iter().map(|part| part.range(range)).collect();
        sort(&parts, keys.len(), cx).map_err(OpError::into_task_error)
    };
    cx.parallel_for(boundaries.ranges(), sort_range)
        .map_err(OpError::Input)
}

/// The rows of all parts, sorted.
fn sort(parts: &[Vec<ArrayRef>], keys: usize, cx: &TaskContext<'_>) -> Result<Made, OpError> {
    let rows: usize = parts.iter().map(|part| part[0].len()).sum();
    let mut reserved = cx.reserve("sorted groups");
    // Words to be sorted, and the order that they come to.
    let order_bytes = rows as u64 * (20 + 8 * keys as u64);
    reserved.try_grow(order_bytes)?;
    let order = {
        let keys_of = |part: &Vec<ArrayRef>| part[..keys].to_vec();
        let columns = concat_columns(&parts.iter().map(keys_of).collect::<Vec<_>>())?;
        let by: Vec<_> = (0..keys).map(SortKey::ascending).collect();
        reserved.try_grow(Chunk::new(columns.clone(), rows).bytes())?;
        sort_to_indices(&columns, &by)?
    };
    // One column after the other: what is needed beside the rows and their copy is one column.
    let mut columns: Vec<ArrayRef> = Vec::with_capacity(parts[0].len());
    let mut sorted = swath_batch::BufferBytes::default();
    for at in 0..parts[0].len() {
        cx.check()?;
        let column: Vec<_> = parts
            .iter()
            .map(|part| vec![Arc::clone(&part[at])])
            .collect();
        let column = concat_columns(&column)?;
        let whole = Chunk::new(column.clone(), rows).bytes();
        reserved.try_resize(order_bytes + sorted.total() + 2 * whole)?;
        let column = take_columns(&column, &order)?.remove(0);
        sorted.add(&column);
        columns.push(column);
    }
    reserved.try_resize(sorted.total())?;
    Ok(Made {
        chunk: Chunk::new(columns, rows),
        reserved,
    })
}

/// The first keys of all ranges but the first, encoded and ascending.
struct Boundaries(Vec<Box<[u8]>>);

impl Boundaries {
    /// Boundaries that cut a sample of the keys evenly.
    fn sampled(
        made: &[Made],
        order: &KeyOrder,
        keys: usize,
        ranges: usize,
    ) -> Result<Self, OpError> {
        let all: usize = made.iter().map(|made| made.chunk.rows).sum();
        let every = (all / (ranges * SAMPLES)).max(1);
        let mut sample: Vec<Box<[u8]>> = Vec::with_capacity(all / every + made.len());
        for Made { chunk, .. } in made {
            let rows = (0..chunk.rows as u32).step_by(every);
            let rows = UInt32Array::from_iter_values(rows);
            let encoded = order.encode(&take_columns(&chunk.columns[..keys], &rows)?)?;
            sample.extend(encoded.iter().map(|key| Box::from(key.data())));
        }
        sample.sort_unstable();
        let mut boundaries: Vec<_> = (1..ranges)
            .map(|range| sample[range * sample.len() / ranges].clone())
            .collect();
        boundaries.dedup();
        Ok(Self(boundaries))
    }

    fn ranges(&self) -> usize {
        self.0.len() + 1
    }

    fn range_of(&self, key: &[u8]) -> u32 {
        self.0.partition_point(|first| **first <= *key) as u32
    }
}

/// Rows in the order of their ranges.
struct Scattered {
    columns: Vec<ArrayRef>,
    offsets: Vec<u64>,
    _reserved: Reservation,
}

impl Scattered {
    fn try_new(
        made: Made,
        boundaries: &Boundaries,
        order: &KeyOrder,
        keys: usize,
        cx: &TaskContext<'_>,
    ) -> Result<Self, OpError> {
        let Made {
            chunk,
            reserved: source,
        } = made;
        let mut reserved = cx.reserve("groups to sort");
        reserved.try_grow(source.bytes() + 8 * chunk.rows as u64)?;
        let mut ranges = Vec::with_capacity(chunk.rows);
        for first in (0..chunk.rows).step_by(BLOCK) {
            cx.check()?;
            let block = chunk.slice(first, BLOCK.min(chunk.rows - first));
            let encoded = order.encode(&block.columns[..keys])?;
            ranges.extend(encoded.iter().map(|key| boundaries.range_of(key.data())));
        }
        let (offsets, positions) = group_by_target(&ranges, boundaries.ranges());
        let positions = UInt32Array::from(positions);
        let mut columns = Vec::with_capacity(chunk.columns.len());
        for column in &chunk.columns {
            cx.check()?;
            columns.extend(take_columns(std::slice::from_ref(column), &positions)?);
        }
        reserved.try_resize(source.bytes())?;
        Ok(Self {
            columns,
            offsets,
            _reserved: reserved,
        })
    }

    fn range(&self, range: usize) -> Vec<ArrayRef> {
        let (first, end) = (
            self.offsets[range] as usize,
            self.offsets[range + 1] as usize,
        );
        let columns = self.columns.iter();
        columns
            .map(|column| column.slice(first, end - first))
            .collect()
    }
}
