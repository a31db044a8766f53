//! Which line a place is in, for those who are told of it.

use crate::{IoContext, IoError, RangeReader};

/// Counts line ends in bytes that come one after the other.
#[derive(Clone, Copy, Debug)]
pub(crate) struct LineCount {
    /// Whether a carriage return ends a line that no line feed follows.
    returns: bool,
    lines: u64,
    /// The last byte was a carriage return.
    pending: bool,
}

impl LineCount {
    /// Line feeds end lines.
    pub(crate) fn of_feeds() -> Self {
        Self {
            returns: false,
            lines: 0,
            pending: false,
        }
    }

    /// Carriage returns do too.
    pub(crate) fn of_feeds_and_returns() -> Self {
        Self {
            returns: true,
            ..Self::of_feeds()
        }
    }

    pub(crate) fn see(&mut self, bytes: &[u8]) {
        // Counted for errors, and where text is decompressed: neither is helped by doing it faster.
        for &byte in bytes {
            self.lines += u64::from(self.pending && byte != b'\n') + u64::from(byte == b'\n');
            self.pending = self.returns && byte == b'\r';
        }
    }

    /// Line ends so far.
    pub(crate) fn lines(&self) -> u64 {
        self.lines + u64::from(self.pending)
    }

    /// The line, from 1, of what stands behind `bytes` of a window that begins at `base` of a file.
    ///
    /// Cost: reads the file up to there.
    pub(crate) fn line_behind(
        mut self,
        file: &dyn RangeReader,
        base: u64,
        bytes: &[u8],
        context: &IoContext,
    ) -> Result<u64, IoError> {
        let mut buffer = vec![0; 1 << 20];
        let mut at = 0;
        while at < base {
            context.cancel.check()?;
            let some = buffer.len().min((base - at) as usize);
            file.read_into(at, &mut buffer[..some])?;
            self.see(&buffer[..some]);
            at += some as u64;
        }
        Ok(self.line_after(bytes))
    }

    /// The line, from 1, of what stands behind `bytes` that follow those that were seen.
    pub(crate) fn line_after(mut self, bytes: &[u8]) -> u64 {
        self.see(bytes);
        self.lines() + 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn line_ends_are_counted_wherever_they_are_cut() {
        let text = b"a\r\nb\rc\n\r\rd\r\n";
        for cut in 0..text.len() {
            let mut all = LineCount::of_feeds_and_returns();
            let mut feeds = LineCount::of_feeds();
            for part in [&text[..cut], &text[cut..]] {
                all.see(part);
                feeds.see(part);
            }
            assert_eq!((all.lines(), feeds.lines()), (6, 3), "{cut}");
        }
    }
}
