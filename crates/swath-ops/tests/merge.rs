//! A merge of many rows, in pieces and sorted in ranges, against sums by hand.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, Int64Type};
use arrow_array::{Array, ArrayRef, Float64Array, Int64Array, StringViewArray};
use swath_batch::{Chunk, Partition};
use swath_expr::Spelling;
use swath_memory::{Budget, CancelToken, Demand};
use swath_meta::{DType, Meta};
use swath_ops::sink::Rows;
use swath_ops::source::InputRows;
use swath_ops::step::{AggCall, AggInput, GroupMerge};
use swath_ops::{Env, Op, Pipeline, TaskValue};
use swath_scheduler::{TaskContext, ValueInputs};

const PARTS: i64 = 3;
const ROWS: i64 = 60_000;

/// Keys of row `row`: a number that comes again, null for some, and a text.
fn keys(row: i64) -> (Option<i64>, String) {
    let number = row.wrapping_mul(0x9e37_79b9) % 70_001;
    (
        (number % 997 > 0).then_some(number),
        format!("key {}", number % 3),
    )
}

fn part(part: i64) -> Arc<TaskValue> {
    let rows = part * ROWS..(part + 1) * ROWS;
    let columns: Vec<ArrayRef> = vec![
        Arc::new(rows.clone().map(|row| keys(row).0).collect::<Int64Array>()),
        Arc::new(
            rows.clone()
                .map(|row| Some(keys(row).1))
                .collect::<StringViewArray>(),
        ),
        Arc::new(rows.map(|row| Some(row as f64)).collect::<Float64Array>()),
    ];
    let meta = Meta::of([("n", "int64"), ("text", "string"), ("sum#0", "float64")]);
    let meta = Arc::new(meta.expect("it is right"));
    let batch = Chunk::new(columns, ROWS as usize)
        .into_batch(&meta)
        .expect("it is right");
    Arc::new(TaskValue::Rows(
        Partition::try_new(meta, vec![batch]).expect("it is right"),
    ))
}

fn merged(sort: bool) -> Vec<(Option<i64>, String, f64)> {
    let parts: Vec<Arc<TaskValue>> = (0..PARTS).map(part).collect();
    let TaskValue::Rows(first) = &*parts[0] else {
        unreachable!("parts are rows")
    };
    let sum = AggCall::new(
        "sum".into(),
        vec![AggInput {
            column: 2,
            dtype: DType::Float64,
            spelling: Spelling {
                text: "x".into(),
                code: "col(\"x\")".into(),
            },
        }],
        swath_expr::Params::default(),
        "sum".into(),
    );
    let op = Op::Pipeline(Pipeline::new(
        Arc::new(InputRows::whole(Arc::clone(first.meta()))),
        vec![Arc::new(GroupMerge::finishing(2, vec![sum], sort))],
        Arc::new(Rows::held()),
    ));
    let (budget, cancel) = (Budget::unlimited(), CancelToken::new());
    let grant = budget.grant_alone(Demand::default());
    let cx = TaskContext::new(&cancel, &grant);
    let inputs = ValueInputs::new(parts);
    let made = op
        .run_task(0, &inputs, &Env::default(), &cx)
        .expect("it is right");
    let TaskValue::Rows(rows) = &made[0].value else {
        unreachable!("rows come out")
    };
    let mut all = Vec::new();
    for batch in rows.batches() {
        let numbers = batch.column(0).as_primitive::<Int64Type>();
        let texts = batch.column(1).as_string_view();
        let sums = batch.column(2).as_primitive::<Float64Type>();
        all.extend((0..batch.num_rows()).map(|row| {
            let number = numbers.is_valid(row).then(|| numbers.value(row));
            (number, texts.value(row).to_owned(), sums.value(row))
        }));
    }
    all
}

#[test]
fn sums_are_those_of_a_map_and_sorting_sorts() {
    let mut expected: BTreeMap<(bool, Option<i64>, String), f64> = BTreeMap::new();
    for row in 0..PARTS * ROWS {
        let (number, text) = keys(row);
        // Nulls come last.
        *expected
            .entry((number.is_none(), number, text))
            .or_default() += row as f64;
    }
    let expected: Vec<(Option<i64>, String, f64)> = expected
        .into_iter()
        .map(|((_, number, text), sum)| (number, text, sum))
        .collect();
    assert!(expected.len() > 60_000, "{} groups", expected.len());
    assert!(merged(true) == expected, "the sorted groups differ");

    let mut unsorted = merged(false);
    assert!(
        unsorted == merged(false),
        "the order is another one each time"
    );
    unsorted.sort_by(|a, b| (a.0.is_none(), a.0, &a.1).cmp(&(b.0.is_none(), b.0, &b.1)));
    assert!(unsorted == expected, "the groups differ");
}
