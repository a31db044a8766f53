//! Rows as lines of text.
#![expect(
    clippy::disallowed_methods,
    reason = "data are made without swath's own writer; errors carry the path here"
)]

use crate::dataset::{Dataset, FileRange};
use anyhow::{Result, bail};
use arrow_array::{
    Array, Float64Array, Int64Array, StringArray, TimestampMicrosecondArray, cast::AsArray,
};
use arrow_schema::{DataType, TimeUnit};
use std::{
    fmt::Write as _,
    fs::{self, File},
    io::BufWriter,
    path::{Path, PathBuf},
};

/// Writes the rows of a file, fields in quotes where they need them.
pub(crate) fn fill(dataset: &dyn Dataset, range: FileRange, path: &Path) -> Result<()> {
    let file = BufWriter::with_capacity(1 << 20, File::create(path)?);
    let mut writer = csv::Writer::from_writer(file);
    let schema = dataset.schema();
    writer.write_record(schema.fields().iter().map(|field| field.name()))?;
    let mut text = String::new();
    dataset.file(range, &mut |batch| {
        let columns: Vec<Cells<'_>> = batch
            .columns()
            .iter()
            .map(|column| Cells::of(column.as_ref()))
            .collect::<Result<_>>()?;
        for row in 0..batch.num_rows() {
            for column in &columns {
                text.clear();
                column.write(row, &mut text)?;
                writer.write_field(&text)?;
            }
            writer.write_record(None::<&[u8]>)?;
        }
        Ok(())
    })?;
    writer.flush()?;
    Ok(())
}

/// The values of a column without nulls.
enum Cells<'a> {
    Text(&'a StringArray),
    Whole(&'a Int64Array),
    Float(&'a Float64Array),
    Time(&'a TimestampMicrosecondArray),
}

impl<'a> Cells<'a> {
    fn of(column: &'a dyn Array) -> Result<Self> {
        Ok(match column.data_type() {
            DataType::Utf8 => Self::Text(column.as_string()),
            DataType::Int64 => Self::Whole(column.as_primitive()),
            DataType::Float64 => Self::Float(column.as_primitive()),
            DataType::Timestamp(TimeUnit::Microsecond, None) => Self::Time(column.as_primitive()),
            other => bail!("no text is made of {other}"),
        })
    }

    fn write(&self, row: usize, text: &mut String) -> Result<()> {
        match self {
            Self::Text(column) => text.push_str(column.value(row)),
            Self::Whole(column) => write!(text, "{}", column.value(row))?,
            Self::Float(column) => write!(text, "{}", column.value(row))?,
            Self::Time(column) => {
                let Some(time) = column.value_as_datetime(row) else {
                    bail!("a time out of range");
                };
                write!(text, "{}", time.format("%Y-%m-%d %H:%M:%S"))?;
            }
        }
        Ok(())
    }
}

/// Beside a file what it was made from, and how long it is when it is whole.
fn beside(path: &Path) -> PathBuf {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    path.with_file_name(format!(".{name}.recipe"))
}

pub(crate) fn keep_recipe(path: &Path, unfinished: &Path, recipe: &str) -> Result<()> {
    let bytes = fs::metadata(unfinished)?.len();
    fs::write(beside(path), format!("{bytes}\n{recipe}"))?;
    Ok(())
}

/// What a file was made from; nothing where it is not there or not whole.
pub(crate) fn recipe_of(path: &Path) -> Option<String> {
    let text = fs::read_to_string(beside(path)).ok()?;
    let (bytes, recipe) = text.split_once('\n')?;
    let whole = fs::metadata(path).ok()?.len() == bytes.parse::<u64>().ok()?;
    whole.then(|| recipe.to_owned())
}
