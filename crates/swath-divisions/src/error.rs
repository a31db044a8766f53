//! What divisions, and what is asked of them, can be wrong about.

use swath_graph::Shown;
use thiserror::Error;

/// Says what is wrong with divisions, a label or a plan, with the boundaries concerned and the way out.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum DivisionsError {
    /// There are no boundaries, or only one.
    #[error("new division must not be empty: n partitions need n + 1 boundaries, found {found}")]
    Empty {
        /// Boundaries given.
        found: usize,
    },
    /// A boundary is smaller than the one before it.
    #[error(
        "new division must be sorted, but boundary {at} is `{}` after `{}`",
        Shown(right),
        Shown(left)
    )]
    NotSorted {
        /// Where the smaller boundary stands, from 0.
        at: usize,
        /// The boundary before it.
        left: String,
        /// The smaller boundary.
        right: String,
    },
    /// A boundary other than the last is given twice.
    #[error(
        "new division must be unique, except for the last element, but boundary {at} is `{}` again",
        Shown(bound)
    )]
    NotUnique {
        /// Where it stands the second time, from 0.
        at: usize,
        /// The boundary.
        bound: String,
    },
    /// A boundary is null in its first column.
    #[error(
        "boundary {at} is null; nulls in an index belong to the last partition, without a boundary of their own"
    )]
    NullBound {
        /// Where it stands, from 0.
        at: usize,
    },
    /// Labels of so many columns are needed.
    #[error("expected labels of {expected} key columns, found {found}")]
    Columns {
        /// Key columns there are.
        expected: usize,
        /// Key columns given.
        found: usize,
    },
    /// Values of a dtype that has no order.
    #[error("{dtype} has no order, so it has no divisions")]
    Unordered {
        /// The dtype.
        dtype: String,
    },
    /// A label that is no value of the index's dtype.
    #[error("the label `{}` is not {dtype}{hint}", Shown(label))]
    Label {
        /// The label as given.
        label: String,
        /// The dtype of the index.
        dtype: String,
        /// What to write instead, beginning with `; `, or nothing.
        hint: &'static str,
    },
    /// Key columns of another dtype.
    #[error("expected keys of {expected}, found {found}")]
    DType {
        /// The dtypes of the divisions.
        expected: String,
        /// The dtypes, or Arrow types, given.
        found: String,
    },
    /// A label outside of the divisions was looked up.
    #[error(
        "the label [{}] is not in the index, which goes from `{}` to `{}`",
        Shown(label),
        Shown(first),
        Shown(last)
    )]
    LabelMissing {
        /// The label.
        label: String,
        /// The first boundary.
        first: String,
        /// The last boundary.
        last: String,
    },
    /// Something was asked that only known divisions can answer.
    #[error(
        "cannot {verb} with unknown divisions; `set_index`, or `compute_divisions` on a frame that is sorted, makes them known"
    )]
    Unknown {
        /// What was asked.
        verb: &'static str,
    },
    /// New boundaries begin elsewhere than the old ones.
    #[error(
        "left side of old and new divisions are different: `{}` and `{}`; `force` allows a smaller one",
        Shown(old),
        Shown(new)
    )]
    LeftDiffers {
        /// The old first boundary.
        old: String,
        /// The new one.
        new: String,
    },
    /// New boundaries end elsewhere than the old ones.
    #[error(
        "right side of old and new divisions are different: `{}` and `{}`; `force` allows a larger one",
        Shown(old),
        Shown(new)
    )]
    RightDiffers {
        /// The old last boundary.
        old: String,
        /// The new one.
        new: String,
    },
    /// New boundaries begin after the old ones: rows would be lost.
    #[error(
        "left side of the new division must be equal or smaller than old division: `{}` is larger than `{}`",
        Shown(new),
        Shown(old)
    )]
    LeftInside {
        /// The old first boundary.
        old: String,
        /// The new one.
        new: String,
    },
    /// New boundaries end before the old ones: rows would be lost.
    #[error(
        "right side of the new division must be equal or larger than old division: `{}` is smaller than `{}`",
        Shown(new),
        Shown(old)
    )]
    RightInside {
        /// The old last boundary.
        old: String,
        /// The new one.
        new: String,
    },
    /// A number of partitions that cannot be made.
    #[error("cannot make {asked} partitions of {npartitions}")]
    PartitionCount {
        /// Partitions there are.
        npartitions: usize,
        /// Partitions asked for.
        asked: usize,
    },
    /// A partition that does not exist.
    #[error("there is no partition {partition}: the frame has {npartitions}")]
    NoPartition {
        /// The partition asked for, from 0.
        partition: usize,
        /// Partitions there are.
        npartitions: usize,
    },
    /// Rows are outside of what their partition may hold.
    #[error(
        "divisions failed for partition {partition}: expected a range of {}, but the real range was [{}, {}]",
        Shown(expected),
        Shown(min),
        Shown(max)
    )]
    Violated {
        /// The partition, from 0.
        partition: usize,
        /// The labels it may hold.
        expected: String,
        /// The smallest label found.
        min: String,
        /// The largest label found.
        max: String,
    },
    /// A row has a label that no partition may hold.
    #[error(
        "the label `{}` is outside of the divisions, which go from `{}` to `{}`; wider ones would hold it",
        Shown(label),
        Shown(first),
        Shown(last)
    )]
    Outside {
        /// The label.
        label: String,
        /// The first boundary.
        first: String,
        /// The last boundary.
        last: String,
    },
    /// Partitions that were said to be sorted are not.
    #[error(
        "partitions are not sorted ascending: {}; the (min, max, rows) of the partitions around it are {}",
        Shown(reason),
        Shown(around)
    )]
    NotAscending {
        /// The first partition that is out of order, from 0.
        partition: usize,
        /// What is wrong with it.
        reason: String,
        /// The extents of the partitions around it.
        around: String,
    },
    /// Something whose length must be one per partition, or one per label, has another.
    #[error("expected {expected} {what}, found {found}")]
    Length {
        /// What is counted.
        what: &'static str,
        /// How many there must be.
        expected: usize,
        /// How many there are.
        found: usize,
    },
}
