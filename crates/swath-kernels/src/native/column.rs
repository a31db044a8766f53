//! Columns as slices of a machine type, and back.

use arrow_array::{Array, ArrayRef, BooleanArray, cast::AsArray, make_array};
use arrow_buffer::{ArrowNativeType, BooleanBuffer, NullBuffer, ScalarBuffer};
use arrow_data::ArrayData;
use arrow_schema::DataType;

use super::Native;

/// The values of a fixed-width column, garbage where it is null. Shares the column's buffer, except
/// for booleans, whose bits become bytes.
pub(crate) fn values<N: ArrowNativeType>(array: &dyn Array) -> ScalarBuffer<N> {
    if let Some(bits) = array.as_boolean_opt() {
        return bits
            .values()
            .iter()
            .map(|bit| N::usize_as(usize::from(bit)))
            .collect::<Vec<N>>()
            .into();
    }
    let data = array.to_data();
    ScalarBuffer::new(data.buffers()[0].clone(), data.offset(), data.len())
}

/// A column of `data_type` from machine values.
pub(crate) fn column<N: Native>(
    values: Vec<N>,
    nulls: Option<NullBuffer>,
    data_type: &DataType,
) -> ArrayRef {
    let nulls = nulls.filter(|nulls| nulls.null_count() > 0);
    if *data_type == DataType::Boolean {
        let bits = BooleanBuffer::collect_bool(values.len(), |row| values[row] != N::default());
        return std::sync::Arc::new(BooleanArray::new(bits, nulls));
    }
    let len = values.len();
    let data = ArrayData::builder(data_type.clone())
        .len(len)
        .add_buffer(ScalarBuffer::from(values).into_inner())
        .nulls(nulls)
        .build()
        .expect("a buffer of machine values of this type is a column of it");
    make_array(data)
}
