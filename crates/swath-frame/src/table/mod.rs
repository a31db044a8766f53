//! What `compute()` brings.

mod c_stream;
mod check;
mod rows;

use std::fmt;
use std::sync::Arc;

use arrow_array::RecordBatch;
use swath_batch::{Batch, Partition, Value, display, normalise};
use swath_meta::Meta;

use crate::{Error, Result};

/// Rows in memory: one schema, batches in the order of the partitions, index columns first.
///
/// A handle: cloning shares the rows. Physical types are canonical: strings are string views, and a
/// dictionary stands only for a `category`. `Display` fits a terminal and leaves the middle rows out.
/// [`Session::from_table`](crate::Session::from_table) makes a frame of it again.
#[derive(Clone)]
pub struct Table {
    meta: Arc<Meta>,
    batches: Arc<[RecordBatch]>,
    rows: u64,
}

impl Table {
    pub(crate) fn from_partitions(meta: Arc<Meta>, partitions: &[Partition]) -> Result<Self> {
        let mut batches: Vec<RecordBatch> = partitions
            .iter()
            .flat_map(Partition::batches)
            .filter(|batch| batch.num_rows() > 0)
            .map(|batch| normalise(batch, &meta))
            .collect::<std::result::Result<_, _>>()
            .map_err(Error::from)?;
        if batches.is_empty() {
            // It keeps the schema, for those who go on with the batches alone.
            batches.push(RecordBatch::new_empty(meta.to_arrow()));
        }
        let rows = batches.iter().map(|batch| batch.num_rows() as u64).sum();
        Ok(Self {
            meta,
            batches: batches.into(),
            rows,
        })
    }

    /// Names, dtypes and index of the columns.
    pub fn meta(&self) -> &Meta {
        &self.meta
    }

    /// Rows in all batches.
    pub fn num_rows(&self) -> usize {
        self.rows as usize
    }

    /// Columns, the index included.
    pub fn num_columns(&self) -> usize {
        self.meta.fields().len()
    }

    /// The batches, in order. None is empty, but a table without rows has one without rows, which keeps its columns.
    pub fn batches(&self) -> Vec<Batch> {
        self.batches
            .iter()
            .map(|batch| {
                Batch::try_new(batch.clone(), Arc::clone(&self.meta))
                    .expect("the table's own columns")
            })
            .collect()
    }

    /// The batches as Arrow record batches; they share the table's memory.
    pub fn record_batches(&self) -> &[RecordBatch] {
        &self.batches
    }

    /// The value in a column and row.
    ///
    /// # Errors
    /// A column or row that does not exist.
    pub fn value(&self, column: &str, row: usize) -> Result<Value> {
        let at = self.meta.position(column)?;
        let mut before = 0;
        for batch in &*self.batches {
            if row < before + batch.num_rows() {
                return Ok(Value::from_array(batch.column(at), row - before));
            }
            before += batch.num_rows();
        }
        Err(Error::row_out_of_range(row, self.num_rows()))
    }

    /// The value of a one-row result; null of an empty one.
    pub(crate) fn single_value(&self) -> Value {
        let column = self.num_columns() - 1;
        let first = self.batches.iter().find(|batch| batch.num_rows() > 0);
        first.map_or(Value::Null, |batch| {
            Value::from_array(batch.column(column), 0)
        })
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = display::render_table(
            &self.meta,
            &self.batches,
            self.rows,
            display::DEFAULT_WIDTH,
            display::DEFAULT_ROWS,
        );
        f.write_str(&text)
    }
}

impl fmt::Debug for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
