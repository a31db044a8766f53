//! Days and instants in the proleptic Gregorian calendar, and as ISO 8601 text.

use std::fmt::{self, Write};

use arrow_array::cast::AsArray;
use arrow_array::types::{Date32Type, Int64Type};
use arrow_array::{Array, ArrayRef, Int32Array, Int64Array};
use arrow_schema::DataType;
use swath_meta::TimeUnit;

use crate::Zone;

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

/// The counts of a timestamp, duration or time of day, as they are stored; of dates the days. Shares the buffer where counts have 64
/// bits.
///
/// # Panics
/// For an array of anything else.
pub fn stored(array: &ArrayRef) -> Int64Array {
    match array.data_type() {
        DataType::Date32 => array
            .as_primitive::<Date32Type>()
            .unary::<_, Int64Type>(i64::from),
        DataType::Time32(_) => {
            let data = array.to_data().into_builder().data_type(DataType::Int32);
            let counts =
                Int32Array::from(data.build().expect("these times are counted in 32 bits"));
            counts.unary::<_, Int64Type>(i64::from)
        }
        _ => {
            let data = array.to_data().into_builder().data_type(DataType::Int64);
            Int64Array::from(
                data.build()
                    .expect("all other times are counted in 64 bits"),
            )
        }
    }
}

/// How many units a second has.
pub fn units_in_second(unit: TimeUnit) -> i64 {
    match unit {
        TimeUnit::Second => 1,
        TimeUnit::Millisecond => 1_000,
        TimeUnit::Microsecond => 1_000_000,
        TimeUnit::Nanosecond => 1_000_000_000,
    }
}

/// The year, month (1 to 12) and day (1 to 31) that is `days` after 1970-01-01. There is a year 0, and years before it.
///
/// ```
/// use swath_batch::civil::{date_of, days_of};
///
/// assert_eq!(date_of(0), (1970, 1, 1));
/// assert_eq!(date_of(19_782), (2024, 2, 29));
/// assert_eq!(days_of(2024, 2, 29), 19_782);
/// ```
#[inline]
pub fn date_of(days: i64) -> (i64, u32, u32) {
    // Years are counted from a first of March, so that the leap day comes last; 400 years repeat.
    let days = days.saturating_add(719_468);
    let (era, day_of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097) as u32);
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
    let year = i64::from(year_of_era) + era * 400 + i64::from(month <= 2);
    (year, month, day)
}

/// The days from 1970-01-01 to this one; the opposite of [`date_of`]. A day beyond the month's last counts on into the next.
#[inline]
pub fn days_of(year: i64, month: u32, day: u32) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let (era, year_of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let shifted = i64::from(if month > 2 { month - 3 } else { month + 9 });
    let day_of_year = (153 * shifted + 2) / 5 + i64::from(day) - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

/// The year has a 29th of February.
#[inline]
pub fn is_leap_year(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

/// The days of a month (1 to 12).
#[inline]
pub fn days_in_month(year: i64, month: u32) -> u32 {
    match month {
        2 => 28 + u32::from(is_leap_year(year)),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Writes the day that is `days` after 1970-01-01.
pub(crate) fn write_date(out: &mut dyn Write, days: i64) -> fmt::Result {
    let (year, month, day) = date_of(days);
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

/// Writes date and time: of a zone the local ones, with the offset at the end, `Z` for UTC. A zone that is not known here is
/// shown in UTC.
pub(crate) fn write_timestamp(
    out: &mut dyn Write,
    value: i64,
    unit: TimeUnit,
    zone: Option<&str>,
) -> fmt::Result {
    let known = zone.and_then(Zone::named);
    let seconds = value.div_euclid(units_in_second(unit));
    let offset = known.map_or(0, |mut zone| zone.offset_at(seconds));
    let nanoseconds = nanoseconds(value, unit) + i128::from(offset) * 1_000_000_000;
    write_date(out, nanoseconds.div_euclid(DAY) as i64)?;
    out.write_char('T')?;
    write_clock(out, nanoseconds.rem_euclid(DAY), unit)?;
    match zone {
        None => Ok(()),
        Some(_) if offset == 0 => out.write_char('Z'),
        Some(_) => write_offset(out, offset),
    }
}

/// Writes an offset from UTC in seconds: `+01:00`, or `+00:34:08` where it has seconds.
pub fn write_offset(out: &mut dyn Write, offset: i32) -> fmt::Result {
    let sign = if offset < 0 { '-' } else { '+' };
    let seconds = offset.unsigned_abs();
    write!(out, "{sign}{:02}:{:02}", seconds / 3600, seconds / 60 % 60)?;
    match seconds % 60 {
        0 => Ok(()),
        rest => write!(out, ":{rest:02}"),
    }
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

    #[test]
    fn a_day_is_its_date_and_back() {
        for days in (-800_000..800_000)
            .step_by(7)
            .chain([i64::from(i32::MIN), i64::from(i32::MAX)])
        {
            let (year, month, day) = date_of(days);
            assert_eq!(days_of(year, month, day), days);
            assert!(day <= days_in_month(year, month));
        }
    }
}
