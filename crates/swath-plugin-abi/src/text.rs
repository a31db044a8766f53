//! Texts that are handed over.

use abi_stable::StableAbi;
use abi_stable::std_types::RStr;
use std::borrow::Cow;
use std::ffi::c_void;
use std::fmt::{self, Debug, Formatter};
use std::ptr;

/// A text in UTF-8 that belongs to whoever has it. Dropping it releases it.
#[repr(C)]
#[derive(StableAbi)]
pub struct Text {
    /// May be null where the text is empty.
    bytes: *const u8,
    length: usize,
    /// Frees it; null where there is nothing to free.
    release: Option<unsafe extern "C" fn(*mut Text)>,
    /// For `release`.
    private_data: *mut c_void,
}

// SAFETY: whoever makes a text lets it be read and released on any thread: that is part of the contract.
unsafe impl Send for Text {}
// SAFETY: see above; nothing changes it before it is released.
unsafe impl Sync for Text {}

impl Text {
    /// A text without a word.
    pub const fn empty() -> Self {
        Self {
            bytes: ptr::null(),
            length: 0,
            release: None,
            private_data: ptr::null_mut(),
        }
    }

    /// What it says; bytes that are no UTF-8 are replaced.
    pub fn read(&self) -> Cow<'_, str> {
        if self.bytes.is_null() || self.length == 0 {
            return Cow::Borrowed("");
        }
        // SAFETY: as many bytes are there as it says, until it is released.
        let bytes = unsafe { std::slice::from_raw_parts(self.bytes, self.length) };
        String::from_utf8_lossy(bytes)
    }
}

/// What a text says that is lent, which may be nowhere if it is empty; bytes that are no UTF-8 are replaced.
pub fn read_lent(text: RStr<'_>) -> Cow<'_, str> {
    if text.is_empty() {
        return Cow::Borrowed("");
    }
    // SAFETY: as many bytes are there as it says, as long as it is lent.
    String::from_utf8_lossy(unsafe { std::slice::from_raw_parts(text.as_ptr(), text.len()) })
}

/// Frees a text that was made of a `String`.
unsafe extern "C" fn release(text: *mut Text) {
    // SAFETY: whoever releases a text has it for itself, and it is one.
    let text = unsafe { &mut *text };
    text.release = None;
    // SAFETY: `from` put it there, and it is taken out once: the text counts as released from here on.
    drop(unsafe { Box::from_raw(text.private_data.cast::<String>()) });
}

impl From<String> for Text {
    fn from(text: String) -> Self {
        if text.is_empty() {
            return Self::empty();
        }
        let (bytes, length) = (text.as_ptr(), text.len());
        Self {
            bytes,
            length,
            release: Some(release),
            private_data: Box::into_raw(Box::new(text)).cast(),
        }
    }
}

impl Drop for Text {
    fn drop(&mut self) {
        if let Some(release) = self.release {
            // SAFETY: it was not released yet, and whoever made it gave the function for that.
            unsafe { release(self) }
        }
    }
}

impl Debug for Text {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.read())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_come_back() {
        assert_eq!(Text::from("no rate".to_owned()).read(), "no rate");
        assert_eq!(Text::from(String::new()).read(), "");
        assert_eq!(Text::empty().read(), "");
    }

    #[test]
    fn what_is_no_text_is_replaced() {
        let bytes = b"a\xffb";
        let text = Text {
            bytes: bytes.as_ptr(),
            length: bytes.len(),
            ..Text::empty()
        };
        assert_eq!(text.read(), "a\u{fffd}b");
    }
}
