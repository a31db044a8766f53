//! The table of the h2o.ai group-by benchmark.

use crate::{
    dataset::{Dataset, FileRange},
    draw::{Draw, rounded},
    folder::ROW_GROUP_ROWS,
};
use anyhow::Result;
use arrow_array::{
    ArrayRef, Float64Array, Int64Array, RecordBatch, StringArray, builder::StringBuilder,
};
use arrow_schema::{DataType, Field, Schema, SchemaRef};
use std::{fmt::Write as _, sync::Arc};

/// `id1`, `id2`: strings of K values; `id3`: strings of N/K values; `id4`, `id5`: whole numbers of K values; `id6`: of N/K values;
/// `v1` 1 to 5, `v2` 1 to 15, `v3` from 0 to 100 with six decimals. K is 100, N the number of rows. No order, no nulls.
#[derive(Debug, Clone)]
pub struct G1 {
    /// Rows in all files together.
    pub rows: u64,
    /// Another seed, other rows.
    pub seed: u64,
}

const GROUPS: i64 = 100;

impl Dataset for G1 {
    fn schema(&self) -> SchemaRef {
        let column = |name: &str, dtype| Field::new(name, dtype, true);
        Arc::new(Schema::new(vec![
            column("id1", DataType::Utf8),
            column("id2", DataType::Utf8),
            column("id3", DataType::Utf8),
            column("id4", DataType::Int64),
            column("id5", DataType::Int64),
            column("id6", DataType::Int64),
            column("v1", DataType::Int64),
            column("v2", DataType::Int64),
            column("v3", DataType::Float64),
        ]))
    }

    fn rows(&self) -> u64 {
        self.rows
    }

    fn recipe(&self) -> String {
        format!("g1 1 rows={} seed={}", self.rows, self.seed)
    }

    fn file(
        &self,
        range: FileRange,
        write: &mut dyn FnMut(&RecordBatch) -> Result<()>,
    ) -> Result<()> {
        let many = (self.rows as i64 / GROUPS).max(1);
        let mut streams: Vec<Draw> = (0..9)
            .map(|number| Draw::new(self.seed, range.file, number))
            .collect();
        for (_, rows) in range.pieces(ROW_GROUP_ROWS) {
            let mut numbers = |column: usize, high: i64| -> ArrayRef {
                let stream = &mut streams[column];
                Arc::new(Int64Array::from_iter_values(
                    (0..rows).map(|_| stream.between(1, high)),
                ))
            };
            let (id4, id5, id6) = (numbers(3, GROUPS), numbers(4, GROUPS), numbers(5, many));
            let (v1, v2) = (numbers(6, 5), numbers(7, 15));
            let v3: ArrayRef = Arc::new(Float64Array::from_iter_values(
                (0..rows).map(|_| rounded(streams[8].unit() * 100.0, 6)),
            ));
            let id1 = words(&mut streams[0], rows, GROUPS, 3)?;
            let id2 = words(&mut streams[1], rows, GROUPS, 3)?;
            let id3 = words(&mut streams[2], rows, many, 10)?;
            let columns = vec![id1, id2, id3, id4, id5, id6, v1, v2, v3];
            write(&RecordBatch::try_new(self.schema(), columns)?)?;
        }
        Ok(())
    }
}

/// `id` and a number from 1 to `high` with leading zeros.
fn words(stream: &mut Draw, rows: u64, high: i64, width: usize) -> Result<ArrayRef> {
    let mut words = StringBuilder::with_capacity(rows as usize, rows as usize * (width + 2));
    for _ in 0..rows {
        write!(words, "id{:0width$}", stream.between(1, high))?;
        words.append_value("");
    }
    let words: StringArray = words.finish();
    Ok(Arc::new(words))
}

#[cfg(test)]
mod tests {
    use super::{Dataset, FileRange, G1};
    use arrow_array::{Int64Array, StringArray};

    #[test]
    fn columns_have_their_ranges() {
        let g1 = G1 {
            rows: 20_000,
            seed: 1,
        };
        let mut rows = 0;
        let range = FileRange::of(0, 1, g1.rows);
        g1.file(range, &mut |batch| {
            rows += batch.num_rows();
            for (name, width, high) in [("id1", 5, 100), ("id2", 5, 100), ("id3", 12, 200)] {
                let column: &StringArray = batch
                    .column_by_name(name)
                    .unwrap()
                    .as_any()
                    .downcast_ref()
                    .unwrap();
                for word in column.iter().flatten() {
                    assert!(
                        word.len() == width
                            && (1..=high).contains(&word[2..].parse::<i64>().unwrap()),
                        "{word}"
                    );
                }
            }
            for (name, high) in [
                ("id4", 100),
                ("id5", 100),
                ("id6", 200),
                ("v1", 5),
                ("v2", 15),
            ] {
                let column: &Int64Array = batch
                    .column_by_name(name)
                    .unwrap()
                    .as_any()
                    .downcast_ref()
                    .unwrap();
                let seen = |value| column.values().contains(&value);
                assert!(
                    seen(1) && seen(high) && !seen(0) && !seen(high + 1),
                    "{name}"
                );
            }
            Ok(())
        })
        .unwrap();
        assert_eq!(rows, 20_000);
    }
}
