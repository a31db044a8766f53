//! Several pieces of a text, in order: cut at separators, or found by a pattern.

use swath_meta::DType;

use super::pattern::{Pattern, pattern, regex};
use super::{Answer, Constants, TextFunction, of};
use crate::FunctionError;

/// The table. A separator is at least one character.
pub(super) const ALL: [TextFunction; 7] = [
    of("str.split", 1, texts, |constants| {
        match separator(constants)? {
            Pattern::Literal(separator) => parts(move |text, out| {
                text.split(&*separator).for_each(out);
            }),
            Pattern::Regex(regex) => parts(move |text, out| regex.split(text).for_each(out)),
        }
    }),
    of("str.splitn", 2, texts, |constants| {
        // One piece more than there are cuts.
        let pieces = cuts(constants)?.saturating_add(1);
        match separator(constants)? {
            Pattern::Literal(separator) => parts(move |text, out| {
                text.splitn(pieces, &*separator).for_each(out);
            }),
            Pattern::Regex(regex) => {
                parts(move |text, out| regex.splitn(text, pieces).for_each(out))
            }
        }
    }),
    of("str.rsplit", 2, texts, |constants| {
        let separator = literal(constants)?;
        let pieces = cuts(constants)?.saturating_add(1);
        parts(move |text, out| {
            let found: Vec<&str> = text.rsplitn(pieces, &*separator).collect();
            found.into_iter().rev().for_each(out);
        })
    }),
    of("str.split_whitespace", 0, texts, |_| {
        parts(|text, out| text.split_whitespace().for_each(out))
    }),
    of("str.partition", 1, texts, |constants| {
        let separator = literal(constants)?;
        parts(move |text, out| match text.find(&*separator) {
            Some(at) => three(text, at, separator.len()).into_iter().for_each(out),
            None => [text, "", ""].into_iter().for_each(out),
        })
    }),
    of("str.rpartition", 1, texts, |constants| {
        let separator = literal(constants)?;
        parts(move |text, out| match text.rfind(&*separator) {
            Some(at) => three(text, at, separator.len()).into_iter().for_each(out),
            None => ["", "", text].into_iter().for_each(out),
        })
    }),
    of("str.findall", 1, texts, |constants| {
        let regex = regex(constants.text(1, "a pattern")?)?;
        parts(move |text, out| {
            regex
                .find_iter(text)
                .map(|found| found.as_str())
                .for_each(out);
        })
    }),
];

fn texts(_: &Constants<'_>) -> Result<DType, FunctionError> {
    Ok(DType::list(DType::String))
}

fn parts<F>(parts: F) -> Result<Answer, FunctionError>
where
    F: for<'a> Fn(&'a str, &mut dyn FnMut(&'a str)) + Send + Sync + 'static,
{
    Ok(Answer::Parts(Box::new(parts)))
}

/// What stands before a separator, the separator, and what stands behind it.
fn three(text: &str, at: usize, len: usize) -> [&str; 3] {
    [&text[..at], &text[at..at + len], &text[at + len..]]
}

fn separator(constants: &Constants<'_>) -> Result<Pattern, FunctionError> {
    match pattern(constants)? {
        Pattern::Literal(text) => Ok(Pattern::Literal(checked(&text)?)),
        regex @ Pattern::Regex(_) => Ok(regex),
    }
}

fn literal(constants: &Constants<'_>) -> Result<String, FunctionError> {
    checked(constants.text(1, "a separator")?)
}

fn checked(separator: &str) -> Result<String, FunctionError> {
    if separator.is_empty() {
        return Err(FunctionError::Param {
            name: "separator",
            expected: "at least one character",
            found: "nothing".to_owned(),
        });
    }
    Ok(separator.to_owned())
}

/// The most separators that are cut at.
fn cuts(constants: &Constants<'_>) -> Result<usize, FunctionError> {
    let cuts = constants.count(2, "a number of separators")?;
    Ok(cuts
        .and_then(|cuts| usize::try_from(cuts).ok())
        .unwrap_or(usize::MAX))
}
