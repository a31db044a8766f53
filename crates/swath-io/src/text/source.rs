//! The bytes of a file, plain or compressed, in the order they stand.

use flate2::bufread::MultiGzDecoder;
use serde::{Deserialize, Serialize};
use std::io::{self, BufReader, Read};
use std::sync::Arc;

use crate::{IoError, RangeReader};

/// Bytes that a decoder asks for at a time.
const STRIDE: usize = 256 << 10;

/// How a file is compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Compression {
    None,
    Gzip,
    Zstd,
}

impl Compression {
    /// By what the name of a file ends with.
    pub(crate) fn of(path: &str) -> Self {
        // What stands for the query of a URL is no part of the name.
        let path = path.rsplit_once("?…").map_or(path, |(name, _)| name);
        let ends = |end: &str| path.to_ascii_lowercase().ends_with(end);
        if ends(".gz") || ends(".gzip") {
            Self::Gzip
        } else if ends(".zst") || ends(".zstd") {
            Self::Zstd
        } else {
            Self::None
        }
    }
}

impl Compression {
    /// What a user says, or, where that is nothing or `infer`, what the name of the file says.
    pub(crate) fn said(option: Option<&str>, path: &str) -> Result<Self, IoError> {
        match option {
            None | Some("infer") => Ok(Self::of(path)),
            Some(codec) => Self::named(codec, "`infer`, `none`, `gzip` or `zstd`"),
        }
    }

    /// What a user says of files to be written; nothing means none.
    pub(crate) fn to_write(option: Option<&str>) -> Result<Self, IoError> {
        Self::named(option.unwrap_or("none"), "`none`, `gzip` or `zstd`")
    }

    fn named(codec: &str, expected: &'static str) -> Result<Self, IoError> {
        match codec {
            "none" => Ok(Self::None),
            "gzip" | "gz" => Ok(Self::Gzip),
            "zstd" | "zst" => Ok(Self::Zstd),
            other => Err(IoError::OptionValue {
                name: "compression".into(),
                value: other.to_owned(),
                expected,
            }),
        }
    }
}

/// Reads a file from somewhere on.
pub(crate) enum Source {
    /// As it stands.
    Plain {
        file: Arc<dyn RangeReader>,
        at: u64,
        len: u64,
    },
    /// Decompressed, from its first byte.
    Stream {
        path: String,
        decoder: Box<dyn Read + Send>,
    },
}

impl Source {
    pub(crate) fn open(
        file: Arc<dyn RangeReader>,
        path: &str,
        len: u64,
        compression: Compression,
        at: u64,
    ) -> Result<Self, IoError> {
        let bytes = || BufReader::with_capacity(STRIDE, InOrder::new(Arc::clone(&file), len));
        let decoder: Box<dyn Read + Send> = match compression {
            Compression::None => return Ok(Self::Plain { file, at, len }),
            Compression::Gzip => Box::new(MultiGzDecoder::new(bytes())),
            Compression::Zstd => Box::new(
                zstd::stream::read::Decoder::with_buffer(bytes())
                    .map_err(|error| IoError::corrupt(path, error))?,
            ),
        };
        Ok(Self::Stream {
            path: path.to_owned(),
            decoder,
        })
    }

    /// Appends up to `most` bytes; fewer only at the end.
    pub(crate) fn read(&mut self, into: &mut Vec<u8>, most: usize) -> Result<usize, IoError> {
        let before = into.len();
        match self {
            Self::Plain { .. } => {
                into.resize(before + self.at_most(most), 0);
                self.fill(&mut into[before..])
            }
            Self::Stream { path, decoder } => {
                let read = decoder.by_ref().take(most as u64).read_to_end(into);
                read.map_err(|error| failed(path, error))
            }
        }
    }

    /// At most so many bytes are left of `most`.
    pub(crate) fn at_most(&self, most: usize) -> usize {
        match self {
            Self::Plain { at, len, .. } => most.min((*len - *at) as usize),
            Self::Stream { .. } => most,
        }
    }

    /// Writes over `into` from its beginning on; less than all of it only at the end.
    pub(crate) fn fill(&mut self, into: &mut [u8]) -> Result<usize, IoError> {
        match self {
            Self::Plain { file, at, len } => {
                let some = into.len().min((*len - *at) as usize);
                file.read_into(*at, &mut into[..some])?;
                *at += some as u64;
                Ok(some)
            }
            Self::Stream { path, decoder } => {
                let mut filled = 0;
                while filled < into.len() {
                    match decoder.read(&mut into[filled..]) {
                        Ok(0) => break,
                        Ok(read) => filled += read,
                        Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                        Err(error) => return Err(failed(path, error)),
                    }
                }
                Ok(filled)
            }
        }
    }
}

/// What a decoder says: of the file below it, or of what it decodes.
fn failed(path: &str, error: io::Error) -> IoError {
    match error.downcast::<IoError>() {
        Ok(error) => error,
        Err(error) => IoError::corrupt(path, error),
    }
}

/// A file as a stream.
struct InOrder {
    file: Arc<dyn RangeReader>,
    at: u64,
    len: u64,
}

impl InOrder {
    fn new(file: Arc<dyn RangeReader>, len: u64) -> Self {
        Self { file, at: 0, len }
    }
}

impl Read for InOrder {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let some = into.len().min((self.len - self.at) as usize);
        self.file
            .read_into(self.at, &mut into[..some])
            .map_err(io::Error::other)?;
        self.at += some as u64;
        Ok(some)
    }
}
