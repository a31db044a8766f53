//! Numbers of bytes in a user's words.

use std::str::FromStr;

use swath_memory::ByteSize;

use crate::IoError;

/// A number of bytes in a user's words; `option` is where it was said.
pub(crate) fn parse_bytes(option: &str, text: &str) -> Result<u64, IoError> {
    let bad = || IoError::OptionValue {
        name: option.to_owned(),
        value: text.to_owned(),
        expected: "a number of bytes, such as `64MiB`",
    };
    match ByteSize::from_str(text) {
        Ok(ByteSize::Bytes(bytes)) if bytes > 0 => Ok(bytes),
        _ => Err(bad()),
    }
}
