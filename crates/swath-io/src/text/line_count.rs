//! Which line a place is in, for those who are told of it.

use crate::{IoContext, IoError, RangeReader};

/// Line ends in some bytes.
pub(crate) fn count_lines(bytes: &[u8]) -> u64 {
    // Counted for errors, and where text is decompressed: neither is helped by doing it faster.
    bytes.iter().map(|byte| u64::from(*byte == b'\n')).sum()
}

/// Line ends of a file before a place.
///
/// Cost: reads the file up to there.
pub(crate) fn lines_before(
    file: &dyn RangeReader,
    end: u64,
    context: &IoContext,
) -> Result<u64, IoError> {
    let mut buffer = vec![0; 1 << 20];
    let (mut at, mut lines) = (0, 0);
    while at < end {
        context.cancel.check()?;
        let some = buffer.len().min((end - at) as usize);
        file.read_into(at, &mut buffer[..some])?;
        lines += count_lines(&buffer[..some]);
        at += some as u64;
    }
    Ok(lines)
}
