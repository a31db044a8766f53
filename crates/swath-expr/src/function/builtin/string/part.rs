//! Parts of a text: characters and slices.

use super::{Answer, TextFunction, of, text};

/// The table. Positions count characters, negative ones from the end.
pub(super) const ALL: [TextFunction; 2] = [
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
];

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
pub(super) fn clamped(text: &str, position: i64) -> usize {
    offset(text, position).unwrap_or(if position < 0 { 0 } else { text.len() })
}
