//! Texts with some of their characters exchanged, replaced or broken into lines.

use std::collections::HashMap;

use super::part::clamped;
use super::{Answer, TextFunction, of, text};
use crate::FunctionError;

/// The table. Positions count characters, negative ones from the end.
pub(super) const ALL: [TextFunction; 3] = [
    of("str.translate", 2, text, |constants| {
        let from = constants.text(1, "the characters to exchange")?;
        let mut to = constants.text(2, "the characters in their place")?.chars();
        let mut table: HashMap<char, Option<char>> = HashMap::new();
        for character in from.chars() {
            let with = to.next();
            // The first of equal ones counts.
            table.entry(character).or_insert(with);
        }
        Ok(Answer::Write(Box::new(move |text, out| {
            let with = |character| table.get(&character).copied().unwrap_or(Some(character));
            out.extend(text.chars().filter_map(with));
            Ok(true)
        })))
    }),
    of("str.slice_replace", 3, text, |constants| {
        let start = constants.count(1, "a position")?.unwrap_or(0);
        let stop = constants.count(2, "a position")?;
        let with = constants.text(3, "a text")?.to_owned();
        Ok(Answer::Write(Box::new(move |text, out| {
            let from = clamped(text, start);
            let to = stop.map_or(text.len(), |stop| clamped(text, stop));
            out.push_str(&text[..from]);
            out.push_str(&with);
            out.push_str(&text[to.max(from)..]);
            Ok(true)
        })))
    }),
    of("str.wrap", 1, text, |constants| {
        let width = constants.width(1)?;
        if width == 0 {
            return Err(FunctionError::Param {
                name: "width",
                expected: "at least one character",
                found: "0".to_owned(),
            });
        }
        Ok(Answer::Write(Box::new(move |text, out| {
            wrap(text, width, out);
            Ok(true)
        })))
    }),
];

/// Breaks a text into lines of no more than `width` characters: at blanks, which go at the ends of lines and where nothing else fits, and in words that are
/// longer than a line. A blank of any kind is a space.
fn wrap(text: &str, width: usize, out: &mut String) {
    let begin = out.len();
    // Blanks that stand between what the line has and the next word.
    let (mut len, mut blanks) = (0, 0);
    let mut rest = text;
    while !rest.is_empty() {
        let blank = rest.len() - rest.trim_start().len();
        if blank > 0 {
            blanks += rest[..blank].chars().count();
            rest = &rest[blank..];
            continue;
        }
        let end = rest.find(char::is_whitespace).unwrap_or(rest.len());
        let (mut word, after) = rest.split_at(end);
        rest = after;
        let mut chars = word.chars().count();
        if len + blanks + chars > width && chars <= width {
            if out.len() > begin {
                out.push('\n');
            }
            (len, blanks) = (0, 0);
        }
        if len + blanks < width {
            out.extend(std::iter::repeat_n(' ', blanks));
            len += blanks;
        } else if len > 0 {
            out.push('\n');
            len = 0;
        }
        blanks = 0;
        while len + chars > width {
            let room = width - len;
            let cut = word
                .char_indices()
                .nth(room)
                .map_or(word.len(), |(at, _)| at);
            out.push_str(&word[..cut]);
            out.push('\n');
            word = &word[cut..];
            chars -= room;
            len = 0;
        }
        out.push_str(word);
        len += chars;
    }
}
