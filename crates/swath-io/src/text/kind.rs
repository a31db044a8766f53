//! The dtype of a column, by what some of its texts are.

use swath_meta::{DType, TimeUnit};

use super::value::{Figures, Moments, boolean, float, integer};

/// What all fields so far could be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Kind {
    /// No value was seen.
    #[default]
    Nothing,
    Bool,
    /// Whole numbers that both signed and unsigned integers hold.
    Integer,
    /// Some are negative.
    Signed,
    /// Some are too large for a signed integer.
    Unsigned,
    Float,
    Date,
    /// With so many digits of a second at most, and an offset in each.
    Timestamp {
        digits: u8,
        zoned: bool,
    },
    Text,
}

impl Kind {
    /// What values of both kinds could be.
    pub(crate) fn or(self, other: Self) -> Self {
        use Kind::{Date, Float, Integer, Nothing, Signed, Text, Timestamp, Unsigned};
        match (self, other) {
            (Nothing, kind) | (kind, Nothing) => kind,
            (a, b) if a == b => a,
            (Integer | Signed, Integer | Signed) => Signed,
            (Integer | Unsigned, Integer | Unsigned) => Unsigned,
            (Integer | Signed | Unsigned | Float, Integer | Signed | Unsigned | Float) => Float,
            (
                Timestamp { digits, zoned },
                Timestamp {
                    digits: more,
                    zoned: too,
                },
            ) if zoned == too => Timestamp {
                digits: digits.max(more),
                zoned,
            },
            (Date, at @ Timestamp { zoned: false, .. })
            | (at @ Timestamp { zoned: false, .. }, Date) => at,
            _ => Text,
        }
    }

    /// What one text could be.
    pub(crate) fn of(text: &[u8], moments: &mut Moments) -> Self {
        let number = Self::of_whole(text).or_else(|| float(text).map(|_| Self::Float));
        number.unwrap_or_else(|| Self::of_no_number(text, moments))
    }

    /// What one text could be where numbers are spelt so.
    pub(crate) fn spelt(
        text: &[u8],
        figures: Figures,
        moments: &mut Moments,
        scratch: &mut Vec<u8>,
    ) -> Self {
        if let Some(kind) = Self::of_whole(figures.whole(text, scratch)) {
            return kind;
        }
        match figures.broken(text, scratch).and_then(float) {
            Some(_) => Self::Float,
            None => Self::of_no_number(text, moments),
        }
    }

    fn of_whole(text: &[u8]) -> Option<Self> {
        match integer::<i64>(text) {
            Some(value) if value < 0 => Some(Self::Signed),
            Some(_) => Some(Self::Integer),
            None => integer::<u64>(text).map(|_| Self::Unsigned),
        }
    }

    fn of_no_number(text: &[u8], moments: &mut Moments) -> Self {
        match boolean(text) {
            Some(_) => Self::Bool,
            None => Self::of_moment(text, moments),
        }
    }

    /// What one text could be that is no number and no truth: a date or timestamp, or nothing but text.
    pub(crate) fn of_moment(text: &[u8], moments: &mut Moments) -> Self {
        match moments.clock(text.trim_ascii()) {
            Some(_) if text.trim_ascii().len() == 10 => Self::Date,
            Some(clock) => Self::Timestamp {
                digits: clock.digits,
                zoned: clock.offset.is_some(),
            },
            None => Self::Text,
        }
    }

    /// The dtype that has all values; text where there was none.
    pub(crate) fn dtype(self) -> DType {
        match self {
            Self::Nothing | Self::Text => DType::String,
            Self::Bool => DType::Bool,
            Self::Integer | Self::Signed => DType::Int64,
            Self::Unsigned => DType::UInt64,
            Self::Float => DType::Float64,
            Self::Date => DType::Date,
            Self::Timestamp { digits, zoned } => {
                let unit = if digits > 6 {
                    TimeUnit::Nanosecond
                } else {
                    TimeUnit::Microsecond
                };
                DType::Timestamp(unit, zoned.then(|| "UTC".into()))
            }
        }
    }
}
