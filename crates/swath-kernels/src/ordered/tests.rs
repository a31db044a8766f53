//! Every operation against a plain reading of what it means, whatever the batches.

use std::sync::Arc;

use arrow_array::{Array, ArrayRef, Decimal128Array, Float64Array, Int64Array, StringViewArray};
use proptest::prelude::*;
use swath_batch::Value;
use swath_meta::DType;

use super::{Cumulative, InOrder, Ordered, RollingStatistic};
use crate::testing::{columns, dtypes, values_of};
use crate::{KernelError, concat_columns};

use RollingStatistic::{Count, Max, Mean, Median, Min, Std, Sum, Var};

fn rolling(window: u64, min_periods: u64, center: bool, of: RollingStatistic) -> Ordered {
    Ordered::Rolling {
        window,
        min_periods,
        center,
        of,
    }
}

fn operations() -> Vec<Ordered> {
    let mut all: Vec<Ordered> = [-70, -3, -1, 0, 1, 2, 70]
        .map(|rows| Ordered::Shift { rows })
        .to_vec();
    all.extend(
        [
            Cumulative::Sum,
            Cumulative::Product,
            Cumulative::Min,
            Cumulative::Max,
            Cumulative::Count,
        ]
        .map(Ordered::Cumulative),
    );
    for backward in [false, true] {
        for limit in [None, Some(1), Some(2), Some(5)] {
            all.push(Ordered::Fill { backward, limit });
        }
    }
    for of in [Sum, Mean, Min, Max, Count, Std, Var, Median] {
        for (window, least, center) in [
            (1, 1, false),
            (3, 3, false),
            (3, 1, true),
            (4, 2, true),
            (7, 0, false),
            (100, 1, false),
        ] {
            all.push(rolling(window, least, center, of));
        }
    }
    all
}

/// All answers for rows that come in these batches.
fn answers(
    operation: &Ordered,
    dtype: &DType,
    rows: &ArrayRef,
    cuts: &[usize],
) -> Result<ArrayRef, KernelError> {
    let mut pass = operation.open(dtype)?;
    let mut parts = Vec::new();
    let mut from = 0;
    for to in cuts.iter().copied().chain([rows.len()]) {
        let to = to.clamp(from, rows.len());
        parts.push(vec![pass.push(&rows.slice(from, to - from))?]);
        from = to;
    }
    parts.extend(pass.finish()?.map(|rest| vec![rest]));
    Ok(concat_columns(&parts)?.remove(0))
}

/// What the operation means for floats, read literally.
fn oracle(operation: &Ordered, rows: &[Option<f64>]) -> Vec<Option<f64>> {
    let n = rows.len() as i64;
    let at = |row: i64| (0..n).contains(&row).then(|| rows[row as usize]).flatten();
    let statistic = |of: RollingStatistic, values: &[f64]| -> Option<f64> {
        let count = values.len() as f64;
        let mean = values.iter().sum::<f64>() / count;
        let mut sorted = values.to_vec();
        sorted.sort_by(f64::total_cmp);
        let some = (count > 0.0).then_some(());
        let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
        let variance = (count > 1.0).then(|| squares / (count - 1.0));
        match of {
            Sum => Some(values.iter().sum()),
            Count => Some(count),
            Mean => some.map(|()| mean),
            Min => sorted.first().copied(),
            Max => sorted.last().copied(),
            Var => variance,
            Std => variance.map(f64::sqrt),
            Median => some.map(|()| {
                let last = sorted.len() - 1;
                f64::midpoint(sorted[last / 2], sorted[last.div_ceil(2)])
            }),
        }
    };
    let one = |row: i64| -> Option<f64> {
        let so_far = || rows[..=row as usize].iter().flatten().copied();
        match *operation {
            Ordered::Shift { rows } => at(row - rows),
            Ordered::Cumulative(Cumulative::Count) => Some(row as f64),
            Ordered::Cumulative(of) => at(row).map(|_| match of {
                Cumulative::Sum => so_far().sum(),
                Cumulative::Product => so_far().product(),
                Cumulative::Min => so_far().fold(f64::INFINITY, f64::min),
                _ => so_far().fold(f64::NEG_INFINITY, f64::max),
            }),
            Ordered::Fill { backward, limit } => {
                let reach = limit.map_or(n, |limit| limit as i64);
                let sign = if backward { 1 } else { -1 };
                (0..=reach).find_map(|step| at(row + sign * step))
            }
            Ordered::Rolling {
                window,
                min_periods,
                center,
                of,
            } => {
                let window = window as i64;
                let before = if center { window / 2 } else { window - 1 };
                let rows = row - before..row - before + window;
                let values: Vec<f64> = rows.clone().filter_map(at).collect();
                let there = match of {
                    Count => rows.filter(|row| (0..n).contains(row)).count(),
                    _ => values.len(),
                };
                (there as u64 >= min_periods)
                    .then(|| statistic(of, &values))
                    .flatten()
            }
        }
    };
    (0..n).map(one).collect()
}

fn as_float(value: &Value) -> Option<f64> {
    match value {
        Value::Null => None,
        Value::Float(value) => Some(*value),
        Value::Int(value) => Some(*value as f64),
        Value::UInt(value) => Some(*value as f64),
        other => panic!("{other} is no number"),
    }
}

fn close(found: &[Value], expected: &[Option<f64>]) -> bool {
    found.len() == expected.len()
        && found
            .iter()
            .zip(expected)
            .all(|(found, expected)| match (as_float(found), expected) {
                (Some(a), Some(b)) => (a - b).abs() <= 1e-9 * (1.0 + b.abs()),
                (a, b) => a.is_none() && b.is_none(),
            })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]
    #[test]
    fn answers_are_what_the_words_say_however_rows_are_cut(
        rows in prop::collection::vec(prop::option::weighted(0.7, -3_i8..4), 0..60),
        mut cuts in prop::collection::vec(0_usize..60, 0..6),
    ) {
        cuts.sort_unstable();
        let floats: Vec<Option<f64>> = rows.iter().map(|row| row.map(|row| f64::from(row) / 2.0)).collect();
        let array: ArrayRef = Arc::new(Float64Array::from(floats.clone()));
        let whole: Vec<Option<f64>> = rows.iter().map(|row| row.map(f64::from)).collect();
        let integers: ArrayRef = Arc::new(rows.iter().map(|row| row.map(i64::from)).collect::<Int64Array>());
        for operation in operations() {
            let found = answers(&operation, &DType::Float64, &array, &cuts).expect("floats have answers");
            let expected = oracle(&operation, &floats);
            prop_assert!(close(&values_of(&found), &expected), "{operation}: {:?} {expected:?}", values_of(&found));
            // Products of many numbers do not fit, which is an error.
            if let Ok(found) = answers(&operation, &DType::Int64, &integers, &cuts) {
                let expected = oracle(&operation, &whole);
                prop_assert!(close(&values_of(&found), &expected), "{operation}: {:?} {expected:?}", values_of(&found));
            }
        }
    }
}

#[test]
fn every_operation_of_every_dtype_answers_or_says_why_not() {
    let mut refused = Vec::new();
    for dtype in dtypes() {
        for operation in operations() {
            let output = match operation.infer(&dtype) {
                Ok(output) => output,
                Err(error) => {
                    assert!(operation.open(&dtype).is_err());
                    refused.push(error.to_string());
                    continue;
                }
            };
            for (kind, rows) in columns(&dtype) {
                let whole = answers(&operation, &dtype, &rows, &[]);
                let cut = answers(&operation, &dtype, &rows, &[0, 1, 2, 2, 5]);
                match (whole, cut) {
                    (Ok(whole), Ok(cut)) => {
                        assert_eq!(whole.len(), rows.len(), "{operation} of {dtype}, {kind}");
                        assert!(
                            output.admits(whole.data_type())
                                || *whole.data_type() == output.border(),
                            "{operation} of {dtype}, {kind}: {} is no {output}",
                            whole.data_type()
                        );
                        assert_eq!(
                            format!("{:?}", values_of(&whole)),
                            format!("{:?}", values_of(&cut)),
                            "{operation} of {dtype}, {kind}"
                        );
                    }
                    (Err(KernelError::Overflow { .. }), Err(KernelError::Overflow { .. })) => {}
                    (whole, cut) => panic!("{operation} of {dtype}, {kind}: {whole:?}, {cut:?}"),
                }
            }
        }
    }
    refused.sort_unstable();
    refused.dedup();
    insta::assert_snapshot!(refused.join("\n"));
}

#[test]
fn an_infinity_leaves_a_window_without_a_trace() {
    let rows: ArrayRef = Arc::new(Float64Array::from(vec![
        1.0,
        f64::INFINITY,
        f64::NAN,
        1e300,
        1.0,
        2.0,
        3.0,
    ]));
    for (of, expected) in [
        (Sum, 6.0),
        (Mean, 2.0),
        (Var, 1.0),
        (Max, 3.0),
        (Median, 2.0),
    ] {
        let found = answers(&rolling(3, 3, false, of), &DType::Float64, &rows, &[2]).unwrap();
        let found = values_of(&found);
        assert_eq!(as_float(&found[6]), Some(expected), "{of:?}");
        // Rows 0 and 1 alone: a number and an infinity, as aggregates answer.
        if of == Var {
            let two = answers(&rolling(2, 2, false, of), &DType::Float64, &rows, &[]).unwrap();
            assert!(as_float(&values_of(&two)[1]).is_some_and(f64::is_nan));
        }
    }
}

#[test]
fn what_does_not_fit_is_an_error_and_a_window_moves_on() {
    let rows: ArrayRef = Arc::new(Int64Array::from(vec![i64::MAX, 1, -1]));
    let sums = Ordered::Cumulative(Cumulative::Sum);
    let error = answers(&sums, &DType::Int64, &rows, &[]).unwrap_err();
    insta::assert_snapshot!(error, @"the cumsum is 9223372036854775808, which does not fit int64");
    let error = answers(&rolling(2, 1, false, Sum), &DType::Int64, &rows, &[]).unwrap_err();
    insta::assert_snapshot!(error, @"the rolling.sum is 9223372036854775808, which does not fit int64");
    let found = answers(&rolling(2, 2, false, Min), &DType::Int64, &rows, &[]).unwrap();
    assert_eq!(as_float(&values_of(&found)[2]), Some(-1.0));
}

#[test]
fn parts_of_a_window_may_be_larger_than_their_sum() {
    let most = 99 * 10_i128.pow(36);
    let rows = Decimal128Array::from(vec![most, most, -most]);
    let rows: ArrayRef = Arc::new(rows.with_precision_and_scale(38, 0).unwrap());
    let dtype = DType::Decimal {
        precision: 38,
        scale: 0,
    };
    let found = answers(&rolling(3, 3, false, Sum), &dtype, &rows, &[]).unwrap();
    assert_eq!(values_of(&found)[2].to_string(), most.to_string());
}

#[test]
fn an_operation_is_its_name_and_parameters() {
    for operation in operations() {
        let again = Ordered::from_parts(operation.name(), &operation.params()).unwrap();
        assert_eq!(again, Some(operation));
    }
    assert_eq!(Ordered::from_parts("cumavg", &[]).unwrap(), None);
    let errors = [
        rolling(0, 0, false, Sum).infer(&DType::Int64),
        rolling(2, 3, false, Sum).infer(&DType::Int64),
        Ordered::Fill {
            backward: true,
            limit: Some(0),
        }
        .infer(&DType::Int64),
    ];
    let errors: Vec<String> = errors.map(|error| error.unwrap_err().to_string()).to_vec();
    insta::assert_snapshot!(errors.join("\n"), @r"
    `window` of `rolling.sum` is at least one row, and 0 was given
    `min_periods` of `rolling.sum` is no more than the rows of the window, and 3 was given
    `limit` of `bfill` is at least 1, and 0 was given
    ");
}

#[test]
fn of_text_only_the_value_at_hand_is_kept() {
    let batch = |at: usize| -> ArrayRef {
        let texts = (0..100).map(|row| format!("a long text, number {row} of batch {at:03}"));
        Arc::new(StringViewArray::from_iter_values(texts))
    };
    let ffill = Ordered::Fill {
        backward: false,
        limit: None,
    };
    let max = Ordered::Cumulative(Cumulative::Max);
    for operation in [ffill, max] {
        let mut pass = operation.open(&DType::String).unwrap();
        for at in 0..50 {
            pass.push(&batch(at)).unwrap();
        }
        assert!(pass.bytes() < 4096, "{operation}: {}", pass.bytes());
    }
}

#[test]
fn what_is_kept_does_not_grow_with_the_rows() {
    let rows: ArrayRef = Arc::new(Int64Array::from_iter_values((0..1000).map(|row| row % 7)));
    for operation in operations() {
        let mut pass: Box<dyn InOrder> = operation.open(&DType::Int64).unwrap();
        let mut push = || {
            if pass.push(&rows).is_ok() {
                pass.bytes()
            } else {
                0
            }
        };
        let first = push().max(push());
        let last = (0..20).map(|_| push()).max().unwrap();
        assert!(last <= 2 * first.max(8192), "{operation}: {first} {last}");
    }
}
