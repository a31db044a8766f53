//! Footers: what a file says about itself, checked against its length before it is believed.

use arrow_ipc::convert::try_fb_to_schema;
use arrow_ipc::{Block, root_as_footer};
use arrow_schema::SchemaRef;
use std::sync::Arc;
use swath_meta::{DType, Meta};

use crate::footers::OfFile;
use crate::hive::{PARTITION_ON_KEY, recorded_keys};
use crate::mark::found;
use crate::parquet::contain;
use crate::{FileIdentity, FooterCache, IoError, RangeReader};

/// The format's name in messages.
pub(super) const FORMAT: &str = "Arrow IPC";

/// The mark at both ends of a file.
const MAGIC: &[u8] = b"ARROW1";

/// What a stream begins with, which is an Arrow file without its ends.
const STREAM: &[u8] = b"\xff\xff\xff\xff";

/// Bytes at the end: the length of the footer, and the mark.
const END: u64 = 10;

/// Bytes read at once from the end of a file: most footers whole.
const TAIL: u64 = 64 << 10;

/// Bytes of the start that tell what a file is.
const START: u64 = 64;

/// What a file says about itself.
#[derive(Debug)]
pub(crate) struct Footer {
    identity: FileIdentity,
    pub(super) schema: SchemaRef,
    /// Dtypes, nullability and the recorded index of all columns.
    pub(super) meta: Meta,
    pub(super) dictionaries: Vec<Block>,
    pub(super) batches: Vec<Block>,
}

impl Footer {
    /// The columns that name folders, and the dtypes that their values were written from.
    pub(super) fn keys(&self) -> Vec<(String, DType)> {
        recorded_keys(
            self.schema
                .metadata()
                .get(PARTITION_ON_KEY)
                .map(String::as_str),
        )
    }

    /// The dtype that a key of folders was written from, or that the column of its name has.
    pub(super) fn key_dtype(&self, key: &str) -> Option<DType> {
        let mut recorded = self.keys().into_iter();
        let recorded = recorded.find(|(name, _)| name == key);
        let in_file = || self.meta.dtype(key).ok().cloned();
        recorded.map(|(_, dtype)| dtype).or_else(in_file)
    }
}

impl OfFile for Footer {
    fn identity(&self) -> &FileIdentity {
        &self.identity
    }

    fn bytes(&self) -> usize {
        let blocks = self.batches.len() + self.dictionaries.len();
        // A column has a field of each of two schemas.
        blocks * size_of::<Block>() + self.schema.fields().len() * 512
    }
}

impl FooterCache {
    /// The footer of a file in this state, read if it is not here.
    pub(super) fn ipc(
        &self,
        identity: &FileIdentity,
        file: &dyn RangeReader,
    ) -> Result<Arc<Footer>, IoError> {
        if let Some(footer) = self.ipc.find(identity) {
            return Ok(footer);
        }
        // Not under the lock: several threads may read several footers, and seldom the same one twice.
        let footer = Arc::new(contain(&identity.path, || load(identity, file))?);
        self.ipc.put(&footer);
        Ok(footer)
    }
}

fn load(identity: &FileIdentity, file: &dyn RangeReader) -> Result<Footer, IoError> {
    let (path, len) = (identity.path.as_str(), identity.len);
    let read = |from: u64, to: u64| {
        Ok::<_, IoError>(file.read(std::slice::from_ref(&(from..to)))?.remove(0))
    };
    if len == 0 {
        return Err(IoError::Empty {
            path: path.to_owned(),
            format: FORMAT,
        });
    }
    let tail = read(len.saturating_sub(TAIL), len)?;
    let Some(size) = footer_size(&tail) else {
        return Err(no_end(path, len, &read(0, len.min(START))?));
    };
    let begin = u64::try_from(size)
        .ok()
        .and_then(|size| len.checked_sub(END + size))
        .ok_or_else(|| {
            let reason =
                format!("its footer says that it has {size} bytes, and the file has {len}");
            IoError::corrupt(path, reason)
        })?;
    let footer = match (len - begin).checked_sub(tail.len() as u64) {
        None | Some(0) => tail.slice(tail.len() - (len - begin) as usize..),
        Some(_) => read(begin, len)?,
    };
    let footer = &footer[..footer.len() - END as usize];
    let undecodable = |source: Box<dyn std::error::Error + Send + Sync>| IoError::Footer {
        path: path.to_owned(),
        source,
    };
    let footer = root_as_footer(footer)
        .map_err(|error| undecodable(first_line(&error.to_string()).into()))?;
    let schema = footer
        .schema()
        .ok_or_else(|| IoError::corrupt(path, "its footer names no columns"))?;
    if !schema.endianness().equals_to_target_endianness() {
        let reason = "its numbers are written the other way round (big-endian)";
        return Err(IoError::corrupt(path, reason));
    }
    let schema = try_fb_to_schema(schema).map_err(|error| undecodable(Box::new(error)))?;
    let meta = Meta::from_arrow(&schema).map_err(|source| IoError::Meta {
        path: path.to_owned(),
        source,
    })?;
    let dictionaries: Vec<Block> = footer
        .dictionaries()
        .into_iter()
        .flatten()
        .copied()
        .collect();
    let batches: Vec<Block> = footer
        .recordBatches()
        .into_iter()
        .flatten()
        .copied()
        .collect();
    check_blocks(path, dictionaries.iter().chain(&batches), begin)?;
    Ok(Footer {
        identity: identity.clone(),
        schema: Arc::new(schema),
        meta,
        dictionaries,
        batches,
    })
}

/// What the decoder says, without the way that it came.
pub(super) fn first_line(reason: &str) -> String {
    let line = reason.lines().next().unwrap_or_default();
    line.trim_end_matches('.').to_owned()
}

/// The bytes of the footer of a file that ends so; `None` for one that ends otherwise.
fn footer_size(tail: &[u8]) -> Option<i32> {
    let before = tail.strip_suffix(MAGIC)?;
    before.last_chunk::<4>().copied().map(i32::from_le_bytes)
}

/// What is wrong with a file that does not end as one of the format.
fn no_end(path: &str, len: u64, start: &[u8]) -> IoError {
    let path = path.to_owned();
    if start.starts_with(MAGIC) {
        return IoError::CutOff {
            path,
            format: FORMAT,
            len,
        };
    }
    let found = if start.starts_with(STREAM) {
        "it is an Arrow stream, which cannot be read from the middle".to_owned()
    } else {
        found(start, "ARROW1")
    };
    IoError::NotFormat {
        path,
        format: FORMAT,
        found,
    }
}

/// Checks that what the footer points to is in the file, before itself, and not the same again and again.
fn check_blocks<'a>(
    path: &str,
    blocks: impl Iterator<Item = &'a Block>,
    end: u64,
) -> Result<(), IoError> {
    let mut left = end;
    for block in blocks {
        let parts = (
            u64::try_from(block.offset()),
            u64::try_from(block.metaDataLength()),
            u64::try_from(block.bodyLength()),
        );
        let (Ok(offset), Ok(message @ 8..), Ok(body)) = parts else {
            return Err(IoError::corrupt(path, "its footer has sizes that are none"));
        };
        let size = message.checked_add(body).filter(|size| *size <= left);
        let fits = size.and_then(|size| offset.checked_add(size));
        match (size, fits) {
            (Some(size), Some(at)) if at <= end => left -= size,
            _ => {
                let reason = "its footer points to more bytes than the file has";
                return Err(IoError::corrupt(path, reason));
            }
        }
    }
    Ok(())
}
