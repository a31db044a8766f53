//! Numbers, dates and times of four or eight bytes.

use arrow_array::{ArrayRef, make_array};
use arrow_buffer::bit_iterator::BitIndexIterator;
use arrow_buffer::{ArrowNativeType, BooleanBuffer, Buffer, NullBuffer};
use arrow_data::ArrayData;
use arrow_schema::DataType;
use parquet::file::metadata::ColumnChunkMetaData;
use swath_batch::spread;

use super::flat::{Flat, Values};
use super::hybrid::Codes;
use super::pages::Buffers;
use super::{ColumnError, ColumnReader};

/// Opens a column chunk whose values are those of arrays of type `arrow`.
pub(super) fn open(
    chunk: &ColumnChunkMetaData,
    arrow: &DataType,
    buffers: Buffers,
) -> Result<Box<dyn ColumnReader>, ColumnError> {
    use parquet::basic::Type;
    let arrow = arrow.clone();
    Ok(match chunk.column_type() {
        Type::INT32 => Box::new(Flat::open(chunk, buffers, Fixed::<i32>::new(arrow))?),
        Type::INT64 => Box::new(Flat::open(chunk, buffers, Fixed::<i64>::new(arrow))?),
        Type::FLOAT => Box::new(Flat::open(chunk, buffers, Fixed::<f32>::new(arrow))?),
        Type::DOUBLE => Box::new(Flat::open(chunk, buffers, Fixed::<f64>::new(arrow))?),
        _ => {
            return Err(ColumnError::Corrupt(
                "a column of another type than the footer says",
            ));
        }
    })
}

/// A value that is stored as its bytes, lowest first.
trait Stored: ArrowNativeType + Default {
    /// As many bytes as it has.
    type Bytes: Copy;
    const WIDTH: usize;
    fn split(bytes: &[u8]) -> &[Self::Bytes];
    fn read(bytes: Self::Bytes) -> Self;
}

macro_rules! stored {
    ($($type:ty)*) => { $(
        impl Stored for $type {
            type Bytes = [u8; size_of::<$type>()];
            const WIDTH: usize = size_of::<$type>();
            #[inline]
            fn split(bytes: &[u8]) -> &[Self::Bytes] {
                bytes.as_chunks().0
            }
            #[inline]
            fn read(bytes: Self::Bytes) -> Self {
                Self::from_le_bytes(bytes)
            }
        }
    )* };
}

stored!(i32 i64 f32 f64);

struct Fixed<T> {
    arrow: DataType,
    values: Vec<T>,
}

impl<T> Fixed<T> {
    fn new(arrow: DataType) -> Self {
        Self {
            arrow,
            values: Vec::new(),
        }
    }
}

/// The bytes of `count` values from `at` on.
fn window<T: Stored>(bytes: &[u8], at: usize, count: usize) -> Result<&[u8], ColumnError> {
    count
        .checked_mul(T::WIDTH)
        .and_then(|len| bytes.get(at..at.checked_add(len)?))
        .ok_or(ColumnError::Corrupt("a page ends before its values"))
}

impl<T: Stored> Values for Fixed<T> {
    fn dictionary(&mut self, bytes: &[u8], entries: usize) -> Result<(), ColumnError> {
        window::<T>(bytes, 0, entries).map(drop)
    }

    fn plain(
        &mut self,
        bytes: &[u8],
        at: usize,
        count: usize,
        keep: Option<&BooleanBuffer>,
    ) -> Result<usize, ColumnError> {
        let bytes = window::<T>(bytes, at, count)?;
        let stored = T::split(bytes);
        match keep {
            None => self
                .values
                .extend(stored.iter().map(|bytes| T::read(*bytes))),
            Some(keep) => {
                let wanted = BitIndexIterator::new(keep.values(), keep.offset(), count);
                self.values
                    .extend(wanted.map(|index| T::read(stored[index])));
            }
        }
        Ok(at + bytes.len())
    }

    fn skip_plain(&self, bytes: &[u8], at: usize, count: usize) -> Result<usize, ColumnError> {
        window::<T>(bytes, at, count).map(|bytes| at + bytes.len())
    }

    fn coded(&mut self, codes: Codes<'_>, dictionary: &[u8]) -> Result<(), ColumnError> {
        const MISSING: ColumnError =
            ColumnError::Corrupt("a code that the dictionary has no entry for");
        let dictionary = T::split(dictionary);
        match codes {
            Codes::Run(code, count) => {
                let value = T::read(*dictionary.get(code as usize).ok_or(MISSING)?);
                self.values.resize(self.values.len() + count, value);
            }
            Codes::Each(codes) => {
                // One check for the block lets the look-ups run without one.
                let most = codes.iter().copied().max().unwrap_or(0) as usize;
                let dictionary = dictionary.get(..=most).ok_or(MISSING)?;
                self.values
                    .extend(codes.iter().map(|code| T::read(dictionary[*code as usize])));
            }
        }
        Ok(())
    }

    fn len(&self) -> usize {
        self.values.len()
    }

    fn reserve(&mut self, additional: usize) {
        self.values.reserve_exact(additional);
    }

    fn spread(&mut self, start: usize, valid: &BooleanBuffer) {
        spread(&mut self.values, start, valid);
    }

    fn finish(&mut self, nulls: Option<NullBuffer>) -> Result<ArrayRef, ColumnError> {
        let values = std::mem::take(&mut self.values);
        ArrayData::builder(self.arrow.clone())
            .len(values.len())
            .add_buffer(Buffer::from_vec(values))
            .nulls(nulls)
            .build()
            .map(make_array)
            .map_err(ColumnError::decoder)
    }
}
