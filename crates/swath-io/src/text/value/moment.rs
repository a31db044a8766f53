//! Dates and timestamps as ISO 8601 writes them.

use jiff::fmt::strtime;
use swath_meta::TimeUnit;

/// A date with a time of day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Clock {
    /// Seconds after 1970-01-01, on the clock that the text shows.
    pub(crate) seconds: i64,
    pub(crate) nanoseconds: u32,
    /// Digits after the second.
    pub(crate) digits: u8,
    /// Seconds that the clock is before UTC, where the text says so; 0 for `Z`.
    pub(crate) offset: Option<i32>,
}

impl Clock {
    /// Days after 1970-01-01, where it is midnight.
    pub(crate) fn day(self) -> Option<i32> {
        const DAY: i64 = 86_400;
        let whole = self.seconds.rem_euclid(DAY) == 0 && self.nanoseconds == 0;
        (whole && self.offset.is_none()).then(|| self.seconds.div_euclid(DAY) as i32)
    }
}

/// Counts moments in one unit.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ticks {
    per_second: i64,
    /// Digits of a second that the unit has.
    digits: u32,
    zoned: bool,
}

impl Ticks {
    /// With a zone every clock is that of UTC unless it has an offset of its own; without one none may have an offset.
    pub(crate) fn new(unit: TimeUnit, zoned: bool) -> Self {
        let (per_second, digits) = match unit {
            TimeUnit::Second => (1, 0),
            TimeUnit::Millisecond => (1_000, 3),
            TimeUnit::Microsecond => (1_000_000, 6),
            TimeUnit::Nanosecond => (1_000_000_000, 9),
        };
        Self {
            per_second,
            digits,
            zoned,
        }
    }

    /// Units after 1970; nothing where the clock is finer than the unit, or the count too large.
    #[inline]
    pub(crate) fn count(self, clock: Clock) -> Option<i64> {
        let step = 1_000_000_000 / self.per_second;
        let exact =
            u32::from(clock.digits) <= self.digits || i64::from(clock.nanoseconds) % step == 0;
        if !exact || (clock.offset.is_some() && !self.zoned) {
            return None;
        }
        let seconds = clock.seconds - i64::from(clock.offset.unwrap_or(0));
        let whole = seconds.checked_mul(self.per_second)?;
        whole.checked_add(i64::from(clock.nanoseconds) / step)
    }

    /// Units after 1970 of a whole second on a clock without an offset; nothing where the count is too large.
    #[inline]
    pub(crate) fn of_seconds(self, seconds: i64) -> Option<i64> {
        seconds.checked_mul(self.per_second)
    }
}

/// Reads moments, one after the other: neighbours often fall on one day.
#[derive(Clone, Debug)]
pub(crate) struct Moments {
    day: [u8; 10],
    days: i32,
}

impl Default for Moments {
    fn default() -> Self {
        Self {
            day: *b"1970-01-01",
            days: 0,
        }
    }
}

impl Moments {
    /// `2024-01-31`, then nothing or `T` or a blank and `23:59`, `23:59:60` at most `.123456789`, then nothing, `Z` or an offset.
    #[inline]
    pub(crate) fn clock(&mut self, text: &[u8]) -> Option<Clock> {
        let (day, time) = text.split_first_chunk::<10>()?;
        if *day != self.day {
            self.days = days(day)?;
            self.day = *day;
        }
        let midnight = i64::from(self.days) * 86_400;
        // The usual form: nothing but seconds.
        if let [b' ' | b'T', rest @ ..] = time
            && let Ok(rest) = <[u8; 8]>::try_from(rest)
        {
            return Some(Clock {
                seconds: midnight + i64::from(seconds(rest)?),
                nanoseconds: 0,
                digits: 0,
                offset: None,
            });
        }
        other(midnight, time)
    }

    /// Seconds after 1970-01-01 of what [`clock`](Self::clock) reads, where it is written `2024-01-31 23:59:59` or with `T`; `None`
    /// for every other form.
    #[inline]
    pub(crate) fn seconds(&mut self, text: &[u8; 19]) -> Option<i64> {
        let (day, time) = text.split_first_chunk::<10>()?;
        let (between, time) = time.split_first()?;
        if *day != self.day {
            self.days = days(day)?;
            self.day = *day;
        }
        if !matches!(between, b' ' | b'T') {
            return None;
        }
        let seconds = seconds(*time.first_chunk()?)?;
        Some(i64::from(self.days) * 86_400 + i64::from(seconds))
    }
}

impl Moments {
    /// A moment in the letters of `strptime`, or, without any, as [`clock`](Self::clock) reads it.
    pub(crate) fn read(&mut self, text: &[u8], format: Option<&str>) -> Option<Clock> {
        let Some(format) = format else {
            return self.clock(text);
        };
        let parsed = strtime::BrokenDownTime::parse(format, text).ok()?;
        let date = parsed.to_date().ok()?;
        let time = parsed.to_time().unwrap_or_default();
        let days = i64::from(date.since(jiff::civil::date(1970, 1, 1)).ok()?.get_days());
        Some(Clock {
            seconds: days * 86_400
                + i64::from(time.hour()) * 3600
                + i64::from(time.minute()) * 60
                + i64::from(time.second()),
            nanoseconds: time.subsec_nanosecond() as u32,
            digits: 9,
            offset: parsed.offset().map(jiff::tz::Offset::seconds),
        })
    }
}

/// Seconds of `HH:MM:SS`: all bytes at once.
#[inline]
fn seconds(text: [u8; 8]) -> Option<u32> {
    // Added to a byte less '0', or less the colon, it sets the high bit if that is more than the place allows.
    const ABOVE: u64 = u64::from_le_bytes([0x7d, 0x76, 0x7f, 0x7a, 0x76, 0x7f, 0x7a, 0x76]);
    const HIGH_BITS: u64 = u64::from_le_bytes([0x80; 8]);
    let digits = u64::from_le_bytes(text) ^ u64::from_le_bytes(*b"00:00:00");
    if (digits.wrapping_add(ABOVE) | digits) & HIGH_BITS != 0 {
        return None;
    }
    // Tens and ones are neighbours.
    let pairs = digits * 10 + (digits >> 8);
    let pair = |at: u32| (pairs >> (8 * at)) as u8;
    let (hour, minute, second) = (pair(0), pair(3), pair(6));
    (hour < 24).then(|| u32::from(hour) * 3600 + u32::from(minute) * 60 + u32::from(second))
}

/// The less usual forms of what follows a day.
fn other(midnight: i64, time: &[u8]) -> Option<Clock> {
    let mut clock = Clock {
        seconds: midnight,
        nanoseconds: 0,
        digits: 0,
        offset: None,
    };
    let mut rest = match time {
        [] => return Some(clock),
        [b' ' | b'T' | b't', rest @ ..] => rest,
        _ => return None,
    };
    if let Some((time, after)) = rest.split_first_chunk::<8>()
        && time[5] == b':'
    {
        clock.seconds += i64::from(seconds(*time)?);
        rest = after;
    } else {
        let (&[h1, h2, b':', m1, m2], after) = rest.split_first_chunk::<5>()? else {
            return None;
        };
        let (hour, minute) = (two(h1, h2)?, two(m1, m2)?);
        if hour > 23 || minute > 59 {
            return None;
        }
        clock.seconds += i64::from(hour * 3600 + minute * 60);
        rest = after;
    }
    if let [b'.' | b',', after @ ..] = rest {
        let digits = after
            .iter()
            .take_while(|byte| byte.is_ascii_digit())
            .count();
        if digits == 0 || digits > 9 {
            return None;
        }
        let (fraction, after) = after.split_at(digits);
        let value = fraction
            .iter()
            .fold(0_u32, |value, byte| value * 10 + u32::from(byte - b'0'));
        clock.nanoseconds = value * 10_u32.pow(9 - digits as u32);
        clock.digits = digits as u8;
        rest = after;
    }
    clock.offset = match rest {
        [] => None,
        [b'Z' | b'z'] => Some(0),
        [sign @ (b'+' | b'-'), digits @ ..] => {
            let (hour, minute) = match *digits {
                [h1, h2] => (two(h1, h2)?, 0),
                [h1, h2, m1, m2] | [h1, h2, b':', m1, m2] => (two(h1, h2)?, two(m1, m2)?),
                _ => return None,
            };
            if hour > 23 || minute > 59 {
                return None;
            }
            let seconds = (hour * 3600 + minute * 60) as i32;
            Some(if *sign == b'-' { -seconds } else { seconds })
        }
        _ => return None,
    };
    Some(clock)
}

/// Days from 1970-01-01 to a date in the Gregorian calendar.
pub(crate) fn days(text: &[u8; 10]) -> Option<i32> {
    let [y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2] = *text else {
        return None;
    };
    let year = two(y1, y2)? * 100 + two(y3, y4)?;
    let (month, day) = (two(m1, m2)?, two(d1, d2)?);
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let length = match month {
        2 => 28 + u32::from(leap),
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return None,
    };
    if day == 0 || day > length {
        return None;
    }
    // Years from a first of March: the leap day is their last.
    let (year, month) = if month > 2 {
        (year as i32, month as i32 - 3)
    } else {
        (year as i32 - 1, month as i32 + 9)
    };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * month + 2) / 5 + day as i32 - 1;
    Some(era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468)
}

#[inline]
fn two(tens: u8, ones: u8) -> Option<u32> {
    let (tens, ones) = (tens.wrapping_sub(b'0'), ones.wrapping_sub(b'0'));
    (tens <= 9 && ones <= 9).then(|| u32::from(tens) * 10 + u32::from(ones))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use swath_batch::Value;
    use swath_meta::DType;

    #[test]
    fn days_are_those_of_the_calendar() {
        let mut expected = 0;
        for year in 1970..2401 {
            for month in 1..13 {
                for day in 1..32 {
                    let text = format!("{year}-{month:02}-{day:02}");
                    let bytes = text.as_bytes().try_into().expect("ten bytes");
                    let value = Value::String(text.clone().into()).cast(&DType::Date);
                    match days(bytes) {
                        Some(days) => {
                            assert_eq!(days, expected, "{text}");
                            assert!(value.is_ok(), "{text}");
                            expected += 1;
                        }
                        None => assert!(value.is_err(), "{text}"),
                    }
                }
            }
        }
        assert_eq!(days(b"1969-12-31"), Some(-1));
        assert_eq!(days(b"0000-03-01"), Some(-719_468));
    }

    #[test]
    fn forms_of_a_timestamp() {
        let nanosecond = DType::Timestamp(TimeUnit::Nanosecond, None);
        let mut moments = Moments::default();
        for (text, expected) in [
            ("1970-01-02", Some((86_400, 0, 0, None))),
            ("1970-01-01 00:01", Some((60, 0, 0, None))),
            ("1970-01-01T00:00:01", Some((1, 0, 0, None))),
            ("1970-01-01 00:00:01.5", Some((1, 500_000_000, 1, None))),
            (
                "1970-01-01T00:00:00.123456789Z",
                Some((0, 123_456_789, 9, Some(0))),
            ),
            ("1970-01-01T01:00+01:00", Some((3600, 0, 0, Some(3600)))),
            ("1970-01-01 00:00:00-0130", Some((0, 0, 0, Some(-5400)))),
            ("1970-01-01 24:00:00", None),
            ("1970-01-01 00:60", None),
            ("1970-01-01 00:00:00.", None),
            ("1970-01-01 00:00:00.1234567891", None),
            ("1970-01-01 00:00:00 UTC", None),
            ("1970-1-1", None),
            ("1970-02-30", None),
            ("", None),
        ] {
            let found = moments.clock(text.as_bytes());
            let parts = found.map(|c| (c.seconds, c.nanoseconds, c.digits, c.offset));
            assert_eq!(parts, expected, "{text}");
            // The cast knows fewer forms.
            let seconds = text.len() >= 19;
            if let Some(clock) = found.filter(|clock| clock.offset.is_none() && seconds) {
                let counted = clock.seconds * 1_000_000_000 + i64::from(clock.nanoseconds);
                let value = Value::String(text.into()).cast(&nanosecond);
                assert_eq!(
                    value.expect(text),
                    Value::Timestamp {
                        value: counted,
                        unit: TimeUnit::Nanosecond,
                        zone: None
                    },
                    "{text}"
                );
            }
        }
    }

    proptest! {
        /// Bytes at once are what bytes one after the other are.
        #[test]
        fn seconds_are_those_of_digits(
            text in "[0-2][0-9]:[0-5][0-9]:[0-5][0-9]",
            at in 0..8_usize,
            other in any::<u8>(),
        ) {
            let mut bytes: [u8; 8] = text.as_bytes().try_into().expect("eight bytes");
            for changed in [false, true] {
                if changed {
                    bytes[at] = other;
                }
                let [h1, h2, c1, m1, m2, c2, s1, s2] = bytes;
                let parts = (two(h1, h2), two(m1, m2), two(s1, s2), [c1, c2]);
                let expected = match parts {
                    (Some(h @ 0..24), Some(m @ 0..60), Some(s @ 0..60), [b':', b':']) => {
                        Some(h * 3600 + m * 60 + s)
                    }
                    _ => None,
                };
                prop_assert_eq!(seconds(bytes), expected);
            }
        }

        /// The usual form is read as all forms are, whichever day was read before.
        #[test]
        fn seconds_are_those_of_the_clock(
            before in "20[0-9]{2}-[01][0-9]-[0-3][0-9]",
            text in "[0-9]{4}-[01][0-9]-[0-3][0-9][ Tt][0-2][0-9]:[0-9]{2}:[0-9]{2}",
        ) {
            let mut moments = Moments::default();
            moments.clock(before.as_bytes());
            let bytes = text.as_bytes().try_into().expect("nineteen bytes");
            let found = moments.seconds(bytes);
            let usual = !text.contains('t');
            let clock = moments.clock(text.as_bytes()).filter(|_| usual);
            prop_assert_eq!(found, clock.map(|clock| clock.seconds));
            let ticks = Ticks::new(TimeUnit::Nanosecond, true);
            prop_assert_eq!(
                found.and_then(|seconds| ticks.of_seconds(seconds)),
                clock.and_then(|clock| ticks.count(clock))
            );
        }
    }
}
