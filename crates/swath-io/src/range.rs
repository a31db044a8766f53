//! Reading ranges of bytes.

use bytes::Bytes;
use std::ops::Range;
use std::path::Path;

use crate::local::OpenFile;
use crate::{FileIdentity, IoError};

/// Reads ranges of one file; nothing is shared between calls, so that any number of threads may read.
pub trait RangeReader: Send + Sync + std::fmt::Debug {
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
