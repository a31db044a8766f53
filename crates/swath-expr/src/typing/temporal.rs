//! Text that stands for a date, time or timestamp: ISO 8601, also cut short.

use std::sync::Arc;

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use swath_batch::Value;
use swath_meta::{DType, TimeUnit};

use crate::Frequency;

/// Reads a literal for a column of this temporal dtype.
///
/// `1995-12-31`, `1995-12-31T10:30`, `1995-12-31 10:30:00.5`, with `Z` or an offset for columns with a zone. A date cut short, `1995`
/// or `1995-12`, stands for its first instant. Without an offset the time is local to the column's zone.
pub(crate) fn parse(text: &str, dtype: &DType) -> Result<Value, String> {
    let text = text.trim();
    match dtype {
        DType::Date => {
            let time = datetime(text).ok_or("it is no date, write it like 1995-12-31")?;
            if time.time() != Time::midnight() {
                return Err("it has a time of day, a date has none".to_owned());
            }
            let days = time.date().duration_since(epoch().date()).as_hours() / 24;
            i32::try_from(days)
                .map(Value::Date)
                .map_err(|_| "it is out of range".to_owned())
        }
        DType::Timestamp(unit, None) => {
            if text.parse::<Timestamp>().is_ok() {
                return Err("it has an offset, the column has no zone".to_owned());
            }
            let time =
                datetime(text).ok_or("it is no timestamp, write it like 1995-12-31T10:30:00")?;
            let value = units(time.duration_since(epoch()), *unit)?;
            Ok(Value::Timestamp {
                value,
                unit: *unit,
                zone: None,
            })
        }
        DType::Timestamp(unit, Some(zone)) => {
            let local = || {
                let time = datetime(text)
                    .ok_or("it is no timestamp, write it like 1995-12-31T10:30:00Z")?;
                let unknown =
                    || format!("the zone {zone} is not known here, write an offset as in +01:00");
                let instant = time_zone(zone).ok_or_else(unknown)?.to_timestamp(time);
                instant.map_err(|_| "it is out of range".to_owned())
            };
            let instant = text.parse::<Timestamp>().or_else(|_| local())?;
            let value = units(instant.duration_since(Timestamp::UNIX_EPOCH), *unit)?;
            Ok(Value::Timestamp {
                value,
                unit: *unit,
                zone: Some(Arc::clone(zone)),
            })
        }
        DType::Time(unit) => {
            let time: Time = text
                .parse()
                .map_err(|_| "it is no time of day, write it like 10:30:00")?;
            Ok(Value::Time {
                value: units(time.duration_since(Time::midnight()), *unit)?,
                unit: *unit,
            })
        }
        DType::Duration(unit) => {
            let span: Frequency = text
                .parse()
                .map_err(|_| "it is no duration, write it like 15min or -1d12h")?;
            let nanoseconds = span
                .nanoseconds()
                .ok_or("months have no fixed length, write it as `.dt().offset_by(…)`")?;
            Ok(Value::Duration {
                value: counted(nanoseconds, *unit)?,
                unit: *unit,
            })
        }
        _ => Err("it is text".to_owned()),
    }
}

fn epoch() -> DateTime {
    DateTime::constant(1970, 1, 1, 0, 0, 0, 0)
}

/// A date and time of day, each part from the right optional down to the year.
fn datetime(text: &str) -> Option<DateTime> {
    let digits = |text: &str, count: usize| {
        (text.len() == count && text.bytes().all(|byte| byte.is_ascii_digit())).then_some(())
    };
    // Of the forms without a day, only the exact ones: `199512` is more likely a mistake than a month.
    if let Some((year, month)) = text.split_once('-')
        && digits(year, 4).is_some()
        && digits(month, 2).is_some()
    {
        return Date::new(year.parse().ok()?, month.parse().ok()?, 1)
            .ok()
            .map(|date| date.at(0, 0, 0, 0));
    }
    if digits(text, 4).is_some() {
        return Date::new(text.parse().ok()?, 1, 1)
            .ok()
            .map(|date| date.at(0, 0, 0, 0));
    }
    let bytes = text.as_bytes();
    if bytes.len() < 10 || bytes[4] != b'-' || bytes[7] != b'-' {
        return None;
    }
    text.parse().ok()
}

fn time_zone(zone: &str) -> Option<TimeZone> {
    if let Some((sign, rest)) = zone.split_at_checked(1)
        && let ("+" | "-", Some((hours, minutes))) = (
            sign,
            rest.split_once(':').or_else(|| rest.split_at_checked(2)),
        )
    {
        let minutes: i32 = hours.parse::<i32>().ok()? * 60
            + if minutes.is_empty() {
                0
            } else {
                minutes.parse().ok()?
            };
        let seconds = minutes * if sign == "-" { -60 } else { 60 };
        return jiff::tz::Offset::from_seconds(seconds)
            .ok()
            .map(TimeZone::fixed);
    }
    if zone.eq_ignore_ascii_case("utc") || zone == "Z" {
        Some(TimeZone::UTC)
    } else {
        TimeZone::get(zone).ok()
    }
}

/// A span as a whole number of units.
fn units(span: SignedDuration, unit: TimeUnit) -> Result<i64, String> {
    counted(span.as_nanos(), unit)
}

/// Nanoseconds as a whole number of units.
fn counted(nanoseconds: i128, unit: TimeUnit) -> Result<i64, String> {
    let each = match unit {
        TimeUnit::Second => 1_000_000_000,
        TimeUnit::Millisecond => 1_000_000,
        TimeUnit::Microsecond => 1_000,
        TimeUnit::Nanosecond => 1,
    };
    if nanoseconds % each != 0 {
        return Err("it has more digits of a second than the column".to_owned());
    }
    i64::try_from(nanoseconds / each).map_err(|_| "it is out of range".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, dtype: &str, expected: &str) {
        let found = match parse(text, &dtype.parse().unwrap()) {
            Ok(value) => value.to_string(),
            Err(reason) => reason,
        };
        assert_eq!(found, expected, "{text} for {dtype}");
    }

    #[test]
    #[expect(clippy::too_many_lines, reason = "a table of cases")]
    fn iso_forms_are_read_and_short_ones_begin_their_period() {
        for (text, dtype, expected) in [
            ("1995-12-31", "date", "1995-12-31"),
            (" 1995-12 ", "date", "1995-12-01"),
            ("1995", "date", "1995-01-01"),
            ("1995-12-31T00:00", "date", "1995-12-31"),
            (
                "1995-12-31 10:30",
                "date",
                "it has a time of day, a date has none",
            ),
            (
                "1995-02-30",
                "date",
                "it is no date, write it like 1995-12-31",
            ),
            (
                "31.12.1995",
                "date",
                "it is no date, write it like 1995-12-31",
            ),
            ("199512", "date", "it is no date, write it like 1995-12-31"),
            (
                "19951231",
                "date",
                "it is no date, write it like 1995-12-31",
            ),
            (
                "yesterday",
                "date",
                "it is no date, write it like 1995-12-31",
            ),
            ("", "date", "it is no date, write it like 1995-12-31"),
            ("1969-12-31", "date", "1969-12-31"),
            ("1995-12-31", "timestamp[s]", "1995-12-31T00:00:00"),
            ("1995-12", "timestamp[ns]", "1995-12-01T00:00:00"),
            ("1995-12-31 10:30", "timestamp[us]", "1995-12-31T10:30:00"),
            (
                "1995-12-31T10:30:00.25",
                "timestamp[ms]",
                "1995-12-31T10:30:00.250",
            ),
            (
                "1995-12-31T10:30:00.25",
                "timestamp[s]",
                "it has more digits of a second than the column",
            ),
            (
                "1969-12-31T23:59:59.5",
                "timestamp[ms]",
                "1969-12-31T23:59:59.500",
            ),
            ("9999-01-01", "timestamp[ns]", "it is out of range"),
            (
                "1995-12-31T10:30:00Z",
                "timestamp[us]",
                "it has an offset, the column has no zone",
            ),
            (
                "1995-12-31T10:30:00+02:00",
                "timestamp[us, UTC]",
                "1995-12-31T08:30:00Z",
            ),
            (
                "1995-12-31T10:30:00",
                "timestamp[us, UTC]",
                "1995-12-31T10:30:00Z",
            ),
            (
                "1995-12-31",
                "timestamp[us, +01:00]",
                "1995-12-31T00:00:00+01:00",
            ),
            (
                "1995-12-31",
                "timestamp[us, -05:30]",
                "1995-12-31T00:00:00-05:30",
            ),
            (
                "1995-07-01",
                "timestamp[us, Nowhere/Land]",
                "the zone Nowhere/Land is not known here, write an offset as in +01:00",
            ),
            (
                "1995-07-01",
                "timestamp[us, Europe/Berlin]",
                "1995-07-01T00:00:00+02:00",
            ),
            (
                "1995-12-01",
                "timestamp[us, Europe/Berlin]",
                "1995-12-01T00:00:00+01:00",
            ),
            ("10:30", "time[s]", "10:30:00"),
            (
                "10:30:00.5",
                "time[s]",
                "it has more digits of a second than the column",
            ),
            (
                "25:00",
                "time[s]",
                "it is no time of day, write it like 10:30:00",
            ),
            ("5s", "duration[s]", "5s"),
            ("-1d 90min", "duration[ms]", "-91800000ms"),
            (
                "5",
                "duration[s]",
                "it is no duration, write it like 15min or -1d12h",
            ),
            (
                "1us",
                "duration[ms]",
                "it has more digits of a second than the column",
            ),
        ] {
            check(text, dtype, expected);
        }
    }
}
