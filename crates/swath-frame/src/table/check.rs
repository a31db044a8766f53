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

/// A number as a float.
fn float(value: &Value) -> Option<f64> {
    match value {
        Value::Float(value) => Some(*value),
        Value::Int(value) => Some(*value as f64),
        Value::UInt(value) => Some(*value as f64),
        _ => None,
    }
}

/// Whether two values are equal, numbers of which one is a float as far as a share of them.
fn close(found: &Value, expected: &Value, tolerance: f64) -> bool {
    let mut both = [found, expected].into_iter();
    let is_float = both.any(|value| matches!(value, Value::Float(_)));
    match (float(found), float(expected)) {
        (Some(found), Some(expected)) if is_float => {
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

/// Pairs as many as can be: for each of `others` the one that it is paired with, of those that may be paired with it.
///
/// Who takes the first that is near may leave none for another, so pairs are undone where both then find one.
fn partners(near: &[Vec<usize>], others: usize) -> Vec<Option<usize>> {
    fn find(
        one: usize,
        near: &[Vec<usize>],
        asked: &mut [bool],
        partners: &mut [Option<usize>],
    ) -> bool {
        near[one].iter().any(|&other| {
            if std::mem::replace(&mut asked[other], true) {
                return false;
            }
            let is_free =
                partners[other].is_none_or(|partner| find(partner, near, asked, partners));
            if is_free {
                partners[other] = Some(one);
            }
            is_free
        })
    }
    let mut partners = vec![None; others];
    for one in 0..near.len() {
        find(one, near, &mut vec![false; others], &mut partners);
    }
    partners
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
    /// Each row is held against all others, so this is for small tables. Floats within lists and structs are compared exactly.
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
        let (found, wanted) = (rows(&self.batches()), rows(expected));
        let close = |row: &Vec<Value>, other: &Vec<Value>| {
            let mut cells = row.iter().zip(other);
            cells.all(|(found, expected)| close(found, expected, tolerance))
        };
        let near = found.iter().map(|row| {
            let places = (0..wanted.len()).filter(|&at| close(row, &wanted[at]));
            places.collect()
        });
        let partners = partners(&near.collect::<Vec<_>>(), wanted.len());
        let is_paired = |at: usize| partners.contains(&Some(at));
        let only_found = (0..found.len()).filter(|&at| !is_paired(at));
        let only_wanted = (0..wanted.len()).filter(|&at| partners[at].is_none());
        assert_none_left(
            &only_found.map(|at| text(&found[at])).collect::<Vec<_>>(),
            &only_wanted.map(|at| text(&wanted[at])).collect::<Vec<_>>(),
        );
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

#[cfg(test)]
mod tests {
    use super::{close, partners};
    use swath_batch::Value;

    #[test]
    fn floats_are_close_to_numbers() {
        let cases: [(Value, Value, bool); 8] = [
            (1.0.into(), (1.0 + 1e-13).into(), true),
            (1.0.into(), 1.1.into(), false),
            ((5.0 - 1e-13).into(), 5.into(), true),
            (4.into(), 5.into(), false),
            (f64::NAN.into(), f64::NAN.into(), true),
            (f64::INFINITY.into(), 1e300.into(), false),
            (f64::INFINITY.into(), f64::INFINITY.into(), true),
            (Value::Null, 0.0.into(), false),
        ];
        for (found, expected, is_close) in cases {
            let found_close = close(&found, &expected, 1e-12);
            assert_eq!(found_close, is_close, "{found} {expected}");
        }
    }

    /// The first of two takes the one that only it may have, whoever asks first.
    #[test]
    fn all_find_a_partner_where_all_can() {
        let near = [vec![0, 1], vec![0], vec![2, 1]];
        assert_eq!(partners(&near, 3), [Some(1), Some(0), Some(2)]);
        assert_eq!(partners(&[vec![0], vec![0]], 1), [Some(0)]);
        assert_eq!(partners(&[vec![]], 2), [None, None]);
    }
}
