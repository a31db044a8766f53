//! Values that hold no others, from JSON to arrays: strict where Arrow's own reader rounds or cuts off.
//!
//! A number is one of an integer column only if it is whole, a timestamp only if its unit is fine enough. A text column takes every
//! value. Texts are taken for what they say, so that numbers that others write in quotes are numbers.

use arrow_array::builder::{
    BinaryViewBuilder, BooleanBuilder, PrimitiveBuilder, StringViewBuilder,
};
use arrow_array::types::{
    ArrowPrimitiveType, Date32Type, Decimal128Type, DurationMicrosecondType,
    DurationMillisecondType, DurationNanosecondType, DurationSecondType, Float32Type, Float64Type,
    Int8Type, Int16Type, Int32Type, Int64Type, Time32MillisecondType, Time32SecondType,
    Time64MicrosecondType, Time64NanosecondType, TimestampMicrosecondType,
    TimestampMillisecondType, TimestampNanosecondType, TimestampSecondType, UInt8Type, UInt16Type,
    UInt32Type, UInt64Type,
};
use arrow_array::{ArrayRef, NullArray};
use arrow_json::reader::{ArrayDecoder, DecoderContext, DecoderFactory, Tape, TapeElement};
use arrow_schema::{ArrowError, DataType, FieldRef, TimeUnit};
use std::fmt::Write as _;
use std::sync::Arc;
use swath_batch::Value;
use swath_meta::DType;

use crate::text::{Integer, Moments, Ticks, boolean, float, integer};

/// The key of a field's metadata under which is how its moments are written.
pub(super) const FORMAT: &str = "swath:date_format";

/// Makes decoders of all columns that hold no others.
#[derive(Debug)]
pub(super) struct Leaves {
    /// Whether what is no value of a column is null in it.
    pub(super) lenient: bool,
}

/// One value of a line.
#[derive(Clone, Copy)]
enum Token<'a> {
    Null,
    Truth(bool),
    Text(&'a str),
    Number(&'a str),
    Nested,
}

impl<'a> Token<'a> {
    fn of(tape: &Tape<'a>, at: u32) -> Self {
        match tape.get(at) {
            TapeElement::Null => Self::Null,
            TapeElement::True => Self::Truth(true),
            TapeElement::False => Self::Truth(false),
            TapeElement::String(text) => Self::Text(tape.get_string(text)),
            TapeElement::Number(number) => Self::Number(tape.get_string(number)),
            // Binary numbers are never made from text.
            _ => Self::Nested,
        }
    }

    /// The characters of a text or number.
    fn characters(self) -> Option<&'a str> {
        match self {
            Self::Text(text) | Self::Number(text) => Some(text),
            _ => None,
        }
    }
}

/// That a value is none of its column: which one is found out by whoever hears it.
fn no_value<T>() -> Result<T, ArrowError> {
    Err(ArrowError::JsonError(
        "a value is none of its column".to_owned(),
    ))
}

/// Decodes values of one size.
struct Fixed<T, F> {
    arrow: DataType,
    lenient: bool,
    value: F,
    of: std::marker::PhantomData<fn() -> T>,
}

impl<T, F> ArrayDecoder for Fixed<T, F>
where
    T: ArrowPrimitiveType,
    F: FnMut(Token<'_>) -> Option<T::Native> + Send,
{
    fn decode(&mut self, tape: &Tape<'_>, at: &[u32]) -> Result<ArrayRef, ArrowError> {
        let mut values =
            PrimitiveBuilder::<T>::with_capacity(at.len()).with_data_type(self.arrow.clone());
        for &at in at {
            match Token::of(tape, at) {
                Token::Null => values.append_null(),
                token => match (self.value)(token) {
                    Some(value) => values.append_value(value),
                    None if self.lenient => values.append_null(),
                    None => return no_value(),
                },
            }
        }
        Ok(Arc::new(values.finish()))
    }
}

struct Truths {
    lenient: bool,
}

impl ArrayDecoder for Truths {
    fn decode(&mut self, tape: &Tape<'_>, at: &[u32]) -> Result<ArrayRef, ArrowError> {
        let mut values = BooleanBuilder::with_capacity(at.len());
        for &at in at {
            let value = match Token::of(tape, at) {
                Token::Null => {
                    values.append_null();
                    continue;
                }
                Token::Truth(truth) => Some(truth),
                Token::Text(text) => boolean(text.as_bytes()),
                _ => None,
            };
            if value.is_none() && !self.lenient {
                return no_value();
            }
            values.append_option(value);
        }
        Ok(Arc::new(values.finish()))
    }
}

/// Every value as text: what is no text as JSON.
struct Texts;

impl ArrayDecoder for Texts {
    fn decode(&mut self, tape: &Tape<'_>, at: &[u32]) -> Result<ArrayRef, ArrowError> {
        let mut values = StringViewBuilder::with_capacity(at.len());
        let mut json = String::new();
        for &at in at {
            match Token::of(tape, at) {
                Token::Null => values.append_null(),
                Token::Truth(truth) => values.append_value(if truth { "true" } else { "false" }),
                Token::Text(text) | Token::Number(text) => values.append_value(text),
                Token::Nested => {
                    json.clear();
                    print(tape, at, &mut json)?;
                    values.append_value(&json);
                }
            }
        }
        Ok(Arc::new(values.finish()))
    }
}

/// Writes one value as JSON; gives the place of the next. Lines nest no deeper than was checked.
fn print(tape: &Tape<'_>, at: u32, out: &mut String) -> Result<u32, ArrowError> {
    let broken = |_| ArrowError::JsonError("a text cannot be written".to_owned());
    match tape.get(at) {
        TapeElement::StartObject(end) => {
            out.push('{');
            let mut next = at + 1;
            while next < end {
                if next > at + 1 {
                    out.push(',');
                }
                let value = print(tape, next, out)?;
                out.push(':');
                next = print(tape, value, out)?;
            }
            out.push('}');
            return Ok(end + 1);
        }
        TapeElement::StartList(end) => {
            out.push('[');
            let mut next = at + 1;
            while next < end {
                if next > at + 1 {
                    out.push(',');
                }
                next = print(tape, next, out)?;
            }
            out.push(']');
            return Ok(end + 1);
        }
        TapeElement::String(text) => {
            let quoted = serde_json::to_string(tape.get_string(text));
            out.push_str(&quoted.map_err(broken)?);
        }
        TapeElement::Number(number) => out.push_str(tape.get_string(number)),
        TapeElement::True => out.push_str("true"),
        TapeElement::False => out.push_str("false"),
        _ => out.push_str("null"),
    }
    Ok(at + 1)
}

/// Bytes, two hexadecimal digits each.
struct Bytes {
    lenient: bool,
}

impl ArrayDecoder for Bytes {
    fn decode(&mut self, tape: &Tape<'_>, at: &[u32]) -> Result<ArrayRef, ArrowError> {
        let mut values = BinaryViewBuilder::with_capacity(at.len());
        for &at in at {
            match Token::of(tape, at) {
                Token::Null => values.append_null(),
                token => match token.characters().and_then(unhex) {
                    Some(bytes) => values.append_value(bytes),
                    None if self.lenient => values.append_null(),
                    None => return no_value(),
                },
            }
        }
        Ok(Arc::new(values.finish()))
    }
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let digit = |byte: u8| (byte as char).to_digit(16).map(|digit| digit as u8);
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    let bytes = pairs
        .iter()
        .map(|[high, low]| Some(digit(*high)? << 4 | digit(*low)?));
    bytes
        .collect::<Option<Vec<u8>>>()
        .filter(|_| rest.is_empty())
}

struct Nothing {
    lenient: bool,
}

impl ArrayDecoder for Nothing {
    fn decode(&mut self, tape: &Tape<'_>, at: &[u32]) -> Result<ArrayRef, ArrowError> {
        let is_null = |at: &u32| matches!(Token::of(tape, *at), Token::Null);
        if !self.lenient && !at.iter().all(is_null) {
            return no_value();
        }
        Ok(Arc::new(NullArray::new(at.len())))
    }
}

/// A whole number, also one with a point or an exponent.
fn whole<T: Integer + TryFrom<i64>>(token: Token<'_>) -> Option<T> {
    /// From here on not every whole number is a float.
    const EXACT: f64 = 9_007_199_254_740_992.0;
    let text = token.characters()?.as_bytes();
    if let Some(value) = integer(text) {
        return Some(value);
    }
    let value = float(text).filter(|value| value.fract() == 0.0 && value.abs() <= EXACT)?;
    T::try_from(value as i64).ok()
}

fn number(token: Token<'_>) -> Option<f64> {
    float(token.characters()?.as_bytes())
}

/// A text as a moment, or a number as a count of the unit.
fn moment(
    unit: TimeUnit,
    zoned: bool,
    format: Option<String>,
) -> impl FnMut(Token<'_>) -> Option<i64> + Send {
    let ticks = Ticks::new(unit, zoned);
    let mut moments = Moments::default();
    move |token| match token {
        Token::Text(text) => ticks.count(moments.read(text.trim().as_bytes(), format.as_deref())?),
        Token::Number(_) => whole(token),
        _ => None,
    }
}

/// A text as a time of day, or a number as a count of the unit.
fn of_day(unit: TimeUnit) -> impl FnMut(Token<'_>) -> Option<i64> + Send {
    let ticks = Ticks::new(unit, false);
    let mut moments = Moments::default();
    let mut text_of_day = String::new();
    move |token| match token {
        Token::Text(text) => {
            text_of_day.clear();
            write!(text_of_day, "1970-01-01T{}", text.trim()).ok()?;
            ticks.count(moments.clock(text_of_day.as_bytes())?)
        }
        Token::Number(_) => whole(token),
        _ => None,
    }
}

impl DecoderFactory for Leaves {
    fn make_default_decoder(
        &self,
        _: &DecoderContext,
        field: &FieldRef,
        _: bool,
    ) -> Result<Option<Box<dyn ArrayDecoder>>, ArrowError> {
        let (arrow, lenient) = (field.data_type(), self.lenient);
        let format = field.metadata().get(FORMAT).cloned();
        macro_rules! fixed {
            ($ty:ty, $value:expr) => {
                Box::new(Fixed::<$ty, _> {
                    arrow: arrow.clone(),
                    lenient,
                    value: $value,
                    of: std::marker::PhantomData,
                })
            };
        }
        macro_rules! short {
            ($ty:ty, $value:expr) => {{
                let mut value = $value;
                fixed!($ty, move |token: Token<'_>| i32::try_from(value(token)?)
                    .ok())
            }};
        }
        Ok(Some(match arrow {
            DataType::Null => Box::new(Nothing { lenient }),
            DataType::Boolean => Box::new(Truths { lenient }),
            DataType::Int8 => fixed!(Int8Type, whole),
            DataType::Int16 => fixed!(Int16Type, whole),
            DataType::Int32 => fixed!(Int32Type, whole),
            DataType::Int64 => fixed!(Int64Type, whole),
            DataType::UInt8 => fixed!(UInt8Type, whole),
            DataType::UInt16 => fixed!(UInt16Type, whole),
            DataType::UInt32 => fixed!(UInt32Type, whole),
            DataType::UInt64 => fixed!(UInt64Type, whole),
            // Rounded once, from the digits.
            DataType::Float32 => fixed!(Float32Type, |token: Token<'_>| {
                token.characters()?.trim().parse().ok()
            }),
            DataType::Float64 => fixed!(Float64Type, number),
            DataType::Decimal128(precision, scale) => {
                let dtype = DType::Decimal {
                    precision: *precision,
                    scale: *scale,
                };
                fixed!(Decimal128Type, move |token: Token<'_>| {
                    // Arrow would round what has more digits.
                    match Value::from(token.characters()?).cast(&dtype).ok()? {
                        Value::Decimal { value, .. } => Some(value),
                        _ => None,
                    }
                })
            }
            DataType::Utf8View => Box::new(Texts),
            DataType::BinaryView => Box::new(Bytes { lenient }),
            DataType::Date32 => {
                let mut moments = Moments::default();
                fixed!(Date32Type, move |token: Token<'_>| match token {
                    Token::Text(text) => {
                        let clock = moments.read(text.trim().as_bytes(), format.as_deref())?;
                        clock.day()
                    }
                    _ => None,
                })
            }
            DataType::Time32(TimeUnit::Millisecond) => {
                short!(Time32MillisecondType, of_day(TimeUnit::Millisecond))
            }
            DataType::Time32(_) => short!(Time32SecondType, of_day(TimeUnit::Second)),
            DataType::Time64(TimeUnit::Nanosecond) => {
                fixed!(Time64NanosecondType, of_day(TimeUnit::Nanosecond))
            }
            DataType::Time64(_) => fixed!(Time64MicrosecondType, of_day(TimeUnit::Microsecond)),
            DataType::Timestamp(unit, zone) => {
                let value = moment(*unit, zone.is_some(), format);
                match unit {
                    TimeUnit::Second => fixed!(TimestampSecondType, value),
                    TimeUnit::Millisecond => fixed!(TimestampMillisecondType, value),
                    TimeUnit::Microsecond => fixed!(TimestampMicrosecondType, value),
                    TimeUnit::Nanosecond => fixed!(TimestampNanosecondType, value),
                }
            }
            DataType::Duration(TimeUnit::Second) => fixed!(DurationSecondType, whole),
            DataType::Duration(TimeUnit::Millisecond) => fixed!(DurationMillisecondType, whole),
            DataType::Duration(TimeUnit::Microsecond) => fixed!(DurationMicrosecondType, whole),
            DataType::Duration(TimeUnit::Nanosecond) => fixed!(DurationNanosecondType, whole),
            // Lists and structs, whose values come here again.
            _ => return Ok(None),
        }))
    }
}
