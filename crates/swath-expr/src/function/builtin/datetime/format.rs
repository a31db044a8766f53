//! Formats of dates and times in the directives of C's `strftime`, which are Python's.

use swath_batch::civil::{date_of, days_in_month, days_of};

use super::component::{MONTHS, day_name, day_of_week, day_of_year, iso_week};
use crate::PatternError;

/// A format, read once.
#[derive(Clone, Debug)]
pub(super) struct Format {
    items: Vec<Item>,
    /// Has `%z`.
    pub(super) has_offset: bool,
}

#[derive(Clone, Debug, PartialEq)]
enum Item {
    Literal(char),
    /// Any blanks, also none, when it is read.
    Blank(char),
    Directive(char),
}

/// The directives that are both written and read.
const DIRECTIVES: &str = "YmdHMSfyjbBaApIzeLN";
/// Those that are written only: what they say is not enough to read them.
const WRITTEN: &str = "uwUWVGZs";

/// A moment as a format sees it.
pub(super) struct Moment<'a> {
    /// Days from 1970-01-01, local.
    pub(super) day: i64,
    /// Nanoseconds since local midnight.
    pub(super) clock: i64,
    /// The offset from UTC in seconds, where there is a zone.
    pub(super) offset: Option<i32>,
    /// The name of the zone.
    pub(super) zone: &'a str,
}

/// What a format read: a moment without a zone, and the offset that was there.
#[derive(Debug, PartialEq)]
pub(super) struct Read {
    pub(super) day: i64,
    pub(super) clock: i64,
    pub(super) offset: Option<i32>,
}

impl Format {
    /// Reads the format; with `for_reading`, directives that cannot be read are errors.
    pub(super) fn new(text: &str, for_reading: bool) -> Result<Self, PatternError> {
        let mut items = Vec::new();
        let mut chars = text.char_indices();
        while let Some((at, c)) = chars.next() {
            if c != '%' {
                items.push(if c.is_whitespace() {
                    Item::Blank(c)
                } else {
                    Item::Literal(c)
                });
                continue;
            }
            let Some((_, directive)) = chars.next() else {
                return Err(PatternError::at(
                    text,
                    at,
                    "a directive follows `%`, or another `%`",
                ));
            };
            match directive {
                '%' => items.push(Item::Literal('%')),
                'n' => items.push(Item::Blank('\n')),
                't' => items.push(Item::Blank('\t')),
                'F' => items.extend(pattern("Y-m-d")),
                'T' => items.extend(pattern("H:M:S")),
                'R' => items.extend(pattern("H:M")),
                'D' => items.extend(pattern("m/d/y")),
                _ if DIRECTIVES.contains(directive) => items.push(Item::Directive(directive)),
                _ if WRITTEN.contains(directive) && !for_reading => {
                    items.push(Item::Directive(directive));
                }
                _ if WRITTEN.contains(directive) => {
                    let reason =
                        format!("`%{directive}` is written only, it says too little to read it");
                    return Err(PatternError::at(text, at, reason));
                }
                _ => {
                    return Err(PatternError::at(
                        text,
                        at,
                        format!("there is no directive `%{directive}`"),
                    ));
                }
            }
        }
        let has_offset = items.contains(&Item::Directive('z'));
        Ok(Self { items, has_offset })
    }

    /// Writes a moment.
    pub(super) fn write(&self, moment: &Moment<'_>, out: &mut String) {
        use std::fmt::Write;
        let (year, month, day) = date_of(moment.day);
        let second = moment.clock / 1_000_000_000;
        let (hour, minute) = (second / 3600, second / 60 % 60);
        let weekday = day_of_week(moment.day);
        let year_day = day_of_year(moment.day);
        for item in &self.items {
            let directive = match item {
                Item::Literal(c) | Item::Blank(c) => {
                    out.push(*c);
                    continue;
                }
                Item::Directive(directive) => directive,
            };
            let written = match directive {
                'Y' => write!(out, "{year:04}"),
                'y' => write!(out, "{:02}", year.rem_euclid(100)),
                'm' => write!(out, "{month:02}"),
                'd' => write!(out, "{day:02}"),
                'e' => write!(out, "{day:2}"),
                'H' => write!(out, "{hour:02}"),
                'I' => write!(out, "{:02}", (hour + 11) % 12 + 1),
                'p' => write!(out, "{}", if hour < 12 { "AM" } else { "PM" }),
                'M' => write!(out, "{minute:02}"),
                'S' => write!(out, "{:02}", second % 60),
                'f' => write!(out, "{:06}", moment.clock % 1_000_000_000 / 1_000),
                'L' => write!(out, "{:03}", moment.clock % 1_000_000_000 / 1_000_000),
                'N' => write!(out, "{:09}", moment.clock % 1_000_000_000),
                'j' => write!(out, "{year_day:03}"),
                'b' => write!(out, "{}", &MONTHS[month as usize - 1][..3]),
                'B' => write!(out, "{}", MONTHS[month as usize - 1]),
                'a' => write!(out, "{}", &day_name(moment.day)[..3]),
                'A' => write!(out, "{}", day_name(moment.day)),
                'u' => write!(out, "{}", weekday + 1),
                'w' => write!(out, "{}", (weekday + 1) % 7),
                // Weeks that begin on Sundays, and on Mondays, counted from the first such day of the year.
                'U' => write!(out, "{:02}", (year_day + 6 - (weekday + 1) % 7) / 7),
                'W' => write!(out, "{:02}", (year_day + 6 - weekday) / 7),
                'V' => write!(out, "{:02}", iso_week(moment.day).1),
                'G' => write!(out, "{:04}", iso_week(moment.day).0),
                'Z' => write!(out, "{}", moment.zone),
                's' => write!(
                    out,
                    "{}",
                    i128::from(moment.day) * 86_400 + i128::from(second)
                        - i128::from(moment.offset.unwrap_or(0))
                ),
                _ => match moment.offset {
                    None => Ok(()),
                    Some(offset) => {
                        let sign = if offset < 0 { '-' } else { '+' };
                        let minutes = offset.unsigned_abs() / 60;
                        write!(out, "{sign}{:02}{:02}", minutes / 60, minutes % 60)
                    }
                },
            };
            written.expect("a String takes all text");
        }
    }

    /// Reads a text, which must be of this format to its end.
    ///
    /// # Errors
    /// Where and why it is not.
    pub(super) fn read(&self, text: &str) -> Result<Read, PatternError> {
        let mut parts = Parts::default();
        let mut at = 0;
        for item in &self.items {
            match item {
                Item::Literal(wanted) => {
                    if !text[at..].starts_with(*wanted) {
                        return Err(PatternError::at(text, at, format!("`{wanted}` is missing")));
                    }
                    at += wanted.len_utf8();
                }
                Item::Blank(_) => {
                    at = text.len() - text[at..].trim_start().len();
                }
                Item::Directive(directive) => parts.read(*directive, text, &mut at)?,
            }
        }
        if at < text.len() {
            return Err(PatternError::at(text, at, "more text follows"));
        }
        parts
            .moment()
            .map_err(|reason| PatternError::at(text, 0, reason))
    }
}

/// Directives and literals: letters are directives.
fn pattern(text: &'static str) -> impl Iterator<Item = Item> {
    text.chars().map(|c| {
        if c.is_alphabetic() {
            Item::Directive(c)
        } else {
            Item::Literal(c)
        }
    })
}

/// What was read so far.
struct Parts {
    year: i64,
    month: u32,
    day: u32,
    year_day: Option<i64>,
    hour: i64,
    half: Option<i64>,
    is_half: bool,
    minute: i64,
    second: i64,
    nanosecond: i64,
    offset: Option<i32>,
}

impl Default for Parts {
    /// What is not said is the first: 1900-01-01T00:00:00, as in Python.
    fn default() -> Self {
        Self {
            year: 1900,
            month: 1,
            day: 1,
            year_day: None,
            hour: 0,
            half: None,
            is_half: false,
            minute: 0,
            second: 0,
            nanosecond: 0,
            offset: None,
        }
    }
}

impl Parts {
    fn read(&mut self, directive: char, text: &str, at: &mut usize) -> Result<(), PatternError> {
        let from = *at;
        let wrong = |what: &str| PatternError::at(text, from, format!("{what} is missing"));
        let mut number = |digits: usize, low: i64, high: i64, what: &str| {
            let bytes = &text.as_bytes()[from..];
            let run = bytes
                .iter()
                .take(digits)
                .take_while(|byte| byte.is_ascii_digit())
                .count();
            if run == 0 {
                return Err(wrong(what));
            }
            let digits = &bytes[..run];
            let value = digits
                .iter()
                .fold(0, |value, digit| value * 10 + i64::from(digit - b'0'));
            if !(low..=high).contains(&value) {
                let reason = format!("{what} is {value}, not {low} to {high}");
                return Err(PatternError::at(text, from, reason));
            }
            *at = from + run;
            Ok((value, run))
        };
        match directive {
            'Y' => self.year = number(4, 0, 9999, "the year")?.0,
            'y' => {
                let (short, _) = number(2, 0, 99, "the year")?;
                self.year = short + if short < 69 { 2000 } else { 1900 };
            }
            'm' => self.month = number(2, 1, 12, "the month")?.0 as u32,
            'd' | 'e' => {
                if directive == 'e' && text.as_bytes().get(from) == Some(&b' ') {
                    *at += 1;
                    return self.read('d', text, at);
                }
                self.day = number(2, 1, 31, "the day")?.0 as u32;
            }
            'j' => self.year_day = Some(number(3, 1, 366, "the day of the year")?.0),
            'H' => self.hour = number(2, 0, 23, "the hour")?.0,
            'I' => {
                self.hour = number(2, 1, 12, "the hour")?.0 % 12;
                self.is_half = true;
            }
            'M' => self.minute = number(2, 0, 59, "the minute")?.0,
            'S' => self.second = number(2, 0, 59, "the second")?.0,
            'f' | 'L' | 'N' => {
                let digits = match directive {
                    'L' => 3,
                    _ => 9,
                };
                let (value, run) = number(digits, 0, 999_999_999, "the part of a second")?;
                self.nanosecond = value * 10_i64.pow(9 - run as u32);
            }
            'b' | 'B' => {
                let (month, run) =
                    name(&MONTHS, &text[from..]).ok_or_else(|| wrong("the month"))?;
                self.month = month as u32 + 1;
                *at += run;
            }
            'a' | 'A' => {
                let days: [&str; 7] = std::array::from_fn(|day| day_name(day as i64 - 3));
                let (_, run) = name(&days, &text[from..]).ok_or_else(|| wrong("the weekday"))?;
                *at += run;
            }
            'p' => {
                let half = text.get(from..from + 2).ok_or_else(|| wrong("AM or PM"))?;
                let is = |name: &str| half.eq_ignore_ascii_case(name);
                self.half = match (is("AM"), is("PM")) {
                    (true, _) => Some(0),
                    (_, true) => Some(12),
                    _ => return Err(wrong("AM or PM")),
                };
                *at += 2;
            }
            _ => {
                let (offset, run) = offset(&text[from..]).ok_or_else(|| wrong("the offset"))?;
                self.offset = Some(offset);
                *at += run;
            }
        }
        Ok(())
    }

    fn moment(&self) -> Result<Read, String> {
        let day = if let Some(day) = self.year_day {
            let start = days_of(self.year, 1, 1);
            let year = days_of(self.year + 1, 1, 1) - start;
            if day > year {
                return Err(format!("{} has {year} days", self.year));
            }
            start + day - 1
        } else {
            let days = days_in_month(self.year, self.month);
            if self.day > days {
                return Err(format!("{}-{:02} has {days} days", self.year, self.month));
            }
            days_of(self.year, self.month, self.day)
        };
        // Without `%I` the hour is of 24, and AM or PM only say it again.
        let hour = self.hour
            + if self.is_half {
                self.half.unwrap_or(0)
            } else {
                0
            };
        let seconds = hour * 3600 + self.minute * 60 + self.second;
        Ok(Read {
            day,
            clock: seconds * 1_000_000_000 + self.nanosecond,
            offset: self.offset,
        })
    }
}

/// The name that the text begins with, in full or its first three letters, in any case; and its length.
fn name(names: &[&str], text: &str) -> Option<(usize, usize)> {
    let begins = |name: &str| {
        text.get(..name.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(name))
    };
    let full = names
        .iter()
        .position(|name| begins(name))
        .map(|at| (at, names[at].len()));
    full.or_else(|| {
        names
            .iter()
            .position(|name| begins(&name[..3]))
            .map(|at| (at, 3))
    })
}

/// `Z`, `+01:00`, `+0100`, `+01`: seconds, and the length of the text.
fn offset(text: &str) -> Option<(i32, usize)> {
    let bytes = text.as_bytes();
    let sign = match bytes.first()? {
        b'Z' | b'z' => return Some((0, 1)),
        b'+' => 1,
        b'-' => -1,
        _ => return None,
    };
    let two = |at: usize| {
        let digits = bytes.get(at..at + 2)?;
        let all = digits.iter().all(u8::is_ascii_digit);
        all.then(|| i32::from(digits[0] - b'0') * 10 + i32::from(digits[1] - b'0'))
    };
    let hours = two(1).filter(|hours| *hours < 24)?;
    let colon = usize::from(bytes.get(3) == Some(&b':'));
    let (minutes, length) = two(3 + colon).map_or((0, 3), |minutes| (minutes, 5 + colon));
    (minutes < 60).then_some((sign * (hours * 3600 + minutes * 60), length))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[track_caller]
    fn check(format: &str, text: &str, expected: &str) {
        let read = Format::new(format, true).and_then(|format| format.read(text));
        let found = match read {
            Err(error) => error.to_string(),
            Ok(Read { day, clock, offset }) => {
                let mut out = String::new();
                let moment = Moment {
                    day,
                    clock,
                    offset,
                    zone: "",
                };
                Format::new("%F %T.%N%z", false)
                    .unwrap()
                    .write(&moment, &mut out);
                out
            }
        };
        assert_eq!(found, expected, "{text} by {format}");
    }

    #[test]
    fn texts_are_read_by_their_format() {
        check("%Y-%m-%d", "2024-02-29", "2024-02-29 00:00:00.000000000");
        check(
            "%d.%m.%Y %H:%M",
            "1.3.2024   5:07",
            "2024-03-01 05:07:00.000000000",
        );
        check(
            "%FT%T.%f%z",
            "2024-02-29T12:34:56.5-0330",
            "2024-02-29 12:34:56.500000000-0330",
        );
        check(
            "%F %T%z",
            "2024-02-29 12:34:56Z",
            "2024-02-29 12:34:56.000000000+0000",
        );
        check(
            "%d/%b/%Y:%H:%M:%S %z",
            "10/Oct/2000:13:55:36 -0700",
            "2000-10-10 13:55:36.000000000-0700",
        );
        check(
            "%A, %B %e, %Y",
            "thursday, february  9, 2023",
            "2023-02-09 00:00:00.000000000",
        );
        check("%I:%M %p", "12:05 am", "1900-01-01 00:05:00.000000000");
        check("%I:%M %p", "12:05 PM", "1900-01-01 12:05:00.000000000");
        check("%y%j", "24366", "2024-12-31 00:00:00.000000000");
        check("%y", "69", "1969-01-01 00:00:00.000000000");
        check("100%% %Y", "100% 2024", "2024-01-01 00:00:00.000000000");
    }

    #[test]
    fn what_does_not_fit_is_told_where() {
        check(
            "%Y-%m-%d",
            "2023-02-29",
            "at character 1 of `2023-02-29`: 2023-02 has 28 days",
        );
        check(
            "%Y-%m-%d",
            "2023-13-29",
            "at character 6 of `2023-13-29`: the month is 13, not 1 to 12",
        );
        check(
            "%Y-%m-%d",
            "2023/02",
            "at character 5 of `2023/02`: `-` is missing",
        );
        check(
            "%Y-%m-%d",
            "2023-02-01x",
            "at character 11 of `2023-02-01x`: more text follows",
        );
        check("%Y", "", "at character 1 of ``: the year is missing");
        check(
            "%b",
            "naïv",
            "at character 1 of `naïv`: the month is missing",
        );
        check("%p", "é", "at character 1 of `é`: AM or PM is missing");
        check(
            "%y%j",
            "23366",
            "at character 1 of `23366`: 2023 has 365 days",
        );
        check(
            "%Q",
            "",
            "at character 1 of `%Q`: there is no directive `%Q`",
        );
        check(
            "é %",
            "",
            "at character 3 of `é %`: a directive follows `%`, or another `%`",
        );
        check(
            "%V",
            "",
            "at character 1 of `%V`: `%V` is written only, it says too little to read it",
        );
    }

    proptest! {
        #[test]
        fn what_is_written_reads_back(day in -719_528_i64..2_932_896, clock in 0_i64..86_400_000_000_000, minutes in -1439_i32..1440) {
            for format in ["%Y-%m-%d %H:%M:%S.%N %z", "%Y %j %I:%M:%S %p %N%z", "%A %d %B %Y, %T %N%z", "%b %e %Y %T.%N%z"] {
                let format = Format::new(format, true).unwrap();
                let mut text = String::new();
                let offset = Some(minutes * 60);
                format.write(&Moment { day, clock, offset, zone: "" }, &mut text);
                prop_assert_eq!(format.read(&text).unwrap(), Read { day, clock, offset }, "{}", text);
            }
        }

        #[test]
        fn no_text_panics(format in "[%a-zA-Z0-9:é ]{0,12}", text in ".{0,20}") {
            for for_reading in [true, false] {
                if let Ok(format) = Format::new(&format, for_reading) {
                    drop(format.read(&text));
                }
            }
        }
    }
}
