//! Sums and differences of times: integers of one unit.

use arrow_array::ArrayRef;
use swath_meta::DType;

use super::promote::{as_int64, of_int64};
use super::{Input, Rows, integer};
use crate::{BinaryOp, ExprErrorKind};

/// `left op right` of two counts in one unit, as a time or span of `dtype`.
pub(super) fn arithmetic(
    op: BinaryOp,
    left: &Input,
    right: &Input,
    dtype: &DType,
    rows: Rows<'_>,
) -> Result<ArrayRef, ExprErrorKind> {
    let counts = integer::arithmetic(op, &as_int64(left), &as_int64(right), dtype, rows)?;
    Ok(of_int64(&counts, dtype))
}
