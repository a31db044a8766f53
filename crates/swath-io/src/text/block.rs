//! The bytes of a file that are one unit.

use super::Compression;
use crate::FileIdentity;

/// Some bytes of a file: a unit of formats of text.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Block {
    /// The file's place in the list.
    pub(crate) file: usize,
    /// Where the first line of the file that is a row begins.
    pub(crate) data: u64,
    pub(crate) start: u64,
    pub(crate) end: u64,
    /// Bytes between the places where the file is cut.
    pub(crate) every: u64,
    pub(crate) compression: Compression,
}

impl Block {
    /// Cuts a file, whose rows begin at `data`, into blocks of about one size; one that is compressed is one block.
    pub(crate) fn cut(
        file: usize,
        identity: &FileIdentity,
        compression: Compression,
        data: u64,
        blocksize: u64,
    ) -> impl Iterator<Item = Self> {
        let len = identity.len;
        let count = match compression {
            Compression::None => len.div_ceil(blocksize).max(1),
            _ => 1,
        };
        let every = len.div_ceil(count).max(1);
        (0..count).map(move |at| Self {
            file,
            data,
            start: (at * every).min(len),
            end: ((at + 1) * every).min(len),
            every,
            compression,
        })
    }

    /// Bytes of text; compressed ones are taken for so many each.
    pub(crate) fn bytes(&self, compressed: u64) -> u64 {
        let bytes = self.end - self.start;
        match self.compression {
            Compression::None => bytes,
            _ => bytes * compressed,
        }
    }
}
