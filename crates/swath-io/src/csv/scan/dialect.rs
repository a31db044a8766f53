//! How a file marks fields, records and text.

use memchr::memchr;
use serde::{Deserialize, Serialize};
use swath_graph::{Canon, Fingerprint};

/// The bytes with a meaning.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(in crate::csv) struct Dialect {
    /// Between fields.
    pub(in crate::csv) delimiter: u8,
    /// Around fields that have any of these bytes in them; doubled inside.
    pub(in crate::csv) quote: Option<u8>,
    /// Before a byte that is meant as it is.
    pub(in crate::csv) escape: Option<u8>,
    /// From here to the end of the line nothing counts.
    pub(in crate::csv) comment: Option<u8>,
}

impl Default for Dialect {
    fn default() -> Self {
        Self {
            delimiter: b',',
            quote: Some(b'"'),
            escape: None,
            comment: None,
        }
    }
}

impl Dialect {
    /// The text of a field, without quotes and escapes; whether it stood in quotes.
    ///
    /// Only a quote that begins a field is one, and what follows its end belongs to the text: `"a"b` is `ab`, `a"b"` itself.
    #[inline]
    pub(in crate::csv) fn text<'a>(
        self,
        raw: &'a [u8],
        scratch: &'a mut Vec<u8>,
    ) -> (&'a [u8], bool) {
        let quote = match (self.quote, raw.first()) {
            (Some(quote), Some(first)) if quote == *first => quote,
            _ if self.escape.is_none() => return (raw, false),
            _ => return (self.unescape(raw, false, scratch), false),
        };
        if self.escape.is_none()
            && let [_, inner @ .., last] = raw
            && *last == quote
            && memchr(quote, inner).is_none()
        {
            return (inner, true);
        }
        let text = match self.escape {
            None => unquote(raw, quote, scratch),
            Some(_) => self.unescape(raw, true, scratch),
        };
        (text, true)
    }

    #[cold]
    fn unescape<'a>(self, raw: &[u8], quoted: bool, scratch: &'a mut Vec<u8>) -> &'a [u8] {
        scratch.clear();
        let mut inside = quoted;
        let mut bytes = raw.iter().skip(usize::from(quoted)).peekable();
        while let Some(&byte) = bytes.next() {
            if Some(byte) == self.escape && bytes.peek().is_some() {
                scratch.extend(bytes.next());
            } else if inside && Some(byte) == self.quote {
                // A doubled one stands for itself; any other ends the quotes.
                match bytes.next_if(|&&next| next == byte) {
                    Some(_) => scratch.push(byte),
                    None => inside = false,
                }
            } else {
                scratch.push(byte);
            }
        }
        scratch
    }
}

/// The text of a field that begins with a quote and has others in it, where nothing else escapes: run by run.
fn unquote<'a>(raw: &[u8], quote: u8, scratch: &'a mut Vec<u8>) -> &'a [u8] {
    scratch.clear();
    let mut rest = &raw[1..];
    while let Some(at) = memchr(quote, rest) {
        scratch.extend_from_slice(&rest[..at]);
        rest = &rest[at + 1..];
        // A doubled one stands for itself; any other ends the quotes, and what follows is as it is.
        match rest.split_first() {
            Some((next, after)) if *next == quote => {
                scratch.push(quote);
                rest = after;
            }
            _ => break,
        }
    }
    scratch.extend_from_slice(rest);
    scratch
}

impl Fingerprint for Dialect {
    fn feed(&self, out: &mut Canon) {
        let byte = |byte: Option<u8>| byte.map_or(256, u64::from);
        out.object("csv-dialect", 1)
            .u64(self.delimiter.into())
            .u64(byte(self.quote))
            .u64(byte(self.escape))
            .u64(byte(self.comment));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn quotes_and_escapes_are_taken_away() {
        let escaped = Dialect {
            escape: Some(b'\\'),
            ..Dialect::default()
        };
        let cases: [(Dialect, &str, &str, bool); 12] = [
            (Dialect::default(), "abc", "abc", false),
            (Dialect::default(), "", "", false),
            (Dialect::default(), r#""abc""#, "abc", true),
            (Dialect::default(), r#""""#, "", true),
            (Dialect::default(), r#""a""b""#, r#"a"b"#, true),
            (Dialect::default(), r#""a"b"#, "ab", true),
            (Dialect::default(), r#"a"b""#, r#"a"b""#, false),
            (Dialect::default(), r#""a"b"c""#, r#"ab"c""#, true),
            (Dialect::default(), r#""a"#, "a", true),
            (Dialect::default(), r#"""#, "", true),
            (escaped, r#""a\"b\\""#, r#"a"b\"#, true),
            (escaped, r"a\,b", "a,b", false),
        ];
        for (dialect, raw, text, quoted) in cases {
            let mut scratch = Vec::new();
            let found = dialect.text(raw.as_bytes(), &mut scratch);
            assert_eq!(found, (text.as_bytes(), quoted), "{raw}");
        }
    }
    proptest! {
        #[test]
        fn run_by_run_is_byte_by_byte(rest in "[ab\"]{0,12}") {
            let raw = format!("\"{rest}");
            let (mut runs, mut bytes) = (Vec::new(), Vec::new());
            let by_run = unquote(raw.as_bytes(), b'"', &mut runs);
            prop_assert_eq!(by_run, Dialect::default().unescape(raw.as_bytes(), true, &mut bytes));
        }
    }
}
