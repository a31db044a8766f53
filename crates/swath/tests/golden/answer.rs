//! Comparing what was found with what was recorded.

use swath::{Batch, DType, Error, ErrorKind, Meta, Table, Value};

use crate::case::Case;

/// Floats of two settings may be summed in another order.
const RELATIVE: f64 = 1e-11;

/// A result: its columns, and its rows as values.
pub(crate) struct Found {
    columns: Vec<(String, String)>,
    rows: Vec<Vec<Value>>,
}

impl Found {
    pub(crate) fn of_table(table: &Table) -> Self {
        Self::of_batches(table.meta(), &table.batches())
    }

    pub(crate) fn of_batches(meta: &Meta, batches: &[Batch]) -> Self {
        let row = |batch: &Batch, row: usize| {
            batch
                .record_batch()
                .columns()
                .iter()
                .map(|column| Value::from_array(column, row))
                .collect()
        };
        Self {
            columns: meta
                .fields()
                .iter()
                .map(|field| (field.name.to_string(), field.dtype.to_string()))
                .collect(),
            rows: batches
                .iter()
                .flat_map(|batch| (0..batch.num_rows()).map(|at| row(batch, at)))
                .collect(),
        }
    }

    pub(crate) fn of_value(dtype: &DType, value: &Value) -> Self {
        Self {
            columns: vec![("value".to_owned(), dtype.to_string())],
            rows: vec![vec![value.clone()]],
        }
    }
}

/// Whether a value is the recorded one: by its text, floats within the bound; NaN is NaN, and the sign of zero counts.
fn same(found: &Value, recorded: Option<&str>) -> bool {
    match (found, recorded) {
        (Value::Null, recorded) => recorded.is_none(),
        (_, None) => false,
        (Value::Float(found), Some(recorded)) => {
            let recorded: f64 = recorded.parse().expect("a float");
            let near = (found - recorded).abs() <= RELATIVE * recorded.abs().max(1.0);
            (found.is_nan() && recorded.is_nan())
                || (*found == recorded && found.is_sign_negative() == recorded.is_sign_negative())
                || (near && recorded != 0.0)
                // What rounding may leave of 0 where distances from a mean cancel.
                || (recorded == 0.0 && *found != 0.0 && found.abs() < f64::EPSILON)
        }
        (found, Some(recorded)) => found.to_string() == recorded,
    }
}

fn same_row(found: &[Value], recorded: &[Option<String>]) -> bool {
    found.len() == recorded.len()
        && found
            .iter()
            .zip(recorded)
            .all(|(found, recorded)| same(found, recorded.as_deref()))
}

fn shown<T: AsRef<str>>(cells: impl Iterator<Item = T>) -> String {
    cells
        .map(|cell| format!("{:?}", cell.as_ref()))
        .collect::<Vec<_>>()
        .join(" ")
}

fn listed(what: &str, rows: impl ExactSizeIterator<Item = String>) -> String {
    const SHOWN: usize = 5;
    let all = rows.len();
    let rows: Vec<String> = rows.take(SHOWN).collect();
    let more = if all > SHOWN {
        format!("\n    … {} more", all - SHOWN)
    } else {
        String::new()
    };
    if rows.is_empty() {
        String::new()
    } else {
        format!("\n  {what}:\n    {}{more}", rows.join("\n    "))
    }
}

/// The found answer against the recorded one; the error lists what differs.
pub(crate) fn check(case: &Case, found: &Found) -> Result<(), String> {
    if let Some(kind) = &case.error {
        let rows = found
            .rows
            .iter()
            .map(|row| shown(row.iter().map(Value::to_string)));
        return Err(format!(
            "an error of kind {kind} was expected{}",
            listed("found", rows)
        ));
    }
    if found.columns != case.columns {
        return Err(format!(
            "columns\n  found    {:?}\n  expected {:?}",
            found.columns, case.columns
        ));
    }
    let mut unmatched: Vec<&Vec<Option<String>>> = case.rows.iter().collect();
    let mut extra = Vec::new();
    if case.ordered {
        let same_rows = found
            .rows
            .iter()
            .zip(&case.rows)
            .all(|(found, recorded)| same_row(found, recorded));
        if same_rows && found.rows.len() == case.rows.len() {
            return Ok(());
        }
    }
    for row in &found.rows {
        match unmatched
            .iter()
            .position(|recorded| same_row(row, recorded))
        {
            Some(at) => drop(unmatched.remove(at)),
            None => extra.push(row),
        }
    }
    if extra.is_empty() && unmatched.is_empty() {
        if !case.ordered {
            return Ok(());
        }
        let at = found
            .rows
            .iter()
            .zip(&case.rows)
            .position(|(found, recorded)| !same_row(found, recorded));
        return Err(format!(
            "the rows are right and their order is not, from row {} on",
            at.expect("some row differs")
        ));
    }
    let found = listed(
        "only found",
        extra
            .iter()
            .map(|row| shown(row.iter().map(Value::to_string))),
    );
    let cells =
        |row: &[Option<String>]| shown(row.iter().map(|cell| cell.as_deref().unwrap_or("null")));
    let expected = listed("only expected", unmatched.iter().map(|row| cells(row)));
    Err(format!("rows differ{found}{expected}"))
}

/// An error against the recorded kind.
pub(crate) fn check_error(case: &Case, error: &Error) -> Result<(), String> {
    match (case.error.as_deref(), error.kind()) {
        (Some("Task"), ErrorKind::Task) | (Some("Type"), ErrorKind::Type) => Ok(()),
        (Some(kind), _) => Err(format!(
            "an error of kind {kind} was expected, and this came\n  {error}"
        )),
        (None, _) => Err(format!("it failed\n  {error}")),
    }
}
