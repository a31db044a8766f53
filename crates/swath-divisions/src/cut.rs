//! Positions between labels, and the ranges between two of them.

use std::cmp::Ordering;
use std::fmt::{self, Display, Formatter};
use std::sync::Arc;

use arrow_array::ArrayRef;
use arrow_buffer::{BooleanBuffer, BooleanBufferBuilder};

use crate::{DivisionsError, KeyOrder, Label};

/// A position in the order of labels: just before, or just after, all rows that have a label.
///
/// A label of only the leading key columns stands for all labels that begin with it. Cuts of one [`KeyOrder`] are totally ordered.
#[derive(Clone, Debug)]
pub struct Cut {
    label: Label,
    key: Arc<[u8]>,
    after: bool,
}

impl Cut {
    /// The position before all rows that have this label.
    ///
    /// # Errors
    /// [`DivisionsError::Label`] if it is no value of the keys' dtypes, [`DivisionsError::Columns`] if it has too many.
    pub fn before(order: &KeyOrder, label: impl Into<Label>) -> Result<Self, DivisionsError> {
        let (label, key) = order.key(&label.into())?;
        Ok(Self {
            label,
            key,
            after: false,
        })
    }

    /// The position after all rows that have this label.
    ///
    /// # Errors
    /// Those of [`before`](Self::before).
    pub fn after(order: &KeyOrder, label: impl Into<Label>) -> Result<Self, DivisionsError> {
        Ok(Self {
            after: true,
            ..Self::before(order, label)?
        })
    }

    pub(crate) fn from_key(label: Label, key: Arc<[u8]>, after: bool) -> Self {
        Self { label, key, after }
    }

    /// The label.
    pub fn label(&self) -> &Label {
        &self.label
    }

    /// Whether the rows with the label come before this position.
    pub fn is_after(&self) -> bool {
        self.after
    }

    /// The label's bytes.
    pub(crate) fn key(&self) -> &[u8] {
        &self.key
    }

    /// The row with this key comes before this position.
    pub(crate) fn is_above(&self, row: &[u8]) -> bool {
        if row.starts_with(&self.key) {
            self.after
        } else {
            row < &*self.key
        }
    }
}

impl Ord for Cut {
    fn cmp(&self, other: &Self) -> Ordering {
        if self.key == other.key {
            return self.after.cmp(&other.after);
        }
        // A shorter label covers the longer ones that begin with it: before it is before them, after it is after them.
        let side = |after: bool| {
            if after {
                Ordering::Greater
            } else {
                Ordering::Less
            }
        };
        if other.key.starts_with(&self.key) {
            side(self.after)
        } else if self.key.starts_with(&other.key) {
            side(other.after).reverse()
        } else {
            self.key.cmp(&other.key)
        }
    }
}

impl PartialOrd for Cut {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Cut {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Cut {}

/// The labels between two positions. Without a lower one it begins with the first label; without an upper one it has no end, and
/// rows with a null key are in it.
#[derive(Clone, Debug, PartialEq)]
pub struct LabelRange {
    order: KeyOrder,
    from: Option<Cut>,
    to: Option<Cut>,
}

impl LabelRange {
    /// Makes the range between two positions, which were made for this order.
    pub fn new(order: KeyOrder, from: Option<Cut>, to: Option<Cut>) -> Self {
        Self { order, from, to }
    }

    /// The order of the keys.
    pub fn order(&self) -> &KeyOrder {
        &self.order
    }

    /// Where it begins.
    pub fn from(&self) -> Option<&Cut> {
        self.from.as_ref()
    }

    /// Where it ends.
    pub fn to(&self) -> Option<&Cut> {
        self.to.as_ref()
    }

    /// The row with this key is in the range.
    pub(crate) fn holds(&self, row: &[u8]) -> bool {
        self.from.as_ref().is_none_or(|from| !from.is_above(row))
            && self.to.as_ref().is_none_or(|to| to.is_above(row))
    }

    /// Says for every row whether its label is in the range; rows need not be sorted. Cost: one key encoding a row.
    ///
    /// # Errors
    /// [`DivisionsError::Columns`], [`DivisionsError::DType`] for other keys than these labels'.
    pub fn mask(&self, keys: &[ArrayRef]) -> Result<BooleanBuffer, DivisionsError> {
        mask(std::slice::from_ref(self), &self.order, keys)
    }
}

/// Says for every row whether its label is in one of the ranges.
pub(crate) fn mask(
    ranges: &[LabelRange],
    order: &KeyOrder,
    keys: &[ArrayRef],
) -> Result<BooleanBuffer, DivisionsError> {
    let rows = order.encode(keys)?;
    let mut mask = BooleanBufferBuilder::new(rows.num_rows());
    for row in &rows {
        mask.append(ranges.iter().any(|range| range.holds(row.data())));
    }
    Ok(mask.finish())
}

/// As an interval: `[150, 300)`, `[.., 150)`.
impl Display for LabelRange {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match &self.from {
            Some(from) => write!(f, "{}{}, ", if from.after { '(' } else { '[' }, from.label)?,
            None => f.write_str("[.., ")?,
        }
        match &self.to {
            Some(to) => write!(f, "{}{}", to.label, if to.after { ']' } else { ')' }),
            None => f.write_str("..)"),
        }
    }
}
