//! Values of types that only a user's functions know.

use std::any::Any;
use std::fmt::{self, Debug, Formatter};
use std::sync::Arc;

use arrow_array::RecordBatch;
use swath_batch::{Batch, BufferBytes, rust_name};
use swath_graph::EncodeError;
use swath_scheduler::Buffer;

/// What a user's function returned, whatever its type. Clones share it.
///
/// It cannot leave the process: nothing says how to encode it.
#[derive(Clone)]
pub struct UserValue {
    value: Arc<dyn Any + Send + Sync>,
    type_name: &'static str,
    own_bytes: u64,
}

impl UserValue {
    /// This value, which keeps so many bytes on the heap beside its own. The buffers of a [`Batch`] are counted without being said.
    pub fn new<T: Any + Send + Sync>(value: T, heap_bytes: u64) -> Self {
        Self {
            value: Arc::new(value),
            type_name: std::any::type_name::<T>(),
            own_bytes: (size_of::<T>() as u64).saturating_add(heap_bytes),
        }
    }

    /// The value, if it is of this type.
    pub fn get<T: Any + Send + Sync>(&self) -> Option<Arc<T>> {
        Arc::clone(&self.value).downcast().ok()
    }

    /// The name of its type.
    pub fn type_name(&self) -> String {
        rust_name(self.type_name)
    }

    /// The rows of a batch.
    pub(crate) fn batch(&self) -> Option<&RecordBatch> {
        self.value.downcast_ref().map(Batch::record_batch)
    }

    /// What it is beside the buffers of its rows, which all that share it share.
    pub(crate) fn own(&self) -> Buffer {
        Buffer {
            address: Arc::as_ptr(&self.value).cast::<u8>().addr(),
            bytes: self.own_bytes,
        }
    }

    /// All that it keeps alive.
    pub(crate) fn bytes(&self) -> u64 {
        let mut rows = BufferBytes::default();
        for column in self.batch().into_iter().flat_map(RecordBatch::columns) {
            rows.add(column);
        }
        self.own_bytes.saturating_add(rows.total())
    }

    /// Why it cannot be encoded.
    pub(crate) fn refusal(&self) -> EncodeError {
        EncodeError::Local {
            what: format!("a {} that a function returned", self.type_name()),
        }
    }
}

impl Debug for UserValue {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "UserValue({})", self.type_name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_found_again_by_its_type_alone() {
        let value = UserValue::new(vec![1_u8, 2], 2);
        assert_eq!(*value.get::<Vec<u8>>().expect("it is one"), [1, 2]);
        assert!(value.get::<Vec<u16>>().is_none());
        assert_eq!(value.bytes(), size_of::<Vec<u8>>() as u64 + 2);
        assert!(value.type_name().contains("Vec"), "{value:?}");
    }

    #[test]
    fn the_buffers_of_a_batch_count_and_clones_are_one_allocation() {
        let batch = Batch::from_columns([("n", vec![1_i64; 1000])]).expect("a batch");
        let value = UserValue::new(batch, 0);
        assert!(value.bytes() >= 8000, "{}", value.bytes());
        assert_eq!(value.own(), value.clone().own());
    }
}
