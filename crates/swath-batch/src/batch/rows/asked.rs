//! What a Rust type asks serde for: its fields, and of each its type.
//!
//! The type is asked to deserialise itself from nothing: a deserialiser that notes each question, answers with
//! zeros and empty texts, and gives up where it has no answer. What was noted until then is what is known.

use std::fmt;

use serde::de::{
    self, DeserializeOwned, DeserializeSeed, Deserializer, IntoDeserializer, MapAccess, SeqAccess,
    Visitor,
};

/// The fields of a type, by position or by name.
#[derive(Debug, Default)]
pub(super) struct Asked {
    /// How many values a tuple has.
    pub(super) tuple: Option<usize>,
    /// One value instead of a row of them.
    pub(super) is_value: bool,
    /// The fields of a struct.
    pub(super) fields: Option<&'static [&'static str]>,
    /// What each asks for, as far as it was found out.
    pub(super) types: Vec<AskedType>,
}

/// What one field asks for.
#[derive(Debug, Default)]
pub(super) struct AskedType {
    /// The Rust type without its `Option`; `None` where it is neither a plain value nor a list.
    pub(super) plain: Option<&'static str>,
    /// Whether nulls have a place.
    pub(super) optional: bool,
}

impl Asked {
    /// Asks a type for its fields alone, which runs no code of theirs.
    pub(super) fn shape_of<T: DeserializeOwned>() -> Self {
        let mut asked = Self::default();
        drop(T::deserialize(Row(&mut asked, Depth::Shape)));
        asked
    }

    /// Asks a type for its fields and their types.
    pub(super) fn of<T: DeserializeOwned>() -> Self {
        let mut asked = Self::default();
        // Asking is all that is wanted: a value of zeros is as good as none.
        drop(T::deserialize(Row(&mut asked, Depth::Types)));
        asked
    }

    /// What the type asks of the column at `position`, named `name`.
    pub(super) fn column(&self, position: usize, name: &str) -> Option<&AskedType> {
        let at = match self.fields {
            Some(fields) => fields.iter().position(|field| *field == name)?,
            None => position,
        };
        self.types.get(at)
    }
}

/// There is no value to give.
#[derive(Debug)]
pub(super) struct NoValue;

impl fmt::Display for NoValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("only asked for its shape")
    }
}

impl std::error::Error for NoValue {}

impl de::Error for NoValue {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self
    }
}

/// How much is asked.
#[derive(Clone, Copy, PartialEq)]
enum Depth {
    Shape,
    Types,
}

macro_rules! value {
    ($($ask:ident)*) => {$(
        fn $ask<V: Visitor<'de>>(self, _: V) -> Result<V::Value, NoValue> {
            self.0.is_value = true;
            Err(NoValue)
        }
    )*};
}

/// Stands for a row.
struct Row<'a>(&'a mut Asked, Depth);

impl<'de> Deserializer<'de> for Row<'_> {
    type Error = NoValue;

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, NoValue> {
        Err(NoValue)
    }

    fn deserialize_tuple<V: Visitor<'de>>(
        self,
        len: usize,
        visitor: V,
    ) -> Result<V::Value, NoValue> {
        self.0.tuple = Some(len);
        if self.1 == Depth::Shape {
            return Err(NoValue);
        }
        visitor.visit_seq(Fields(self.0, 0..len))
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        len: usize,
        visitor: V,
    ) -> Result<V::Value, NoValue> {
        self.deserialize_tuple(len, visitor)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, NoValue> {
        self.0.fields = Some(fields);
        if self.1 == Depth::Shape {
            return Err(NoValue);
        }
        visitor.visit_map(Fields(self.0, 0..fields.len()))
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, NoValue> {
        visitor.visit_newtype_struct(self)
    }

    value! {
        deserialize_bool deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64 deserialize_i128
        deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64 deserialize_u128 deserialize_f32
        deserialize_f64 deserialize_char deserialize_str deserialize_string deserialize_option
    }

    serde::forward_to_deserialize_any! {
        bytes byte_buf unit unit_struct seq map enum identifier ignored_any
    }
}

/// The fields of a row that were not asked yet.
struct Fields<'a>(&'a mut Asked, std::ops::Range<usize>);

impl Fields<'_> {
    fn value<'de, T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<T::Value, NoValue> {
        self.0.types.push(AskedType::default());
        let asked = self.0.types.last_mut().expect("one was pushed");
        seed.deserialize(Cell(asked))
    }
}

impl<'de> SeqAccess<'de> for Fields<'_> {
    type Error = NoValue;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, NoValue> {
        match self.1.next() {
            None => Ok(None),
            Some(_) => self.value(seed).map(Some),
        }
    }
}

impl<'de> MapAccess<'de> for Fields<'_> {
    type Error = NoValue;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, NoValue> {
        let fields = self.0.fields.unwrap_or_default();
        match self.1.next() {
            None => Ok(None),
            Some(at) => seed.deserialize(fields[at].into_deserializer()).map(Some),
        }
    }

    fn next_value_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<T::Value, NoValue> {
        self.value(seed)
    }
}

/// Stands for the value of one field.
struct Cell<'a>(&'a mut AskedType);

macro_rules! plain {
    ($($ask:ident $visit:ident $name:literal $value:expr;)*) => {$(
        fn $ask<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, NoValue> {
            self.0.plain = Some($name);
            visitor.$visit($value)
        }
    )*};
}

impl<'de> Deserializer<'de> for Cell<'_> {
    type Error = NoValue;

    plain! {
        deserialize_bool visit_bool "bool" false;
        deserialize_i8 visit_i8 "i8" 0;
        deserialize_i16 visit_i16 "i16" 0;
        deserialize_i32 visit_i32 "i32" 0;
        deserialize_i64 visit_i64 "i64" 0;
        deserialize_i128 visit_i128 "i128" 0;
        deserialize_u8 visit_u8 "u8" 0;
        deserialize_u16 visit_u16 "u16" 0;
        deserialize_u32 visit_u32 "u32" 0;
        deserialize_u64 visit_u64 "u64" 0;
        deserialize_u128 visit_u128 "u128" 0;
        deserialize_f32 visit_f32 "f32" 0.0;
        deserialize_f64 visit_f64 "f64" 0.0;
        deserialize_char visit_char "char" ' ';
        deserialize_string visit_str "String" "";
    }

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, NoValue> {
        visitor.visit_unit()
    }

    /// What reads itself from text: an author's own type, a date.
    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, NoValue> {
        visitor.visit_str("")
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, NoValue> {
        self.0.optional = true;
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, NoValue> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, NoValue> {
        self.0.plain = Some("Vec");
        visitor.visit_seq(Fields(&mut Asked::default(), 0..0))
    }

    serde::forward_to_deserialize_any! {
        bytes byte_buf unit unit_struct tuple tuple_struct map struct enum identifier ignored_any
    }
}
