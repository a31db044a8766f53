//! Finds where fields and records end: 64 bytes at a time, byte by byte where quotes are not where they belong.

use super::Dialect;
#[cfg(target_arch = "x86_64")]
use super::avx2::{self, Avx2};
use super::count::RecordCount;
use super::marks::{COMMENT, Marks, RECORD};
use super::masks::{Lanes, Masks};

/// Is told where fields and records end, in the order of the bytes.
pub(super) trait Found {
    /// Those in a block.
    fn block(&mut self, ends: Ends);

    /// One, as a mark.
    fn mark(&mut self, mark: u32);
}

/// Ends of fields and records among 64 bytes, a bit each.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ends {
    /// Where the bytes begin.
    pub(super) base: u32,
    /// Of fields, of the last in a record too.
    pub(super) fields: u64,
    pub(super) records: u64,
    /// Carriage returns, whether they end anything or not.
    pub(super) carriages: u64,
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
    /// All bits where there may be quotes, else none.
    has_quote: u64,
    /// Escapes and comments are rare: every byte is then looked at on its own.
    one_by_one: bool,
    #[cfg(target_arch = "x86_64")]
    avx2: Option<Avx2>,
}

/// What a scan has found besides the marks.
#[derive(Clone, Copy, Debug)]
pub(in crate::csv) struct Scanned {
    /// After the last byte.
    pub(in crate::csv) state: State,
    /// Quotes where none belong: inside of a bare field, or before its end.
    pub(in crate::csv) strays: usize,
    /// Whether no carriage return was there, and nothing that may escape or begin a comment.
    pub(in crate::csv) plain: bool,
}

impl Scanner {
    pub(in crate::csv) fn new(dialect: Dialect) -> Self {
        Self {
            dialect,
            has_quote: u64::from(dialect.quote.is_some()).wrapping_neg(),
            one_by_one: dialect.escape.is_some() || dialect.comment.is_some(),
            #[cfg(target_arch = "x86_64")]
            avx2: Avx2::detect(),
        }
    }

    pub(super) fn dialect(&self) -> Dialect {
        self.dialect
    }

    /// Scans bytes that come after `state`, and appends their marks, ascending. There are less than 2^30 bytes.
    ///
    /// A line ends with `\n`, or with a `\r` that none follows: so the last byte of all ends none where it is a `\r`. Whoever knows
    /// what follows it says so with [`scan_before`](Self::scan_before).
    pub(in crate::csv) fn scan(&self, bytes: &[u8], state: State, marks: &mut Marks) -> Scanned {
        self.find(bytes, None, state, marks)
    }

    /// The same where the byte after them is known.
    pub(in crate::csv) fn scan_before(
        &self,
        bytes: &[u8],
        next: Option<u8>,
        state: State,
        marks: &mut Marks,
    ) -> Scanned {
        self.find(bytes, next, state, marks)
    }

    /// Counts the records that end in bytes that begin with one, which is faster than to mark their fields: blank lines are none.
    ///
    /// Not where there are escapes and comments: [`counts`](Self::counts) says so.
    pub(in crate::csv) fn count<'a>(&self, bytes: &'a [u8]) -> RecordCount<'a> {
        let mut count = RecordCount::new(bytes);
        self.find(bytes, None, State::RECORD, &mut count);
        count
    }

    /// Whether records can be told apart without their fields.
    pub(in crate::csv) fn counts(&self) -> bool {
        !self.one_by_one
    }

    fn find(
        &self,
        bytes: &[u8],
        next: Option<u8>,
        state: State,
        found: &mut impl Found,
    ) -> Scanned {
        let all = Piece {
            bytes,
            base: 0,
            next,
        };
        if self.one_by_one {
            let mut strays = 0;
            let state = self.step(all, state, &mut strays, found);
            return Scanned {
                state,
                strays,
                plain: false,
            };
        }
        #[cfg(target_arch = "x86_64")]
        if let Some(avx2) = self.avx2 {
            return avx2::blocks(avx2, self, all, state, found);
        }
        let lanes = Lanes::new(self.dialect);
        self.blocks(|block| lanes.masks(block), all, state, found)
    }

    /// Block after block, with whatever finds bytes among 64.
    #[expect(
        clippy::inline_always,
        reason = "it is compiled for the processor that its caller is compiled for"
    )]
    #[inline(always)]
    pub(super) fn blocks(
        &self,
        masks: impl Fn(&[u8; 64]) -> Masks,
        all: Piece<'_>,
        state: State,
        found: &mut impl Found,
    ) -> Scanned {
        let Piece { bytes, next, .. } = all;
        let (mut carry, mut strays, mut base) = (Carry::from(state), 0, 0);
        let mut carriages = 0;
        let (blocks, rest) = bytes.as_chunks::<64>();
        for block in blocks {
            let piece = Piece {
                bytes: block,
                base,
                next: bytes.get(base as usize + 64).copied().or(next),
            };
            let masks = masks(block);
            carriages |= masks.carriages;
            carry = self.block(masks, piece, carry, &mut strays, found);
            base += 64;
        }
        if !rest.is_empty() {
            let mut block = [0; 64];
            block[..rest.len()].copy_from_slice(rest);
            let piece = Piece {
                bytes: rest,
                base,
                next,
            };
            let masks = masks(&block);
            carriages |= masks.carriages;
            carry = self.block(masks, piece, carry, &mut strays, found);
        }
        Scanned {
            state: carry.state(),
            strays,
            plain: carriages == 0,
        }
    }

    #[expect(clippy::inline_always, reason = "as `blocks`, which it is the loop of")]
    #[inline(always)]
    fn block(
        &self,
        masks: Masks,
        from: Piece<'_>,
        carry: Carry,
        strays: &mut usize,
        found: &mut impl Found,
    ) -> Carry {
        let len = from.bytes.len() as u32;
        let within = u64::MAX >> (64 - len);
        let mut newlines = masks.newlines & within;
        if masks.carriages != 0 {
            newlines |= lone_carriages(masks, from) & within;
        }
        let mut ends = (masks.delimiters & within) | newlines;
        let quotes = masks.quotes & within & self.has_quote;
        let seen = carry.seen | quotes;
        let (mut inside, mut closing) = (0, 0);
        // Once there was one: which blocks have some is hard to foresee, and to look for none costs little.
        if seen != 0 {
            // From each opening quote to the byte before its closing one.
            inside = masks.odd_quotes ^ carry.inside;
            let opening = quotes & inside;
            closing = quotes & !inside;
            ends &= !inside;
            if opening & !(((ends | closing) << 1) | carry.opens) != 0 {
                return Carry::from(self.step(from, carry.state(), strays, found));
            }
        }
        let records = ends & newlines;
        found.block(Ends {
            base: from.base,
            fields: ends,
            records,
            carriages: masks.carriages,
        });
        let last = |bits: u64| (bits >> (len - 1)) & 1;
        Carry {
            seen,
            inside: last(inside).wrapping_neg(),
            opens: last(ends | closing),
            ended: last(ends),
            record: last(records),
        }
    }

    /// One byte after the other, however the quotes are.
    #[cold]
    fn step(
        &self,
        from: Piece<'_>,
        mut state: State,
        strays: &mut usize,
        found: &mut impl Found,
    ) -> State {
        let mut mark = |mark| found.mark(mark);
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
                    mark(at);
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
}

/// The carriage returns of a block that no line feed follows.
#[cold]
fn lone_carriages(masks: Masks, from: Piece<'_>) -> u64 {
    // Of the last nobody knows where nobody knows what follows.
    let unknown = from.next.is_none_or(|next| next == b'\n');
    let followed = (masks.newlines >> 1) | (u64::from(unknown) << (from.bytes.len() - 1));
    masks.carriages & !followed
}

/// What a block leaves to the next: a [`State`] in bits.
#[derive(Clone, Copy, Debug)]
struct Carry {
    /// Any bit once there was a quote.
    seen: u64,
    /// All bits inside of quotes, else none.
    inside: u64,
    /// 1 where a quote would open quotes: behind an end, and behind a quote that closed them.
    opens: u64,
    /// 1 behind the end of a field.
    ended: u64,
    /// 1 behind the end of a record.
    record: u64,
}

impl From<State> for Carry {
    fn from(state: State) -> Self {
        let (ended, record) = match state {
            State::FieldStart { record } => (1, u64::from(record)),
            _ => (0, 0),
        };
        let inside = u64::from(state == State::InQuotes).wrapping_neg();
        Self {
            seen: inside,
            inside,
            opens: ended | u64::from(state == State::AfterQuote),
            ended,
            record,
        }
    }
}

impl Carry {
    fn state(self) -> State {
        if self.inside != 0 {
            State::InQuotes
        } else if self.ended != 0 {
            State::FieldStart {
                record: self.record != 0,
            }
        } else if self.opens != 0 {
            State::AfterQuote
        } else {
            State::InField
        }
    }
}

/// Some bytes of those that are scanned.
#[derive(Clone, Copy)]
pub(super) struct Piece<'a> {
    pub(super) bytes: &'a [u8],
    /// Where they begin.
    pub(super) base: u32,
    /// What follows them, where that is known.
    pub(super) next: Option<u8>,
}

#[cfg(test)]
mod tests {
    use super::super::Records;
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
        let state = Scanner::new(dialect).step(from, State::RECORD, &mut 0, &mut marks);
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
        }

        /// With what every processor has, and with what this one has besides.
        #[test]
        fn every_processor_finds_the_same(
            bytes in proptest::collection::vec(
                proptest::sample::select(vec![b'a', b',', b'\n', b'"', b'\r', 0, 0xff]), 0..300),
            quotes in proptest::bool::ANY,
        ) {
            let quote = quotes.then_some(b'"');
            let dialect = Dialect { quote, ..Dialect::default() };
            let scanner = Scanner::new(dialect);
            let (expected, after) = marks(scanner, &bytes);
            let (mut found, all) = (Marks::default(), Piece { bytes: &bytes, base: 0, next: None });
            let lanes = Lanes::new(dialect);
            let everywhere =
                scanner.blocks(|block| lanes.masks(block), all, State::RECORD, &mut found);
            prop_assert_eq!(found.to_vec(), expected);
            prop_assert_eq!((everywhere.state, everywhere.strays), (after.state, after.strays));
        }

        /// Records are as many as those that are gathered.
        #[test]
        fn counted_records_are_those_with_marks(
            bytes in proptest::collection::vec(
                proptest::sample::select(vec![b'a', b',', b'\n', b'\n', b'"', b'\r', b'\r']), 0..300),
        ) {
            let scanner = Scanner::new(Dialect::default());
            let mut marks = Marks::default();
            scanner.scan(&bytes, State::RECORD, &mut marks);
            let mut records = Records::default();
            let gathered = records.gather_lines(&bytes, &marks, usize::MAX);
            let counted = scanner.count(&bytes);
            prop_assert_eq!(counted.records(), records.rows());
            prop_assert_eq!(counted.next(), gathered.next);
        }
    }
}
