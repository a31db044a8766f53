//! What is taken off the ends of a text.

use super::{Answer, Constants, TextFunction, of, text};
use crate::FunctionError;

/// The table. `strip_chars` and its like take off any of the characters, `removeprefix` and `removesuffix` the whole text once.
pub(super) const ALL: [TextFunction; 8] = [
    of("str.strip", 0, text, |_| part(str::trim)),
    of("str.lstrip", 0, text, |_| part(str::trim_start)),
    of("str.rstrip", 0, text, |_| part(str::trim_end)),
    of("str.strip_chars", 1, text, |constants| {
        chars(constants, true, true)
    }),
    of("str.lstrip_chars", 1, text, |constants| {
        chars(constants, true, false)
    }),
    of("str.rstrip_chars", 1, text, |constants| {
        chars(constants, false, true)
    }),
    of("str.removeprefix", 1, text, |constants| {
        let prefix = constants.text(1, "a prefix")?.to_owned();
        Ok(Answer::Part(Box::new(move |text| {
            Some(text.strip_prefix(&*prefix).unwrap_or(text))
        })))
    }),
    of("str.removesuffix", 1, text, |constants| {
        let suffix = constants.text(1, "a suffix")?.to_owned();
        Ok(Answer::Part(Box::new(move |text| {
            Some(text.strip_suffix(&*suffix).unwrap_or(text))
        })))
    }),
];

fn part(part: fn(&str) -> &str) -> Result<Answer, FunctionError> {
    Ok(Answer::Part(Box::new(move |text| Some(part(text)))))
}

fn chars(constants: &Constants<'_>, left: bool, right: bool) -> Result<Answer, FunctionError> {
    let chars: Vec<char> = constants
        .text(1, "the characters to take off")?
        .chars()
        .collect();
    Ok(Answer::Part(Box::new(move |mut text| {
        if left {
            text = text.trim_start_matches(&chars[..]);
        }
        if right {
            text = text.trim_end_matches(&chars[..]);
        }
        Some(text)
    })))
}
