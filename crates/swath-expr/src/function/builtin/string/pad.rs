//! Texts made longer.

use super::{Answer, Constants, TextFunction, of, text};
use crate::FunctionError;

/// The table. Widths count characters; what is as wide already stays.
pub(super) const ALL: [TextFunction; 5] = [
    of("str.ljust", 2, text, |constants| {
        pad(constants, |missing, _| (0, missing))
    }),
    of("str.rjust", 2, text, |constants| {
        pad(constants, |missing, _| (missing, 0))
    }),
    of("str.center", 2, text, |constants| {
        // As Python: the odd one goes left where the width is odd.
        pad(constants, |missing, width| {
            let left = missing / 2 + (missing & width & 1);
            (left, missing - left)
        })
    }),
    of("str.zfill", 1, text, |constants| {
        let width = constants.width(1)?;
        Ok(Answer::Write(Box::new(move |text, out| {
            let (sign, digits) = text.split_at(usize::from(text.starts_with(['+', '-'])));
            out.push_str(sign);
            let missing = width.saturating_sub(text.chars().count());
            out.extend(std::iter::repeat_n('0', missing));
            out.push_str(digits);
            Ok(true)
        })))
    }),
    of("str.repeat", 1, text, |constants| {
        const LONGEST: usize = 1 << 30;
        let times = constants.width(1)?;
        Ok(Answer::Write(Box::new(move |text, out| {
            if text.len().saturating_mul(times) > LONGEST {
                return Err(format!("repeated {times} times it is longer than 1 GiB"));
            }
            (0..times).for_each(|_| out.push_str(text));
            Ok(true)
        })))
    }),
];

/// Pads with what a function of the missing and the wanted width puts left and right.
fn pad(
    constants: &Constants<'_>,
    sides: fn(usize, usize) -> (usize, usize),
) -> Result<Answer, FunctionError> {
    let (width, fill) = (constants.width(1)?, constants.character(2)?);
    Ok(Answer::Write(Box::new(move |text, out| {
        let missing = width.saturating_sub(text.chars().count());
        let (left, right) = sides(missing, width);
        out.extend(std::iter::repeat_n(fill, left));
        out.push_str(text);
        out.extend(std::iter::repeat_n(fill, right));
        Ok(true)
    })))
}
