//! What a query gives, and the files that others read it from.
#![expect(
    clippy::disallowed_methods,
    reason = "answers are for other programs; errors carry the path here"
)]

use anyhow::{Context, Result};
use arrow_ipc::writer::FileWriter;
use std::{
    fs::{self, File},
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};
use swath::arrow::array::{Float64Array, RecordBatch};
use swath::arrow::schema::{DataType, Field, Schema};
use swath::{DataFrame, Table};

/// The answers of one run by name, and how long its stages took if it has several.
#[derive(Default)]
pub(crate) struct Answers {
    parts: Vec<(&'static str, Rows)>,
    stages: Vec<(&'static str, Duration)>,
}

/// Rows in memory when the clock stops.
pub(crate) enum Rows {
    /// With the caller.
    Fetched(Table),
    /// In the engine's own form: held partitions.
    Kept(DataFrame),
    /// One number.
    Value(f64),
}

impl From<f64> for Rows {
    fn from(value: f64) -> Self {
        Self::Value(value)
    }
}

impl From<Table> for Rows {
    fn from(table: Table) -> Self {
        Self::Fetched(table)
    }
}

impl From<DataFrame> for Rows {
    fn from(persisted: DataFrame) -> Self {
        Self::Kept(persisted)
    }
}

impl Answers {
    /// A query's one answer.
    pub(crate) fn one(rows: impl Into<Rows>) -> Self {
        Self::default().and("result", rows)
    }

    /// These answers and one more.
    pub(crate) fn and(mut self, name: &'static str, rows: impl Into<Rows>) -> Self {
        self.parts.push((name, rows.into()));
        self
    }

    /// These answers and how long a stage took that began at `start` and ends now.
    pub(crate) fn stage(mut self, name: &'static str, start: Instant) -> Self {
        self.stages.push((name, start.elapsed()));
        self
    }

    /// The stages with their times, in order.
    pub(crate) fn stages(&self) -> &[(&'static str, Duration)] {
        &self.stages
    }

    /// Writes each answer to `<name>.arrow` in a folder, which is made if need be.
    ///
    /// # Errors
    /// A folder or file that cannot be written; kept rows that cannot be brought.
    pub(crate) fn write(&self, folder: &Path) -> Result<()> {
        fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
        for (name, rows) in &self.parts {
            let path = folder.join(format!("{name}.arrow"));
            write_rows(rows, &path).with_context(|| format!("cannot write {}", path.display()))?;
        }
        Ok(())
    }
}

fn write_rows(rows: &Rows, path: &Path) -> Result<()> {
    let schema = match rows {
        Rows::Fetched(table) => table.meta().to_arrow(),
        Rows::Kept(frame) => frame.meta().to_arrow(),
        Rows::Value(_) => Schema::new(vec![Field::new("value", DataType::Float64, false)]).into(),
    };
    let mut file = FileWriter::try_new(File::create(path)?, &schema)?;
    let mut write = |batch: &RecordBatch| file.write(batch);
    match rows {
        Rows::Fetched(table) => table.record_batches().iter().try_for_each(&mut write)?,
        Rows::Kept(frame) => {
            for batch in frame.batches()? {
                write(batch?.record_batch())?;
            }
        }
        Rows::Value(value) => {
            let column = Arc::new(Float64Array::from(vec![*value]));
            write(&RecordBatch::try_new(schema, vec![column])?)?;
        }
    }
    file.finish()?;
    Ok(())
}
