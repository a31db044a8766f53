//! Where a partition function runs.

use abi_stable::StableAbi;
use abi_stable::std_types::RStr;
use serde::{Deserialize, Serialize};

/// Where a partition function runs.
#[repr(C)]
#[derive(StableAbi, Clone, Copy, Debug)]
pub struct Place<'a> {
    /// The number of the partition, from 0.
    pub number: u64,
    /// How many there are.
    pub count: u64,
    /// How many of the first rows belong to partitions in front of it.
    pub before: u64,
    /// How many of the last rows belong to partitions behind it.
    pub after: u64,
    /// The same for every attempt at this partition, and another one for every other.
    pub seed: u64,
    /// A JSON object with more, or empty.
    pub more: RStr<'a>,
}

/// What a [`Place`] says in [`more`](Place::more).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct PlaceMore {
    /// Of a partition of a write: a name of this attempt at it, letters and digits. No other attempt has it, at this partition or at
    /// another, in this process or in another; but one that is begun again because the process of this one ended before it was open.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub attempt: String,
}

impl Place<'_> {
    /// The only partition of a frame.
    pub const ONLY: Place<'static> = Place {
        number: 0,
        count: 1,
        before: 0,
        after: 0,
        seed: 0,
        more: RStr::empty(),
    };
}
