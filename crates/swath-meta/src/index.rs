//! The role that leading columns play.

use serde::{Deserialize, Serialize};

/// Says how many leading columns of a frame are its index: what divisions bound, `loc` looks up, and frames are aligned on.
///
/// An index is a *role*: its columns are ordinary ones and come first. There may be none, and there may be several.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Index(u32);

impl Index {
    /// No index: rows have no labels.
    pub const fn none() -> Self {
        Self(0)
    }

    /// The first `columns` columns are the index.
    pub const fn leading(columns: u32) -> Self {
        Self(columns)
    }

    /// How many columns are the index.
    pub const fn len(self) -> usize {
        self.0 as usize
    }

    /// There is no index.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }
}
