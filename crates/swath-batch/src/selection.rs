//! Which rows of a chunk are live.

use arrow_buffer::BooleanBuffer;
use arrow_buffer::bit_iterator::BitIndexIterator;

/// The live rows of a chunk, as a mask with its count.
///
/// One bit for each physical row. Cloning shares the mask.
///
/// ```
/// use arrow_buffer::BooleanBuffer;
/// use swath_batch::Selection;
///
/// let selection = Selection::from_mask(BooleanBuffer::from(vec![true, false, true]));
/// assert_eq!(selection.count(), 2);
/// assert_eq!(selection.indices().collect::<Vec<_>>(), [0, 2]);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Selection {
    mask: BooleanBuffer,
    count: usize,
}

impl Selection {
    /// Selects the rows whose bit is set.
    ///
    /// Counts the bits once: 1/64 of an operation a row.
    pub fn from_mask(mask: BooleanBuffer) -> Self {
        let count = mask.count_set_bits();
        Self { mask, count }
    }

    /// Number of live rows.
    pub fn count(&self) -> usize {
        self.count
    }

    /// Number of physical rows, live or not.
    pub fn rows(&self) -> usize {
        self.mask.len()
    }

    /// One bit for each physical row, set where the row is live.
    pub fn mask(&self) -> &BooleanBuffer {
        &self.mask
    }

    /// Keeps those live rows that `mask` keeps too; `mask` has one bit for each physical row.
    pub fn and(&self, mask: &BooleanBuffer) -> Self {
        Self::from_mask(&self.mask & mask)
    }

    /// Positions of the live rows, ascending.
    pub fn indices(&self) -> impl Iterator<Item = u32> + '_ {
        BitIndexIterator::new(self.mask.values(), self.mask.offset(), self.mask.len())
            .map(|index| index as u32)
    }

    /// The `len` physical rows from `offset`.
    pub fn slice(&self, offset: usize, len: usize) -> Self {
        Self::from_mask(self.mask.slice(offset, len))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_follow_masks() {
        let even = Selection::from_mask((0..100).map(|i| i % 2 == 0).collect());
        let third: BooleanBuffer = (0..100).map(|i| i % 3 == 0).collect();
        let both = even.and(&third);
        assert_eq!(even.count(), 50);
        assert_eq!(both.count(), 17);
        assert_eq!(
            both.indices().collect::<Vec<_>>(),
            (0..100).filter(|i| i % 6 == 0).collect::<Vec<u32>>()
        );
        assert_eq!(both.slice(6, 7).indices().collect::<Vec<_>>(), [0, 6]);
    }
}
