//! Any keys: rows encoded as bytes.

use arrow_array::ArrayRef;
use arrow_row::{RowConverter, Rows, SortField};
use arrow_schema::DataType;
use swath_batch::canonical_floats;
use swath_meta::DType;
use xxhash_rust::xxh3::xxh3_64;

use super::slots::Slots;
use super::strategy::{Fit, Strategy};
use crate::KernelError;
use crate::encoding::{cast_to, plain_type};

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

    fn group(&mut self, keys: &[ArrayRef], ids: &mut Vec<u32>) -> Result<Fit, KernelError> {
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

    fn growth(&self, rows: usize) -> u64 {
        let groups = self.groups.num_rows();
        let row = self.groups.size().checked_div(groups).unwrap_or(32);
        self.slots.growth(rows) + (rows * row) as u64
    }

    fn key_bytes(&self) -> u64 {
        self.groups.size() as u64
    }
}
