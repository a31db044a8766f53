//! A partition: the rows behind one key of a frame.

use arrow_array::{Array, RecordBatch, new_empty_array};
use arrow_select::concat::concat_batches;
use std::sync::{Arc, OnceLock};
use swath_meta::Meta;

use crate::normalise::{check_names, normalise};
use crate::{Batch, BatchError, BufferBytes, Chunk, chunk::batch_of, compact};

/// Record batches under one logical schema.
///
/// Each batch has its own encodings (dictionary, view); all have the columns of the meta, in order. Cloning
/// shares everything; batches never change.
///
/// ```
/// use std::sync::Arc;
/// use swath_batch::{Batch, Partition};
///
/// let batch = Batch::from_csv("region,amount\neu,10\nus,5\n")?;
/// let partition = Partition::from(batch);
/// assert_eq!(partition.rows(), 2);
/// assert_eq!(partition.slice(1, 1).to_batch()?.i64("amount")?.iter().collect::<Vec<_>>(), [Some(5)]);
/// # Ok::<(), swath_batch::BatchError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Partition {
    meta: Arc<Meta>,
    batches: Arc<[RecordBatch]>,
    rows: u64,
    // Walking the buffers of thousands of batches is not free; slices made on the way are never asked.
    bytes: Arc<OnceLock<u64>>,
}

/// What is known of a partition without looking at its rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct PartitionStats {
    /// Rows.
    pub rows: u64,
    /// Bytes by buffers, shared buffers counted once.
    pub bytes: u64,
}

impl Partition {
    /// Makes a partition of `batches`, in order; batches without rows are left out.
    ///
    /// # Errors
    /// Where a batch's columns are not named as `meta` says, in its order; where an encoding does not
    /// stand for its column's dtype; where a column declared without nulls has some.
    pub fn try_new(meta: Arc<Meta>, batches: Vec<RecordBatch>) -> Result<Self, BatchError> {
        for batch in &batches {
            check_names(batch, &meta)?;
            for (field, column) in meta.fields().iter().zip(batch.columns()) {
                if !field.dtype.admits(column.data_type()) {
                    return Err(BatchError::Encoding {
                        column: field.name.to_string(),
                        expected: field.dtype.clone(),
                        found: column.data_type().clone(),
                    });
                }
                if !field.nullable && column.null_count() > 0 {
                    return Err(BatchError::Nulls {
                        column: field.name.to_string(),
                        nulls: column.null_count(),
                    });
                }
            }
        }
        Ok(Self::of_checked(meta, batches.into_iter()))
    }

    /// Makes a partition of chunks, in order, compacting each.
    ///
    /// # Errors
    /// As [`Partition::try_new`].
    pub fn from_chunks(
        meta: Arc<Meta>,
        chunks: impl IntoIterator<Item = Chunk>,
    ) -> Result<Self, BatchError> {
        let batches = chunks
            .into_iter()
            .map(|chunk| chunk.into_batch(&meta))
            .collect::<Result<Vec<_>, _>>()?;
        Self::try_new(meta, batches)
    }

    /// A partition without rows.
    pub fn empty(meta: Arc<Meta>) -> Self {
        Self::of_checked(meta, std::iter::empty())
    }

    fn of_checked(meta: Arc<Meta>, batches: impl Iterator<Item = RecordBatch>) -> Self {
        let batches: Arc<[RecordBatch]> = batches.filter(|batch| batch.num_rows() > 0).collect();
        let rows = batches.iter().map(|batch| batch.num_rows() as u64).sum();
        Self {
            meta,
            batches,
            rows,
            bytes: Arc::default(),
        }
    }

    /// Names, logical dtypes, nullability, index.
    pub fn meta(&self) -> &Arc<Meta> {
        &self.meta
    }

    /// The batches, in order, each with at least one row.
    pub fn batches(&self) -> &[RecordBatch] {
        &self.batches
    }

    /// Number of rows.
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// Bytes by buffers: what dropping the partition frees, shared buffers counted once.
    ///
    /// Walks all buffers the first time it is asked.
    pub fn bytes(&self) -> u64 {
        *self.bytes.get_or_init(|| {
            let mut bytes = BufferBytes::default();
            for column in self.batches.iter().flat_map(RecordBatch::columns) {
                bytes.add(column.as_ref());
            }
            bytes.total()
        })
    }

    /// Rows and bytes.
    pub fn stats(&self) -> PartitionStats {
        PartitionStats {
            rows: self.rows,
            bytes: self.bytes(),
        }
    }

    /// The rows of several partitions, one after the other, sharing buffers.
    ///
    /// # Errors
    /// Where names, dtypes or order differ, and for no partitions at all. Nullability may differ: the first's is kept where
    /// it allows what the others hold.
    pub fn concat(partitions: &[Self]) -> Result<Self, BatchError> {
        let Some(first) = partitions.first() else {
            return Err(BatchError::ColumnCount {
                expected: 1,
                found: 0,
            });
        };
        for other in &partitions[1..] {
            if !Arc::ptr_eq(&first.meta, &other.meta) && first.meta != other.meta {
                first
                    .meta
                    .check(&other.meta)
                    .map_err(|source| BatchError::Metas(Box::new(source)))?;
            }
        }
        let batches = partitions
            .iter()
            .flat_map(|partition| partition.batches.iter().cloned());
        Ok(Self::of_checked(Arc::clone(&first.meta), batches))
    }

    /// The `len` rows from `start`, sharing buffers; fewer where the partition ends before.
    pub fn slice(&self, start: u64, len: u64) -> Self {
        let end = start.saturating_add(len).min(self.rows);
        let start = start.min(end);
        if start == 0 && end == self.rows {
            return self.clone();
        }
        let mut at = 0;
        let batches = self.batches.iter().filter_map(|batch| {
            let rows = batch.num_rows() as u64;
            let (from, to) = (
                start.clamp(at, at + rows) - at,
                end.clamp(at, at + rows) - at,
            );
            at += rows;
            (to > from).then(|| batch.slice(from as usize, (to - from) as usize))
        });
        Self::of_checked(Arc::clone(&self.meta), batches)
    }

    /// The batches as chunks, every row live.
    pub fn chunks(&self) -> impl Iterator<Item = Chunk> + '_ {
        self.batches.iter().map(Chunk::from_batch)
    }

    /// The columns at `positions`, in that order, under `meta`.
    ///
    /// # Errors
    /// As [`Partition::try_new`].
    pub fn project(&self, positions: &[usize], meta: Arc<Meta>) -> Result<Self, BatchError> {
        let chunks = self.chunks().map(|chunk| chunk.project(positions));
        Self::from_chunks(meta, chunks)
    }

    /// The same batches, each column in the border encoding of its dtype; what is in it already is shared.
    ///
    /// # Errors
    /// A dictionary that does not decode.
    pub fn normalise(&self) -> Result<Self, BatchError> {
        let batches = self
            .batches
            .iter()
            .map(|batch| normalise(batch, &self.meta))
            .collect::<Result<Vec<_>, _>>()?;
        Ok(Self::of_checked(
            Arc::clone(&self.meta),
            batches.into_iter(),
        ))
    }

    /// All rows in one batch of border encodings. Copies every row that is not in one such batch already.
    ///
    /// # Errors
    /// Where rows do not fit one array (two billion items of lists).
    pub fn to_batch(&self) -> Result<Batch, BatchError> {
        let batches = self
            .batches
            .iter()
            .map(|batch| normalise(batch, &self.meta))
            .collect::<Result<Vec<_>, _>>()?;
        let batch = match batches.as_slice() {
            [one] => one.clone(),
            [] => {
                let columns = self
                    .meta
                    .fields()
                    .iter()
                    .map(|field| new_empty_array(&field.dtype.border()))
                    .collect();
                batch_of(&self.meta, columns, 0)?
            }
            many => {
                concat_batches(&self.meta.to_arrow(), many).map_err(|source| BatchError::Arrow {
                    during: "joining batches",
                    source,
                })?
            }
        };
        Batch::try_new(batch, Arc::clone(&self.meta))
    }

    /// The same rows in no more memory than they need: small neighbouring batches joined, slices
    /// copied, view buffers of which little is shown rewritten, dictionaries cut to the entries in use
    /// where that is less than a quarter.
    ///
    /// What a filter kept shares buffers with all that it dropped; call this before rows outlive their
    /// task (persist, spill, wire). Afterwards [`Partition::bytes`] is at most 1.2 times what the rows
    /// need. Costs a pass over what is copied, and nothing for what is compact already.
    pub fn compact(&self) -> Result<Self, BatchError> {
        let failed = |source| BatchError::Arrow {
            during: "compacting rows",
            source,
        };
        let lens: Vec<usize> = self.batches.iter().map(RecordBatch::num_rows).collect();
        let mut columns = Vec::with_capacity(self.meta.len());
        let mut rows = lens.clone();
        // Joined only if every column joins without rewriting its dictionary.
        let mut runs: Vec<_> = compact::runs(&lens);
        let joins = |run: &std::ops::Range<usize>, at: usize| {
            let arrays: Vec<_> = self.batches[run.clone()]
                .iter()
                .map(|batch| Arc::clone(batch.column(at)))
                .collect();
            compact::joins_cheaply(&arrays)
        };
        runs = runs
            .into_iter()
            .flat_map(|run| {
                if (0..self.meta.len()).all(|at| joins(&run, at)) {
                    vec![run]
                } else {
                    run.map(|at| at..at + 1).collect()
                }
            })
            .collect();
        if runs.len() < lens.len() {
            rows = runs
                .iter()
                .map(|run| lens[run.clone()].iter().sum())
                .collect();
        }
        for at in 0..self.meta.len() {
            let joined = runs
                .iter()
                .map(|run| {
                    let arrays: Vec<_> = self.batches[run.clone()]
                        .iter()
                        .map(|batch| Arc::clone(batch.column(at)))
                        .collect();
                    compact::join(&arrays)
                })
                .collect::<Result<Vec<_>, _>>()
                .map_err(failed)?;
            columns.push(
                compact::compact_column(&joined)
                    .map_err(failed)?
                    .into_iter(),
            );
        }
        let batches = rows
            .into_iter()
            .map(|rows| {
                let columns = columns
                    .iter_mut()
                    .map(|column| column.next().expect("one array a run"))
                    .collect();
                batch_of(&self.meta, columns, rows)
            })
            .collect::<Result<Vec<_>, _>>()?;
        Ok(Self::of_checked(
            Arc::clone(&self.meta),
            batches.into_iter(),
        ))
    }
}

impl From<Batch> for Partition {
    fn from(batch: Batch) -> Self {
        let meta = Arc::clone(batch.meta());
        Self::of_checked(meta, std::iter::once(batch.into_record_batch()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Value;
    use arrow_array::RecordBatchOptions;
    use arrow_array::types::{UInt8Type, UInt16Type};
    use arrow_array::{
        ArrayRef, BooleanArray, DictionaryArray, Float64Array, Int64Array, ListArray,
        StringViewArray, UInt8Array, UInt16Array,
    };
    use arrow_buffer::BooleanBuffer;
    use arrow_schema::{DataType, Field, Schema};
    use proptest::prelude::*;

    fn batch(columns: Vec<(&str, ArrayRef)>) -> RecordBatch {
        let fields: Vec<_> = columns
            .iter()
            .map(|(name, column)| Field::new(*name, column.data_type().clone(), true))
            .collect();
        let columns = columns.into_iter().map(|(_, column)| column).collect();
        RecordBatch::try_new(Arc::new(Schema::new(fields)), columns).expect("columns fit")
    }

    fn partition(batches: Vec<RecordBatch>) -> Partition {
        let meta = Meta::from_arrow(batches[0].schema_ref()).expect("supported types");
        Partition::try_new(Arc::new(meta), batches).expect("batches fit")
    }

    /// Four batches with one dictionary between them and one buffer of long strings each.
    fn wide(rows: usize) -> Vec<RecordBatch> {
        let regions: ArrayRef = Arc::new(StringViewArray::from_iter_values(
            (0..200).map(|at| format!("region {at} with a name of some length")),
        ));
        (0..4)
            .map(|nth| {
                let codes: UInt8Array = (0..rows).map(|row| Some((row % 200) as u8)).collect();
                let region = DictionaryArray::<UInt8Type>::new(codes, Arc::clone(&regions));
                let note: StringViewArray = (0..rows)
                    .map(|row| {
                        (row % 7 != 0)
                            .then(|| format!("note {row} of batch {nth}, longer than twelve"))
                    })
                    .collect();
                let amount: Float64Array = (0..rows)
                    .map(|row| (row % 5 != 0).then_some(row as f64))
                    .collect();
                let ok: BooleanArray = (0..rows).map(|row| Some(row % 2 == 0)).collect();
                let lists = ListArray::from_iter_primitive::<arrow_array::types::Int64Type, _, _>(
                    (0..rows).map(|row| Some(vec![Some(row as i64); row % 3])),
                );
                batch(vec![
                    ("region", Arc::new(region)),
                    ("note", Arc::new(note)),
                    ("amount", Arc::new(amount)),
                    ("ok", Arc::new(ok)),
                    ("lists", Arc::new(lists)),
                ])
            })
            .collect()
    }

    /// Bytes that the rows need if nothing else is kept: each buffer at its length.
    fn logical_bytes(partition: &Partition) -> u64 {
        let mut dictionaries = std::collections::HashSet::new();
        let mut bytes = 0;
        for column in partition.batches().iter().flat_map(RecordBatch::columns) {
            bytes += match column.data_type() {
                DataType::Utf8View => {
                    let views = arrow_array::cast::AsArray::as_string_view(column);
                    16 * views.len() + views.total_buffer_bytes_used() + views.len() / 8
                }
                DataType::Dictionary(..) => {
                    let dictionary = arrow_array::cast::AsArray::as_any_dictionary(column);
                    let values = dictionary.values();
                    let views = arrow_array::cast::AsArray::as_string_view(values);
                    let first = dictionaries.insert(views.views().as_ptr());
                    dictionary
                        .keys()
                        .to_data()
                        .get_slice_memory_size()
                        .expect("codes")
                        + if first {
                            16 * views.len() + views.total_buffer_bytes_used()
                        } else {
                            0
                        }
                }
                _ => column.to_data().get_slice_memory_size().expect("sized"),
            } as u64;
        }
        bytes
    }

    #[track_caller]
    fn check_compact(rows: Vec<RecordBatch>, keep: impl Fn(usize) -> bool) {
        let whole = partition(rows);
        let kept = whole.chunks().map(|chunk| {
            let mask: BooleanBuffer = (0..chunk.rows).map(&keep).collect();
            chunk.select(&mask)
        });
        let kept =
            Partition::from_chunks(Arc::clone(whole.meta()), kept).expect("the same columns");
        let compact = kept.compact().expect("compacts");
        assert_eq!(
            compact.to_batch().expect("joins"),
            kept.to_batch().expect("joins")
        );
        let (held, needed) = (compact.bytes(), logical_bytes(&compact));
        assert!(
            held as f64 <= needed as f64 * 1.2,
            "holds {held} for {needed}, before {}",
            kept.bytes()
        );
    }

    #[test]
    fn a_filter_gives_back_what_it_drops() {
        check_compact(wide(40_000), |row| row % 100 == 0);
        check_compact(wide(40_000), |row| row % 100 == 3);
        check_compact(wide(40_000), |row| row < 400);
        check_compact(wide(40_000), |row| row % 2 == 0);
        check_compact(wide(40_000), |_| true);
        check_compact(wide(1_000), |_| false);
    }

    #[test]
    fn a_slice_gives_back_the_rest() {
        let slice = partition(wide(40_000)).slice(100, 500);
        let compact = slice.compact().expect("compacts");
        assert!(compact.bytes() as f64 <= logical_bytes(&compact) as f64 * 1.2);
        assert_eq!(
            compact.to_batch().expect("joins"),
            slice.to_batch().expect("joins")
        );
    }

    #[test]
    fn what_is_compact_is_shared() {
        let compact = partition(wide(40_000)).compact().expect("compacts");
        let again = compact.compact().expect("compacts");
        let both = Partition::concat(&[compact.clone(), again]).expect("the same columns");
        assert_eq!(both.bytes(), compact.bytes());
    }

    #[test]
    fn large_dictionaries_shrink_and_stay_shared() {
        let values: ArrayRef = Arc::new(StringViewArray::from_iter_values(
            (0..5000).map(|at| format!("entry {at}")),
        ));
        let coded = |codes: Vec<Option<u16>>| -> RecordBatch {
            let codes = UInt16Array::from(codes);
            batch(vec![(
                "a",
                Arc::new(DictionaryArray::<UInt16Type>::new(
                    codes,
                    Arc::clone(&values),
                )),
            )])
        };
        // Too large to be joined, so that they stay two.
        let left = coded((0..20_000).map(|row| Some(4000 + row % 3)).collect());
        let right = coded(
            (0..20_000)
                .map(|row| (row % 2 == 0).then_some(17))
                .collect(),
        );
        let whole = partition(vec![left, right]);
        let compact = whole.compact().expect("compacts");
        assert_eq!(
            compact.to_batch().expect("joins"),
            whole.to_batch().expect("joins")
        );
        let dictionaries: Vec<_> = compact
            .batches()
            .iter()
            .map(|batch| arrow_array::cast::AsArray::as_any_dictionary(batch.column(0)).values())
            .collect();
        assert_eq!(dictionaries.len(), 2);
        assert_eq!(dictionaries[0].len(), 4);
        assert!(Arc::ptr_eq(dictionaries[0], dictionaries[1]));
    }

    #[test]
    fn small_batches_are_joined() {
        let batches: Vec<_> = (0..1000)
            .map(|n| {
                batch(vec![(
                    "n",
                    Arc::new(Int64Array::from_iter_values(n * 20..(n + 1) * 20)),
                )])
            })
            .collect();
        let compact = partition(batches).compact().expect("compacts");
        assert_eq!(compact.batches().len(), 2);
        assert_eq!(compact.rows(), 20_000);
    }

    #[test]
    fn batches_must_be_what_the_meta_says() {
        let meta = Arc::new(Meta::of([("a", "int64")]).expect("a meta"));
        let error = |columns| {
            Partition::try_new(Arc::clone(&meta), vec![batch(columns)]).expect_err("refused")
        };
        let text: ArrayRef = Arc::new(StringViewArray::from(vec!["x"]));
        insta::assert_snapshot!(error(vec![("a", Arc::clone(&text))]), @"column `a` is string, and int64 was expected");
        insta::assert_snapshot!(error(vec![("b", text)]), @"column 0 is `b` where the meta has `a`");
        let other = Arc::new(Meta::of([("a", "string")]).expect("a meta"));
        let error = Partition::concat(&[Partition::empty(meta), Partition::empty(other)])
            .expect_err("differ");
        insta::assert_snapshot!(error, @"partitions differ in their columns");
    }

    #[test]
    fn rows_without_columns_count() {
        let options = RecordBatchOptions::new().with_row_count(Some(7));
        let batch = RecordBatch::try_new_with_options(Arc::new(Schema::empty()), vec![], &options)
            .expect("no columns");
        let partition =
            Partition::try_new(Arc::new(Meta::empty()), vec![batch]).expect("no columns");
        assert_eq!((partition.rows(), partition.bytes()), (7, 0));
        assert_eq!(partition.slice(5, 9).rows(), 2);
        assert_eq!(partition.compact().expect("nothing to do").rows(), 7);
        assert_eq!(partition.to_batch().expect("no columns").num_rows(), 7);
        let bytes = partition.encode().expect("encodes");
        assert_eq!(Partition::decode(&bytes).expect("decodes").rows(), 7);
    }

    #[test]
    fn encoded_rows_come_back_and_damage_is_told() {
        let whole = partition(wide(50));
        let mixed = partition(vec![
            batch(vec![("a", Arc::new(StringViewArray::from(vec!["x", "y"])))]),
            batch(vec![(
                "a",
                Arc::new(
                    vec!["x", "z"]
                        .into_iter()
                        .collect::<DictionaryArray<UInt8Type>>(),
                ),
            )]),
        ]);
        for partition in [
            whole,
            mixed,
            Partition::empty(Arc::new(Meta::of([("a", "int64")]).expect("a meta"))),
        ] {
            let bytes = partition.encode().expect("encodes");
            let back = Partition::decode(&bytes).expect("decodes");
            assert_eq!(
                back.to_batch().expect("joins"),
                partition.to_batch().expect("joins")
            );
            for end in (0..bytes.len()).step_by(bytes.len().div_ceil(500)) {
                assert!(Partition::decode(&bytes[..end]).is_err(), "cut at {end}");
            }
            // Flips in the values themselves cannot be seen here; they must do no worse than that.
            for at in (0..bytes.len()).step_by(bytes.len().div_ceil(500)) {
                let mut bytes = bytes.clone();
                bytes[at] ^= 0xff;
                if let Ok(partition) = Partition::decode(&bytes) {
                    assert!(partition.rows() <= 1000);
                }
            }
        }
    }

    proptest! {
        #[test]
        fn slices_cut_rows(lens in prop::collection::vec(0_usize..20, 0..6), start in 0_u64..80, len in 0_u64..80) {
            let mut next = 0..;
            let batches: Vec<_> = lens
                .iter()
                .map(|&len| batch(vec![("n", Arc::new(next.by_ref().take(len).map(Some).collect::<Int64Array>()))]))
                .collect();
            let total = lens.iter().sum::<usize>() as u64;
            let meta = Arc::new(Meta::of([("n", "int64")]).expect("a meta"));
            let slice = Partition::try_new(meta, batches).expect("batches fit").slice(start, len);
            let found: Vec<Value> = slice
                .batches()
                .iter()
                .flat_map(|batch| (0..batch.num_rows()).map(|row| Value::from_array(batch.column(0), row)))
                .collect();
            let expected: Vec<Value> = (start..start.saturating_add(len).min(total)).map(|n| Value::Int(n as i64)).collect();
            prop_assert_eq!(slice.rows(), expected.len() as u64);
            prop_assert_eq!(found, expected);
        }
    }
}
