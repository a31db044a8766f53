//! What a function is told about where it is bound and where it runs.

use serde::{Deserialize, Serialize};

/// What is known when a function is bound, beside its inputs' columns.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct BindContext {
    /// Of each input, how many leading columns are its index.
    pub index: Vec<usize>,
    /// How many targets a partitioner has; else 0.
    pub targets: u32,
}

/// Where a partition function runs.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Place {
    /// The number of the partition, from 0.
    pub number: usize,
    /// How many there are.
    pub count: usize,
    /// The same for every attempt at this partition, and another one for every other.
    pub seed: u64,
    /// Its lower and its upper boundary, where divisions are known: of each, one value an index column.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bounds: Option<[Vec<serde_json::Value>; 2]>,
}
