//! Points in time as Rust values, and what is between two of them.

use std::fmt::{self, Display, Formatter};
use std::ops::Sub;

use swath_meta::TimeUnit;

use crate::Value;
use crate::civil::units_in_second;

const SECOND: i128 = 1_000_000_000;

/// A point in time of a column of timestamps, exact whatever the column's unit is.
///
/// Of a column with a zone it is the instant; of one without, the wall-clock time as if it were that of UTC, so that differences are
/// those of the clock. `Display` is ISO 8601 in UTC, without an offset.
///
/// ```
/// use swath_batch::{Batch, Timestamp};
///
/// let batch = Batch::from_csv("at\n2024-02-28T23:00:00\n2024-02-29T00:30:00\n")?;
/// let at: Vec<Timestamp> = batch.rows1("at")?.collect();
/// assert_eq!((at[1] - at[0]).nanoseconds(), 90 * 60 * 1_000_000_000);
/// assert_eq!(at[1].to_string(), "2024-02-29T00:30:00");
/// # Ok::<(), swath_batch::BatchError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i128);

impl Timestamp {
    /// The point that is this many units after 1970-01-01T00:00:00.
    pub fn new(value: i64, unit: TimeUnit) -> Self {
        Self(i128::from(value) * (SECOND / i128::from(units_in_second(unit))))
    }

    /// Nanoseconds since 1970-01-01T00:00:00, negative before.
    pub fn nanoseconds(self) -> i128 {
        self.0
    }
}

impl Sub for Timestamp {
    type Output = Elapsed;

    fn sub(self, earlier: Self) -> Elapsed {
        Elapsed(self.0 - earlier.0)
    }
}

impl Display for Timestamp {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let unit = [
            TimeUnit::Second,
            TimeUnit::Millisecond,
            TimeUnit::Microsecond,
            TimeUnit::Nanosecond,
        ];
        // The coarsest unit that loses nothing also holds every year that a column can have.
        let whole = unit.into_iter().find_map(|unit| {
            let each = SECOND / i128::from(units_in_second(unit));
            let value = i64::try_from(self.0 / each).ok()?;
            (self.0 % each == 0).then_some((value, unit))
        });
        let (value, unit) = whole.expect("it came from a column of one of the units");
        let zone = None;
        Display::fmt(&Value::Timestamp { value, unit, zone }, f)
    }
}

/// What is between two [`Timestamp`]s: negative where the first was the later one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Elapsed(i128);

impl Elapsed {
    /// It in nanoseconds.
    pub fn nanoseconds(self) -> i128 {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_do_not_matter() {
        let units = [
            (TimeUnit::Second, 1),
            (TimeUnit::Millisecond, 1_000),
            (TimeUnit::Microsecond, 1_000_000),
            (TimeUnit::Nanosecond, 1_000_000_000),
        ];
        for (unit, factor) in units {
            let at = Timestamp::new(-3 * factor, unit);
            assert_eq!(at, Timestamp::new(-3, TimeUnit::Second));
            assert_eq!(at.to_string(), "1969-12-31T23:59:57");
        }
        let (least, most) = (
            Timestamp::new(i64::MIN, TimeUnit::Second),
            Timestamp::new(i64::MAX, TimeUnit::Second),
        );
        assert!(least < most);
        assert_eq!((most - least).nanoseconds(), i128::from(u64::MAX) * SECOND);
        assert!((least - most).nanoseconds() < 0);
    }

    #[test]
    fn digits_are_shown_as_far_as_they_go() {
        let text = |value, unit| Timestamp::new(value, unit).to_string();
        assert_eq!(
            text(1_500, TimeUnit::Millisecond),
            "1970-01-01T00:00:01.500"
        );
        assert_eq!(
            text(1, TimeUnit::Nanosecond),
            "1970-01-01T00:00:00.000000001"
        );
    }
}
