//! What is wrong with a line, for those who must mend it.

use serde_json::Value;
use swath_meta::Field;

use super::decode::{Columns, DEEPEST, Rows, is_deep};

/// What is wrong with one line.
#[derive(Debug)]
pub(super) enum Fault {
    /// It does not hold one JSON object.
    Line { reason: String },
    /// A value is none of its column.
    Value {
        column: String,
        value: String,
        dtype: String,
    },
}

/// What is wrong with a line for who reads these columns of it; nothing, if it can be read.
pub(super) fn fault(line: &[u8], columns: &Columns<'_>) -> Option<Fault> {
    if reads(line, columns) {
        return None;
    }
    let broken = |reason: String| Some(Fault::Line { reason });
    let line = line.trim_ascii();
    if std::str::from_utf8(line).is_err() {
        return broken("it is no text in UTF-8".to_owned());
    }
    if is_deep(line) {
        return broken(format!("lists and objects nest more than {DEEPEST} deep"));
    }
    let value: Value = match serde_json::from_slice(line) {
        Ok(value) => value,
        Err(error) => {
            let said = error.to_string();
            let reason = said.split(" at line ").next().unwrap_or_default();
            return broken(format!("{reason}, at its byte {}", error.column()));
        }
    };
    let Value::Object(object) = value else {
        return broken(format!("it is {}, not an object", kind(&value)));
    };
    let reads_alone = |column: &&Field| {
        let fields = std::slice::from_ref(*column);
        reads(line, &Columns { fields, ..*columns })
    };
    let bad = columns.fields.iter().find(|column| !reads_alone(column));
    let Some(column) = bad else {
        return broken("it is no JSON".to_owned());
    };
    let value = match object.get(&*column.name) {
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
        None => String::new(),
    };
    Some(Fault::Value {
        column: column.name.to_string(),
        value,
        dtype: column.dtype.to_string(),
    })
}

/// Whether a line can be read.
fn reads(line: &[u8], columns: &Columns<'_>) -> bool {
    Rows::new(columns, 1, false)
        .and_then(|mut rows| {
            rows.line(line)?;
            rows.columns()
        })
        .is_ok()
}

/// What a value is, in words.
fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a truth",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}
