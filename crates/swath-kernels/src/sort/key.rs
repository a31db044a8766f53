//! By which column rows are ordered, and in which direction.

/// One column of an order.
///
/// NaN comes after all numbers in both directions, so the largest rows are numbers while there are
/// any; `-0.0` equals `0.0`. Rows that are equal in all keys keep the order they came in.
///
/// ```
/// use swath_kernels::SortKey;
///
/// let key = SortKey::descending(1);
/// assert_eq!(key, SortKey { column: 1, descending: true, nulls_last: true });
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SortKey {
    /// Position of the column.
    pub column: usize,
    /// Largest first.
    pub descending: bool,
    /// Nulls after all values, else before them; `descending` does not change this.
    pub nulls_last: bool,
}

impl SortKey {
    /// Smallest first, nulls last.
    pub fn ascending(column: usize) -> Self {
        Self {
            column,
            descending: false,
            nulls_last: true,
        }
    }

    /// Largest first, nulls last.
    pub fn descending(column: usize) -> Self {
        Self {
            column,
            descending: true,
            nulls_last: true,
        }
    }
}
