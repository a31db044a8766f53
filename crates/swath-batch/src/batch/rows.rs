//! Rows as the user's own types, by serde.

use arrow_schema::FieldRef;
use serde::de::{DeserializeOwned, Deserializer, Visitor};
use serde::{Serialize, forward_to_deserialize_any};
use serde_arrow::schema::{SchemaLike, TracingOptions};
use std::any::type_name;
use std::fmt;
use swath_meta::nearest;

use super::Batch;
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
        let failed = |source| BatchError::RowValues {
            direction: "from",
            type_name: type_name::<T>(),
            source: Box::new(source),
        };
        if rows.is_empty() {
            return Err(BatchError::RowShape {
                reason: "no rows to learn the columns from; `Batch::from_columns` makes a batch without rows".into(),
            });
        }
        let options = TracingOptions::default().allow_null_fields(true);
        let fields = Vec::<FieldRef>::from_samples(rows, options).map_err(failed)?;
        let batch = serde_arrow::to_record_batch(&fields, &rows).map_err(failed)?;
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
        self.check_shape::<T>()?;
        serde_arrow::from_record_batch(self.record_batch()).map_err(|source| {
            BatchError::RowValues {
                direction: "to",
                type_name: type_name::<T>(),
                source: Box::new(source),
            }
        })
    }

    /// Compares the columns with what `T` asks serde for.
    fn check_shape<T: DeserializeOwned>(&self) -> Result<(), BatchError> {
        let reason = match shape_of::<T>() {
            Shape::Tuple(len) if len != self.meta().len() => {
                let columns: Vec<String> = self
                    .meta()
                    .names()
                    .map(|name| format!("`{name}`"))
                    .collect();
                format!(
                    "rows of {} values where there are {} columns: {}",
                    len,
                    columns.len(),
                    columns.join(", ")
                )
            }
            Shape::Struct(fields) => {
                let extra = self.meta().names().find(|name| !fields.contains(name));
                let Some(extra) = extra else { return Ok(()) };
                let near = nearest(extra, fields.iter().copied())
                    .map_or(String::new(), |near| format!("; did you mean `{near}`?"));
                format!(
                    "column `{extra}` has no field in `{}`{near} (select the columns that it has)",
                    type_name::<T>()
                )
            }
            _ => return Ok(()),
        };
        Err(BatchError::RowShape { reason })
    }
}

/// What a type asks of serde.
enum Shape {
    Tuple(usize),
    Struct(&'static [&'static str]),
    Other,
}

fn shape_of<T: DeserializeOwned>() -> Shape {
    let mut shape = Shape::Other;
    // Asking is all that is wanted: the probe has no value to give, so this never succeeds.
    let asked = T::deserialize(Probe(&mut shape));
    drop(asked);
    shape
}

/// A deserialiser that notes what it is asked for and then gives up.
struct Probe<'a>(&'a mut Shape);

#[derive(Debug)]
struct Asked;

impl fmt::Display for Asked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("only asked for its shape")
    }
}

impl std::error::Error for Asked {}

impl serde::de::Error for Asked {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self
    }
}

impl<'de> Deserializer<'de> for Probe<'_> {
    type Error = Asked;

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Asked> {
        Err(Asked)
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, len: usize, _: V) -> Result<V::Value, Asked> {
        *self.0 = Shape::Tuple(len);
        Err(Asked)
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        len: usize,
        _: V,
    ) -> Result<V::Value, Asked> {
        *self.0 = Shape::Tuple(len);
        Err(Asked)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        _: V,
    ) -> Result<V::Value, Asked> {
        *self.0 = Shape::Struct(fields);
        Err(Asked)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Asked> {
        visitor.visit_newtype_struct(self)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option
        unit unit_struct seq map enum identifier ignored_any
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

    #[test]
    fn what_does_not_fit_is_named() {
        fn text(error: &BatchError) -> String {
            use std::error::Error;
            match error.source() {
                Some(source) => format!("{error}\n{source}"),
                None => error.to_string(),
            }
        }
        let batch = Batch::from_rows(&sales()).expect("rows");
        insta::assert_snapshot!(text(&batch.rows::<(String, f64)>().expect_err("too few")), @"rows of 2 values where there are 3 columns: `region`, `amount`, `n`");
        insta::assert_snapshot!(text(&batch.rows::<Near>().expect_err("misspelt")), @"column `amount` has no field in `swath_batch::batch::rows::tests::Near`; did you mean `amuont`? (select the columns that it has)");
        insta::assert_snapshot!(text(&batch.rows::<(String, f64, i64)>().expect_err("a null")), @r#"
        rows do not convert to `(alloc::string::String, f64, i64)`
        Error: required array value is null (data_type: "Float64", field: "$.amount")
        "#);
        insta::assert_snapshot!(text(&batch.rows::<(String, Option<f64>, u8)>().expect_err("negative")), @r#"
        rows do not convert to `(alloc::string::String, core::option::Option<f64>, u8)`
        Error: integer conversion failed: out of range integral type conversion attempted (data_type: "Int32", field: "$.n")
        "#);
        insta::assert_snapshot!(text(&Batch::from_rows::<Sale>(&[]).expect_err("no rows")), @"no rows to learn the columns from; `Batch::from_columns` makes a batch without rows");
        insta::assert_snapshot!(text(&Batch::from_rows(&[1, 2]).expect_err("no rows of columns")), @r"
        rows do not convert from `i32`
        Error: schema tracing is not directly supported for the root data type Int32. Only struct-like types are supported as root types in schema tracing. Consider using the `Items` wrapper, i.e., `::from_samples(Items(samples))`.
        ");
    }
}
