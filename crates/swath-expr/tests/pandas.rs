//! What pandas answers for functions of text and times: `tests/golden/functions.py` recorded it.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs::read_to_string;
use std::path::Path;

use arrow_array::{Array, ArrayRef};
use arrow_select::concat::concat;
use serde_json::Value as Json;
use swath_batch::Value;
use swath_expr::{Expr, ExprNode, FunctionRef, Functions, col};
use swath_meta::{DType, Meta};

const COLUMNS: [(&str, &str, &str); 5] = [
    ("text", "string", "text"),
    ("time", "timestamp[us]", "time"),
    ("utc", "timestamp[us, UTC]", "time"),
    ("zurich", "timestamp[us, Europe/Zurich]", "time"),
    ("span", "duration[us]", "span"),
];

fn column(recorded: &Json, dtype: &DType) -> ArrayRef {
    let value = |json: &Json| match (json, dtype) {
        (Json::String(text), DType::Timestamp(_, Some(_))) => {
            Value::from(format!("{text}Z")).cast(dtype).unwrap()
        }
        (Json::String(text), _) => Value::from(text).cast(dtype).unwrap(),
        (Json::Number(count), DType::Duration(unit)) => Value::Duration {
            value: count.as_i64().unwrap(),
            unit: *unit,
        },
        _ => Value::Null,
    };
    let arrays: Vec<ArrayRef> = recorded
        .as_array()
        .unwrap()
        .iter()
        .map(|json| value(json).to_array(dtype, 1).unwrap())
        .collect();
    concat(&arrays.iter().map(AsRef::as_ref).collect::<Vec<_>>()).unwrap()
}

fn literal(json: &Json) -> Value {
    match json {
        Json::Null => Value::Null,
        Json::Bool(truth) => (*truth).into(),
        Json::Number(number) => number.as_i64().unwrap().into(),
        Json::String(text) => text.into(),
        other => unreachable!("{other} is no literal"),
    }
}

/// The answer as the text that results print.
fn text(json: &Json) -> String {
    match json {
        Json::Array(items) => {
            let items: Vec<String> = items.iter().map(text).collect();
            format!("[{}]", items.join(", "))
        }
        Json::String(text) => text.clone(),
        other => other.to_string(),
    }
}

#[test]
fn functions_answer_as_pandas_does() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/golden/functions.json");
    let recorded: Json = serde_json::from_str(&read_to_string(file).unwrap()).unwrap();
    let meta = Meta::of(COLUMNS.map(|(name, dtype, _)| (name, dtype))).unwrap();
    let columns = COLUMNS
        .map(|(_, dtype, values)| column(&recorded["columns"][values], &dtype.parse().unwrap()));
    let mut failed = Vec::new();
    let cases = recorded["cases"].as_array().unwrap();
    for case in cases {
        let name = case["column"].as_str().unwrap();
        let position = COLUMNS
            .iter()
            .position(|(known, ..)| *known == name)
            .unwrap();
        let mut function = FunctionRef::new(case["function"].as_str().unwrap());
        for (name, value) in case["params"].as_object().unwrap() {
            function = function.param(name.as_str(), literal(value));
        }
        let mut args = vec![col(name)];
        args.extend(
            case["args"]
                .as_array()
                .unwrap()
                .iter()
                .map(|arg| Expr::from(literal(arg))),
        );
        let expr = Expr::new(ExprNode::Call { function, args });
        let rows = columns[position].len();
        let found = match expr.bind(&meta, &Functions::standard()) {
            Ok(bound) => {
                // Columns that are not used may be of any length.
                bound
                    .eval(&columns, rows)
                    .map_err(|error| error.to_string() + &source(&error))
            }
            Err(error) => Err(error.to_string() + &source(&error)),
        };
        let found = match found {
            Ok(found) => found,
            Err(error) => {
                failed.push(format!("{expr}: {error}"));
                continue;
            }
        };
        for (row, expected) in case["answers"].as_array().unwrap().iter().enumerate() {
            let (found, expected) = (Value::from_array(&found, row).to_string(), text(expected));
            let what = format!("{expr} of {}", Value::from_array(&columns[position], row));
            if !same(&found, &expected) {
                failed.push(format!("{what}: {found:?}, pandas {expected:?}"));
            }
        }
    }
    assert!(cases.len() > 200);
    assert!(
        failed.is_empty(),
        "{} answers differ\n{}",
        failed.len(),
        failed.join("\n")
    );
}

/// The same text, or the same number: pandas has no integers beside a missing value.
fn same(found: &str, expected: &str) -> bool {
    let number = |text: &str| text.parse::<f64>().ok();
    let near = |(a, b): (f64, f64)| a == b || (a - b).abs() < 1e-9 * a.abs().max(1e-6);
    found == expected || number(found).zip(number(expected)).is_some_and(near)
}

fn source(error: &dyn std::error::Error) -> String {
    error
        .source()
        .map_or_else(String::new, |source| format!(": {source}"))
}
