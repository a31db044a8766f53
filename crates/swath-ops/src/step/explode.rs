//! One row for each item of a list.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::{Array, ListArray, UInt32Array};
use swath_batch::{Chunk, Partition};
use swath_graph::{Decoder, Encoder};
use swath_kernels::take_columns;
use swath_meta::{DType, Field, Index, Meta};
use swath_scheduler::TaskContext;

use super::{Step, StepSpec};
use crate::estimate::{Expected, Kept};
use crate::pipeline::Flow;
use crate::{Env, OpError, Output};

/// Rows that are handed on at a time.
const CHUNK_ROWS: usize = 8192;

/// Makes a row for each item of a list column, in order, the other columns repeated; a null or empty list gives one row with null.
#[derive(Clone, Debug)]
pub struct Explode {
    column: usize,
}

impl Explode {
    /// The lists in the column of this position.
    pub fn new(column: usize) -> Self {
        Self { column }
    }

    pub(crate) fn decode(from: &Decoder<'_>) -> Result<Self, OpError> {
        let object = from.object()?;
        object.expect("explode", 1)?;
        Ok(Self {
            column: object.u64("column")? as usize,
        })
    }
}

impl StepSpec for Explode {
    fn infer(&self, input: &Meta, _: &Env) -> Result<Arc<Meta>, OpError> {
        let mut fields = input.fields().to_vec();
        if let DType::List(item) = &fields[self.column].dtype {
            let (name, dtype) = (Arc::clone(&fields[self.column].name), item.dtype.clone());
            fields[self.column] = Field::new(name, dtype, true);
        }
        Ok(Arc::new(Meta::try_new(fields, input.index())?))
    }

    fn open(&self, input: &Meta, _: &Env) -> Result<Box<dyn Step>, OpError> {
        let field = input.fields()[self.column].clone();
        let lists = Meta::try_new([field], Index::none())?;
        Ok(Box::new(Running {
            column: self.column,
            lists: Arc::new(lists),
        }))
    }

    fn expected(&self, input: Expected) -> (Kept, Expected) {
        // How long lists are is not known; a row of the result takes about what an item and its row took.
        (Kept::default(), input.or_fewer())
    }

    fn encode(&self, out: &mut Encoder) {
        out.object("explode", 1, |o| o.u64("column", self.column as u64));
    }
}

struct Running {
    column: usize,
    /// The list column alone.
    lists: Arc<Meta>,
}

impl Running {
    /// The lists, in their border encoding, whichever they have.
    fn lists(&self, chunk: &Chunk) -> Result<ListArray, OpError> {
        let lists = Chunk::new(vec![Arc::clone(&chunk.columns[self.column])], chunk.rows);
        let lists = Partition::from_chunks(Arc::clone(&self.lists), [lists])?.to_batch()?;
        Ok(lists.record_batch().column(0).as_list().clone())
    }
}

/// For each row of the result the row and the item that it is of, in order.
fn places(lists: &ListArray) -> impl Iterator<Item = (u32, Option<u32>)> {
    (0..lists.len()).flat_map(|row| {
        let (from, to) = (lists.value_offsets()[row], lists.value_offsets()[row + 1]);
        let nothing = from == to || lists.is_null(row);
        let items = if nothing { 0..0 } else { from..to };
        let items = items.map(|item| Some(item as u32));
        items
            .chain(nothing.then_some(None))
            .map(move |item| (row as u32, item))
    })
}

impl Step for Running {
    fn push(
        &mut self,
        chunk: Chunk,
        cx: &TaskContext<'_>,
        out: &mut dyn Output,
    ) -> Result<Flow, OpError> {
        let chunk = chunk.compact()?;
        let lists = self.lists(&chunk)?;
        let mut places = places(&lists);
        loop {
            cx.check()?;
            // Few at a time: lists may have more items than there is memory for their places.
            let (rows, items): (Vec<u32>, Vec<Option<u32>>) =
                places.by_ref().take(CHUNK_ROWS).unzip();
            let len = rows.len();
            if len == 0 {
                return Ok(Flow::More);
            }
            let mut columns = take_columns(&chunk.columns, &UInt32Array::from(rows))?;
            let items = UInt32Array::from(items);
            let mut exploded = take_columns(std::slice::from_ref(lists.values()), &items)?;
            columns[self.column] = exploded.remove(0);
            if out.push(Chunk::new(columns, len))? == Flow::Enough {
                return Ok(Flow::Enough);
            }
        }
    }
}
