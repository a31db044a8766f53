//! The one name of every dtype: what is printed, and what serde writes.

use std::fmt::{self, Display, Formatter};

use arrow_schema::TimeUnit;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::DType;
use crate::Field;

impl Display for DType {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let name = match self {
            Self::Null => "null",
            Self::Bool => "bool",
            Self::Int8 => "int8",
            Self::Int16 => "int16",
            Self::Int32 => "int32",
            Self::Int64 => "int64",
            Self::UInt8 => "uint8",
            Self::UInt16 => "uint16",
            Self::UInt32 => "uint32",
            Self::UInt64 => "uint64",
            Self::Float32 => "float32",
            Self::Float64 => "float64",
            Self::String => "string",
            Self::Binary => "binary",
            Self::Date => "date",
            Self::Category => "category",
            Self::Decimal { precision, scale } => {
                return write!(f, "decimal({precision}, {scale})");
            }
            Self::Time(unit) => return write!(f, "time[{}]", unit_name(*unit)),
            Self::Duration(unit) => return write!(f, "duration[{}]", unit_name(*unit)),
            Self::Timestamp(unit, None) => return write!(f, "timestamp[{}]", unit_name(*unit)),
            Self::Timestamp(unit, Some(zone)) => {
                return write!(f, "timestamp[{}, {zone}]", unit_name(*unit));
            }
            Self::List(item) => return write!(f, "list<{}{}>", item.dtype, not_null(item)),
            Self::Struct(fields) => {
                f.write_str("struct<")?;
                for (i, field) in fields.iter().enumerate() {
                    let comma = if i == 0 { "" } else { ", " };
                    write!(
                        f,
                        "{comma}{}: {}{}",
                        field_name(&field.name),
                        field.dtype,
                        not_null(field)
                    )?;
                }
                return f.write_str(">");
            }
        };
        f.pad(name)
    }
}

/// The text of a unit between the brackets.
pub(super) fn unit_name(unit: TimeUnit) -> &'static str {
    match unit {
        TimeUnit::Second => "s",
        TimeUnit::Millisecond => "ms",
        TimeUnit::Microsecond => "us",
        TimeUnit::Nanosecond => "ns",
    }
}

fn not_null(field: &Field) -> &'static str {
    if field.nullable { "" } else { " not null" }
}

/// A struct field's name, quoted unless it is a plain word.
fn field_name(name: &str) -> String {
    let plain = !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || c == '_');
    if plain {
        name.to_owned()
    } else {
        format!("\"{}\"", name.replace('\\', "\\\\").replace('"', "\\\""))
    }
}

impl Serialize for DType {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for DType {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(de::Error::custom)
    }
}
