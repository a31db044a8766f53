//! Sketches of all groups of a task, and what they weigh.

use std::sync::Arc;

use swath_plugin::arrow_array::builder::BinaryViewBuilder;
use swath_plugin::arrow_array::cast::AsArray;
use swath_plugin::arrow_array::{Array, ArrayRef};
use swath_plugin::prelude::*;

/// What is kept of the values of a group, and merged. How finely, says a precision, the same for all sketches of a function.
pub trait Sketch: Default + Send + 'static {
    /// Bytes on the heap.
    fn heap(&self) -> usize;

    /// As bytes: the same for the same values, whatever they came from.
    fn write(&self, precision: u32, out: &mut Vec<u8>);

    /// Adds what was written by another sketch.
    ///
    /// # Errors
    /// Bytes that none has written, or one of another precision.
    fn merge(&mut self, bytes: &[u8], precision: u32) -> Result<()>;
}

/// A sketch a group.
pub struct Sketches<S> {
    of: Vec<S>,
    precision: u32,
    heap: usize,
}

impl<S: Sketch> Sketches<S> {
    pub(crate) fn new(precision: u32) -> Self {
        Self {
            of: Vec::new(),
            precision,
            heap: 0,
        }
    }

    /// Has a sketch for each of so many groups.
    pub(crate) fn grow(&mut self, n_groups: usize) {
        self.of.resize_with(n_groups, S::default);
    }

    /// Changes the sketch of a group; the function is also given the precision.
    pub(crate) fn change<T>(&mut self, group: u32, change: impl FnOnce(&mut S, u32) -> T) -> T {
        let sketch = &mut self.of[group as usize];
        let before = sketch.heap();
        let answer = change(sketch, self.precision);
        self.heap = self.heap - before + sketch.heap();
        answer
    }

    /// Adds states that [`state`](Self::state) has written, one a row.
    pub(crate) fn merge(&mut self, rows: GroupedRows<'_>, cx: &Cx) -> Result<()> {
        self.grow(rows.n_groups);
        let states = rows.columns[0].as_binary_view();
        for (at, group) in rows.groups.iter().enumerate() {
            cx.tick()?;
            if states.is_valid(at) {
                self.change(*group, |sketch, precision| {
                    sketch.merge(states.value(at), precision)
                })?;
            }
        }
        Ok(())
    }

    /// The column of states.
    pub(crate) fn state(&self) -> Vec<ArrayRef> {
        let mut column = BinaryViewBuilder::with_capacity(self.of.len());
        let mut bytes = Vec::new();
        for sketch in &self.of {
            bytes.clear();
            sketch.write(self.precision, &mut bytes);
            column.append_value(&bytes);
        }
        vec![Arc::new(column.finish())]
    }

    /// Each of them, in the order of groups.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &S> {
        self.of.iter()
    }

    /// Bytes in all.
    pub(crate) fn size(&self) -> u64 {
        (self.of.capacity() * size_of::<S>() + self.heap) as u64
    }
}
