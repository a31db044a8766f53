//! Where fields and records end, as numbers.

use super::scanner::{Ends, Found};

/// Bits of a mark that are the position.
pub(in crate::csv) const POSITION: u32 = (1 << 30) - 1;
/// The mark ends a record.
pub(in crate::csv) const RECORD: u32 = 1 << 31;
/// With [`RECORD`]: the record ends here, before a comment, and the next begins after the next mark. Alone: it begins behind
/// this mark, and nothing ends.
pub(in crate::csv) const COMMENT: u32 = 1 << 30;

/// Whether a record may begin behind this mark.
pub(in crate::csv) fn ends_line(mark: u32) -> bool {
    let kind = mark & !POSITION;
    kind == RECORD || kind == COMMENT
}

/// Marks of scans, one after the other.
///
/// Room is made 64 at a time, and marks are written eight at a time, whether there are eight or not: how many a block has is hard to
/// foresee for a processor.
#[derive(Debug, Default)]
pub(in crate::csv) struct Marks {
    /// Those that count come first.
    slots: Vec<u32>,
    len: usize,
}

impl Marks {
    pub(in crate::csv) fn clear(&mut self) {
        self.len = 0;
    }

    pub(in crate::csv) fn push(&mut self, mark: u32) {
        self.room()[0] = mark;
        self.len += 1;
    }

    /// Hands the marks out, first those that count, for room for the next.
    pub(super) fn swap(&mut self, for_room: &mut Vec<u32>) {
        std::mem::swap(&mut self.slots, for_room);
        self.len = 0;
    }

    /// A mark at `base` and each bit of `ends`; of records where a bit of `records` is set too.
    #[expect(
        clippy::inline_always,
        reason = "it is compiled for the processor that the scan is compiled for"
    )]
    #[inline(always)]
    fn push_all(&mut self, ends: u64, records: u64, base: u32) {
        let count = ends.count_ones() as usize;
        let mut left = ends;
        let mut mark = || {
            let at = left.trailing_zeros();
            left &= left.wrapping_sub(1);
            let record = (records.wrapping_shr(at) & 1) as u32;
            (base + at) | (record << 31)
        };
        let (eights, _) = self.room().as_chunks_mut::<8>();
        eights[0] = std::array::from_fn(|_| mark());
        if count > 8 {
            eights[1] = std::array::from_fn(|_| mark());
        }
        if count > 16 {
            eights[2..].as_flattened_mut()[..count - 16].fill_with(mark);
        }
        self.len += count;
    }

    #[inline]
    fn room(&mut self) -> &mut [u32; 64] {
        if self.slots.len() - self.len < 64 {
            self.grow();
        }
        let room = self.slots[self.len..].first_chunk_mut();
        room.expect("room was made")
    }

    #[cold]
    fn grow(&mut self) {
        self.slots.resize(self.slots.len() * 2 + 64, 0);
    }
}

impl std::ops::Deref for Marks {
    type Target = [u32];

    fn deref(&self) -> &[u32] {
        &self.slots[..self.len]
    }
}

impl Found for Marks {
    #[expect(clippy::inline_always, reason = "as `push_all`")]
    #[inline(always)]
    fn block(&mut self, ends: Ends) {
        self.push_all(ends.fields, ends.records, ends.base);
    }

    fn mark(&mut self, mark: u32) {
        self.push(mark);
    }
}
