//! What functions of text look for.

use std::sync::Arc;

/// A text, or a regular expression, to look for.
///
/// A bare string is what the method says it is, as in pandas: a regular expression for `contains`, `count` and `extract`, a literal
/// text for `replace` and `split`.
///
/// Regular expressions are those of the `regex` crate: no look-around, no back-references, and time linear in the text.
///
/// ```
/// use swath_expr::{Pattern, col};
///
/// col("path").str().contains(Pattern::literal("a.b"));
/// col("path").str().replace(Pattern::regex("[0-9]+"), "#");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern {
    pub(super) text: Arc<str>,
    /// `None` where the method decides.
    pub(super) is_regex: Option<bool>,
}

impl Pattern {
    /// A regular expression.
    pub fn regex(text: impl Into<Arc<str>>) -> Self {
        Self {
            text: text.into(),
            is_regex: Some(true),
        }
    }

    /// A text, character by character.
    pub fn literal(text: impl Into<Arc<str>>) -> Self {
        Self {
            text: text.into(),
            is_regex: Some(false),
        }
    }
}

macro_rules! from_text {
    ($($type:ty: $text:ident => $into:expr;)*) => { $(
        impl From<$type> for Pattern {
            fn from($text: $type) -> Self {
                Self { text: $into, is_regex: None }
            }
        }
    )* };
}

from_text! {
    &str: text => text.into();
    &String: text => text.as_str().into();
    String: text => text.into();
    Arc<str>: text => text;
}
