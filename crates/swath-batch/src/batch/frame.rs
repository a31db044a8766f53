//! A batch with its meta.

use arrow_array::{Array, ArrayRef, RecordBatch, RecordBatchOptions};
use arrow_select::filter::filter_record_batch;
use std::fmt::{self, Display, Formatter};
use std::sync::Arc;
use swath_meta::{DType, Field, Meta, MetaError};

use super::column::{Bools, IntoColumn, Numbers, Strings};
use crate::normalise::{is_border, normalise, normalise_columns};
use crate::{BatchError, Value, display};

/// A record batch in border encodings, with typed access to its columns.
///
/// Equality compares names, dtypes, index and rows, in order; NaN equals NaN. `Display` prints the rows as
/// a table.
///
/// ```
/// use swath_batch::Batch;
///
/// let batch = Batch::from_csv("region,amount\neu,10.5\nus,\n")?;
/// let doubled = batch.f64("amount")?.map(|amount| amount * 2.0);
/// let batch = batch.with("amount", doubled)?;
/// assert_eq!(batch.f64("amount")?.iter().collect::<Vec<_>>(), [Some(21.0), None]);
/// assert_eq!(batch.str("region")?.iter().flatten().collect::<String>(), "euus");
/// # Ok::<(), swath_batch::BatchError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Batch {
    rows: RecordBatch,
    meta: Arc<Meta>,
}

impl Batch {
    /// Makes a batch of `rows` under `meta`, casting columns to border encodings where they are not.
    ///
    /// # Errors
    /// As [`normalise`].
    pub fn try_new(rows: RecordBatch, meta: Arc<Meta>) -> Result<Self, BatchError> {
        let schema = meta.to_arrow();
        let is_border = is_border(rows.columns(), &schema, rows.num_rows());
        let rows = if is_border && *rows.schema_ref() == schema {
            rows
        } else {
            normalise(&rows, &meta)?
        };
        Ok(Self { rows, meta })
    }

    /// Makes a batch whose dtypes, nullability and index are those of the Arrow schema.
    ///
    /// # Errors
    /// For duplicate names and for Arrow types that no dtype stands for.
    pub fn from_record_batch(rows: RecordBatch) -> Result<Self, BatchError> {
        let meta = Meta::from_arrow(rows.schema_ref())?;
        Self::try_new(rows, Arc::new(meta))
    }

    /// Makes a batch of columns without an index.
    ///
    /// # Errors
    /// For duplicate names and columns of different lengths.
    pub fn from_columns<N: Into<Arc<str>>, C: IntoColumn>(
        columns: impl IntoIterator<Item = (N, C)>,
    ) -> Result<Self, BatchError> {
        let mut fields = Vec::new();
        let mut arrays: Vec<ArrayRef> = Vec::new();
        for (name, column) in columns {
            let (name, array) = (name.into(), column.into_column());
            if let Some(first) = arrays.first().filter(|first| first.len() != array.len()) {
                return Err(BatchError::Rows {
                    column: name.to_string(),
                    expected: first.len(),
                    found: array.len(),
                });
            }
            fields.push(Field::new(
                name,
                DType::from_arrow(array.data_type())?,
                true,
            ));
            arrays.push(array);
        }
        let meta = Meta::try_new(fields, swath_meta::Index::none())?;
        let rows = arrays.first().map_or(0, Array::len);
        Self::try_new(crate::chunk::batch_of(&meta, arrays, rows)?, Arc::new(meta))
    }

    /// Makes a batch of this many rows under `meta` of columns in its order, casting them to border encodings where they are not.
    ///
    /// # Errors
    /// For another number of columns or rows, and as [`try_new`](Self::try_new).
    pub fn from_arrays(
        meta: &Arc<Meta>,
        columns: Vec<ArrayRef>,
        rows: usize,
    ) -> Result<Self, BatchError> {
        let columns = normalise_columns(columns, meta, rows)?;
        Self::of_border(Arc::clone(meta), columns, rows)
    }

    /// Makes a batch of no rows.
    pub fn empty(meta: &Arc<Meta>) -> Self {
        Self {
            rows: RecordBatch::new_empty(meta.to_arrow()),
            meta: Arc::clone(meta),
        }
    }

    /// The same rows under the meta that they were declared with: its names, order and dtypes, and no null where it has none. Which
    /// columns are the index is the declaration's word.
    ///
    /// # Errors
    /// [`MetaError::Mismatch`] with a table of what was found and expected.
    pub fn conform(self, declared: &Arc<Meta>) -> Result<Self, BatchError> {
        let mut columns = declared.fields().iter().zip(self.rows.columns());
        let keeps_promise = |(field, column): (&Field, &ArrayRef)| {
            field.nullable || column.logical_null_count() == 0
        };
        if self.meta == *declared && columns.all(keeps_promise) {
            return Ok(Self {
                meta: Arc::clone(declared),
                ..self
            });
        }
        let found = self.meta.fields().iter().zip(self.rows.columns());
        let fields = found.map(|(field, column)| {
            let declared = declared.field(&field.name);
            let without_nulls = declared.is_ok_and(|declared| !declared.nullable);
            Field {
                nullable: !without_nulls || column.logical_null_count() > 0,
                ..field.clone()
            }
        });
        let fields: Vec<Field> = fields.collect();
        let same_index = fields.len() >= declared.index().len()
            && fields
                .iter()
                .zip(declared.index_fields())
                .all(|(found, expected)| found.name == expected.name);
        let mut meta = Meta::try_new(fields, swath_meta::Index::none())?;
        if same_index && let Ok(indexed) = meta.with_index(declared.index()) {
            meta = indexed;
        }
        declared.check(&meta).map_err(MetaError::Mismatch)?;
        Self::try_new(self.rows, Arc::clone(declared))
    }

    /// Names, dtypes, nullability, index.
    pub fn meta(&self) -> &Arc<Meta> {
        &self.meta
    }

    /// The rows, in border encodings.
    pub fn record_batch(&self) -> &RecordBatch {
        &self.rows
    }

    /// The rows, in border encodings.
    pub fn into_record_batch(self) -> RecordBatch {
        self.rows
    }

    /// Number of rows.
    pub fn num_rows(&self) -> usize {
        self.rows.num_rows()
    }

    /// A column as an Arrow array in its border encoding; index columns have names like any other.
    ///
    /// # Errors
    /// For a name that is not there, with the nearest one that is.
    pub fn column(&self, name: &str) -> Result<&ArrayRef, BatchError> {
        Ok(self.rows.column(self.meta.position(name)?))
    }

    /// A column of `float64` or `float32` values.
    ///
    /// # Errors
    /// For a name that is not there, and for a column of another dtype.
    pub fn f64(&self, name: &str) -> Result<Numbers<f64>, BatchError> {
        Numbers::read(self.column(name)?).ok_or_else(|| self.not_a(name, "f64"))
    }

    /// A column of integers of any width but `uint64`.
    ///
    /// # Errors
    /// For a name that is not there, and for a column of another dtype.
    pub fn i64(&self, name: &str) -> Result<Numbers<i64>, BatchError> {
        Numbers::read(self.column(name)?).ok_or_else(|| self.not_a(name, "i64"))
    }

    /// A column of unsigned integers of any width.
    ///
    /// # Errors
    /// For a name that is not there, and for a column of another dtype.
    pub fn u64(&self, name: &str) -> Result<Numbers<u64>, BatchError> {
        Numbers::read(self.column(name)?).ok_or_else(|| self.not_a(name, "u64"))
    }

    /// A column of truth values.
    ///
    /// # Errors
    /// For a name that is not there, and for a column of another dtype.
    pub fn bools(&self, name: &str) -> Result<Bools, BatchError> {
        Bools::read(self.column(name)?).ok_or_else(|| self.not_a(name, "bool"))
    }

    /// A column of strings or categories.
    ///
    /// # Errors
    /// For a name that is not there, and for a column of another dtype.
    pub fn str(&self, name: &str) -> Result<Strings, BatchError> {
        Strings::read(self.column(name)?).ok_or_else(|| self.not_a(name, "str"))
    }

    /// The value in one cell.
    ///
    /// # Errors
    /// For a name that is not there.
    ///
    /// # Panics
    /// Where there is no such row.
    pub fn value(&self, name: &str, row: usize) -> Result<Value, BatchError> {
        Ok(Value::from_array(self.column(name)?, row))
    }

    /// The values of a column of any dtype, one a row: for what has no accessor of its own. Slower than the typed ones.
    ///
    /// # Errors
    /// For a name that is not there.
    pub fn values(&self, name: &str) -> Result<impl ExactSizeIterator<Item = Value>, BatchError> {
        let column = self.column(name)?;
        Ok((0..column.len()).map(|row| Value::from_array(column, row)))
    }

    /// The index columns and these, in the order given, sharing buffers.
    ///
    /// # Errors
    /// For a name that is not there, and for one given twice.
    pub fn select<N: AsRef<str>>(
        &self,
        names: impl IntoIterator<Item = N>,
    ) -> Result<Self, BatchError> {
        self.of_columns(self.meta.select(names)?)
    }

    /// The columns but these, sharing buffers.
    ///
    /// # Errors
    /// For a name that is not there, and for an index column.
    pub fn drop<N: AsRef<str>>(
        &self,
        names: impl IntoIterator<Item = N>,
    ) -> Result<Self, BatchError> {
        self.of_columns(self.meta.without(names)?)
    }

    /// The same columns, those named first in a pair under the second name, sharing buffers.
    ///
    /// # Errors
    /// For a name that is not there, and where two columns would have one.
    pub fn rename<O: AsRef<str>, N: Into<Arc<str>>>(
        &self,
        names: impl IntoIterator<Item = (O, N)>,
    ) -> Result<Self, BatchError> {
        let meta = self.meta.rename(names)?;
        Self::of_border(
            Arc::new(meta),
            self.rows.columns().to_vec(),
            self.num_rows(),
        )
    }

    /// The columns of `meta`, each of which the batch has.
    fn of_columns(&self, meta: Meta) -> Result<Self, BatchError> {
        let columns = meta.names().map(|name| Ok(Arc::clone(self.column(name)?)));
        let columns = columns.collect::<Result<_, BatchError>>()?;
        Self::of_border(Arc::new(meta), columns, self.num_rows())
    }

    /// The batch with one column replaced where it stands, or appended. The column may hold nulls.
    ///
    /// # Errors
    /// Where the values are not one a row.
    pub fn with(&self, name: &str, values: impl IntoColumn) -> Result<Self, BatchError> {
        self.with_array(name, values.into_column())
    }

    fn with_array(&self, name: &str, values: ArrayRef) -> Result<Self, BatchError> {
        if values.len() != self.num_rows() {
            return Err(BatchError::Rows {
                column: name.to_owned(),
                expected: self.num_rows(),
                found: values.len(),
            });
        }
        let field = Field::new(name, DType::from_arrow(values.data_type())?, true);
        let mut columns = self.rows.columns().to_vec();
        match self.meta.position(name) {
            Ok(position) => columns[position] = values,
            Err(_) => columns.push(values),
        }
        let meta = self.meta.with_field(field);
        let rows = crate::chunk::batch_of(&meta, columns, self.num_rows())?;
        Self::try_new(rows, Arc::new(meta))
    }

    /// The first `n` rows, sharing buffers; all where there are fewer.
    pub fn head(&self, n: usize) -> Self {
        self.slice(0, n)
    }

    /// The last `n` rows, sharing buffers; all where there are fewer.
    pub fn tail(&self, n: usize) -> Self {
        let n = n.min(self.num_rows());
        self.slice(self.num_rows() - n, n)
    }

    /// The `len` rows from `start`, sharing buffers; fewer where the batch ends before.
    pub fn slice(&self, start: usize, len: usize) -> Self {
        let start = start.min(self.num_rows());
        let rows = self.rows.slice(start, len.min(self.num_rows() - start));
        Self {
            rows,
            meta: Arc::clone(&self.meta),
        }
    }

    /// The rows where `keep` is true; null drops the row.
    ///
    /// # Errors
    /// Where `keep` is not one value a row.
    pub fn filter(&self, keep: impl IntoIterator<Item = Option<bool>>) -> Result<Self, BatchError> {
        let keep: arrow_array::BooleanArray = keep.into_iter().collect();
        if keep.len() != self.num_rows() {
            return Err(BatchError::Rows {
                column: "the mask".into(),
                expected: self.num_rows(),
                found: keep.len(),
            });
        }
        let rows = filter_record_batch(&self.rows, &keep).map_err(|source| BatchError::Arrow {
            during: "filtering rows",
            source,
        })?;
        Ok(Self {
            rows,
            meta: Arc::clone(&self.meta),
        })
    }

    pub(super) fn not_a(&self, name: &str, asked: &'static str) -> BatchError {
        let found = self.meta.dtype(name).cloned().unwrap_or(DType::Null);
        BatchError::ColumnType {
            column: name.to_owned(),
            asked,
            found,
        }
    }

    /// A batch of arrays that are in border encodings already.
    pub(crate) fn of_border(
        meta: Arc<Meta>,
        columns: Vec<ArrayRef>,
        rows: usize,
    ) -> Result<Self, BatchError> {
        let options = RecordBatchOptions::new().with_row_count(Some(rows));
        let rows = RecordBatch::try_new_with_options(meta.to_arrow(), columns, &options).map_err(
            |source| BatchError::Arrow {
                during: "putting columns together",
                source,
            },
        )?;
        Ok(Self { rows, meta })
    }
}

impl PartialEq for Batch {
    fn eq(&self, other: &Self) -> bool {
        let cells = |(left, right): (&ArrayRef, &ArrayRef)| {
            (0..left.len()).all(|row| Value::from_array(left, row) == Value::from_array(right, row))
        };
        self.meta == other.meta
            && self.num_rows() == other.num_rows()
            && self
                .rows
                .columns()
                .iter()
                .zip(other.rows.columns())
                .all(cells)
    }
}

impl Display for Batch {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let rows = std::slice::from_ref(&self.rows);
        f.write_str(&display::render_table(
            &self.meta,
            rows,
            self.num_rows() as u64,
            display::DEFAULT_WIDTH,
            display::DEFAULT_ROWS,
        ))
    }
}

impl TryFrom<RecordBatch> for Batch {
    type Error = BatchError;

    fn try_from(rows: RecordBatch) -> Result<Self, BatchError> {
        Self::from_record_batch(rows)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use arrow_array::StringArray;
    use arrow_cast::cast;
    use arrow_schema::DataType;

    fn sales() -> Batch {
        Batch::from_csv("region,amount,n\neu,10.5,1\nus,,2\neu,NaN,3\n").expect("a table")
    }

    #[test]
    fn encodings_are_hidden() {
        let text = StringArray::from(vec![
            Some("x"),
            None,
            Some("a text of more than twelve bytes"),
        ]);
        for encoding in [
            DataType::LargeUtf8,
            DataType::Utf8View,
            DataType::Dictionary(Box::new(DataType::Int8), Box::new(DataType::Utf8)),
            DataType::Dictionary(Box::new(DataType::UInt32), Box::new(DataType::Utf8View)),
        ] {
            let column = cast(&text, &encoding).expect("casts");
            let batch = Batch::from_columns([("a", column)]).expect("one column");
            let found: Vec<_> = batch
                .str("a")
                .expect("strings")
                .iter()
                .map(|text| text.map(str::to_owned))
                .collect();
            assert_eq!(
                found,
                [
                    Some("x".to_owned()),
                    None,
                    Some("a text of more than twelve bytes".to_owned())
                ]
            );
        }
    }

    #[test]
    fn columns_are_replaced_and_appended() {
        let batch = sales()
            .with("amount", vec![1_i64, 2, 3])
            .expect("three rows");
        assert_eq!(
            batch.meta().names().collect::<Vec<_>>(),
            ["region", "amount", "n"]
        );
        assert_eq!(
            batch
                .i64("amount")
                .expect("integers")
                .iter()
                .flatten()
                .sum::<i64>(),
            6
        );
        let batch = batch
            .with("new", ["a", "b", "c"].map(str::to_owned).to_vec())
            .expect("three rows");
        assert_eq!(batch.meta().names().last(), Some("new"));
    }

    #[test]
    fn columns_are_chosen_and_renamed() {
        let names = |batch: Result<Batch, BatchError>| {
            let batch = batch.expect("the columns are there");
            batch.meta().names().collect::<Vec<_>>().join(" ")
        };
        assert_eq!(names(sales().select(["n", "region"])), "n region");
        assert_eq!(names(sales().drop(["amount"])), "region n");
        assert_eq!(
            names(sales().rename([("n", "qty"), ("amount", "n")])),
            "region n qty"
        );
        let values: Vec<_> = sales().values("amount").expect("it is there").collect();
        assert_eq!(values[..2], [Value::from(10.5), Value::Null]);
        assert_eq!(sales().tail(1), sales().slice(2, 1));
        assert_eq!(sales().tail(9), sales());
        let error = sales().select(["amuont"]).expect_err("no such column");
        assert!(
            error.to_string().contains("did you mean `amount`?"),
            "{error}"
        );
    }

    #[test]
    fn rows_are_cut_and_filtered() {
        assert_eq!(sales().head(2).num_rows(), 2);
        assert_eq!(sales().head(9), sales());
        assert_ne!(sales().head(2), sales());
        assert_eq!(sales().slice(5, 1).num_rows(), 0);
        let large = sales()
            .f64("amount")
            .expect("floats")
            .iter()
            .map(|value| value.map(|v| v > 1.0))
            .collect::<Vec<_>>();
        assert_eq!(sales().filter(large).expect("a mask"), sales().head(1));
    }

    #[test]
    fn mistakes_are_named() {
        let batch = sales();
        let text = |error: BatchError| error.to_string();
        insta::assert_snapshot!(text(batch.f64("amuont").expect_err("no such column")), @"no column `amuont`; did you mean `amount`? columns are `region`, `amount`, `n`");
        insta::assert_snapshot!(text(batch.i64("amount").expect_err("floats")), @"column `amount` is float64; it cannot be read as i64");
        insta::assert_snapshot!(text(batch.with("x", vec![1.5]).expect_err("one row")), @"column `x` has 1 rows where the batch has 3");
        insta::assert_snapshot!(text(batch.filter([Some(true)]).expect_err("one row")), @"column `the mask` has 1 rows where the batch has 3");
        let columns = [("a", vec![1_i64]), ("b", vec![1, 2])];
        insta::assert_snapshot!(text(Batch::from_columns(columns).expect_err("lengths differ")), @"column `b` has 2 rows where the batch has 1");
    }
}
