//! Which column does not fit a Rust type, and why.

use arrow_array::Array;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::any::type_name;
use swath_graph::Shown;
use swath_meta::{DType, Meta, nearest};

use super::super::Batch;
use super::asked::Asked;
use crate::{BatchError, Value, rust_name};

/// Why values do not become columns.
pub(super) fn of_values<T: Serialize>(first: &T, error: &serde_arrow::Error) -> BatchError {
    let is_row = serde_json::to_value(first).is_ok_and(|row| row.is_object() || row.is_array());
    let name = rust_name(type_name::<T>());
    let reason = if is_row {
        format!(
            "rows of `{name}` have no columns: {}",
            Shown(error.message())
        )
    } else {
        no_row(&name)
    };
    BatchError::RowShape { reason }
}

fn no_row(name: &str) -> String {
    format!("`{name}` is no row: rows are structs or tuples, of one column `({name},)`")
}

/// Compares the columns with the fields of `T`.
pub(super) fn of_shape<T: DeserializeOwned>(meta: &Meta) -> Result<(), BatchError> {
    let asked = Asked::shape_of::<T>();
    if asked.is_value {
        let reason = no_row(&rust_name(type_name::<T>()));
        return Err(BatchError::RowShape { reason });
    }
    if let Some(len) = asked.tuple.filter(|len| *len != meta.len()) {
        let columns: Vec<String> = meta.names().map(|name| format!("`{name}`")).collect();
        let reason = format!(
            "rows of {len} values where there are {} columns: {}",
            columns.len(),
            columns.join(", ")
        );
        return Err(BatchError::RowShape { reason });
    }
    let Some(fields) = asked.fields else {
        return Ok(());
    };
    let Some(extra) = meta.names().find(|name| !fields.contains(name)) else {
        return Ok(());
    };
    let near = nearest(extra, fields.iter().copied())
        .map_or(String::new(), |near| format!("; did you mean `{near}`?"));
    let reason = format!(
        "column `{extra}` has no field in `{}`{near} (select the columns that it has)",
        rust_name(type_name::<T>())
    );
    Err(BatchError::RowShape { reason })
}

/// Why the rows of a batch do not become values of `T`: the first column that does not fit.
pub(super) fn of_batch<T: DeserializeOwned>(
    batch: &Batch,
    error: &serde_arrow::Error,
) -> BatchError {
    let asked = Asked::of::<T>();
    let names = batch.meta().names();
    let columns = names
        .zip(batch.meta().fields())
        .zip(batch.record_batch().columns());
    for (position, ((name, field), array)) in columns.enumerate() {
        let Some(asked) = asked.column(position, name) else {
            continue;
        };
        if !asked.optional && array.null_count() > 0 {
            return BatchError::RowNull {
                column: name.to_owned(),
                rust_type: asked.plain,
            };
        }
        let Some(plain) = asked.plain else { continue };
        if !converts(&field.dtype, plain) {
            return BatchError::RowType {
                column: name.to_owned(),
                dtype: field.dtype.clone(),
                rust_type: plain,
            };
        }
        let mut values = (0..array.len()).map(|row| Value::from_array(array, row));
        if let Some(value) = values.find(|value| !holds(plain, value)) {
            return BatchError::RowValue {
                column: name.to_owned(),
                value: value.to_string(),
                rust_type: plain,
            };
        }
    }
    let name = rust_name(type_name::<T>());
    BatchError::RowShape {
        reason: format!(
            "rows do not convert to `{name}`: {}",
            Shown(error.message())
        ),
    }
}

/// Whether any value of a dtype can become a value of a plain Rust type.
fn converts(dtype: &DType, plain: &str) -> bool {
    match plain {
        "bool" => matches!(dtype, DType::Bool | DType::Null) || dtype.is_integer(),
        "String" => !dtype.is_numeric() && !dtype.is_nested() && *dtype != DType::Bool,
        "Vec" => dtype.is_nested(),
        "char" => dtype.is_string() || dtype.is_integer(),
        "f32" | "f64" => dtype.is_float() || dtype.is_decimal() || *dtype == DType::Null,
        _ => {
            dtype.is_integer() || dtype.is_temporal() || matches!(dtype, DType::Bool | DType::Null)
        }
    }
}

/// Whether a plain Rust type has room for a value; true where that is not a matter of its size.
fn holds(plain: &str, value: &Value) -> bool {
    let number = match value {
        Value::Int(number) => i128::from(*number),
        Value::UInt(number) => i128::from(*number),
        _ => return true,
    };
    match plain {
        "i8" => i8::try_from(number).is_ok(),
        "i16" => i16::try_from(number).is_ok(),
        "i32" => i32::try_from(number).is_ok(),
        "i64" => i64::try_from(number).is_ok(),
        "u8" => u8::try_from(number).is_ok(),
        "u16" => u16::try_from(number).is_ok(),
        "u32" => u32::try_from(number).is_ok(),
        "u64" | "u128" => u64::try_from(number).is_ok(),
        _ => true,
    }
}
