//! Patterns: literal texts, regular expressions, SQL's `like`.

use regex::{Regex, RegexBuilder};

use super::{Constants, arguments};
use crate::{FunctionError, PatternError};

/// Compiles a regular expression.
///
/// # Errors
/// Where it is none, and why.
pub(super) fn regex(text: &str) -> Result<Regex, FunctionError> {
    if let Err(error) = regex_syntax::Parser::new().parse(text) {
        let (offset, reason) = match &error {
            regex_syntax::Error::Parse(error) => {
                (error.span().start.offset, error.kind().to_string())
            }
            regex_syntax::Error::Translate(error) => {
                (error.span().start.offset, error.kind().to_string())
            }
            other => (0, other.to_string()),
        };
        return Err(PatternError::at(text, offset, reason).into());
    }
    let compiled = RegexBuilder::new(text).size_limit(16 << 20).build();
    compiled.map_err(|_| PatternError::at(text, 0, "it is too large").into())
}

/// What a function looks for.
pub(super) enum Pattern {
    Literal(String),
    Regex(Regex),
}

/// The first constant as a pattern, of the kind that the parameter `regex` says.
pub(super) fn pattern(constants: &Constants<'_>) -> Result<Pattern, FunctionError> {
    let text = constants.text(1, "a pattern")?;
    if arguments::flag(constants.params(), "regex")? {
        regex(text).map(Pattern::Regex)
    } else {
        Ok(Pattern::Literal(text.to_owned()))
    }
}

/// A pattern of SQL's `like` as a regular expression of the whole text: `%` is any text, `_` any character, `\` makes the next one
/// itself.
pub(super) fn like(text: &str, ignore_case: bool) -> Result<Regex, FunctionError> {
    let mut pattern = String::from(if ignore_case { r"(?si)\A" } else { r"(?s)\A" });
    let mut chars = text.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '%' => pattern.push_str(".*"),
            '_' => pattern.push('.'),
            '\\' => {
                let Some((_, escaped)) = chars.next() else {
                    return Err(PatternError::at(text, at, "a character follows `\\`").into());
                };
                pattern.push_str(&regex::escape(escaped.encode_utf8(&mut [0; 4])));
            }
            c => pattern.push_str(&regex::escape(c.encode_utf8(&mut [0; 4]))),
        }
    }
    pattern.push_str(r"\z");
    regex(&pattern)
}
