//! Bytes that were read and are looked at, with room for more.

use std::ops::Deref;

use super::Source;
use crate::IoError;

/// Bytes that are read at a time where few are held.
const STRIDE: usize = 1 << 20;

/// The bytes of a source between two places.
///
/// Room that was made once stays written, so that it need not be cleared each time before it is read into.
#[derive(Debug, Default)]
pub(crate) struct Held {
    /// Those that are held come first.
    room: Vec<u8>,
    len: usize,
}

impl Held {
    /// Reads up to `most` bytes more; fewer only at the end.
    pub(crate) fn read(&mut self, source: &mut Source, most: usize) -> Result<usize, IoError> {
        let before = self.len;
        let end = before + source.at_most(most);
        while self.len < end {
            // Room is made for as many as came already: that there are more is only said.
            let until = end.min(self.len + self.len.max(STRIDE));
            if self.room.len() < until {
                self.room.resize(until, 0);
            }
            self.len += source.fill(&mut self.room[self.len..until])?;
            if self.len < until {
                break;
            }
        }
        Ok(self.len - before)
    }

    /// Forgets the first bytes.
    pub(crate) fn drop_first(&mut self, bytes: usize) {
        self.room.copy_within(bytes..self.len, 0);
        self.len -= bytes;
    }

    /// Appends a byte that the source has not.
    pub(crate) fn push(&mut self, byte: u8) {
        self.room.truncate(self.len);
        self.room.push(byte);
        self.len += 1;
    }
}

impl Deref for Held {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.room[..self.len]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::RangeReader;
    use crate::text::Compression;
    use bytes::Bytes;
    use std::ops::Range;
    use std::sync::Arc;

    #[derive(Debug)]
    struct Counting(u64);

    impl RangeReader for Counting {
        fn read(&self, ranges: &[Range<u64>]) -> Result<Vec<Bytes>, IoError> {
            let bytes = |range: &Range<u64>| range.clone().map(|at| at as u8).collect();
            Ok(ranges.iter().map(bytes).collect())
        }

        fn identity(&self) -> Result<crate::FileIdentity, IoError> {
            unreachable!("nobody asks")
        }
    }

    #[test]
    fn bytes_come_in_order_whatever_is_forgotten() {
        let len = 3_000_000;
        let file = Arc::new(Counting(len));
        let len = file.0;
        let mut source = Source::open(file, "a", len, Compression::None, 0).unwrap();
        let mut held = Held::default();
        let (mut base, mut forgotten) = (0, 0);
        for (most, forget) in [
            (10, 4),
            (2_500_000, 7),
            (0, 0),
            (1000, 1_000_000),
            (9_000_000, 5),
        ] {
            let before = held.len();
            let read = held.read(&mut source, most).unwrap();
            base += read as u64;
            assert_eq!(held.len(), before + read);
            assert!(read == most || base == len);
            held.drop_first(forget);
            forgotten += forget;
            let expected = (forgotten as u64..base).map(|at| at as u8);
            assert!(held.iter().copied().eq(expected), "{most} {forget}");
        }
        held.push(b'!');
        assert_eq!(held.last(), Some(&b'!'));
        assert_eq!(held.len() as u64, len - forgotten as u64 + 1);
    }
}
