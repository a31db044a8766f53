//! Two rows of made-up data, for learning what a function returns.

use arrow_array::ArrayRef;
use arrow_select::concat::concat;
use std::sync::Arc;
use swath_meta::{DType, Field, Meta};

use crate::{Batch, Value};

/// Two rows that a function may be run on to learn what it returns.
///
/// Numbers are 1, truth values true, text `a`, dates and times those of 1970-01-01, lists have one item.
/// A column that may hold nulls is null in its second row, as in Dask. Index columns ascend and are
/// never null: `1, 2`, `a, b`, the first two days.
pub fn meta_nonempty(meta: &Meta) -> Batch {
    let columns = meta
        .fields()
        .iter()
        .map(|field| {
            let second = match (meta.is_index(&field.name), field.nullable) {
                (true, _) => sample(&field.dtype, 2),
                (false, true) => Value::Null,
                (false, false) => sample(&field.dtype, 1),
            };
            column(field, &[sample(&field.dtype, 1), second])
        })
        .collect();
    Batch::of_border(Arc::new(meta.clone()), columns, 2)
        .expect("samples have their column's border encoding")
}

fn column(field: &Field, values: &[Value]) -> ArrayRef {
    let rows: Vec<ArrayRef> = values
        .iter()
        .map(|value| {
            value
                .to_array(&field.dtype, 1)
                .expect("a sample is of its dtype")
        })
        .collect();
    concat(&rows.iter().map(AsRef::as_ref).collect::<Vec<_>>()).expect("two rows fit one array")
}

/// The `n`th sample, from 1; later ones sort after earlier ones.
fn sample(dtype: &DType, n: u8) -> Value {
    match dtype {
        DType::Null => Value::Null,
        DType::Bool => Value::Bool(n == 1),
        DType::Float32 | DType::Float64 => Value::Float(n.into()),
        DType::Decimal { precision, scale } => {
            let one = u32::try_from(*scale)
                .ok()
                .and_then(|scale| 10_i128.checked_pow(scale))
                .unwrap_or(1);
            // A decimal of scale = precision has no 1; its smallest step is as good a sample.
            let one = if u32::from(*precision) > u32::try_from(*scale).unwrap_or(0) {
                one
            } else {
                1
            };
            Value::Decimal {
                value: one * i128::from(n),
                precision: *precision,
                scale: *scale,
            }
        }
        DType::String | DType::Category => Value::from(if n == 1 { "a" } else { "b" }),
        DType::Binary => Value::from(vec![n - 1]),
        DType::Date => Value::Date(i32::from(n) - 1),
        DType::Time(unit) => Value::Time {
            value: i64::from(n) - 1,
            unit: *unit,
        },
        DType::Timestamp(unit, zone) => {
            let day = Value::Date(i32::from(n) - 1).cast(&DType::Timestamp(*unit, None));
            match day {
                Ok(Value::Timestamp { value, unit, .. }) => Value::Timestamp {
                    value,
                    unit,
                    zone: zone.clone(),
                },
                _ => Value::Null,
            }
        }
        DType::Duration(unit) => Value::Duration {
            value: n.into(),
            unit: *unit,
        },
        DType::List(item) => Value::List([sample(&item.dtype, n)].into()),
        DType::Struct(fields) => Value::Struct(
            fields
                .iter()
                .map(|field| (Arc::clone(&field.name), sample(&field.dtype, n)))
                .collect(),
        ),
        integer if integer.is_unsigned_integer() => Value::UInt(n.into()),
        _ => Value::Int(n.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use swath_meta::Index;

    const DTYPES: [&str; 22] = [
        "null",
        "bool",
        "int8",
        "int16",
        "int32",
        "int64",
        "uint8",
        "uint16",
        "uint32",
        "uint64",
        "float32",
        "float64",
        "decimal(5, 2)",
        "decimal(2, 2)",
        "string",
        "category",
        "binary",
        "date",
        "time[us]",
        "timestamp[ns, UTC]",
        "duration[ms]",
        "list<struct<a: int64, b: string>>",
    ];

    #[test]
    fn every_dtype_has_samples() {
        let fields = |nullable: bool| {
            DTYPES.map(|dtype| Field::new(dtype, dtype.parse().expect("a dtype"), nullable))
        };
        let batch = meta_nonempty(&Meta::try_new(fields(true), Index::none()).expect("a meta"));
        for name in DTYPES {
            assert_eq!(
                batch.value(name, 0).expect("a column").is_null(),
                name == "null"
            );
            assert!(batch.value(name, 1).expect("a column").is_null());
        }
        let dense = fields(false).into_iter().skip(1);
        let batch = meta_nonempty(&Meta::try_new(dense, Index::none()).expect("a meta"));
        for name in &DTYPES[1..] {
            assert_eq!(
                batch.value(name, 0).expect("a column"),
                batch.value(name, 1).expect("a column")
            );
        }
    }

    #[test]
    fn an_index_ascends() {
        for dtype in [
            "int32",
            "string",
            "date",
            "timestamp[us]",
            "float64",
            "decimal(5, 2)",
        ] {
            let meta = Meta::of([("i", dtype)])
                .and_then(|meta| meta.set_index(["i"]))
                .expect("a meta");
            let batch = meta_nonempty(&meta);
            let (first, second) = (
                batch.value("i", 0).expect("a column"),
                batch.value("i", 1).expect("a column"),
            );
            assert_eq!(
                first.compare(&second),
                Some(std::cmp::Ordering::Less),
                "{dtype}"
            );
        }
    }
}
