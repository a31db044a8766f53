//! From rows to a batch and back.

use arrow_schema::FieldRef;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_arrow::schema::{SchemaLike, TracingOptions};

use super::super::Batch;
use super::fault;
use crate::BatchError;

impl Batch {
    /// Makes a batch of rows: structs give columns named as their fields, tuples `0`, `1`, …
    ///
    /// `Option` fields and fields that are `None` somewhere may hold nulls.
    ///
    /// # Errors
    /// For no rows at all (there is nothing to learn the columns from), and for what is no row.
    ///
    /// ```
    /// #[derive(serde::Serialize)]
    /// struct Sale { region: &'static str, amount: f64 }
    ///
    /// let batch = swath_batch::Batch::from_rows(&[Sale { region: "eu", amount: 10.0 }])?;
    /// assert_eq!(batch.meta().names().collect::<Vec<_>>(), ["region", "amount"]);
    /// # Ok::<(), swath_batch::BatchError>(())
    /// ```
    pub fn from_rows<T: Serialize>(rows: &[T]) -> Result<Self, BatchError> {
        if rows.is_empty() {
            return Err(BatchError::RowShape {
                reason: "no rows to learn the columns from; `Batch::from_columns` makes a batch without rows".into(),
            });
        }
        let options = TracingOptions::default().allow_null_fields(true);
        let batch = Vec::<FieldRef>::from_samples(rows, options)
            .and_then(|fields| serde_arrow::to_record_batch(&fields, &rows))
            .map_err(|error| fault::of_values(&rows[0], &error))?;
        Self::from_record_batch(batch)
    }

    /// The rows as values of a Rust type: structs by the names of their fields, tuples by position.
    ///
    /// # Errors
    /// For a column that the type has no field for, a field that has no column, and a value that the field's type does not
    /// hold, with the column.
    ///
    /// ```
    /// let batch = swath_batch::Batch::from_csv("region,amount\neu,10.5\n")?;
    /// assert_eq!(batch.rows::<(String, f64)>()?, [("eu".to_owned(), 10.5)]);
    /// # Ok::<(), swath_batch::BatchError>(())
    /// ```
    pub fn rows<T: DeserializeOwned>(&self) -> Result<Vec<T>, BatchError> {
        fault::of_shape::<T>(self.meta())?;
        serde_arrow::from_record_batch(self.record_batch())
            .map_err(|error| fault::of_batch::<T>(self, &error))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;

    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    struct Sale {
        region: String,
        amount: Option<f64>,
        n: i32,
    }

    fn sales() -> Vec<Sale> {
        vec![
            Sale {
                region: "eu".into(),
                amount: Some(1.5),
                n: 1,
            },
            Sale {
                region: "a region of more than twelve bytes".into(),
                amount: None,
                n: -1,
            },
        ]
    }

    #[test]
    fn rows_come_back() {
        let batch = Batch::from_rows(&sales()).expect("rows");
        insta::assert_snapshot!(batch, @r"
        region                               amount      n
        string                              float64  int32
        ──────────────────────────────────────────────────
        eu                                      1.5      1
        a region of more than twelve bytes     null     -1

        2 rows, 3 columns
        ");
        assert_eq!(batch.rows::<Sale>().expect("the same type"), sales());
        let tuples = batch
            .rows::<(String, Option<f64>, i64)>()
            .expect("three columns");
        assert_eq!(tuples[0], ("eu".to_owned(), Some(1.5), 1));
        let none: Vec<Sale> = batch.head(0).rows().expect("no rows");
        assert_eq!(none, []);
    }

    #[derive(Debug, Deserialize)]
    #[expect(dead_code, reason = "only its shape is looked at")]
    struct Near {
        region: String,
        amuont: Option<f64>,
        n: i32,
    }

    #[derive(Debug, Deserialize)]
    #[expect(dead_code, reason = "only its shape is looked at")]
    struct Strict {
        region: String,
        amount: f64,
        n: i32,
    }

    #[derive(Debug, Deserialize)]
    #[expect(dead_code, reason = "only its shape is looked at")]
    struct Listed {
        region: Vec<String>,
        amount: Option<f64>,
        n: i32,
    }

    #[test]
    fn what_does_not_fit_is_named() {
        fn text(error: &BatchError) -> String {
            match error.fix() {
                Some(fix) => format!("{error}\n  fix: {fix}"),
                None => error.to_string(),
            }
        }
        let batch = Batch::from_rows(&sales()).expect("rows");
        let found = [
            batch.rows::<(String, f64)>().expect_err("too few"),
            batch.rows::<Near>().expect_err("misspelt"),
            batch.rows::<(String, f64, i64)>().expect_err("a null"),
            batch.rows::<(i64, Option<f64>, i64)>().expect_err("text"),
            batch
                .rows::<(String, Option<i64>, i64)>()
                .expect_err("a float"),
            batch
                .rows::<(String, Option<f64>, u8)>()
                .expect_err("negative"),
            batch.rows::<Strict>().expect_err("a null, in a struct"),
            batch.rows::<Listed>().expect_err("no list"),
            batch.rows::<i64>().expect_err("no row"),
            batch.rows::<Option<String>>().expect_err("no row"),
            Batch::from_rows::<Sale>(&[]).expect_err("no rows"),
            Batch::from_rows(&[1, 2]).expect_err("no rows of columns"),
        ];
        insta::assert_snapshot!(found.iter().map(text).collect::<Vec<_>>().join("\n"), @r#"
        rows of 2 values where there are 3 columns: `region`, `amount`, `n`
        column `amount` has no field in `Near`; did you mean `amuont`? (select the columns that it has)
        column `amount` has a null, which f64 has no place for
          fix: ask for `Option<f64>`
        column `region` is string, which does not convert to i64
          fix: ask for `String`, or cast `col("region")` before
        column `amount` is float64, which does not convert to i64
          fix: ask for `f64`, or cast `col("amount")` before
        column `n` has -1, which does not fit u8
          fix: ask for a wider type, or filter `col("n")` before
        column `amount` has a null, which f64 has no place for
          fix: ask for `Option<f64>`
        column `region` is string, which does not convert to Vec
          fix: ask for `String`, or cast `col("region")` before
        `i64` is no row: rows are structs or tuples, of one column `(i64,)`
        `Option<String>` is no row: rows are structs or tuples, of one column `(Option<String>,)`
        no rows to learn the columns from; `Batch::from_columns` makes a batch without rows
        `i32` is no row: rows are structs or tuples, of one column `(i32,)`
        "#);
    }
}
