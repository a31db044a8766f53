//! Values in place of nulls.

use arrow_array::{ArrayRef, BooleanArray, Scalar};
use arrow_select::zip::zip;
use swath_meta::DType;

use super::{Input, load};
use crate::ExprErrorKind;

/// `left`, and `right` where it is null. Both have `dtype`; strings that are coded are decoded if something is filled.
pub(super) fn fill(
    left: &Input,
    right: &Input,
    dtype: &DType,
    rows: usize,
) -> Result<ArrayRef, ExprErrorKind> {
    let failed = |source| ExprErrorKind::Arrow {
        during: "filling nulls",
        source,
    };
    let there = left.valid(rows);
    if !left.is_scalar() && there.count_set_bits() == rows {
        return Ok(ArrayRef::clone(left.array()));
    }
    let plain = |input: &Input| {
        if dtype.is_string() {
            load::decode(input.array())
        } else {
            Ok(ArrayRef::clone(input.array()))
        }
    };
    let (l, r) = (plain(left)?, plain(right)?);
    let there = BooleanArray::new(there, None);
    let filled = match (left.is_scalar(), right.is_scalar()) {
        (false, false) => zip(&there, &l, &r),
        (false, true) => zip(&there, &l, &Scalar::new(r)),
        (true, false) => zip(&there, &Scalar::new(l), &r),
        (true, true) => zip(&there, &Scalar::new(l), &Scalar::new(r)),
    };
    let filled = filled.map_err(failed)?;
    match dtype {
        // A category stays coded.
        DType::Category => arrow_cast::cast(&filled, &dtype.border()).map_err(failed),
        _ => Ok(filled),
    }
}
