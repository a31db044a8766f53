//! What is known of a plugin from its file alone.

use super::{GlibcVersion, PluginFileError, fit, format, library, manifest};
use crate::FileHash;
use crate::disk::{self, Access, Content};
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use swath_plugin_abi::Manifest;

/// The largest file that is taken for a plugin, in bytes: 1 GiB. With all its symbols for debugging one has some 100 MiB.
const LARGEST: u64 = 1 << 30;

/// A plugin's file, read whole and checked, none of whose code has run.
///
/// It keeps the bytes that it was made from: what was hashed and checked is what is opened later, whatever becomes of the file.
///
/// ```
/// use swath_plugin_host::{PluginFile, PluginFileError};
///
/// let error = PluginFile::read(std::env::temp_dir()).unwrap_err();
/// assert!(matches!(error, PluginFileError::Folder { .. }));
/// ```
pub struct PluginFile {
    path: PathBuf,
    bytes: Vec<u8>,
    hash: FileHash,
    manifest: Manifest,
    libraries: Vec<String>,
    glibc: Option<GlibcVersion>,
    access: Access,
    folder: Access,
}

impl PluginFile {
    /// Reads a plugin that this program can load: a shared library for this machine that is whole, exports a plugin, and whose
    /// manifest names this program's version of the contract, its target, and no feature that the processor lacks.
    ///
    /// A path without a slash is a file in the current folder: libraries are never looked for. Reads the file once.
    pub fn read(path: impl AsRef<Path>) -> Result<Self, PluginFileError> {
        let file = Self::inspect(path)?;
        fit::check(&file.path, &file.manifest)?;
        Ok(file)
    }

    /// Reads a plugin for what it says of itself: as [`PluginFile::read`], and also one that is built for another version of the
    /// contract, another system, or a newer processor.
    pub fn inspect(path: impl AsRef<Path>) -> Result<Self, PluginFileError> {
        let path = canonical(path.as_ref())?;
        let (bytes, access) = whole(&path)?;
        format::check(&path, &bytes)?;
        let parts = library::parts(&path, &bytes)?;
        let manifest = manifest::parse(&path, parts.manifest)?;
        let (libraries, glibc) = (parts.libraries, parts.glibc);
        // A file has a folder.
        let folder = path.parent().unwrap_or(&path);
        let folder = disk::access(folder).map_err(|source| unreadable(&path, source))?;
        Ok(Self {
            hash: FileHash::of(&bytes),
            path,
            bytes,
            manifest,
            libraries,
            glibc,
            access,
            folder,
        })
    }

    /// Where it is: absolute, without links.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// All that was in the file.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// How many bytes that are.
    pub fn size(&self) -> u64 {
        self.bytes.len() as u64
    }

    /// What tells it from every other file.
    pub fn hash(&self) -> FileHash {
        self.hash
    }

    /// What it says of itself.
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// The libraries that the system loads with it, in the order of the file: `libc.so.6`.
    pub fn libraries(&self) -> &[String] {
        &self.libraries
    }

    /// The oldest glibc that it loads with; `None` where it asks for none.
    pub fn glibc(&self) -> Option<GlibcVersion> {
        self.glibc
    }

    /// Who may write to it.
    pub(crate) fn access(&self) -> Access {
        self.access
    }

    /// Who may write to its folder.
    pub(crate) fn folder_access(&self) -> Access {
        self.folder
    }
}

impl fmt::Debug for PluginFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PluginFile")
            .field("path", &self.path)
            .field("size", &self.size())
            .field("hash", &self.hash)
            .field("name", &self.manifest.name)
            .field("version", &self.manifest.version)
            .finish_non_exhaustive()
    }
}

fn canonical(path: &Path) -> Result<PathBuf, PluginFileError> {
    disk::canonical(path).map_err(|source| {
        let path = disk::absolute(path);
        match (source.kind(), disk::link_target(&path)) {
            (io::ErrorKind::NotFound, Some(target)) => {
                PluginFileError::DanglingLink { path, target }
            }
            (io::ErrorKind::NotFound | io::ErrorKind::NotADirectory, None) => {
                PluginFileError::Missing { path }
            }
            _ => PluginFileError::Unreadable { path, source },
        }
    })
}

fn whole(path: &Path) -> Result<(Vec<u8>, Access), PluginFileError> {
    let path_of = || path.to_owned();
    match disk::read_whole(path, LARGEST).map_err(|source| unreadable(path, source))? {
        Content::Regular(bytes, _) if bytes.is_empty() => {
            Err(PluginFileError::Empty { path: path_of() })
        }
        Content::Regular(bytes, access) => Ok((bytes, access)),
        Content::TooLarge(size) => Err(PluginFileError::TooLarge {
            path: path_of(),
            size,
            largest: LARGEST,
        }),
        Content::Folder => Err(PluginFileError::Folder { path: path_of() }),
        Content::Special => Err(PluginFileError::NotRegular { path: path_of() }),
    }
}

fn unreadable(path: &Path, source: io::Error) -> PluginFileError {
    PluginFileError::Unreadable {
        path: path.to_owned(),
        source,
    }
}
