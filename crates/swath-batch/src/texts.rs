//! Texts on their way from bytes to a column of views.

use arrow_array::StringViewArray;
use arrow_buffer::{BooleanBuffer, Buffer, NullBuffer};
use arrow_data::{ByteView, MAX_INLINE_VIEW_LEN};
use std::sync::Arc;

/// Bytes that are no text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotText {
    /// They are not UTF-8.
    #[error("text that is not UTF-8")]
    Encoding,
    /// They are more than a view can name: 2 GiB.
    #[error("text of more than 2 GiB")]
    Length,
}

/// Bytes of text in one block, from which another is begun: a block that grows is copied.
const BLOCK: usize = 1 << 20;

/// Bytes that a view has room for.
const INLINE: usize = MAX_INLINE_VIEW_LEN as usize;

/// Collects texts from bytes, and makes columns of views of them.
///
/// Each text is checked as it comes, and once. Texts of up to 12 bytes stand in their views, longer ones are copied into blocks
/// that the column keeps. Blocks hold no spare memory worth having. A short text of ASCII costs a few loads and one mask, any other
/// a check by the standard library and a copy.
///
/// ```
/// use arrow_array::Array;
/// use swath_batch::Texts;
///
/// let mut texts = Texts::default();
/// texts.push(b"eu")?;
/// texts.push_null();
/// texts.push(b"a region far away")?;
/// let column = texts.finish(Some(vec![true, false, true].into()));
/// assert_eq!(column.iter().collect::<Vec<_>>(), [Some("eu"), None, Some("a region far away")]);
/// # Ok::<(), swath_batch::NotText>(())
/// ```
#[derive(Debug, Default)]
pub struct Texts {
    /// Every view here was made from checked text by this type, or is one of `entries`; what it names is in `pinned`, `sealed` or
    /// `open`, whose numbers as blocks go on from one to the next.
    views: Vec<u128>,
    entries: Vec<u128>,
    /// Blocks of the entries, which every column gets.
    pinned: Vec<Buffer>,
    sealed: Vec<Buffer>,
    open: Vec<u8>,
}

impl Texts {
    /// Texts pushed since the last column, nulls among them.
    pub fn len(&self) -> usize {
        self.views.len()
    }

    /// Whether nothing was pushed since the last column.
    pub fn is_empty(&self) -> bool {
        self.views.is_empty()
    }

    /// Makes room for exactly so many more.
    pub fn reserve(&mut self, additional: usize) {
        self.views.reserve_exact(additional);
    }

    /// Appends a text.
    ///
    /// # Errors
    /// [`NotText`], and nothing is appended.
    #[inline]
    pub fn push(&mut self, text: &[u8]) -> Result<(), NotText> {
        // Of every byte but those of the length.
        const HIGH_BITS: u128 = u128::from_le_bytes([
            0, 0, 0, 0, 128, 128, 128, 128, 128, 128, 128, 128, 128, 128, 128, 128,
        ]);
        // The usual text is short and of ASCII.
        if let Some(view) = inline_view(text)
            && view & HIGH_BITS == 0
        {
            self.views.push(view);
            return Ok(());
        }
        self.push_slowly(text)
    }

    #[inline(never)]
    fn push_slowly(&mut self, text: &[u8]) -> Result<(), NotText> {
        std::str::from_utf8(text).map_err(|_| NotText::Encoding)?;
        let len = u32::try_from(text.len())
            .ok()
            .filter(|len| i32::try_from(*len).is_ok())
            .ok_or(NotText::Length)?;
        if let Some(view) = inline_view(text) {
            self.views.push(view);
            return Ok(());
        }
        if self.open.len() + text.len() > BLOCK {
            self.seal();
        }
        let prefix = text.first_chunk().expect("a long text has four bytes");
        let view = ByteView {
            length: len,
            prefix: u32::from_le_bytes(*prefix),
            buffer_index: (self.pinned.len() + self.sealed.len()) as u32,
            offset: self.open.len() as u32,
        };
        self.open.extend_from_slice(text);
        self.views.push(view.into());
        Ok(())
    }

    /// Appends a place for a null.
    #[inline]
    pub fn push_null(&mut self) {
        self.views.push(0);
    }

    /// Takes texts that [`Texts::push_entries`] will name by their numbers, instead of those before.
    ///
    /// Every column made from now on keeps their blocks, if any of them is long.
    ///
    /// # Panics
    /// If texts were pushed since the last column: they may name blocks.
    pub fn set_entries(&mut self, entries: &StringViewArray) {
        assert!(self.is_empty(), "entries come before texts");
        self.entries = entries.views().to_vec();
        self.pinned = entries.data_buffers().to_vec();
    }

    /// Appends entries by their numbers. `None`, and nothing is appended, if there is no entry of one of them.
    pub fn push_entries(&mut self, numbers: &[u32]) -> Option<()> {
        // One check for all lets the look-ups run without one.
        let Some(most) = numbers.iter().copied().max() else {
            return Some(());
        };
        let entries = self.entries.get(..=most as usize)?;
        self.views
            .extend(numbers.iter().map(|number| entries[*number as usize]));
        Some(())
    }

    /// Appends one entry `count` times; as [`Texts::push_entries`].
    pub fn push_entry(&mut self, number: u32, count: usize) -> Option<()> {
        let entry = *self.entries.get(number as usize)?;
        self.views.resize(self.views.len() + count, entry);
        Some(())
    }

    /// Moves the texts from `start` on apart, so that there is one for each bit of `valid`, and a null where it is unset.
    pub fn spread(&mut self, start: usize, valid: &BooleanBuffer) {
        spread(&mut self.views, start, valid);
    }

    /// The texts since the last column as a column.
    ///
    /// # Panics
    /// If `nulls` is not of their number.
    pub fn finish(&mut self, nulls: Option<NullBuffer>) -> StringViewArray {
        self.seal();
        let views = std::mem::take(&mut self.views);
        let of_rows = nulls
            .as_ref()
            .is_none_or(|nulls| nulls.len() == views.len());
        assert!(of_rows, "a column has one bit of validity for each row");
        let blocks: Arc<[Buffer]> = self
            .pinned
            .iter()
            .cloned()
            .chain(self.sealed.drain(..))
            .collect();
        #[expect(
            unsafe_code,
            reason = "the checked constructor reads every text once more"
        )]
        // SAFETY: each view was made by `push_slowly` or `push` from text that was checked, names bytes that were then copied to
        // the place it names, and blocks are numbered in this order; or it is of an array whose blocks are `pinned`, the first
        // ones here; or it is the empty text. One bit of validity a view was asserted.
        unsafe {
            StringViewArray::new_unchecked(views.into(), blocks, nulls)
        }
    }

    fn seal(&mut self) {
        if self.open.is_empty() {
            return;
        }
        let mut block = std::mem::take(&mut self.open);
        if block.capacity() - block.len() > block.len() / 16 {
            block.shrink_to_fit();
        }
        self.sealed.push(Buffer::from_vec(block));
    }
}

/// The view of bytes that have room in it, up to 12; `None` for more. Bytes that are equal have equal views.
///
/// ```
/// use arrow_array::StringViewArray;
/// use swath_batch::inline_view;
///
/// let column = StringViewArray::from(vec!["eu"]);
/// assert_eq!(inline_view(b"eu"), Some(column.views()[0]));
/// assert_eq!(inline_view(b"more than twelve"), None);
/// ```
#[inline]
pub fn inline_view(bytes: &[u8]) -> Option<u128> {
    // Loads that overlap: copying so few bytes costs a call.
    let len = bytes.len();
    let low_first = match len {
        0 => 0,
        1..4 => {
            let byte = |at: usize| u128::from(bytes[at]) << (8 * at);
            byte(0) | byte(len / 2) | byte(len - 1)
        }
        4..8 => {
            let (first, last) = (bytes.first_chunk()?, bytes.last_chunk()?);
            u128::from(u32::from_le_bytes(*first))
                | u128::from(u32::from_le_bytes(*last)) << (8 * (len - 4))
        }
        8..=INLINE => {
            let (first, last) = (bytes.first_chunk()?, bytes.last_chunk()?);
            u128::from(u64::from_le_bytes(*first))
                | u128::from(u32::from_le_bytes(*last)) << (8 * (len - 4))
        }
        _ => return None,
    };
    Some((low_first << 32) | len as u128)
}

/// Moves the values from `start` on apart in place, from the last to the first, so that there is one for each bit of `valid`;
/// the default value stands where it is unset.
///
/// # Panics
/// If there are fewer values than set bits.
pub fn spread<T: Copy + Default>(values: &mut Vec<T>, start: usize, valid: &BooleanBuffer) {
    let mut from = values.len();
    values.resize(start + valid.len(), T::default());
    for at in (0..valid.len()).rev() {
        values[start + at] = if valid.value(at) {
            from -= 1;
            values[from]
        } else {
            T::default()
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use arrow_array::Array;
    use proptest::prelude::*;

    #[test]
    fn values_move_apart() {
        let mut values = vec![9, 1, 2, 3];
        spread(
            &mut values,
            1,
            &BooleanBuffer::from(vec![false, true, true, false, true, false]),
        );
        assert_eq!(values, [9, 0, 1, 2, 0, 3, 0]);
    }

    /// What Arrow says of the column, reading every text.
    fn checked(column: &StringViewArray) {
        column.to_data().validate_full().unwrap();
    }

    #[test]
    fn what_is_no_text_is_refused() {
        let long = b"\x80 and much behind it that is plain text";
        for bytes in [
            &b"\xff"[..],
            b"eleven\xc3\x28...",
            "aé".as_bytes().split_last().unwrap().1,
            long,
        ] {
            let mut texts = Texts::default();
            assert_eq!(texts.push(bytes), Err(NotText::Encoding));
            assert!(texts.is_empty());
        }
    }

    #[test]
    fn entries_are_named_by_number() {
        let entries = StringViewArray::from(vec!["short", "one that is too long for a view"]);
        let mut texts = Texts::default();
        texts.set_entries(&entries);
        for _ in 0..2 {
            texts.push_entries(&[1, 0]).unwrap();
            texts.push(b"another that is too long for a view").unwrap();
            texts.push_entry(1, 2).unwrap();
            assert_eq!(texts.push_entries(&[0, 2]), None);
            assert_eq!(texts.push_entry(2, 1), None);
            let column = texts.finish(None);
            checked(&column);
            let long = "one that is too long for a view";
            let expected = [
                long,
                "short",
                "another that is too long for a view",
                long,
                long,
            ];
            assert!(column.iter().flatten().eq(expected));
        }
        texts.set_entries(&StringViewArray::from(Vec::<&str>::new()));
        assert_eq!(texts.push_entries(&[0]), None);
        assert_eq!(texts.push_entries(&[]), Some(()));
    }

    #[test]
    fn blocks_hold_no_spare_room() {
        let mut texts = Texts::default();
        let text = [b'x'; 1000];
        for _ in 0..3000 {
            texts.push(&text).unwrap();
        }
        let column = texts.finish(None);
        checked(&column);
        assert!(column.data_buffers().len() > 1);
        let held: usize = column.data_buffers().iter().map(Buffer::capacity).sum();
        assert!((3_000_000..3_300_000).contains(&held), "{held}");
    }

    proptest! {
        #[test]
        fn texts_come_back(rows in prop::collection::vec(prop::option::of(".{0,20}"), 0..50), cut in 0..50_usize) {
            let mut texts = Texts::default();
            let cut = cut.min(rows.len());
            for part in [0..cut, cut..rows.len()] {
                for row in &rows[part.clone()] {
                    match row {
                        Some(text) => texts.push(text.as_bytes()).unwrap(),
                        None => texts.push_null(),
                    }
                }
                let nulls: NullBuffer = rows[part.clone()].iter().map(Option::is_some).collect();
                let column = texts.finish(Some(nulls));
                checked(&column);
                prop_assert!(column.iter().eq(rows[part].iter().map(Option::as_deref)));
            }
        }
    }
}
