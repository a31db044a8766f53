//! Rows that are made up.

use std::sync::Arc;

use arrow_array::{Array, ArrayRef, UInt32Array};
use arrow_ord::sort::{SortColumn, SortOptions, lexsort_to_indices};
use arrow_select::take::take;
use swath_batch::{Batch, Value};
use swath_meta::{DType, Field, Meta, TimeUnit};

use super::Random;

/// Rows of one frame: what each of its columns may hold, from which rows are drawn.
pub(in crate::plugin) struct Rows {
    meta: Arc<Meta>,
    pools: Vec<ArrayRef>,
    /// The columns that rows are sorted by.
    order: Vec<String>,
}

/// The case of many rows.
pub(super) const LARGE: u32 = 3;
/// How many rows it has: more than sixteen bits can count.
const MANY: usize = 70_000;

impl Rows {
    /// Rows of these columns, sorted by some of them. Where they are `odd`, some floats are no numbers or have no end, which makes the
    /// same of every sum.
    pub(in crate::plugin) fn of(meta: &Meta, order: &[String], odd: bool) -> Self {
        let pool = |field: &Field| {
            let mut values = pool(&field.dtype);
            if odd && field.dtype.is_float() {
                values.extend([f64::NAN, f64::INFINITY].map(Value::Float));
            }
            Value::column(&values, &field.dtype).expect("a pool has values of its dtype")
        };
        Self {
            meta: Arc::new(meta.clone()),
            pools: meta.fields().iter().map(pool).collect(),
            order: order.to_vec(),
        }
    }

    /// The rows of a case: none, one, all null, many, and then by lot up to 200.
    pub(in crate::plugin) fn case(&self, seed: u64, case: u32) -> Batch {
        let mut random = Random::new(seed, "rows", case);
        let (rows, nulls) = match case {
            0 => (0, 0),
            1 => (1, 0),
            2 => (5, 100),
            LARGE => (MANY, 10),
            _ => (random.below(200), [0, 10, 50][random.below(3)]),
        };
        self.draw(rows, nulls, &mut random)
    }

    /// This many rows, with so many nulls in a hundred values of a column that may have them.
    pub(in crate::plugin) fn draw(&self, rows: usize, nulls: usize, random: &mut Random) -> Batch {
        let fields = self.meta.fields().iter().zip(&self.pools);
        let columns = fields.map(|(field, pool)| {
            let positions = (0..rows).map(|_| {
                let is_null = field.nullable && random.below(100) < nulls;
                (!is_null).then(|| random.below(pool.len()) as u32)
            });
            let positions = UInt32Array::from(positions.collect::<Vec<_>>());
            take(pool, &positions, None).expect("positions within the pool")
        });
        let columns = columns.collect();
        let drawn = Batch::from_arrays(&self.meta, columns, rows);
        self.sorted(drawn.expect("columns of these dtypes"))
    }

    fn sorted(&self, rows: Batch) -> Batch {
        if self.order.is_empty() {
            return rows;
        }
        let columns = self.order.iter().filter_map(|name| rows.column(name).ok());
        let columns: Vec<SortColumn> = columns
            .map(|values| SortColumn {
                values: Arc::clone(values),
                options: Some(SortOptions {
                    descending: false,
                    nulls_first: false,
                }),
            })
            .collect();
        match lexsort_to_indices(&columns, None) {
            Ok(positions) => taken(&rows, &positions),
            // What has no order cannot be asked for in one.
            Err(_) => rows,
        }
    }
}

/// The rows at these positions.
pub(super) fn taken(rows: &Batch, positions: &UInt32Array) -> Batch {
    let columns = rows.record_batch().columns().iter();
    let columns = columns.map(|column| take(column, positions, None).expect("positions of rows"));
    Batch::from_arrays(rows.meta(), columns.collect(), positions.len())
        .expect("the columns that there were")
}

/// The rows of several batches of the same columns.
pub(super) fn joined(meta: &Arc<Meta>, pieces: &[Batch]) -> Batch {
    match pieces {
        [] => return Batch::empty(meta),
        [all] => return all.clone(),
        _ => {}
    }
    let columns = (0..meta.len()).map(|at| {
        let arrays = pieces
            .iter()
            .map(|piece| piece.record_batch().column(at).as_ref());
        let arrays: Vec<&dyn Array> = arrays.collect();
        arrow_select::concat::concat(&arrays).expect("columns of one dtype")
    });
    let rows = pieces.iter().map(Batch::num_rows).sum();
    Batch::from_arrays(meta, columns.collect(), rows).expect("columns of this meta")
}

/// Few values of a dtype, so that they repeat: ordinary ones and, where a function should expect them, odd ones. No value is so
/// large that a sum of some thousand is none of its dtype, and fractions are exact in binary: the order of a sum does not matter.
fn pool(dtype: &DType) -> Vec<Value> {
    let seconds = [
        0, 1, 59, 60, 600, 1799, 1800, 1801, 3600, 5400, 7200, 86_400,
    ];
    match dtype {
        DType::Null => vec![Value::Null],
        DType::Bool => vec![Value::Bool(true), Value::Bool(false)],
        DType::Float32 | DType::Float64 => [
            0.0, -0.0, 0.25, 1.0, 1.5, -2.0, 3.75, 10.0, -45.5, 90.0, 180.0, 1000.0,
        ]
        .map(Value::Float)
        .into(),
        DType::Decimal { precision, scale } => [0, 1, -1, 5, 7, -9]
            .map(|value| Value::Decimal {
                value,
                precision: *precision,
                scale: *scale,
            })
            .into(),
        DType::String | DType::Category => [
            "",
            "a",
            "b",
            "ab",
            "A",
            "eu",
            "us",
            "zwölf",
            "日本",
            " a ",
            "a text longer than twelve bytes",
            "another text longer than twelve bytes, with a comma",
        ]
        .map(Value::from)
        .into(),
        DType::Binary => [vec![], vec![0], vec![1, 2, 255], vec![7; 20]]
            .map(Value::from)
            .into(),
        DType::Date => [0, 1, 2, 30, 31, 59, 365, 20_000, -1]
            .map(Value::Date)
            .into(),
        DType::Time(unit) => seconds[..11]
            .iter()
            .map(|seconds| Value::Time {
                value: seconds * per_second(*unit),
                unit: *unit,
            })
            .collect(),
        DType::Timestamp(unit, zone) => seconds
            .iter()
            .map(|seconds| Value::Timestamp {
                value: (1_700_000_000 + seconds) * per_second(*unit),
                unit: *unit,
                zone: zone.clone(),
            })
            .collect(),
        DType::Duration(unit) => seconds
            .iter()
            .map(|seconds| Value::Duration {
                value: seconds * per_second(*unit),
                unit: *unit,
            })
            .collect(),
        DType::List(item) => {
            let items = pool(&item.dtype);
            let lists = [0, 1, 2, items.len()].map(|n| items[..n.min(items.len())].to_vec());
            lists.map(|items| Value::List(items.into())).into()
        }
        DType::Struct(fields) => (0..4)
            .map(|at| {
                let fields = fields.iter().map(|field| {
                    let values = pool(&field.dtype);
                    (Arc::clone(&field.name), values[at % values.len()].clone())
                });
                Value::Struct(fields.collect())
            })
            .collect(),
        unsigned if unsigned.is_unsigned_integer() => {
            [0, 1, 2, 3, 7, 10, 100].map(Value::UInt).into()
        }
        _ => [0, 1, -1, 2, 3, 7, -10, 100].map(Value::Int).into(),
    }
}

/// How many of a unit a second has.
fn per_second(unit: TimeUnit) -> i64 {
    match unit {
        TimeUnit::Second => 1,
        TimeUnit::Millisecond => 1_000,
        TimeUnit::Microsecond => 1_000_000,
        TimeUnit::Nanosecond => 1_000_000_000,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_dtype_has_rows() {
        for dtype in [
            "null",
            "bool",
            "int8",
            "int64",
            "uint8",
            "uint64",
            "float32",
            "float64",
            "decimal(2, 2)",
            "decimal(38, 0)",
            "string",
            "category",
            "binary",
            "date",
            "time[s]",
            "time[ns]",
            "timestamp[ns, UTC]",
            "timestamp[s]",
            "duration[ms]",
            "list<string>",
            "struct<a: int64, b: list<category>>",
        ] {
            let meta = Meta::of([("x", dtype)]).expect(dtype);
            let rows = Rows::of(&meta, &[], true);
            for case in 0..6 {
                let made = rows.case(1, case);
                assert_eq!(made, rows.case(1, case), "{dtype}");
                assert_eq!(**made.meta(), meta, "{dtype}");
            }
            assert_eq!(
                rows.case(1, 2)
                    .column("x")
                    .expect("a column")
                    .logical_null_count(),
                5
            );
        }
    }

    #[test]
    fn rows_are_sorted_where_they_have_to_be() {
        let meta = Meta::of([("x", "int64"), ("y", "string")]).expect("a meta");
        let rows = Rows::of(&meta, &["x".to_owned()], true).case(1, 3);
        let numbers: Vec<_> = rows.i64("x").expect("numbers").iter().flatten().collect();
        assert!(numbers.is_sorted() && numbers.len() > 4000);
    }
}
