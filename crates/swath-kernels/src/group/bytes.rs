//! Distinct text, kept as views into memory of our own.

use arrow_array::{ArrayRef, BinaryViewArray};
use arrow_buffer::{Buffer, NullBuffer};
use arrow_data::ByteView;
use std::sync::Arc;
use xxhash_rust::xxh3::xxh3_64;

use super::growth;
use super::slots::Slots;
use crate::encoding::is_inline;
use crate::hash::mix_pair;

/// Bytes after which a new buffer is begun; views have 32-bit offsets.
const BUFFER_BYTES: usize = 4 << 20;

/// Distinct byte strings, with ids in order of first sight.
///
/// Up to 12 bytes a string is its view and is compared as one; longer ones are compared by length
/// and first four bytes before their memory is touched.
pub(super) struct ByteTable {
    slots: Slots,
    views: Vec<u128>,
    full: Vec<Buffer>,
    open: Vec<u8>,
}

impl ByteTable {
    pub(super) fn new() -> Self {
        Self {
            slots: Slots::new(),
            views: Vec::new(),
            full: Vec::new(),
            open: Vec::new(),
        }
    }

    pub(super) fn len(&self) -> usize {
        self.views.len()
    }

    /// Takes an id that no string has: the group of null.
    pub(super) fn push_null(&mut self) -> u32 {
        self.views.push(0);
        self.views.len() as u32 - 1
    }

    /// The id of a string, if it has one; the arguments are those of [`find_or_insert`](Self::find_or_insert).
    #[inline]
    pub(super) fn find<'a>(&self, view: u128, long: impl FnOnce(u128) -> &'a [u8]) -> Option<u32> {
        if is_inline(view) {
            let hash = mix_pair(view as u64, (view >> 64) as u64);
            return self.slots.find(hash, |id| self.views[id as usize] == view);
        }
        let bytes = long(view);
        let same = |id| is_stored(self.views[id as usize], view, bytes, &self.full, &self.open);
        self.slots.find(xxh3_64(bytes), same)
    }

    /// The id of a string given as its view, with `long` to get at its bytes if they are not in it.
    #[inline]
    pub(super) fn find_or_insert<'a>(
        &mut self,
        view: u128,
        long: impl FnOnce(u128) -> &'a [u8],
    ) -> u32 {
        let next = self.views.len() as u32;
        if is_inline(view) {
            let views = &self.views;
            let hash = mix_pair(view as u64, (view >> 64) as u64);
            let (id, is_new) = self
                .slots
                .find_or_insert(hash, next, |id| views[id as usize] == view);
            if is_new {
                self.views.push(view);
            }
            return id;
        }
        let bytes = long(view);
        let (views, full, open) = (&self.views, &self.full, &self.open);
        let (id, is_new) = self.slots.find_or_insert(xxh3_64(bytes), next, |id| {
            is_stored(views[id as usize], view, bytes, full, open)
        });
        if is_new {
            self.push_long(bytes);
        }
        id
    }

    fn push_long(&mut self, bytes: &[u8]) {
        if !self.open.is_empty() && self.open.len() + bytes.len() > BUFFER_BYTES {
            self.full
                .push(Buffer::from_vec(std::mem::take(&mut self.open)));
        }
        let view = ByteView::new(bytes.len() as u32, &bytes[..4])
            .with_buffer_index(self.full.len() as u32)
            .with_offset(self.open.len() as u32);
        self.open.extend_from_slice(bytes);
        self.views.push(view.as_u128());
    }

    /// The strings in order of their ids, null at `null`. Copies the open buffer, shares the others.
    pub(super) fn column(&self, null: Option<u32>) -> BinaryViewArray {
        let mut buffers = self.full.clone();
        if !self.open.is_empty() {
            buffers.push(Buffer::from_slice_ref(&self.open));
        }
        let nulls = null.map(|null| {
            (0..self.views.len())
                .map(|id| id != null as usize)
                .collect::<NullBuffer>()
        });
        BinaryViewArray::new(self.views.clone().into(), buffers, nulls)
    }

    /// As [`column`](Self::column), as text.
    pub(super) fn text(&self, null: Option<u32>) -> ArrayRef {
        let text = self.column(null).to_string_view();
        Arc::new(text.expect("text went in, so text comes out"))
    }

    pub(super) fn bytes(&self) -> u64 {
        let full: usize = self.full.iter().map(Buffer::capacity).sum();
        self.slots.bytes() + (self.views.capacity() * 16 + full + self.open.capacity()) as u64
    }

    /// Bytes of what the table is copied to for `more` strings, their text aside.
    pub(super) fn growth(&self, more: usize) -> u64 {
        self.slots.growth(more) + growth::of_vec(&self.views, more)
    }

    /// Bytes that [`column`](Self::column) copies.
    pub(super) fn column_bytes(&self) -> u64 {
        (self.views.len() * 16 + self.open.len()) as u64
    }
}

/// Whether a string is the one of a view that says where its bytes are kept.
#[inline]
fn is_stored(known: u128, view: u128, bytes: &[u8], full: &[Buffer], open: &[u8]) -> bool {
    // The low half is the length and the first four bytes.
    known as u64 == view as u64 && stored(known, full, open) == bytes
}

#[inline]
fn stored<'a>(view: u128, full: &'a [Buffer], open: &'a [u8]) -> &'a [u8] {
    let view = ByteView::from(view);
    let buffer = full
        .get(view.buffer_index as usize)
        .map_or(open, Buffer::as_slice);
    &buffer[view.offset as usize..view.offset as usize + view.length as usize]
}
