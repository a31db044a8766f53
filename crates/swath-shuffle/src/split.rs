//! One partition to pieces: rows grouped by target.

use std::sync::Arc;

use arrow_array::{ArrayRef, RecordBatch, UInt32Array};
use swath_batch::{Chunk, Partition, Pieces};
use swath_kernels::{concat_columns, take_columns};

use crate::{Partitioner, ShuffleError};

/// The most rows of one batch that is made: pieces of a large partition are not one allocation.
const BATCH_ROWS: usize = 1 << 17;

/// Groups the rows of a partition by the target that `by` gives them, keeping their order inside each target.
///
/// Every row comes out exactly once; that is asserted. Text and dictionaries go on sharing the buffers of the input: call
/// [`Partition::compact`] on what outlives it. Cost: one pass for the targets, one for the order, one scatter of every column; 4 bytes
/// a row beside the result.
///
/// # Errors
/// A key column that is not there, keys that `by` cannot place, a `by` that breaks its contract.
pub fn split(partition: &Partition, by: &dyn Partitioner) -> Result<Pieces, ShuffleError> {
    split_checked(partition, by, || Ok(()))
}

/// As [`split`], asking `check` every some ten thousand rows whether to go on.
///
/// # Errors
/// As [`split`], and what `check` says.
pub fn split_checked<E: From<ShuffleError>>(
    partition: &Partition,
    by: &dyn Partitioner,
    mut check: impl FnMut() -> Result<(), E>,
) -> Result<Pieces, E> {
    let rows = partition.rows();
    if u32::try_from(rows).is_err() {
        return Err(ShuffleError::TooManyRows { rows }.into());
    }
    let targets = assign(partition, by, &mut check)?;
    check()?;
    let (offsets, order) = group_by_target(&targets, by.n_targets());
    assert_eq!(
        offsets.last(),
        Some(&rows),
        "every row has exactly one target"
    );
    drop(targets);
    let grouped = if order.is_sorted() {
        partition.clone()
    } else {
        scatter(partition, order, &mut check)?
    };
    assert_eq!(
        grouped.rows(),
        rows,
        "a scatter neither drops nor repeats a row"
    );
    Ok(Pieces::try_new(grouped, offsets).map_err(ShuffleError::from)?)
}

/// The target of every row.
fn assign<E: From<ShuffleError>>(
    partition: &Partition,
    by: &dyn Partitioner,
    check: &mut impl FnMut() -> Result<(), E>,
) -> Result<Vec<u32>, E> {
    let positions = by
        .columns()
        .iter()
        .map(|name| partition.meta().position(name))
        .collect::<Result<Vec<_>, _>>()
        .map_err(ShuffleError::from)?;
    let (kind, n_targets) = (by.kind(), by.n_targets());
    if n_targets == 0 {
        return Err(ShuffleError::NoTargets.into());
    }
    let mut targets = Vec::with_capacity(partition.rows() as usize);
    for batch in partition.batches() {
        for first in (0..batch.num_rows()).step_by(BATCH_ROWS) {
            check()?;
            let rows = BATCH_ROWS.min(batch.num_rows() - first);
            let keys: Vec<ArrayRef> = positions
                .iter()
                .map(|at| batch.column(*at).slice(first, rows))
                .collect();
            let start = targets.len();
            by.assign(&keys, rows, &mut targets)?;
            let found = targets.len().saturating_sub(start);
            if found != rows {
                return Err(ShuffleError::Assigned { kind, rows, found }.into());
            }
            if let Some(row) = targets[start..]
                .iter()
                .position(|target| *target as usize >= n_targets)
            {
                return Err(ShuffleError::Target {
                    kind,
                    row: start + row,
                    target: targets[start + row],
                    n_targets,
                }
                .into());
            }
        }
    }
    Ok(targets)
}

/// Where each target's rows begin, `n + 1` places for `n` targets, and the rows in the order of their targets; rows of one
/// target stay in theirs.
///
/// # Panics
/// For a target that is not below `n_targets`, or more rows than 32 bits number.
pub fn group_by_target(targets: &[u32], n_targets: usize) -> (Vec<u64>, Vec<u32>) {
    let mut offsets = vec![0_u64; n_targets + 1];
    for target in targets {
        offsets[*target as usize + 1] += 1;
    }
    for at in 1..offsets.len() {
        offsets[at] += offsets[at - 1];
    }
    let mut next = offsets.clone();
    let mut order = vec![0_u32; targets.len()];
    for (row, target) in (0..).zip(targets) {
        let place = &mut next[*target as usize];
        order[*place as usize] = row;
        *place += 1;
    }
    (offsets, order)
}

/// The rows in this order. One column after the other, so that what is needed beside the rows and their copy is one column.
fn scatter<E: From<ShuffleError>>(
    partition: &Partition,
    order: Vec<u32>,
    check: &mut impl FnMut() -> Result<(), E>,
) -> Result<Partition, E> {
    let order = UInt32Array::from(order);
    let blocks: Vec<UInt32Array> = (0..order.len())
        .step_by(BATCH_ROWS)
        .map(|start| order.slice(start, BATCH_ROWS.min(order.len() - start)))
        .collect();
    let mut scattered: Vec<Vec<ArrayRef>> = vec![Vec::new(); blocks.len()];
    for at in 0..partition.meta().fields().len() {
        let parts: Vec<Vec<ArrayRef>> = partition
            .batches()
            .iter()
            .map(|batch| vec![Arc::clone(batch.column(at))])
            .collect();
        check()?;
        let column = concat_columns(&parts).map_err(ShuffleError::from)?;
        for (order, columns) in blocks.iter().zip(&mut scattered) {
            check()?;
            columns.extend(take_columns(&column, order).map_err(ShuffleError::from)?);
        }
    }
    let batches = scattered
        .into_iter()
        .zip(&blocks)
        .map(|(columns, order)| Ok(Chunk::new(columns, order.len()).into_batch(partition.meta())?));
    let batches = batches.collect::<Result<Vec<RecordBatch>, ShuffleError>>()?;
    let rows = Partition::try_new(Arc::clone(partition.meta()), batches);
    Ok(rows.map_err(ShuffleError::from)?)
}

#[cfg(test)]
mod tests {
    use arrow_array::types::UInt8Type;
    use arrow_array::{DictionaryArray, Int64Array, StringArray, StringViewArray};
    use proptest::prelude::*;
    use swath_batch::Batch;
    use swath_divisions::{Divisions, Partitioning};
    use swath_graph::{Canon, Encoder, Fingerprint};
    use swath_meta::Meta;

    use super::*;
    use crate::testing::{sample, texts};
    use crate::{HashPartitioner, RangePartitioner, Rule, gather};

    /// Gives rows the targets it is told, whatever their keys.
    #[derive(Debug)]
    struct Told {
        columns: Vec<Arc<str>>,
        targets: Vec<u32>,
        n_targets: usize,
    }

    impl Fingerprint for Told {
        fn feed(&self, out: &mut Canon) {
            out.object("told", 1).feed(&self.targets);
        }
    }

    impl Partitioner for Told {
        fn kind(&self) -> &'static str {
            "told"
        }
        fn columns(&self) -> &[Arc<str>] {
            &self.columns
        }
        fn n_targets(&self) -> usize {
            self.n_targets
        }
        fn rule(&self) -> Rule {
            Rule {
                nulls: "as told",
                outside: "as told",
            }
        }
        fn assign(&self, _: &[ArrayRef], _: usize, out: &mut Vec<u32>) -> Result<(), ShuffleError> {
            out.extend(&self.targets);
            Ok(())
        }
        fn encode(&self, out: &mut Encoder) {
            out.object("told", 1, |_| {});
        }
    }

    fn told(targets: &[u32], n_targets: usize) -> Told {
        Told {
            columns: vec!["k".into()],
            targets: targets.to_vec(),
            n_targets,
        }
    }

    #[test]
    fn rows_keep_their_order_inside_a_target() {
        let rows = Partition::from(Batch::from_csv("k\n0\n1\n2\n3\n4\n").unwrap());
        let pieces = split(&rows, &told(&[2, 0, 2, 0, 0], 4)).unwrap();
        assert_eq!(pieces.offsets(), [0, 3, 3, 5, 5]);
        let made: Vec<Vec<i64>> = (0..4)
            .map(|at| {
                pieces
                    .piece(at)
                    .to_batch()
                    .unwrap()
                    .i64("k")
                    .unwrap()
                    .iter()
                    .flatten()
                    .collect()
            })
            .collect();
        assert_eq!(made, [vec![1, 3, 4], vec![], vec![0, 2], vec![]]);
    }

    #[test]
    fn a_custom_partitioner_promises_nothing() {
        assert_eq!(told(&[], 3).partitioning(), Partitioning::Unknown(3));
    }

    #[test]
    fn empty_partitions_and_partitions_without_other_columns() {
        let none = Partition::from(Batch::from_csv("k,v\n1,2\n").unwrap()).slice(0, 0);
        let pieces = split(&none, &HashPartitioner::try_new(["k"], 3).unwrap()).unwrap();
        assert_eq!(pieces.offsets(), [0; 4]);
        assert_eq!(gather(&[pieces], 2).unwrap().rows(), 0);
    }

    #[test]
    fn batches_may_differ_in_their_encoding() {
        let meta = Arc::new(Meta::of([("s", "string"), ("row", "int64")]).unwrap());
        let coded: DictionaryArray<UInt8Type> = ["x", "y", "x"].into_iter().collect();
        let columns: [ArrayRef; 3] = [
            Arc::new(StringViewArray::from(vec![
                Some("y"),
                None,
                Some("a text that is no view by itself"),
            ])),
            Arc::new(StringArray::from(vec!["x", "y", "z"])),
            Arc::new(coded),
        ];
        let batches = columns.into_iter().zip(0_i64..).map(|(column, at)| {
            let rows: ArrayRef = Arc::new(Int64Array::from(vec![3 * at, 3 * at + 1, 3 * at + 2]));
            RecordBatch::try_from_iter([("s", column), ("row", rows)]).unwrap()
        });
        let input = Partition::try_new(meta, batches.collect()).unwrap();
        let by = HashPartitioner::try_new(["s"], 7).unwrap();
        let pieces = split(&input, &by).unwrap();
        let mut homes = std::collections::BTreeMap::<String, Vec<usize>>::new();
        let mut all = Vec::new();
        for target in 0..7 {
            for row in texts(&pieces.piece(target)) {
                let text = row.split(',').next().unwrap().to_owned();
                homes.entry(text).or_default().push(target);
                all.push(row);
            }
        }
        assert!(
            homes
                .values()
                .all(|targets| targets.windows(2).all(|pair| pair[0] == pair[1])),
            "{homes:?}"
        );
        let mut expected = texts(&input);
        expected.sort_unstable();
        all.sort_unstable();
        assert_eq!(all, expected);
    }

    #[test]
    fn a_split_can_be_given_up() {
        let [first, ..] = &sample()[..] else {
            unreachable!("the sample has three partitions")
        };
        let by = HashPartitioner::try_new(["k"], 3).unwrap();
        for most in 0..3 {
            let mut asked = 0;
            let stopped = split_checked(first, &by, || {
                asked += 1;
                let told = ShuffleError::NoPieces;
                if asked > most { Err(told) } else { Ok(()) }
            });
            assert!(matches!(stopped, Err(ShuffleError::NoPieces)), "{most}");
        }
    }

    #[test]
    fn messages() {
        let rows = Partition::from(Batch::from_csv("key\n0\n1\n").unwrap());
        let keyed = Partition::from(Batch::from_csv("k\n0\n1\n").unwrap());
        let divisions = Divisions::try_new([0_i64, 1]).unwrap();
        let text = Partition::from(Batch::from_csv("k\na\n").unwrap());
        let errors = [
            split(&rows, &HashPartitioner::try_new(["kye"], 3).unwrap()).unwrap_err(),
            split(&keyed, &told(&[0], 4)).unwrap_err(),
            split(&keyed, &told(&[0, 4], 4)).unwrap_err(),
            split(&keyed, &told(&[], 0)).unwrap_err(),
            split(
                &text,
                &RangePartitioner::try_new(["k"], &divisions).unwrap(),
            )
            .unwrap_err(),
        ];
        insta::assert_snapshot!(errors.map(|error| error.to_string()).join("\n"));
    }

    #[test]
    fn every_number_of_targets_keeps_all_rows() {
        let inputs = sample();
        for n in [1, 2, 127, 128, 129, 255, 256, 257, 32_768, 65_537] {
            let by = HashPartitioner::try_new(["k"], n).unwrap();
            let pieces = inputs
                .iter()
                .map(|input| split(input, &by))
                .collect::<Result<Vec<_>, _>>()
                .unwrap();
            let rows: u64 = (0..n)
                .map(|target| gather(&pieces, target).unwrap().rows())
                .sum();
            assert_eq!(rows, inputs.iter().map(Partition::rows).sum::<u64>(), "{n}");
            let mut found: Vec<String> = pieces
                .iter()
                .flat_map(|pieces| texts(pieces.rows()))
                .collect();
            let mut expected: Vec<String> = inputs.iter().flat_map(texts).collect();
            found.sort_unstable();
            expected.sort_unstable();
            assert_eq!(found, expected, "{n}");
        }
    }

    proptest! {
        #[test]
        fn split_and_gather_are_a_stable_sort_by_target(
            inputs in prop::collection::vec(prop::collection::vec((0..5_u32, any::<i64>()), 0..20), 1..4),
        ) {
            let mut expected: Vec<Vec<i64>> = vec![Vec::new(); 5];
            let mut pieces = Vec::new();
            for input in &inputs {
                let text: Vec<String> = input.iter().map(|(_, value)| value.to_string()).collect();
                let text = text.join("\n");
                let targets: Vec<u32> = input.iter().map(|(target, _)| *target).collect();
                let rows = Partition::from(Batch::from_csv(&format!("k\n0\n{text}")).unwrap()).slice(1, u64::MAX);
                pieces.push(split(&rows, &told(&targets, 5)).unwrap());
                for (target, value) in input {
                    expected[*target as usize].push(*value);
                }
            }
            for (target, expected) in expected.into_iter().enumerate() {
                let made = gather(&pieces, target).unwrap().to_batch().unwrap();
                prop_assert_eq!(made.i64("k").unwrap().iter().flatten().collect::<Vec<_>>(), expected);
            }
        }
    }
}
