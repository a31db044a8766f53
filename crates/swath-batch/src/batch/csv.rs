//! Tables as text, for tests. The reader of CSV files is another thing, in `swath-io`.

use std::sync::Arc;
use swath_meta::{DType, Field, Index, Meta, TimeUnit};

use super::Batch;
use crate::{BatchError, Value};

/// What a column is read as: the first of these that every cell is.
const DTYPES: [DType; 5] = [
    DType::Int64,
    DType::Float64,
    DType::Bool,
    DType::Date,
    DType::Timestamp(TimeUnit::Microsecond, None),
];

impl Batch {
    /// Reads a small table: a line of names, then a line a row.
    ///
    /// Strict, for tests: every line has a cell for each name. An empty cell is null, a quoted one text (`""` is empty
    /// text, a quote inside is doubled). A column is `int64`, `float64`, `bool` (`true`, `false`), `date`, `timestamp[us]`
    /// (ISO 8601, `T` or a blank between, with or without seconds), the first that all its cells are, else `string`; `string` also where all
    /// cells are empty. Every column may hold nulls.
    ///
    /// # Errors
    /// [`BatchError::Text`] with the line, and for duplicate names.
    ///
    /// ```
    /// use swath_batch::Batch;
    ///
    /// let batch = Batch::from_csv("day,amount,note\n2024-01-31,1.5,\"a, b\"\n2024-02-01,,\n")?;
    /// assert_eq!(batch.meta().dtype("day")?.to_string(), "date");
    /// assert_eq!(batch.str("note")?.iter().collect::<Vec<_>>(), [Some("a, b"), None]);
    /// # Ok::<(), swath_batch::BatchError>(())
    /// ```
    pub fn from_csv(text: &str) -> Result<Self, BatchError> {
        let mut lines = text.lines().enumerate().map(|(at, line)| (at + 1, line));
        let (_, header) = lines.next().ok_or(BatchError::Text {
            line: 1,
            reason: "no line of column names".into(),
        })?;
        let names = cells(1, header)?;
        let mut columns: Vec<Vec<Cell>> = names.iter().map(|_| Vec::new()).collect();
        let mut rows = 0;
        for (line, text) in lines {
            let row = cells(line, text)?;
            if row.len() != names.len() {
                return Err(BatchError::Text {
                    line,
                    reason: format!("{} cells for {} names", row.len(), names.len()),
                });
            }
            rows += 1;
            columns
                .iter_mut()
                .zip(row)
                .for_each(|(column, cell)| column.push(cell));
        }
        let dtypes: Vec<DType> = columns.iter().map(|column| infer(column)).collect();
        let fields = names
            .into_iter()
            .zip(&dtypes)
            .map(|(name, dtype)| Field::new(name.text, dtype.clone(), true));
        let meta = Meta::try_new(fields, Index::none())?;
        let arrays = columns
            .iter()
            .zip(&dtypes)
            .map(|(column, dtype)| {
                let values: Vec<Value> = column.iter().map(|cell| cell.value(dtype)).collect();
                Value::column(&values, dtype)
            })
            .collect::<Result<Vec<_>, BatchError>>()?;
        Self::of_border(Arc::new(meta), arrays, rows)
    }
}

struct Cell {
    text: String,
    quoted: bool,
}

impl Cell {
    fn is_null(&self) -> bool {
        self.text.is_empty() && !self.quoted
    }

    /// What is to be read as this dtype.
    fn value(&self, dtype: &DType) -> Value {
        if self.is_null() {
            Value::Null
        } else if matches!(dtype, DType::Timestamp(..)) && ends_with_minutes(&self.text) {
            format!("{}:00", self.text).into()
        } else {
            self.text.as_str().into()
        }
    }
}

/// Whether a text is a date with a time of hours and minutes, as ISO 8601 allows.
fn ends_with_minutes(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.len() == "2026-01-31T12:00".len() && bytes[13] == b':'
}

/// The cells of one line.
fn cells(line: usize, text: &str) -> Result<Vec<Cell>, BatchError> {
    let failed = |reason: &str| BatchError::Text {
        line,
        reason: reason.into(),
    };
    let mut cells = Vec::new();
    let mut rest = text;
    loop {
        let (cell, after) = if let Some(open) = rest.strip_prefix('"') {
            let mut text = String::new();
            let mut open = open;
            loop {
                let (part, after) = open
                    .split_once('"')
                    .ok_or_else(|| failed("a quote is not closed"))?;
                text.push_str(part);
                match after.strip_prefix('"') {
                    Some(more) => {
                        text.push('"');
                        open = more;
                    }
                    None => break (Cell { text, quoted: true }, after),
                }
            }
        } else {
            let end = rest.find(',').unwrap_or(rest.len());
            (
                Cell {
                    text: rest[..end].to_owned(),
                    quoted: false,
                },
                &rest[end..],
            )
        };
        cells.push(cell);
        match after.strip_prefix(',') {
            Some(more) => rest = more,
            None if after.is_empty() => return Ok(cells),
            None => return Err(failed("text follows a closed quote")),
        }
    }
}

/// The first dtype that every cell is.
fn infer(column: &[Cell]) -> DType {
    let known: Vec<&Cell> = column.iter().filter(|cell| !cell.is_null()).collect();
    if known.is_empty() || known.iter().any(|cell| cell.quoted) {
        return DType::String;
    }
    DTYPES
        .into_iter()
        .find(|dtype| {
            known
                .iter()
                .all(|cell| cell.value(dtype).cast(dtype).is_ok())
        })
        .unwrap_or(DType::String)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(cells: &str, dtype: &str) {
        let batch = Batch::from_csv(&format!("a\n{cells}\n")).expect("a table");
        assert_eq!(
            batch.meta().dtype("a").expect("a column").to_string(),
            dtype
        );
    }

    #[test]
    fn columns_are_the_first_dtype_that_fits() {
        check("1\n-2", "int64");
        check("1\n9223372036854775808", "float64");
        check("1\n2.5", "float64");
        check("NaN", "float64");
        check("true\nfalse", "bool");
        check("true\n1", "string");
        check("2024-02-29\n1999-12-31", "date");
        check("2024-02-29\n2024-02-29T12:00:00.5", "timestamp[us]");
        check("2024-02-29T12:00\n2024-02-29 12:00:01", "timestamp[us]");
        check("2024-02-29T12-00", "string");
        check("2024-02-30", "string");
        check("\"1\"", "string");
        check("", "string");
    }

    #[test]
    fn empty_is_null_and_quoted_empty_is_text() {
        let batch = Batch::from_csv("a,b\n,\"\"\n\"x \"\"y\"\"\",\"1,2\"").expect("a table");
        assert_eq!(
            batch.str("a").expect("text").iter().collect::<Vec<_>>(),
            [None, Some("x \"y\"")]
        );
        assert_eq!(
            batch.str("b").expect("text").iter().collect::<Vec<_>>(),
            [Some(""), Some("1,2")]
        );
    }

    #[test]
    fn no_rows_are_a_table_too() {
        let batch = Batch::from_csv("a,b\n").expect("a table");
        assert_eq!((batch.num_rows(), batch.meta().len()), (0, 2));
    }

    #[test]
    fn mistakes_name_their_line() {
        let error = |text| Batch::from_csv(text).expect_err("not a table").to_string();
        insta::assert_snapshot!(error(""), @"line 1: no line of column names");
        insta::assert_snapshot!(error("a,b\n1,2\n3\n"), @"line 3: 1 cells for 2 names");
        insta::assert_snapshot!(error("a\n\"x\n"), @"line 2: a quote is not closed");
        insta::assert_snapshot!(error("a\n\"x\"y\n"), @"line 2: text follows a closed quote");
        insta::assert_snapshot!(error("a,a\n"), @"column `a` would appear twice; rename one of them first, for example to `a_2`");
    }
}
