//! One of several values a row.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef, ArrowPrimitiveType, BooleanArray, PrimitiveArray, Scalar};
use arrow_buffer::{BooleanBuffer, NullBuffer};
use arrow_schema::DataType;
use arrow_select::zip::zip;
use swath_meta::DType;

use super::compare::compare;
use super::dictionary::EntryCache;
use super::logic::truth;
use super::side::{Side, for_primitive};
use super::{Input, Rows, load};
use crate::{BinaryOp, ExprErrorKind};

/// The value of the first condition that is true, else the last one: condition, value, condition, value, …, value.
pub(super) fn when(
    inputs: &[Input],
    dtype: &DType,
    rows: usize,
) -> Result<ArrayRef, ExprErrorKind> {
    let (otherwise, pairs) = inputs.split_last().expect("there is a last value");
    let mut chosen = otherwise.clone();
    for pair in pairs.rchunks_exact(2) {
        let [condition, value] = pair else {
            unreachable!("chunks of two")
        };
        let mask = holds(condition, rows);
        let array = choose(&mask, value, &chosen, dtype, rows)?;
        chosen = Input::Array(array);
    }
    finished(&chosen, dtype, rows)
}

/// The smaller (`Le`) or larger (`Ge`) of two values a row, after the order of sorts: NaN is larger than every number. A null is
/// no value: the other one is taken.
pub(crate) fn extreme(
    op: BinaryOp,
    left: &Input,
    right: &Input,
    dtype: &DType,
    rows: Rows<'_>,
) -> Result<ArrayRef, ExprErrorKind> {
    let len = rows.len;
    if right.is_null_scalar() {
        return finished(left, dtype, len);
    }
    if left.is_null_scalar() {
        return finished(right, dtype, len);
    }
    let answer = compare(op, left, right, rows, &EntryCache::default())?;
    let mut takes_left = answer.values().clone();
    if dtype.is_float() {
        // Comparisons with NaN are false: the smaller is the other one, the larger is NaN.
        let nan = |input: &Input| is_nan(input, len);
        takes_left = if op == BinaryOp::Le {
            &takes_left | &nan(right)
        } else {
            &takes_left | &nan(left)
        };
    }
    let (l, r) = (left.valid(len), right.valid(len));
    let takes_left = &(&takes_left & &l) | &!&r;
    either(&takes_left, left, right, dtype, len)
}

/// `left` where the mask is set, `right` elsewhere, in an encoding that the dtype admits.
pub(crate) fn either(
    mask: &BooleanBuffer,
    left: &Input,
    right: &Input,
    dtype: &DType,
    rows: usize,
) -> Result<ArrayRef, ExprErrorKind> {
    let chosen = choose(mask, left, right, dtype, rows)?;
    finished(&Input::Array(chosen), dtype, rows)
}

fn is_nan(input: &Input, rows: usize) -> BooleanBuffer {
    macro_rules! typed {
        ($type:ty) => {{
            let values = input.array().as_primitive::<$type>().values();
            BooleanBuffer::collect_bool(rows, |row| {
                values[if input.is_scalar() { 0 } else { row }].is_nan()
            })
        }};
    }
    if *input.data_type() == DataType::Float32 {
        typed!(arrow_array::types::Float32Type)
    } else {
        typed!(arrow_array::types::Float64Type)
    }
}

/// Where a condition is true.
fn holds(condition: &Input, rows: usize) -> BooleanBuffer {
    let truth = truth(condition.booleans());
    match condition {
        Input::Array(_) => truth,
        Input::Scalar(_) if truth.value(0) => BooleanBuffer::new_set(rows),
        Input::Scalar(_) => BooleanBuffer::new_unset(rows),
    }
}

/// `left` where the mask is set, `right` elsewhere. Both have `dtype`; text that is coded is decoded.
fn choose(
    mask: &BooleanBuffer,
    left: &Input,
    right: &Input,
    dtype: &DType,
    rows: usize,
) -> Result<ArrayRef, ExprErrorKind> {
    let border = dtype.border();
    if dtype.is_numeric() || dtype.is_temporal() {
        let valid = match (left.is_all_valid(), right.is_all_valid()) {
            (true, true) => None,
            _ => Some(&(mask & &left.valid(rows)) | &(&!mask & &right.valid(rows))),
        };
        let nulls = valid
            .map(NullBuffer::new)
            .filter(|nulls| nulls.null_count() > 0);
        macro_rules! typed {
            ($type:ty) => {
                primitive::<$type>(mask, left, right, nulls, &border)
            };
        }
        return Ok(for_primitive!(&border, typed));
    }
    let failed = |source| ExprErrorKind::Arrow {
        during: "choosing values",
        source,
    };
    let plain = |input: &Input| {
        if dtype.is_string() {
            load::decode(input.array())
        } else {
            Ok(ArrayRef::clone(input.array()))
        }
    };
    let (l, r) = (plain(left)?, plain(right)?);
    let mask = BooleanArray::new(mask.clone(), None);
    match (left.is_scalar(), right.is_scalar()) {
        (false, false) => zip(&mask, &l, &r),
        (false, true) => zip(&mask, &l, &Scalar::new(r)),
        (true, false) => zip(&mask, &Scalar::new(l), &r),
        (true, true) => zip(&mask, &Scalar::new(l), &Scalar::new(r)),
    }
    .map_err(failed)
}

fn primitive<T: ArrowPrimitiveType>(
    mask: &BooleanBuffer,
    left: &Input,
    right: &Input,
    nulls: Option<NullBuffer>,
    border: &DataType,
) -> ArrayRef {
    let (l, r) = (Side::of::<T>(left), Side::of::<T>(right));
    let pick = |(row, bit): (usize, bool)| if bit { l.get(row) } else { r.get(row) };
    let values: Vec<T::Native> = mask.iter().enumerate().map(pick).collect();
    let array = PrimitiveArray::<T>::new(values.into(), nulls);
    Arc::new(array.with_data_type(border.clone()))
}

/// One value a row, in an encoding that the dtype admits.
fn finished(input: &Input, dtype: &DType, rows: usize) -> Result<ArrayRef, ExprErrorKind> {
    let failed = |source| ExprErrorKind::Arrow {
        during: "choosing values",
        source,
    };
    let array = input.to_rows(rows).map_err(failed)?;
    if dtype.admits(array.data_type()) {
        Ok(array)
    } else {
        // A category stays coded.
        arrow_cast::cast(&array, &dtype.border()).map_err(failed)
    }
}
