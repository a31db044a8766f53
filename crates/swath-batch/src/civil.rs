//! Days and instants as ISO 8601 text, in the proleptic Gregorian calendar.

use std::fmt::{self, Write};
use swath_meta::TimeUnit;

const DAY: i128 = 86_400_000_000_000;

/// The short name of a unit: `s`, `ms`, `us` or `ns`.
pub(crate) fn unit_name(unit: TimeUnit) -> &'static str {
    match unit {
        TimeUnit::Second => "s",
        TimeUnit::Millisecond => "ms",
        TimeUnit::Microsecond => "us",
        TimeUnit::Nanosecond => "ns",
    }
}

/// Writes the day that is `days` after 1970-01-01.
pub(crate) fn write_date(out: &mut dyn Write, days: i64) -> fmt::Result {
    // Years are counted from a first of March, so that the leap day comes last; 400 years repeat.
    let days = i128::from(days) + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 {
        shifted + 3
    } else {
        shifted - 9
    };
    let year = year_of_era + era * 400 + i128::from(month <= 2);
    if (0..=9999).contains(&year) {
        write!(out, "{year:04}-{month:02}-{day:02}")
    } else {
        write!(out, "{year:+05}-{month:02}-{day:02}")
    }
}

/// Writes the time of day that is `value` units after midnight.
pub(crate) fn write_time(out: &mut dyn Write, value: i64, unit: TimeUnit) -> fmt::Result {
    write_clock(out, nanoseconds(value, unit), unit)
}

/// Writes date and time; with `Z` at the end where `instant` says that it names a moment in UTC.
pub(crate) fn write_timestamp(
    out: &mut dyn Write,
    value: i64,
    unit: TimeUnit,
    instant: bool,
) -> fmt::Result {
    let nanoseconds = nanoseconds(value, unit);
    write_date(out, nanoseconds.div_euclid(DAY) as i64)?;
    out.write_char('T')?;
    write_clock(out, nanoseconds.rem_euclid(DAY), unit)?;
    if instant { out.write_char('Z') } else { Ok(()) }
}

/// Writes hours, minutes, seconds, and the digits of `unit` where they are not all zero.
fn write_clock(out: &mut dyn Write, nanoseconds: i128, unit: TimeUnit) -> fmt::Result {
    let seconds = nanoseconds.div_euclid(1_000_000_000);
    let (hour, minute) = (seconds / 3600, seconds / 60 % 60);
    write!(out, "{hour:02}:{minute:02}:{:02}", seconds % 60)?;
    let part = nanoseconds.rem_euclid(1_000_000_000);
    match unit {
        _ if part == 0 => Ok(()),
        TimeUnit::Second => Ok(()),
        TimeUnit::Millisecond => write!(out, ".{:03}", part / 1_000_000),
        TimeUnit::Microsecond => write!(out, ".{:06}", part / 1_000),
        TimeUnit::Nanosecond => write!(out, ".{part:09}"),
    }
}

fn nanoseconds(value: i64, unit: TimeUnit) -> i128 {
    let each = match unit {
        TimeUnit::Second => 1_000_000_000,
        TimeUnit::Millisecond => 1_000_000,
        TimeUnit::Microsecond => 1_000,
        TimeUnit::Nanosecond => 1,
    };
    i128::from(value) * each
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_day_of_four_centuries_follows_the_one_before() {
        let text = |days| {
            let mut out = String::new();
            write_date(&mut out, days).expect("text never fails");
            out
        };
        let mut last = text(-146_097);
        assert_eq!(last, "1570-01-01");
        for day in -146_096..146_097 {
            let next = text(day);
            assert!(next > last, "{last} {next}");
            let same_month = last[..7] == next[..7];
            let step = next[8..].parse::<u8>().expect("digits");
            let before = last[8..].parse::<u8>().expect("digits");
            assert!(if same_month {
                step == before + 1
            } else {
                step == 1 && before >= 28
            });
            last = next;
        }
        assert_eq!(text(-719_528), "0000-01-01");
        assert_eq!(text(2_932_897), "+10000-01-01");
    }
}
