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

/// The file that has the columns of the others: it is replaced with all of them.
const COLUMNS: &str = "_common_metadata";

/// The file that has the footers of the others: it is wrong once any of them comes or goes.
const FOOTERS: &str = "_metadata";

/// Whether a file of this name tells readers about the others, where those have these extensions: only Parquet has such files.
pub(super) fn is_about_others(name: &str, extensions: &[String]) -> bool {
    let is_parquet = extensions.iter().any(|extension| extension == "parquet");
    is_parquet && [COLUMNS, FOOTERS].contains(&name)
}

impl Mode {
    /// Whether a file of this name tells readers what is not so any more after a write of files with these extensions.
    pub(super) fn outdates(self, name: &str, extensions: &[String]) -> bool {
        let is_wrong = match self {
            Self::New => false,
            Self::Append | Self::OverwritePartitions => name == FOOTERS,
            Self::Overwrite => true,
        };
        is_wrong && is_about_others(name, extensions)
    }
}
