//! Columns turned into rows.

use std::sync::Arc;

use arrow_array::{ArrayRef, DictionaryArray, StringViewArray, UInt32Array};
use swath_batch::Chunk;
use swath_graph::{Decoder, Encoder};
use swath_kernels::{concat_columns, take_columns};
use swath_meta::{DType, Field, Index, Meta};
use swath_scheduler::TaskContext;

use super::{Step, StepSpec};
use crate::estimate::{Expected, Kept};
use crate::pipeline::Flow;
use crate::{Env, OpError, Output};

/// Makes of each row one row for each column behind the first few: those, the name of the column, and its value.
///
/// The rows of one input row stand together, in the order of the columns, so that nothing depends on how rows are cut.
#[derive(Clone, Debug)]
pub struct Melt {
    ids: usize,
    variable: Arc<str>,
    value: Arc<str>,
}

impl Melt {
    /// Keeps the first `ids` columns; the others, which have one dtype, go into a column of names and one of values.
    pub fn new(ids: usize, variable: Arc<str>, value: Arc<str>) -> Self {
        Self {
            ids,
            variable,
            value,
        }
    }

    pub(crate) fn decode(from: &Decoder<'_>) -> Result<Self, OpError> {
        let object = from.object()?;
        object.expect("melt", 1)?;
        Ok(Self {
            ids: object.u64("ids")? as usize,
            variable: object.str("variable")?.into(),
            value: object.str("value")?.into(),
        })
    }
}

impl StepSpec for Melt {
    fn infer(&self, input: &Meta, _: &Env) -> Result<Arc<Meta>, OpError> {
        let (ids, values) = input.fields().split_at(self.ids);
        let dtype = values
            .first()
            .map_or(DType::Null, |field| field.dtype.clone());
        let nullable = values.iter().any(|field| field.nullable);
        let mut fields = ids.to_vec();
        fields.push(Field::new(Arc::clone(&self.variable), DType::String, false));
        fields.push(Field::new(Arc::clone(&self.value), dtype, nullable));
        Ok(Arc::new(Meta::try_new(fields, Index::none())?))
    }

    fn open(&self, input: &Meta, _: &Env) -> Result<Box<dyn Step>, OpError> {
        let names = input.fields()[self.ids..].iter();
        Ok(Box::new(Running {
            ids: self.ids,
            names: Arc::new(StringViewArray::from_iter_values(
                names.map(|field| &*field.name),
            )),
        }))
    }

    fn expected(&self, input: Expected) -> (Kept, Expected) {
        (Kept::default(), input.or_fewer())
    }

    fn encode(&self, out: &mut Encoder) {
        out.object("melt", 1, |o| {
            o.u64("ids", self.ids as u64);
            o.str("variable", &self.variable);
            o.str("value", &self.value);
        });
    }
}

struct Running {
    ids: usize,
    names: ArrayRef,
}

impl Step for Running {
    fn push(
        &mut self,
        chunk: Chunk,
        cx: &TaskContext<'_>,
        out: &mut dyn Output,
    ) -> Result<Flow, OpError> {
        let chunk = chunk.compact()?;
        let variables = self.names.len();
        if variables == 0 {
            return Ok(Flow::More);
        }
        let (ids, values) = chunk.columns.split_at(self.ids);
        // The values of all columns, one after another.
        let parts: Vec<Vec<ArrayRef>> = values
            .iter()
            .map(|column| vec![Arc::clone(column)])
            .collect();
        let values = concat_columns(&parts)?;
        // As many rows of the result at a time as came in.
        for part in 0..variables {
            cx.check()?;
            let places = || {
                (part * chunk.rows..(part + 1) * chunk.rows)
                    .map(|at| (at / variables, at % variables))
            };
            let rows = UInt32Array::from_iter_values(places().map(|(row, _)| row as u32));
            let found = places().map(|(row, variable)| (variable * chunk.rows + row) as u32);
            let found = UInt32Array::from_iter_values(found);
            let codes =
                UInt32Array::from_iter_values(places().map(|(_, variable)| variable as u32));
            let mut columns = take_columns(ids, &rows)?;
            columns.push(Arc::new(
                DictionaryArray::try_new(codes, Arc::clone(&self.names))
                    .expect("every code is the number of a name"),
            ));
            columns.extend(take_columns(&values, &found)?);
            if out.push(Chunk::new(columns, chunk.rows))? == Flow::Enough {
                return Ok(Flow::Enough);
            }
        }
        Ok(Flow::More)
    }
}
