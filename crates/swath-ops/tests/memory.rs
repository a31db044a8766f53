//! What group-bys reserve, and when they refuse.

use std::sync::Arc;

use arrow_array::{ArrayRef, Float64Array, Int64Array};
use swath_batch::{Chunk, Partition};
use swath_expr::Spelling;
use swath_memory::{Budget, CancelToken, Demand};
use swath_meta::{DType, Meta};
use swath_ops::sink::Rows;
use swath_ops::source::InputRows;
use swath_ops::step::{AggCall, AggInput, GroupMerge, GroupPartial};
use swath_ops::{Env, Op, OpError, Pipeline, StepSpec, TaskValue};
use swath_scheduler::{TaskContext, TaskError, ValueInputs};

/// Parts of `rows` rows each with the keys that `key` gives, and a number.
fn parts(parts: i64, rows: i64, key: fn(i64) -> i64) -> Vec<Arc<TaskValue>> {
    let meta = Arc::new(Meta::of([("id", "int64"), ("sum#0", "float64")]).expect("it is right"));
    let part = |part: i64| {
        let keys = (part * rows..(part + 1) * rows).map(key);
        let columns: Vec<ArrayRef> = vec![
            Arc::new(Int64Array::from_iter_values(keys)),
            Arc::new(Float64Array::from_iter_values(
                (0..rows).map(|row| row as f64),
            )),
        ];
        let batch = Chunk::new(columns, rows as usize)
            .into_batch(&meta)
            .expect("it is right");
        let rows = Partition::try_new(Arc::clone(&meta), vec![batch]).expect("it is right");
        Arc::new(TaskValue::Rows(rows))
    };
    (0..parts).map(part).collect()
}

fn sum() -> Vec<AggCall> {
    vec![AggCall::new(
        "sum".into(),
        vec![AggInput {
            column: 1,
            dtype: DType::Float64,
            spelling: Spelling {
                text: "x".into(),
                code: "col(\"x\")".into(),
            },
        }],
        swath_expr::Params::default(),
        "sum".into(),
    )]
}

type Run = fn(&[Arc<TaskValue>], &Budget) -> Result<TaskValue, TaskError>;

/// Runs the step over the parts as one task of a budget that holds nothing else.
fn run(
    step: impl StepSpec + 'static,
    parts: &[Arc<TaskValue>],
    budget: &Budget,
) -> Result<TaskValue, TaskError> {
    let TaskValue::Rows(first) = &*parts[0] else {
        unreachable!("parts are rows")
    };
    let op = Op::Pipeline(Pipeline::new(
        Arc::new(InputRows::whole(Arc::clone(first.meta()))),
        vec![Arc::new(step)],
        Arc::new(Rows::passing()),
    ));
    let grant = budget.grant_alone(Demand::default());
    let cancel = CancelToken::new();
    let cx = TaskContext::new(&cancel, &grant);
    let inputs = ValueInputs::new(parts.iter().map(Arc::clone));
    let made = op
        .run_task(0, &inputs, &Env::default(), &cx)
        .map_err(OpError::into_task_error)?;
    Ok(made.into_iter().next().expect("one port").value)
}

fn merge() -> GroupMerge {
    GroupMerge::finishing(1, sum(), false)
}

fn sorted() -> GroupMerge {
    GroupMerge::finishing(1, sum(), true)
}

fn partial() -> GroupPartial {
    GroupPartial::new(1, sum(), true)
}

/// Keys that are spread, so that no table is an array of them.
fn distinct(row: i64) -> i64 {
    row.wrapping_mul(0x9e37_79b9_7f4a_7c15_u64 as i64)
}

const PARTS: i64 = 4;
const ROWS: i64 = 50_000;
/// A slot of 16 bytes at most half full, a key and a state of 8, for each group.
const LEAST: u64 = (PARTS * ROWS) as u64 * (32 + 8 + 8);

#[test]
fn groups_are_reserved_with_their_tables() {
    let parts = parts(PARTS, ROWS, distinct);
    let steps: [(&str, Run); 3] = [
        ("merge", |parts, budget| run(merge(), parts, budget)),
        ("sorted", |parts, budget| run(sorted(), parts, budget)),
        ("partial", |parts, budget| run(partial(), parts, budget)),
    ];
    for (name, step) in steps {
        let budget = Budget::unlimited();
        step(&parts, &budget).expect("it is right");
        let peak = budget.peak();
        assert!(peak >= LEAST, "{name}: {peak} of {LEAST}");
        // Tables grow by fours, and the old one is there meanwhile.
        assert!(peak <= 8 * LEAST, "{name}: {peak} of {LEAST}");
        assert_eq!(budget.used(), 0, "{name}");

        let short = Budget::new(LEAST / 2);
        let error = step(&parts, &short).unwrap_err();
        assert!(error.over_budget().is_some(), "{name}: {error}");
        assert_eq!(short.used(), 0, "{name}");
    }
}

#[test]
fn what_is_merged_is_not_paid_for_twice() {
    // 400,000 rows of 16 bytes that come to a thousand groups.
    let parts = parts(8, 50_000, |row| distinct(row % 1000));
    let budget = Budget::new(12 << 20);
    for step in [merge(), sorted()] {
        let TaskValue::Rows(groups) = run(step, &parts, &budget).expect("it is right") else {
            unreachable!("rows come out")
        };
        assert_eq!(groups.rows(), 1000);
        assert_eq!(budget.used(), 0);
    }
    let total: u64 = 400_000 * 16;
    assert!(budget.peak() < 2 * total, "{}", budget.peak());
}

#[test]
fn a_thousand_parts_are_merged_as_they_come() {
    // 100 bytes a row are far more than the limit; a wave of rows, scattered, and a thousand groups are not.
    let parts = parts(60, 50_000, |row| distinct(row % 1000));
    let all: u64 = 60 * 50_000 * 16;
    let budget = Budget::new(all / 3);
    run(merge(), &parts, &budget).expect("it is right");
}
