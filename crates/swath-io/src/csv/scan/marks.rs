//! Finds where fields and records end: 64 bytes at a time, byte by byte where quotes are not where they belong.

use wide::{CmpEq, i8x16};

use super::Dialect;

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
/// Room is made 64 at a time, and marks are written four at a time, whether there are four or not: how many a block has is hard to
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

    /// A mark at `base` and each bit of `ends`; of records where a bit of `records` is set too.
    #[inline]
    fn push_all(&mut self, ends: u64, records: u64, base: u32) {
        let count = ends.count_ones() as usize;
        let mut left = ends;
        let (fours, _) = self.room().as_chunks_mut::<4>();
        for slot in fours[..count.div_ceil(4)].as_flattened_mut() {
            let at = left.trailing_zeros();
            let record = (records.wrapping_shr(at) & 1) as u32;
            *slot = (base + at) | (record << 31);
            left &= left.wrapping_sub(1);
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

/// What the bytes read so far leave behind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::csv) enum State {
    /// A field begins, and with `record` a record.
    FieldStart { record: bool },
    /// Outside of quotes.
    InField,
    /// Inside of quotes.
    InQuotes,
    /// After a quote inside of quotes: their end, unless another follows.
    AfterQuote,
    /// After an escape; `quoted` where it stands in quotes.
    Escaped { quoted: bool },
    /// In a comment.
    InComment,
}

impl State {
    /// Before the first byte of a record.
    pub(in crate::csv) const RECORD: Self = Self::FieldStart { record: true };
}

/// Finds marks.
#[derive(Clone, Copy, Debug)]
pub(in crate::csv) struct Scanner {
    dialect: Dialect,
    delimiter: i8x16,
    quote: i8x16,
    newline: i8x16,
    carriage: i8x16,
    has_quote: bool,
    /// Escapes and comments are rare: every byte is then looked at on its own.
    one_by_one: bool,
}

/// What a scan has found besides the marks.
#[derive(Clone, Copy, Debug)]
pub(in crate::csv) struct Scanned {
    /// After the last byte.
    pub(in crate::csv) state: State,
    /// Quotes where none belong: inside of a bare field, or before its end.
    pub(in crate::csv) strays: usize,
}

impl Scanner {
    pub(in crate::csv) fn new(dialect: Dialect) -> Self {
        let lanes = |byte: u8| i8x16::splat(byte as i8);
        Self {
            dialect,
            delimiter: lanes(dialect.delimiter),
            quote: lanes(dialect.quote.unwrap_or_default()),
            newline: lanes(b'\n'),
            carriage: lanes(b'\r'),
            has_quote: dialect.quote.is_some(),
            one_by_one: dialect.escape.is_some() || dialect.comment.is_some(),
        }
    }

    /// Scans bytes that come after `state`, and appends their marks, ascending. There are less than 2^30 bytes.
    ///
    /// A line ends with `\n`, or with a `\r` that none follows: so the last byte of all ends none where it is a `\r`. Whoever knows
    /// what follows it says so with [`scan_before`](Self::scan_before).
    pub(in crate::csv) fn scan(&self, bytes: &[u8], state: State, marks: &mut Marks) -> Scanned {
        self.find::<true>(bytes, None, state, marks)
    }

    /// The same where the byte after them is known.
    pub(in crate::csv) fn scan_before(
        &self,
        bytes: &[u8],
        next: Option<u8>,
        state: State,
        marks: &mut Marks,
    ) -> Scanned {
        self.find::<true>(bytes, next, state, marks)
    }

    /// The same with those marks alone that end records, which is faster.
    ///
    /// Not where there are escapes and comments: [`counts`](Self::counts) says so.
    pub(in crate::csv) fn scan_lines(
        &self,
        bytes: &[u8],
        state: State,
        marks: &mut Marks,
    ) -> Scanned {
        self.find::<false>(bytes, None, state, marks)
    }

    /// Whether records can be told apart without their fields.
    pub(in crate::csv) fn counts(&self) -> bool {
        !self.one_by_one
    }

    fn find<const FIELDS: bool>(
        &self,
        bytes: &[u8],
        next: Option<u8>,
        mut state: State,
        marks: &mut Marks,
    ) -> Scanned {
        let mut strays = 0;
        if self.one_by_one {
            let from = Piece {
                bytes,
                base: 0,
                next,
            };
            state = self.step::<FIELDS>(from, state, &mut strays, marks);
            return Scanned { state, strays };
        }
        let (blocks, rest) = bytes.as_chunks::<64>();
        let mut base = 0;
        for block in blocks {
            let from = Piece {
                bytes: block,
                base,
                next: bytes.get(base as usize + 64).copied().or(next),
            };
            state = self.block::<FIELDS>(block, from, state, &mut strays, marks);
            base += 64;
        }
        if !rest.is_empty() {
            let mut block = [0; 64];
            block[..rest.len()].copy_from_slice(rest);
            let from = Piece {
                bytes: rest,
                base,
                next,
            };
            state = self.block::<FIELDS>(&block, from, state, &mut strays, marks);
        }
        Scanned { state, strays }
    }

    #[inline]
    fn block<const FIELDS: bool>(
        &self,
        block: &[u8; 64],
        from: Piece<'_>,
        state: State,
        strays: &mut usize,
        marks: &mut Marks,
    ) -> State {
        let (len, base) = (from.bytes.len(), from.base);
        let found = self.masks(block);
        let within = if len == 64 { !0 } else { (1 << len) - 1 };
        let mut newlines = found.newlines & within;
        if found.has_carriage {
            newlines |= self.lone_carriages(block, from, found.newlines) & within;
        }
        let mut ends = (found.delimiters & within) | newlines;
        let mut last_state = None;
        if self.has_quote && (found.quotes != 0 || state == State::InQuotes) {
            let quotes = found.quotes & within;
            let carried = if state == State::InQuotes { !0 } else { 0 };
            // From each opening quote to the byte before its closing one.
            let inside = prefix_xor(quotes) ^ carried;
            let (opening, closing) = (quotes & inside, quotes & !inside);
            ends &= !inside;
            let may_open = ((ends | closing) << 1)
                | u64::from(matches!(
                    state,
                    State::FieldStart { .. } | State::AfterQuote
                ));
            if opening & !may_open != 0 {
                return self.step::<FIELDS>(from, state, strays, marks);
            }
            let last = 1 << (len - 1);
            if inside & last != 0 {
                last_state = Some(State::InQuotes);
            } else if closing & last != 0 {
                last_state = Some(State::AfterQuote);
            }
        }
        if FIELDS {
            marks.push_all(ends, newlines, base);
        } else if ends & newlines != 0 {
            marks.push_all(ends & newlines, newlines, base);
        }
        last_state.unwrap_or(if ends >> (len - 1) & 1 == 1 {
            State::FieldStart {
                record: newlines >> (len - 1) & 1 == 1,
            }
        } else {
            State::InField
        })
    }

    /// One byte after the other, however the quotes are.
    #[cold]
    fn step<const FIELDS: bool>(
        &self,
        from: Piece<'_>,
        mut state: State,
        strays: &mut usize,
        marks: &mut Marks,
    ) -> State {
        let mut mark = |mark| marks.push(mark);
        let Dialect {
            delimiter,
            quote,
            escape,
            comment,
        } = self.dialect;
        let Piece { bytes, base, next } = from;
        let following = bytes.iter().skip(1).copied().map(Some).chain([next]);
        for ((at, &byte), following) in (base..).zip(bytes).zip(following) {
            let ends = byte == b'\n'
                || (byte == b'\r' && following.is_some_and(|following| following != b'\n'));
            let is_quote = quote == Some(byte);
            let is_escape = escape == Some(byte);
            state = match state {
                State::InComment if ends => {
                    mark(at | COMMENT);
                    State::RECORD
                }
                State::InComment => State::InComment,
                State::Escaped { quoted: false } => State::InField,
                State::InQuotes if is_escape => State::Escaped { quoted: true },
                State::InQuotes if is_quote => State::AfterQuote,
                State::InQuotes | State::Escaped { quoted: true } => State::InQuotes,
                State::AfterQuote | State::FieldStart { .. } if is_quote => State::InQuotes,
                _ if is_escape => State::Escaped { quoted: false },
                _ if byte == delimiter => {
                    if FIELDS {
                        mark(at);
                    }
                    State::FieldStart { record: false }
                }
                _ if ends => {
                    mark(at | RECORD);
                    State::RECORD
                }
                _ if comment == Some(byte) => {
                    mark(at | RECORD | COMMENT);
                    State::InComment
                }
                before => {
                    *strays += usize::from(is_quote || before == State::AfterQuote);
                    State::InField
                }
            };
        }
        state
    }

    /// The carriage returns that no line feed follows.
    #[cold]
    fn lone_carriages(&self, block: &[u8; 64], from: Piece<'_>, newlines: u64) -> u64 {
        let (lanes, _) = block.as_chunks::<16>();
        let mask = |(at, lane): (usize, &[u8; 16])| {
            let lane = i8x16::new(lane.map(|byte| byte as i8));
            u64::from(lane.cmp_eq(self.carriage).move_mask() as u16) << (16 * at)
        };
        let carriages = lanes
            .iter()
            .enumerate()
            .map(mask)
            .fold(0, |all, mask| all | mask);
        // Of the last nobody knows where nobody knows what follows.
        let unknown = from.next.is_none_or(|next| next == b'\n');
        let followed = (newlines >> 1) | u64::from(unknown) << (from.bytes.len() - 1);
        carriages & !followed
    }

    #[inline]
    fn masks(&self, block: &[u8; 64]) -> Masks {
        let mut masks = Masks::default();
        let (lanes, _) = block.as_chunks::<16>();
        let mut carriages = i8x16::splat(0);
        for (at, lane) in lanes.iter().enumerate() {
            let lane = i8x16::new(lane.map(|byte| byte as i8));
            let mask = |of: i8x16| u64::from(lane.cmp_eq(of).move_mask() as u16) << (16 * at);
            masks.delimiters |= mask(self.delimiter);
            masks.newlines |= mask(self.newline);
            masks.quotes |= mask(self.quote);
            carriages |= lane.cmp_eq(self.carriage);
        }
        masks.has_carriage = carriages.move_mask() != 0;
        masks
    }
}

/// Some bytes of those that are scanned.
#[derive(Clone, Copy)]
struct Piece<'a> {
    bytes: &'a [u8],
    /// Where they begin.
    base: u32,
    /// What follows them, where that is known.
    next: Option<u8>,
}

/// A bit for each of 64 bytes.
#[derive(Default)]
struct Masks {
    delimiters: u64,
    newlines: u64,
    quotes: u64,
    /// Whether there is any carriage return: which, is seldom asked.
    has_carriage: bool,
}

/// Each bit is the parity of the bits up to it.
#[inline]
fn prefix_xor(mut bits: u64) -> u64 {
    for shift in [1, 2, 4, 8, 16, 32] {
        bits ^= bits << shift;
    }
    bits
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn marks(of: Scanner, bytes: &[u8]) -> (Vec<u32>, Scanned) {
        let mut marks = Marks::default();
        let scanned = of.scan(bytes, State::RECORD, &mut marks);
        (marks.to_vec(), scanned)
    }

    fn record(at: u32) -> u32 {
        at | RECORD
    }

    fn comment(at: u32) -> u32 {
        at | COMMENT
    }

    fn stepped(dialect: Dialect, bytes: &[u8]) -> (Vec<u32>, State) {
        let mut marks = Marks::default();
        let from = Piece {
            bytes,
            base: 0,
            next: None,
        };
        let state = Scanner::new(dialect).step::<true>(from, State::RECORD, &mut 0, &mut marks);
        (marks.to_vec(), state)
    }

    #[test]
    fn quotes_hide_what_stands_in_them() {
        let scanner = Scanner::new(Dialect::default());
        let (found, after) = marks(scanner, b"a,\"b,\n\"\"c\",d\ne,f,g\n");
        assert_eq!(found, [1, 10, record(12), 14, 16, record(18)]);
        assert_eq!((after.state, after.strays), (State::RECORD, 0));
    }

    #[test]
    fn stray_quotes_hide_nothing() {
        let scanner = Scanner::new(Dialect::default());
        let (found, after) = marks(scanner, b"5\" disk,b\n\"a\"b\",c\n");
        assert_eq!(found, [7, record(9), 15, record(17)]);
        assert_eq!(after.strays, 3);
    }

    #[test]
    fn a_carriage_return_alone_ends_a_line() {
        let scanner = Scanner::new(Dialect::default());
        let (found, after) = marks(scanner, b"a\rb\r\nc\r\r\"d\re\"\rf\r");
        assert_eq!(
            found,
            [record(1), record(4), record(6), record(7), record(13)]
        );
        assert_eq!(after.state, State::InField);
        // At the end of all that is known it may be half of a line end.
        let ends = |next| {
            let mut found = Marks::default();
            scanner.scan_before(b"f\r", next, State::RECORD, &mut found);
            found.len()
        };
        assert_eq!([None, Some(b'\n'), Some(b'x')].map(ends), [0, 0, 1]);
    }

    #[test]
    fn comments_end_records_and_nothing_else() {
        let scanner = Scanner::new(Dialect {
            comment: Some(b'#'),
            ..Dialect::default()
        });
        let (found, _) = marks(scanner, b"# x,\"y\na,b#c\n");
        assert_eq!(
            found,
            [
                RECORD | COMMENT,
                comment(6),
                8,
                record(10) | COMMENT,
                comment(12)
            ]
        );
    }

    proptest! {
        /// Blocks find what single bytes find, for any bytes, and wherever a scan is broken off and taken up again.
        #[test]
        fn blocks_agree_with_bytes(
            bytes in proptest::collection::vec(
                proptest::sample::select(vec![b'a', b'b', b',', b'\n', b'"', b'\r', 0, 0xff]), 0..300),
            cut in 0_usize..300,
        ) {
            let dialect = Dialect::default();
            let scanner = Scanner::new(dialect);
            let (expected, state) = stepped(dialect, &bytes);
            let (found, after) = marks(scanner, &bytes);
            prop_assert_eq!(&found, &expected);
            prop_assert_eq!(after.state, state);
            let cut = cut.min(bytes.len());
            let (mut pieces, mut rest) = (Marks::default(), Marks::default());
            let next = bytes.get(cut).copied();
            let first = scanner.scan_before(&bytes[..cut], next, State::RECORD, &mut pieces);
            let mut pieces = pieces.to_vec();
            let second = scanner.scan(&bytes[cut..], first.state, &mut rest);
            pieces.extend(rest.iter().map(|mark| mark + cut as u32));
            prop_assert_eq!(pieces, &expected[..]);
            prop_assert_eq!(second.state, state);
            let mut lines = Marks::default();
            scanner.scan_lines(&bytes, State::RECORD, &mut lines);
            let ends = expected.into_iter().filter(|mark| mark & RECORD != 0);
            prop_assert_eq!(lines.to_vec(), ends.collect::<Vec<_>>());
        }
    }
}
