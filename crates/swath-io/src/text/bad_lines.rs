//! What becomes of lines that do not fit.

use serde::{Deserialize, Serialize};

/// What becomes of a line that does not fit: one with too many fields, or with a field that is no value of its column's dtype.
///
/// A line with too few fields is no bad one: the others are null. [`Error`](Self::Error) and [`Null`](Self::Null) look at the
/// columns that a computation reads and at no others, so `len()`, which reads none, counts lines whatever is in them. Which rows a
/// frame has never depends on what is read of it: with [`Skip`](Self::Skip) every computation, `len()` too, looks at all columns
/// of the frame.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OnBadLines {
    /// The computation fails and names file, line, column and value.
    #[default]
    Error,
    /// The line is left out, and counted in the metric `bad_lines` of the run. Columns that nobody wants cost time all the same:
    /// leave them out with `columns`.
    Skip,
    /// The field is null, the fields too many are left out; counted as well.
    Null,
}
