//! From the encodings that come out of files to the few that kernels work on.

use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef};
use arrow_cast::cast;
use arrow_schema::DataType;
use swath_meta::DType;

use crate::ExprErrorKind;

/// A column as kernels take it: strings as views or as dictionaries, bytes as views, everything else in its border encoding.
/// Costs nothing for those, one cast for others.
pub(crate) fn load(
    array: &ArrayRef,
    column: &str,
    dtype: &DType,
) -> Result<ArrayRef, ExprErrorKind> {
    let wrong = || ExprErrorKind::Encoding {
        column: column.to_owned(),
        dtype: dtype.clone(),
        arrow: array.data_type().to_string(),
    };
    match array.data_type() {
        DataType::Utf8View | DataType::Dictionary(..)
            if dtype.is_string() && dtype.admits(array.data_type()) =>
        {
            Ok(ArrayRef::clone(array))
        }
        DataType::Utf8View | DataType::Utf8 | DataType::LargeUtf8 if *dtype == DType::String => {
            decode(array)
        }
        found if *found == dtype.border() => Ok(ArrayRef::clone(array)),
        found if DType::from_arrow(found).is_ok_and(|found| found == *dtype) => {
            cast(array, &dtype.border()).map_err(|_| wrong())
        }
        _ => Err(wrong()),
    }
}

/// Strings as views, whatever they were.
pub(super) fn decode(array: &ArrayRef) -> Result<ArrayRef, ExprErrorKind> {
    let failed = |source| ExprErrorKind::Arrow {
        during: "decoding strings",
        source,
    };
    match array.data_type() {
        DataType::Utf8View => Ok(ArrayRef::clone(array)),
        DataType::Dictionary(..) => {
            let dictionary = array.as_any_dictionary();
            let values = decode(dictionary.values())?;
            arrow_select::take::take(&values, dictionary.keys(), None).map_err(failed)
        }
        _ => cast(array, &DataType::Utf8View).map_err(failed),
    }
}
