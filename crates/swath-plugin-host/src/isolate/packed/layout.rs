//! Where columns lie, as one side tells the other.

use serde::{Deserialize, Serialize};

/// Where each buffer begins: at a multiple of so many bytes.
pub(in super::super) const ALIGNED: u64 = 64;

/// More values than any machine has room for: sums and products of lengths below it do not overflow.
pub(super) const MOST: u64 = 1 << 40;

/// Where rows lie, and how.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(in super::super) struct Packed {
    /// Where they begin, in the lane of the direction.
    pub(in super::super) at: u64,
    /// How many bytes they take.
    pub(in super::super) size: u64,
    /// How many rows.
    pub(in super::super) rows: u64,
    /// Each column, followed by what is inside it.
    pub(super) nodes: Vec<Node>,
    /// Whether behind the columns lies a number of a group for each row.
    pub(super) has_groups: bool,
}

/// A column, or what is inside one.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Node {
    /// How many values.
    pub(super) n: u64,
    /// Bytes of each buffer; in front that of nulls, if there are any.
    pub(super) b: Vec<u64>,
    /// There are nulls.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) v: bool,
}
