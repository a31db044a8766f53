//! The logical dtypes and what can be asked of one.

use std::sync::Arc;

use arrow_schema::TimeUnit;

use crate::Field;

/// Says what the values of a column mean, independent of their encoding.
///
/// `Display` gives the dtype's one name (`int64`, `timestamp[us, UTC]`, `list<string>`), which is also its serde form;
/// [`str::parse`] reads that name and the usual aliases. Names do not change when Arrow's do.
///
/// ```
/// use swath_meta::{DType, TimeUnit};
///
/// let dtype: DType = "timestamp[us, UTC]".parse()?;
/// assert_eq!(dtype, DType::Timestamp(TimeUnit::Microsecond, Some("UTC".into())));
/// assert_eq!(dtype.to_string(), "timestamp[us, UTC]");
/// # Ok::<(), swath_meta::MetaError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum DType {
    /// Only nulls; the dtype of a literal null, and of a column whose values were all missing when it was inferred.
    Null,
    /// True or false.
    Bool,
    /// Signed, 8 bits.
    Int8,
    /// Signed, 16 bits.
    Int16,
    /// Signed, 32 bits.
    Int32,
    /// Signed, 64 bits.
    Int64,
    /// Unsigned, 8 bits.
    UInt8,
    /// Unsigned, 16 bits.
    UInt16,
    /// Unsigned, 32 bits.
    UInt32,
    /// Unsigned, 64 bits.
    UInt64,
    /// IEEE 754, 32 bits. Half floats are read as this: nothing computes in 16 bits.
    Float32,
    /// IEEE 754, 64 bits.
    Float64,
    /// A number of `precision` decimal digits (1 to 38), `scale` of them after the point; 128 bits.
    Decimal {
        /// Decimal digits in all, 1 to 38.
        precision: u8,
        /// Digits after the point; negative scales count zeros before it.
        scale: i8,
    },
    /// UTF-8 text.
    String,
    /// Bytes.
    Binary,
    /// A calendar day; 32 bits, days since 1970-01-01.
    Date,
    /// A time of day, without a date.
    Time(TimeUnit),
    /// An instant if it has a zone, else a wall-clock time; 64 bits, counted from 1970-01-01.
    Timestamp(TimeUnit, Option<Arc<str>>),
    /// A span of time; 64 bits.
    Duration(TimeUnit),
    /// Text from a set of categories; the set belongs to the data, not to the dtype.
    Category,
    /// A list of values of one field, which is named `item`.
    List(Box<Field>),
    /// Named values side by side.
    Struct(Arc<[Field]>),
}

impl DType {
    /// Makes the dtype of lists whose items have dtype `item` and may be null.
    pub fn list(item: Self) -> Self {
        Self::List(Box::new(Field::new("item", item, true)))
    }

    /// Makes the dtype of structs with these fields.
    pub fn structure(fields: impl IntoIterator<Item = Field>) -> Self {
        Self::Struct(fields.into_iter().collect())
    }

    /// Is a signed or unsigned integer.
    pub fn is_integer(&self) -> bool {
        self.is_signed_integer() || self.is_unsigned_integer()
    }

    /// Is an integer that can be negative.
    pub fn is_signed_integer(&self) -> bool {
        matches!(self, Self::Int8 | Self::Int16 | Self::Int32 | Self::Int64)
    }

    /// Is an integer that cannot be negative.
    pub fn is_unsigned_integer(&self) -> bool {
        matches!(
            self,
            Self::UInt8 | Self::UInt16 | Self::UInt32 | Self::UInt64
        )
    }

    /// Is `float32` or `float64`.
    pub fn is_float(&self) -> bool {
        matches!(self, Self::Float32 | Self::Float64)
    }

    /// Is a decimal of any precision and scale.
    pub fn is_decimal(&self) -> bool {
        matches!(self, Self::Decimal { .. })
    }

    /// Is an integer, float or decimal: what `sum` and `mean` accept. Booleans are not.
    pub fn is_numeric(&self) -> bool {
        self.is_integer() || self.is_float() || self.is_decimal()
    }

    /// Is a date, time, timestamp or duration.
    pub fn is_temporal(&self) -> bool {
        matches!(
            self,
            Self::Date | Self::Time(_) | Self::Timestamp(..) | Self::Duration(_)
        )
    }

    /// Holds text: `string` or `category`.
    pub fn is_string(&self) -> bool {
        matches!(self, Self::String | Self::Category)
    }

    /// Is a list or struct.
    pub fn is_nested(&self) -> bool {
        matches!(self, Self::List(_) | Self::Struct(_))
    }

    /// Is a list or struct, or only nulls: has no order, so it cannot be an index, a sort key, a minimum.
    pub fn is_unordered(&self) -> bool {
        self.is_nested() || matches!(self, Self::Null)
    }

    /// The bytes of one value in the [border](Self::border) encoding where all values take the same, without the validity
    /// bit. `None` for text, bytes and lists; a boolean counts as one byte.
    pub fn byte_width(&self) -> Option<usize> {
        match self {
            Self::Null => Some(0),
            Self::Bool | Self::Int8 | Self::UInt8 => Some(1),
            Self::Int16 | Self::UInt16 => Some(2),
            Self::Int32
            | Self::UInt32
            | Self::Float32
            | Self::Date
            | Self::Category
            | Self::Time(TimeUnit::Second | TimeUnit::Millisecond) => Some(4),
            Self::Int64
            | Self::UInt64
            | Self::Float64
            | Self::Time(_)
            | Self::Timestamp(..)
            | Self::Duration(_) => Some(8),
            Self::Decimal { .. } => Some(16),
            Self::String | Self::Binary | Self::List(_) => None,
            Self::Struct(fields) => fields.iter().map(|field| field.dtype.byte_width()).sum(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_dtype_is_in_the_classes_its_name_says() {
        let table: [(&str, &str); 12] = [
            ("int8", "integer numeric"),
            ("uint64", "integer numeric"),
            ("float32", "float numeric"),
            ("decimal(5, 2)", "numeric"),
            ("bool", ""),
            ("null", "unordered"),
            ("string", "string"),
            ("category", "string"),
            ("date", "temporal"),
            ("timestamp[ns, UTC]", "temporal"),
            ("list<int64>", "nested unordered"),
            ("struct<a: int64>", "nested unordered"),
        ];
        for (name, classes) in table {
            let dtype: DType = name.parse().unwrap();
            let found: Vec<&str> = [
                (dtype.is_integer(), "integer"),
                (dtype.is_float(), "float"),
                (dtype.is_numeric(), "numeric"),
                (dtype.is_string(), "string"),
                (dtype.is_temporal(), "temporal"),
                (dtype.is_nested(), "nested"),
                (dtype.is_unordered(), "unordered"),
            ]
            .into_iter()
            .filter_map(|(is, class)| is.then_some(class))
            .collect();
            assert_eq!(found.join(" "), classes, "{name}");
        }
    }

    #[test]
    fn a_struct_is_as_wide_as_its_fields_if_all_are_fixed() {
        let width = |name: &str| name.parse::<DType>().unwrap().byte_width();
        assert_eq!(width("struct<a: int64, b: float32>"), Some(12));
        assert_eq!(width("struct<a: int64, b: string>"), None);
        assert_eq!(width("time[ms]"), Some(4));
        assert_eq!(width("time[ns]"), Some(8));
    }
}
