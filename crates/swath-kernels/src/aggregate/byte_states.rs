//! One byte string a group, replaced in place.

use arrow_array::{ArrayRef, BinaryViewArray};
use arrow_buffer::Buffer;
use arrow_data::ByteView;
use std::sync::Arc;

/// Text or bytes, one a group, in one piece of memory.
///
/// A shorter replacement is written over what it replaces; a longer one is appended, and the memory
/// is written anew once half of it is unused.
#[derive(Default)]
pub(super) struct ByteStates {
    /// Where each string begins and its length; `None` where the group has none.
    places: Vec<Option<(usize, u32)>>,
    memory: Vec<u8>,
    unused: usize,
}

impl ByteStates {
    pub(super) fn len(&self) -> usize {
        self.places.len()
    }

    pub(super) fn widen(&mut self, n_groups: usize) {
        self.places.resize(n_groups.max(self.places.len()), None);
    }

    pub(super) fn get(&self, group: usize) -> Option<&[u8]> {
        self.places[group].map(|(start, len)| &self.memory[start..start + len as usize])
    }

    pub(super) fn set(&mut self, group: usize, bytes: &[u8]) {
        match self.places[group] {
            Some((start, len)) if bytes.len() <= len as usize => {
                self.memory[start..start + bytes.len()].copy_from_slice(bytes);
                self.unused += len as usize - bytes.len();
                self.places[group] = Some((start, bytes.len() as u32));
            }
            old => {
                self.unused += old.map_or(0, |(_, len)| len as usize);
                self.places[group] = Some((self.memory.len(), bytes.len() as u32));
                self.memory.extend_from_slice(bytes);
                if self.unused > self.memory.len() / 2 + 4096 {
                    self.rewrite();
                }
            }
        }
    }

    fn rewrite(&mut self) {
        let mut memory = Vec::with_capacity(self.memory.len() - self.unused);
        for (start, len) in self.places.iter_mut().flatten() {
            let from = *start;
            *start = memory.len();
            memory.extend_from_slice(&self.memory[from..from + *len as usize]);
        }
        self.memory = memory;
        self.unused = 0;
    }

    /// Takes the strings out, null where a group has none.
    pub(super) fn take(&mut self) -> BinaryViewArray {
        // Views have 32-bit offsets: a buffer for each part of at most 1 GiB.
        const PART: usize = 1 << 30;
        let states = std::mem::take(self);
        let mut buffers: Vec<Buffer> = Vec::new();
        let mut part: Vec<u8> = Vec::new();
        let mut views = Vec::with_capacity(states.len());
        for group in 0..states.len() {
            let bytes = states.get(group).unwrap_or_default();
            if bytes.len() <= arrow_data::MAX_INLINE_VIEW_LEN as usize {
                let mut view = [0; 16];
                view[..4].copy_from_slice(&(bytes.len() as u32).to_le_bytes());
                view[4..4 + bytes.len()].copy_from_slice(bytes);
                views.push(u128::from_le_bytes(view));
                continue;
            }
            if !part.is_empty() && part.len() + bytes.len() > PART {
                buffers.push(Buffer::from_vec(std::mem::take(&mut part)));
            }
            let view = ByteView::new(bytes.len() as u32, &bytes[..4])
                .with_buffer_index(buffers.len() as u32)
                .with_offset(part.len() as u32);
            part.extend_from_slice(bytes);
            views.push(view.as_u128());
        }
        buffers.push(Buffer::from_vec(part));
        let nulls = states.places.iter().map(Option::is_some).collect();
        BinaryViewArray::new(views.into(), buffers, Some(nulls))
    }

    /// As [`take`](Self::take), as text.
    pub(super) fn take_text(&mut self) -> ArrayRef {
        Arc::new(
            self.take()
                .to_string_view()
                .expect("text went in, so text comes out"),
        )
    }

    pub(super) fn bytes(&self) -> u64 {
        (self.places.capacity() * size_of::<Option<(usize, u32)>>() + self.memory.capacity()) as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_are_replaced_and_memory_stays_bounded() {
        let mut states = ByteStates::default();
        states.widen(3);
        for round in 0..10_000_usize {
            states.set(1, "x".repeat(1 + round % 100).as_bytes());
            states.set(2, format!("{round} and more than twelve bytes").as_bytes());
        }
        assert!(states.memory.len() < 20_000, "{}", states.memory.len());
        assert_eq!(states.get(0), None);
        let taken = states.take_text();
        let text = arrow_array::cast::AsArray::as_string_view(&taken);
        assert_eq!(
            text.iter().collect::<Vec<_>>(),
            [
                None,
                Some("x".repeat(100).as_str()),
                Some("9999 and more than twelve bytes")
            ]
        );
        assert_eq!(states.len(), 0);
    }
}
