//! How values are written, where JSON has no way of its own for them.

use arrow_array::cast::AsArray;
use arrow_array::types::{ArrowPrimitiveType, Float32Type, Float64Type};
use arrow_array::{Array, PrimitiveArray};
use arrow_json::writer::NullableEncoder;
use arrow_json::{Encoder, EncoderFactory, EncoderOptions};
use arrow_schema::{ArrowError, DataType, Field, FieldRef, Schema, SchemaRef};
use std::fmt::Debug;
use std::io::Write as _;
use std::sync::Arc;
use swath_meta::Meta;

use super::shape::NOT_FINITE;

/// The types that are handed to the encoder: texts for categories, the clock of UTC for all zones, counts of their unit for spans
/// of time.
pub(super) fn written_schema(meta: &Meta) -> SchemaRef {
    let border = meta.to_arrow();
    let fields: Vec<FieldRef> = border.fields().iter().map(written_field).collect();
    Arc::new(Schema::new(fields))
}

fn written_field(field: &FieldRef) -> FieldRef {
    let written = written(field.data_type());
    Arc::new(Field::new(field.name(), written, field.is_nullable()))
}

fn written(border: &DataType) -> DataType {
    match border {
        DataType::Dictionary(..) => DataType::Utf8View,
        DataType::Timestamp(unit, Some(_)) => DataType::Timestamp(*unit, Some("+00:00".into())),
        DataType::Duration(_) => DataType::Int64,
        DataType::List(item) => DataType::List(written_field(item)),
        DataType::Struct(fields) => DataType::Struct(fields.iter().map(written_field).collect()),
        other => other.clone(),
    }
}

/// Writes numbers that JSON cannot write as texts: `"NaN"`, `"Infinity"` and `"-Infinity"`.
#[derive(Debug)]
pub(super) struct Floats;

impl EncoderFactory for Floats {
    fn make_default_encoder<'a>(
        &self,
        _: &'a FieldRef,
        array: &'a dyn Array,
        _: &'a EncoderOptions,
    ) -> Result<Option<NullableEncoder<'a>>, ArrowError> {
        Ok(match array.data_type() {
            DataType::Float32 => Some(encoder(array.as_primitive::<Float32Type>())),
            DataType::Float64 => Some(encoder(array.as_primitive::<Float64Type>())),
            _ => None,
        })
    }
}

fn encoder<T>(array: &PrimitiveArray<T>) -> NullableEncoder<'_>
where
    T: ArrowPrimitiveType,
    T::Native: Debug + Into<f64>,
{
    NullableEncoder::new(Box::new(OfFloats(array)), array.nulls().cloned())
}

struct OfFloats<'a, T: ArrowPrimitiveType>(&'a PrimitiveArray<T>);

impl<T> Encoder for OfFloats<'_, T>
where
    T: ArrowPrimitiveType,
    T::Native: Debug + Into<f64>,
{
    fn encode(&mut self, at: usize, out: &mut Vec<u8>) {
        let value = self.0.value(at);
        let float: f64 = value.into();
        let [nan, infinite, negative] = NOT_FINITE;
        // A vector takes whatever is written to it. As many digits as tell the number from all others; a point in each.
        let _ = if float.is_finite() {
            write!(out, "{value:?}")
        } else if float.is_nan() {
            write!(out, "\"{nan}\"")
        } else if float > 0.0 {
            write!(out, "\"{infinite}\"")
        } else {
            write!(out, "\"{negative}\"")
        };
    }
}
