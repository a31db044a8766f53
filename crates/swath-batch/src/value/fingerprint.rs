//! What a value adds to a content-addressed name.

use swath_graph::{Canon, Fingerprint};

use super::Value;
use crate::civil::unit_name;

/// Floats are fed by their bits: literals that differ in a sign of zero are different computations.
impl Fingerprint for Value {
    fn feed(&self, out: &mut Canon) {
        match self {
            Self::Null => out.object("value-null", 1),
            Self::Bool(value) => out.object("value-bool", 1).bool(*value),
            Self::Int(value) => out.object("value-int", 1).i64(*value),
            Self::UInt(value) => out.object("value-uint", 1).u64(*value),
            Self::Float(value) => out.object("value-float", 1).u64(value.to_bits()),
            Self::Decimal {
                value,
                precision,
                scale,
            } => out
                .object("value-decimal", 1)
                .i128(*value)
                .u64(u64::from(*precision))
                .i64(i64::from(*scale)),
            Self::String(value) => out.object("value-string", 1).str(value),
            Self::Binary(value) => out.object("value-binary", 1).bytes(value),
            Self::Date(value) => out.object("value-date", 1).i64(i64::from(*value)),
            Self::Time { value, unit } => out
                .object("value-time", 1)
                .i64(*value)
                .str(unit_name(*unit)),
            Self::Timestamp { value, unit, zone } => out
                .object("value-timestamp", 1)
                .i64(*value)
                .str(unit_name(*unit))
                .feed(&zone.as_deref().map(str::to_owned)),
            Self::Duration { value, unit } => out
                .object("value-duration", 1)
                .i64(*value)
                .str(unit_name(*unit)),
            Self::List(items) => out.object("value-list", 1).feed(items.as_ref()),
            Self::Struct(fields) => {
                out.object("value-struct", 1).seq(fields.len());
                for (name, value) in fields.iter() {
                    out.str(name).feed(value);
                }
                out
            }
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use swath_meta::TimeUnit;

    #[test]
    fn different_values_have_different_prints() {
        let zone = |zone: Option<&str>| Value::Timestamp {
            value: 1,
            unit: TimeUnit::Second,
            zone: zone.map(Into::into),
        };
        let values = [
            Value::Null,
            Value::Bool(false),
            Value::Int(0),
            Value::UInt(0),
            Value::Float(0.0),
            Value::Float(-0.0),
            Value::from(""),
            Value::from("0"),
            Value::Binary([].into()),
            Value::Date(0),
            Value::Time {
                value: 0,
                unit: TimeUnit::Second,
            },
            Value::Time {
                value: 0,
                unit: TimeUnit::Nanosecond,
            },
            Value::Duration {
                value: 0,
                unit: TimeUnit::Second,
            },
            zone(None),
            zone(Some("")),
            zone(Some("UTC")),
            Value::List([].into()),
            Value::List([Value::Int(0)].into()),
            Value::Struct([].into()),
            Value::Struct([("a".into(), Value::Int(0))].into()),
        ];
        let prints: std::collections::BTreeSet<u128> = values
            .iter()
            .map(|value| Canon::new("test", 1).feed(value).finish())
            .collect();
        assert_eq!(prints.len(), values.len());
    }
}
