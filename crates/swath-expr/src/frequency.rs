//! Spans of time as pandas writes them: `15min`, `1d`, `2h30min`, `3mo`.

use std::fmt::{self, Display, Formatter};
use std::str::FromStr;

use swath_graph::Shown;

/// A span of time: of a fixed length, or of calendar months.
///
/// Text is one or more counts and units: `15min`, `2h30min`, `-1d`; a unit alone counts once, `h`. Units are `ns`, `us`, `ms`, `s`,
/// `min`, `h`, `d`, `w`, `mo`, `q`, `y`, their English names, and pandas' `H D W MS QS YS`. Months do not mix with fixed ones.
///
/// ```
/// use swath_expr::Frequency;
///
/// assert_eq!("2h30min".parse(), Ok::<_, swath_expr::PatternError>(Frequency::Fixed(9_000_000_000_000)));
/// assert_eq!("q".parse(), Ok::<_, swath_expr::PatternError>(Frequency::Months(3)));
/// assert_eq!("15 mni".parse::<Frequency>().unwrap_err().to_string(), "at character 4 of `15 mni`: there is no unit `mni`");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Frequency {
    /// This many nanoseconds.
    Fixed(i128),
    /// Whole weeks; rounding to them begins weeks on Mondays.
    Weeks(i64),
    /// This many calendar months.
    Months(i64),
}

/// Why a text that should be a pattern, a format or a span of time is none.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("at character {} of `{}`: {}", position + 1, Shown(text), Shown(reason))]
pub struct PatternError {
    /// The text.
    pub text: String,
    /// Where it stops making sense: the number of characters before.
    pub position: usize,
    /// Why.
    pub reason: String,
}

impl PatternError {
    /// What is wrong `offset` bytes into a text.
    pub(crate) fn at(text: &str, offset: usize, reason: impl Into<String>) -> Self {
        let offset = (0..=offset.min(text.len()))
            .rev()
            .find(|offset| text.is_char_boundary(*offset))
            .unwrap_or(0);
        Self {
            text: text.to_owned(),
            position: text[..offset].chars().count(),
            reason: reason.into(),
        }
    }
}

/// Nanoseconds in a day.
pub(crate) const DAY: i128 = 86_400_000_000_000;

#[derive(Clone, Copy)]
enum Unit {
    Fixed(i128),
    Week,
    Months(i64),
}

const UNITS: [(&[&str], Unit); 11] = [
    (&["ns", "nanosecond", "nanoseconds"], Unit::Fixed(1)),
    (
        &["us", "µs", "microsecond", "microseconds"],
        Unit::Fixed(1_000),
    ),
    (
        &["ms", "millisecond", "milliseconds"],
        Unit::Fixed(1_000_000),
    ),
    (
        &["s", "sec", "second", "seconds"],
        Unit::Fixed(1_000_000_000),
    ),
    (&["min", "minute", "minutes"], Unit::Fixed(60_000_000_000)),
    (&["h", "H", "hour", "hours"], Unit::Fixed(3_600_000_000_000)),
    (&["d", "D", "day", "days"], Unit::Fixed(DAY)),
    (&["w", "W", "week", "weeks"], Unit::Week),
    (&["mo", "MS", "month", "months"], Unit::Months(1)),
    (&["q", "QS", "quarter", "quarters"], Unit::Months(3)),
    (&["y", "YS", "year", "years"], Unit::Months(12)),
];

impl FromStr for Frequency {
    type Err = PatternError;

    fn from_str(text: &str) -> Result<Self, PatternError> {
        let wrong = |offset, reason: String| PatternError::at(text, offset, reason);
        let skip = |mut at: usize| {
            while text.as_bytes().get(at).is_some_and(|byte| *byte == b' ') {
                at += 1;
            }
            at
        };
        let run = |at: usize, of: fn(char) -> bool| {
            let rest = &text[at..];
            at + rest.find(|c: char| !of(c)).unwrap_or(rest.len())
        };
        let mut at = skip(0);
        let negative = text[at..].starts_with('-');
        at += usize::from(negative);
        let (mut fixed, mut weeks, mut months, mut parts) = (0_i128, 0_i64, 0_i64, 0);
        while skip(at) < text.len() {
            at = skip(at);
            let end = run(at, |c| c.is_ascii_digit());
            let count: i64 = if end == at {
                1
            } else {
                let digits = &text[at..end];
                digits
                    .parse()
                    .map_err(|_| wrong(at, format!("{digits} is too large")))?
            };
            let from = skip(end);
            let end = run(from, char::is_alphabetic);
            let word = &text[from..end];
            let Some((_, unit)) = UNITS.iter().find(|(names, _)| names.contains(&word)) else {
                return Err(wrong(
                    from,
                    match word {
                        "" => "a unit is missing, as in `15min`".to_owned(),
                        "m" | "M" | "T" => {
                            format!("`{word}` may be minutes or months, write `min` or `mo`")
                        }
                        _ => format!("there is no unit `{word}`"),
                    },
                ));
            };
            let large = || wrong(at, "it is too long".to_owned());
            match unit {
                Unit::Fixed(each) => fixed += i128::from(count) * each,
                Unit::Week => weeks = weeks.checked_add(count).ok_or_else(large)?,
                Unit::Months(each) => {
                    let more = count.checked_mul(*each).ok_or_else(large)?;
                    months = months.checked_add(more).ok_or_else(large)?;
                }
            }
            parts += 1;
            at = end;
        }
        let sign = if negative { -1 } else { 1 };
        match (fixed, weeks, months) {
            _ if parts == 0 => Err(wrong(at, "it is empty, write it like `15min`".to_owned())),
            (0, 0, 0) => Ok(Self::Fixed(0)),
            (0, 0, months) => Ok(Self::Months(sign * months)),
            (0, weeks, 0) => Ok(Self::Weeks(sign * weeks)),
            (fixed, weeks, 0) => Ok(Self::Fixed(
                i128::from(sign) * (fixed + i128::from(weeks) * 7 * DAY),
            )),
            _ => Err(wrong(
                0,
                "months have no fixed length, they do not mix with other units".to_owned(),
            )),
        }
    }
}

impl Frequency {
    /// The nanoseconds, where they are fixed.
    pub fn nanoseconds(self) -> Option<i128> {
        match self {
            Self::Fixed(nanoseconds) => Some(nanoseconds),
            Self::Weeks(weeks) => Some(i128::from(weeks) * 7 * DAY),
            Self::Months(_) => None,
        }
    }

    /// Is longer than nothing.
    pub fn is_positive(self) -> bool {
        match self {
            Self::Fixed(count) => count > 0,
            Self::Weeks(count) | Self::Months(count) => count > 0,
        }
    }
}

impl Display for Frequency {
    /// Prints the largest unit that it is a whole number of.
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Months(months) => write!(f, "{months}mo"),
            Self::Weeks(weeks) => write!(f, "{weeks}w"),
            Self::Fixed(nanoseconds) => {
                let units = [
                    (DAY, "d"),
                    (3_600_000_000_000, "h"),
                    (60_000_000_000, "min"),
                    (1_000_000_000, "s"),
                    (1_000_000, "ms"),
                    (1_000, "us"),
                    (1, "ns"),
                ];
                let fitting = units.iter().find(|(each, _)| nanoseconds % each == 0);
                let (each, name) = fitting.expect("everything is whole nanoseconds");
                write!(f, "{}{name}", nanoseconds / each)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_read_and_printed() {
        for (text, expected) in [
            ("h", "1h"),
            ("15min", "15min"),
            ("90 min", "90min"),
            ("1d", "1d"),
            ("D", "1d"),
            ("2h30min", "150min"),
            ("-1d 12h", "-36h"),
            ("1500us", "1500us"),
            ("2w", "2w"),
            ("1w1d", "8d"),
            ("QS", "3mo"),
            ("2 years 1 month", "25mo"),
            ("0s", "0d"),
            (
                "",
                "at character 1 of ``: it is empty, write it like `15min`",
            ),
            (
                "15",
                "at character 3 of `15`: a unit is missing, as in `15min`",
            ),
            (
                "5m",
                "at character 2 of `5m`: `m` may be minutes or months, write `min` or `mo`",
            ),
            (
                "1h 3 hrs",
                "at character 6 of `1h 3 hrs`: there is no unit `hrs`",
            ),
            ("1µx", "at character 2 of `1µx`: there is no unit `µx`"),
            (
                "99999999999999999999s",
                "at character 1 of `99999999999999999999s`: 99999999999999999999 is too large",
            ),
            (
                "1mo1d",
                "at character 1 of `1mo1d`: months have no fixed length, they do not mix with other units",
            ),
        ] {
            let found = text.parse::<Frequency>();
            let found = found.map_or_else(|error| error.to_string(), |span| span.to_string());
            assert_eq!(found, expected, "{text}");
        }
    }
}
