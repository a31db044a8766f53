//! What a bound function promises, beside the columns that it returns.

use serde::{Deserialize, Serialize};

/// What a bound function promises. Whatever is not said is the weakest promise.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Contract {
    /// How many rows come out.
    pub rows: RowCount,
    /// In which order.
    pub order: Order,
    /// Whether rows stay between the boundaries of their partition.
    pub divisions: Divisions,
    /// How much of a partition it must see at once.
    pub scope: Scope,
    /// The only columns that it reads; `None` is all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reads: Option<Vec<String>>,
    /// The columns that each partition has to be sorted by when it comes.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub needs_order: Vec<String>,
    /// What it has to see before the first row of a partition.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<Halo>,
    /// What it has to see after the last row of a partition.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<Halo>,
    /// How many leading columns of the output are its index.
    pub index: usize,
    /// The same input may give another output.
    pub is_random: bool,
}

/// How many rows come out of a partition function.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RowCount {
    /// As many as come in, each where it was.
    Same,
    /// Any number.
    #[default]
    Any,
}

/// In which order rows come out of a partition function.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Order {
    /// In that in which they came.
    Kept,
    /// In any.
    #[default]
    Any,
}

/// What becomes of the divisions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Divisions {
    /// Index columns come back first, between the boundaries of their partition.
    Kept,
    /// There is no index afterwards.
    #[default]
    Cleared,
}

/// How much a partition function must see at once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// A partition.
    #[default]
    Partition,
    /// Some rows: what it makes of them does not depend on how they are cut.
    Chunk,
}

/// Rows of the neighbours that a partition function has to see.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Halo {
    /// This many rows.
    Rows(u64),
    /// Rows whose index is not further away than this many nanoseconds.
    Nanoseconds(u64),
}
