//! Comparing tables in tests.

use swath_batch::{Batch, Value};

use super::Table;

/// A cell as text: NaN equals NaN, and numbers of equal value are equal whatever their dtype.
fn cell(value: &Value) -> String {
    match value {
        Value::Float(float) if float.fract() == 0.0 && float.abs() < 1e15 => format!("{float:.0}"),
        other => other.to_string(),
    }
}

/// Rows of values.
fn rows(batches: &[Batch]) -> Vec<Vec<Value>> {
    let of = |batch: &Batch| -> Vec<Vec<Value>> {
        let columns = batch.record_batch().columns();
        let row = |row: usize| {
            let cells = columns.iter();
            cells.map(|column| Value::from_array(column, row)).collect()
        };
        (0..batch.num_rows()).map(row).collect()
    };
    batches.iter().flat_map(of).collect()
}

/// Whether two values are equal, floats as far as a share of them.
fn close(found: &Value, expected: &Value, tolerance: f64) -> bool {
    match (found, expected) {
        (Value::Float(found), Value::Float(expected)) => {
            let most = tolerance * found.abs().max(expected.abs());
            // Infinities are equal or not; NaN is none of them.
            found == expected
                || (found.is_nan() && expected.is_nan())
                || (found - expected).abs() <= most && most.is_finite()
        }
        _ => cell(found) == cell(expected),
    }
}

fn text(row: &[Value]) -> String {
    row.iter().map(cell).collect::<Vec<_>>().join(" | ")
}

/// Rows as text, sorted.
fn sorted_rows(batches: &[Batch]) -> Vec<String> {
    let mut rows: Vec<String> = rows(batches).iter().map(|row| text(row)).collect();
    rows.sort();
    rows
}

/// The rows that only one side has, for a message.
#[track_caller]
fn assert_none_left(only_found: &[String], only_expected: &[String]) {
    let list = |rows: &[String]| -> String {
        let rows: Vec<_> = rows.iter().map(|row| format!("\n  {row}")).collect();
        if rows.is_empty() {
            " none".to_owned()
        } else {
            rows.concat()
        }
    };
    assert!(
        only_found.is_empty() && only_expected.is_empty(),
        "the tables have different rows\nonly found:{}\nonly expected:{}",
        list(only_found),
        list(only_expected)
    );
}

impl Table {
    /// Asserts that the table has the columns and, in any order, the rows of `expected`.
    ///
    /// For tests: NaN equals NaN, numbers are compared by value and not by dtype.
    ///
    /// # Panics
    /// Where they differ; the message lists rows that only one side has.
    #[track_caller]
    pub fn assert_same_rows(&self, expected: &[Batch]) {
        self.assert_same_columns(expected);
        let (found, wanted) = (sorted_rows(&self.batches()), sorted_rows(expected));
        let only = |of: &[String], other: &[String]| -> Vec<String> {
            let mut other = other.to_vec();
            let mut left = of.to_vec();
            left.retain(|row| {
                let place = other.iter().position(|same| same == row);
                place.map(|at| other.swap_remove(at)).is_none()
            });
            left
        };
        if found != wanted {
            assert_none_left(&only(&found, &wanted), &only(&wanted, &found));
        }
    }

    /// As [`assert_same_rows`](Self::assert_same_rows), but floats may differ by a share of the larger one: `1e-9` for sums that were
    /// added in another order.
    ///
    /// Each row is held against all others that are left, so this is for small tables.
    ///
    /// ```
    /// # use swath_frame::{Batch, Session};
    /// # let session = Session::testing();
    /// # let df = session.from_batches([Batch::from_csv("k,v\na,0.1\na,0.2\n")?])?;
    /// let sums = df.groupby("k").sum("v")?.compute()?;
    /// sums.assert_close_rows(&[Batch::from_csv("k,v\na,0.3\n")?], 1e-12);
    /// # Ok::<(), swath_frame::Error>(())
    /// ```
    ///
    /// # Panics
    /// Where they differ; the message lists rows that only one side has.
    #[track_caller]
    pub fn assert_close_rows(&self, expected: &[Batch], tolerance: f64) {
        self.assert_same_columns(expected);
        let mut wanted = rows(expected);
        let mut only_found = rows(&self.batches());
        only_found.retain(|row| {
            let close = |other: &Vec<Value>| {
                let mut cells = row.iter().zip(other);
                cells.all(|(found, expected)| close(found, expected, tolerance))
            };
            let place = wanted.iter().position(close);
            place.map(|at| wanted.swap_remove(at)).is_none()
        });
        let texts = |rows: &[Vec<Value>]| rows.iter().map(|row| text(row)).collect::<Vec<_>>();
        assert_none_left(&texts(&only_found), &texts(&wanted));
    }

    #[track_caller]
    fn assert_same_columns(&self, expected: &[Batch]) {
        if let Some(first) = expected.first() {
            let (found, wanted): (Vec<_>, Vec<_>) = (
                self.meta().names().collect(),
                first.meta().names().collect(),
            );
            assert_eq!(found, wanted, "the tables have different columns");
        }
    }
}
