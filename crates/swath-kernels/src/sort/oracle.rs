//! Orders and their first rows against a naive stable sort.

use std::cmp::Ordering;
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{Int32Type, Int64Type};
use arrow_array::{Array, ArrayRef, DictionaryArray, Int64Array, ListArray};
use arrow_buffer::BooleanBuffer;
use arrow_cast::cast;
use arrow_schema::DataType;
use proptest::prelude::*;
use swath_batch::{Chunk, Value};
use swath_meta::DType;

use super::{SortKey, TopK, sort_to_indices};
use crate::KernelError;
use crate::select::{concat_columns, take_columns};
use crate::testing::{column, columns, dtypes, values_of};

fn is_nan(value: &Value) -> bool {
    matches!(value, Value::Float(float) if float.is_nan())
}

fn compare(a: &Value, b: &Value, key: &SortKey) -> Ordering {
    let null_rank = |value: &Value| match (value.is_null(), key.nulls_last) {
        (false, _) => 1,
        (true, false) => 0,
        (true, true) => 2,
    };
    null_rank(a).cmp(&null_rank(b)).then_with(|| {
        if a.is_null() || b.is_null() {
            return Ordering::Equal;
        }
        is_nan(a).cmp(&is_nan(b)).then_with(|| {
            let order = a.compare(b).unwrap();
            if key.descending {
                order.reverse()
            } else {
                order
            }
        })
    })
}

fn naive(columns: &[ArrayRef], keys: &[SortKey]) -> Vec<u32> {
    let values: Vec<Vec<Value>> = columns.iter().map(|column| values_of(column)).collect();
    let mut rows: Vec<u32> = (0..columns[0].len() as u32).collect();
    rows.sort_by(|a, b| {
        keys.iter().fold(Ordering::Equal, |order, key| {
            let column = &values[key.column];
            order.then_with(|| compare(&column[*a as usize], &column[*b as usize], key))
        })
    });
    rows
}

fn push(top: &mut TopK, chunk: &Chunk) {
    top.push(chunk, || Ok::<_, KernelError>(())).unwrap();
}

/// All rows that come out, `None` if nothing does.
fn finished(top: TopK) -> Option<Vec<ArrayRef>> {
    let blocks = top.finish(|| Ok::<_, KernelError>(())).unwrap();
    let blocks: Vec<Vec<ArrayRef>> = blocks.map(Result::unwrap).collect();
    (!blocks.is_empty()).then(|| concat_columns(&blocks).unwrap())
}

fn every_key(column: usize) -> Vec<SortKey> {
    [(false, false), (false, true), (true, false), (true, true)]
        .map(|(descending, nulls_last)| SortKey {
            column,
            descending,
            nulls_last,
        })
        .to_vec()
}

#[track_caller]
fn check(columns: &[ArrayRef], keys: &[SortKey], what: &str) {
    let expected = naive(columns, keys);
    let found = sort_to_indices(columns, keys).unwrap();
    assert_eq!(found.values(), &expected[..], "{what}: {keys:?}");
    for k in [0, 1, 3, 100] {
        let mut top = TopK::new(k, keys.to_vec());
        let half = columns[0].len() / 2;
        for (from, to) in [(0, half), (half, columns[0].len())] {
            let part = columns
                .iter()
                .map(|column| column.slice(from, to - from))
                .collect();
            push(&mut top, &Chunk::new(part, to - from));
        }
        let found = finished(top).unwrap();
        let first = expected.iter().take(k).copied().collect::<Vec<_>>().into();
        for (found, expected) in found.iter().zip(take_columns(columns, &first).unwrap()) {
            assert_eq!(
                values_of(found),
                values_of(&expected),
                "{what}, top {k}: {keys:?}"
            );
        }
    }
}

#[test]
fn every_dtype_sorts_or_is_refused() {
    for dtype in dtypes() {
        for (kind, column) in columns(&dtype) {
            let what = format!("{dtype}, {kind}");
            if dtype.is_unordered() {
                let error = sort_to_indices(&[column], &[SortKey::ascending(0)]).unwrap_err();
                assert!(
                    error.to_string().contains("there is no order of"),
                    "{error}"
                );
                continue;
            }
            let row: ArrayRef = Arc::new(Int64Array::from_iter_values(0..column.len() as i64));
            let columns = [column, row];
            for key in every_key(0) {
                check(&columns, &[key], &what);
                check(&columns, &[key, SortKey::descending(1)], &what);
            }
        }
    }
}

#[test]
fn refusals_name_what_is_wrong() {
    let numbers: ArrayRef = Arc::new(Int64Array::from(vec![1]));
    let lists: ArrayRef = Arc::new(ListArray::from_iter_primitive::<Int32Type, _, _>([Some([
        Some(1),
    ])]));
    let short: ArrayRef = Arc::new(Int64Array::from(Vec::<i64>::new()));
    let mut top = TopK::new(1, vec![SortKey::ascending(0)]);
    push(&mut top, &Chunk::new(vec![Arc::clone(&numbers)], 1));
    let two = Chunk::new(vec![Arc::clone(&numbers), Arc::clone(&numbers)], 1);
    let errors = [
        sort_to_indices(&[Arc::clone(&numbers)], &[SortKey::ascending(3)]).unwrap_err(),
        sort_to_indices(&[lists], &[SortKey::ascending(0)]).unwrap_err(),
        sort_to_indices(&[numbers, short], &[SortKey::ascending(0)]).unwrap_err(),
        top.push(&two, || Ok(())).unwrap_err(),
    ];
    let text: Vec<String> = errors.iter().map(ToString::to_string).collect();
    insta::assert_snapshot!(text.join("\n"), @r"
    sort key 3 is out of range: there are 1 columns
    there is no order of list<int32>
    `sort` expects 1 rows, found a column of 0
    `top-k` expects 1 columns, found 2
    ");
}

#[test]
fn few_rows_are_held_however_many_come() {
    let mut top = TopK::new(3, vec![SortKey::descending(0)]);
    for batch in 0..50_i64 {
        let numbers = Int64Array::from_iter_values(
            (0..5000).map(|n| (n * 7919 + batch * 104_729) % 1_000_003),
        );
        push(&mut top, &Chunk::new(vec![Arc::new(numbers)], 5000));
    }
    assert!(top.bytes() < 100_000, "{}", top.bytes());
    assert_eq!(finished(top).unwrap()[0].len(), 3);
}

#[test]
fn as_many_rows_as_there_can_be() {
    for k in [usize::MAX, usize::MAX / 2, usize::MAX / 3] {
        for keys in [vec![], vec![SortKey::descending(0)], every_key(0)] {
            let mut top = TopK::new(k, keys);
            for _ in 0..3 {
                let numbers: ArrayRef = Arc::new(Int64Array::from_iter_values(0..5000));
                push(&mut top, &Chunk::new(vec![numbers], 5000));
            }
            assert_eq!(finished(top).unwrap()[0].len(), 15_000);
        }
    }
}

#[test]
fn many_rows_leave_in_blocks_and_can_be_given_up() {
    let rows = 200_000_i64;
    let top = || {
        let mut top = TopK::new(150_000, vec![SortKey::ascending(0)]);
        let numbers: ArrayRef = Arc::new(Int64Array::from_iter_values(
            (0..rows).map(|n| n * 7919 % rows),
        ));
        for from in (0..rows as usize).step_by(10_000) {
            push(
                &mut top,
                &Chunk::new(vec![numbers.slice(from, 10_000)], 10_000),
            );
        }
        top
    };
    let blocks: Vec<ArrayRef> = top()
        .finish(|| Ok::<_, KernelError>(()))
        .unwrap()
        .map(|columns| columns.unwrap().remove(0))
        .collect();
    assert!(blocks.len() > 1, "one block of {}", blocks[0].len());
    let all: Vec<i64> = blocks
        .iter()
        .flat_map(|block| block.as_primitive::<Int64Type>().values().to_vec())
        .collect();
    assert!(all.into_iter().eq(0..150_000));

    let mut asked = 0;
    let stopped = top().finish(|| {
        asked += 1;
        if asked < 3 { Ok(()) } else { Err("enough") }
    });
    assert_eq!(stopped.err(), Some("enough"));
}

#[test]
fn without_keys_the_first_rows_win() {
    let mut top = TopK::new(3, Vec::new());
    for from in [0, 2, 4] {
        let numbers: ArrayRef = Arc::new(Int64Array::from_iter_values(from..from + 2));
        push(&mut top, &Chunk::new(vec![numbers], 2));
    }
    let rows = finished(top).unwrap();
    assert_eq!(values_of(&rows[0]), [0, 1, 2].map(Value::from));
    assert!(finished(TopK::new(3, Vec::new())).is_none());
}

#[test]
fn chunks_of_different_encodings_meet() {
    let mut top = TopK::new(3, vec![SortKey::ascending(0)]);
    let views = column(&DType::String, &[Some(5), Some(1)]);
    let codes: DictionaryArray<Int32Type> = ["003 is an odd number", "000"].into_iter().collect();
    push(&mut top, &Chunk::new(vec![Arc::clone(&views)], 2));
    push(&mut top, &Chunk::new(vec![Arc::new(codes)], 2));
    push(
        &mut top,
        &Chunk::new(vec![cast(&views, &DataType::Utf8).unwrap()], 2),
    );
    let rows = finished(top).unwrap();
    let expected = ["000", "001 is an odd number", "001 is an odd number"].map(Value::from);
    assert_eq!(values_of(&rows[0]), expected);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn top_rows_are_the_first_of_a_stable_sort(
        first in prop::sample::select(dtypes().into_iter().filter(|dtype| !dtype.is_unordered()).collect::<Vec<_>>()),
        rows in prop::collection::vec((0_i64..20, 0_i64..5, any::<bool>()), 0..400),
        cuts in prop::collection::vec(0_usize..400, 0..6),
        k in 0_usize..30,
        flags in any::<[bool; 4]>(),
    ) {
        let numbers: Vec<Option<i64>> = rows.iter().map(|(n, _, _)| (*n > 1).then_some(*n)).collect();
        let second: Vec<Option<i64>> = rows.iter().map(|(_, n, _)| (*n > 0).then_some(*n)).collect();
        let id: ArrayRef = Arc::new(Int64Array::from_iter_values(0..rows.len() as i64));
        let columns = [column(&first, &numbers), column(&DType::Int64, &second), id];
        let mask: BooleanBuffer = rows.iter().map(|(_, _, live)| *live).collect();
        let keys = [
            SortKey { column: 0, descending: flags[0], nulls_last: flags[1] },
            SortKey { column: 1, descending: flags[2], nulls_last: flags[3] },
        ];
        let mut cuts: Vec<usize> = cuts.into_iter().map(|cut| cut.min(rows.len())).collect();
        cuts.extend([0, rows.len()]);
        cuts.sort_unstable();
        for keys in [&keys[..1], &keys[..]] {
            let mut top = TopK::new(k, keys.to_vec());
            let mut live = Vec::new();
            for pair in cuts.windows(2) {
                let (from, len) = (pair[0], pair[1] - pair[0]);
                let part = columns.iter().map(|column| column.slice(from, len)).collect();
                let chunk = Chunk::new(part, len).select(&mask.slice(from, len));
                live.push(chunk.clone().compact().unwrap().columns);
                push(&mut top, &chunk);
            }
            let live = concat_columns(&live).unwrap();
            let expected: Vec<u32> = naive(&live, keys).into_iter().take(k).collect();
            let expected = take_columns(&live, &expected.into()).unwrap();
            let found = finished(top).unwrap();
            for (found, expected) in found.iter().zip(&expected) {
                prop_assert_eq!(values_of(found), values_of(expected));
            }
        }
    }
}
