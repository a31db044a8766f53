//! From the fields of a column to its array, by dtype.

mod fields;
mod moments;
mod numbers;
mod seen;
mod text;
mod validity;

use arrow_array::types::{
    Float32Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type, UInt8Type, UInt16Type,
    UInt32Type, UInt64Type,
};
use arrow_array::{Array, ArrayRef, NullArray};
use std::sync::Arc;
use swath_batch::Value;
use swath_meta::{DType, TimeUnit};

use crate::text::{
    Figures, Integer, Moments, duration, float, integer, short_float, short_integer,
};
use numbers::{Cell, booleans, numbers};
use text::{TextColumn, bytes, plain};

pub(super) use fields::{FieldBytes, Fields, Rows};

/// The values of a column in some records.
#[derive(Debug)]
pub(super) struct Parsed {
    pub(super) array: ArrayRef,
    /// Places of fields that are no value of the dtype; they are null.
    pub(super) bad: Vec<u32>,
}

/// Parses one column, window after window.
#[derive(Debug)]
pub(super) struct Column {
    kind: Kind,
    /// How moments are written, where not as ISO 8601 says.
    format: Option<Arc<str>>,
    nan_as_null: bool,
    /// How numbers are spelt, where not as programs do it.
    figures: Option<Figures>,
}

#[derive(Debug)]
enum Kind {
    Nothing,
    Bool,
    Int8,
    Int16,
    Int32,
    Int64,
    UInt8,
    UInt16,
    UInt32,
    UInt64,
    Float32,
    Float64,
    Date(Moments),
    Timestamp(TimeUnit, Option<Arc<str>>, Moments),
    Text(TextColumn),
    Bytes,
    /// What literals of the dtype are.
    Literal(DType),
}

impl Column {
    /// A parser of a dtype; `None` where no field of a CSV file can be one.
    pub(super) fn new(
        dtype: &DType,
        format: Option<&Arc<str>>,
        nan_as_null: bool,
        figures: Figures,
    ) -> Option<Self> {
        let kind = match dtype {
            DType::Null => Kind::Nothing,
            DType::Bool => Kind::Bool,
            DType::Int8 => Kind::Int8,
            DType::Int16 => Kind::Int16,
            DType::Int32 => Kind::Int32,
            DType::Int64 => Kind::Int64,
            DType::UInt8 => Kind::UInt8,
            DType::UInt16 => Kind::UInt16,
            DType::UInt32 => Kind::UInt32,
            DType::UInt64 => Kind::UInt64,
            DType::Float32 => Kind::Float32,
            DType::Float64 => Kind::Float64,
            DType::Date => Kind::Date(Moments::default()),
            DType::Timestamp(unit, zone) => {
                Kind::Timestamp(*unit, zone.clone(), Moments::default())
            }
            DType::String => Kind::Text(TextColumn::new(false)),
            DType::Category => Kind::Text(TextColumn::new(true)),
            DType::Binary => Kind::Bytes,
            DType::Decimal { .. } | DType::Time(_) | DType::Duration(_) => {
                Kind::Literal(dtype.clone())
            }
            DType::List(_) | DType::Struct(_) => return None,
        };
        Some(Self {
            kind,
            format: format.cloned(),
            nan_as_null,
            figures: (!figures.is_plain()).then_some(figures),
        })
    }

    pub(super) fn parse(&mut self, fields: &Fields<'_>) -> Parsed {
        let (mut spelt, figures) = (Vec::new(), self.figures);
        macro_rules! integers {
            ($ty:ty) => {
                match figures {
                    None => numbers::<$ty>(fields, whole, |text| integer(text).into()),
                    Some(figures) => numbers::<$ty>(
                        fields,
                        |_| None,
                        |text| integer(figures.whole(text, &mut spelt)).into(),
                    ),
                }
            };
        }
        let format = self.format.as_deref();
        let nan_as_null = self.nan_as_null;
        let floating = move |text: &[u8]| match float(text) {
            Some(value) if value.is_nan() && nan_as_null => Cell::Missing,
            value => value.into(),
        };
        // Rounded once, from the digits.
        let short = move |text: &[u8]| match std::str::from_utf8(text.trim_ascii())
            .map(str::parse::<f32>)
        {
            Ok(Ok(value)) if value.is_nan() && nan_as_null => Cell::Missing,
            Ok(Ok(value)) => Cell::Value(value),
            _ => Cell::Bad,
        };
        // A NaN may be a text that means null.
        let number = |field: FieldBytes<'_>| match field.word() {
            Some(word) => short_float(word),
            None => float(field.bytes()).filter(|value| !value.is_nan()),
        };
        match &mut self.kind {
            Kind::Nothing => Parsed {
                array: Arc::new(NullArray::new(fields.len())),
                bad: Vec::new(),
            },
            Kind::Bool => booleans(fields),
            Kind::Int8 => integers!(Int8Type),
            Kind::Int16 => integers!(Int16Type),
            Kind::Int32 => integers!(Int32Type),
            Kind::Int64 => integers!(Int64Type),
            Kind::UInt8 => integers!(UInt8Type),
            Kind::UInt16 => integers!(UInt16Type),
            Kind::UInt32 => integers!(UInt32Type),
            Kind::UInt64 => integers!(UInt64Type),
            Kind::Float64 => match figures {
                None => numbers::<Float64Type>(fields, number, floating),
                Some(figures) => numbers::<Float64Type>(
                    fields,
                    |_| None,
                    |text| figures.broken(text, &mut spelt).map_or(Cell::Bad, floating),
                ),
            },
            Kind::Float32 => match figures {
                None => numbers::<Float32Type>(fields, |_| None, short),
                Some(figures) => numbers::<Float32Type>(
                    fields,
                    |_| None,
                    |text| figures.broken(text, &mut spelt).map_or(Cell::Bad, short),
                ),
            },
            Kind::Date(moments) => moments::dates(fields, format, moments),
            Kind::Timestamp(unit, zone, moments) => {
                moments::timestamps(fields, format, *unit, zone.as_ref(), moments)
            }
            Kind::Text(texts) => texts.parse(fields),
            Kind::Bytes => bytes(fields),
            Kind::Literal(dtype) => literals(fields, dtype, figures),
        }
    }
}

/// The integer that a field is as it stands.
#[inline]
fn whole<T: Integer>(field: FieldBytes<'_>) -> Option<T> {
    match field.word() {
        Some(word) => short_integer(word),
        None => integer(field.bytes()),
    }
}

/// The values that texts are literals of; none is rounded.
fn literals(fields: &Fields<'_>, dtype: &DType, figures: Option<Figures>) -> Parsed {
    let (texts, mut bad) = plain(fields, figures.filter(|_| dtype.is_decimal()));
    let mut values = Vec::with_capacity(texts.len());
    for (at, text) in texts.iter().enumerate() {
        let value = text.map(|text| match dtype {
            DType::Duration(unit) => duration(text, *unit),
            dtype => Value::from(text).cast(dtype).ok(),
        });
        if value == Some(None) {
            bad.push(at as u32);
        }
        values.push(value.flatten().unwrap_or(Value::Null));
    }
    bad.sort_unstable();
    let array = Value::column(&values, dtype).expect("every value is of the dtype");
    Parsed { array, bad }
}
