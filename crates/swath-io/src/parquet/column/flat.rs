//! A column without nesting: pages, levels, and values that a strategy collects.

use arrow_array::cast::AsArray;
use arrow_array::{ArrayRef, BooleanArray};
use arrow_buffer::{BooleanBuffer, BooleanBufferBuilder, NullBuffer, NullBufferBuilder};
use arrow_select::filter::filter;
use parquet::file::metadata::ColumnChunkMetaData;

use super::hybrid::{Codes, Hybrid};
use super::pages::{Buffers, Page, Pages, Place};
use super::thrift::{Encoding, PageKind};
use super::{ColumnError, ColumnReader};

/// Collects values of a column, without nulls, and makes arrays of them.
pub(super) trait Values: Send {
    /// Takes the dictionary, before any codes; its bytes come again with the codes.
    fn dictionary(&mut self, bytes: &[u8], entries: usize) -> Result<(), ColumnError>;

    /// Appends those of the next `count` plain values that `keep` says. `at` is where they begin in `bytes`; returns where they
    /// end.
    fn plain(
        &mut self,
        bytes: &[u8],
        at: usize,
        count: usize,
        keep: Option<&BooleanBuffer>,
    ) -> Result<usize, ColumnError>;

    /// Steps over `count` plain values; returns where they end.
    fn skip_plain(&self, bytes: &[u8], at: usize, count: usize) -> Result<usize, ColumnError>;

    /// Appends the entries of the dictionary that codes name.
    fn coded(&mut self, codes: Codes<'_>, dictionary: &[u8]) -> Result<(), ColumnError>;

    /// Values appended since the last array.
    fn len(&self) -> usize;

    /// Makes room for values that will be appended.
    fn reserve(&mut self, additional: usize);

    /// Moves the values from `start` on apart, so that there is one for each bit of `valid`; anything stands where it is unset.
    fn spread(&mut self, start: usize, valid: &BooleanBuffer);

    /// The values since the last array as an array.
    fn finish(&mut self, nulls: Option<NullBuffer>) -> Result<ArrayRef, ColumnError>;
}

/// The values that no page is left for.
const ENDS: ColumnError = ColumnError::Corrupt("pages end before the row group does");

/// A flat column on its way down the pages.
pub(super) struct Flat<V> {
    pages: Pages,
    values: V,
    page: Page,
    dictionary: Place,
    /// Rows of the page that are still to come, and those before them.
    left: usize,
    before: usize,
    /// Which rows of the page are not null, where any is.
    valid: Option<BooleanBuffer>,
    state: State,
    decoded: u64,
}

/// Where the values of the page stand.
enum State {
    Plain(usize),
    Coded { hybrid: Hybrid, codes: Place },
}

impl<V: Values> Flat<V> {
    pub(super) fn open(
        chunk: &ColumnChunkMetaData,
        buffers: Buffers,
        values: V,
    ) -> Result<Self, ColumnError> {
        Ok(Self {
            pages: Pages::open(chunk, buffers)?,
            values,
            page: Page::default(),
            dictionary: Place::default(),
            left: 0,
            before: 0,
            valid: None,
            state: State::Plain(0),
            decoded: 0,
        })
    }

    /// Goes to the next data page. Returns how many of the next rows were stepped over with it, where none of them is wanted;
    /// `unwanted` says so of a number of rows.
    fn next_page(&mut self, unwanted: impl Fn(usize) -> bool) -> Result<usize, ColumnError> {
        loop {
            let closed = self.pages.next()?.ok_or(ENDS)?;
            let (rows, nulls, encoding) = match closed.header.kind {
                PageKind::Dictionary { values, encoding } => {
                    if !matches!(encoding, Encoding::Plain | Encoding::Dictionary) {
                        return Err(ColumnError::Corrupt(
                            "a dictionary that is not plain values",
                        ));
                    }
                    self.dictionary = self.pages.load_dictionary(&closed)?;
                    self.values
                        .dictionary(self.pages.bytes(&self.dictionary), values)?;
                    continue;
                }
                PageKind::Data {
                    values, encoding, ..
                } => (values, None, encoding),
                PageKind::DataV2 {
                    values,
                    nulls,
                    encoding,
                    ..
                } => (values, Some(nulls), encoding),
                PageKind::Other => continue,
            };
            if rows == 0 {
                continue;
            }
            if unwanted(rows) {
                return Ok(rows);
            }
            self.page = self.pages.load(&closed)?;
            (self.left, self.before) = (rows, 0);
            self.valid = match (&self.page.levels, nulls) {
                (None, _) | (Some(_), Some(0)) => None,
                (Some(levels), _) => validity(self.pages.bytes(levels), rows)?,
            };
            let bytes = self.pages.bytes(&self.page.values);
            self.state = match encoding {
                Encoding::Plain => State::Plain(0),
                // A page of nulls alone may have no values at all, not even their width.
                Encoding::Dictionary if bytes.is_empty() => State::Plain(0),
                Encoding::Dictionary => State::Coded {
                    hybrid: Hybrid::new(bytes[0])?,
                    codes: self.page.values.clone(),
                },
                _ => {
                    return Err(ColumnError::Corrupt(
                        "a page in another encoding than the footer says",
                    ));
                }
            };
            return Ok(0);
        }
    }

    /// Steps over the next rows of the page.
    fn skip_in_page(&mut self, rows: usize) -> Result<(), ColumnError> {
        let values = match &self.valid {
            Some(valid) => valid.slice(self.before, rows).count_set_bits(),
            None => rows,
        };
        // What is at the end of a page need not be walked to.
        if rows < self.left {
            match &mut self.state {
                State::Plain(at) => {
                    *at =
                        self.values
                            .skip_plain(self.pages.bytes(&self.page.values), *at, values)?;
                }
                State::Coded { hybrid, codes } => {
                    hybrid.skip(&self.pages.bytes(codes)[1..], values)?;
                }
            }
        }
        self.step(rows);
        Ok(())
    }

    fn step(&mut self, rows: usize) {
        self.left -= rows;
        self.before += rows;
    }

    /// Appends those of the next `count` values of the page that `keep` says.
    fn append(&mut self, count: usize, keep: Option<&BooleanBuffer>) -> Result<(), ColumnError> {
        let Self {
            pages,
            values,
            state,
            page,
            dictionary,
            ..
        } = self;
        match state {
            State::Plain(at) => *at = values.plain(pages.bytes(&page.values), *at, count, keep)?,
            State::Coded { hybrid, codes } => {
                let bytes = &pages.bytes(codes)[1..];
                let dictionary = pages.bytes(dictionary);
                let mut out = |codes: Codes<'_>| values.coded(codes, dictionary);
                match keep {
                    Some(keep) => hybrid.read_kept(bytes, keep, &mut out)?,
                    None => hybrid.read(bytes, count, &mut out)?,
                }
            }
        }
        Ok(())
    }

    /// Appends those of the next rows of the page that `keep` says, nulls and all.
    fn read_in_page(
        &mut self,
        rows: usize,
        keep: Option<&BooleanBuffer>,
        nulls: &mut NullBufferBuilder,
    ) -> Result<(), ColumnError> {
        let start = self.values.len();
        match self
            .valid
            .as_ref()
            .map(|valid| valid.slice(self.before, rows))
        {
            None => {
                self.append(rows, keep)?;
                let kept = self.values.len() - start;
                nulls.append_n_non_nulls(kept);
                self.decoded += kept as u64;
            }
            Some(valid) => {
                let count = valid.count_set_bits();
                let kept_values = keep.map(|keep| compress(keep, &valid));
                let kept_valid = keep.map_or_else(|| valid.clone(), |keep| compress(&valid, keep));
                self.append(count, kept_values.as_ref())?;
                self.decoded += (self.values.len() - start) as u64;
                self.values.spread(start, &kept_valid);
                nulls.append_buffer(&NullBuffer::new(kept_valid));
            }
        }
        self.step(rows);
        Ok(())
    }
}

impl<V: Values> ColumnReader for Flat<V> {
    fn read(&mut self, rows: usize, keep: Option<&BooleanBuffer>) -> Result<ArrayRef, ColumnError> {
        let wanted = keep.map_or(rows, BooleanBuffer::count_set_bits);
        let mut nulls = NullBufferBuilder::new(wanted);
        let mut at = 0;
        let mut reserved = false;
        while at < rows {
            if self.left == 0 {
                let unwanted = |page: usize| {
                    at + page <= rows
                        && keep.is_some_and(|keep| keep.slice(at, page).count_set_bits() == 0)
                };
                let stepped = self.next_page(unwanted)?;
                at += stepped;
                if stepped > 0 {
                    continue;
                }
            }
            if !reserved {
                // Only now: rows that a hostile footer invents have no page.
                self.values.reserve(wanted);
                reserved = true;
            }
            let take = self.left.min(rows - at);
            let part = keep.map(|keep| keep.slice(at, take));
            match part {
                Some(part) if part.count_set_bits() == 0 => self.skip_in_page(take)?,
                Some(part) if part.count_set_bits() < take => {
                    self.read_in_page(take, Some(&part), &mut nulls)?;
                }
                _ => self.read_in_page(take, None, &mut nulls)?,
            }
            at += take;
        }
        self.values.finish(nulls.finish())
    }

    fn skip(&mut self, rows: usize) -> Result<(), ColumnError> {
        let mut at = 0;
        while at < rows {
            if self.left == 0 {
                let stepped = self.next_page(|page| at + page <= rows)?;
                at += stepped;
                if stepped > 0 {
                    continue;
                }
            }
            let take = self.left.min(rows - at);
            self.skip_in_page(take)?;
            at += take;
        }
        Ok(())
    }

    fn decoded(&self) -> u64 {
        self.decoded
    }

    fn into_buffers(self: Box<Self>) -> Option<Buffers> {
        Some(self.pages.into_buffers())
    }
}

/// Reads definition levels of one bit; nothing where every row has a value.
fn validity(levels: &[u8], rows: usize) -> Result<Option<BooleanBuffer>, ColumnError> {
    let mut hybrid = Hybrid::new(1)?;
    let mut valid = BooleanBufferBuilder::new(0);
    let mut all = true;
    let mut seen = 0;
    hybrid.read(levels, rows, &mut |codes| {
        match codes {
            Codes::Run(level, count) => {
                if level > 1 {
                    return Err(ColumnError::Corrupt(
                        "a level that a column without nesting cannot have",
                    ));
                }
                // Nothing is written while all rows have values, the usual case.
                if all && level == 0 {
                    valid.append_n(seen, true);
                    all = false;
                }
                if !all {
                    valid.append_n(count, level == 1);
                }
                seen += count;
            }
            Codes::Each(codes) => {
                if all && codes.contains(&0) {
                    valid.append_n(seen, true);
                    all = false;
                }
                if !all {
                    for level in codes {
                        valid.append(*level == 1);
                    }
                }
                seen += codes.len();
            }
        }
        Ok(())
    })?;
    Ok((!all).then(|| valid.finish()))
}

/// The bits of `bits` where `at` is set.
pub(super) fn compress(bits: &BooleanBuffer, at: &BooleanBuffer) -> BooleanBuffer {
    let (bits, at) = (
        BooleanArray::new(bits.clone(), None),
        BooleanArray::new(at.clone(), None),
    );
    let kept = filter(&bits, &at).expect("two masks of one length filter");
    kept.as_boolean().values().clone()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_become_validity() {
        // A run of 8 ones.
        assert_eq!(validity(&[16, 1], 8), Ok(None));
        // A packed group.
        assert_eq!(
            validity(&[3, 0b1011_0111], 8),
            Ok(Some(
                [true, true, true, false, true, true, false, true]
                    .into_iter()
                    .collect()
            ))
        );
        // A run of 4 ones, then one of 4 zeros.
        assert_eq!(
            validity(&[8, 1, 8, 0], 8),
            Ok(Some((0..8).map(|at| at < 4).collect()))
        );
        assert!(validity(&[8, 1], 8).is_err());
        assert!(validity(&[16, 2], 8).is_err());
    }
}
