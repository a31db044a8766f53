//! From an Arrow type to the machine type below it.

/// Runs `$body` with `$native` as the machine type of an Arrow type; `$other` for any other type.
macro_rules! with_native {
    ($data_type:expr, $native:ident => $body:expr, _ => $other:expr) => {{
        use arrow_schema::DataType as Number;
        match $data_type {
            Number::Float32 => {
                type $native = f32;
                $body
            }
            Number::Float64 => {
                type $native = f64;
                $body
            }
            Number::Decimal128(..) => {
                type $native = i128;
                $body
            }
            integer => $crate::native::with_integer!(integer, $native => $body, _ => $other),
        }
    }};
}
pub(crate) use with_native;

/// As [`with_native`] for the types whose totals are exact integers: integers, booleans as 0 and 1,
/// times.
macro_rules! with_integer {
    ($data_type:expr, $native:ident => $body:expr, _ => $other:expr) => {{
        use arrow_schema::DataType as Exact;
        match $data_type {
            Exact::Boolean | Exact::UInt8 => {
                type $native = u8;
                $body
            }
            Exact::Int8 => {
                type $native = i8;
                $body
            }
            Exact::Int16 => {
                type $native = i16;
                $body
            }
            Exact::Int32 | Exact::Date32 | Exact::Time32(_) => {
                type $native = i32;
                $body
            }
            Exact::Int64
            | Exact::Date64
            | Exact::Time64(_)
            | Exact::Timestamp(..)
            | Exact::Duration(_) => {
                type $native = i64;
                $body
            }
            Exact::UInt16 => {
                type $native = u16;
                $body
            }
            Exact::UInt32 => {
                type $native = u32;
                $body
            }
            Exact::UInt64 => {
                type $native = u64;
                $body
            }
            _ => $other,
        }
    }};
}
pub(crate) use with_integer;
