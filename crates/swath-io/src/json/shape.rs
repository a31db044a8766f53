//! Columns and their dtypes, by what some lines hold.

use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;
use swath_meta::{DType, Field};

use crate::text::{Kind, Moments};

/// Texts that stand for numbers that JSON cannot write.
pub(super) const NOT_FINITE: [&str; 3] = ["NaN", "Infinity", "-Infinity"];

/// Keys of one object that are looked at, all in all: more are data, not columns.
const MOST_KEYS: usize = 10_000;

/// What all values at one place so far could be.
#[derive(Clone, Debug, Default)]
pub(super) struct Shape {
    scalar: Kind,
    /// Some were texts for numbers that JSON cannot write.
    not_finite: bool,
    items: Option<Box<Shape>>,
    fields: Option<Fields>,
    /// Bytes of the values as arrays.
    pub(super) bytes: u64,
}

/// The keys of objects, in the order in which they were first met.
#[derive(Clone, Debug, Default)]
pub(super) struct Fields {
    names: Vec<Arc<str>>,
    shapes: Vec<Shape>,
    places: HashMap<Arc<str>, usize>,
}

impl Fields {
    pub(super) fn iter(&self) -> impl Iterator<Item = (&Arc<str>, &Shape)> {
        self.names.iter().zip(&self.shapes)
    }

    /// The place of a key; nothing for one too many.
    fn place(&mut self, name: &str) -> Option<usize> {
        if let Some(place) = self.places.get(name) {
            return Some(*place);
        }
        let place = self.names.len();
        if place == MOST_KEYS {
            return None;
        }
        let name: Arc<str> = name.into();
        self.names.push(Arc::clone(&name));
        self.shapes.push(Shape::default());
        self.places.insert(name, place);
        Some(place)
    }
}

impl Shape {
    /// Looks at one line; `false` if it is no JSON object.
    pub(super) fn see(&mut self, line: &[u8], moments: &mut Moments) -> bool {
        // Learnt apart, so that half a line teaches nothing.
        if line.first() != Some(&b'{')
            || serde_json::from_slice::<serde::de::IgnoredAny>(line).is_err()
        {
            return false;
        }
        let mut from = serde_json::Deserializer::from_slice(line);
        let see = See {
            shape: self,
            moments,
        };
        see.deserialize(&mut from).is_ok()
    }

    /// The keys of the objects that were seen.
    pub(super) fn fields(&self) -> Option<&Fields> {
        self.fields.as_ref()
    }

    /// The dtype that has all values seen: text, which every value can be, where they are of several kinds or there was none.
    pub(super) fn dtype(&self) -> DType {
        match (self.scalar, &self.items, &self.fields) {
            (Kind::Nothing, Some(items), None) => DType::list(items.dtype()),
            (Kind::Nothing, None, Some(fields)) if !fields.names.is_empty() => {
                let fields = fields.iter();
                DType::structure(
                    fields.map(|(name, shape)| Field::new(Arc::clone(name), shape.dtype(), true)),
                )
            }
            (Kind::Integer | Kind::Signed | Kind::Unsigned | Kind::Float, None, None)
                if self.not_finite =>
            {
                DType::Float64
            }
            (_, None, None) if self.not_finite => DType::String,
            (scalar, None, None) => scalar.dtype(),
            _ => DType::String,
        }
    }
}

/// Lets one value of a line be seen.
struct See<'a> {
    shape: &'a mut Shape,
    moments: &'a mut Moments,
}

impl<'de> DeserializeSeed<'de> for See<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<(), D::Error> {
        from.deserialize_any(self)
    }
}

impl See<'_> {
    fn scalar(&mut self, kind: Kind, bytes: u64) {
        self.shape.scalar = self.shape.scalar.or(kind);
        self.shape.bytes += bytes;
    }
}

impl<'de> Visitor<'de> for See<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_bool<E>(mut self, _: bool) -> Result<(), E> {
        self.scalar(Kind::Bool, 1);
        Ok(())
    }

    fn visit_i64<E>(mut self, value: i64) -> Result<(), E> {
        let kind = if value < 0 {
            Kind::Signed
        } else {
            Kind::Integer
        };
        self.scalar(kind, 8);
        Ok(())
    }

    fn visit_u64<E>(mut self, value: u64) -> Result<(), E> {
        let kind = if i64::try_from(value).is_ok() {
            Kind::Integer
        } else {
            Kind::Unsigned
        };
        self.scalar(kind, 8);
        Ok(())
    }

    fn visit_f64<E>(mut self, _: f64) -> Result<(), E> {
        self.scalar(Kind::Float, 8);
        Ok(())
    }

    fn visit_str<E>(mut self, text: &str) -> Result<(), E> {
        if NOT_FINITE.contains(&text) {
            self.shape.not_finite = true;
            self.shape.bytes += 8;
            return Ok(());
        }
        let kind = match self.shape.scalar {
            Kind::Text => Kind::Text,
            _ => Kind::of_moment(text.as_bytes(), self.moments),
        };
        self.scalar(kind, 16 + text.len() as u64);
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut values: A) -> Result<(), A::Error> {
        let items = self.shape.items.get_or_insert_default();
        let before = items.bytes;
        while let Some(()) = values.next_element_seed(See {
            shape: items,
            moments: self.moments,
        })? {}
        self.shape.bytes += 4 + items.bytes - before;
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<(), A::Error> {
        let fields = self.shape.fields.get_or_insert_default();
        while let Some(name) = entries.next_key::<std::borrow::Cow<'_, str>>()? {
            let mut unseen = Shape::default();
            let shape = match fields.place(&name) {
                Some(place) => &mut fields.shapes[place],
                None => &mut unseen,
            };
            let before = shape.bytes;
            let more = {
                entries.next_value_seed(See {
                    shape,
                    moments: self.moments,
                })?;
                shape.bytes - before
            };
            self.shape.bytes += more;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_the_first_dtype_that_has_all_values() {
        let cases: [(&[&str], &str); 17] = [
            (&[], "string"),
            (&["null"], "string"),
            (&["1", "null", "-2"], "int64"),
            (&["1", "18446744073709551615"], "uint64"),
            (&["1", "2.5"], "float64"),
            (&["1", "\"NaN\"", "\"-Infinity\""], "float64"),
            (&["\"NaN\""], "string"),
            (&["true", "false"], "bool"),
            (&["true", "1"], "string"),
            (&["1", "\"1\""], "string"),
            (&["\"2024-01-31\""], "date"),
            (&["\"2024-01-31\"", "\"2024-01-31 10:00\""], "timestamp[us]"),
            (&["\"2024-01-31T10:00:00Z\""], "timestamp[us, UTC]"),
            (&["[1]", "[]", "[2.5, null]"], "list<float64>"),
            (
                &["{\"b\": 1}", "{\"a\": [\"x\"]}"],
                "struct<b: int64, a: list<string>>",
            ),
            (&["[1]", "1"], "string"),
            (&["{}"], "string"),
        ];
        for (values, expected) in cases {
            let (mut shape, mut moments) = (Shape::default(), Moments::default());
            for value in values {
                assert!(shape.see(format!("{{\"v\": {value}}}").as_bytes(), &mut moments));
            }
            let fields = shape
                .fields()
                .map(|fields| fields.iter().next().map(|(_, v)| v.dtype()));
            let dtype = fields.flatten().unwrap_or(DType::String);
            assert_eq!(dtype.to_string(), expected, "{values:?}");
        }
        let mut shape = Shape::default();
        for line in ["[1]", "1", "{\"a\": 1", "{\"a\": }", ""] {
            assert!(
                !shape.see(line.as_bytes(), &mut Moments::default()),
                "{line}"
            );
        }
        assert!(shape.fields().is_none());
    }
}
