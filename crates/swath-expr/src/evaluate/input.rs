//! What a kernel is given.

use std::fmt::{self, Debug, Formatter};
use std::sync::Arc;

use arrow_array::{Array, ArrayRef, BooleanArray, UInt32Array, new_empty_array};
use arrow_buffer::{BooleanBuffer, NullBuffer};
use arrow_cast::cast;
use arrow_schema::{ArrowError, DataType};
use arrow_select::take::take;
use swath_batch::Host;
use swath_meta::DType;

use crate::FunctionError;

/// An argument: one value a row, or one for all of them.
#[derive(Clone, Debug)]
pub enum Input {
    /// One value a row.
    Array(ArrayRef),
    /// The same value in every row: an array of one row.
    Scalar(ArrayRef),
}

impl Input {
    /// The array: of all rows, or of the one.
    pub fn array(&self) -> &ArrayRef {
        match self {
            Self::Array(array) | Self::Scalar(array) => array,
        }
    }

    /// Is one value for all rows.
    pub fn is_scalar(&self) -> bool {
        matches!(self, Self::Scalar(_))
    }

    /// Is a scalar that is null.
    pub fn is_null_scalar(&self) -> bool {
        self.is_scalar() && self.array().is_null(0)
    }

    /// One value a row, as the encoding has it. A scalar is repeated.
    ///
    /// # Errors
    /// When Arrow fails to repeat it.
    pub fn to_rows(&self, rows: usize) -> Result<ArrayRef, ArrowError> {
        match self {
            Self::Array(array) => Ok(ArrayRef::clone(array)),
            Self::Scalar(one) if rows == 0 => Ok(new_empty_array(one.data_type())),
            Self::Scalar(one) => take(one, &UInt32Array::from_value(0, rows), None),
        }
    }

    /// One value a row in the border encoding of `dtype`: views for strings, no dictionaries.
    ///
    /// # Errors
    /// [`FunctionError::Arrow`] when the values are of another dtype.
    pub fn to_border(&self, dtype: &DType, rows: usize) -> Result<ArrayRef, FunctionError> {
        let border = dtype.border();
        let array = self.to_rows(rows).map_err(|source| FunctionError::Arrow {
            during: "repeating a value",
            source,
        })?;
        if *array.data_type() == border {
            return Ok(array);
        }
        cast(&array, &border).map_err(|source| FunctionError::Arrow {
            during: "decoding an argument",
            source,
        })
    }

    pub(super) fn data_type(&self) -> &DataType {
        self.array().data_type()
    }

    /// The validity of an array; of a scalar nothing, because a null one is dealt with before.
    pub(super) fn nulls(&self) -> Option<NullBuffer> {
        match self {
            Self::Array(array) => array.logical_nulls(),
            Self::Scalar(_) => None,
        }
    }

    /// Where the values are there, as a mask of all rows.
    pub(super) fn valid(&self, rows: usize) -> BooleanBuffer {
        match self {
            Self::Scalar(one) => {
                if one.is_null(0) {
                    BooleanBuffer::new_unset(rows)
                } else {
                    BooleanBuffer::new_set(rows)
                }
            }
            Self::Array(array) => array
                .logical_nulls()
                .map_or_else(|| BooleanBuffer::new_set(rows), NullBuffer::into_inner),
        }
    }

    /// Has no null at all.
    pub(super) fn is_all_valid(&self) -> bool {
        self.array().logical_null_count() == 0
    }

    /// The booleans.
    pub(super) fn booleans(&self) -> &BooleanArray {
        self.array()
            .as_any()
            .downcast_ref()
            .expect("typing let only booleans through")
    }
}

/// The rows of a batch, which of them count, and whose they are.
#[derive(Clone, Copy)]
pub struct Rows<'a> {
    /// How many rows the batch has.
    pub len: usize,
    /// The rows whose answer is wanted; all if `None`. As long as the batch.
    pub active: Option<&'a BooleanBuffer>,
    /// What functions may ask about the task that they run in, where they run in one.
    pub task: Option<&'a Arc<dyn Host>>,
}

impl<'a> Rows<'a> {
    /// All rows of a batch.
    pub fn all(len: usize) -> Rows<'a> {
        Rows {
            len,
            active: None,
            task: None,
        }
    }

    /// The answer for this row is wanted.
    pub fn is_active(&self, row: usize) -> bool {
        self.active.is_none_or(|active| active.value(row))
    }
}

impl Debug for Rows<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rows")
            .field("len", &self.len)
            .field("active", &self.active)
            .finish_non_exhaustive()
    }
}

/// The validity of a result that is null where one of its inputs is.
pub(super) fn union_nulls(left: &Input, right: &Input) -> Option<NullBuffer> {
    NullBuffer::union(left.nulls().as_ref(), right.nulls().as_ref())
}
