//! Why a copy could not be made.

use std::io;
use std::path::PathBuf;

/// A copy of a plugin that could not be made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CopyError {
    /// A folder that cannot be made.
    #[error(
        "the folder `{}` for copies of plugins cannot be made: make its parent writable, or set `XDG_CACHE_HOME` to another one",
        folder.display()
    )]
    Folder {
        /// The folder.
        folder: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A link in place of the folder.
    #[error(
        "`{}`, where copies of plugins are kept, is a link: remove it, or set `XDG_CACHE_HOME` to another folder",
        folder.display()
    )]
    NoFolder {
        /// The folder.
        folder: PathBuf,
    },
    /// A folder of somebody else.
    #[error(
        "the folder `{}` for copies of plugins belongs to user {owner}: set `XDG_CACHE_HOME` to a folder of your own",
        folder.display()
    )]
    Stranger {
        /// The folder.
        folder: PathBuf,
        /// The number of its user.
        owner: u32,
    },
    /// A copy that cannot be written.
    #[error(
        "the copy `{}` of a plugin cannot be written: make room on its disk, or set `XDG_CACHE_HOME` to a folder on another",
        path.display()
    )]
    Write {
        /// The copy.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}
