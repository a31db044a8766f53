//! Whether two answers are the same.

use arrow_array::Array;
use swath_batch::{Batch, Value};

/// How far two floats may be apart and still be the same, as a share of the larger one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Tolerance(f64);

/// Floats are the same number, or both none.
pub(super) const EXACT: Tolerance = Tolerance(0.0);
/// Floats may differ by what adding them in another order does.
pub(super) const ROUNDED: Tolerance = Tolerance(1e-9);

/// Says where two answers of the same columns differ; nothing where they are the same.
pub(super) fn difference(one: &Batch, other: &Batch, within: Tolerance) -> Option<String> {
    if one.num_rows() != other.num_rows() {
        return Some(format!("{} rows, and {}", one.num_rows(), other.num_rows()));
    }
    let names = one.meta().names();
    names
        .filter(|name| other.meta().contains(name))
        .find_map(|name| {
            let (one, other) = (one.column(name).ok()?, other.column(name).ok()?);
            if one == other {
                return None;
            }
            let row = (0..one.len()).find(|row| !is_same(one, other, *row, within))?;
            let value = |column: &dyn Array| Value::from_array(column, row);
            Some(format!(
                "{} in row {row} of `{name}`, and {}",
                value(one),
                value(other)
            ))
        })
}

fn is_same(one: &dyn Array, other: &dyn Array, row: usize, within: Tolerance) -> bool {
    match (Value::from_array(one, row), Value::from_array(other, row)) {
        (Value::Float(one), Value::Float(other)) => {
            let apart = (one - other).abs();
            one == other
                || (one.is_nan() && other.is_nan())
                || apart <= within.0 * one.abs().max(other.abs())
        }
        (one, other) => one == other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_answers_differ() {
        let batch = |text: &str| Batch::from_csv(text).expect("a table");
        let said = |one: &str, other: &str, within| difference(&batch(one), &batch(other), within);
        assert_eq!(said("x\n1.5\n2.5\n", "x\n1.5\n2.5\n", EXACT), None);
        assert_eq!(
            said("x\n1.5\n2.5\n", "x\n1.5\n2.5000000001\n", ROUNDED),
            None
        );
        insta::assert_snapshot!(said("x\n1.5\n2.5\n", "x\n1.5\n2.5000000001\n", EXACT).expect("they differ"), @"2.5 in row 1 of `x`, and 2.5000000001");
        insta::assert_snapshot!(said("x,y\n1,a\n2,b\n", "x,y\n1,a\n2,\n", ROUNDED).expect("they differ"), @"b in row 1 of `y`, and null");
        insta::assert_snapshot!(said("x\n1\n2\n", "x\n1\n", ROUNDED).expect("they differ"), @"2 rows, and 1");
    }
}
