//! Bytes by buffers: what arrays keep alive, shared buffers counted once.

use arrow_array::Array;
use arrow_buffer::Buffer;
use arrow_data::ArrayData;
use std::collections::HashMap;

/// Counts the bytes of every buffer it is shown, each allocation once.
///
/// A slice counts as the whole allocation it keeps alive: this answers "what would dropping these
/// arrays free", not "how much data do they show".
///
/// ```
/// use arrow_array::{Array, Int64Array};
/// use swath_batch::BufferBytes;
///
/// let numbers = Int64Array::from_iter_values(0..1000);
/// let mut bytes = BufferBytes::default();
/// bytes.add(&numbers);
/// let once = bytes.total();
/// bytes.add(&numbers.slice(10, 5));
/// assert_eq!(bytes.total(), once);
/// ```
#[derive(Debug, Default)]
pub struct BufferBytes {
    // By the address of the allocation. The largest capacity seen wins: a foreign owner may show
    // several windows of one allocation.
    seen: HashMap<usize, usize>,
    total: u64,
}

impl BufferBytes {
    /// Counts the buffers of `array` and of all its children.
    pub fn add(&mut self, array: &dyn Array) {
        self.add_data(&array.to_data());
    }

    /// Bytes of the distinct allocations seen so far.
    pub fn total(&self) -> u64 {
        self.total
    }

    /// Address and bytes of each distinct allocation seen so far, in no order.
    pub fn allocations(&self) -> impl Iterator<Item = (usize, u64)> + '_ {
        let seen = self.seen.iter();
        seen.map(|(&address, &bytes)| (address, bytes as u64))
    }

    fn add_data(&mut self, data: &ArrayData) {
        for buffer in data.buffers() {
            self.add_buffer(buffer);
        }
        if let Some(nulls) = data.nulls() {
            self.add_buffer(nulls.buffer());
        }
        for child in data.child_data() {
            self.add_data(child);
        }
    }

    fn add_buffer(&mut self, buffer: &Buffer) {
        let held = self
            .seen
            .entry(buffer.data_ptr().as_ptr() as usize)
            .or_default();
        let bytes = (*held).max(buffer.capacity());
        self.total += (bytes - *held) as u64;
        *held = bytes;
    }
}

/// Bytes that `arrays` keep alive together, shared buffers counted once.
pub fn unique_bytes<'a>(arrays: impl IntoIterator<Item = &'a dyn Array>) -> u64 {
    let mut bytes = BufferBytes::default();
    for array in arrays {
        bytes.add(array);
    }
    bytes.total()
}

#[cfg(test)]
mod tests {
    use super::*;
    use arrow_array::{DictionaryArray, Int64Array, StringViewArray, types::UInt8Type};
    use std::sync::Arc;

    #[test]
    fn shared_buffers_count_once() {
        let numbers = Int64Array::from_iter_values(0..1024);
        assert_eq!(unique_bytes([&numbers as &dyn Array]), 8192);
        let (left, right) = (numbers.slice(0, 10), numbers.slice(500, 10));
        assert_eq!(unique_bytes([&left as &dyn Array, &right]), 8192);
        let other = Int64Array::from_iter_values(0..1024);
        assert_eq!(unique_bytes([&left as &dyn Array, &other]), 16384);
    }

    #[test]
    fn dictionaries_and_views_are_walked() {
        let values = Arc::new(StringViewArray::from_iter_values([
            "a value of more than twelve bytes",
            "b value of more than twelve bytes",
        ]));
        let shared = unique_bytes([values.as_ref() as &dyn Array]);
        assert!(shared > 64, "{shared}");
        let codes = |codes: Vec<u8>| {
            DictionaryArray::<UInt8Type>::new(codes.into(), Arc::clone(&values) as _)
        };
        let (one, two) = (codes(vec![0; 64]), codes(vec![1; 64]));
        assert_eq!(unique_bytes([&one as &dyn Array, &two]), shared + 128);
    }
}
