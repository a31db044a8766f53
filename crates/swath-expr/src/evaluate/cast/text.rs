//! From and to text.

use std::fmt::Write;
use std::sync::Arc;

use arrow_array::builder::StringViewBuilder;
use arrow_array::cast::AsArray;
use arrow_array::types::Float32Type;
use arrow_array::{Array, ArrayRef, BooleanArray, Decimal128Array, Int64Array, StringViewArray};
use arrow_schema::{ArrowError, DataType};
use arrow_select::take::take;
use swath_batch::Value;
use swath_meta::DType;

use super::{number, safe, time};

/// Reads text as values of `to`; null where it does not read. Dictionaries are read once an entry.
pub(super) fn read(array: &ArrayRef, to: &DType) -> Result<ArrayRef, ArrowError> {
    if let DataType::Dictionary(..) = array.data_type() {
        let dictionary = array.as_any_dictionary();
        return take(&read(dictionary.values(), to)?, dictionary.keys(), None);
    }
    let views = safe(array, &DataType::Utf8View)?;
    let text = views.as_string_view();
    match to {
        DType::Bool => {
            let truth = |text: &str| match text {
                "true" => Some(true),
                "false" => Some(false),
                _ => None,
            };
            let answers: BooleanArray = text.iter().map(|text| text.and_then(truth)).collect();
            Ok(Arc::new(answers))
        }
        // Arrow rounds what has too many digits and reads beyond a date's range: those are read by the literal's rules.
        DType::Decimal { .. } | DType::Date | DType::Time(_) | DType::Timestamp(..) => {
            by_value(text, to)
        }
        DType::Float32 => number::convert(&safe(&views, &DataType::Float64)?, &DType::Float64, to),
        _ => safe(&views, &to.border()),
    }
}

/// Reads every text as a literal of that dtype would be read.
fn by_value(text: &StringViewArray, to: &DType) -> Result<ArrayRef, ArrowError> {
    if to.is_decimal() {
        let digits = |text: &str| match Value::from(text).cast(to).ok()? {
            Value::Decimal { value, .. } => Some(value),
            _ => None,
        };
        let decimals: Decimal128Array = text.iter().map(|text| text.and_then(digits)).collect();
        return Ok(Arc::new(decimals.with_data_type(to.border())));
    }
    let count = |text: &str| match crate::typing::adapt(&Value::from(text), to).ok()? {
        Value::Date(days) => Some(i64::from(days)),
        Value::Time { value, .. } | Value::Timestamp { value, .. } => Some(value),
        _ => None,
    };
    let counts: Int64Array = text.iter().map(|text| text.and_then(count)).collect();
    time::of_counts(&(Arc::new(counts) as ArrayRef), to)
}

/// Values as the text that results print, in one reused buffer.
pub(super) fn write(array: &ArrayRef, from: &DType) -> ArrayRef {
    let mut builder = StringViewBuilder::with_capacity(array.len());
    let mut text = String::new();
    for row in 0..array.len() {
        if array.is_null(row) {
            builder.append_null();
            continue;
        }
        text.clear();
        // A short float prints the digits that make it, not those of the long one it widens to.
        let written = match from {
            DType::Float32 => write!(text, "{:?}", array.as_primitive::<Float32Type>().value(row)),
            _ => write!(text, "{}", Value::from_array(array, row)),
        };
        written.expect("a String takes all text");
        builder.append_value(&text);
    }
    Arc::new(builder.finish())
}
