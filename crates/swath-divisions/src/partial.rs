//! Text that names a span of time: a year, a month, a day, an hour, a minute.

use swath_batch::Value;
use swath_meta::{DType, TimeUnit};

use crate::DivisionsError;

const DAY_SECONDS: i64 = 86_400;

/// What a text names in a column of dates or timestamps.
pub(crate) enum Moment {
    /// All moments from the first to just before the second.
    Span(Value, Value),
    /// One moment, written in full.
    Instant(Value),
}

/// Reads text against a column of dates or timestamps; `None` if either is something else.
///
/// # Errors
/// [`DivisionsError::Label`] for text that is no date, or a local day of a zone whose midnights are not known here.
pub(crate) fn moment(value: &Value, dtype: &DType) -> Result<Option<Moment>, DivisionsError> {
    let Value::String(text) = value else {
        return Ok(None);
    };
    let (unit, zone) = match dtype {
        DType::Date => (None, None),
        DType::Timestamp(unit, zone) => (Some(*unit), zone.as_deref()),
        _ => return Ok(None),
    };
    let wrong = |hint: &'static str| DivisionsError::Label {
        label: text.to_string(),
        dtype: dtype.to_string(),
        hint,
    };
    let Some(span) = parse(text.trim()) else {
        let hint = "; write a date as in `2015`, `2015-02`, `2015-02-10`, `2015-02-10T12:30`";
        return value
            .cast(dtype)
            .map(|value| Some(Moment::Instant(value)))
            .map_err(|_| wrong(hint));
    };
    let offset = zone.map_or(Some(0), offset_seconds).ok_or_else(|| {
        wrong("; write the instant with its offset, as in `2015-02-10T00:00:00+01:00`, since the zone's offsets are not known here")
    })?;
    let end = |seconds: i64| match unit {
        None if seconds % DAY_SECONDS == 0 => {
            i32::try_from(seconds / DAY_SECONDS).ok().map(Value::Date)
        }
        None => None,
        Some(unit) => {
            let per_second = match unit {
                TimeUnit::Second => 1,
                TimeUnit::Millisecond => 1_000,
                TimeUnit::Microsecond => 1_000_000,
                TimeUnit::Nanosecond => 1_000_000_000,
            };
            let value = (seconds - offset).checked_mul(per_second)?;
            Some(Value::Timestamp {
                value,
                unit,
                zone: zone.map(Into::into),
            })
        }
    };
    match (end(span.0), end(span.1)) {
        (Some(from), Some(to)) => Ok(Some(Moment::Span(from, to))),
        _ => Err(wrong(
            "; it is out of the dtype's range, or finer than a day",
        )),
    }
}

/// The seconds since 1970-01-01 at which the named span begins and ends; `None` for text of another form.
fn parse(text: &str) -> Option<(i64, i64)> {
    let (date, time) = match text.split_once(['T', ' ']) {
        Some((date, time)) => (date, Some(time)),
        None => (text, None),
    };
    let mut fields = date.split('-').map(number);
    let year = fields.next()??;
    if date.split('-').next()?.len() != 4 {
        return None;
    }
    let (month, day) = (fields.next(), fields.next());
    if fields.next().is_some() {
        return None;
    }
    let Some(month) = month else {
        return time.is_none().then(|| {
            (
                days(year, 1, 1) * DAY_SECONDS,
                days(year + 1, 1, 1) * DAY_SECONDS,
            )
        });
    };
    let month = month.filter(|month| (1..=12).contains(month))?;
    let (next_year, next_month) = if month == 12 {
        (year + 1, 1)
    } else {
        (year, month + 1)
    };
    let (this, next) = (days(year, month, 1), days(next_year, next_month, 1));
    let Some(day) = day else {
        return time
            .is_none()
            .then_some((this * DAY_SECONDS, next * DAY_SECONDS));
    };
    let day = day.filter(|day| (1..=next - this).contains(day))?;
    let midnight = (this + day - 1) * DAY_SECONDS;
    let Some(time) = time else {
        return Some((midnight, midnight + DAY_SECONDS));
    };
    let mut fields = time.split(':').map(number);
    let hour = fields.next()?.filter(|hour| *hour < 24)?;
    let (minute, second) = (fields.next(), fields.next());
    if fields.next().is_some() {
        return None;
    }
    let below_60 = |field: Option<i64>| field.filter(|field| *field < 60);
    let start = midnight + hour * 3600;
    let Some(minute) = minute else {
        return Some((start, start + 3600));
    };
    let start = start + below_60(minute)? * 60;
    let Some(second) = second else {
        return Some((start, start + 60));
    };
    let start = start + below_60(second)?;
    Some((start, start + 1))
}

/// A field of digits alone.
fn number(field: &str) -> Option<i64> {
    let digits =
        !field.is_empty() && field.len() <= 4 && field.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| field.parse().ok())?
}

/// Days from 1970-01-01 to a date of the Gregorian calendar. Months are counted from March, so that a leap day ends its year.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let (year, month) = if month > 2 {
        (year, month - 3)
    } else {
        (year - 1, month + 9)
    };
    365 * year + year.div_euclid(4) - year.div_euclid(100)
        + year.div_euclid(400)
        + (153 * month + 2) / 5
        + day
        - 1
        - 719_468
}

/// The offset of a zone that has only one: UTC, or one written as `+01:00`.
fn offset_seconds(zone: &str) -> Option<i64> {
    if matches!(zone, "UTC" | "Etc/UTC" | "GMT" | "Z") {
        return Some(0);
    }
    let (sign, rest) = match zone.split_at_checked(1)? {
        ("+", rest) => (1, rest),
        ("-", rest) => (-1, rest),
        _ => return None,
    };
    let (hours, minutes) = rest.split_once(':').or_else(|| rest.split_at_checked(2))?;
    let minutes = if minutes.is_empty() {
        0
    } else {
        number(minutes)?
    };
    Some(sign * (number(hours)? * 3600 + minutes * 60))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, dtype: &str, expected: &str) {
        let found = match moment(&text.into(), &dtype.parse().unwrap()) {
            Ok(Some(Moment::Span(from, to))) => format!("{from} .. {to}"),
            Ok(Some(Moment::Instant(value))) => value.to_string(),
            Ok(None) => "no date".to_owned(),
            Err(error) => error.to_string(),
        };
        assert_eq!(found, expected, "{text} {dtype}");
    }

    #[test]
    fn spans() {
        check("2015", "date", "2015-01-01 .. 2016-01-01");
        check("2016-02", "date", "2016-02-01 .. 2016-03-01");
        check("2015-12", "date", "2015-12-01 .. 2016-01-01");
        check("2016-02-29", "date", "2016-02-29 .. 2016-03-01");
        check(
            "1900-02-28",
            "timestamp[s]",
            "1900-02-28T00:00:00 .. 1900-03-01T00:00:00",
        );
        check(
            "2015-02-10T12",
            "timestamp[ms]",
            "2015-02-10T12:00:00 .. 2015-02-10T13:00:00",
        );
        check(
            "2015-02-10 12:30",
            "timestamp[ns]",
            "2015-02-10T12:30:00 .. 2015-02-10T12:31:00",
        );
        check(
            "2015-02-10",
            "timestamp[us, UTC]",
            "2015-02-10T00:00:00Z .. 2015-02-11T00:00:00Z",
        );
        check(
            "2015-02-10",
            "timestamp[us, +01:00]",
            "2015-02-10T00:00:00+01:00 .. 2015-02-11T00:00:00+01:00",
        );
        check(
            "2015-02-10T12:30:15.25",
            "timestamp[us]",
            "2015-02-10T12:30:15.250000",
        );
        check("2015", "int64", "no date");
        check("2015", "string", "no date");
    }

    #[test]
    fn messages() {
        let error = |(text, dtype): (&str, &str)| {
            moment(&text.into(), &dtype.parse().unwrap())
                .err()
                .unwrap()
                .to_string()
        };
        let cases = [
            ("2015-02-30", "date"),
            ("15", "date"),
            ("2015-02-10T12", "date"),
            ("2015-02-10", "timestamp[us, Europe/Berlin]"),
        ];
        insta::assert_snapshot!(cases.map(error).join("\n"));
    }

    #[test]
    fn days_count_on() {
        assert_eq!(days(1970, 1, 1), 0);
        assert_eq!(days(2000, 3, 1) - days(2000, 2, 28), 2);
        assert_eq!(days(1, 1, 1), -719_162);
    }
}
