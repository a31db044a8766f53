//! What all characters of a text are: `isdigit`, `isalpha`, … An empty text is none of them.

use super::{Answer, TextFunction, of, truth};
use crate::FunctionError;

/// The table.
pub(super) const ALL: [TextFunction; 9] = [
    of("str.isalpha", 0, truth, |_| all(is_letter)),
    of("str.isalnum", 0, truth, |_| {
        all(|c| is_letter(c) || c.is_numeric())
    }),
    of("str.isdigit", 0, truth, |_| all(is_decimal)),
    of("str.isdecimal", 0, truth, |_| all(is_decimal)),
    of("str.isnumeric", 0, truth, |_| all(char::is_numeric)),
    of("str.isspace", 0, truth, |_| all(char::is_whitespace)),
    of("str.islower", 0, truth, |_| {
        ask(|text| text.chars().any(char::is_lowercase) && !text.chars().any(char::is_uppercase))
    }),
    of("str.isupper", 0, truth, |_| {
        ask(|text| text.chars().any(char::is_uppercase) && !text.chars().any(char::is_lowercase))
    }),
    of("str.istitle", 0, truth, |_| ask(is_title)),
];

fn ask(question: fn(&str) -> bool) -> Result<Answer, FunctionError> {
    Ok(Answer::Truth(Box::new(question)))
}

fn all(is: fn(char) -> bool) -> Result<Answer, FunctionError> {
    Ok(Answer::Truth(Box::new(move |text| {
        !text.is_empty() && text.chars().all(is)
    })))
}

/// A letter, and no number that is written with letters.
fn is_letter(c: char) -> bool {
    c.is_alphabetic() && !c.is_numeric()
}

/// The first code points of Unicode's decimal digits beyond ASCII: ten follow each other.
const ZEROS: [u32; 36] = [
    0x660, 0x6f0, 0x7c0, 0x966, 0x9e6, 0xa66, 0xae6, 0xb66, 0xbe6, 0xc66, 0xce6, 0xd66, 0xde6,
    0xe50, 0xed0, 0xf20, 0x1040, 0x1090, 0x17e0, 0x1810, 0x1946, 0x19d0, 0x1a80, 0x1a90, 0x1b50,
    0x1bb0, 0x1c40, 0x1c50, 0xa620, 0xa8d0, 0xa900, 0xa9d0, 0xa9f0, 0xaa50, 0xabf0, 0xff10,
];

fn is_decimal(c: char) -> bool {
    let of = |zero: &u32| (*zero..*zero + 10).contains(&u32::from(c));
    c.is_ascii_digit() || (!c.is_ascii() && ZEROS.iter().any(of))
}

/// Upper case begins every run of letters, and is nowhere else.
fn is_title(text: &str) -> bool {
    let (mut is_inside, mut any) = (false, false);
    for c in text.chars() {
        if (c.is_uppercase() && is_inside) || (c.is_lowercase() && !is_inside) {
            return false;
        }
        is_inside = c.is_uppercase() || c.is_lowercase();
        any |= is_inside;
    }
    any
}
