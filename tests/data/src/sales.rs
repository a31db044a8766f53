//! Orders of three years, sorted by time.

use crate::{
    dataset::{Dataset, FileRange},
    draw::{Draw, rounded, summed},
    folder::ROW_GROUP_ROWS,
};
use anyhow::Result;
use arrow_array::{
    ArrayRef, Float64Array, Int64Array, RecordBatch, StringArray, TimestampMicrosecondArray,
};
use arrow_schema::{DataType, Field, Schema, SchemaRef, TimeUnit};
use std::sync::Arc;

/// Orders: `order_id` 0, 1, 2 …; `timestamp` in microseconds, rising, spread over 2022 to 2024; `region`, 8 values of uneven
/// weight; `category`, 200 values whose weight falls with rank; `customer_id`, 2 million values; `amount`, log-normal with
/// median about 665, so that 4.6 % are above 5000; `quantity` 1 to 20; `discount` 0 to 0.30 in steps of 0.05. No nulls.
#[derive(Debug, Clone)]
pub struct Sales {
    /// Rows in all files together.
    pub rows: u64,
    /// Another seed, other rows.
    pub seed: u64,
}

const REGIONS: [(&str, f64); 8] = [
    ("North America", 0.24),
    ("South America", 0.08),
    ("Europe", 0.22),
    ("Middle East", 0.06),
    ("Africa", 0.05),
    ("South Asia", 0.13),
    ("East Asia", 0.18),
    ("Oceania", 0.04),
];

const SHELVES: [&str; 10] = [
    "Electronics",
    "Home & Garden",
    "Toys",
    "Books",
    "Sports",
    "Beauty",
    "Grocery",
    "Automotive",
    "Clothing",
    "Health",
];

const CATEGORIES: u32 = 200;
const CUSTOMERS: i64 = 2_000_000;
/// 2022-01-01, in microseconds since 1970.
const START: i64 = 1_640_995_200_000_000;
const SPAN: i64 = 3 * 365 * 86_400 * 1_000_000;

impl Dataset for Sales {
    fn schema(&self) -> SchemaRef {
        let timestamp = DataType::Timestamp(TimeUnit::Microsecond, None);
        Arc::new(Schema::new(vec![
            Field::new("order_id", DataType::Int64, true),
            Field::new("timestamp", timestamp, true),
            Field::new("region", DataType::Utf8, true),
            Field::new("category", DataType::Utf8, true),
            Field::new("customer_id", DataType::Int64, true),
            Field::new("amount", DataType::Float64, true),
            Field::new("quantity", DataType::Int64, true),
            Field::new("discount", DataType::Float64, true),
        ]))
    }

    fn rows(&self) -> u64 {
        self.rows
    }

    fn recipe(&self) -> String {
        format!("sales 1 rows={} seed={}", self.rows, self.seed)
    }

    fn file(
        &self,
        range: FileRange,
        write: &mut dyn FnMut(&RecordBatch) -> Result<()>,
    ) -> Result<()> {
        let mut streams = Streams::new(self.seed, range);
        for (start, rows) in range.pieces(ROW_GROUP_ROWS) {
            let columns = streams.columns(range.first + start, start as usize, rows);
            write(&RecordBatch::try_new(self.schema(), columns)?)?;
        }
        Ok(())
    }
}

/// One file's columns, as far as they have been drawn.
struct Streams {
    /// The file's own share of the span, sorted.
    timestamps: Vec<i64>,
    categories: Vec<String>,
    region_sums: Vec<f64>,
    category_sums: Vec<f64>,
    region: Draw,
    category: Draw,
    customer: Draw,
    amount: Draw,
    quantity: Draw,
    discount: Draw,
}

impl Streams {
    fn new(seed: u64, range: FileRange) -> Self {
        let column = |number| Draw::new(seed, range.file, number);
        let share = SPAN / range.files as i64;
        let first = START + range.file as i64 * share;
        let mut time = column(0);
        let mut timestamps: Vec<i64> = (0..range.rows)
            .map(|_| first + time.between(0, share - 1))
            .collect();
        timestamps.sort_unstable();
        Self {
            timestamps,
            categories: (0..CATEGORIES)
                .map(|rank| format!("{} {rank:03}", SHELVES[rank as usize % SHELVES.len()]))
                .collect(),
            region_sums: summed(REGIONS.iter().map(|(_, weight)| *weight)),
            category_sums: summed((1..=CATEGORIES).map(|rank| f64::from(rank).powf(-0.8))),
            region: column(1),
            category: column(2),
            customer: column(3),
            amount: column(4),
            quantity: column(5),
            discount: column(6),
        }
    }

    /// The next rows: the number of the first in the whole and in the file, and how many.
    fn columns(&mut self, first: u64, start: usize, rows: u64) -> Vec<ArrayRef> {
        let count = rows as usize;
        let order_id = Int64Array::from_iter_values((first..first + rows).map(|id| id as i64));
        let timestamp = self.timestamps[start..start + count].to_vec();
        let region = (0..count).map(|_| REGIONS[self.region.place(&self.region_sums)].0);
        let category =
            (0..count).map(|_| self.categories[self.category.place(&self.category_sums)].as_str());
        let customer = (0..count).map(|_| self.customer.between(0, CUSTOMERS - 1));
        let amount = (0..count).map(|_| rounded(self.amount.log_normal(6.5, 1.2), 2));
        let quantity = (0..count).map(|_| self.quantity.between(1, 20));
        let discount = (0..count).map(|_| rounded(self.discount.between(0, 6) as f64 * 0.05, 2));
        vec![
            Arc::new(order_id),
            Arc::new(TimestampMicrosecondArray::from(timestamp)),
            Arc::new(StringArray::from_iter_values(region)),
            Arc::new(StringArray::from_iter_values(category)),
            Arc::new(Int64Array::from_iter_values(customer)),
            Arc::new(Float64Array::from_iter_values(amount)),
            Arc::new(Int64Array::from_iter_values(quantity)),
            Arc::new(Float64Array::from_iter_values(discount)),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::{Dataset, FileRange, SPAN, START, Sales};
    use arrow_array::{
        Array, Float64Array, Int64Array, RecordBatch, StringArray, TimestampMicrosecondArray,
    };

    fn batches(sales: &Sales, file: u64, files: u64) -> Vec<RecordBatch> {
        let mut batches = Vec::new();
        let range = FileRange::of(file, files, sales.rows);
        sales
            .file(range, &mut |batch| {
                batches.push(batch.clone());
                Ok(())
            })
            .unwrap();
        batches
    }

    fn column<T: Array + Clone + 'static>(batch: &RecordBatch, name: &str) -> T {
        batch
            .column_by_name(name)
            .unwrap()
            .as_any()
            .downcast_ref::<T>()
            .unwrap()
            .clone()
    }

    #[test]
    fn the_same_seed_gives_the_same_rows_and_another_others() {
        let sales = Sales {
            rows: 300_000,
            seed: 1,
        };
        let again = batches(&sales, 0, 1);
        assert_eq!(batches(&sales, 0, 1), again);
        assert_eq!(
            again.iter().map(RecordBatch::num_rows).collect::<Vec<_>>(),
            [262_144, 37_856]
        );
        assert_ne!(
            batches(
                &Sales {
                    rows: 300_000,
                    seed: 2
                },
                0,
                1
            ),
            again
        );
    }

    #[test]
    fn columns_have_their_ranges() {
        let sales = Sales {
            rows: 40_000,
            seed: 1,
        };
        for file in 0..2 {
            let batch = &batches(&sales, file, 2)[0];
            let ids: Int64Array = column(batch, "order_id");
            assert_eq!(
                (ids.value(0), ids.value(19_999)),
                (file as i64 * 20_000, file as i64 * 20_000 + 19_999)
            );
            let times: TimestampMicrosecondArray = column(batch, "timestamp");
            assert!(times.values().is_sorted());
            let share = START + file as i64 * (SPAN / 2)..START + (file as i64 + 1) * (SPAN / 2);
            assert!(share.contains(&times.value(0)) && share.contains(&times.value(19_999)));
            let regions: StringArray = column(batch, "region");
            let share = regions
                .iter()
                .filter(|region| *region == Some("Europe"))
                .count();
            assert!((4_100..4_700).contains(&share), "{share}");
            let categories: StringArray = column(batch, "category");
            let mut seen: Vec<_> = categories.iter().flatten().collect();
            seen.sort_unstable();
            seen.dedup();
            assert!(seen.len() == 200 && seen.contains(&"Electronics 000"));
            let quantities: Int64Array = column(batch, "quantity");
            assert!(
                quantities
                    .values()
                    .iter()
                    .all(|quantity| (1..=20).contains(quantity))
            );
            let discounts: Float64Array = column(batch, "discount");
            assert!(
                discounts.values().iter().all(|d| (0.0..=0.3).contains(d))
                    && discounts.values().contains(&0.15)
            );
        }
    }
}
