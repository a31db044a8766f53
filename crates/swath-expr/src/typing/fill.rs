//! What `fillna` gives.

use swath_meta::{DType, common_supertype};

use super::comparison::mismatch;
use super::{Conversion, Side, adapt, literal_error};
use crate::{BinaryOp, ExprErrorKind};

/// Types `left.fillna(right)`: a literal becomes the column's dtype; two columns meet without loss, or it is an error.
pub(crate) fn fill(
    left: Side<'_>,
    right: Side<'_>,
) -> Result<(Conversion, Conversion, DType), ExprErrorKind> {
    let op = BinaryOp::FillNull;
    if *left.dtype == DType::Null {
        // Nothing is there to keep a dtype.
        let conversion = Conversion::Literal(swath_batch::Value::Null, right.dtype.clone());
        return Ok((conversion, Conversion::Keep, right.dtype.clone()));
    }
    if let (Some(value), None) = (right.literal, left.literal) {
        return match adapt(value, left.dtype) {
            Ok(value) => Ok((
                Conversion::Keep,
                Conversion::Literal(value, left.dtype.clone()),
                left.dtype.clone(),
            )),
            Err(reason) => Err(literal_error(op, value, left, false, reason)),
        };
    }
    // A category filled with any text is text: the set of categories is the data's.
    let dtype =
        common_supertype(left.dtype, right.dtype).ok_or_else(|| mismatch(op, left, right))?;
    Ok((
        Conversion::to(dtype.clone(), left),
        Conversion::to(dtype.clone(), right),
        dtype,
    ))
}
