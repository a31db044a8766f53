//! What tells rows from others without keeping them.

use arrow_array::{Array as _, ArrayRef};
use arrow_data::ArrayData;
use xxhash_rust::xxh3::Xxh3;

/// A number that is the same for columns that were returned in the same way: values, nulls, and how texts lie. A function that
/// computes the same twice returns them so twice.
pub(super) fn fingerprint(columns: &[ArrayRef]) -> u64 {
    let mut hash = Xxh3::new();
    for column in columns {
        add(&mut hash, &column.to_data());
    }
    hash.digest()
}

fn add(hash: &mut Xxh3, data: &ArrayData) {
    let mut part = |bytes: &[u8]| {
        // So that bytes do not pass from one buffer to the next.
        hash.update(&(bytes.len() as u64).to_le_bytes());
        hash.update(bytes);
    };
    part(&(data.len() as u64).to_le_bytes());
    part(data.nulls().map_or(&[], |nulls| nulls.validity()));
    for buffer in data.buffers() {
        part(buffer);
    }
    for child in data.child_data() {
        add(hash, child);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow_array::{Float64Array, StringViewArray, StructArray};

    use super::*;

    #[test]
    fn other_rows_have_other_numbers() {
        let of = |column: ArrayRef| fingerprint(&[column]);
        let floats = |values: &[Option<f64>]| of(Arc::new(Float64Array::from(values.to_vec())));
        let texts = |values: &[&str]| of(Arc::new(StringViewArray::from(values.to_vec())));
        let long = "a text that is longer than a view has room for";
        let inner = |values: Vec<f64>| -> ArrayRef {
            let field = arrow_schema::Field::new("x", arrow_schema::DataType::Float64, false);
            let column: ArrayRef = Arc::new(Float64Array::from(values));
            Arc::new(StructArray::from(vec![(Arc::new(field), column)]))
        };
        let all = [
            fingerprint(&[]),
            floats(&[]),
            floats(&[Some(0.0)]),
            floats(&[Some(-0.0)]),
            floats(&[None]),
            floats(&[Some(0.0), Some(0.0)]),
            texts(&["a", "b"]),
            texts(&["b", "a"]),
            texts(&["ab", ""]),
            texts(&[long]),
            texts(&[&long.replace("longer", "wider")]),
            of(inner(vec![1.0])),
            of(inner(vec![2.0])),
        ];
        let mut different = all.to_vec();
        different.sort_unstable();
        different.dedup();
        assert_eq!(different.len(), all.len(), "{all:?}");
        assert_eq!(texts(&[long, "a"]), texts(&[long, "a"]));
    }
}
