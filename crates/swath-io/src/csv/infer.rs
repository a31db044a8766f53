//! The dtype of a column, by what some of its fields are.

use swath_meta::{DType, TimeUnit};

use super::nulls::Nulls;
use super::scan::{Dialect, Records};
use super::value::{Moments, boolean, float, integer};

/// What all fields so far could be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// No value was seen.
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

/// Learns the dtype of one column.
#[derive(Clone, Debug)]
pub(super) struct Inference {
    kind: Kind,
    moments: Moments,
}

impl Default for Inference {
    fn default() -> Self {
        Self {
            kind: Kind::Nothing,
            moments: Moments::default(),
        }
    }
}

impl Inference {
    /// Looks at one field, quotes included.
    pub(super) fn see(
        &mut self,
        raw: &[u8],
        dialect: Dialect,
        nulls: &Nulls,
        scratch: &mut Vec<u8>,
    ) {
        if self.kind == Kind::Text {
            return;
        }
        let (text, quoted) = dialect.text(raw, scratch);
        if nulls.contains(text) || (text.is_empty() && !quoted) {
            return;
        }
        let kind = kind_of(text, &mut self.moments);
        self.kind = self.kind.or(kind);
    }

    /// The dtype that has all values seen; text where there was none.
    pub(super) fn dtype(&self) -> DType {
        match self.kind {
            Kind::Nothing | Kind::Text => DType::String,
            Kind::Bool => DType::Bool,
            Kind::Integer | Kind::Signed => DType::Int64,
            Kind::Unsigned => DType::UInt64,
            Kind::Float => DType::Float64,
            Kind::Date => DType::Date,
            Kind::Timestamp { digits, zoned } => {
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

impl Kind {
    fn or(self, other: Self) -> Self {
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
}

fn kind_of(text: &[u8], moments: &mut Moments) -> Kind {
    if let Some(value) = integer::<i64>(text) {
        return if value < 0 {
            Kind::Signed
        } else {
            Kind::Integer
        };
    }
    if integer::<u64>(text).is_some() {
        return Kind::Unsigned;
    }
    if float(text).is_some() {
        return Kind::Float;
    }
    if boolean(text).is_some() {
        return Kind::Bool;
    }
    match moments.clock(text.trim_ascii()) {
        Some(_) if text.trim_ascii().len() == 10 => Kind::Date,
        Some(clock) => Kind::Timestamp {
            digits: clock.digits,
            zoned: clock.offset.is_some(),
        },
        None => Kind::Text,
    }
}

/// What a sample of records tells: dtypes, and how large the values are as arrays.
#[derive(Clone, Debug)]
pub(super) struct Sample {
    pub(super) columns: Vec<Inference>,
    /// Bytes of the fields of each column.
    pub(super) text: Vec<u64>,
    pub(super) rows: u64,
    pub(super) bytes: u64,
}

impl Sample {
    pub(super) fn new(columns: usize) -> Self {
        Self {
            columns: vec![Inference::default(); columns],
            text: vec![0; columns],
            rows: 0,
            bytes: 0,
        }
    }

    pub(super) fn see(&mut self, bytes: &[u8], records: &Records, dialect: Dialect, nulls: &Nulls) {
        let mut scratch = Vec::new();
        for (column, (inference, text)) in self.columns.iter_mut().zip(&mut self.text).enumerate() {
            for row in 0..records.rows() {
                let field = records.field(bytes, row, column);
                *text += field.len() as u64;
                inference.see(field, dialect, nulls, &mut scratch);
            }
        }
        self.rows += records.rows() as u64;
        self.bytes += bytes.len() as u64;
    }
}

#[cfg(test)]
mod tests {
    use super::super::nulls::DEFAULT;
    use super::*;

    #[test]
    fn a_column_is_the_first_dtype_that_has_all_values() {
        let cases: [(&[&str], &str); 17] = [
            (&[], "string"),
            (&["", "NA"], "string"),
            (&["1", "", "-2"], "int64"),
            (&["1", "18446744073709551615"], "uint64"),
            (&["-1", "18446744073709551615"], "float64"),
            (&["1", "2.5"], "float64"),
            (&["1", "1e3", "inf"], "float64"),
            (&["123456789012345678901"], "float64"),
            (&["true", "FALSE"], "bool"),
            (&["true", "1"], "string"),
            (&["2024-01-31"], "date"),
            (&["2024-01-31", "2024-01-31 10:00"], "timestamp[us]"),
            (&["2024-01-31T10:00:00.123456789"], "timestamp[ns]"),
            (
                &["2024-01-31T10:00:00Z", "2024-01-31T10:00:00+02:00"],
                "timestamp[us, UTC]",
            ),
            (&["2024-01-31T10:00:00Z", "2024-01-31T10:00:00"], "string"),
            (&["1", "x"], "string"),
            (&["\"1\"", "2"], "int64"),
        ];
        for (texts, expected) in cases {
            let nulls = Nulls::new(DEFAULT);
            let mut inference = Inference::default();
            for text in texts {
                let mut scratch = Vec::new();
                inference.see(text.as_bytes(), Dialect::default(), &nulls, &mut scratch);
            }
            assert_eq!(inference.dtype().to_string(), expected, "{texts:?}");
        }
    }
}
