//! One row group, a window of rows at a time: first the columns of the predicate, then those rows of the others that passed.

use arrow_array::cast::AsArray;
use arrow_array::types::{Float32Type, Float64Type};
use arrow_array::{Array, ArrayRef, ArrowPrimitiveType, BooleanArray, PrimitiveArray};
use arrow_buffer::bit_iterator::BitIndexIterator;
use arrow_buffer::{ArrowNativeType, BooleanBuffer, BooleanBufferBuilder, NullBuffer};
use arrow_cast::{CastOptions, cast_with_options};
use arrow_schema::DataType;
use arrow_select::filter::FilterBuilder;
use bytes::Bytes;
use std::fmt;
use std::ops::Range;
use std::sync::Arc;
use swath_batch::{Chunk, Selection};
use swath_expr::Bound;
use swath_meta::DType;

use super::column::{Buffers, ColumnReader, Strategy, open_column, strategy};
use super::contain::contain;
use super::footer::{Footer, chunk_range};
use super::options::{FilterTime, Tuning};
use super::reader::{Columns, Kept};
use crate::{IoError, RangeReader, ScanStats};

/// Rows of a window while a predicate drops most of them: about a page, so that its bytes are used while they are near.
const FILTER_ROWS: usize = 128 * 1024;

/// The share of passing rows up to which the others are dropped before the other columns are decoded. Taking values
/// out one by one costs about three times as much a value as decoding all in a row.
const EARLY: f64 = 0.3;

/// A row group on its way.
pub(super) struct RowGroup {
    reader: Arc<dyn RangeReader>,
    footer: Arc<Footer>,
    number: usize,
    positions: Arc<[usize]>,
    predicate: Option<Bound>,
    /// The rows that the page index does not rule out.
    wanted: Option<BooleanBuffer>,
    tuning: Tuning,
    batch_rows: usize,
    rows: usize,
    at: usize,
    columns: Vec<Option<Box<dyn ColumnReader>>>,
    /// For each column the bytes of its leaves, where they were fetched together with those of others.
    fetched: Vec<Option<Vec<Bytes>>>,
    /// For each column the row that it is at.
    reached: Vec<usize>,
}

/// What a window gave.
pub(super) enum Windowed {
    /// Some rows, one of them live at least.
    Rows(Chunk),
    /// No row passed.
    Nothing,
    /// There was no row left.
    End,
}

impl RowGroup {
    #[expect(
        clippy::too_many_arguments,
        reason = "the parts of one value, made in one place"
    )]
    pub(super) fn new(
        reader: Arc<dyn RangeReader>,
        footer: Arc<Footer>,
        number: usize,
        positions: Arc<[usize]>,
        predicate: Option<Bound>,
        wanted: Option<BooleanBuffer>,
        tuning: Tuning,
        batch_rows: usize,
    ) -> Self {
        let rows = footer.metadata.row_group(number).num_rows() as usize;
        let columns = positions.iter().map(|_| None).collect();
        let fetched = vec![None; positions.len()];
        let reached = vec![0; positions.len()];
        Self {
            reader,
            footer,
            number,
            positions,
            predicate,
            wanted,
            tuning,
            batch_rows,
            rows,
            at: 0,
            columns,
            fetched,
            reached,
        }
    }

    /// Reads the next rows.
    pub(super) fn next_window(
        &mut self,
        columns: &mut Columns,
        stats: &mut ScanStats,
    ) -> Result<Windowed, IoError> {
        if self.at >= self.rows {
            return Ok(Windowed::End);
        }
        let early = match self.tuning.filter {
            FilterTime::Auto => columns.passing.is_none_or(|passing| passing < EARLY),
            FilterTime::Early => true,
            FilterTime::Late => false,
        };
        let most = match (&self.predicate, columns.passing) {
            // Not before something is known: the first window is a small one.
            (Some(_), Some(_)) if early => FILTER_ROWS.max(self.batch_rows),
            _ => self.batch_rows,
        };
        let start = self.at;
        let rows = most.min(self.rows - start);
        self.at += rows;
        let wanted = self
            .wanted
            .as_ref()
            .map(|wanted| wanted.slice(start, rows))
            .filter(|wanted| wanted.count_set_bits() < rows);
        if wanted
            .as_ref()
            .is_some_and(|wanted| wanted.count_set_bits() == 0)
        {
            return Ok(Windowed::Nothing);
        }
        let live = wanted.as_ref().map_or(rows, BooleanBuffer::count_set_bits);
        let Some(predicate) = self.predicate.clone() else {
            self.fetch(0..self.positions.len())?;
            let arrays = (0..self.positions.len())
                .map(|column| {
                    self.read(column, start, rows, wanted.as_ref(), columns, stats)
                        .map(Some)
                })
                .collect::<Result<Vec<_>, _>>()?;
            return Ok(chunk(columns, &arrays, live, None));
        };

        let mut arrays: Vec<Option<ArrayRef>> = vec![None; self.positions.len()];
        self.fetch(0..columns.filtering)?;
        for (column, array) in arrays.iter_mut().enumerate().take(columns.filtering) {
            *array = Some(self.read(column, start, rows, wanted.as_ref(), columns, stats)?);
        }
        let filtering: Vec<ArrayRef> = arrays
            .iter()
            .take(columns.filtering)
            .flatten()
            .map(Arc::clone)
            .collect();
        let mask = predicate.mask(&filtering, live)?;
        let passed = mask.count_set_bits();
        let share = passed as f64 / live as f64;
        columns.passing = Some(
            columns
                .passing
                .map_or(share, |before| 0.75 * before + 0.25 * share),
        );
        if passed == 0 {
            return Ok(Windowed::Nothing);
        }
        let others = columns.filtering..self.positions.len();
        self.fetch(others.clone())?;
        if passed == live || !early {
            for column in others {
                arrays[column] =
                    Some(self.read(column, start, rows, wanted.as_ref(), columns, stats)?);
            }
            let selection = (passed < live).then(|| Selection::from_mask(mask));
            return Ok(chunk(columns, &arrays, live, selection));
        }
        for array in arrays.iter_mut().flatten() {
            *array = filtered(array, &mask).map_err(|error| IoError::arrow(self.path(), &error))?;
        }
        let keep = match &wanted {
            Some(wanted) => scatter(wanted, &mask),
            None => mask,
        };
        for column in others {
            arrays[column] = Some(self.read(column, start, rows, Some(&keep), columns, stats)?);
        }
        Ok(chunk(columns, &arrays, passed, None))
    }

    /// Gives buffers back and counts what was decoded.
    pub(super) fn close(self, columns: &mut Columns, stats: &mut ScanStats) {
        for (column, reader) in self.columns.into_iter().enumerate() {
            if let Some(reader) = reader {
                *stats
                    .values_decoded
                    .entry(Arc::clone(&columns.names[column]))
                    .or_default() += reader.decoded();
                if let Some(buffers) = reader.into_buffers() {
                    columns.kept[column].buffers = buffers;
                }
            }
        }
    }

    fn path(&self) -> &str {
        &self.footer.identity.path
    }

    /// Of a column those of the `rows` rows from `start` that `keep` says.
    fn read(
        &mut self,
        column: usize,
        start: usize,
        rows: usize,
        keep: Option<&BooleanBuffer>,
        columns: &mut Columns,
        stats: &mut ScanStats,
    ) -> Result<ArrayRef, IoError> {
        if self.columns[column].is_none() {
            let name = Arc::clone(&columns.names[column]);
            let opened = self.open(column, &mut columns.kept[column], stats);
            self.columns[column] =
                Some(opened.map_err(|error| error.at(self.number, Some(&name)))?);
        }
        let behind = start - self.reached[column];
        let reader = self.columns[column]
            .as_mut()
            .expect("the column was opened above");
        let path = self.footer.identity.path.as_str();
        let array = contain(path, || {
            let corrupt = |error| IoError::corrupt(path, error);
            if behind > 0 {
                reader.skip(behind).map_err(corrupt)?;
            }
            reader.read(rows, keep).map_err(corrupt)
        });
        self.reached[column] = start + rows;
        let field = &self.footer.meta.fields()[self.positions[column]];
        array
            .and_then(|array| {
                conform(array, &field.dtype, self.tuning)
                    .map_err(|error| IoError::arrow(path, &error))
            })
            .map_err(|error| error.at(self.number, Some(&field.name)))
    }

    /// Where the bytes of a column are, one range a leaf.
    fn ranges(&self, column: usize) -> impl Iterator<Item = Range<u64>> {
        let metadata = self.footer.metadata.row_group(self.number);
        self.footer.leaves[self.positions[column]]
            .clone()
            .map(move |leaf| {
                let (offset, len) = chunk_range(metadata.column(leaf));
                offset..offset + len
            })
    }

    /// Fetches the bytes of columns that are needed and not open yet, together, where a request takes long.
    fn fetch(&mut self, columns: Range<usize>) -> Result<(), IoError> {
        let needed: Vec<usize> = columns
            .filter(|&column| self.columns[column].is_none() && self.fetched[column].is_none())
            .collect();
        let ranges: Vec<Range<u64>> = needed
            .iter()
            .flat_map(|&column| self.ranges(column))
            .collect();
        if ranges.is_empty() {
            return Ok(());
        }
        let Some(pending) = self.reader.request(&ranges) else {
            return Ok(());
        };
        let mut bytes = pending.wait()?.into_iter();
        for column in needed {
            let leaves = self.ranges(column).count();
            self.fetched[column] = Some(bytes.by_ref().take(leaves).collect());
        }
        Ok(())
    }

    /// Reads the bytes of a column and opens it.
    fn open(
        &mut self,
        column: usize,
        kept: &mut Kept,
        stats: &mut ScanStats,
    ) -> Result<Box<dyn ColumnReader>, IoError> {
        let position = self.positions[column];
        let how = strategy(&self.footer, self.number, position);
        let mut buffers = match how {
            // They are given away to the decoder and do not come back.
            Strategy::Generic => Buffers::default(),
            _ => std::mem::take(&mut kept.buffers),
        };
        let ranges: Vec<Range<u64>> = self.ranges(column).collect();
        let total: u64 = ranges.iter().map(|range| range.end - range.start).sum();
        let mut rest = buffers.chunk_mut(total as usize);
        let fetched = self.fetched[column].take();
        for (leaf, range) in ranges.into_iter().enumerate() {
            let (into, after) = rest.split_at_mut((range.end - range.start) as usize);
            match &fetched {
                Some(bytes) => into.copy_from_slice(&bytes[leaf]),
                None => self.reader.read_into(range.start, into)?,
            }
            rest = after;
        }
        stats.bytes_read += total;
        contain(self.path(), || {
            open_column(
                &self.footer,
                self.number,
                position,
                &how,
                buffers,
                &kept.dictionary,
            )
            .map_err(|error| IoError::corrupt(self.path(), error))
        })
    }
}

impl fmt::Debug for RowGroup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RowGroup")
            .field("path", &self.path())
            .field("row_group", &self.number)
            .field("at", &self.at)
            .field("rows", &self.rows)
            .finish_non_exhaustive()
    }
}

fn chunk(
    columns: &Columns,
    arrays: &[Option<ArrayRef>],
    rows: usize,
    selection: Option<Selection>,
) -> Windowed {
    let output = columns
        .output
        .iter()
        .map(|&column| {
            Arc::clone(
                arrays[column]
                    .as_ref()
                    .expect("every column of the output was read"),
            )
        })
        .collect();
    Windowed::Rows(Chunk {
        columns: output,
        rows,
        selection,
    })
}

fn filtered(array: &ArrayRef, mask: &BooleanBuffer) -> Result<ArrayRef, arrow_schema::ArrowError> {
    FilterBuilder::new(&BooleanArray::new(mask.clone(), None))
        .build()
        .filter(array)
}

/// A mask over all rows, from one over those rows that are set in `wanted`.
fn scatter(wanted: &BooleanBuffer, mask: &BooleanBuffer) -> BooleanBuffer {
    let mut all = BooleanBufferBuilder::new(wanted.len());
    all.append_n(wanted.len(), false);
    let rows = BitIndexIterator::new(wanted.values(), wanted.offset(), wanted.len());
    for (at, row) in rows.enumerate() {
        if mask.value(at) {
            all.set_bit(row, true);
        }
    }
    all.finish()
}

/// The array in an encoding that the dtype admits; NaN as null where that was asked.
fn conform(
    array: ArrayRef,
    dtype: &DType,
    tuning: Tuning,
) -> Result<ArrayRef, arrow_schema::ArrowError> {
    let array = if dtype.admits(array.data_type()) {
        array
    } else {
        cast_with_options(
            &array,
            &dtype.border(),
            &CastOptions {
                safe: false,
                ..CastOptions::default()
            },
        )?
    };
    Ok(match array.data_type() {
        DataType::Float64 if tuning.nan_as_null => without_nan::<Float64Type>(&array, f64::is_nan),
        DataType::Float32 if tuning.nan_as_null => without_nan::<Float32Type>(&array, f32::is_nan),
        _ => array,
    })
}

fn without_nan<T: ArrowPrimitiveType>(array: &ArrayRef, is_nan: fn(T::Native) -> bool) -> ArrayRef
where
    T::Native: ArrowNativeType,
{
    let array = array.as_primitive::<T>();
    let numbers: BooleanBuffer = array.values().iter().map(|value| !is_nan(*value)).collect();
    if numbers.count_set_bits() == numbers.len() {
        return Arc::new(array.clone());
    }
    let nulls = NullBuffer::union(array.nulls(), Some(&NullBuffer::new(numbers)));
    Arc::new(PrimitiveArray::<T>::new(array.values().clone(), nulls))
}
