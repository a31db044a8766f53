//! The ladder itself: which table the keys are in, and the steps between tables.

use std::fmt;

use arrow_array::{Array, ArrayRef};
use swath_meta::DType;

use super::codes::is_packable;
use super::dictionary::Text;
use super::direct::{Direct, is_worth, range_of};
use super::fixed::Fixed;
use super::packed::Packed;
use super::rows::EncodedRows;
use super::strategy::{Fit, Strategy};
use crate::KernelError;
use crate::encoding::{entry, plain_type};
use crate::error::check_rows;

/// The largest number of groups; ids are 32 bits, and tables keep one value for "none".
const MOST_GROUPS: u64 = u32::MAX as u64 - 1;

/// Gives each distinct row of key columns a number, in order of first sight.
///
/// Null is a key like any other (drop such rows first to drop their group); `-0.0` is `0.0` and all
/// NaN are one key. The encoding of a batch does not matter, and may change between batches.
///
/// Costs, in the table it finds itself in, measured by `benches/kernels.rs` on two busy shared cores: dense
/// integers and codes of a dictionary 2 to 3 ns a row, 12 when the array leaves the cache; other numbers 5 ns
/// for few groups, 13 for 100,000, 50 for a million; short text 9 to 25 ns; two dictionaries of a hundred
/// entries 8 ns; rows of any other shape 60 ns and up.
///
/// ```
/// use arrow_array::{ArrayRef, Int64Array, cast::AsArray, types::Int64Type};
/// use std::sync::Arc;
/// use swath_kernels::Grouper;
/// use swath_meta::DType;
///
/// let mut grouper = Grouper::try_new(&[DType::Int64])?;
/// let keys: ArrayRef = Arc::new(Int64Array::from(vec![Some(30), None, Some(10), Some(30)]));
/// let mut ids = Vec::new();
/// grouper.group(&[keys], 4, &mut ids)?;
/// assert_eq!(ids, [0, 1, 2, 0]);
/// let found: Vec<_> = grouper.keys()?[0].as_primitive::<Int64Type>().iter().collect();
/// assert_eq!(found, [Some(30), None, Some(10)]);
/// # Ok::<(), swath_kernels::KernelError>(())
/// ```
pub struct Grouper {
    dtypes: Vec<DType>,
    /// `None` until the first row has been seen.
    table: Option<Box<dyn Strategy>>,
}

impl Grouper {
    /// Makes a grouper of no groups for keys of these dtypes. Allocates nothing yet.
    ///
    /// # Errors
    /// [`KernelError::NoKeys`].
    pub fn try_new(keys: &[DType]) -> Result<Self, KernelError> {
        if keys.is_empty() {
            return Err(KernelError::NoKeys);
        }
        Ok(Self {
            dtypes: keys.to_vec(),
            table: None,
        })
    }

    /// Replaces `ids` by the ids of `rows` rows, giving new keys the next ids.
    ///
    /// # Errors
    /// [`KernelError::ColumnCount`], [`KernelError::RowCount`], [`KernelError::Encoding`] if a column is not
    /// of its key's dtype, [`KernelError::TooManyGroups`].
    pub fn group(
        &mut self,
        keys: &[ArrayRef],
        rows: usize,
        ids: &mut Vec<u32>,
    ) -> Result<(), KernelError> {
        ids.clear();
        let keys = self.entry(keys, rows)?;
        if rows == 0 {
            return Ok(());
        }
        if self.groups() as u64 + rows as u64 > MOST_GROUPS {
            return Err(KernelError::TooManyGroups { limit: MOST_GROUPS });
        }
        ids.reserve(rows);
        let mut table = match self.table.take() {
            Some(table) => table,
            None => self.first_table(&keys)?,
        };
        let result = run(&mut table, &keys, rows, ids);
        self.table = Some(table);
        result
    }

    /// Number of groups so far.
    pub fn groups(&self) -> usize {
        self.table.as_ref().map_or(0, |table| table.groups())
    }

    /// The keys of the groups: one column a key in its border encoding, one row a group.
    ///
    /// Copies them; the grouper can go on.
    ///
    /// # Errors
    /// [`KernelError::Arrow`] if text exceeds what one column can hold.
    pub fn keys(&self) -> Result<Vec<ArrayRef>, KernelError> {
        match &self.table {
            Some(table) => table.keys(),
            None => Ok(self
                .dtypes
                .iter()
                .map(|dtype| arrow_array::new_empty_array(&dtype.border()))
                .collect()),
        }
    }

    /// Bytes of the tables, by capacity.
    pub fn bytes(&self) -> u64 {
        self.table.as_ref().map_or(0, |table| table.bytes())
    }

    /// Bytes that the tables may take on top while `rows` more rows are grouped, were each of them a new key: a table that is
    /// full is copied to one four times as large, and both are there for a moment.
    ///
    /// Ask for them before [`group`](Self::group), and afterwards count [`bytes`](Self::bytes). Not foreseen are a change of
    /// table, and an array of dense keys that must reach further: at most 8 MiB, or 32 bytes a group.
    pub fn growth(&self, rows: usize) -> u64 {
        self.table.as_ref().map_or(0, |table| table.growth(rows))
    }

    /// About the bytes of what [`keys`](Self::keys) makes.
    pub fn key_bytes(&self) -> u64 {
        self.table.as_ref().map_or(0, |table| table.key_bytes())
    }

    /// The table the keys are in now: `dictionary`, `direct`, `fixed`, `packed` or `rows`; `none`
    /// before the first row. For `explain`, tests and benchmarks.
    pub fn strategy(&self) -> &'static str {
        self.table.as_ref().map_or("none", |table| table.name())
    }

    /// Checks the columns and brings each to an encoding that the tables read.
    fn entry(&self, keys: &[ArrayRef], rows: usize) -> Result<Vec<ArrayRef>, KernelError> {
        if keys.len() != self.dtypes.len() {
            return Err(KernelError::ColumnCount {
                operation: "group",
                expected: self.dtypes.len(),
                found: keys.len(),
            });
        }
        check_rows("group", keys, rows)?;
        keys.iter()
            .zip(&self.dtypes)
            .map(|(key, dtype)| entry("group", key, dtype))
            .collect()
    }

    fn first_table(&self, keys: &[ArrayRef]) -> Result<Box<dyn Strategy>, KernelError> {
        if !self.dtypes.iter().all(is_packable) {
            return Ok(Box::new(EncodedRows::try_new(&self.dtypes)?));
        }
        let [dtype] = &self.dtypes[..] else {
            return Ok(Box::new(Packed::new(&self.dtypes)));
        };
        let data_type = plain_type(dtype);
        Ok(match dtype {
            DType::String | DType::Category | DType::Binary => Box::new(Text::new(dtype.clone())),
            DType::Float32 | DType::Float64 => Box::new(Fixed::new(data_type, 0, 0)),
            _ => {
                let (base, span) = range_of(&keys[0]).unwrap_or((0, 0));
                let range = span.saturating_add(1);
                if is_worth(range, keys[0].len() as u64, 0) {
                    Box::new(Direct::new(data_type, base, range, 0))
                } else {
                    Box::new(Fixed::new(data_type, 0, 0))
                }
            }
        })
    }
}

/// Groups the rows, changing tables where one does not fit.
fn run(
    table: &mut Box<dyn Strategy>,
    keys: &[ArrayRef],
    rows: usize,
    ids: &mut Vec<u32>,
) -> Result<(), KernelError> {
    match table.group(keys, ids)? {
        Fit::All => {
            if let Some(next) = table.cheaper() {
                change(table, next)?;
            }
            Ok(())
        }
        Fit::Until { row, next } => {
            change(table, next)?;
            let rest: Vec<ArrayRef> = keys.iter().map(|key| key.slice(row, rows - row)).collect();
            run(table, &rest, rows - row, ids)
        }
    }
}

/// Moves the groups to `next`, which gives them the ids they have.
fn change(table: &mut Box<dyn Strategy>, mut next: Box<dyn Strategy>) -> Result<(), KernelError> {
    let mut ids = Vec::with_capacity(table.groups());
    let fit = next.group(&table.keys()?, &mut ids)?;
    debug_assert!(
        matches!(fit, Fit::All),
        "the next table takes the groups of the last"
    );
    debug_assert!(
        ids.iter().enumerate().all(|(at, &id)| at == id as usize),
        "ids are stable"
    );
    *table = next;
    Ok(())
}

impl fmt::Debug for Grouper {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Grouper")
            .field("keys", &self.dtypes)
            .field("strategy", &self.strategy())
            .field("groups", &self.groups())
            .finish_non_exhaustive()
    }
}
