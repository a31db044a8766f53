//! What takes the place of what a pattern finds, and what its groups hold.

use super::pattern::{Pattern, pattern, regex};
use super::{Answer, TextFunction, of, text};
use crate::{FunctionError, PatternError};

/// The table. `replace` takes the most matches that are replaced, null for all of them.
pub(super) const ALL: [TextFunction; 2] = [
    of("str.replace", 3, text, |constants| {
        let with = constants.text(2, "a text")?.to_owned();
        let most = constants.count(3, "a number of matches")?;
        let most = most.and_then(|most| usize::try_from(most).ok());
        match pattern(constants)? {
            Pattern::Literal(wanted) => Ok(Answer::Write(Box::new(move |text, out| {
                let replaced = match most {
                    None => text.replace(&*wanted, &with),
                    Some(most) => text.replacen(&*wanted, &with, most),
                };
                out.push_str(&replaced);
                Ok(true)
            }))),
            Pattern::Regex(regex) => {
                check_template(&with, &regex)?;
                // To the regex crate, 0 is all of them.
                let limit = most.unwrap_or(0);
                Ok(Answer::Write(Box::new(move |text, out| {
                    let replaced = match most {
                        Some(0) => text.into(),
                        _ => regex.replacen(text, limit, &*with),
                    };
                    out.push_str(&replaced);
                    Ok(true)
                })))
            }
        }
    }),
    TextFunction {
        gives_nulls: |_| true,
        ..of("str.extract", 2, text, |constants| {
            let pattern = constants.text(1, "a pattern")?;
            let regex = regex(pattern)?;
            let group = constants.count(2, "the number of a group")?.unwrap_or(1);
            let groups = regex.captures_len();
            let group = usize::try_from(group).ok().filter(|group| *group < groups);
            let Some(group) = group else {
                let reason = match groups {
                    1 => "it has no group, put brackets around what is wanted".to_owned(),
                    _ => format!("its groups are 0 to {}", groups - 1),
                };
                return Err(PatternError::at(pattern, 0, reason).into());
            };
            Ok(Answer::Part(Box::new(move |text| {
                Some(regex.captures(text)?.get(group)?.as_str())
            })))
        })
    },
];

/// A replacement names groups as `$1` or `${name}`; Python's `\1`, and groups that are not there, are mistakes.
fn check_template(with: &str, regex: &regex::Regex) -> Result<(), FunctionError> {
    let wrong = |at, reason: String| Err(PatternError::at(with, at, reason).into());
    for (at, _) in with.match_indices('\\') {
        let next = with[at + 1..].chars().next();
        if let Some(digit) = next.filter(char::is_ascii_digit) {
            return wrong(at, format!("a group is written `${{{digit}}}`"));
        }
        if next == Some('g') {
            return wrong(at, "a group is written `${name}`".to_owned());
        }
    }
    let mut rest = 0;
    while let Some(at) = with[rest..].find('$').map(|at| at + rest) {
        let after = &with[at + 1..];
        if after.starts_with('$') {
            rest = at + 2;
            continue;
        }
        let name = if let Some(braced) = after.strip_prefix('{') {
            braced.split_once('}').map_or("", |(name, _)| name)
        } else {
            let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
            &after[..after.find(|c| !is_name(c)).unwrap_or(after.len())]
        };
        let known = match name.parse::<usize>() {
            Ok(number) => number < regex.captures_len(),
            Err(_) => regex.capture_names().flatten().any(|known| known == name),
        };
        if !known && !name.is_empty() {
            return wrong(
                at,
                format!("the pattern has no group `{name}`; a `$` itself is written `$$`"),
            );
        }
        rest = at + 1;
    }
    Ok(())
}
