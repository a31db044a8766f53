//! How long a text is.

use super::{Answer, TextFunction, number, of};

/// The table.
pub(super) const ALL: [TextFunction; 2] = [
    of("str.len", 0, number, |_| {
        Ok(Answer::Count(Box::new(|text| text.chars().count() as i64)))
    }),
    of("str.len_bytes", 0, number, |_| {
        Ok(Answer::Count(Box::new(|text| text.len() as i64)))
    }),
];
