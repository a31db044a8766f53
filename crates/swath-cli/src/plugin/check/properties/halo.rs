//! What functions promise that look at rows of neighbouring partitions.

use std::ops::Range;
use std::sync::Arc;

use arrow_array::types::Int64Type;
use arrow_array::{Array, cast::AsArray};
use arrow_schema::DataType;
use swath_batch::Batch;
use swath_meta::{DType, TimeUnit};
use swath_plugin_abi::{Halo, RowCount};

use super::super::Task;
use super::super::compare::{EXACT, difference};
use super::{Random, Subject, Trouble, Verdict, broken, sound};

/// Some of the rows are a partition, the others are its neighbours': with as many of them as were asked for, its answer is what it is
/// with more, and with all.
pub(super) fn halo(subject: &Arc<Subject>, rows: &Batch, mut random: Random) -> Verdict {
    let [halo_before, halo_after] = subject.halo();
    let is_timed = [halo_before, halo_after].iter().flatten().any(is_time);
    let times = is_timed.then(|| nanoseconds(subject, rows)).transpose()?;
    let n = rows.num_rows();
    let (one, other) = (random.below(n + 1), random.below(n + 1));
    let own = one.min(other)..one.max(other);
    if own.is_empty() {
        return Ok(());
    }
    let near = |halo: Option<Halo>, edge: usize, row: usize| match (halo, &times) {
        (None, _) => false,
        (Some(Halo::Rows(most)), _) => (edge.abs_diff(row) as u64) <= most,
        (Some(Halo::Nanoseconds(most)), Some(times)) => times[edge].abs_diff(times[row]) <= most,
        (Some(Halo::Nanoseconds(_)), None) => true,
    };
    // From the edge on outwards, as long as rows are near enough.
    let (first, last) = (own.start, own.end - 1);
    let before = (0..first)
        .rev()
        .take_while(|row| near(halo_before, first, *row))
        .count();
    let after = (own.end..n)
        .take_while(|row| near(halo_after, last, *row))
        .count();
    let asked = sound(seen(subject, rows, &own, before, after))?;
    let (some_before, some_after) = (random.below(4), random.below(4));
    let some = (
        (before + some_before).min(first),
        (after + some_after).min(n - own.end),
    );
    for (more_before, more_after) in [some, (first, n - own.end)] {
        let more = seen(subject, rows, &own, more_before, more_after)?;
        if let Some(words) = difference(&asked, &more, EXACT) {
            return broken(format!(
                "rows {} to {last} with {before} rows in front and {after} behind, as asked for, and with {more_before} and {more_after}: {words}",
                own.start
            ));
        }
    }
    Ok(())
}

fn is_time(halo: &Halo) -> bool {
    matches!(halo, Halo::Nanoseconds(_))
}

/// The answer for some of the rows, as many in front and behind being seen.
fn seen(
    subject: &Subject,
    rows: &Batch,
    own: &Range<usize>,
    before: usize,
    after: usize,
) -> Result<Batch, Trouble> {
    let start = own.start - before;
    let part = rows.slice(start, own.end + after - start);
    let found = subject.call_in(&part, &Arc::new(Task::with_halo(before, after)))?;
    let keeps_rows = subject
        .contract()
        .is_some_and(|one| one.rows == RowCount::Same);
    // Else it returned only what belongs to its own rows.
    Ok(if keeps_rows {
        found.slice(before, own.len())
    } else {
        found
    })
}

/// When rows are: the first of the columns that they are sorted by, in nanoseconds.
fn nanoseconds(subject: &Subject, rows: &Batch) -> Result<Vec<i64>, Trouble> {
    let refused = |words: &str| Trouble::Refused(words.to_owned());
    let name = subject.needs_order().first();
    let name = name.ok_or_else(|| refused("a halo in time, on rows without an index or order"))?;
    let column = rows
        .column(name)
        .map_err(|error| refused(&error.to_string()))?;
    let factor = match rows.meta().dtype(name) {
        Ok(DType::Timestamp(unit, _) | DType::Duration(unit)) => match unit {
            TimeUnit::Second => 1_000_000_000,
            TimeUnit::Millisecond => 1_000_000,
            TimeUnit::Microsecond => 1_000,
            TimeUnit::Nanosecond => 1,
        },
        Ok(DType::Date) => 86_400_000_000_000,
        _ => return Err(refused("a halo in time, along a column that is no time")),
    };
    if column.null_count() > 0 {
        return Err(refused("rows without a time"));
    }
    let days = arrow_cast::cast(column, &DataType::Int32);
    let numbers = match days {
        Ok(days)
            if rows
                .meta()
                .dtype(name)
                .is_ok_and(|dtype| *dtype == DType::Date) =>
        {
            arrow_cast::cast(&days, &DataType::Int64)
        }
        _ => arrow_cast::cast(column, &DataType::Int64),
    };
    let numbers = numbers.map_err(|error| refused(&error.to_string()))?;
    let numbers = numbers.as_primitive::<Int64Type>();
    Ok(numbers
        .values()
        .iter()
        .map(|number| number * factor)
        .collect())
}
