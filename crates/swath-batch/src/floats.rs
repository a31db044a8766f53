//! Which floats are one key: there is one zero and one NaN.

use arrow_array::cast::AsArray;
use arrow_array::types::{Float32Type, Float64Type};
use arrow_array::{Array, ArrayRef, ListArray, StructArray};
use arrow_schema::DataType;
use std::sync::Arc;

/// `0.0` for `-0.0`, the one quiet NaN for every NaN, any other value as it is.
#[inline]
pub fn canonical_f32(value: f32) -> f32 {
    if value.is_nan() {
        f32::from_bits(0x7fc0_0000)
    } else {
        // Adding zero turns `-0.0` into `0.0` and changes nothing else.
        value + 0.0
    }
}

/// `0.0` for `-0.0`, the one quiet NaN for every NaN, any other value as it is.
///
/// ```
/// use swath_batch::canonical_f64;
///
/// assert!(canonical_f64(-0.0).is_sign_positive());
/// assert_eq!(canonical_f64(-f64::NAN).to_bits(), canonical_f64(f64::NAN).to_bits());
/// ```
#[inline]
pub fn canonical_f64(value: f64) -> f64 {
    if value.is_nan() {
        f64::from_bits(0x7ff8_0000_0000_0000)
    } else {
        value + 0.0
    }
}

/// The column with one zero and one NaN, in lists and structs too: for whoever compares keys by their bytes.
///
/// Costs a copy of columns that have floats, and nothing for others. Nulls stay.
pub fn canonical_floats(column: &ArrayRef) -> ArrayRef {
    match column.data_type() {
        DataType::Float32 => Arc::new(
            column
                .as_primitive::<Float32Type>()
                .unary::<_, Float32Type>(canonical_f32),
        ),
        DataType::Float64 => Arc::new(
            column
                .as_primitive::<Float64Type>()
                .unary::<_, Float64Type>(canonical_f64),
        ),
        DataType::Struct(fields) if !fields.is_empty() => {
            let rows = column.as_struct();
            let columns = rows.columns().iter().map(canonical_floats).collect();
            Arc::new(StructArray::new(
                fields.clone(),
                columns,
                rows.nulls().cloned(),
            ))
        }
        DataType::List(field) => {
            let lists = column.as_list::<i32>();
            let items = canonical_floats(lists.values());
            let (ends, nulls) = (lists.offsets().clone(), lists.nulls().cloned());
            Arc::new(ListArray::new(Arc::clone(field), ends, items, nulls))
        }
        _ => Arc::clone(column),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use arrow_array::{Float32Array, Float64Array};
    use arrow_buffer::OffsetBuffer;
    use arrow_schema::Field;

    #[test]
    fn zeros_and_nans_are_one_at_any_depth() {
        let floats = Float64Array::from(vec![Some(-0.0), None, Some(-f64::NAN), Some(-1.5)]);
        let bits = |column: &ArrayRef| -> Vec<Option<u64>> {
            let floats = column.as_primitive::<Float64Type>().iter();
            floats.map(|value| value.map(f64::to_bits)).collect()
        };
        let expected = vec![
            Some(0),
            None,
            Some(f64::NAN.to_bits()),
            Some((-1.5_f64).to_bits()),
        ];
        let flat: ArrayRef = Arc::new(floats);
        assert_eq!(bits(&canonical_floats(&flat)), expected);

        let item = Arc::new(Field::new("item", DataType::Float64, true));
        let ends = OffsetBuffer::from_lengths([1, 3]);
        let lists: ArrayRef = Arc::new(ListArray::new(item, ends, flat, None));
        let field = Arc::new(Field::new("lists", lists.data_type().clone(), true));
        let rows: ArrayRef = Arc::new(StructArray::from(vec![(field, lists)]));
        let rows = canonical_floats(&rows);
        assert_eq!(
            bits(rows.as_struct().column(0).as_list::<i32>().values()),
            expected
        );

        let short: ArrayRef = Arc::new(Float32Array::from(vec![-0.0, -f32::NAN]));
        let short = canonical_floats(&short);
        let short = short.as_primitive::<Float32Type>();
        assert_eq!(
            short
                .values()
                .iter()
                .map(|value| value.to_bits())
                .collect::<Vec<_>>(),
            [0, f32::NAN.to_bits()]
        );
    }
}
