//! What becomes of the files that are in a folder before a write.

use serde::{Deserialize, Serialize};

/// What becomes of the files that a reader of the folder sees.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Mode {
    /// There may be none.
    #[default]
    New,
    /// They stay; new ones come to them, under names that none has.
    Append,
    /// They are replaced, all of them.
    Overwrite,
    /// Those in the folders that the write has files for are replaced; the others stay.
    OverwritePartitions,
}

impl From<bool> for Mode {
    fn from(overwrite: bool) -> Self {
        if overwrite {
            Self::Overwrite
        } else {
            Self::New
        }
    }
}
