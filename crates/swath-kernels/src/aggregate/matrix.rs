//! Every aggregate over every dtype and kind of column, against a naive answer.

use std::cmp::Ordering;
use std::fmt::Write;

use swath_batch::Value;
use swath_meta::DType;

use crate::testing::{columns, dtypes, values_of};
use crate::{Aggregates, KernelError};

/// The answer for the values of one group, one by one.
fn naive(aggregate: &str, output: &DType, values: &[Value]) -> Value {
    let present: Vec<&Value> = values.iter().filter(|value| !value.is_null()).collect();
    let order = |a: &&Value, b: &&Value| a.compare(b).unwrap_or(Ordering::Equal);
    let pick = |value: Option<&&Value>| value.map_or(Value::Null, |value| (*value).clone());
    match aggregate {
        "size" => Value::Int(values.len() as i64),
        "count" => Value::Int(present.len() as i64),
        "first" => pick(present.first()),
        "last" => pick(present.last()),
        "min" => pick(present.iter().min_by(|a, b| order(a, b))),
        "max" => pick(present.iter().max_by(|a, b| order(a, b))),
        "sum" => total(output, &present),
        "mean" if present.is_empty() => Value::Null,
        "mean" => match output {
            DType::Float64 => Value::Float(number(&present) / present.len() as f64),
            _ => of_units(output, units(&present).div_euclid(present.len() as i128)),
        },
        other => unreachable!("no naive answer for {other}"),
    }
}

fn total(output: &DType, present: &[&Value]) -> Value {
    match output {
        DType::Float64 => Value::Float(number(present)),
        _ => of_units(output, units(present)),
    }
}

fn number(values: &[&Value]) -> f64 {
    values
        .iter()
        .map(|value| match value {
            Value::Float(float) => *float,
            Value::Decimal { value, scale, .. } => *value as f64 / 10_f64.powi(i32::from(*scale)),
            value => units(&[value]) as f64,
        })
        .sum()
}

fn units(values: &[&Value]) -> i128 {
    values
        .iter()
        .map(|value| match value {
            Value::Bool(bit) => i128::from(*bit),
            Value::Int(value) | Value::Duration { value, .. } | Value::Timestamp { value, .. } => {
                i128::from(*value)
            }
            Value::UInt(value) => i128::from(*value),
            Value::Decimal { value, .. } => *value,
            other => unreachable!("{other} has no units"),
        })
        .sum()
}

fn of_units(dtype: &DType, units: i128) -> Value {
    match dtype {
        DType::UInt64 => Value::UInt(units as u64),
        DType::Decimal { precision, scale } => Value::Decimal {
            value: units,
            precision: *precision,
            scale: *scale,
        },
        DType::Duration(unit) => Value::Duration {
            value: units as i64,
            unit: *unit,
        },
        DType::Timestamp(unit, zone) => Value::Timestamp {
            value: units as i64,
            unit: *unit,
            zone: zone.clone(),
        },
        _ => Value::Int(units as i64),
    }
}

fn is_close(found: &Value, expected: &Value) -> bool {
    match (found, expected) {
        (Value::Float(a), Value::Float(b)) if a.is_finite() && b.is_finite() => {
            (a - b).abs() <= 1e-12 * b.abs()
        }
        _ => found == expected,
    }
}

#[test]
fn every_cell_is_an_answer_or_a_typed_error() {
    let aggregates = Aggregates::standard();
    let mut cells = 0;
    let mut text = String::new();
    for name in aggregates.names() {
        let aggregate = aggregates.get(name).unwrap();
        writeln!(text, "{name}").unwrap();
        for dtype in dtypes() {
            let types = match aggregate.infer(Some(&dtype)) {
                Ok(types) => types,
                Err(error) => {
                    assert!(matches!(error, KernelError::Unsupported { .. }), "{error}");
                    writeln!(text, "  {dtype}: {error}").unwrap();
                    continue;
                }
            };
            writeln!(text, "  {dtype} -> {}", types.output).unwrap();
            for (kind, column) in columns(&dtype) {
                let groups: Vec<u32> = (0..column.len()).map(|row| (row as u32 * 5) % 3).collect();
                let mut states = aggregate.accumulator(Some(&dtype)).unwrap();
                states.update(&groups, 4, Some(&column)).unwrap();
                let found = values_of(&states.finish().unwrap());
                let rows = values_of(&column);
                for (group, found) in found.iter().enumerate() {
                    let own: Vec<Value> = rows
                        .iter()
                        .zip(&groups)
                        .filter(|(_, of)| **of as usize == group)
                        .map(|(row, _)| row.clone())
                        .collect();
                    let expected = naive(name, &types.output, &own);
                    assert!(
                        is_close(found, &expected),
                        "{name} of {dtype}, {kind}, group {group}: {found} is not {expected}"
                    );
                    cells += 1;
                }
            }
        }
    }
    assert!(cells > 3000, "{cells}");
    insta::assert_snapshot!(text);
}

#[test]
fn what_is_asked_for_without_a_column() {
    let aggregates = Aggregates::standard();
    let answer = |name| match aggregates.get(name).unwrap().infer(None) {
        Ok(types) => format!("{name}: {}", types.output),
        Err(error) => format!("{name}: {error}"),
    };
    let text: Vec<String> = aggregates.names().map(answer).collect();
    insta::assert_snapshot!(text.join("\n"));
}
