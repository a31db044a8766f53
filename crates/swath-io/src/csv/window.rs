//! The columns of one window: which are parsed, of which records.

use arrow_array::{Array, ArrayRef, BooleanArray};
use arrow_buffer::BooleanBuffer;
use arrow_schema::ArrowError;
use arrow_select::filter::filter;
use std::sync::Arc;

use super::column::{Column, Fields, Rows};
use super::layout::Layout;
use super::nulls::Nulls;
use super::scan::Records;
use crate::ScanStats;
use crate::text::PathColumn;

/// A column that is read.
pub(super) struct Wanted {
    name: Arc<str>,
    values: Values,
}

enum Values {
    /// Those of a column of the file.
    Of { position: usize, column: Column },
    /// The path of the file.
    Path,
}

impl Wanted {
    /// A column of the files, or else the one with their paths.
    pub(super) fn new(name: &Arc<str>, layout: &Layout) -> Self {
        let values = match layout.position(name) {
            Some(position) => Values::Of {
                position,
                column: layout
                    .column(position)
                    .expect("layouts have dtypes that text can be"),
            },
            None => Values::Path,
        };
        Self {
            name: Arc::clone(name),
            values,
        }
    }

    pub(super) fn name(&self) -> &Arc<str> {
        &self.name
    }

    /// Its place in the files, where it has one.
    pub(super) fn position(&self) -> Option<usize> {
        match self.values {
            Values::Of { position, .. } => Some(position),
            Values::Path => None,
        }
    }
}

/// Parses the columns of one window.
pub(super) struct Columns<'a> {
    bytes: &'a [u8],
    records: &'a Records,
    layout: &'a Layout,
    nulls: &'a Nulls,
    path: &'a PathColumn,
    /// Fields that are no values: their records and columns.
    bad: Vec<(u32, usize)>,
    /// Values of each column that were parsed.
    parsed: Vec<(usize, usize)>,
}

impl<'a> Columns<'a> {
    pub(super) fn new(
        bytes: &'a [u8],
        records: &'a Records,
        layout: &'a Layout,
        nulls: &'a Nulls,
        path: &'a PathColumn,
    ) -> Self {
        Self {
            bytes,
            records,
            layout,
            nulls,
            path,
            bad: Vec::new(),
            parsed: Vec::new(),
        }
    }

    /// The column that is the `at`th to be read, in some of the records.
    pub(super) fn parse(&mut self, at: usize, wanted: &mut Wanted, rows: Rows<'_>) -> ArrayRef {
        let (position, column) = match &mut wanted.values {
            Values::Of { position, column } => (*position, column),
            Values::Path => {
                let len = match rows {
                    Rows::All => self.records.rows(),
                    Rows::Some(rows) => rows.len(),
                };
                return self.path.repeat(len);
            }
        };
        let fields = Fields {
            bytes: self.bytes,
            records: self.records,
            column: position,
            rows,
            dialect: &self.layout.dialect,
            nulls: self.nulls,
        };
        let parsed = column.parse(&fields);
        let rows = (parsed.bad.iter()).map(|&place| fields.row(place as usize) as u32);
        self.bad.extend(rows.map(|row| (row, at)));
        self.parsed.push((at, parsed.array.len()));
        parsed.array
    }

    /// Counts what was parsed; gives the fields that are no values.
    pub(super) fn count_into(self, stats: &mut ScanStats, wanted: &[Wanted]) -> Vec<(u32, usize)> {
        for (at, values) in self.parsed {
            let name = Arc::clone(wanted[at].name());
            *stats.values_decoded.entry(name).or_default() += values as u64;
        }
        self.bad
    }
}

/// The records of a window that pass its predicate.
pub(super) struct Passing {
    records: usize,
    mask: Option<BooleanBuffer>,
    /// Those that pass, where the other columns are parsed for them alone.
    some: Option<Vec<u32>>,
}

impl Passing {
    pub(super) fn all(records: usize) -> Self {
        Self {
            records,
            mask: None,
            some: None,
        }
    }

    pub(super) fn of(mask: BooleanBuffer) -> Self {
        let records = mask.len();
        let passed = mask.count_set_bits();
        if passed == records {
            return Self::all(records);
        }
        // Few that do not pass cost less parsed than left out.
        let some =
            (passed * 8 < records * 7).then(|| mask.set_indices().map(|at| at as u32).collect());
        Self {
            records,
            mask: Some(mask),
            some,
        }
    }

    /// The records that the other columns are parsed for.
    pub(super) fn rows(&self) -> Rows<'_> {
        match &self.some {
            Some(some) => Rows::Some(some),
            None => Rows::All,
        }
    }

    /// How many those are.
    pub(super) fn parsed(&self) -> usize {
        self.some.as_ref().map_or(self.records, Vec::len)
    }

    /// A column of all records, cut to those that the others are parsed for.
    pub(super) fn filtered(&self, array: &ArrayRef) -> Result<ArrayRef, ArrowError> {
        match (&self.mask, &self.some) {
            (Some(mask), Some(_)) => filter(array, &BooleanArray::new(mask.clone(), None)),
            _ => Ok(Arc::clone(array)),
        }
    }

    /// Which of the records that are parsed are live, where not all are: those that pass, and of them those that fit.
    pub(super) fn selection(&self, fits: Option<BooleanBuffer>) -> Option<BooleanBuffer> {
        match (&self.some, &self.mask, fits) {
            (Some(some), _, Some(fits)) => {
                Some(some.iter().map(|row| fits.value(*row as usize)).collect())
            }
            (Some(_), _, None) => None,
            (None, Some(mask), Some(fits)) => Some(mask & &fits),
            (None, mask, fits) => fits.or_else(|| mask.clone()),
        }
    }
}
