//! Why a plugin may not be used here.

use super::Pin;
use crate::FileHash;
use std::fmt;
use std::io;
use std::path::PathBuf;

/// A plugin that may not be used, or a `plugins.toml` that does not say which may. No code of the plugin has run.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PolicyError {
    /// A `plugins.toml` that the system does not let this program read, or that is no text.
    #[error("the list of plugins `{}` cannot be read", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: io::Error,
    },
    /// A `plugins.toml` that is no TOML, or says what such a file does not say.
    #[error("{}:{line}: {reason}", path.display())]
    Pins {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// What is wrong with it.
        reason: String,
    },
    /// A name that no plugin has.
    #[error(
        "there is no plugin `{name}`: {}; give the path of its file, or pin it with `swath plugin pin`",
        Looked { file, folders, pins: pins.as_ref() }
    )]
    NoPlugin {
        /// The name.
        name: String,
        /// The file that it would have in a folder.
        file: String,
        /// The folders.
        folders: Vec<PathBuf>,
        /// The `plugins.toml` that does not name it.
        pins: Option<PathBuf>,
    },
    /// A file outside the folders that plugins may be in.
    #[error(
        "`{}` is not in a folder that plugins may be in ({}): move it to one, or add its folder to `allow` in `{}`",
        path.display(), Folders(folders), pins.display()
    )]
    Folder {
        /// The file.
        path: PathBuf,
        /// The folders.
        folders: Vec<PathBuf>,
        /// The `plugins.toml` that names them.
        pins: PathBuf,
    },
    /// A file that every user can write to.
    #[error(
        "every user of this machine can write to `{}`: make sure that it is what you built, then `chmod o-w` it",
        path.display()
    )]
    WritableFile {
        /// The file.
        path: PathBuf,
    },
    /// A file that every user can replace.
    #[error(
        "every user of this machine can replace `{}`, because all may write to its folder: move it, or `chmod o-w` the folder",
        path.display()
    )]
    WritableFolder {
        /// The file.
        path: PathBuf,
    },
    /// A file in a folder for everybody's files that is somebody else's.
    #[error(
        "`{}` is in a folder that every user may write to and belongs to user {owner}, neither you nor root: copy it into a folder of your own, if it is what you mean",
        path.display()
    )]
    Stranger {
        /// The file.
        path: PathBuf,
        /// The number of its user.
        owner: u32,
    },
    /// A file that is not pinned where others are.
    #[error(
        "`{}` is not pinned in `{}`: to allow this file ({}), run `swath plugin pin {} --into {}`",
        path.display(), pins.display(), found.short(), path.display(), pins.display()
    )]
    NotPinned {
        /// The file.
        path: PathBuf,
        /// Its hash.
        found: FileHash,
        /// The `plugins.toml`.
        pins: PathBuf,
    },
    /// A file that is pinned with another content.
    #[error(
        "`{}` has the hash {}, and `{}` pins `{name}` to {}: if the plugin was built anew, run `swath plugin pin {} --into {}`, and else find out who changed it",
        path.display(), found.short(), pins.display(), pin.hash().short(), path.display(), pins.display()
    )]
    Hash {
        /// The file.
        path: PathBuf,
        /// The name that it is pinned by.
        name: String,
        /// What is pinned.
        pin: Box<Pin>,
        /// The hash that it has.
        found: FileHash,
        /// The `plugins.toml`.
        pins: PathBuf,
    },
}

/// Where a plugin was looked for.
struct Looked<'a> {
    file: &'a str,
    folders: &'a [PathBuf],
    pins: Option<&'a PathBuf>,
}

impl fmt::Display for Looked<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.pins {
            Some(pins) => write!(f, "`{}` has none of this name", pins.display())?,
            None => f.write_str("there is no `plugins.toml` to name one")?,
        }
        if self.folders.is_empty() {
            return Ok(());
        }
        write!(
            f,
            ", and no `{}` is in {}",
            self.file,
            Folders(self.folders)
        )
    }
}

struct Folders<'a>(&'a [PathBuf]);

impl fmt::Display for Folders<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = self
            .0
            .iter()
            .map(|folder| format!("`{}`", folder.display()));
        match names.collect::<Vec<_>>().as_slice() {
            [] => f.write_str("none"),
            names => f.write_str(&names.join(", ")),
        }
    }
}
