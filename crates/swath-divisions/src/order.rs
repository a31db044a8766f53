//! The one order of labels: bytes whose order is that of the keys they encode.

use std::fmt::{self, Debug, Formatter};
use std::sync::Arc;

use arrow_array::ArrayRef;
use arrow_row::{RowConverter, Rows, SortField};
use arrow_schema::SortOptions;
use swath_batch::canonical_floats;
use swath_meta::DType;

use crate::{DivisionsError, Label};

/// Encodes keys of these dtypes as bytes that compare as the keys do: ascending, `-0.0` equal to `0.0`, one NaN after all numbers,
/// nulls last. Text is compared by its UTF-8 bytes.
///
/// The encoding of leading columns is a prefix of that of all columns. Clone is two reference counts.
#[derive(Clone)]
pub struct KeyOrder {
    dtypes: Arc<[DType]>,
    converter: Arc<RowConverter>,
}

impl KeyOrder {
    /// Makes the order of keys of these dtypes; a category is ordered as its text.
    ///
    /// # Errors
    /// [`DivisionsError::Unordered`] for lists, structs and `null`, [`DivisionsError::Columns`] for no columns at all.
    pub fn try_new(dtypes: &[DType]) -> Result<Self, DivisionsError> {
        if dtypes.is_empty() {
            return Err(DivisionsError::Columns {
                expected: 1,
                found: 0,
            });
        }
        if let Some(dtype) = dtypes.iter().find(|dtype| dtype.is_unordered()) {
            return Err(DivisionsError::Unordered {
                dtype: dtype.to_string(),
            });
        }
        let as_text = |dtype: &DType| {
            if *dtype == DType::Category {
                DType::String
            } else {
                dtype.clone()
            }
        };
        let dtypes: Arc<[DType]> = dtypes.iter().map(as_text).collect();
        let converter = Arc::new(converter(&dtypes));
        Ok(Self { dtypes, converter })
    }

    /// The dtypes of the key columns.
    pub fn dtypes(&self) -> &[DType] {
        &self.dtypes
    }

    /// Encodes every row of these columns, in any encoding of their dtypes.
    ///
    /// # Errors
    /// [`DivisionsError::Columns`], [`DivisionsError::DType`].
    pub fn encode(&self, columns: &[ArrayRef]) -> Result<Rows, DivisionsError> {
        if columns.len() != self.dtypes.len() {
            return Err(DivisionsError::Columns {
                expected: self.dtypes.len(),
                found: columns.len(),
            });
        }
        let keys = columns
            .iter()
            .zip(&*self.dtypes)
            .map(|(column, dtype)| canonical(column, dtype))
            .collect::<Result<Vec<_>, _>>()?;
        Ok(self
            .converter
            .convert_columns(&keys)
            .expect("the columns have the types the converter was made for"))
    }

    /// The label as values of the key columns' dtypes, and its bytes. It may have fewer values than there are columns.
    pub(crate) fn key(&self, label: &Label) -> Result<(Label, Arc<[u8]>), DivisionsError> {
        let label = label.cast(&self.dtypes)?;
        let dtypes = &self.dtypes[..label.values().len()];
        let arrays = label.values().iter().zip(dtypes).map(|(value, dtype)| {
            let array = value
                .to_array(dtype, 1)
                .expect("the value was cast to this dtype");
            canonical(&array, dtype)
        });
        let arrays = arrays.collect::<Result<Vec<_>, _>>()?;
        let rows = if dtypes.len() == self.dtypes.len() {
            self.converter.convert_columns(&arrays)
        } else {
            converter(dtypes).convert_columns(&arrays)
        };
        let rows = rows.expect("the arrays have the types the converter was made for");
        Ok((label, Arc::from(rows.row(0).data())))
    }
}

impl PartialEq for KeyOrder {
    fn eq(&self, other: &Self) -> bool {
        self.dtypes == other.dtypes
    }
}

impl Debug for KeyOrder {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.debug_tuple("KeyOrder").field(&self.dtypes).finish()
    }
}

fn converter(dtypes: &[DType]) -> RowConverter {
    let options = SortOptions {
        descending: false,
        nulls_first: false,
    };
    let fields = dtypes
        .iter()
        .map(|dtype| SortField::new_with_options(dtype.border(), options))
        .collect();
    RowConverter::new(fields).expect("every ordered dtype has a row encoding")
}

/// The column in its border encoding, with one zero and one NaN.
pub(crate) fn canonical(column: &ArrayRef, dtype: &DType) -> Result<ArrayRef, DivisionsError> {
    let border = dtype.border();
    let column = if *column.data_type() == border {
        Arc::clone(column)
    } else {
        let found = DType::from_arrow(column.data_type()).ok();
        let wrong = || DivisionsError::DType {
            expected: dtype.to_string(),
            found: found
                .as_ref()
                .map_or_else(|| column.data_type().to_string(), DType::to_string),
        };
        if found.as_ref() != Some(dtype) {
            return Err(wrong());
        }
        arrow_cast::cast(column, &border).map_err(|_| wrong())?
    };
    Ok(canonical_floats(&column))
}

#[cfg(test)]
mod tests {
    use arrow_array::{Float64Array, Int64Array, StringArray, StringViewArray};

    use super::*;

    #[test]
    fn bytes_order_as_keys_do() {
        let order = KeyOrder::try_new(&[DType::Float64]).unwrap();
        let column: ArrayRef = Arc::new(Float64Array::from(vec![
            Some(f64::NEG_INFINITY),
            Some(-1.0),
            Some(-0.0),
            Some(0.0),
            Some(1.0),
            Some(f64::INFINITY),
            Some(-f64::NAN),
            Some(f64::NAN),
            None,
        ]));
        let rows = order.encode(&[column]).unwrap();
        let equal = [false, false, true, false, false, false, true, false];
        for (row, equal) in equal.into_iter().enumerate() {
            assert_eq!(rows.row(row) == rows.row(row + 1), equal, "{row}");
            assert!(rows.row(row) <= rows.row(row + 1), "{row}");
        }
    }

    #[test]
    fn leading_columns_are_a_prefix_and_encodings_do_not_matter() {
        let order = KeyOrder::try_new(&[DType::Category, DType::Int64]).unwrap();
        let label = |label: Label| order.key(&label).unwrap().1;
        for text in [
            "",
            "a",
            "eight ch",
            "a text that is longer than thirty-two bytes",
        ] {
            let (short, long) = (label(text.into()), label((text, 7).into()));
            assert!(long.starts_with(&short), "{text}");
        }
        let int: ArrayRef = Arc::new(Int64Array::from(vec![7]));
        let plain = order
            .encode(&[Arc::new(StringArray::from(vec!["a"])), Arc::clone(&int)])
            .unwrap();
        let view = order
            .encode(&[Arc::new(StringViewArray::from(vec!["a"])), int])
            .unwrap();
        assert_eq!(plain.row(0).data(), view.row(0).data());
        assert_eq!(plain.row(0).data(), &*label(("a", 7).into()));
    }

    #[test]
    fn messages() {
        let order = KeyOrder::try_new(&[DType::Int64]).unwrap();
        let text: ArrayRef = Arc::new(StringArray::from(vec!["a"]));
        let errors = [
            KeyOrder::try_new(&[]).unwrap_err(),
            KeyOrder::try_new(&[DType::list(DType::Int64)]).unwrap_err(),
            order.encode(&[Arc::clone(&text)]).unwrap_err(),
            order.encode(&[Arc::clone(&text), text]).unwrap_err(),
            order.key(&"a".into()).unwrap_err(),
            order.key(&2.5.into()).unwrap_err(),
            order.key(&(1, 2).into()).unwrap_err(),
        ];
        insta::assert_snapshot!(errors.map(|error| error.to_string()).join("\n"));
    }
}
