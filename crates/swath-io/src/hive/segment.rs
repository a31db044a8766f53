//! One folder's name: a key, `=`, and the text of its value.

use std::borrow::Cow;
use swath_meta::DType;

/// What stands for a value that is missing.
const NULL: &str = "__HIVE_DEFAULT_PARTITION__";

/// What a file records about the keys that its folders are named by: the key of the text in the footer.
pub(crate) const PARTITION_ON_KEY: &str = "swath:partition_on";

/// The keys and their dtypes in a text that was recorded; none where there is no such text.
pub(crate) fn recorded_keys(text: Option<&str>) -> Vec<(String, DType)> {
    text.and_then(|text| serde_json::from_str(text).ok())
        .unwrap_or_default()
}

/// The text that records keys and their dtypes.
pub(crate) fn record_of_keys(keys: &[(String, DType)]) -> String {
    serde_json::to_string(keys).expect("names are plain data")
}

/// The name of the folder of a value.
///
/// Whatever is not a letter or digit of ASCII or one of `-_.~` is percent-encoded, so that a value may hold any text and a name
/// never leaves its folder; so is what would make a reader pass the folder over.
pub(crate) fn segment(key: &str, value: Option<&str>) -> String {
    let mut name = String::with_capacity(key.len() + 1 + value.map_or(NULL.len(), str::len));
    match key.as_bytes().first() {
        Some(first @ (b'_' | b'.')) => {
            push_byte(*first, &mut name);
            encode(&key[1..], &mut name);
        }
        _ => encode(key, &mut name),
    }
    name.push('=');
    match value {
        None => name.push_str(NULL),
        Some(value) if value == NULL => {
            name.push_str("%5F");
            name.push_str(&value[1..]);
        }
        Some(value) => encode(value, &mut name),
    }
    name
}

/// Key and value of a folder's name; `None` where it is not named so.
pub(super) fn parse(name: &str) -> Option<(String, Option<String>)> {
    let (key, value) = name.split_once('=').filter(|(key, _)| !key.is_empty())?;
    let value = (value != NULL).then(|| decode(value).into_owned());
    Some((decode(key).into_owned(), value))
}

fn encode(text: &str, out: &mut String) {
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            out.push(byte.into());
        } else {
            push_byte(byte, out);
        }
    }
}

fn push_byte(byte: u8, out: &mut String) {
    let digit = |half: u8| {
        char::from_digit(half.into(), 16)
            .expect("four bits")
            .to_ascii_uppercase()
    };
    out.extend(['%', digit(byte >> 4), digit(byte & 15)]);
}

/// What is no encoding stays as it is: other programs write names without one.
fn decode(text: &str) -> Cow<'_, str> {
    if !text.contains('%') {
        return Cow::Borrowed(text);
    }
    let hex = |digit: u8| char::from(digit).to_digit(16).map(|digit| digit as u8);
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        let encoded = match (first, after) {
            (b'%', [high, low, ..]) => hex(*high).zip(hex(*low)),
            _ => None,
        };
        if let Some((high, low)) = encoded {
            bytes.push(high << 4 | low);
            rest = &after[2..];
        } else {
            bytes.push(first);
            rest = after;
        }
    }
    String::from_utf8(bytes).map_or(Cow::Borrowed(text), Cow::Owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn names_are_those_of_other_programs() {
        for (key, value, expected) in [
            ("region", Some("eu"), "region=eu"),
            ("a b", Some("x/y=z"), "a%20b=x%2Fy%3Dz"),
            ("region", None, "region=__HIVE_DEFAULT_PARTITION__"),
            ("_year", Some(""), "%5Fyear="),
            (
                "at",
                Some("2024-01-02 03:04:05"),
                "at=2024-01-02%2003%3A04%3A05",
            ),
            ("city", Some("Zürich"), "city=Z%C3%BCrich"),
        ] {
            assert_eq!(segment(key, value), expected);
        }
        assert_eq!(parse("data"), None);
        assert_eq!(parse("=x"), None);
        assert_eq!(
            parse("rate=100%"),
            Some(("rate".into(), Some("100%".into())))
        );
        assert_eq!(parse("x=%zz%ff"), Some(("x".into(), Some("%zz%ff".into()))));
        assert_eq!(parse("x=a=b"), Some(("x".into(), Some("a=b".into()))));
    }

    proptest! {
        #[test]
        fn any_text_comes_back(key in "\\PC{1,8}", value in proptest::option::of("\\PC{0,8}|__HIVE_DEFAULT_PARTITION__")) {
            let name = segment(&key, value.as_deref());
            prop_assert!(!name.contains('/') && !name.starts_with(['.', '_']));
            prop_assert_eq!(parse(&name), Some((key, value)));
        }
    }
}
