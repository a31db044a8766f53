//! Which casts there are; whether a value survives one is seen row by row.

use swath_meta::DType;

/// Values of `from` can be cast to `to`, at least some of them.
pub(crate) fn castable(from: &DType, to: &DType) -> bool {
    let number = |dtype: &DType| dtype.is_numeric() || *dtype == DType::Bool;
    match (from, to) {
        (DType::Null, _)
        | (DType::Binary, DType::String)
        | (DType::String, DType::Binary)
        | (DType::Date, DType::Timestamp(_, None))
        | (DType::Timestamp(_, None), DType::Date)
        | (DType::Time(_), DType::Time(_))
        | (DType::Duration(_), DType::Duration(_)) => true,
        (DType::Timestamp(_, here), DType::Timestamp(_, there)) => {
            here.is_some() == there.is_some()
        }
        _ if from == to || (from.is_string() && to.is_string()) => true,
        _ if from.is_string() => {
            number(to) || matches!(to, DType::Date | DType::Time(_) | DType::Timestamp(..))
        }
        _ if *to == DType::String => number(from) || from.is_temporal(),
        _ => number(from) && number(to),
    }
}
