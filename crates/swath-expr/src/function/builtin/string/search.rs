//! What is in a text, and where.

use memchr::memmem::Finder;

use super::pattern::{Pattern, like, pattern, regex};
use super::{Answer, TextFunction, number, of, truth};
use crate::FunctionError;

/// The table. Positions count characters.
pub(super) const ALL: [TextFunction; 10] = [
    of("str.contains", 1, truth, |constants| {
        match pattern(constants)? {
            Pattern::Literal(text) => contains(&text),
            Pattern::Regex(regex) => ask(move |text| regex.is_match(text)),
        }
    }),
    of("str.startswith", 1, truth, |constants| {
        let start = constants.text(1, "a text")?.to_owned();
        ask(move |text| text.starts_with(&*start))
    }),
    of("str.endswith", 1, truth, |constants| {
        let end = constants.text(1, "a text")?.to_owned();
        ask(move |text| text.ends_with(&*end))
    }),
    of("str.fullmatch", 1, truth, |constants| {
        let text = constants.text(1, "a pattern")?;
        regex(text)?;
        let whole = regex(&format!("\\A(?:{text})\\z"))?;
        ask(move |text| whole.is_match(text))
    }),
    of("str.like", 1, truth, |constants| {
        let text = constants.text(1, "a pattern")?;
        // The common forms need no regular expression.
        let inner = text.trim_matches('%');
        if inner.contains(['%', '_', '\\']) || inner.is_empty() {
            let regex = like(text, false)?;
            return ask(move |text| regex.is_match(text));
        }
        let inner_text = inner.to_owned();
        match (text.starts_with('%'), text.ends_with('%')) {
            (true, true) => contains(inner),
            (true, false) => ask(move |text| text.ends_with(&*inner_text)),
            (false, true) => ask(move |text| text.starts_with(&*inner_text)),
            (false, false) => ask(move |text| text == inner_text),
        }
    }),
    of("str.ilike", 1, truth, |constants| {
        let regex = like(constants.text(1, "a pattern")?, true)?;
        ask(move |text| regex.is_match(text))
    }),
    of("str.find", 1, number, |constants| {
        let finder = Finder::new(constants.text(1, "a text")?).into_owned();
        place(move |text| finder.find(text.as_bytes()))
    }),
    of("str.rfind", 1, number, |constants| {
        let wanted = constants.text(1, "a text")?.to_owned();
        place(move |text| text.rfind(&*wanted))
    }),
    of("str.count", 1, number, |constants| {
        match pattern(constants)? {
            Pattern::Literal(wanted) => count(move |text| {
                if wanted.is_empty() {
                    text.chars().count() + 1
                } else {
                    text.matches(&*wanted).count()
                }
            }),
            Pattern::Regex(regex) => count(move |text| regex.find_iter(text).count()),
        }
    }),
    of("str.match", 1, truth, |constants| {
        let text = constants.text(1, "a pattern")?;
        regex(text)?;
        let start = regex(&format!("\\A(?:{text})"))?;
        ask(move |text| start.is_match(text))
    }),
];

fn ask(question: impl Fn(&str) -> bool + Send + Sync + 'static) -> Result<Answer, FunctionError> {
    Ok(Answer::Truth(Box::new(question)))
}

fn contains(wanted: &str) -> Result<Answer, FunctionError> {
    let finder = Finder::new(wanted).into_owned();
    ask(move |text| finder.find(text.as_bytes()).is_some())
}

fn count(of: impl Fn(&str) -> usize + Send + Sync + 'static) -> Result<Answer, FunctionError> {
    Ok(Answer::Count(Box::new(move |text| of(text) as i64)))
}

/// The characters before a position in bytes; -1 where there is none.
fn place(
    of: impl Fn(&str) -> Option<usize> + Send + Sync + 'static,
) -> Result<Answer, FunctionError> {
    Ok(Answer::Count(Box::new(move |text| {
        of(text).map_or(-1, |at| text[..at].chars().count() as i64)
    })))
}
