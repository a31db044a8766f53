//! Texts and their numbers, for whoever makes dictionaries.

use arrow_array::ArrayRef;
use arrow_data::ByteView;
use swath_batch::inline_view;

use super::bytes::ByteTable;

/// Gives each different text a number: from 0, in the order of first sight.
///
/// A text that was seen costs a hash and a comparison; up to 12 bytes are both in two words.
///
/// ```
/// use swath_kernels::DistinctTexts;
///
/// let mut texts = DistinctTexts::new();
/// let numbers = [&b"eu"[..], b"us", b"eu", b"\xff"].map(|text| texts.number(text));
/// assert_eq!(numbers, [Some(0), Some(1), Some(0), None]);
/// assert_eq!(texts.len(), 2);
/// ```
pub struct DistinctTexts(ByteTable);

impl DistinctTexts {
    /// None yet.
    pub fn new() -> Self {
        Self(ByteTable::new())
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The number of a text; `None` for bytes that are not UTF-8, or more than a view can name.
    #[inline]
    pub fn number(&mut self, text: &[u8]) -> Option<u32> {
        let view = view(text)?;
        let known = self.0.find(view, |_| text);
        known.or_else(|| self.add(text, view))
    }

    #[cold]
    fn add(&mut self, text: &[u8], view: u128) -> Option<u32> {
        std::str::from_utf8(text).ok()?;
        Some(self.0.find_or_insert(view, |_| text))
    }

    /// The texts in order of their numbers, as views without nulls. Copies a view each and the last 4 MiB of long ones.
    pub fn column(&self) -> ArrayRef {
        self.0.text(None)
    }
}

impl Default for DistinctTexts {
    fn default() -> Self {
        Self::new()
    }
}

/// A view of bytes, of long ones without their place; `None` for more than 2 GiB.
#[inline]
fn view(bytes: &[u8]) -> Option<u128> {
    inline_view(bytes).or_else(|| {
        let len = i32::try_from(bytes.len()).ok()?;
        Some(ByteView::new(len as u32, bytes.get(..4)?).as_u128())
    })
}

impl std::fmt::Debug for DistinctTexts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("DistinctTexts")
            .field("len", &self.len())
            .finish_non_exhaustive()
    }
}
