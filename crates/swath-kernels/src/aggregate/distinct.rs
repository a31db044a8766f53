//! The different values of each group.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::UInt32Type;
use arrow_array::{ArrayRef, UInt32Array};
use swath_meta::DType;

use super::lists::{item_dtype, without_nulls};
use crate::encoding::{cast_to, entry};
use crate::error::check_rows;
use crate::{Grouper, KernelError};

/// A table of pairs: a group, and a value in it that is not null.
///
/// Values are equal as group keys are: NaN is one value, `-0.0` is `0.0`.
pub(super) struct Distinct {
    operation: &'static str,
    item: DType,
    pairs: Grouper,
    n_groups: usize,
    /// Kept for its memory.
    ids: Vec<u32>,
}

impl Distinct {
    /// No values yet, of an input of this dtype.
    ///
    /// # Errors
    /// [`KernelError::Unsupported`] for nested dtypes and columns of nothing but nulls.
    pub(super) fn try_new(operation: &'static str, input: &DType) -> Result<Self, KernelError> {
        if input.is_unordered() {
            return Err(KernelError::unsupported(operation, input, None));
        }
        let item = item_dtype(input);
        Ok(Self {
            operation,
            pairs: Grouper::try_new(&[DType::UInt32, item.clone()])?,
            item,
            n_groups: 0,
            ids: Vec::new(),
        })
    }

    /// The dtype of the values.
    pub(super) fn item(&self) -> &DType {
        &self.item
    }

    /// Adds rows, and says which pair each row that is not null has.
    pub(super) fn add(
        &mut self,
        groups: &[u32],
        n_groups: usize,
        column: &ArrayRef,
    ) -> Result<&[u32], KernelError> {
        self.n_groups = self.n_groups.max(n_groups);
        check_rows(self.operation, std::slice::from_ref(column), groups.len())?;
        let column = entry(self.operation, column, &self.item)?;
        let (groups, column) = match without_nulls(groups, &column)? {
            Some(kept) => kept,
            None => (groups.to_vec(), column),
        };
        let rows = groups.len();
        let keys: [ArrayRef; 2] = [Arc::new(UInt32Array::from(groups)), column];
        self.pairs.group(&keys, rows, &mut self.ids)?;
        Ok(&self.ids)
    }

    /// Pairs so far.
    pub(super) fn pairs(&self) -> usize {
        self.pairs.groups()
    }

    /// Takes the pairs out: the group of each, its value in the encoding of borders, and the number of groups.
    pub(super) fn take(&mut self) -> Result<(Vec<u32>, ArrayRef, usize), KernelError> {
        let empty = Grouper::try_new(&[DType::UInt32, self.item.clone()])?;
        let pairs = std::mem::replace(&mut self.pairs, empty);
        let [groups, values] = <[ArrayRef; 2]>::try_from(pairs.keys()?)
            .expect("there are two keys: a group and a value");
        let groups = groups.as_primitive::<UInt32Type>().values().to_vec();
        let values = cast_to(&values, &self.item.border())?;
        Ok((groups, values, std::mem::take(&mut self.n_groups)))
    }

    pub(super) fn bytes(&self) -> u64 {
        self.pairs.bytes() + self.ids.capacity() as u64 * 4
    }
}
