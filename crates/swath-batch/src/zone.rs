//! Time zones: between instants and the wall clock.

use jiff::Timestamp;
use jiff::tz::{Offset, TimeZone};

/// A time zone of a name, asked about many instants in a row.
///
/// Remembers between which transitions it was asked last, so that instants near each other cost a comparison each. All times are
/// whole seconds from 1970-01-01T00:00:00; beyond the years that have rules (-9999 to 9999) the last one goes on.
///
/// ```
/// use swath_batch::{Instants, Zone};
///
/// let mut zurich = Zone::named("Europe/Zurich").expect("a known zone");
/// assert_eq!(zurich.offset_at(1_709_210_096), 3600);
/// assert_eq!(zurich.instants(1_709_210_096), Instants::One(1_709_206_496));
/// assert!(Zone::named("Europe/Zurihc").is_none());
/// ```
#[derive(Clone, Debug)]
pub struct Zone {
    rules: TimeZone,
    /// The offset that was asked for last.
    offset: i32,
    /// It holds from here, up to there.
    from: i64,
    to: i64,
}

/// Which instants show a wall-clock time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Instants {
    /// This one.
    One(i64),
    /// Both: the clock was set back over it.
    Two(i64, i64),
    /// None: the clock was set forward over it at this instant.
    Skipped(i64),
}

impl Zone {
    /// Finds a zone by its IANA name, as an offset (`+01:00`, `-0330`), or as `UTC`. `None` where it is not known.
    pub fn named(name: &str) -> Option<Self> {
        let rules = if name.eq_ignore_ascii_case("utc") || name == "Z" {
            TimeZone::UTC
        } else if name.starts_with(['+', '-']) {
            TimeZone::fixed(fixed(name)?)
        } else {
            TimeZone::get(name).ok()?
        };
        let mut zone = Self {
            rules,
            offset: 0,
            from: 0,
            to: 0,
        };
        zone.look_up(0);
        Some(zone)
    }

    /// The offset where it is always the same.
    pub fn fixed_offset(&self) -> Option<i32> {
        let offset = self.rules.to_fixed_offset().ok()?;
        Some(offset.seconds())
    }

    /// Seconds to add to an instant for the local time.
    #[inline]
    pub fn offset_at(&mut self, instant: i64) -> i32 {
        if instant < self.from || instant >= self.to {
            self.look_up(instant);
        }
        self.offset
    }

    /// The instants at which the local clock shows this time.
    pub fn instants(&mut self, local: i64) -> Instants {
        const DAY: i64 = 86_400;
        // No two transitions are within two days of each other, and no offset is as long as a day.
        let before = local.saturating_sub(i64::from(self.offset_at(local.saturating_sub(DAY))));
        let after = local.saturating_sub(i64::from(self.offset_at(local.saturating_add(DAY))));
        let shows = |zone: &mut Self, instant: i64| {
            instant.saturating_add(zone.offset_at(instant).into()) == local
        };
        match (shows(self, before), shows(self, after)) {
            (true, true) if before != after => Instants::Two(before.min(after), before.max(after)),
            (true, _) => Instants::One(before),
            (_, true) => Instants::One(after),
            _ => {
                self.offset_at(before.max(after));
                Instants::Skipped(self.from)
            }
        }
    }

    fn look_up(&mut self, instant: i64) {
        let (first, last) = (
            Timestamp::MIN.as_second() + 1,
            Timestamp::MAX.as_second() - 1,
        );
        let second = instant.clamp(first, last);
        let at = |second| Timestamp::from_second(second).expect("it was brought into range");
        self.offset = self.rules.to_offset(at(second)).seconds();
        let next = self.rules.following(at(second)).next();
        self.to = next.map_or(i64::MAX, |next| next.timestamp().as_second());
        let last = self.rules.preceding(at(second + 1)).next();
        self.from = last.map_or(i64::MIN, |last| last.timestamp().as_second());
    }
}

/// `+01:00`, `+0100`, `-03`.
fn fixed(text: &str) -> Option<Offset> {
    let (sign, digits) = text.split_at(1);
    if digits.contains(':') && digits.split(':').any(|part| part.len() != 2) {
        return None;
    }
    let digits = digits.replace(':', "");
    let all = digits.bytes().all(|byte| byte.is_ascii_digit());
    if !all || !matches!(digits.len(), 2 | 4 | 6) {
        return None;
    }
    let part = |at: usize| {
        digits
            .get(at..at + 2)
            .map_or(Some(0), |part| part.parse().ok())
    };
    let seconds: i32 = part(0)? * 3600 + part(2)? * 60 + part(4)?;
    Offset::from_seconds(if sign == "-" { -seconds } else { seconds }).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offsets_change_at_transitions_in_any_order() {
        let mut zurich = Zone::named("Europe/Zurich").unwrap();
        // 2024-03-31T01:00:00Z, forward; 2024-10-27T01:00:00Z, back.
        let (spring, autumn) = (1_711_846_800, 1_729_990_800);
        for (instant, hours) in [
            (spring - 1, 1),
            (spring, 2),
            (autumn - 1, 2),
            (autumn, 1),
            (spring, 2),
            (i64::MAX, 1),
            (spring - 1, 1),
        ] {
            assert_eq!(zurich.offset_at(instant), hours * 3600, "{instant}");
        }
        zurich.offset_at(i64::MIN);
    }

    #[test]
    fn a_local_time_is_there_once_twice_or_not_at_all() {
        let mut zurich = Zone::named("Europe/Zurich").unwrap();
        let (spring, autumn) = (1_711_846_800, 1_729_990_800);
        // 02:30 local in spring does not exist, in autumn it is there twice.
        assert_eq!(
            zurich.instants(spring + 3600 + 1800),
            Instants::Skipped(spring)
        );
        assert_eq!(
            zurich.instants(autumn + 3600 + 1800),
            Instants::Two(autumn - 1800, autumn + 1800)
        );
        assert_eq!(
            zurich.instants(spring + 3600 - 1),
            Instants::One(spring - 1)
        );
        assert_eq!(zurich.instants(spring + 7200), Instants::One(spring));
        assert_eq!(zurich.instants(autumn + 7200), Instants::One(autumn + 3600));
    }

    #[test]
    fn names_and_offsets() {
        for (name, seconds) in [
            ("UTC", 0),
            ("utc", 0),
            ("+01:00", 3600),
            ("-0330", -12_600),
            ("+05", 18_000),
        ] {
            assert_eq!(
                Zone::named(name).unwrap().fixed_offset(),
                Some(seconds),
                "{name}"
            );
        }
        for name in ["", "Mars/Olympus", "+1", "+1:2:3:4", "+ab", "+99:00"] {
            assert!(Zone::named(name).is_none(), "{name}");
        }
        assert_eq!(Zone::named("Europe/Zurich").unwrap().fixed_offset(), None);
    }
}
