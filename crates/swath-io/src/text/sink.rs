//! Text on its way into a file, plain or compressed.

use flate2::write::GzEncoder;
use std::io::{self, Write};

use super::Compression;
use crate::folder::Unfinished;

/// A file that text is written to.
pub(crate) enum TextSink {
    Plain(Box<dyn Unfinished>),
    Gzip(GzEncoder<Box<dyn Unfinished>>),
    Zstd(zstd::stream::write::Encoder<'static, Box<dyn Unfinished>>),
}

impl TextSink {
    pub(crate) fn new(file: Box<dyn Unfinished>, codec: Compression) -> io::Result<Self> {
        Ok(match codec {
            Compression::None => Self::Plain(file),
            Compression::Gzip => Self::Gzip(GzEncoder::new(file, flate2::Compression::default())),
            Compression::Zstd => {
                let level = zstd::DEFAULT_COMPRESSION_LEVEL;
                Self::Zstd(zstd::stream::write::Encoder::new(file, level)?)
            }
        })
    }

    /// Bytes that the file holds until it can hand them on.
    pub(crate) fn held(&self) -> u64 {
        match self {
            Self::Plain(file) => file.held(),
            Self::Gzip(file) => file.get_ref().held(),
            Self::Zstd(file) => file.get_ref().held(),
        }
    }

    /// Ends what compresses.
    pub(crate) fn into_file(self) -> io::Result<Box<dyn Unfinished>> {
        match self {
            Self::Plain(file) => Ok(file),
            Self::Gzip(file) => file.finish(),
            Self::Zstd(file) => file.finish(),
        }
    }
}

impl Write for TextSink {
    fn write(&mut self, text: &[u8]) -> io::Result<usize> {
        match self {
            Self::Plain(file) => file.write(text),
            Self::Gzip(file) => file.write(text),
            Self::Zstd(file) => file.write(text),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Plain(file) => file.flush(),
            Self::Gzip(file) => file.flush(),
            Self::Zstd(file) => file.flush(),
        }
    }
}
