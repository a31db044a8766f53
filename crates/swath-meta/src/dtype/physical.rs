//! Between a logical dtype and the Arrow types that encode it.

use std::sync::Arc;

use arrow_schema::{DataType, Field as ArrowField, TimeUnit};

use super::DType;
use crate::{Field, MetaError};

impl DType {
    /// Says which logical dtype an Arrow type carries, whatever its encoding.
    ///
    /// All string types, and dictionaries of them, are `string`; large, fixed-size and view lists are `list`; run ends and
    /// dictionaries of other values are their values' dtype; half floats are `float32`; `Date64` is `date`. What this accepts
    /// may still have to be cast before the engine works on it: see [`admits`](Self::admits).
    ///
    /// # Errors
    /// [`MetaError::UnsupportedArrow`] for intervals, unions, maps and 256-bit decimals of more than 38 digits.
    pub fn from_arrow(arrow: &DataType) -> Result<Self, MetaError> {
        Ok(match arrow {
            DataType::Null => Self::Null,
            DataType::Boolean => Self::Bool,
            DataType::Int8 => Self::Int8,
            DataType::Int16 => Self::Int16,
            DataType::Int32 => Self::Int32,
            DataType::Int64 => Self::Int64,
            DataType::UInt8 => Self::UInt8,
            DataType::UInt16 => Self::UInt16,
            DataType::UInt32 => Self::UInt32,
            DataType::UInt64 => Self::UInt64,
            DataType::Float16 | DataType::Float32 => Self::Float32,
            DataType::Float64 => Self::Float64,
            DataType::Decimal32(precision, scale)
            | DataType::Decimal64(precision, scale)
            | DataType::Decimal128(precision, scale)
            | DataType::Decimal256(precision, scale)
                if *precision <= 38 =>
            {
                Self::Decimal {
                    precision: *precision,
                    scale: *scale,
                }
            }
            DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => Self::String,
            DataType::Binary
            | DataType::LargeBinary
            | DataType::BinaryView
            | DataType::FixedSizeBinary(_) => Self::Binary,
            DataType::Date32 | DataType::Date64 => Self::Date,
            DataType::Time32(unit) | DataType::Time64(unit) => Self::Time(*unit),
            DataType::Timestamp(unit, zone) => Self::Timestamp(*unit, zone.clone()),
            DataType::Duration(unit) => Self::Duration(*unit),
            DataType::Dictionary(_, values) => Self::from_arrow(values)?,
            DataType::RunEndEncoded(_, values) => Self::from_arrow(values.data_type())?,
            DataType::List(item)
            | DataType::LargeList(item)
            | DataType::ListView(item)
            | DataType::LargeListView(item)
            | DataType::FixedSizeList(item, _) => Self::List(Box::new(Field::new(
                "item",
                Self::from_arrow(item.data_type())?,
                item.is_nullable(),
            ))),
            DataType::Struct(fields) => Self::Struct(
                fields
                    .iter()
                    .map(|field| Field::from_arrow(field))
                    .collect::<Result<_, _>>()?,
            ),
            DataType::Map(..)
            | DataType::Union(..)
            | DataType::Interval(_)
            | DataType::Decimal32(..)
            | DataType::Decimal64(..)
            | DataType::Decimal128(..)
            | DataType::Decimal256(..) => {
                return Err(MetaError::UnsupportedArrow {
                    arrow: arrow.to_string(),
                    column: None,
                });
            }
        })
    }

    /// Says whether a batch may hold this dtype in this encoding, as it is, anywhere between two borders.
    ///
    /// Text may be any string type or a dictionary of one with integer keys, a category only such a dictionary; bytes may be
    /// `Binary`, `LargeBinary` or a view; everything else has exactly its [`border`](Self::border) encoding. The names of list
    /// items do not matter.
    pub fn admits(&self, arrow: &DataType) -> bool {
        match (self, arrow) {
            (Self::String, DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View)
            | (Self::Binary, DataType::Binary | DataType::LargeBinary | DataType::BinaryView) => {
                true
            }
            (Self::String | Self::Category, DataType::Dictionary(key, values)) => {
                key.is_dictionary_key_type()
                    && Self::String.admits(values)
                    && !matches!(**values, DataType::Dictionary(..))
            }
            (Self::List(item), DataType::List(found)) => item.dtype.admits(found.data_type()),
            (Self::Struct(fields), DataType::Struct(found)) => {
                fields.len() == found.len()
                    && fields.iter().zip(found).all(|(field, found)| {
                        *field.name == **found.name() && field.dtype.admits(found.data_type())
                    })
            }
            (Self::String | Self::Binary | Self::Category | Self::List(_) | Self::Struct(_), _) => {
                false
            }
            _ => self.border() == *arrow,
        }
    }

    /// The one Arrow type that users, plugins, files and other programs see for this dtype.
    pub fn border(&self) -> DataType {
        match self {
            Self::Null => DataType::Null,
            Self::Bool => DataType::Boolean,
            Self::Int8 => DataType::Int8,
            Self::Int16 => DataType::Int16,
            Self::Int32 => DataType::Int32,
            Self::Int64 => DataType::Int64,
            Self::UInt8 => DataType::UInt8,
            Self::UInt16 => DataType::UInt16,
            Self::UInt32 => DataType::UInt32,
            Self::UInt64 => DataType::UInt64,
            Self::Float32 => DataType::Float32,
            Self::Float64 => DataType::Float64,
            Self::Decimal { precision, scale } => DataType::Decimal128(*precision, *scale),
            Self::String => DataType::Utf8View,
            Self::Binary => DataType::BinaryView,
            Self::Date => DataType::Date32,
            Self::Time(unit @ (TimeUnit::Second | TimeUnit::Millisecond)) => {
                DataType::Time32(*unit)
            }
            Self::Time(unit) => DataType::Time64(*unit),
            Self::Timestamp(unit, zone) => DataType::Timestamp(*unit, zone.clone()),
            Self::Duration(unit) => DataType::Duration(*unit),
            Self::Category => {
                DataType::Dictionary(Box::new(DataType::UInt32), Box::new(DataType::Utf8View))
            }
            Self::List(item) => DataType::List(Arc::new(ArrowField::new(
                "item",
                item.dtype.border(),
                item.nullable,
            ))),
            Self::Struct(fields) => DataType::Struct(fields.iter().map(Field::to_arrow).collect()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dictionary(key: DataType, values: DataType) -> DataType {
        DataType::Dictionary(Box::new(key), Box::new(values))
    }

    #[test]
    fn every_dtype_comes_back_from_its_border_and_admits_it() {
        for name in [
            "null",
            "bool",
            "int8",
            "int16",
            "int32",
            "int64",
            "uint8",
            "uint16",
            "uint32",
            "uint64",
            "float32",
            "float64",
            "decimal(15, 2)",
            "string",
            "binary",
            "date",
            "time[s]",
            "time[ns]",
            "timestamp[us]",
            "timestamp[ns, UTC]",
            "duration[ms]",
            "list<list<string>>",
            "struct<a: int64 not null, b: list<string>>",
        ] {
            let dtype: DType = name.parse().unwrap();
            assert_eq!(DType::from_arrow(&dtype.border()).unwrap(), dtype);
            assert!(dtype.admits(&dtype.border()), "{name}");
        }
        assert!(DType::Category.admits(&DType::Category.border()));
    }

    #[test]
    fn text_has_many_encodings_and_a_category_only_dictionaries() {
        let plain = [DataType::Utf8, DataType::LargeUtf8, DataType::Utf8View];
        for text in &plain {
            assert!(DType::String.admits(text));
            assert!(!DType::Category.admits(text));
            let coded = dictionary(DataType::UInt8, text.clone());
            assert!(DType::String.admits(&coded) && DType::Category.admits(&coded));
            assert_eq!(DType::from_arrow(&coded).unwrap(), DType::String);
        }
        assert!(!DType::String.admits(&DataType::Binary));
        assert!(!DType::Int64.admits(&dictionary(DataType::Int32, DataType::Int64)));
        assert_eq!(
            DType::from_arrow(&dictionary(DataType::Int32, DataType::Int64)).unwrap(),
            DType::Int64
        );
    }

    #[test]
    fn what_must_be_cast_first_is_read_but_not_admitted() {
        for (arrow, name) in [
            (DataType::Float16, "float32"),
            (DataType::Date64, "date"),
            (DataType::Decimal64(9, 2), "decimal(9, 2)"),
            (DataType::FixedSizeBinary(4), "binary"),
            (
                DataType::LargeList(Arc::new(ArrowField::new("element", DataType::Int64, true))),
                "list<int64>",
            ),
        ] {
            let dtype = DType::from_arrow(&arrow).unwrap();
            assert_eq!(dtype.to_string(), name);
            assert!(!dtype.admits(&arrow), "{name}");
        }
    }

    #[test]
    fn item_names_do_not_matter_and_field_names_do() {
        let item = DataType::List(Arc::new(ArrowField::new("element", DataType::Utf8, false)));
        assert!(DType::list(DType::String).admits(&item));
        let fields = DataType::Struct(vec![ArrowField::new("b", DataType::Int64, true)].into());
        assert!(!"struct<a: int64>".parse::<DType>().unwrap().admits(&fields));
    }

    #[test]
    fn an_unsupported_type_is_named() {
        let error = DType::from_arrow(&DataType::Interval(arrow_schema::IntervalUnit::DayTime))
            .unwrap_err();
        insta::assert_snapshot!(error, @"the Arrow type Interval(DayTime) is not supported; cast it before it enters");
        let error = DType::from_arrow(&DataType::Decimal256(50, 2)).unwrap_err();
        insta::assert_snapshot!(error, @"the Arrow type Decimal256(50, 2) is not supported; cast it before it enters");
    }
}
