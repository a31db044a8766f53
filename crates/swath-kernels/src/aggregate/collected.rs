//! All values of each group, kept until the end.

use std::sync::Arc;

use arrow_array::{Array, ArrayRef, new_empty_array};
use swath_meta::DType;

use super::lists::{by_group, items, list_array, owned, without_nulls};
use crate::KernelError;
use crate::select::{concat_columns, take_columns};

/// Values with the group of each, in the order in which they came.
///
/// Holds all of them: as many bytes as the column has, and four a value.
pub(super) struct Collected {
    item: DType,
    keeps_nulls: bool,
    groups: Vec<u32>,
    parts: Vec<ArrayRef>,
    n_groups: usize,
    bytes: u64,
}

/// The values in the order of their groups.
pub(super) struct ByGroup {
    /// Where the values of each group begin: one more than there are groups.
    pub(super) offsets: Vec<usize>,
    pub(super) values: ArrayRef,
}

impl Collected {
    /// No values of this dtype.
    pub(super) fn new(item: DType, keeps_nulls: bool) -> Self {
        Self {
            item,
            keeps_nulls,
            groups: Vec::new(),
            parts: Vec::new(),
            n_groups: 0,
            bytes: 0,
        }
    }

    /// Adds the rows of a plain column.
    pub(super) fn add(
        &mut self,
        groups: &[u32],
        n_groups: usize,
        column: &ArrayRef,
    ) -> Result<(), KernelError> {
        self.n_groups = self.n_groups.max(n_groups);
        let kept = if self.keeps_nulls {
            None
        } else {
            without_nulls(groups, column)?
        };
        match kept {
            None => self.keep(groups, &owned(column)?),
            Some((groups, column)) => self.keep(&groups, &owned(&column)?),
        }
    }

    fn keep(&mut self, groups: &[u32], column: &ArrayRef) -> Result<(), KernelError> {
        if column.is_empty() {
            return Ok(());
        }
        // Positions are 32 bits.
        let limit = u64::from(u32::MAX);
        if self.groups.len() as u64 + groups.len() as u64 > limit {
            return Err(KernelError::TooManyValues { limit });
        }
        self.groups.extend_from_slice(groups);
        self.bytes += column.get_array_memory_size() as u64;
        self.parts.push(Arc::clone(column));
        Ok(())
    }

    /// Adds lists: row `i` belongs to group `groups[i]`.
    pub(super) fn add_lists(
        &mut self,
        groups: &[u32],
        n_groups: usize,
        lists: &ArrayRef,
    ) -> Result<(), KernelError> {
        self.n_groups = self.n_groups.max(n_groups);
        let (groups, values) = items(lists, groups)?;
        self.keep(&groups, &owned(&values)?)
    }

    /// Takes the values out.
    pub(super) fn take(&mut self) -> Result<ByGroup, KernelError> {
        let groups = std::mem::take(&mut self.groups);
        let parts: Vec<Vec<ArrayRef>> = std::mem::take(&mut self.parts)
            .into_iter()
            .map(|part| vec![part])
            .collect();
        let (offsets, order) = by_group(&groups, std::mem::take(&mut self.n_groups));
        self.bytes = 0;
        let values = match concat_columns(&parts)?.pop() {
            None => new_empty_array(&self.item.border()),
            Some(values) => take_columns(&[values], &order.into())?.remove(0),
        };
        Ok(ByGroup { offsets, values })
    }

    /// Takes the values out as one list a group.
    pub(super) fn take_lists(&mut self) -> Result<ArrayRef, KernelError> {
        let ByGroup { offsets, values } = self.take()?;
        list_array(&offsets, &values, &self.item)
    }

    /// Bytes of the values.
    pub(super) fn bytes(&self) -> u64 {
        self.bytes + self.groups.capacity() as u64 * 4
    }
}
