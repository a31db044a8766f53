//! Spans of time.

use jiff::SignedDuration;
use swath_batch::Value;
use swath_meta::TimeUnit;

/// What is written where no time passes: of days, but of no length.
const NOTHING: &str = "P0D";

/// A span of time as ISO 8601 writes it, `PT1.5S`, or with units, `1h 30m`, `1500ms`; none that its unit is too coarse for, and
/// none of days: they are of different lengths.
pub(crate) fn duration(text: &str, unit: TimeUnit) -> Option<Value> {
    let span: SignedDuration = if text == NOTHING {
        SignedDuration::ZERO
    } else {
        text.parse().ok()?
    };
    let each: i128 = match unit {
        TimeUnit::Second => 1_000_000_000,
        TimeUnit::Millisecond => 1_000_000,
        TimeUnit::Microsecond => 1_000,
        TimeUnit::Nanosecond => 1,
    };
    let nanoseconds = span.as_nanos();
    let value = (nanoseconds % each == 0).then_some(nanoseconds / each)?;
    let value = i64::try_from(value).ok()?;
    Some(Value::Duration { value, unit })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_a_span_of_time() {
        let cases = [
            ("PT1.5S", TimeUnit::Millisecond, Some(1500)),
            ("PT1.5S", TimeUnit::Second, None),
            ("-PT1.5S", TimeUnit::Microsecond, Some(-1_500_000)),
            ("P0D", TimeUnit::Second, Some(0)),
            ("PT0S", TimeUnit::Nanosecond, Some(0)),
            ("PT1H30M", TimeUnit::Second, Some(5400)),
            ("1500ms", TimeUnit::Millisecond, Some(1500)),
            ("1h 30m", TimeUnit::Second, Some(5400)),
            ("P1D", TimeUnit::Second, None),
            ("1500", TimeUnit::Millisecond, None),
            ("soon", TimeUnit::Second, None),
        ];
        for (text, unit, expected) in cases {
            let expected = expected.map(|value| Value::Duration { value, unit });
            assert_eq!(duration(text, unit), expected, "{text}");
        }
    }
}
