//! Reading ranges of bytes.

use bytes::Bytes;
use std::fmt;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use crate::local::OpenFile;
use crate::{FileIdentity, IoContext, IoError, store};

/// Reads ranges of one file; nothing is shared between calls, so that any number of threads may read.
pub trait RangeReader: Send + Sync + fmt::Debug {
    /// The bytes of each range, in order.
    ///
    /// # Errors
    /// Where the store refuses, or the file ends before a range does.
    fn read(&self, ranges: &[Range<u64>]) -> Result<Vec<Bytes>, IoError>;

    /// What the file is now.
    ///
    /// # Errors
    /// Where the store refuses.
    fn identity(&self) -> Result<FileIdentity, IoError>;

    /// Fills `into` with the bytes from `offset`; a reader that can do so without a copy between should.
    ///
    /// # Errors
    /// As [`RangeReader::read`].
    fn read_into(&self, offset: u64, into: &mut [u8]) -> Result<(), IoError> {
        let end = offset + into.len() as u64;
        let bytes = self.read(std::slice::from_ref(&(offset..end)))?;
        into.copy_from_slice(&bytes[0]);
        Ok(())
    }

    /// Begins to read, where a request takes long and several may be under way; `None` where reading when the
    /// bytes are needed costs no more.
    fn request(&self, ranges: &[Range<u64>]) -> Option<Pending> {
        let _ = ranges;
        None
    }
}

/// Bytes that are on their way; dropped, they are given up.
pub struct Pending(Box<dyn FnOnce() -> Result<Vec<Bytes>, IoError> + Send>);

impl Pending {
    /// Bytes that `wait` waits for.
    pub fn new(wait: impl FnOnce() -> Result<Vec<Bytes>, IoError> + Send + 'static) -> Self {
        Self(Box::new(wait))
    }

    /// Waits for the bytes of each range, in order.
    ///
    /// # Errors
    /// As [`RangeReader::read`].
    pub fn wait(self) -> Result<Vec<Bytes>, IoError> {
        self.0()
    }
}

impl fmt::Debug for Pending {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pending").finish_non_exhaustive()
    }
}

/// Opens a file, local or in a store, in the state that the plan was made for.
pub(crate) fn open_file(
    identity: &FileIdentity,
    context: &IoContext,
) -> Result<Arc<dyn RangeReader>, IoError> {
    if store::scheme(&identity.path).is_some() {
        // Every request to a store asks for this state.
        let place = context.stores.locate(&identity.path)?;
        return place.open(identity, &context.cancel);
    }
    let reader = LocalFile::open(&identity.path).map_err(|error| {
        if error.is_not_found() {
            IoError::Gone {
                path: identity.path.clone(),
            }
        } else {
            error
        }
    })?;
    check_unchanged(identity, &reader)?;
    Ok(Arc::new(reader))
}

/// Checks that an open file is still in the state that the plan was made for.
pub(crate) fn check_unchanged(
    identity: &FileIdentity,
    reader: &dyn RangeReader,
) -> Result<(), IoError> {
    match identity.change(&reader.identity()?) {
        Some(change) => Err(IoError::Changed {
            path: identity.path.clone(),
            change,
        }),
        None => Ok(()),
    }
}

/// A local file, open once, read with `pread`: no offset to share, no memory map to be changed under our feet.
#[derive(Debug)]
pub struct LocalFile(OpenFile);

impl LocalFile {
    /// Opens a file.
    ///
    /// # Errors
    /// Where the system refuses.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, IoError> {
        OpenFile::open(path.as_ref()).map(Self)
    }
}

impl RangeReader for LocalFile {
    fn read(&self, ranges: &[Range<u64>]) -> Result<Vec<Bytes>, IoError> {
        ranges
            .iter()
            .map(|range| {
                let mut bytes = vec![0; (range.end - range.start) as usize];
                self.0.read_at(range.start, &mut bytes)?;
                Ok(Bytes::from(bytes))
            })
            .collect()
    }

    fn identity(&self) -> Result<FileIdentity, IoError> {
        self.0.identity()
    }

    fn read_into(&self, offset: u64, into: &mut [u8]) -> Result<(), IoError> {
        self.0.read_at(offset, into)
    }
}
