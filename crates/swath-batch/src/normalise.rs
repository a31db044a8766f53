//! The border: where rows leave the engine, each column in the one encoding of its dtype.

use arrow_array::{Array, ArrayRef, RecordBatch, RecordBatchOptions};
use arrow_cast::{CastOptions, cast_with_options};
use arrow_schema::{FieldRef, Schema};
use std::sync::Arc;
use swath_meta::{DType, Meta};

use crate::BatchError;
use crate::chunk::batch_of;

/// Casts every column of `batch` to the [border](DType::border) encoding of its dtype.
///
/// Strings become `Utf8View`, categories `Dictionary(UInt32, Utf8View)`; what is in that encoding already
/// is shared, not copied. Names and order must be those of `meta`.
///
/// # Errors
/// Where columns are not those of `meta`, or an encoding does not stand for its dtype.
pub fn normalise(batch: &RecordBatch, meta: &Meta) -> Result<RecordBatch, BatchError> {
    check_names(batch, meta)?;
    let columns = meta
        .fields()
        .iter()
        .zip(batch.columns())
        .map(|(field, column)| {
            let column = normalise_column(&field.name, column, &field.dtype)?;
            if !field.nullable && column.null_count() > 0 {
                let nulls = column.null_count();
                return Err(BatchError::Nulls {
                    column: field.name.to_string(),
                    nulls,
                });
            }
            Ok(column)
        })
        .collect::<Result<Vec<_>, _>>()?;
    let options = RecordBatchOptions::new().with_row_count(Some(batch.num_rows()));
    RecordBatch::try_new_with_options(meta.to_arrow(), columns, &options).map_err(|source| {
        BatchError::Arrow {
            during: "putting columns together",
            source,
        }
    })
}

/// Columns of this many rows in the order of `meta`, in border encodings: those that are in them are given back as they are.
///
/// # Errors
/// For another number of columns or rows, and as [`normalise`].
pub fn normalise_columns(
    columns: Vec<ArrayRef>,
    meta: &Meta,
    rows: usize,
) -> Result<Vec<ArrayRef>, BatchError> {
    if is_border(&columns, &meta.to_arrow(), rows) {
        return Ok(columns);
    }
    let rows = normalise(&batch_of(meta, columns, rows)?, meta)?;
    Ok(rows.columns().to_vec())
}

/// Whether there is a column of this many rows for each field, of its type, and without nulls where it has none: nothing is to be
/// cast, and nothing to be refused.
pub(crate) fn is_border(columns: &[ArrayRef], schema: &Schema, rows: usize) -> bool {
    let fits = |(column, field): (&ArrayRef, &FieldRef)| {
        column.len() == rows
            && column.data_type() == field.data_type()
            && (field.is_nullable() || column.null_count() == 0)
    };
    columns.len() == schema.fields().len() && columns.iter().zip(schema.fields()).all(fits)
}

/// Casts one column to the border encoding of `dtype`, which must be what its Arrow type stands for.
pub(crate) fn normalise_column(
    name: &str,
    column: &ArrayRef,
    dtype: &DType,
) -> Result<ArrayRef, BatchError> {
    let border = dtype.border();
    if *column.data_type() == border {
        return Ok(Arc::clone(column));
    }
    let stands_for = dtype.admits(column.data_type())
        || DType::from_arrow(column.data_type()).is_ok_and(|found| found == *dtype)
        || (*dtype == DType::Category
            && DType::from_arrow(column.data_type()).is_ok_and(|found| found == DType::String));
    if !stands_for {
        return Err(BatchError::Encoding {
            column: name.to_owned(),
            expected: dtype.clone(),
            found: column.data_type().clone(),
        });
    }
    let options = CastOptions {
        safe: false,
        ..CastOptions::default()
    };
    cast_with_options(column, &border, &options).map_err(|source| BatchError::Cast {
        column: name.to_owned(),
        to: border,
        source,
    })
}

/// Checks that the columns of `batch` are named as `meta` says, in its order.
pub(crate) fn check_names(batch: &RecordBatch, meta: &Meta) -> Result<(), BatchError> {
    if batch.num_columns() != meta.len() {
        return Err(BatchError::ColumnCount {
            expected: meta.len(),
            found: batch.num_columns(),
        });
    }
    for (position, (expected, found)) in meta.names().zip(batch.schema_ref().fields()).enumerate() {
        if expected != found.name() {
            return Err(BatchError::ColumnName {
                position,
                expected: expected.to_owned(),
                found: found.name().clone(),
            });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use arrow_array::{
        Date64Array, DictionaryArray, Float16Array, Int64Array, LargeListArray, NullArray,
        StringArray, types::Int32Type,
    };
    use arrow_buffer::OffsetBuffer;
    use arrow_schema::{DataType, Field, Schema};

    fn batch(columns: Vec<(&str, ArrayRef)>) -> RecordBatch {
        let fields: Vec<_> = columns
            .iter()
            .map(|(name, column)| Field::new(*name, column.data_type().clone(), true))
            .collect();
        let columns = columns.into_iter().map(|(_, column)| column).collect();
        RecordBatch::try_new(Arc::new(Schema::new(fields)), columns).expect("columns fit")
    }

    #[track_caller]
    #[expect(clippy::needless_pass_by_value, reason = "cases read better so")]
    fn check(column: ArrayRef, dtype: &str, expected: Option<DataType>) {
        let meta = Meta::of([("a", dtype)]).expect("a meta");
        let found = normalise(&batch(vec![("a", column)]), &meta);
        assert_eq!(
            found.ok().map(|batch| batch.column(0).data_type().clone()),
            expected
        );
    }

    #[test]
    fn columns_get_their_border_encoding() {
        let text = Arc::new(StringArray::from(vec!["x", "y", "x"]));
        let coded: DictionaryArray<Int32Type> = vec!["x", "y", "x"].into_iter().collect();
        let category =
            DataType::Dictionary(Box::new(DataType::UInt32), Box::new(DataType::Utf8View));
        check(Arc::clone(&text) as _, "string", Some(DataType::Utf8View));
        check(Arc::new(coded.clone()), "string", Some(DataType::Utf8View));
        check(Arc::new(coded), "category", Some(category.clone()));
        check(text, "category", Some(category));
        check(
            Arc::new(Float16Array::from(vec![None; 2])),
            "float32",
            Some(DataType::Float32),
        );
        check(
            Arc::new(Date64Array::from(vec![86_400_000])),
            "date",
            Some(DataType::Date32),
        );
        check(Arc::new(Int64Array::from(vec![1])), "float64", None);
        check(Arc::new(Int64Array::from(vec![1])), "int32", None);
    }

    #[test]
    fn values_that_have_no_place_are_named() {
        let meta = Meta::of([("a", "list<null>")]).expect("a meta");
        // More items than lists of the border count; nulls take no memory.
        let items = i32::MAX as usize + 1;
        let item = Arc::new(Field::new_list_field(DataType::Null, true));
        let offsets = OffsetBuffer::from_lengths([items]);
        let list = LargeListArray::new(item, offsets, Arc::new(NullArray::new(items)), None);
        let error = normalise(&batch(vec![("a", Arc::new(list))]), &meta).expect_err("too long");
        insta::assert_snapshot!(error, @"column `a` cannot be cast to List(Null)");
        assert!(
            std::error::Error::source(&error).is_some(),
            "Arrow says why"
        );
    }

    #[test]
    fn differing_columns_are_named() {
        let meta = Meta::of([("a", "int64"), ("b", "string")]).expect("a meta");
        let error = |columns| {
            normalise(&batch(columns), &meta)
                .expect_err("differs")
                .to_string()
        };
        let ints = || -> ArrayRef { Arc::new(Int64Array::from(vec![1])) };
        insta::assert_snapshot!(error(vec![("a", ints())]), @"1 columns where the meta has 2");
        insta::assert_snapshot!(error(vec![("a", ints()), ("c", ints())]), @"column 1 is `c` where the meta has `b`");
        insta::assert_snapshot!(error(vec![("a", ints()), ("b", ints())]), @"column `b` is int64, and string was expected");
        let meta = Meta::try_new(
            [swath_meta::Field::new("a", DType::Int64, false)],
            swath_meta::Index::none(),
        )
        .expect("a meta");
        let nulls: ArrayRef = Arc::new(Int64Array::from(vec![None, Some(1)]));
        insta::assert_snapshot!(normalise(&batch(vec![("a", nulls)]), &meta).expect_err("null"), @"column `a` has 1 nulls but is declared without");
    }

    #[test]
    fn columns_without_their_names() {
        let meta = Meta::of([("a", "int64"), ("b", "string")]).expect("a meta");
        let a: ArrayRef = Arc::new(Int64Array::from(vec![1, 2]));
        let text: ArrayRef = Arc::new(StringArray::from(vec!["x", "y"]));
        let cast = normalise_columns(vec![Arc::clone(&a), Arc::clone(&text)], &meta, 2);
        let cast = cast.expect("both are cast to theirs");
        assert_eq!(*cast[1].data_type(), DataType::Utf8View);
        let again = normalise_columns(cast.clone(), &meta, 2).expect("nothing is to be done");
        for (one, other) in again.iter().zip(&cast) {
            assert!(Arc::ptr_eq(one, other));
        }

        let said = |columns, rows| {
            normalise_columns(columns, &meta, rows)
                .expect_err("differs")
                .to_string()
        };
        insta::assert_snapshot!(said(vec![Arc::clone(&a)], 2), @"1 columns where the meta has 2");
        insta::assert_snapshot!(said(cast, 3), @"putting columns together failed");
        insta::assert_snapshot!(said(vec![text, a], 2), @"column `a` is string, and int64 was expected");
    }
}
