//! Any keys: rows encoded as bytes.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef, ListArray, StructArray};
use arrow_row::{RowConverter, Rows, SortField};
use arrow_schema::DataType;
use swath_batch::Selection;
use swath_meta::DType;
use xxhash_rust::xxh3::xxh3_64;

use super::slots::Slots;
use super::strategy::{Fit, Strategy};
use crate::KernelError;
use crate::encoding::{cast_to, plain_type};
use crate::native::{Native, column, values, with_native};

/// Keys that no other table takes: nested ones, and rows wider than 128 bits.
///
/// The dearest table: encoding writes each row once, and hashes it.
pub(super) struct EncodedRows {
    dtypes: Vec<DType>,
    types: Vec<DataType>,
    converter: RowConverter,
    /// The rows of one batch; kept for its memory.
    batch: Rows,
    /// One row a group.
    groups: Rows,
    slots: Slots,
}

impl EncodedRows {
    pub(super) fn try_new(dtypes: &[DType]) -> Result<Self, KernelError> {
        let types: Vec<DataType> = dtypes.iter().map(plain_type).collect();
        let fields = types
            .iter()
            .map(|data_type| SortField::new(data_type.clone()))
            .collect();
        let converter =
            RowConverter::new(fields).map_err(KernelError::arrow("planning a row encoding"))?;
        Ok(Self {
            dtypes: dtypes.to_vec(),
            batch: converter.empty_rows(0, 0),
            groups: converter.empty_rows(0, 0),
            converter,
            types,
            slots: Slots::new(),
        })
    }
}

impl Strategy for EncodedRows {
    fn name(&self) -> &'static str {
        "rows"
    }

    fn group(
        &mut self,
        keys: &[ArrayRef],
        _selection: Option<&Selection>,
        ids: &mut Vec<u32>,
    ) -> Result<Fit, KernelError> {
        let keys = keys
            .iter()
            .zip(&self.types)
            .map(|(key, data_type)| Ok(canonical_floats(&cast_to(key, data_type)?)))
            .collect::<Result<Vec<_>, KernelError>>()?;
        self.batch.clear();
        self.converter
            .append(&mut self.batch, &keys)
            .map_err(KernelError::arrow("encoding keys as rows"))?;
        for row in &self.batch {
            let groups = &self.groups;
            let (id, is_new) =
                self.slots
                    .find_or_insert(xxh3_64(row.data()), groups.num_rows() as u32, |id| {
                        groups.row(id as usize).data() == row.data()
                    });
            if is_new {
                self.groups.push(row);
            }
            ids.push(id);
        }
        Ok(Fit::All)
    }

    fn groups(&self) -> usize {
        self.groups.num_rows()
    }

    fn keys(&self) -> Result<Vec<ArrayRef>, KernelError> {
        let columns = self
            .converter
            .convert_rows(&self.groups)
            .map_err(KernelError::arrow("decoding keys from rows"))?;
        columns
            .iter()
            .zip(&self.dtypes)
            .map(|(column, dtype)| cast_to(column, &dtype.border()))
            .collect()
    }

    fn bytes(&self) -> u64 {
        self.slots.bytes() + (self.groups.size() + self.batch.size()) as u64
    }
}

/// One zero and one NaN, at any depth: row bytes tell others apart.
pub(crate) fn canonical_floats(array: &ArrayRef) -> ArrayRef {
    match array.data_type() {
        DataType::Struct(fields) if !fields.is_empty() => {
            let array = array.as_struct();
            let columns = array.columns().iter().map(canonical_floats).collect();
            Arc::new(StructArray::new(
                fields.clone(),
                columns,
                array.nulls().cloned(),
            ))
        }
        DataType::List(field) => {
            let array = array.as_list::<i32>();
            let items = canonical_floats(array.values());
            let (ends, nulls) = (array.offsets().clone(), array.nulls().cloned());
            Arc::new(ListArray::new(Arc::clone(field), ends, items, nulls))
        }
        DataType::Float32 | DataType::Float64 => with_native!(array.data_type(), N => {
            let floats = values::<N>(array);
            let canonical: Vec<N> = floats.iter().map(|value| value.canonical()).collect();
            column::<N>(canonical, array.nulls().cloned(), array.data_type())
        }, _ => unreachable!("floats are machine types")),
        _ => Arc::clone(array),
    }
}
