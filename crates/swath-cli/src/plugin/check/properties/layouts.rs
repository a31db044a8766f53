//! The same values, lying in memory in other ways.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::UInt32Type;
use arrow_array::{Array, ArrayRef, BooleanArray, DictionaryArray, UInt32Array};
use arrow_schema::DataType;
use arrow_select::concat::concat;
use arrow_select::nullif::nullif;
use arrow_select::take::take;
use swath_batch::Batch;

use super::super::compare::{EXACT, difference};
use super::super::rows::joined;
use super::{Random, Subject, Trouble, Verdict, broken, sound};

/// A name for a layout, and the rows in it.
type Layout = (&'static str, Batch);

pub(super) fn layouts(subject: &Arc<Subject>, rows: &Batch, mut random: Random) -> Verdict {
    let plain = sound(subject.call(rows))?;
    let others = subject.rows().draw(13, 20, &mut random);
    for (name, rows) in layouts_of(&others, rows, &mut random) {
        let found = match subject.call(&rows) {
            Err(Trouble::Refused(words)) => {
                return broken(format!(
                    "it has an answer for the rows, and none for them {name}: {words}"
                ));
            }
            found => found?,
        };
        if let Some(words) = difference(&plain, &found, EXACT) {
            return broken(format!("as they are, and {name}: {words}"));
        }
    }
    Ok(())
}

/// Other rows of the frames beside the first: none of them, which is nothing to refuse, and the same ones in other layouts.
pub(super) fn frames(subject: &Arc<Subject>, rows: &Batch, mut random: Random) -> Verdict {
    let beside = subject.drawn_beside(&mut random);
    let plain = sound(subject.with_beside(rows, &beside))?;
    for (at, part) in beside.iter().enumerate() {
        let frame = at + 1;
        let with = |part: Batch| {
            let mut beside = beside.clone();
            beside[at] = part;
            subject.with_beside(rows, &beside)
        };
        match with(part.head(0)) {
            Err(Trouble::Refused(words)) => {
                return broken(format!(
                    "it has an answer for these rows, and none where frame {frame} has no rows: {words}"
                ));
            }
            found => found?,
        };
        for (name, part) in layouts_of(part, part, &mut random) {
            let found = match with(part) {
                Err(Trouble::Refused(words)) => {
                    return broken(format!(
                        "it has an answer for frame {frame}, and none for it {name}: {words}"
                    ));
                }
                found => found?,
            };
            if let Some(words) = difference(&plain, &found, EXACT) {
                return broken(format!("frame {frame} as it is, and {name}: {words}"));
            }
        }
    }
    Ok(())
}

fn layouts_of(others: &Batch, rows: &Batch, random: &mut Random) -> [Layout; 3] {
    [
        ("as a part of more rows", part(others, rows, random)),
        (
            "with values beneath their nulls",
            changed(rows, beneath_nulls),
        ),
        (
            "with categories that are there twice or not used",
            changed(rows, odd_dictionary),
        ),
    ]
}

/// They begin behind other rows, whose number is no multiple of eight, and end before others.
fn part(others: &Batch, rows: &Batch, random: &mut Random) -> Batch {
    let others = others.head([1, 7, 13][random.below(3)]);
    let before = others.num_rows();
    let all = joined(rows.meta(), &[others.clone(), rows.clone(), others]);
    all.slice(before, rows.num_rows())
}

fn changed(rows: &Batch, change: fn(&ArrayRef) -> ArrayRef) -> Batch {
    let columns = rows.record_batch().columns().iter().map(change);
    Batch::from_arrays(rows.meta(), columns.collect(), rows.num_rows())
        .expect("values are the same")
}

/// A null has a value below it, which nobody may look at.
fn beneath_nulls(column: &ArrayRef) -> ArrayRef {
    let nulls: BooleanArray = (0..column.len())
        .map(|row| Some(column.is_null(row)))
        .collect();
    let valid = (0..column.len()).find(|row| column.is_valid(*row));
    let (Some(valid), false) = (valid, column.data_type().is_nested()) else {
        return Arc::clone(column);
    };
    let rows = (0..column.len()).map(|row| if nulls.value(row) { valid } else { row } as u32);
    let filled =
        take(column, &UInt32Array::from_iter_values(rows), None).expect("rows of the column");
    nullif(&filled, &nulls).expect("as many nulls as rows")
}

/// Every category is there twice, in another order, and both are used.
fn odd_dictionary(column: &ArrayRef) -> ArrayRef {
    if !matches!(column.data_type(), DataType::Dictionary(key, _) if **key == DataType::UInt32) {
        return Arc::clone(column);
    }
    let column = column.as_dictionary::<UInt32Type>();
    let n = column.values().len() as u32;
    let backwards = UInt32Array::from_iter_values((0..n).rev());
    let backwards = take(column.values(), &backwards, None).expect("positions of values");
    let values =
        concat(&[backwards.as_ref(), column.values().as_ref()]).expect("values of one type");
    let keys = column
        .keys()
        .iter()
        .enumerate()
        .map(|(row, key)| key.map(|key| if row % 2 == 0 { n - 1 - key } else { n + key }));
    let keys: UInt32Array = keys.collect();
    Arc::new(DictionaryArray::new(keys, values))
}

#[cfg(test)]
mod tests {
    use super::super::super::Rows;
    use super::*;
    use swath_meta::Meta;

    #[test]
    fn values_stay_the_same() {
        let meta = Meta::of([
            ("x", "int64"),
            ("c", "category"),
            ("s", "string"),
            ("l", "list<int64>"),
        ]);
        let rows =
            Rows::of(&meta.expect("a meta"), &[], true).draw(50, 30, &mut Random::new(1, "", 0));
        for change in [beneath_nulls, odd_dictionary] {
            let other = changed(&rows, change);
            assert_eq!(difference(&rows, &other, EXACT), None);
        }
        let nulls = changed(&rows, beneath_nulls);
        let numbers = nulls.column("x").expect("numbers");
        let row = (0..50)
            .find(|row| numbers.is_null(*row))
            .expect("some are null");
        let first = numbers
            .as_primitive::<arrow_array::types::Int64Type>()
            .value(row);
        let valid = rows.i64("x").expect("numbers").iter().flatten().next();
        assert_eq!(Some(first), valid, "there is a value beneath");
    }
}
