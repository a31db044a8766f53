//! What the two ends of a file say, before its footer is believed.

use std::ops::Range;

use super::footer::FORMAT;
use crate::mark::found;
use crate::{IoError, RangeReader};

/// The mark at both ends of a file, and that of one whose footer is encrypted.
const MAGIC: &[u8] = b"PAR1";
const ENCRYPTED: &[u8] = b"PARE";

/// Bytes at the end: the length of the footer, and the mark.
const END: u64 = 8;

/// Bytes of the start that tell what a file is.
const START: u64 = 64;

/// Checks the ends of a file of `len` bytes, whose last bytes are `tail`.
pub(super) fn check_ends(
    path: &str,
    len: u64,
    tail: &[u8],
    reader: &dyn RangeReader,
) -> Result<(), IoError> {
    let path = path.to_owned();
    if len == 0 {
        return Err(IoError::Empty {
            path,
            format: FORMAT,
        });
    }
    if tail.ends_with(ENCRYPTED) {
        return Err(IoError::Encrypted {
            path,
            format: FORMAT,
        });
    }
    if let Some(end) = tail.strip_suffix(MAGIC)
        && let Some(footer) = end.last_chunk::<4>()
    {
        let footer = u64::from(u32::from_le_bytes(*footer));
        if footer + END <= len {
            return Ok(());
        }
        let reason = format!("its footer says that it has {footer} bytes, more than the file has");
        return Err(IoError::corrupt(&path, reason));
    }
    let range: Range<u64> = 0..len.min(START);
    let start = reader.read(std::slice::from_ref(&range))?.remove(0);
    if start.starts_with(MAGIC) {
        return Err(IoError::CutOff {
            path,
            format: FORMAT,
            len,
        });
    }
    Err(IoError::NotFormat {
        path,
        format: FORMAT,
        found: found(&start, "PAR1"),
    })
}
