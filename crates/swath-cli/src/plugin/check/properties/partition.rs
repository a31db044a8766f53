//! What functions of partitions promise about columns and order.

use std::sync::Arc;

use arrow_array::{ArrayRef, Int64Array};
use swath_batch::Batch;
use swath_meta::{DType, Field, Index, Meta};
use swath_plugin_abi::{Divisions, Order, RowCount};

use super::super::compare::{EXACT, difference};
use super::{Random, Subject, Trouble, Verdict, broken, sound};

/// A name that no column has, one would think.
const MORE: &str = "one column more";

fn refused(words: &str) -> Verdict {
    Err(Trouble::Refused(words.to_owned()))
}

/// These rows with a column more, in front or behind.
fn with(rows: &Batch, field: Field, column: ArrayRef, is_index: bool) -> Batch {
    let mut fields = rows.meta().fields().to_vec();
    let mut columns = rows.record_batch().columns().to_vec();
    let at = if is_index { 0 } else { fields.len() };
    fields.insert(at, field);
    columns.insert(at, column);
    let meta = Meta::try_new(fields, Index::none()).expect("a name that is not there");
    let meta = if is_index {
        meta.set_index([MORE])
    } else {
        Ok(meta)
    };
    let meta = Arc::new(meta.expect("it is there"));
    Batch::from_arrays(&meta, columns, rows.num_rows()).expect("a column of that dtype")
}

fn numbers(rows: usize) -> ArrayRef {
    Arc::new(Int64Array::from_iter_values(0..rows as i64))
}

/// A column that nobody spoke of passes by, or is left out.
pub(super) fn columns(subject: &Arc<Subject>, rows: &Batch, _: Random) -> Verdict {
    let plain = sound(subject.call(rows))?;
    let n = rows.num_rows();
    let wide = with(
        rows,
        Field::new(MORE, DType::Int64, false),
        numbers(n),
        false,
    );
    let Some(other) = subject.on(wide.meta()) else {
        return refused("it takes no other columns than those");
    };
    let found = other.call(&wide)?;
    match difference(&plain, &found, EXACT) {
        Some(words) => broken(format!("without it, and with it: {words}")),
        None => Ok(()),
    }
}

/// Columns that are not read are not there, as where nobody wants them: they never cross, and may have been looked at when the function
/// was bound. One that is another function without them is called with them.
pub(super) fn reads(subject: &Arc<Subject>, rows: &Batch, _: Random) -> Verdict {
    let is_in = |names: &[String], name: &str| names.iter().any(|one| one == name);
    let reads = subject.reads().unwrap_or_default();
    let is_used = |name: &str| is_in(reads, name) || is_in(subject.needs_order(), name);
    let (used, unused): (Vec<&str>, Vec<&str>) =
        rows.meta().names().partition(|name| is_used(name));
    if unused.is_empty() {
        return refused("it reads all columns");
    }
    let plain = sound(subject.call(rows))?;
    let fewer = rows.select(used).expect("columns that there are");
    let Some(other) = subject.on(fewer.meta()) else {
        return refused("it takes its rows with all columns");
    };
    let found = other.call(&fewer)?;
    let left = plain.meta().names().filter(|name| !unused.contains(name));
    let left = plain.select(left).expect("columns that it has");
    if left.meta() != found.meta() {
        return refused("it is another function without the columns that it does not read");
    }
    match difference(&left, &found, EXACT) {
        Some(words) => broken(format!("with them, and without: {words}")),
        None => Ok(()),
    }
}

/// Rows have their number as index, which comes back as it was promised. Where only the order was, it may come back as any column, or
/// not at all: then nothing is known.
pub(super) fn order(subject: &Arc<Subject>, rows: &Batch, _: Random) -> Verdict {
    let contract = subject.contract().expect("it is a function of partitions");
    let (is_same, is_kept) = (
        contract.rows == RowCount::Same,
        contract.order == Order::Kept,
    );
    let has_divisions = contract.divisions == Divisions::Kept;
    let n = rows.num_rows();
    let indexed = with(
        rows,
        Field::new(MORE, DType::Int64, false),
        numbers(n),
        true,
    );
    let Some(other) = subject.on(indexed.meta()) else {
        return refused("it takes no index");
    };
    sound(subject.call(rows))?;
    let found = other.call(&indexed)?;
    let index: Vec<i64> = match found.i64(MORE) {
        Ok(index) => index.iter().flatten().collect(),
        Err(_) if has_divisions => {
            return broken("the index does not come back, and divisions were to stay");
        }
        Err(_) => return Ok(()),
    };
    let outside = index.iter().find(|row| !(0..n as i64).contains(row));
    if let Some(outside) = outside.filter(|_| has_divisions) {
        return broken(format!(
            "row {outside} of the index is none of the {n} that there were"
        ));
    }
    if is_same && has_divisions && !index.iter().copied().eq(0..n as i64) {
        let at = index.iter().zip(0..).find(|(row, at)| *row != at);
        let (row, at) = at.unwrap_or((&0, 0));
        return broken(format!("row {row} came back in the place of row {at}"));
    }
    match index.windows(2).find(|pair| is_kept && pair[0] > pair[1]) {
        Some(pair) => broken(format!("row {} came back before row {}", pair[0], pair[1])),
        None => Ok(()),
    }
}
