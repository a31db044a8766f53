//! The hybrid of runs and bit-packed groups that holds dictionary codes and definition levels.

use arrow_buffer::BooleanBuffer;
use arrow_buffer::bit_iterator::BitIndexIterator;

use super::ColumnError;

/// Codes unpacked at a time; a quarter of the first-level cache.
const BLOCK: usize = 1024;

/// Some codes in a row: one repeated, or several.
pub(super) enum Codes<'a> {
    Run(u32, usize),
    Each(&'a [u32]),
}

/// Where a decoder stands in its bytes, which whoever calls it holds.
#[derive(Clone, Debug, Default)]
pub(super) struct Hybrid {
    width: u32,
    /// Next byte that no run was read from.
    at: usize,
    run: Run,
}

#[derive(Clone, Copy, Debug, Default)]
enum Run {
    #[default]
    None,
    Repeated {
        value: u32,
        left: usize,
    },
    /// `from` is the first byte of the run's codes, `next` the position of the next code in it.
    Packed {
        from: usize,
        next: usize,
        left: usize,
    },
}

impl Hybrid {
    /// Begins at the start of some bytes, with codes of `width` bits.
    pub(super) fn new(width: u8) -> Result<Self, ColumnError> {
        if width > 32 {
            return Err(ColumnError::Corrupt("codes of more than 32 bits"));
        }
        Ok(Self {
            width: u32::from(width),
            at: 0,
            run: Run::None,
        })
    }

    /// Steps over `count` codes.
    pub(super) fn skip(&mut self, bytes: &[u8], mut count: usize) -> Result<(), ColumnError> {
        while count > 0 {
            count -= self.advance(bytes, count)?.1;
        }
        Ok(())
    }

    /// Hands all of the next `count` codes to `out`.
    pub(super) fn read(
        &mut self,
        bytes: &[u8],
        mut count: usize,
        out: &mut dyn FnMut(Codes<'_>) -> Result<(), ColumnError>,
    ) -> Result<(), ColumnError> {
        let mut block = [0; BLOCK];
        while count > 0 {
            let (run, taken) = self.advance(bytes, count)?;
            match run {
                Run::Repeated { value, .. } => out(Codes::Run(value, taken))?,
                Run::Packed { from, next, .. } => {
                    for start in (0..taken).step_by(BLOCK) {
                        let block = &mut block[..BLOCK.min(taken - start)];
                        unpack(&bytes[from..], self.width, next + start, block);
                        out(Codes::Each(block))?;
                    }
                }
                Run::None => {}
            }
            count -= taken;
        }
        Ok(())
    }

    /// Hands those of the next codes to `out` whose bit is set; `keep` has one bit for each.
    ///
    /// Packed codes are taken out one by one where they stand: what is not kept costs nothing.
    pub(super) fn read_kept(
        &mut self,
        bytes: &[u8],
        keep: &BooleanBuffer,
        out: &mut dyn FnMut(Codes<'_>) -> Result<(), ColumnError>,
    ) -> Result<(), ColumnError> {
        let mut block = [0; BLOCK];
        let mut at = 0;
        while at < keep.len() {
            let (run, taken) = self.advance(bytes, keep.len() - at)?;
            match run {
                Run::Repeated { value, .. } => {
                    let kept = keep.slice(at, taken).count_set_bits();
                    if kept > 0 {
                        out(Codes::Run(value, kept))?;
                    }
                }
                Run::Packed { from, next, .. } => {
                    let bytes = &bytes[from..];
                    let mut filled = 0;
                    for index in BitIndexIterator::new(keep.values(), keep.offset() + at, taken) {
                        block[filled] = code_at(bytes, self.width, next + index);
                        filled += 1;
                        if filled == BLOCK {
                            out(Codes::Each(&block))?;
                            filled = 0;
                        }
                    }
                    if filled > 0 {
                        out(Codes::Each(&block[..filled]))?;
                    }
                }
                Run::None => {}
            }
            at += taken;
        }
        Ok(())
    }

    /// Steps over at most `most` codes of one run; returns the run as it was before, and how many.
    fn advance(&mut self, bytes: &[u8], most: usize) -> Result<(Run, usize), ColumnError> {
        loop {
            let before = self.run;
            match &mut self.run {
                Run::Repeated { left, .. } if *left > 0 => {
                    let taken = most.min(*left);
                    *left -= taken;
                    return Ok((before, taken));
                }
                Run::Packed { next, left, .. } if *left > 0 => {
                    let taken = most.min(*left);
                    *left -= taken;
                    *next += taken;
                    return Ok((before, taken));
                }
                _ => self.next_run(bytes)?,
            }
        }
    }

    fn next_run(&mut self, bytes: &[u8]) -> Result<(), ColumnError> {
        const ENDS: ColumnError = ColumnError::Corrupt("codes end before their page's values");
        let mut header = 0_u64;
        for shift in (0..35).step_by(7) {
            let byte = *bytes.get(self.at).ok_or(ENDS)?;
            self.at += 1;
            header |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                break;
            }
        }
        let count = usize::try_from(header >> 1).map_err(|_| ENDS)?;
        if header & 1 == 0 {
            let width = self.width.div_ceil(8) as usize;
            let value = bytes.get(self.at..self.at + width).ok_or(ENDS)?;
            let mut word = [0; 4];
            word[..width].copy_from_slice(value);
            self.at += width;
            self.run = Run::Repeated {
                value: u32::from_le_bytes(word),
                left: count,
            };
            return if count == 0 {
                Err(ColumnError::Corrupt("a run of no codes"))
            } else {
                Ok(())
            };
        }
        // Writers may cut the padding of the last group short: what is there counts.
        let (from, width) = (self.at, self.width as usize);
        let there = bytes.len().saturating_sub(from);
        let whole = count.checked_mul(width).ok_or(ENDS)?;
        let (end, left) = if whole <= there {
            (from + whole, count * 8)
        } else {
            (bytes.len(), there * 8 / width.max(1))
        };
        if left == 0 {
            return Err(ENDS);
        }
        self.at = end;
        self.run = Run::Packed {
            from,
            next: 0,
            left,
        };
        Ok(())
    }
}

/// The code at `index` of a packed run that begins at the start of `bytes`.
#[inline]
fn code_at(bytes: &[u8], width: u32, index: usize) -> u32 {
    let bit = index * width as usize;
    let byte = bit / 8;
    let word = u64::from_le_bytes(load(bytes, byte));
    // 64-bit masks: a code of 32 bits that starts inside a byte still fits.
    ((word >> (bit % 8)) & ((1 << width) - 1)) as u32
}

/// The bytes at `at`; zeros for those behind the end.
#[inline]
fn load<const LEN: usize>(bytes: &[u8], at: usize) -> [u8; LEN] {
    let rest = bytes.get(at..).unwrap_or_default();
    if let Some(word) = rest.first_chunk() {
        return *word;
    }
    let mut word = [0; LEN];
    word[..rest.len()].copy_from_slice(rest);
    word
}

/// Unpacks the codes from `index` on into `out`.
fn unpack(bytes: &[u8], width: u32, index: usize, out: &mut [u32]) {
    macro_rules! by_width {
        ($($width:literal)*) => {
            match width {
                0 => out.fill(0),
                $($width => unpack_groups::<$width>(bytes, index, out),)*
                _ => out.iter_mut().enumerate().for_each(|(at, code)| *code = code_at(bytes, width, index + at)),
            }
        };
    }
    by_width!(1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24);
}

/// Unpacks by groups of eight codes, which take `WIDTH` bytes, with shifts known to the compiler.
fn unpack_groups<const WIDTH: usize>(bytes: &[u8], index: usize, out: &mut [u32]) {
    let head = (index.next_multiple_of(8) - index).min(out.len());
    let (first, rest) = out.split_at_mut(head);
    for (at, code) in first.iter_mut().enumerate() {
        *code = code_at(bytes, WIDTH as u32, index + at);
    }
    let mut group = (index + head) / 8 * WIDTH;
    let mut eights = rest.chunks_exact_mut(8);
    let mut done = head;
    for eight in &mut eights {
        if WIDTH <= 8 {
            let word = u64::from_le_bytes(load(bytes, group));
            for (at, code) in eight.iter_mut().enumerate() {
                *code = ((word >> (at * WIDTH)) & ((1 << WIDTH) - 1)) as u32;
            }
        } else {
            // Half a group at a time fits a word of 128 bits also where it begins inside a byte.
            for (half, codes) in eight.chunks_exact_mut(4).enumerate() {
                let bit = half * 4 * WIDTH;
                let word = u128::from_le_bytes(load(bytes, group + bit / 8)) >> (bit % 8);
                for (at, code) in codes.iter_mut().enumerate() {
                    *code = (word >> (at * WIDTH)) as u32 & ((1 << WIDTH) - 1);
                }
            }
        }
        group += WIDTH;
        done += 8;
    }
    for (at, code) in eights.into_remainder().iter_mut().enumerate() {
        *code = code_at(bytes, WIDTH as u32, index + done + at);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Writes codes as runs and packed groups of the given lengths, as a writer would.
    fn encode(codes: &[u32], width: u8, cuts: &[usize]) -> Vec<u8> {
        let mut out = Vec::new();
        let mut rest = codes;
        let mut cuts = cuts.iter().cycle();
        let varint = |out: &mut Vec<u8>, mut value: u64| {
            while value > 0x7f {
                out.push(value as u8 | 0x80);
                value >>= 7;
            }
            out.push(value as u8);
        };
        while let Some(&first) = rest.first() {
            let equal = rest.iter().take_while(|&&code| code == first).count();
            if equal >= 8 {
                varint(&mut out, (equal as u64) << 1);
                out.extend(&first.to_le_bytes()[..usize::from(width).div_ceil(8)]);
                rest = &rest[equal..];
                continue;
            }
            let groups = (*cuts.next().expect("cycles")).clamp(1, rest.len().div_ceil(8));
            varint(&mut out, (groups as u64) << 1 | 1);
            let start = out.len();
            out.resize(start + groups * usize::from(width), 0);
            let taken = rest.len().min(groups * 8);
            for (at, &code) in rest[..taken].iter().enumerate() {
                for bit in 0..usize::from(width) {
                    if code >> bit & 1 == 1 {
                        let place = at * usize::from(width) + bit;
                        out[start + place / 8] |= 1 << (place % 8);
                    }
                }
            }
            rest = &rest[taken..];
        }
        out
    }

    fn collect(out: &mut Vec<u32>) -> impl FnMut(Codes<'_>) -> Result<(), ColumnError> + '_ {
        |codes| {
            match codes {
                Codes::Run(value, count) => out.extend(std::iter::repeat_n(value, count)),
                Codes::Each(codes) => out.extend(codes),
            }
            Ok(())
        }
    }

    proptest! {
        #[test]
        fn what_was_written_is_read(
            width in 0_u8..=32,
            runs in prop::collection::vec((any::<u32>(), 1_usize..40), 1..40),
            cuts in prop::collection::vec(1_usize..6, 1..4),
            reads in prop::collection::vec(1_usize..70, 1..6),
            seed in any::<u64>(),
        ) {
            let mask = if width == 32 { u32::MAX } else { (1 << width) - 1 };
            let mut codes = Vec::new();
            for (value, count) in runs {
                for at in 0..count {
                    let varied = if count > 8 { value } else { value.wrapping_mul(at as u32 + 1) };
                    codes.push(varied & mask);
                }
            }
            let bytes = encode(&codes, width, &cuts);

            let mut found = Vec::new();
            let mut hybrid = Hybrid::new(width).expect("a width");
            let mut reads = reads.into_iter().cycle();
            while found.len() < codes.len() {
                let count = reads.next().expect("cycles").min(codes.len() - found.len());
                hybrid.read(&bytes, count, &mut collect(&mut found)).expect("codes are there");
            }
            prop_assert_eq!(&found, &codes);

            let keep: Vec<bool> = (0..codes.len()).map(|at| (seed >> (at % 64)) & 1 == 1).collect();
            let kept: Vec<u32> = codes.iter().zip(&keep).filter(|(_, keep)| **keep).map(|(code, _)| *code).collect();
            let skipped = codes.len() / 3;
            let mut found = Vec::new();
            let mut hybrid = Hybrid::new(width).expect("a width");
            hybrid.skip(&bytes, skipped).expect("codes are there");
            hybrid
                .read_kept(&bytes, &BooleanBuffer::from(keep[skipped..].to_vec()), &mut collect(&mut found))
                .expect("codes are there");
            let before = keep[..skipped].iter().filter(|keep| **keep).count();
            prop_assert_eq!(&found[..], &kept[before..]);

            // One more than there is, up to the padding of the last group, must end in an error.
            let mut hybrid = Hybrid::new(width).expect("a width");
            prop_assert!(hybrid.skip(&bytes, codes.len() + 8).is_err());
        }

        #[test]
        fn any_bytes_end(width in 0_u8..=32, bytes in prop::collection::vec(any::<u8>(), 0..40)) {
            let mut hybrid = Hybrid::new(width).expect("a width");
            let mut found = Vec::new();
            drop(hybrid.read(&bytes, 1000, &mut collect(&mut found)));
            prop_assert!(found.len() <= 1000);
        }
    }
}
