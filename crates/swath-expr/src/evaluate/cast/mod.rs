//! Casts: exact, or an error that names the first value that is not.
//!
//! Every conversion gives null for what it cannot convert; one look at the null counts says whether there was any.

mod number;
mod text;
mod time;

use arrow_array::{ArrayRef, new_null_array};
use arrow_cast::{CastOptions, cast_with_options};
use arrow_schema::{ArrowError, DataType};
use swath_meta::DType;

use super::promote::check;
use super::{Rows, load};
use crate::ExprErrorKind;

/// The values of `array`, which are of `from`, as values of `to`.
pub(super) fn exactly(
    array: &ArrayRef,
    from: &DType,
    to: &DType,
    rows: Rows<'_>,
) -> Result<ArrayRef, ExprErrorKind> {
    let failed = |source| ExprErrorKind::Arrow {
        during: "casting",
        source,
    };
    let cast = match (from, to) {
        _ if from == to => return Ok(ArrayRef::clone(array)),
        (DType::Null, _) => return Ok(new_null_array(&to.border(), array.len())),
        (DType::Category, DType::String) => return Ok(ArrayRef::clone(array)),
        (DType::String, DType::Category) => {
            return safe(&load::decode(array)?, &to.border()).map_err(failed);
        }
        _ if from.is_string() => text::read(array, to).map_err(failed)?,
        _ if *to == DType::String && *from != DType::Binary => text::write(array, from),
        _ if from.is_temporal() => time::convert(array, to).map_err(failed)?,
        (DType::Binary, _) => safe(array, &to.border()).map_err(failed)?,
        _ => number::convert(array, from, to).map_err(failed)?,
    };
    check(array, &cast, from, to, rows, reason(from, to))?;
    Ok(cast)
}

fn reason(from: &DType, to: &DType) -> &'static str {
    match (from, to) {
        (_, DType::Bool) if from.is_numeric() => "only 0 and 1 are",
        _ if from.is_float() && to.is_integer() => {
            "it is not whole, or out of range; round or fill it first"
        }
        _ if from.is_decimal() && to.is_integer() => "it is not whole, or out of range",
        _ if from.is_integer() && to.is_float() => "it would be rounded",
        _ if to.is_float() && from.is_numeric() => "it is out of range",
        _ if to.is_decimal() && from.is_numeric() => "it has too many digits",
        _ if from.is_integer() && to.is_integer() => "it is out of range",
        _ if from.is_string() => "it does not read as one",
        (DType::Timestamp(..), DType::Date) => "it has a time of day",
        _ if from.is_temporal() => "it has digits that would be lost, or is out of range",
        (DType::Binary, _) => "it is not UTF-8",
        _ => "it has no equal there",
    }
}

/// Arrow's cast, with null for what it cannot convert.
fn safe(array: &ArrayRef, to: &DataType) -> Result<ArrayRef, ArrowError> {
    cast_with_options(
        array,
        to,
        &CastOptions {
            safe: true,
            ..CastOptions::default()
        },
    )
}
