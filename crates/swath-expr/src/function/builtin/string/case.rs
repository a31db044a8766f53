//! Letters in another case.

use super::{Answer, TextFunction, of, text};
use crate::FunctionError;

/// The table.
pub(super) const ALL: [TextFunction; 6] = [
    of("str.lower", 0, text, |_| {
        write(|text, out| {
            if text.is_ascii() {
                out.push_str(text);
                out.make_ascii_lowercase();
            } else {
                out.push_str(&text.to_lowercase());
            }
        })
    }),
    of("str.upper", 0, text, |_| {
        write(|text, out| {
            if text.is_ascii() {
                out.push_str(text);
                out.make_ascii_uppercase();
            } else {
                out.push_str(&text.to_uppercase());
            }
        })
    }),
    of("str.casefold", 0, text, |_| {
        // Unicode's folding of what has no lower case of its own.
        write(|text, out| out.push_str(&text.to_uppercase().to_lowercase()))
    }),
    of("str.capitalize", 0, text, |_| {
        write(|text, out| {
            let mut chars = text.chars();
            if let Some(first) = chars.next() {
                out.extend(first.to_uppercase());
                out.push_str(&chars.as_str().to_lowercase());
            }
        })
    }),
    of("str.title", 0, text, |_| write(title)),
    of("str.swapcase", 0, text, |_| {
        write(|text, out| {
            for c in text.chars() {
                if c.is_uppercase() {
                    out.extend(c.to_lowercase());
                } else {
                    out.extend(c.to_uppercase());
                }
            }
        })
    }),
];

fn write(write: fn(&str, &mut String)) -> Result<Answer, FunctionError> {
    let write = move |text: &str, out: &mut String| {
        write(text, out);
        Ok(true)
    };
    Ok(Answer::Write(Box::new(write)))
}

/// The first letter of each run of letters in upper case, the others in lower case.
fn title(text: &str, out: &mut String) {
    let mut is_inside = false;
    for c in text.chars() {
        if is_inside {
            out.extend(c.to_lowercase());
        } else {
            out.extend(c.to_uppercase());
        }
        is_inside = c.is_alphabetic();
    }
}
