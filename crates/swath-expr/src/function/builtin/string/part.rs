//! Parts of a text: characters, slices, pieces between separators.

use super::pattern::{Pattern, pattern};
use super::{Answer, Constants, TextFunction, of, text};
use crate::FunctionError;
use swath_meta::DType;

/// The table. Positions count characters, negative ones from the end.
pub(super) const ALL: [TextFunction; 4] = [
    TextFunction {
        gives_nulls: |_| true,
        ..of("str.get", 1, text, |constants| {
            let wanted = constants.count(1, "a position")?.unwrap_or(0);
            Ok(Answer::Part(Box::new(move |text| {
                let from = offset(text, wanted)?;
                let length = text[from..].chars().next()?.len_utf8();
                Some(&text[from..from + length])
            })))
        })
    },
    of("str.slice", 2, text, |constants| {
        let start = constants.count(1, "a position")?.unwrap_or(0);
        let stop = constants.count(2, "a position")?;
        Ok(Answer::Part(Box::new(move |text| {
            let from = clamped(text, start);
            let to = stop.map_or(text.len(), |stop| clamped(text, stop));
            Some(&text[from..to.max(from)])
        })))
    }),
    of("str.split", 1, texts, |constants| {
        match pattern(constants)? {
            Pattern::Literal(separator) if separator.is_empty() => Err(FunctionError::Param {
                name: "separator",
                expected: "at least one character",
                found: "nothing".to_owned(),
            }),
            Pattern::Literal(separator) => Ok(Answer::Parts(Box::new(move |text, out| {
                text.split(&*separator).for_each(out);
            }))),
            Pattern::Regex(regex) => Ok(Answer::Parts(Box::new(move |text, out| {
                regex.split(text).for_each(out);
            }))),
        }
    }),
    of("str.split_whitespace", 0, texts, |_| {
        Ok(Answer::Parts(Box::new(|text, out| {
            text.split_whitespace().for_each(out);
        })))
    }),
];

fn texts(_: &Constants<'_>) -> Result<DType, FunctionError> {
    Ok(DType::list(DType::String))
}

/// The bytes before a character, if it is there.
fn offset(text: &str, position: i64) -> Option<usize> {
    if position >= 0 {
        let position = usize::try_from(position).ok()?;
        return text.char_indices().nth(position).map(|(at, _)| at);
    }
    let back = usize::try_from(position.unsigned_abs() - 1).ok()?;
    text.char_indices().rev().nth(back).map(|(at, _)| at)
}

/// The bytes before a character; before the first or behind the last where there are not so many.
fn clamped(text: &str, position: i64) -> usize {
    offset(text, position).unwrap_or(if position < 0 { 0 } else { text.len() })
}
