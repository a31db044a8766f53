//! Snappy, made for regular columns of numbers: ids that count up, times.
//!
//! A compressed column of eight-byte numbers is mostly pairs of a literal of one to four bytes and a copy of the rest from eight bytes
//! back. A decoder that copies through memory waits there each time: the bytes to be read were just written, by two stores. Here the last
//! eight bytes of the output are kept in a register; short literals are shifted into it, copies from up to eight bytes back
//! are rotations of it, and the output is only ever written.

use super::ColumnError;

const ENDS: ColumnError = ColumnError::Corrupt("compressed bytes end too early");
const LONG: ColumnError = ColumnError::Corrupt("a page has another length than its header says");
const BEFORE: ColumnError =
    ColumnError::Corrupt("a compressed page refers to bytes before its start");

/// Decompresses `input` into `out`, which must have just the length that the input declares.
pub(super) fn decompress(input: &[u8], out: &mut [u8]) -> Result<(), ColumnError> {
    let mut ip = check_length(input, out.len())?;
    let mut out = Output {
        bytes: out,
        op: 0,
        last: 0,
    };
    while ip < input.len() {
        let tag = input[ip];
        ip += 1;
        // Each kind steps on by itself: a step that is foretold need not wait for the tag.
        match tag & 3 {
            0 => ip = literal(input, ip, tag, &mut out)?,
            1 => {
                let low = *input.get(ip).ok_or(ENDS)?;
                ip += 1;
                let offset = usize::from(tag & 0xe0) << 3 | usize::from(low);
                out.copy(offset, 4 + usize::from(tag >> 2 & 7))?;
            }
            2 => {
                let offset = input.get(ip..ip + 2).ok_or(ENDS)?;
                ip += 2;
                let offset = u16::from_le_bytes(offset.try_into().expect("two bytes"));
                out.copy(offset.into(), 1 + usize::from(tag >> 2))?;
            }
            _ => {
                let offset = input.get(ip..ip + 4).ok_or(ENDS)?;
                ip += 4;
                let offset = u32::from_le_bytes(offset.try_into().expect("four bytes"));
                out.copy(offset as usize, 1 + usize::from(tag >> 2))?;
            }
        }
    }
    if out.op == out.bytes.len() {
        Ok(())
    } else {
        Err(LONG)
    }
}

/// Whether tags are mostly like those before them, so that branches on them are foretold: then [`decompress`] is the faster
/// decoder, and elsewhere one that has no such branches. Looks at some tags a few kilobytes into the page, where
/// copies reach as far back as they will; costs less than a hundredth of decompressing it.
pub(super) fn is_regular(input: &[u8]) -> bool {
    const PASSED: usize = 1024;
    const LOOKED_AT: usize = 512;
    let mut ip = input
        .iter()
        .position(|byte| byte & 0x80 == 0)
        .map_or(input.len(), |last| last + 1);
    let (mut seen, mut changes) = (0, 0);
    let (mut literal, mut copy) = (0, 0);
    while seen < PASSED + LOOKED_AT {
        let Some(&tag) = input.get(ip) else { break };
        let kind = tag & 3;
        ip += match (kind, tag >> 2) {
            (0, len @ 0..60) => 2 + usize::from(len),
            // Long literals are moves of memory for every decoder.
            (0, _) => return false,
            (1, _) => 2,
            (2, _) => 3,
            _ => 5,
        };
        let before = if kind == 0 {
            std::mem::replace(&mut literal, tag)
        } else {
            std::mem::replace(&mut copy, kind)
        };
        let now = if kind == 0 { tag } else { kind };
        changes += usize::from(seen >= PASSED && before != now);
        seen += 1;
    }
    seen == PASSED + LOOKED_AT && changes < LOOKED_AT / 7
}

/// Compares the length that the input declares; returns where its first tag is.
fn check_length(input: &[u8], expected: usize) -> Result<usize, ColumnError> {
    let mut declared = 0_u64;
    for (at, byte) in input.iter().enumerate().take(5) {
        declared |= u64::from(byte & 0x7f) << (7 * at);
        if byte & 0x80 == 0 {
            return if declared == expected as u64 {
                Ok(at + 1)
            } else {
                Err(LONG)
            };
        }
    }
    Err(ENDS)
}

/// Appends a literal, whose tag stands before `ip`; returns where the next tag is.
#[inline(always)]
#[expect(
    clippy::inline_always,
    reason = "the state of the loop must stay in registers"
)]
fn literal(input: &[u8], ip: usize, tag: u8, out: &mut Output<'_>) -> Result<usize, ColumnError> {
    let len = usize::from(tag >> 2) + 1;
    if len <= 8
        && let Some(word) = input.get(ip..ip + 8)
    {
        let word = u64::from_le_bytes(word.try_into().expect("eight bytes"));
        // Columns have literals of one length or two: foretold, the next tag need not wait for this one.
        macro_rules! foretold {
            ($($len:literal)*) => {
                match len {
                    $($len => {
                        out.push(word, $len)?;
                        return Ok(ip + $len);
                    })*
                    _ => {
                        out.push(word, len)?;
                        return Ok(ip + len);
                    }
                }
            };
        }
        foretold!(1 2 3 4);
    }
    long_literal(input, ip, len, out)
}

fn long_literal(
    input: &[u8],
    mut ip: usize,
    mut len: usize,
    out: &mut Output<'_>,
) -> Result<usize, ColumnError> {
    if len > 60 {
        let width = len - 60;
        let bytes = input.get(ip..ip + width).ok_or(ENDS)?;
        let mut word = [0; 4];
        word[..width].copy_from_slice(bytes);
        ip += width;
        len = (u32::from_le_bytes(word) as usize).saturating_add(1);
    }
    let end = ip.checked_add(len).ok_or(ENDS)?;
    let bytes = input.get(ip..end).ok_or(ENDS)?;
    let at = out.op;
    // A block of a known size is a few moves, not a call.
    if len <= 32
        && let (Some(from), Some(to)) = (input.get(ip..ip + 32), out.bytes.get_mut(at..at + 32))
    {
        to.copy_from_slice(from);
    } else {
        out.bytes
            .get_mut(at..at + len)
            .ok_or(LONG)?
            .copy_from_slice(bytes);
    }
    out.op += len;
    out.reload();
    Ok(end)
}

struct Output<'a> {
    bytes: &'a mut [u8],
    op: usize,
    /// The last eight bytes, the latest highest.
    last: u64,
}

impl Output<'_> {
    /// Appends the `len` lowest bytes of `word`, eight at most.
    #[inline(always)]
    #[expect(
        clippy::inline_always,
        reason = "the state of the loop must stay in registers"
    )]
    fn push(&mut self, word: u64, len: usize) -> Result<(), ColumnError> {
        let both = u128::from(word) << 64 | u128::from(self.last);
        self.last = (both >> (8 * len)) as u64;
        self.op += len;
        self.store()
    }

    /// Writes the last eight bytes where they belong; all but the latest of them stand there already.
    #[inline(always)]
    #[expect(
        clippy::inline_always,
        reason = "the state of the loop must stay in registers"
    )]
    fn store(&mut self) -> Result<(), ColumnError> {
        let bytes = self.last.to_le_bytes();
        match self.op.checked_sub(8) {
            Some(start) => self
                .bytes
                .get_mut(start..self.op)
                .ok_or(LONG)?
                .copy_from_slice(&bytes),
            None => self
                .bytes
                .get_mut(..self.op)
                .ok_or(LONG)?
                .copy_from_slice(&bytes[8 - self.op..]),
        }
        Ok(())
    }

    /// Reads the last eight bytes back.
    fn reload(&mut self) {
        let mut word = [0; 8];
        let held = self.op.min(8);
        word[8 - held..].copy_from_slice(&self.bytes[self.op - held..self.op]);
        self.last = u64::from_le_bytes(word);
    }

    /// Appends `len` bytes, at most 64, from `offset` bytes back; they may overlap.
    #[inline(always)]
    #[expect(
        clippy::inline_always,
        reason = "the state of the loop must stay in registers"
    )]
    fn copy(&mut self, offset: usize, len: usize) -> Result<(), ColumnError> {
        if offset >= 8 && len <= 8 {
            let from = self.op.checked_sub(offset).ok_or(BEFORE)?;
            // From eight back the bytes are those in the register; from farther back they were written long ago.
            let word = if offset == 8 {
                self.last
            } else {
                self.read(from)
            };
            return self.push(word, len);
        }
        self.other_copy(offset, len)
    }

    fn other_copy(&mut self, offset: usize, mut len: usize) -> Result<(), ColumnError> {
        if offset == 0 || offset > self.op {
            return Err(BEFORE);
        }
        if offset <= 8 {
            while len > 0 {
                let step = len.min(8);
                self.push(repeat(self.last, offset), step)?;
                len -= step;
            }
            return Ok(());
        }
        let (from, to) = (self.op - offset, self.op);
        if to + len > self.bytes.len() {
            return Err(LONG);
        }
        if len <= 16 && offset >= 16 {
            self.push(self.read(from), 8)?;
            return self.push(self.read(from + 8), len - 8);
        }
        if offset >= len {
            // The end is read where it was read from: it is not there yet where it was written.
            self.last = self.read(from + len - 8);
            let blocks = len.next_multiple_of(16);
            if offset >= blocks
                && let Some(room) = self.bytes.get_mut(..to + blocks)
            {
                for step in (0..len).step_by(16) {
                    room.copy_within(from + step..from + step + 16, to + step);
                }
            } else {
                self.bytes.copy_within(from..from + len, to);
            }
            self.op += len;
        } else {
            for step in 0..len {
                self.bytes[to + step] = self.bytes[from + step];
            }
            self.op += len;
            self.reload();
        }
        Ok(())
    }

    /// The eight bytes from `from`, which are all written.
    #[inline(always)]
    #[expect(
        clippy::inline_always,
        reason = "the state of the loop must stay in registers"
    )]
    fn read(&self, from: usize) -> u64 {
        u64::from_le_bytes(self.bytes[from..from + 8].try_into().expect("eight bytes"))
    }
}

/// Eight bytes that repeat the last `period` of `last`, one to eight.
fn repeat(last: u64, period: usize) -> u64 {
    let bits = 8 * period as u32;
    if bits == 64 {
        return last;
    }
    let unit = last >> (64 - bits);
    let mut word = unit;
    let mut filled = bits;
    while filled < 64 {
        word |= unit << filled;
        filled += bits;
    }
    word
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[track_caller]
    fn check(bytes: &[u8]) {
        let packed = snap::raw::Encoder::new()
            .compress_vec(bytes)
            .expect("compresses");
        let mut out = vec![0xaa; bytes.len()];
        decompress(&packed, &mut out).expect("decompresses");
        assert!(out == bytes, "{} bytes differ", bytes.len());
        if !bytes.is_empty() {
            assert!(decompress(&packed, &mut out[1..]).is_err());
        }
        for end in (0..packed.len()).step_by(packed.len().div_ceil(50).max(1)) {
            assert!(
                decompress(&packed[..end], &mut out).is_err(),
                "cut at {end}"
            );
        }
    }

    #[test]
    fn columns_come_back() {
        let int = |next: &dyn Fn(u64) -> u64| {
            (0..5000)
                .flat_map(|row| next(row).to_le_bytes())
                .collect::<Vec<u8>>()
        };
        check(&int(&|row| row));
        check(&int(&|row| row * 1_873_001));
        check(&int(&|row| row.wrapping_mul(0x9e37_79b9_7f4a_7c15)));
        check(&int(&|row| {
            (row.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 40) % 2_000_000
        }));
        check(&int(&|row| ((row % 97) as f64 * 0.01).to_bits()));
        check(
            &(0..5000_u32)
                .flat_map(u32::to_le_bytes)
                .collect::<Vec<u8>>(),
        );
        check(
            &(0..5000_u16)
                .flat_map(u16::to_le_bytes)
                .collect::<Vec<u8>>(),
        );
        check(
            &"a text that goes on and on, and then once more, and on "
                .repeat(300)
                .into_bytes(),
        );
        for len in 0..100 {
            check(&vec![7; len]);
            check(&(0..len as u8).collect::<Vec<u8>>());
        }
    }

    #[test]
    fn regular_columns_are_told_from_others() {
        let regular = |next: &dyn Fn(u64) -> u64| {
            let bytes: Vec<u8> = (0..5000).flat_map(|row| next(row).to_le_bytes()).collect();
            is_regular(
                &snap::raw::Encoder::new()
                    .compress_vec(&bytes)
                    .expect("compresses"),
            )
        };
        let mixed = |row: u64| {
            let mixed = (row ^ row << 17).wrapping_mul(0x94d0_49bb_1331_11eb);
            (mixed ^ mixed >> 31).wrapping_mul(0xbf58_476d_1ce4_e5b9) >> 40
        };
        assert!(regular(&|row| row + 5_000_000));
        assert!(regular(&|row| 1_640_995_200_000_000
            + row * 1_890_000
            + mixed(row) % 1000));
        assert!(!regular(&|row| mixed(row) % 2_000_000));
        assert!(!regular(&|row| mixed(row) << 40 | mixed(row + 1)));
        assert!(!is_regular(&[]) && !is_regular(&[0xff; 10]) && !is_regular(&[0; 300]));
    }

    proptest! {
        #[test]
        fn every_period_comes_back(
            parts in prop::collection::vec((prop::collection::vec(any::<u8>(), 1..30), 1_usize..60), 0..20),
        ) {
            check(&parts.into_iter().flat_map(|(unit, times)| unit.repeat(times)).collect::<Vec<u8>>());
        }

        #[test]
        fn any_bytes_are_taken_as_the_reference_takes_them(
            len in 0_usize..80,
            body in prop::collection::vec(prop_oneof![any::<u8>(), 0_u8..40], 0..60),
        ) {
            let packed = [&[len as u8][..], &body].concat();
            let mut out = vec![0; len];
            let mut expected = vec![0; len];
            let reference = snap::raw::Decoder::new().decompress(&packed, &mut expected);
            prop_assert_eq!(decompress(&packed, &mut out).is_ok(), reference.is_ok());
            if reference.is_ok() {
                prop_assert_eq!(out, expected);
            }
        }
    }
}
