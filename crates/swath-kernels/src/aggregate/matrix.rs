//! Every aggregate over every dtype and kind of column, against a naive answer.

use std::cmp::Ordering;
use std::fmt::Write;
use std::sync::Arc;

use arrow_array::{ArrayRef, Float64Array, Int64Array, StringArray};
use proptest::prelude::*;
use swath_batch::Value;
use swath_meta::DType;

use crate::testing::{columns, dtypes, inputs_of, same, values_of};
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
        // Where labels are the values themselves.
        "min" | "idxmin" => pick(present.iter().min_by(|a, b| order(a, b))),
        "max" | "idxmax" => pick(present.iter().max_by(|a, b| order(a, b))),
        "list" => Value::List(values.into()),
        "any" => Value::Bool(present.iter().any(|value| **value == Value::Bool(true))),
        "all" => Value::Bool(present.iter().all(|value| **value == Value::Bool(true))),
        "nunique" | "nunique_approx" => {
            let mut seen: Vec<&Value> = Vec::new();
            for value in present {
                if !seen.contains(&value) {
                    seen.push(value);
                }
            }
            Value::Int(seen.len() as i64)
        }
        "mode" => {
            let count = |of: &Value| present.iter().filter(|value| ***value == *of).count();
            pick(
                present
                    .iter()
                    .min_by(|a, b| count(b).cmp(&count(a)).then(order(a, b))),
            )
        }
        "mode_count" => {
            let count = |of: &&Value| present.iter().filter(|value| **value == *of).count();
            Value::Int(present.iter().map(count).max().unwrap_or(0) as i64)
        }
        // Without shares there are none.
        "quantiles" => Value::List(Arc::new([])),
        "prod" => match output {
            DType::Float64 => Value::Float(floats(&present).iter().product()),
            _ => of_units(
                output,
                present.iter().map(|value| units(&[value])).product(),
            ),
        },
        "median" | "quantile" => middle(output, present),
        "var" | "std" | "sem" | "cov" | "corr" | "skew" | "kurtosis" => {
            moment(aggregate, &floats(&present))
        }
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
    floats(values).iter().sum()
}

fn floats(values: &[&Value]) -> Vec<f64> {
    let float = |value: &&Value| match value {
        Value::Float(float) => *float,
        Value::Decimal { value, scale, .. } => *value as f64 / 10_f64.powi(i32::from(*scale)),
        value => units(&[value]) as f64,
    };
    values.iter().map(float).collect()
}

/// The value in the middle, or what is halfway between two.
fn middle(output: &DType, mut present: Vec<&Value>) -> Value {
    present.sort_by(|a, b| a.compare(b).unwrap_or(Ordering::Equal));
    let Some(last) = present.len().checked_sub(1) else {
        return Value::Null;
    };
    let two = [present[last / 2], present[last.div_ceil(2)]];
    match output {
        DType::Float64 if two[0] == two[1] => Value::Float(floats(&two)[0]),
        DType::Float64 => Value::Float(number(&two) / 2.0),
        _ => of_units(output, units(&two).div_euclid(2)),
    }
}

/// Statistics by their definitions.
fn moment(of: &str, values: &[f64]) -> Value {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let power = |exponent| {
        values
            .iter()
            .map(|value| (value - mean).powi(exponent))
            .sum::<f64>()
    };
    let least = match of {
        "skew" => 3,
        "kurtosis" => 4,
        _ => 2,
    };
    if values.len() < least {
        return Value::Null;
    }
    let variance = power(2) / (n - 1.0);
    let biased = power(2) / n;
    Value::Float(match of {
        "var" | "cov" => variance,
        "std" => variance.sqrt(),
        "sem" => (variance / n).sqrt(),
        // Of a column with itself.
        "corr" if variance == 0.0 || variance.is_nan() => f64::NAN,
        "corr" => 1.0,
        _ if biased == 0.0 => 0.0,
        "skew" => power(3) / n / biased.powf(1.5) * (n * (n - 1.0)).sqrt() / (n - 2.0),
        _ => {
            let excess = power(4) / n / (biased * biased) - 3.0;
            (n - 1.0) / ((n - 2.0) * (n - 3.0)) * ((n + 1.0) * excess + 6.0)
        }
    })
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
            (a - b).abs() <= 1e-9 * b.abs().max(1.0)
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
            let inputs = &inputs_of(aggregate.as_ref(), &dtype)[..];
            let types = match aggregate.infer(inputs) {
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
                let mut states = aggregate.accumulator(inputs).unwrap();
                states.update(&groups, 4, &same(&column, inputs)).unwrap();
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
    let answer = |name| match aggregates.get(name).unwrap().infer(&[]) {
        Ok(types) => format!("{name}: {}", types.output),
        Err(error) => format!("{name}: {error}"),
    };
    let text: Vec<String> = aggregates.names().map(answer).collect();
    insta::assert_snapshot!(text.join("\n"));
}

/// Small numbers as a column of one of three dtypes; one of them is NaN where there is one.
fn drawn(dtype: &DType, rows: &[Option<i8>]) -> ArrayRef {
    match dtype {
        DType::Float64 => Arc::new(
            rows.iter()
                .map(|row| row.map(|n| if n == 2 { f64::NAN } else { f64::from(n) / 2.0 }))
                .collect::<Float64Array>(),
        ),
        DType::String => Arc::new(
            rows.iter()
                .map(|row| row.map(|n| format!("{n} and more than twelve bytes")))
                .collect::<StringArray>(),
        ),
        _ => Arc::new(
            rows.iter()
                .map(|row| row.map(i64::from))
                .collect::<Int64Array>(),
        ),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_partitions_give_the_naive_answer(
        parts in prop::collection::vec(
            prop::collection::vec((0_u32..4, prop::option::of(-2_i8..=2)), 0..12),
            1..5,
        ),
        dtype in prop::sample::select(vec![DType::Int64, DType::Float64, DType::String]),
    ) {
        let aggregates = Aggregates::standard();
        for name in aggregates.names() {
            let aggregate = aggregates.get(name).unwrap();
            let inputs = &inputs_of(aggregate.as_ref(), &dtype)[..];
            let Ok(types) = aggregate.infer(inputs) else { continue };
            let mut merged = aggregate.accumulator(inputs).unwrap();
            let mut rows: Vec<(u32, Value)> = Vec::new();
            for part in &parts {
                let values: Vec<_> = part.iter().map(|(_, value)| *value).collect();
                let groups: Vec<u32> = part.iter().map(|(group, _)| *group).collect();
                let column = drawn(&dtype, &values);
                rows.extend(groups.iter().copied().zip(values_of(&column)));
                let mut states = aggregate.accumulator(inputs).unwrap();
                states.update(&groups, 4, &same(&column, inputs)).unwrap();
                merged.merge(&[0, 1, 2, 3], 4, &states.state().unwrap()).unwrap();
            }
            let found = values_of(&merged.finish().unwrap());
            for (group, found) in found.iter().enumerate() {
                let own: Vec<Value> = rows
                    .iter()
                    .filter(|(of, _)| *of as usize == group)
                    .map(|(_, value)| value.clone())
                    .collect();
                let expected = naive(name, &types.output, &own);
                prop_assert!(
                    is_close(found, &expected),
                    "{} of {:?}: {} is not {}", name, own, found, expected
                );
            }
        }
    }
}
