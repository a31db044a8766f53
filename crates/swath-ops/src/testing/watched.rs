//! Inputs that know whether they are pinned.

use std::collections::HashMap;
use std::ops::Deref;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use swath_batch::{BufferBytes, Chunk};
use swath_scheduler::{Footprint, Inputs, Pinned, Taken, TaskError};

use crate::TaskValue;

/// The values a task depends on, and how many pins there are on each.
pub(super) struct Watched {
    values: Vec<Arc<TaskValue>>,
    pins: Vec<Arc<AtomicUsize>>,
    /// The input that each buffer belongs to.
    owners: HashMap<usize, usize>,
}

impl Watched {
    pub(super) fn new(values: impl IntoIterator<Item = TaskValue>) -> Self {
        let values: Vec<_> = values.into_iter().map(Arc::new).collect();
        let mut owners = HashMap::new();
        for (input, value) in values.iter().enumerate() {
            value.buffers(&mut |buffer| {
                owners.insert(buffer.address, input);
            });
        }
        Self {
            pins: values.iter().map(|_| Arc::default()).collect(),
            values,
            owners,
        }
    }

    /// How many pins there are.
    pub(super) fn pinned(&self) -> usize {
        let pins = self.pins.iter();
        pins.map(|pins| pins.load(Ordering::Relaxed)).sum()
    }

    /// The first input that has rows in the chunk and is not pinned.
    pub(super) fn unpinned_of(&self, chunk: &Chunk) -> Option<usize> {
        let mut bytes = BufferBytes::default();
        chunk.count_bytes(&mut bytes);
        bytes
            .allocations()
            .filter_map(|(address, _)| self.owners.get(&address).copied())
            .find(|input| self.pins[*input].load(Ordering::Relaxed) == 0)
    }
}

struct Pin {
    value: Arc<TaskValue>,
    pins: Arc<AtomicUsize>,
}

impl Deref for Pin {
    type Target = TaskValue;

    fn deref(&self) -> &TaskValue {
        &self.value
    }
}

impl Drop for Pin {
    fn drop(&mut self) {
        self.pins.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Inputs<TaskValue> for Watched {
    fn len(&self) -> usize {
        self.values.len()
    }

    fn open(&self, i: usize) -> Result<Pinned<'_, TaskValue>, TaskError> {
        let value = self
            .values
            .get(i)
            .ok_or_else(|| TaskError::failed(format!("there is no input {i}")))?;
        let pins = Arc::clone(&self.pins[i]);
        pins.fetch_add(1, Ordering::Relaxed);
        let pin = Pin {
            value: Arc::clone(value),
            pins,
        };
        Ok(Pinned::guarded(
            Arc::new(pin) as Arc<dyn Deref<Target = TaskValue> + Send + Sync>
        ))
    }

    fn take(&self, i: usize) -> Result<Taken<'_, TaskValue>, TaskError> {
        self.open(i).map(Taken::Pinned)
    }

    fn bytes(&self, i: usize) -> u64 {
        self.values.get(i).map_or(0, |value| value.bytes())
    }
}
