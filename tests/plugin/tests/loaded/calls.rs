//! Calls of functions of each kind, and what they must be given.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::Float64Type;
use arrow_array::{ArrayRef, Float32Array, Float64Array, Int64Array};
use insta::assert_snapshot;
use swath_batch::{Batch, Host, Value};
use swath_meta::Meta;
use swath_plugin_host::{Bound, CallError};

use super::{Task, loaded, part, partition_fn, run, words};

#[test]
fn a_scalar() {
    let plugin = loaded();
    let function = plugin.function("plus_one").expect("it is in the list");
    let args = Meta::of([("0", "float64")]).expect("a meta");
    let Ok(Bound::Scalar(bound)) = function.bind("{}", &args) else {
        panic!("it is a scalar");
    };
    let numbers: ArrayRef = Arc::new(Float64Array::from(vec![Some(1.0), None]));
    let found = bound.call(&[numbers], 2, None).expect("an answer");
    assert_eq!(
        found
            .as_primitive::<Float64Type>()
            .iter()
            .collect::<Vec<_>>(),
        [Some(2.0), None]
    );

    let text = Meta::of([("0", "string")]).expect("a meta");
    assert_snapshot!(words(&function.bind("{}", &text).expect_err("a text")), @r#"`tried.plus_one`: argument 1 must be float64 (`.cast("float64")` makes one), `0` is string"#);
    assert_snapshot!(words(&function.bind(r#"{"by":2}"#, &args).expect_err("no parameter")), @"`tried.plus_one`: no parameter `by`; it has none");
}

#[test]
fn an_aggregate() {
    let plugin = loaded();
    let args = Meta::of([("0", "float64")]).expect("a meta");
    let Ok(Bound::Aggregate(bound)) = plugin
        .function("sum")
        .expect("it is in the list")
        .bind("{}", &args)
    else {
        panic!("it is an aggregate");
    };
    let bound = Arc::new(bound);
    let numbers: ArrayRef = Arc::new(Float64Array::from(vec![1.0, 2.0, 4.0]));
    let mut first = bound.open(None).expect("states");
    first
        .update(&[Arc::clone(&numbers)], &[0, 1, 0], 2)
        .expect("rows");
    assert!(first.size() >= 16);
    let mut all = bound.open(None).expect("states");
    all.merge(&first.state().expect("states"), &[1, 0], 2)
        .expect("states");
    all.update(&[numbers], &[2, 2, 2], 3).expect("rows");
    let sums = all.finish().expect("results");
    assert_eq!(
        sums.as_primitive::<Float64Type>().values(),
        &[2.0, 5.0, 7.0]
    );
}

#[test]
fn a_partitioner() {
    let plugin = loaded();
    let function = plugin.function("in_turn").expect("it is in the list");
    let keys = Meta::of([("k", "int64")]).expect("a meta");
    let bound = function
        .bind_partitioner(r#"{"from":1}"#, &keys, 4)
        .expect("keys that do");
    assert_eq!(bound.targets(), 4);
    let numbers: ArrayRef = Arc::new(Int64Array::from(vec![Some(0), Some(6), Some(-1), None]));
    let found = bound
        .call(&[numbers.slice(0, 3)], 3, None)
        .expect("an answer");
    assert_eq!(found, [1, 3, 0]);
    assert_snapshot!(words(&bound.call(&[numbers], 4, None).expect_err("a null")), @"`tried.in_turn`: returned partition 4 for row 3, and there are 4");
    assert_snapshot!(words(&function.bind_partitioner("{}", &keys, 0).expect_err("nowhere")), @"`tried.in_turn`: it cannot share rows out to 0 partitions");
    assert_snapshot!(words(&function.bind("{}", &keys).expect_err("no targets")), @"`tried.in_turn` is of the kind `partitioner`, and was used as a function of rows");
    let sum = plugin.function("sum").expect("it is in the list");
    assert_snapshot!(words(&sum.bind_partitioner("{}", &keys, 2).expect_err("an aggregate")), @"`tried.sum` is of the kind `aggregate`, and was used as a partitioner");
}

#[test]
fn columns_that_it_does_not_read_pass_by() {
    let bound =
        partition_fn(&loaded(), "scale", r#"{"column":"x","factor":2}"#).expect("columns that do");
    assert_eq!(bound.reads()[0].names().collect::<Vec<_>>(), ["x"]);
    let found = run(&bound, &Arc::default()).expect("an answer");
    assert_snapshot!(found[0], @r"
          x  y
    float64  string
    ───────────────
        3.0  a
       null  b
        8.0  c

    3 rows, 2 columns
    ");
    let texts =
        |batch: &Batch| batch.column("y").expect("a column").to_data().buffers()[0].as_ptr();
    let given = part();
    let mut run = bound.open(Arc::new(Task::default())).expect("a run");
    let mut same = false;
    let seen = |batch: Batch| {
        same = texts(&batch) == texts(&given);
        Ok::<_, CallError>(())
    };
    run.push(&given, seen).expect("an answer");
    assert!(same, "what passes by is not copied");
}

#[test]
fn a_partition_without_a_batch_has_no_rows() {
    let bound = partition_fn(&loaded(), "behave", r#"{"how":"reads"}"#).expect("columns that do");
    let run = bound.open(Arc::new(Task::default())).expect("a run");
    let mut found = Vec::new();
    run.finish(|batch| {
        found.push(batch);
        Ok::<_, CallError>(())
    })
    .expect("an answer");
    assert_eq!(found, [part().head(0)]);
}

/// A partition of a frame that is sorted by its index, with rows of its neighbours around it.
struct Between([Vec<Value>; 2]);

impl Host for Between {
    fn check(&self) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
        Ok(())
    }

    fn partition(&self) -> (usize, usize) {
        (7, 9)
    }

    fn boundary(&self, at: usize) -> Option<&[Value]> {
        self.0.get(at.checked_sub(7)?).map(Vec::as_slice)
    }

    fn halo(&self) -> (usize, usize) {
        (1, 2)
    }
}

#[test]
fn a_function_knows_its_place() {
    let part = Batch::from_csv("t,w,x\n1,1.5,2\n").expect("a table");
    let part = part.meta().set_index(["t", "w"]).expect("columns");
    let part = Batch::empty(&Arc::new(part));
    let plugin = loaded();
    let function = plugin.function("behave").expect("it is in the list");
    let bound = function
        .bind(r#"{"how":"place"}"#, part.meta())
        .expect("columns that do");
    let Bound::Partition(bound) = bound else {
        unreachable!("it is a partition function");
    };
    // What JSON has no number for.
    let bounds = [
        vec![Value::from(i64::MAX - 1), Value::from(f64::NEG_INFINITY)],
        vec![Value::from(i64::MAX), Value::from(f64::NAN)],
    ];
    let run = bound.open(Arc::new(Between(bounds))).expect("a run");
    let mut found = Vec::new();
    run.finish(|batch| {
        found.push(batch);
        Ok::<_, CallError>(())
    })
    .expect("an answer");
    assert_snapshot!(found[0], @r"
    number  count  before  after  lower                                     upper
     int64  int64   int64  int64  string                                    string
    ────────────────────────────────────────────────────────────────────────────────────────────────────────────────
         7      9       1      2  Some([Int(9223372036854775806), Float(-…  Some([Int(9223372036854775807), Float(N…

    1 row, 6 columns
    ");
}

#[test]
fn what_it_was_not_bound_to_is_refused() {
    let plugin = loaded();
    let bound = partition_fn(&plugin, "scale", r#"{"column":"x"}"#).expect("columns that do");
    let mut run = bound.open(Arc::new(Task::default())).expect("a run");
    let other = part().select(["x"]).expect("a column");
    let error = run
        .push(&other, |_| Ok::<_, CallError>(()))
        .expect_err("other columns");
    assert_snapshot!(words(&error), @"`tried.scale` was given other columns than it was bound to");

    let args = Meta::of([("0", "float64")]).expect("a meta");
    let Ok(Bound::Scalar(bound)) = plugin
        .function("plus_one")
        .expect("in the list")
        .bind("{}", &args)
    else {
        unreachable!("it is a scalar");
    };
    let halves: ArrayRef = Arc::new(Float32Array::from(vec![0.5]));
    assert_snapshot!(words(&bound.call(&[halves], 1, None).expect_err("another type")), @"`tried.plus_one` cannot be given that: column `0`: Float32 where Float64 was agreed on");

    let Ok(Bound::Aggregate(bound)) = plugin
        .function("sum")
        .expect("in the list")
        .bind("{}", &args)
    else {
        unreachable!("it is an aggregate");
    };
    let numbers: ArrayRef = Arc::new(Float64Array::from(vec![1.0, 2.0]));
    let mut groups = Arc::new(bound).open(None).expect("states");
    let error = groups
        .update(&[Arc::clone(&numbers)], &[0, 2], 2)
        .expect_err("no such group");
    assert_snapshot!(words(&error), @"`tried.sum` was given rows of 3 groups, of which there are 2 and were 0");
    let error = groups
        .update(&[numbers], &[0], 2)
        .expect_err("a group is missing");
    assert_snapshot!(words(&error), @"`tried.sum` cannot be given that: column `0`: 2 rows where the batch has 1");
}
