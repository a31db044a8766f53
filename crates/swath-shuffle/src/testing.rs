//! What every partitioner must do, as functions that any implementation can be given to.

use std::sync::Arc;

use arrow_array::{ArrayRef, Float64Array, Int64Array, RecordBatch};
use swath_batch::{Partition, Value};
use swath_meta::Meta;

use crate::{Partitioner, Partitioners, split};

/// Three partitions with columns `k` (int64), `f` (float64) and `row` (int64, unique): nulls, NaN, both zeros, many and no rows.
///
/// # Panics
/// Never: the rows are fixed.
pub fn sample() -> Vec<Partition> {
    let meta = Meta::of([("k", "int64"), ("f", "float64"), ("row", "int64")])
        .expect("dtypes are spelt right");
    let meta = Arc::new(meta);
    let mut row = 0_i64;
    let sizes: [&[usize]; 3] = [&[100, 1, 57], &[], &[300]];
    let partition = |batches: &&[usize]| {
        let batches = batches.iter().map(|rows| {
            let numbers: Vec<i64> = (row..row + *rows as i64).collect();
            row += *rows as i64;
            let k = numbers
                .iter()
                .map(|row| (row % 11 != 0).then_some((row * 7919) % 97 - 48));
            let floats = [0.0, -0.0, f64::NAN, -f64::NAN, 1.5, f64::INFINITY];
            let f = numbers
                .iter()
                .map(|row| (row % 13 != 0).then_some(floats[(row % 6) as usize]));
            let columns: Vec<ArrayRef> = vec![
                Arc::new(k.collect::<Int64Array>()),
                Arc::new(f.collect::<Float64Array>()),
                Arc::new(Int64Array::from(numbers)),
            ];
            RecordBatch::try_new(meta.to_arrow(), columns).expect("columns are as the meta says")
        });
        Partition::try_new(Arc::clone(&meta), batches.collect())
            .expect("batches are as the meta says")
    };
    sizes.iter().map(partition).collect()
}

/// Every row of a partition as text.
pub fn texts(partition: &Partition) -> Vec<String> {
    let row = |batch: &RecordBatch, row: usize| {
        let values = batch
            .columns()
            .iter()
            .map(|column| Value::from_array(column, row).to_string());
        values.collect::<Vec<_>>().join(",")
    };
    partition
        .batches()
        .iter()
        .flat_map(|batch| (0..batch.num_rows()).map(move |at| row(batch, at)))
        .collect()
}

/// Checks that a partitioner of the [`sample`]'s columns keeps its contract: targets exist, equal keys meet, batches do not matter,
/// all rows come out, and in the order they had.
///
/// # Panics
/// If it does not.
pub fn conforms(by: &dyn Partitioner) {
    let n_targets = by.n_targets();
    assert!(n_targets > 0, "there is a target");
    assert_eq!(
        by.partitioning().npartitions(),
        n_targets,
        "what it makes has a partition a target"
    );
    let mut homes: std::collections::HashMap<String, u32> = std::collections::HashMap::new();
    for partition in sample() {
        let positions: Vec<usize> = by
            .columns()
            .iter()
            .map(|name| {
                partition
                    .meta()
                    .position(name)
                    .expect("a column of the sample")
            })
            .collect();
        let mut all = Vec::new();
        for batch in partition.batches() {
            let keys: Vec<ArrayRef> = positions
                .iter()
                .map(|at| Arc::clone(batch.column(*at)))
                .collect();
            let start = all.len();
            by.assign(&keys, batch.num_rows(), &mut all)
                .expect("the sample can be placed");
            assert_eq!(
                all.len() - start,
                batch.num_rows(),
                "every row has a target"
            );
            let mut alone = Vec::new();
            for row in 0..batch.num_rows() {
                let keys: Vec<ArrayRef> = keys.iter().map(|key| key.slice(row, 1)).collect();
                by.assign(&keys, 1, &mut alone)
                    .expect("the sample can be placed");
                // Both zeros are one key, and all NaNs are.
                let key = keys.iter().map(|key| match Value::from_array(key, 0) {
                    Value::Float(0.0) => "0".to_owned(),
                    value => value.to_string(),
                });
                let key = key.collect::<Vec<_>>().join(",");
                let home = *homes.entry(key.clone()).or_insert(alone[row]);
                assert_eq!(
                    home, alone[row],
                    "rows with the keys {key} are in one target"
                );
            }
            assert_eq!(
                &all[start..],
                alone,
                "a row's target does not depend on the rows around it"
            );
        }
        assert!(
            all.iter().all(|target| (*target as usize) < n_targets),
            "targets exist"
        );

        let pieces = split(&partition, by).expect("the sample can be split");
        let rows = texts(&partition);
        let mut order: Vec<usize> = (0..all.len()).collect();
        order.sort_by_key(|row| all[*row]);
        let expected: Vec<&String> = order.iter().map(|row| &rows[*row]).collect();
        assert_eq!(
            texts(pieces.rows()).iter().collect::<Vec<_>>(),
            expected,
            "rows are grouped, in the order they had"
        );
    }
    decodes(by);
}

/// Kinds of this crate must come back from their encoding; others need a table of their own.
fn decodes(by: &dyn Partitioner) {
    let mut encoder = swath_graph::Encoder::new();
    by.encode(&mut encoder);
    let bytes = encoder.into_bytes().expect("it writes one object");
    let object = swath_graph::Decoder::new(&bytes);
    assert_eq!(
        object.object().expect("it writes an object").kind(),
        by.kind(),
        "it is encoded under its kind"
    );
    let table = Partitioners::standard();
    if table.kinds().any(|kind| kind == by.kind()) {
        let decoded = table.decode(&object).expect("what it writes is read");
        assert_eq!(
            format!("{decoded:?}"),
            format!("{by:?}"),
            "what it writes is itself"
        );
    }
}
