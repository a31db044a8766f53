//! What may be known about rows without reading them, and what follows.

use swath_batch::Value;

/// Bounds of columns over some rows: of a row group, a page, a partition.
///
/// Implemented by every `Fn(&str) -> Option<ColumnBounds>`.
pub trait Bounds {
    /// What is known about the column of this name; `None` is nothing.
    fn column(&self, name: &str) -> Option<ColumnBounds>;
}

impl<F: Fn(&str) -> Option<ColumnBounds>> Bounds for F {
    fn column(&self, name: &str) -> Option<ColumnBounds> {
        self(name)
    }
}

/// Bounds of one column over some rows.
#[derive(Clone, Debug, PartialEq)]
pub struct ColumnBounds {
    /// No value that is neither null nor NaN is less; `None` if unknown.
    pub min: Option<Value>,
    /// No value that is neither null nor NaN is greater; `None` if unknown.
    pub max: Option<Value>,
    /// How many values are null; `None` if unknown.
    pub nulls: Option<u64>,
    /// How many rows there are.
    pub rows: u64,
    /// A float column may hold NaN, which `min` and `max` do not cover.
    pub may_have_nan: bool,
    /// `min` and `max` are values of the column; else they only bound them, as text that was cut does. A maximum that was cut must
    /// have been raised: it bounds all the same.
    pub exact: bool,
}

/// What bounds say about a predicate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Verdict {
    /// No row can pass: they need not be read.
    Never,
    /// Every row passes: the predicate need not be evaluated.
    Always,
    /// Some rows may pass.
    Maybe,
}
