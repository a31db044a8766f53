//! Columns as people write them: `price: float64, name: string?`.

use swath_meta::{DType, Field, Index, Meta};

use crate::Error;

/// The columns of a text; a `?` behind a dtype says that there may be nulls.
fn columns(text: &str) -> Result<Meta, Error> {
    let wrong = |reason: String| Error::Columns {
        text: text.to_owned(),
        reason,
    };
    let mut fields = Vec::new();
    for part in parts(text) {
        let Some((name, dtype)) = part.split_once(':') else {
            return Err(wrong(format!("`{part}` has no `:` between name and dtype")));
        };
        let (name, dtype) = (name.trim(), dtype.trim());
        let (dtype, nullable) = match dtype.strip_suffix('?') {
            Some(dtype) => (dtype.trim_end(), true),
            None => (dtype, false),
        };
        let dtype: DType = dtype.parse().map_err(|error| wrong(format!("{error}")))?;
        fields.push(Field::new(name, dtype, nullable));
    }
    Meta::try_new(fields, Index::none()).map_err(|error| wrong(error.to_string()))
}

/// The columns of one frame or more, which stand between `;`.
pub(in crate::plugin) fn frames(text: &str) -> Result<Vec<Meta>, Error> {
    text.split(';').map(columns).collect()
}

/// What is between commas, other than those within brackets: `decimal(9, 2)` is one dtype.
fn parts(text: &str) -> Vec<&str> {
    let (mut depth, mut start, mut parts) = (0_usize, 0, Vec::new());
    for (at, character) in text.char_indices() {
        match character {
            '(' | '[' | '<' => depth += 1,
            ')' | ']' | '>' => depth = depth.saturating_sub(1),
            ',' if depth == 0 => {
                parts.push(text[start..at].trim());
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(text[start..].trim());
    // Nothing behind the last comma, and no columns at all.
    if parts.last().is_some_and(|part| part.is_empty()) {
        parts.pop();
    }
    parts
}

/// The columns as a text that [`frames`] reads.
pub(in crate::plugin) fn written<'a>(frames: impl IntoIterator<Item = &'a Meta>) -> String {
    let frames = frames.into_iter().map(one_written);
    frames.collect::<Vec<_>>().join("; ")
}

fn one_written(meta: &Meta) -> String {
    let field = |field: &Field| {
        let mark = if field.nullable { "?" } else { "" };
        format!("{}: {}{mark}", field.name, field.dtype)
    };
    meta.fields()
        .iter()
        .map(field)
        .collect::<Vec<_>>()
        .join(", ")
}

#[cfg(test)]
mod tests {
    use super::{columns, frames, written};

    #[test]
    fn texts_and_back() {
        for text in [
            "",
            "a: int64",
            "price: decimal(9, 2)?, name: string, at: timestamp[us, UTC]?",
            "x: list<struct<a: int64, b: string>>?",
        ] {
            assert_eq!(written([&columns(text).expect(text)]), text);
        }
        let two = "a: int64; b: decimal(9, 2)?, c: string";
        assert_eq!(written(&frames(two).expect(two)), two);
        assert_eq!(
            written([&columns("a:f64 ,b : str?,").expect("columns")]),
            "a: float64, b: string?"
        );
    }

    #[test]
    fn what_is_no_column() {
        let said = |text: &str| columns(text).expect_err(text).report();
        insta::assert_snapshot!(said("a"), @"`a` lists no columns: `a` has no `:` between name and dtype; write them as `x: float64, name: string?`, with `?` where there may be nulls");
        insta::assert_snapshot!(said("a: flaot64"), @"`a: flaot64` lists no columns: unknown dtype `flaot64`; did you mean `float64`?; write them as `x: float64, name: string?`, with `?` where there may be nulls");
        insta::assert_snapshot!(said("a: int64, a: string"), @"`a: int64, a: string` lists no columns: column `a` would appear twice; rename one of them first, for example to `a_2`; write them as `x: float64, name: string?`, with `?` where there may be nulls");
    }
}
