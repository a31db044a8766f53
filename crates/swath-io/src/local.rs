//! The local file system: the one place that calls it, beside `folder`, with errors that name the path.

use std::fs::{self, File, Metadata};
use std::io::{self, Write};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::UNIX_EPOCH;

use crate::folder::Unfinished;
use crate::{FileIdentity, IoError};

/// Names action and path of what the system refused.
pub(crate) fn failed(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> IoError {
    let path = path.display().to_string();
    move |source| IoError::File {
        action,
        path,
        source,
    }
}

/// A file open for positioned reads, which share no offset between threads.
#[derive(Debug)]
pub(crate) struct OpenFile {
    file: File,
    path: PathBuf,
}

impl OpenFile {
    #[expect(
        clippy::disallowed_methods,
        reason = "this module is where files are opened"
    )]
    pub(crate) fn open(path: &Path) -> Result<Self, IoError> {
        let file = File::open(path).map_err(failed("open", path))?;
        Ok(Self {
            file,
            path: path.to_owned(),
        })
    }

    /// What the file is now, by the open handle: renaming over it does not change it.
    pub(crate) fn identity(&self) -> Result<FileIdentity, IoError> {
        let metadata = self
            .file
            .metadata()
            .map_err(failed("look at", &self.path))?;
        Ok(identity_of(&self.path, &metadata))
    }

    /// Fills `into` with the bytes from `offset`.
    pub(crate) fn read_at(&self, offset: u64, into: &mut [u8]) -> Result<(), IoError> {
        self.file
            .read_exact_at(into, offset)
            .map_err(|source| match source.kind() {
                io::ErrorKind::UnexpectedEof => IoError::Changed {
                    path: self.path.display().to_string(),
                    change: format!("it ends before byte {}", offset + into.len() as u64),
                },
                _ => failed("read", &self.path)(source),
            })
    }
}

/// Length and time of the last change of a file.
pub(crate) fn identity(path: &Path) -> Result<FileIdentity, IoError> {
    let metadata = fs::metadata(path).map_err(failed("look at", path))?;
    Ok(identity_of(path, &metadata))
}

/// Whether there is a folder of this name.
pub(crate) fn is_folder(path: &Path) -> bool {
    path.is_dir()
}

fn identity_of(path: &Path, metadata: &Metadata) -> FileIdentity {
    // A file system without times of change leaves the length to tell changes by.
    let modified = metadata
        .modified()
        .ok()
        .and_then(|time| time.duration_since(UNIX_EPOCH).ok())
        .map_or(0, |since| since.as_nanos() as u64);
    FileIdentity {
        path: path.display().to_string(),
        len: metadata.len(),
        modified,
        etag: None,
    }
}

/// The entries of a folder, each with whether it is a folder, in order of their names.
#[expect(
    clippy::disallowed_methods,
    reason = "this module is where folders are listed"
)]
pub(crate) fn entries(folder: &Path) -> Result<Vec<(PathBuf, bool)>, IoError> {
    let mut entries = Vec::new();
    for entry in fs::read_dir(folder).map_err(failed("list", folder))? {
        let entry = entry.map_err(failed("list", folder))?;
        // Follows links: a link to a folder is a folder.
        let is_folder = entry.path().is_dir();
        entries.push((entry.path(), is_folder));
    }
    entries.sort();
    Ok(entries)
}

/// A file that has its name only when it is whole.
///
/// Written beside it under a name of its own, so that attempts at the same file do not meet; [`NewFile::finish`] makes
/// it durable and renames it. Dropped before that, it removes what was written.
#[derive(Debug)]
pub(crate) struct NewFile {
    file: Option<File>,
    temporary: PathBuf,
    path: PathBuf,
    /// What messages call it.
    shown: PathBuf,
    written: u64,
}

impl NewFile {
    #[expect(
        clippy::disallowed_methods,
        reason = "this module is where files are written"
    )]
    pub(crate) fn create(path: PathBuf, shown: PathBuf) -> Result<Self, IoError> {
        static ATTEMPTS: AtomicU64 = AtomicU64::new(0);
        let attempt = ATTEMPTS.fetch_add(1, Ordering::Relaxed);
        let temporary = path.with_extension(format!("{}-{attempt}.tmp", std::process::id()));
        let file = File::create(&temporary).map_err(failed("create", &shown))?;
        Ok(Self {
            file: Some(file),
            temporary,
            path,
            shown,
            written: 0,
        })
    }
}

impl Unfinished for NewFile {
    #[expect(
        clippy::disallowed_methods,
        reason = "this module is where files are renamed"
    )]
    fn finish(mut self: Box<Self>) -> Result<u64, IoError> {
        if let Some(file) = self.file.take() {
            // A failed fsync is final: the pages may be lost, and a second call would say all is well.
            file.sync_all().map_err(failed("write", &self.shown))?;
        }
        fs::rename(&self.temporary, &self.path).map_err(failed("write", &self.shown))?;
        Ok(self.written)
    }
}

impl Write for NewFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let Some(file) = &mut self.file else {
            return Err(io::ErrorKind::BrokenPipe.into());
        };
        let written = file.write(bytes)?;
        self.written += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.as_mut().map_or(Ok(()), File::flush)
    }
}

impl Drop for NewFile {
    #[expect(
        clippy::disallowed_methods,
        reason = "this module is where files are removed"
    )]
    fn drop(&mut self) {
        // After `finish` the name is gone, and nothing is removed. Nobody is left to be told of an error here.
        drop(self.file.take());
        drop(fs::remove_file(&self.temporary));
    }
}
