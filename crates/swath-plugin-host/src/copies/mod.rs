//! Copies of plugins that nobody else can touch: what is opened in place of their files.

mod error;
mod unused;

#[cfg(test)]
mod tests;

pub use error::CopyError;
pub(crate) use unused::CopyInUse;

use crate::disk;
use crate::{FileHash, PluginFile};
use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::SystemTime;
use unused::{LIMITS, clear};

/// Permissions of a copy: its owner reads it and has it loaded, nobody writes it.
const MODE: u32 = 0o500;

/// A folder of copies, each named by its hash.
///
/// What was checked is what is opened: a file that is replaced in between, or while it is loaded, changes nothing. And a plugin
/// that was built anew is another file to the system's loader, which knows libraries by their paths.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PluginCopies {
    folder: PathBuf,
}

impl PluginCopies {
    /// The folder `swath/plugins` in the user's cache, which is `$XDG_CACHE_HOME` or `$HOME/.cache`; without either a folder of
    /// the user among the temporary files. Makes nothing yet.
    pub fn of_user() -> Self {
        let place = Place {
            cache: env::var_os("XDG_CACHE_HOME"),
            home: env::var_os("HOME"),
        };
        if let Some(folder) = place.folder() {
            return Self { folder };
        }
        let user = disk::own_user();
        let folder = env::temp_dir().join(format!("swath-plugins-{user}"));
        Self { folder }
    }

    /// A folder of the caller's choice, which is made where it is not there. A relative one is where it is now, also when processes of
    /// isolated plugins are started later.
    pub fn in_folder(folder: impl Into<PathBuf>) -> Self {
        let folder = disk::absolute(&folder.into());
        Self { folder }
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The path of a copy of a plugin's bytes, made where it is not there; one that is there is compared before it is
    /// trusted, and made again where anything of it differs. Several processes may do so at once.
    ///
    /// Where one is made, those go that nobody has asked for in thirty days, and of more than 1 GiB the oldest that nobody has asked for
    /// in a day; none that a plugin of this process is still to be started from.
    pub fn copy(&self, file: &PluginFile) -> Result<PathBuf, CopyError> {
        self.copy_bytes(file.hash(), file.bytes())
    }

    /// Where the copy of a file of this hash is, or would be.
    pub(crate) fn place(&self, hash: FileHash) -> PathBuf {
        self.folder.join(format!("{hash}.so"))
    }

    fn copy_bytes(&self, hash: FileHash, bytes: &[u8]) -> Result<PathBuf, CopyError> {
        let user = self.own_folder()?;
        let path = self.place(hash);
        if is_copy(&path, user, bytes) {
            // By its time it is told from those that nobody uses. Where that cannot be changed, it may be made again one day.
            let _ = disk::touch(&path);
            return Ok(path);
        }
        match disk::replace(&path, MODE, bytes) {
            Ok(()) => {
                clear(&self.folder, &path, SystemTime::now(), &LIMITS);
                Ok(path)
            }
            Err(source) => Err(CopyError::Write { path, source }),
        }
    }

    /// As [`copy`](Self::copy), of which processes are to be started as long as it is held.
    pub(crate) fn copy_in_use(&self, file: &PluginFile) -> Result<CopyInUse, CopyError> {
        // Before it is looked for: else it might be removed in between.
        let in_use = CopyInUse::new(self.place(file.hash()));
        self.copy(file)?;
        Ok(in_use)
    }

    /// Sees to it that the folder is there and this user's alone; returns the user.
    fn own_folder(&self) -> Result<u32, CopyError> {
        let user = disk::own_user();
        let folder = || self.folder.clone();
        match disk::private_folder(&self.folder) {
            Ok(Some(access)) if access.owner == user => Ok(user),
            Ok(Some(access)) => Err(CopyError::Stranger {
                folder: folder(),
                owner: access.owner,
            }),
            Ok(None) => Err(CopyError::NoFolder { folder: folder() }),
            Err(source) => Err(CopyError::Folder {
                folder: folder(),
                source,
            }),
        }
    }
}

/// Whether there is a whole copy at a path that nobody could have changed. What cannot be read is none.
fn is_copy(path: &Path, user: u32, bytes: &[u8]) -> bool {
    let access = disk::holding(path, bytes).ok().flatten();
    access.is_some_and(|access| access.mode == MODE && access.owner == user)
}

/// What the environment says of where caches are.
struct Place {
    cache: Option<OsString>,
    home: Option<OsString>,
}

impl Place {
    fn folder(self) -> Option<PathBuf> {
        // A relative path is to be passed over, as whoever defined the variable says; it would be another folder in each program.
        let rooted =
            |value: Option<OsString>| value.map(PathBuf::from).filter(|path| path.is_absolute());
        rooted(self.cache)
            .or_else(|| Some(rooted(self.home)?.join(".cache")))
            .map(|cache| cache.join("swath").join("plugins"))
    }
}
