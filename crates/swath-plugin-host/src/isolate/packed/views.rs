//! Texts, which lie in blocks that views point into.

use arrow_array::builder::make_view;
use arrow_buffer::Buffer;
use arrow_data::{ArrayData, ByteView};

/// Bytes of a block, of which a view says in 32 bits where its text begins; readers take them for numbers with a sign.
pub(super) const BLOCK: usize = i32::MAX as usize;

/// Views and the blocks that they point into; where most of the blocks is not pointed to, new ones of at most so many bytes that have
/// only what is. A view of a null is 0, whatever whoever made it left there.
pub(super) fn views(data: &ArrayData, longest: usize) -> Vec<Buffer> {
    let (views, blocks) = data.buffers().split_first().expect("there are views");
    let used = views.slice_with_length(data.offset() * 16, data.len() * 16);
    let there: usize = blocks.iter().map(Buffer::len).sum();
    let is_null = |at: usize| data.nulls().is_some_and(|nulls| nulls.is_null(at));
    let values = || {
        let all = used.typed_data::<u128>().iter().enumerate();
        all.map(|(at, view)| if is_null(at) { 0 } else { *view })
    };
    let long = |view: u128| {
        let view = ByteView::from(view);
        (view.length > 12).then_some(view)
    };
    let needed = values().filter_map(long).map(|view| view.length as usize);
    let needed: usize = needed.sum();
    if there < 4096 || needed * 2 > there {
        let views = if data.null_count() == 0 {
            used
        } else {
            Buffer::from_vec(values().collect::<Vec<u128>>())
        };
        return std::iter::once(views)
            .chain(blocks.iter().cloned())
            .collect();
    }
    let mut tight = Tight {
        blocks: vec![Vec::with_capacity(needed.min(longest))],
        longest,
    };
    let views = values().map(|value| match long(value) {
        None => value,
        Some(view) => {
            let (from, length) = (view.offset as usize, view.length as usize);
            tight.add(&blocks[view.buffer_index as usize][from..from + length])
        }
    });
    let views: Vec<u128> = views.collect();
    let blocks = tight.blocks.into_iter().map(Buffer::from_vec);
    std::iter::once(Buffer::from_vec(views))
        .chain(blocks)
        .collect()
}

/// Texts one behind the other.
struct Tight {
    /// At least one.
    blocks: Vec<Vec<u8>>,
    longest: usize,
}

impl Tight {
    /// Adds a long text; its view.
    fn add(&mut self, text: &[u8]) -> u128 {
        let is_full = |block: &Vec<u8>| block.len() + text.len() > self.longest;
        if self.blocks.last().is_none_or(is_full) {
            self.blocks.push(Vec::new());
        }
        let number = self.blocks.len() - 1;
        let block = &mut self.blocks[number];
        let from = block.len() as u32;
        block.extend_from_slice(text);
        make_view(text, number as u32, from)
    }
}

#[cfg(test)]
mod tests {
    use arrow_array::{Array as _, StringViewArray};
    use arrow_schema::DataType;

    use super::*;

    fn texts() -> StringViewArray {
        let texts = (0..1000).map(|row| match row % 4 {
            0 => Some("short".to_owned()),
            1 => None,
            _ => Some(format!(
                "a text that is longer than a view has room for, {row}"
            )),
        });
        texts.collect()
    }

    #[track_caller]
    fn check(longest: usize, blocks: usize) {
        // A slice: most of the blocks is not pointed to.
        let texts = texts().slice(500, 41);
        let data = texts.to_data();
        let buffers = views(&data, longest);
        assert_eq!(buffers.len(), 1 + blocks);
        assert!(buffers[1..].iter().all(|block| block.len() <= longest));
        let packed = ArrayData::builder(DataType::Utf8View)
            .len(texts.len())
            .nulls(data.nulls().cloned())
            .buffers(buffers);
        let packed = packed.build().expect("views of texts");
        packed.validate_full().expect("texts");
        assert_eq!(StringViewArray::from(packed), texts);
    }

    #[test]
    fn a_block_is_no_longer_than_views_can_say() {
        check(BLOCK, 1);
        // Two of 51 bytes each.
        check(102, 10);
        check(101, 20);
        check(51, 20);
    }
}
