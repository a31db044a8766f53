//! The fields of whole records, as many for each.

use std::ops::Range;

use super::marks::{COMMENT, Marks, POSITION, RECORD};

/// Where the fields of some records are in their bytes.
#[derive(Debug, Default)]
pub(in crate::csv) struct Records {
    columns: usize,
    /// Where each record begins.
    starts: Vec<u32>,
    /// Records of which nothing is known but that they are there.
    counted: usize,
    /// Where each field ends, `columns` a record, as positions or as marks. One that is not there ends before it begins.
    ends: Vec<u32>,
    /// Records with other than `columns` fields; those with more are not among the others unless they are cut.
    odd: Vec<Odd>,
}

/// A record with too many or too few fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::csv) struct Odd {
    /// Where it begins.
    pub(in crate::csv) start: u32,
    pub(in crate::csv) fields: u32,
}

/// Where the records end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::csv) struct Gathered {
    /// Where the next record begins.
    pub(in crate::csv) next: usize,
    /// Whether that is at or after the limit.
    pub(in crate::csv) at_limit: bool,
}

impl Records {
    pub(in crate::csv) fn rows(&self) -> usize {
        self.starts.len() + self.counted
    }

    /// Records with a number of fields of their own.
    pub(in crate::csv) fn odd(&self) -> &[Odd] {
        &self.odd
    }

    /// Where a record begins.
    pub(in crate::csv) fn start(&self, row: usize) -> usize {
        self.starts[row] as usize
    }

    /// The bytes of a field, quotes included; none where the record has fewer fields.
    pub(in crate::csv) fn field<'a>(&self, bytes: &'a [u8], row: usize, column: usize) -> &'a [u8] {
        bytes.get(self.field_range(row, column)).unwrap_or_default()
    }

    /// Where those are; the end before the beginning where the record has fewer fields.
    #[inline]
    pub(in crate::csv) fn field_range(&self, row: usize, column: usize) -> Range<usize> {
        let at = row * self.columns + column;
        let end = (self.ends[at] & POSITION) as usize;
        let start = if column == 0 {
            self.starts[row] as usize
        } else {
            self.ends[at - 1] as usize + 1
        };
        start..end
    }

    /// Gathers the records of `columns` fields that `marks` end; the first begins at 0. Stops before one that begins at `limit`
    /// or later.
    ///
    /// A blank line is no record. Missing fields at the end of one are empty. One with more fields is passed over and
    /// told, or cut where `cut` says so.
    pub(in crate::csv) fn gather(
        &mut self,
        bytes: &[u8],
        marks: &[u32],
        columns: usize,
        limit: usize,
        cut: bool,
    ) -> Gathered {
        self.clear(columns);
        self.ends.clear();
        let (mut start, mut at) = (0, 0);
        loop {
            if start >= limit {
                return Gathered {
                    next: start,
                    at_limit: true,
                };
            }
            if let Some([most @ .., last]) = marks.get(at..at + columns)
                && most.iter().fold(0, |all, mark| all | mark) <= POSITION
                && *last & !POSITION == RECORD
            {
                let newline = (last & POSITION) as usize;
                let field = most.last().map_or(start, |mark| *mark as usize + 1);
                let end = without_return(bytes, field, newline);
                if columns > 1 || end > start {
                    self.starts.push(start as u32);
                    self.ends.extend_from_slice(most);
                    self.ends.push(end as u32);
                }
                start = newline + 1;
                at += columns;
                continue;
            }
            let Some(len) = marks[at..].iter().position(|mark| mark & !POSITION != 0) else {
                break;
            };
            let (fields, mut after) = (&marks[at..=at + len], at + len + 1);
            let last = fields[len];
            let end = (last & POSITION) as usize;
            let mut next = end + 1;
            if last & COMMENT != 0 {
                let resume = if last & RECORD == 0 {
                    Some(&last)
                } else {
                    after += 1;
                    marks.get(after - 1)
                };
                // A comment whose end is not here yet is left for the next time.
                let Some(resume) = resume else { break };
                next = (resume & POSITION) as usize + 1;
            }
            if last & RECORD != 0 {
                self.odd_record(bytes, start, &fields[..len], end, cut);
            }
            (start, at) = (next, after);
        }
        Gathered {
            next: start,
            at_limit: false,
        }
    }

    /// As [`gather`](Self::gather) where all lines have all their fields and end with nothing but a line feed: takes the marks as they
    /// are. `None`, with the marks left alone, where some line is otherwise.
    ///
    /// `marks` are of bytes without carriage returns, escapes and comments.
    pub(in crate::csv) fn take(
        &mut self,
        marks: &mut Marks,
        columns: usize,
        limit: usize,
    ) -> Option<Gathered> {
        let rows = marks.len() / columns;
        let last = marks.get((rows * columns).checked_sub(1)?)? & POSITION;
        // Lines of one column may be blank.
        if columns == 1 || last as usize + 1 >= limit {
            return None;
        }
        self.clear(columns);
        let mut start = 0;
        let mut regular = true;
        self.starts.extend(marks.chunks_exact(columns).map(|line| {
            let end = line[columns - 1];
            regular &= end & RECORD != 0;
            std::mem::replace(&mut start, (end & POSITION) + 1)
        }));
        // As many records as there are lines, and each at the end of one: no other mark is of a record.
        let records: u32 = marks.iter().map(|mark| mark >> 31).sum();
        if !regular || records as usize != rows {
            return None;
        }
        marks.swap(&mut self.ends);
        Some(Gathered {
            next: start as usize,
            at_limit: false,
        })
    }

    /// So many records, of which nothing may be asked.
    pub(in crate::csv) fn count(&mut self, records: usize) {
        self.clear(0);
        self.counted = records;
    }

    fn clear(&mut self, columns: usize) {
        self.columns = columns;
        self.starts.clear();
        self.counted = 0;
        self.odd.clear();
    }

    /// Gathers records without their fields, by those marks that end lines: no field of them may be asked for.
    pub(in crate::csv) fn gather_lines(
        &mut self,
        bytes: &[u8],
        marks: &[u32],
        limit: usize,
    ) -> Gathered {
        self.clear(0);
        let mut start = 0;
        for mark in marks.iter().filter(|mark| *mark & RECORD != 0) {
            if start >= limit {
                break;
            }
            let end = (mark & POSITION) as usize;
            if without_return(bytes, start, end) > start {
                self.starts.push(start as u32);
            }
            start = end + 1;
        }
        Gathered {
            next: start,
            at_limit: start >= limit,
        }
    }

    /// A record that is blank, commented, short or long.
    fn odd_record(&mut self, bytes: &[u8], start: usize, most: &[u32], end: usize, cut: bool) {
        let field = most.last().map_or(start, |mark| *mark as usize + 1);
        let trimmed = without_return(bytes, field, end) as u32;
        if most.is_empty() && trimmed as usize == start {
            return;
        }
        let fields = most.len() + 1;
        if fields != self.columns {
            self.odd.push(Odd {
                start: start as u32,
                fields: fields as u32,
            });
        }
        if fields > self.columns && !cut {
            return;
        }
        self.starts.push(start as u32);
        let kept = most.len().min(self.columns);
        self.ends.extend_from_slice(&most[..kept]);
        if fields <= self.columns {
            self.ends.push(trimmed);
            let missing = self.columns - fields;
            self.ends.extend(std::iter::repeat_n(end as u32, missing));
        }
    }
}

/// Where a field ends that ends a line: before the carriage return of a line end of two bytes.
#[inline]
fn without_return(bytes: &[u8], field: usize, newline: usize) -> usize {
    let two = newline > field && bytes[newline - 1] == b'\r' && bytes[newline] == b'\n';
    newline - usize::from(two)
}

#[cfg(test)]
mod tests {
    use super::super::{Dialect, Marks, Scanner, State};
    use super::*;
    use proptest::prelude::*;
    use std::fmt::Write as _;

    fn rows(text: &str, columns: usize, limit: usize, cut: bool, dialect: Dialect) -> String {
        let bytes = text.as_bytes();
        let mut marks = Marks::default();
        Scanner::new(dialect).scan(bytes, State::RECORD, &mut marks);
        let mut records = Records::default();
        let gathered = records.gather(bytes, &marks, columns, limit, cut);
        let mut out = String::new();
        for row in 0..records.rows() {
            let fields: Vec<_> = (0..columns)
                .map(|column| String::from_utf8_lossy(records.field(bytes, row, column)))
                .collect();
            let _ = write!(out, "{}|", fields.join(";"));
        }
        let _ = write!(out, "{}", gathered.next);
        for odd in records.odd() {
            let _ = write!(out, " {}:{}", odd.start, odd.fields);
        }
        out
    }

    proptest! {
        /// Marks that are taken over are those that are gathered.
        #[test]
        fn whole_lines_are_taken_as_they_are(
            lines in proptest::collection::vec("[ab]{0,3}(,[ab]{0,3}){2}", 0..20),
            odd in proptest::option::of("\\PC{0,6}"),
            rest in "[ab,]{0,6}",
            limit in 0..200_usize,
        ) {
            let mut text = String::new();
            for line in &lines {
                let _ = writeln!(text, "{line}");
            }
            let regular = odd.is_none() && !lines.is_empty() && limit > text.len();
            if let Some(odd) = odd {
                let _ = writeln!(text, "{odd}\n{}", lines.concat());
            }
            let bytes = [text.as_bytes(), rest.as_bytes()].concat();
            let mut marks = Marks::default();
            Scanner::new(Dialect::default()).scan(&bytes, State::RECORD, &mut marks);
            let (mut gathered, mut taken) = (Records::default(), Records::default());
            let expected = gathered.gather(&bytes, &marks, 3, limit, false);
            if let Some(found) = taken.take(&mut marks, 3, limit) {
                prop_assert_eq!(found, expected);
                prop_assert_eq!(taken.rows(), gathered.rows());
                prop_assert!(gathered.odd().is_empty());
                for row in 0..taken.rows() {
                    prop_assert_eq!(taken.start(row), gathered.start(row));
                    for column in 0..3 {
                        let range = gathered.field_range(row, column);
                        prop_assert_eq!(taken.field_range(row, column), range);
                    }
                }
            } else {
                prop_assert!(!regular || rest.matches(',').count() > 2);
            }
        }
    }

    #[test]
    fn records_have_as_many_fields_as_columns() {
        let comments = Dialect {
            comment: Some(b'#'),
            ..Dialect::default()
        };
        let plain = Dialect::default();
        let cases = [
            ("a,b\nc,d\n", 2, 99, false, plain, "a;b|c;d|8"),
            ("a,b\r\n\r\nc,\r\n", 2, 99, false, plain, "a;b|c;|11"),
            ("a,b\n\n\nc,d\ne", 2, 99, false, plain, "a;b|c;d|10"),
            ("a\n\nb\n", 1, 99, false, plain, "a|b|5"),
            ("a\n\"\"\nb\n", 1, 99, false, plain, "a|\"\"|b|7"),
            ("a\nb,c,d\n,,\n", 2, 99, false, plain, "a;|11 0:1 2:3 8:3"),
            (
                "a\nb,c,d\n,,\n",
                2,
                99,
                true,
                plain,
                "a;|b;c|;|11 0:1 2:3 8:3",
            ),
            ("a,b\nc,d\ne,f\n", 2, 4, false, plain, "a;b|4"),
            ("a,b\nc,d\ne,f\n", 2, 5, false, plain, "a;b|c;d|8"),
            (
                "#x,y\na,b#z\n#\nc,d\n",
                2,
                99,
                false,
                comments,
                "a;b|c;d|17",
            ),
            ("a,b\n#x", 2, 99, false, comments, "a;b|4"),
        ];
        for (text, columns, limit, cut, dialect, expected) in cases {
            assert_eq!(
                rows(text, columns, limit, cut, dialect),
                expected,
                "{text:?}"
            );
        }
    }
}
