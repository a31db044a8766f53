//! What the two ends of a file say, before its footer is believed.

use std::ops::Range;

use super::footer::FORMAT;
use crate::{IoError, RangeReader};

/// The mark at both ends of a file, and that of one whose footer is encrypted.
const MAGIC: &[u8] = b"PAR1";
const ENCRYPTED: &[u8] = b"PARE";

/// Bytes at the end: the length of the footer, and the mark.
const END: u64 = 8;

/// Bytes of the start that tell what a file is.
const START: u64 = 64;

/// Marks of what is often taken for a Parquet file.
const OTHERS: [(&[u8], &str); 7] = [
    (b"ARROW1", "an Arrow IPC file"),
    (b"ORC", "an ORC file"),
    (b"Obj\x01", "an Avro file"),
    (b"\x1f\x8b", "compressed with gzip"),
    (b"\x28\xb5\x2f\xfd", "compressed with zstd"),
    (b"PK\x03\x04", "a zip archive"),
    (b"SQLite format 3", "an SQLite database"),
];

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
        found: found(&start),
    })
}

/// What a file is that begins so, in words.
fn found(start: &[u8]) -> String {
    if let Some((_, what)) = OTHERS.iter().find(|(mark, _)| start.starts_with(mark)) {
        return format!("it is {what}");
    }
    // Cut at the end of the bytes, a last letter may be half there.
    let text = match std::str::from_utf8(start) {
        Ok(text) => text,
        Err(error) if error.error_len().is_none() => {
            std::str::from_utf8(&start[..error.valid_up_to()]).unwrap_or_default()
        }
        Err(_) => "",
    };
    let line = text.lines().next().unwrap_or_default();
    let printable =
        !text.is_empty() && !text.contains(|c: char| c.is_control() && !c.is_whitespace());
    if printable {
        let shown: String = line.chars().take(SHOWN).collect();
        let more = if shown.len() < line.len() { "…" } else { "" };
        format!("it is text, which begins with `{shown}{more}`")
    } else {
        "it neither begins nor ends with `PAR1`".to_owned()
    }
}

/// Letters of a text file that are shown: enough to know it again.
const SHOWN: usize = 24;

#[cfg(test)]
mod tests {
    use super::found;

    #[test]
    fn what_is_often_taken_for_parquet_is_named() {
        let told = [
            &b"ARROW1\0\0"[..],
            b"\x1f\x8b\x08",
            b"PK\x03\x04",
            b"region,amount\neu,10\n",
            b"a header that is much longer than this, is it not",
            b"\xff\xfe\x00",
            "häuser,stra\u{df}en"
                .as_bytes()
                .split_last()
                .expect("text")
                .1,
            b"",
        ]
        .map(found);
        insta::assert_snapshot!(told.join("\n"), @r"
        it is an Arrow IPC file
        it is compressed with gzip
        it is a zip archive
        it is text, which begins with `region,amount`
        it is text, which begins with `a header that is much lo…`
        it neither begins nor ends with `PAR1`
        it is text, which begins with `häuser,straße`
        it neither begins nor ends with `PAR1`
        ");
    }
}
