//! Where a record begins, as far as the bytes from somewhere inside of one tell.

use super::Dialect;
use super::marks::{Marks, POSITION, ends_line};
use super::records::Records;
use super::scanner::{Scanned, Scanner, State};

/// The first place where a record begins, if the bytes begin outside of quotes, or inside, whichever fits better; `None` where
/// neither has one within the bytes.
///
/// What stands in quotes could be any records, so this is a guess: whoever reads up to here knows better.
pub(in crate::csv) fn guess(bytes: &[u8], dialect: Dialect, columns: usize) -> Option<usize> {
    let bare = reading(bytes, dialect, columns, State::InField);
    let Some(quote) = dialect.quote else {
        return bare.map(|reading| reading.start);
    };
    if !bytes.contains(&quote) {
        return bare.map(|reading| reading.start);
    }
    let quoted = reading(bytes, dialect, columns, State::InQuotes);
    match (bare, quoted) {
        (Some(bare), Some(quoted)) if quoted.fits_better(&bare) => Some(quoted.start),
        (Some(bare), _) => Some(bare.start),
        (None, quoted) => quoted.map(|reading| reading.start),
    }
}

/// The bytes as they read in one of two ways.
struct Reading {
    start: usize,
    records: usize,
    /// Records with another number of fields, and quotes where none belong.
    faults: usize,
}

impl Reading {
    fn fits_better(&self, other: &Self) -> bool {
        // Fewer faults a record, without a division.
        self.faults * (other.records + 1) < other.faults * (self.records + 1)
    }
}

fn reading(bytes: &[u8], dialect: Dialect, columns: usize, state: State) -> Option<Reading> {
    let scanner = Scanner::new(dialect);
    let mut marks = Marks::default();
    scanner.scan(bytes, state, &mut marks);
    let first = marks.iter().find(|mark| ends_line(**mark))?;
    let start = (first & POSITION) as usize + 1;
    let rest = &bytes[start..];
    marks.clear();
    let Scanned { strays, .. } = scanner.scan(rest, State::RECORD, &mut marks);
    let mut records = Records::default();
    records.gather(rest, &marks, columns, usize::MAX, true);
    Some(Reading {
        start,
        records: records.rows(),
        faults: records.odd().len() + strays,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_start_is_where_the_records_fit() {
        let guessed = |text: &str| guess(text.as_bytes(), Dialect::default(), 2);
        assert_eq!(guessed("b\nc,d\ne,f\n"), Some(2));
        assert_eq!(guessed("\nc,d\n"), Some(1));
        assert_eq!(guessed("no end"), None);
        // The rest of a text with line ends, then records.
        assert_eq!(guessed("x\ny\",1\nc,\"d\nd\"\ne,f\n"), Some(7));
        // Records with texts.
        assert_eq!(guessed("b\nc,\"d\nd\"\ne,f\n"), Some(2));
    }
}
