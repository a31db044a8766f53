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

/// Rows as text, sorted.
fn sorted_rows(batches: &[Batch]) -> Vec<String> {
    let mut rows = Vec::new();
    for batch in batches {
        for row in 0..batch.num_rows() {
            let values = batch
                .record_batch()
                .columns()
                .iter()
                .map(|column| cell(&Value::from_array(column, row)));
            rows.push(values.collect::<Vec<_>>().join(" | "));
        }
    }
    rows.sort();
    rows
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
        if let Some(first) = expected.first() {
            let (found, wanted): (Vec<_>, Vec<_>) = (
                self.meta().names().collect(),
                first.meta().names().collect(),
            );
            assert_eq!(found, wanted, "the tables have different columns");
        }
        let (found, wanted) = (sorted_rows(&self.batches()), sorted_rows(expected));
        let only = |of: &[String], other: &[String]| -> String {
            let mut other = other.to_vec();
            let rows: Vec<_> = of
                .iter()
                .filter(|row| match other.iter().position(|same| same == *row) {
                    Some(at) => {
                        other.swap_remove(at);
                        false
                    }
                    None => true,
                })
                .map(|row| format!("\n  {row}"))
                .collect();
            if rows.is_empty() {
                " none".to_owned()
            } else {
                rows.concat()
            }
        };
        assert!(
            found == wanted,
            "the tables have different rows\nonly found:{}\nonly expected:{}",
            only(&found, &wanted),
            only(&wanted, &found)
        );
    }
}
