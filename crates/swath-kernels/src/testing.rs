//! Columns of every dtype and state, and the suite every aggregate must pass.
//!
//! For the tests of this crate, and of whoever registers an aggregate of their own.

use std::sync::Arc;

use arrow_array::{Array, ArrayRef, BooleanArray, new_empty_array, new_null_array};
use arrow_buffer::{ArrowNativeType, NullBuffer};
use arrow_cast::cast;
use arrow_schema::DataType;
use swath_batch::Value;
use swath_meta::{DType, TimeUnit};

use crate::encoding::plain_type;
use crate::native::{self, with_native};
use crate::{Aggregate, KernelError};

/// A dtype of every kind, and the widths of numbers.
pub fn dtypes() -> Vec<DType> {
    vec![
        DType::Null,
        DType::Bool,
        DType::Int8,
        DType::Int16,
        DType::Int32,
        DType::Int64,
        DType::UInt8,
        DType::UInt16,
        DType::UInt32,
        DType::UInt64,
        DType::Float32,
        DType::Float64,
        DType::Decimal {
            precision: 12,
            scale: 2,
        },
        DType::String,
        DType::Binary,
        DType::Date,
        DType::Time(TimeUnit::Second),
        DType::Time(TimeUnit::Nanosecond),
        DType::Timestamp(TimeUnit::Microsecond, None),
        DType::Timestamp(TimeUnit::Nanosecond, Some("UTC".into())),
        DType::Duration(TimeUnit::Millisecond),
        DType::Category,
        DType::list(DType::Int64),
    ]
}

/// Columns of a dtype, each with what is particular about it: `numbers`, `nulls`, `nan` (of floats),
/// `empty`, `sliced`, `all null`, and for text the encodings `utf8` and `dictionary`.
///
/// # Panics
/// If the dtype is a list or struct of something that has no empty array, which none has.
pub fn columns(dtype: &DType) -> Vec<(&'static str, ArrayRef)> {
    let border = dtype.border();
    let mut columns = vec![
        ("empty", new_empty_array(&border)),
        ("all null", new_null_array(&border, 7)),
    ];
    if matches!(dtype, DType::Null | DType::List(_) | DType::Struct(_)) {
        return columns;
    }
    let numbers = [3, 1, 2, 1, 7, 0, 3, 44, 5].map(Some);
    let nulls = [
        None,
        Some(4),
        None,
        Some(4),
        Some(9),
        Some(1),
        None,
        Some(2),
    ];
    columns.push(("numbers", column(dtype, &numbers)));
    columns.push(("nulls", column(dtype, &nulls)));
    columns.push(("sliced", column(dtype, &nulls).slice(1, 6)));
    if dtype.is_float() {
        let odd = [f64::NAN, -0.0, 1.5, -f64::NAN, 0.0, f64::INFINITY, -1.5];
        let odd: ArrayRef = Arc::new(arrow_array::Float64Array::from(odd.to_vec()));
        columns.push(("nan", cast(&odd, &border).expect("floats narrow")));
    }
    if *dtype == DType::String {
        let text = column(dtype, &nulls);
        columns.push((
            "utf8",
            cast(&text, &DataType::Utf8).expect("views are text"),
        ));
        let key = Box::new(DataType::UInt16);
        for (name, values) in [
            ("dictionary", DataType::Utf8View),
            ("dictionary of utf8", DataType::Utf8),
        ] {
            let coded = DataType::Dictionary(key.clone(), Box::new(values));
            columns.push((name, cast(&text, &coded).expect("text is encoded")));
        }
    }
    columns
}

/// A column of a dtype that is not nested, whose values have the order of `numbers`.
///
/// # Panics
/// If the dtype is nested.
pub fn column(dtype: &DType, numbers: &[Option<i64>]) -> ArrayRef {
    let plain = plain_type(dtype);
    let nulls: NullBuffer = numbers.iter().map(Option::is_some).collect();
    let column: ArrayRef = match dtype {
        DType::Bool => Arc::new(
            numbers
                .iter()
                .map(|n| n.map(|n| n > 2))
                .collect::<BooleanArray>(),
        ),
        // Some in the view, some beyond it.
        DType::String | DType::Category | DType::Binary => {
            let text = numbers.iter().map(|n| {
                n.map(|n| {
                    if n % 2 == 0 {
                        format!("{n:03}")
                    } else {
                        format!("{n:03} is an odd number")
                    }
                })
            });
            let text: ArrayRef = Arc::new(text.collect::<arrow_array::StringViewArray>());
            cast(&text, &plain).expect("text is bytes")
        }
        _ => with_native!(&plain, N => {
            let values = numbers.iter().map(|n| N::usize_as(n.unwrap_or_default() as usize));
            native::column::<N>(values.collect(), Some(nulls), &plain)
        }, _ => unreachable!("only fixed-width dtypes are left, and the caller promised no nested one")),
    };
    cast(&column, &dtype.border()).expect("a plain column has its border encoding")
}

/// Checks an aggregate over every dtype and column of this module: it answers or refuses in `infer`, and
/// where it answers, states have the dtypes it says, and the result does not depend on how rows were cut into
/// batches and tasks.
///
/// # Panics
/// If a check fails, naming aggregate, dtype and column.
pub fn check_aggregate(aggregate: &dyn Aggregate) {
    for dtype in dtypes() {
        let dtypes = &inputs_of(aggregate, &dtype)[..];
        let Ok(types) = aggregate.infer(dtypes) else {
            assert!(
                aggregate.accumulator(dtypes).is_err(),
                "{dtype}: refused in one place only"
            );
            continue;
        };
        for (name, column) in columns(&dtype) {
            let what = format!("{} of {dtype}, {name}", aggregate.kind());
            let check = |result: Result<ArrayRef, KernelError>, whole: &[Value]| {
                let result = result.unwrap_or_else(|error| unreachable!("{what}: {error}"));
                assert_eq!(*result.data_type(), types.output.border(), "{what}");
                assert!(types.output_nullable || result.null_count() == 0, "{what}");
                let values = values_of(&result);
                assert!(
                    whole.is_empty() || values.iter().zip(whole).all(|(a, b)| close(a, b)),
                    "{what}: {values:?} is not {whole:?}"
                );
                values
            };
            let groups: Vec<u32> = (0..column.len()).map(|row| row as u32 % 3).collect();
            let whole = check(at_once(aggregate, dtypes, &column, &groups), &[]);
            assert_eq!(
                whole.len(),
                4,
                "{what}: one row a group, also for a group without rows"
            );
            for cut in [0, 1, column.len() / 2, column.len()] {
                let cut = cut.min(column.len());
                check(in_batches(aggregate, dtypes, &column, &groups, cut), &whole);
                check(
                    in_tasks(aggregate, dtypes, &column, &groups, cut, &types.state),
                    &whole,
                );
            }
            let together = check(without_keys(aggregate, dtypes, &column, false), &[]);
            assert_eq!(together.len(), 1, "{what}: one row without keys");
            check(without_keys(aggregate, dtypes, &column, true), &together);
        }
    }
}

fn at_once(
    aggregate: &dyn Aggregate,
    dtypes: &[DType],
    column: &ArrayRef,
    groups: &[u32],
) -> Result<ArrayRef, KernelError> {
    let mut states = aggregate.accumulator(dtypes)?;
    states.update(groups, 4, &same(column, dtypes))?;
    states.finish()
}

fn in_batches(
    aggregate: &dyn Aggregate,
    dtypes: &[DType],
    column: &ArrayRef,
    groups: &[u32],
    cut: usize,
) -> Result<ArrayRef, KernelError> {
    let mut states = aggregate.accumulator(dtypes)?;
    states.update(&groups[..cut], 3, &same(&column.slice(0, cut), dtypes))?;
    states.update(
        &groups[cut..],
        4,
        &same(&column.slice(cut, column.len() - cut), dtypes),
    )?;
    states.finish()
}

fn in_tasks(
    aggregate: &dyn Aggregate,
    dtypes: &[DType],
    column: &ArrayRef,
    groups: &[u32],
    cut: usize,
    state_dtypes: &[DType],
) -> Result<ArrayRef, KernelError> {
    let mut merged = aggregate.accumulator(dtypes)?;
    for (from, to) in [(0, cut), (cut, column.len())] {
        let mut states = aggregate.accumulator(dtypes)?;
        let rows = same(&column.slice(from, to - from), dtypes);
        states.update(&groups[from..to], 3, &rows)?;
        let state = states.state()?;
        let found: Vec<_> = state
            .iter()
            .map(|column| column.data_type().clone())
            .collect();
        let said: Vec<_> = state_dtypes.iter().map(DType::border).collect();
        assert_eq!(found, said, "{}: state columns", aggregate.kind());
        merged.merge(&[0, 1, 2], 4, &state)?;
    }
    merged.finish()
}

fn without_keys(
    aggregate: &dyn Aggregate,
    dtypes: &[DType],
    column: &ArrayRef,
    as_group: bool,
) -> Result<ArrayRef, KernelError> {
    let mut states = aggregate.accumulator(dtypes)?;
    if as_group {
        states.update(&vec![0; column.len()], 1, &same(column, dtypes))?;
    } else {
        states.update_all(column.len(), &same(column, dtypes))?;
    }
    states.finish()
}

/// The dtypes of as many inputs as the aggregate reads: one, or two of the same.
pub(crate) fn inputs_of(aggregate: &dyn Aggregate, dtype: &DType) -> Vec<DType> {
    match aggregate.infer(std::slice::from_ref(dtype)) {
        Err(KernelError::Inputs { expected, .. }) => vec![dtype.clone(); expected],
        _ => vec![dtype.clone()],
    }
}

/// The same column for each input.
pub(crate) fn same(column: &ArrayRef, inputs: &[DType]) -> Vec<ArrayRef> {
    vec![Arc::clone(column); inputs.len()]
}

/// The rows of a column as values.
pub fn values_of(column: &dyn Array) -> Vec<Value> {
    (0..column.len())
        .map(|row| Value::from_array(column, row))
        .collect()
}

/// Equality, but floats may differ by rounding.
fn close(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Float(a), Value::Float(b)) if a.is_finite() && b.is_finite() => {
            (a - b).abs() <= 1e-9 * a.abs().max(b.abs()).max(1.0)
        }
        _ => a == b,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Aggregates;

    #[test]
    fn every_built_in_aggregate_passes() {
        let aggregates = Aggregates::standard();
        for name in aggregates.names() {
            check_aggregate(aggregates.get(name).unwrap().as_ref());
        }
    }
}
