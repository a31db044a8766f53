//! An object that was read: its kind, its version, and its fields by name.

use super::MAX_DEPTH;
use super::decoder::Decoder;
use super::reader::{Head, Reader};
use crate::error::DecodeError;
use serde::Deserialize;

/// An object whose fields can be asked for by name.
///
/// Fields that nobody asks for are left alone: a newer program that adds one which may be ignored keeps the version.
#[derive(Debug, Clone)]
pub struct Object<'a> {
    kind: &'a str,
    version: u32,
    /// By name, each once.
    fields: Vec<(&'a str, &'a [u8])>,
    /// The depth of what is inside.
    depth: u32,
}

impl<'a> Object<'a> {
    pub(super) fn new(
        kind: &'a str,
        version: u32,
        mut fields: Vec<(&'a str, &'a [u8])>,
        depth: u32,
    ) -> Result<Self, DecodeError> {
        fields.sort_by_key(|(name, _)| *name);
        if let Some(pair) = fields.windows(2).find(|pair| pair[0].0 == pair[1].0) {
            return Err(DecodeError::DuplicateField {
                kind: kind.to_owned(),
                field: pair[0].0.to_owned(),
            });
        }
        Ok(Self {
            kind,
            version,
            fields,
            depth,
        })
    }

    /// Returns the kind, by which a table of decoders is asked.
    pub fn kind(&self) -> &'a str {
        self.kind
    }

    /// Returns the version with which it was written.
    pub fn version(&self) -> u32 {
        self.version
    }

    /// Checks that it is of this kind, and no newer than this version; returns the version.
    ///
    /// # Errors
    /// [`DecodeError::UnknownKind`] and [`DecodeError::NewerVersion`].
    pub fn expect(&self, kind: &str, newest: u32) -> Result<u32, DecodeError> {
        if self.kind != kind {
            return Err(self.unknown_kind([kind]));
        }
        if self.version > newest {
            return Err(DecodeError::NewerVersion {
                kind: kind.to_owned(),
                found: self.version,
                newest,
            });
        }
        Ok(self.version)
    }

    /// Returns the error of a table that has no decoder for this kind, with those that it has.
    pub fn unknown_kind<S: Into<String>>(&self, known: impl IntoIterator<Item = S>) -> DecodeError {
        DecodeError::UnknownKind {
            found: self.kind.to_owned(),
            expected: known.into_iter().map(Into::into).collect(),
        }
    }

    /// Returns the error of a field whose value makes no sense, for a reason written as a lower-case fragment.
    pub fn invalid(&self, field: &str, reason: impl Into<String>) -> DecodeError {
        DecodeError::Invalid {
            kind: self.kind.to_owned(),
            field: field.to_owned(),
            reason: reason.into(),
        }
    }

    /// Says whether a field is missing or says that there is no value.
    pub fn is_none(&self, field: &str) -> bool {
        self.find(field)
            .is_none_or(|bytes| Decoder::nested(bytes, self.depth).is_none())
    }

    /// Reads a text.
    pub fn str(&self, field: &str) -> Result<&'a str, DecodeError> {
        Reader::new(self.field(field)?).text(|| self.place(field))
    }

    /// Reads an unsigned number.
    pub fn u64(&self, field: &str) -> Result<u64, DecodeError> {
        match self.head(field)? {
            Head::Uint(value) => Ok(value),
            other => Err(self.wrong(field, "a number from 0", other)),
        }
    }

    /// Reads an unsigned number of 32 bits.
    pub fn u32(&self, field: &str) -> Result<u32, DecodeError> {
        match self.head(field)? {
            Head::Uint(value) if u32::try_from(value).is_ok() => Ok(value as u32),
            other => Err(self.wrong(field, "a number from 0 of 32 bits", other)),
        }
    }

    /// Reads a signed number.
    pub fn i64(&self, field: &str) -> Result<i64, DecodeError> {
        match self.head(field)? {
            Head::Int(value) => Ok(value),
            Head::Uint(value) if i64::try_from(value).is_ok() => Ok(value as i64),
            other => Err(self.wrong(field, "a signed number of 64 bits", other)),
        }
    }

    /// Reads a float.
    pub fn f64(&self, field: &str) -> Result<f64, DecodeError> {
        match self.head(field)? {
            Head::Float(value) => Ok(value),
            other => Err(self.wrong(field, "a float", other)),
        }
    }

    /// Reads a truth value.
    pub fn bool(&self, field: &str) -> Result<bool, DecodeError> {
        match self.head(field)? {
            Head::Bool(value) => Ok(value),
            other => Err(self.wrong(field, "a truth value", other)),
        }
    }

    /// Reads bytes, without copying them.
    pub fn bytes(&self, field: &str) -> Result<&'a [u8], DecodeError> {
        let mut reader = Reader::new(self.field(field)?);
        match reader.head()? {
            Head::Bin(len) => reader.take(len),
            other => Err(self.wrong(field, "bytes", other)),
        }
    }

    /// Reads a serde value. Texts and bytes in it may be borrowed.
    pub fn serde<T: Deserialize<'a>>(&self, field: &str) -> Result<T, DecodeError> {
        // The field was measured when the object was read: every length in it is true.
        let mut deserializer = rmp_serde::Deserializer::from_read_ref(self.field(field)?);
        deserializer.set_max_depth(MAX_DEPTH as usize);
        T::deserialize(&mut deserializer).map_err(|source| DecodeError::Serde {
            kind: self.kind.to_owned(),
            field: field.to_owned(),
            source,
        })
    }

    /// Returns the value of a field, to be read as an object.
    pub fn object(&self, field: &str) -> Result<Decoder<'a>, DecodeError> {
        Ok(Decoder::nested(self.field(field)?, self.depth))
    }

    /// Returns the value of a field, to be read as an object, unless it is missing or says that there is no value.
    ///
    /// # Errors
    /// [`DecodeError::WrongType`], if it is there and cannot be an object.
    pub fn optional(&self, field: &str) -> Result<Option<Decoder<'a>>, DecodeError> {
        let Some(bytes) = self.find(field) else {
            return Ok(None);
        };
        match Reader::new(bytes).head()? {
            Head::Nil => Ok(None),
            Head::Array(_) => Ok(Some(Decoder::nested(bytes, self.depth))),
            other => Err(self.wrong(field, "an object or nothing", other)),
        }
    }

    /// Reads a list of objects.
    pub fn list(&self, field: &str) -> Result<Vec<Decoder<'a>>, DecodeError> {
        let mut reader = Reader::new(self.field(field)?);
        match reader.head()? {
            // The field was measured when the object was read: there are as many values as it says.
            Head::Array(len) => (0..len)
                .map(|_| Ok(Decoder::nested(reader.value()?, self.depth)))
                .collect(),
            other => Err(self.wrong(field, "a list of objects", other)),
        }
    }

    fn find(&self, field: &str) -> Option<&'a [u8]> {
        let position = self
            .fields
            .binary_search_by_key(&field, |(name, _)| name)
            .ok()?;
        Some(self.fields[position].1)
    }

    fn field(&self, field: &str) -> Result<&'a [u8], DecodeError> {
        self.find(field).ok_or_else(|| DecodeError::MissingField {
            kind: self.kind.to_owned(),
            field: field.to_owned(),
        })
    }

    fn head(&self, field: &str) -> Result<Head, DecodeError> {
        Reader::new(self.field(field)?).head()
    }

    fn place(&self, field: &str) -> String {
        format!("field `{field}` of `{}`", self.kind)
    }

    fn wrong(&self, field: &str, expected: &'static str, found: Head) -> DecodeError {
        let found = match found {
            Head::Uint(value) => format!("the number {value}"),
            Head::Int(value) => format!("the number {value}"),
            other => other.describe().to_owned(),
        };
        DecodeError::WrongType {
            place: self.place(field),
            expected,
            found,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Encoder;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    /// An object with a field of every type.
    fn sample() -> Vec<u8> {
        let mut encoder = Encoder::new();
        encoder.object("sample", 3, |o| {
            o.str("str", "käse");
            o.u64("u64", u64::MAX);
            o.u64("small", 7);
            o.i64("i64", i64::MIN);
            o.i64("positive", 200);
            o.f64("f64", f64::from_bits(0x7ff8_0000_0000_1234));
            o.bool("bool", true);
            o.bytes("bytes", &[0, 255]);
            o.none("none");
            o.serde("serde", &BTreeMap::from([("a", vec![1, 2]), ("b", vec![])]));
            o.object("object", |encoder| encoder.object("child", 1, |_| {}));
            o.list("list", 0..20, |encoder, item| {
                encoder.object("item", 1, |o| o.u64("n", item));
            });
            o.list("empty", 0..0, |_, _| {});
        });
        encoder.into_bytes().unwrap()
    }

    #[test]
    fn what_was_written_comes_back() {
        let bytes = sample();
        let o = Decoder::new(&bytes).object().unwrap();
        assert_eq!(
            (o.kind(), o.version(), o.expect("sample", 3).unwrap()),
            ("sample", 3, 3)
        );
        assert_eq!(o.str("str").unwrap(), "käse");
        assert_eq!(o.u64("u64").unwrap(), u64::MAX);
        assert_eq!(
            (
                o.u64("small").unwrap(),
                o.u32("small").unwrap(),
                o.i64("small").unwrap()
            ),
            (7, 7, 7)
        );
        assert_eq!(o.i64("i64").unwrap(), i64::MIN);
        assert_eq!(o.i64("positive").unwrap(), 200);
        assert_eq!(o.f64("f64").unwrap().to_bits(), 0x7ff8_0000_0000_1234);
        assert!(o.bool("bool").unwrap());
        assert_eq!(o.bytes("bytes").unwrap(), [0, 255]);
        assert!(o.is_none("none") && o.is_none("absent") && !o.is_none("str"));
        let map: BTreeMap<&str, Vec<u8>> = o.serde("serde").unwrap();
        assert_eq!(map, BTreeMap::from([("a", vec![1, 2]), ("b", vec![])]));
        o.object("object")
            .unwrap()
            .object()
            .unwrap()
            .expect("child", 1)
            .unwrap();
        assert!(o.optional("object").unwrap().is_some());
        assert!(o.optional("none").unwrap().is_none() && o.optional("absent").unwrap().is_none());
        let items: Vec<u64> = o
            .list("list")
            .unwrap()
            .iter()
            .map(|i| i.object().unwrap().u64("n").unwrap())
            .collect();
        assert_eq!(items, (0..20).collect::<Vec<_>>());
        assert!(o.list("empty").unwrap().is_empty());
    }

    #[test]
    fn many_fields_and_items_come_back() {
        for n in [15_u32, 16, 300, 70_000] {
            let mut encoder = Encoder::new();
            encoder.object("wide", 1, |o| {
                for i in 0..n {
                    o.u64(&i.to_string(), u64::from(i));
                }
                o.list("items", 0..n, |encoder, i| {
                    encoder.object("item", i, |_| {});
                });
            });
            let bytes = encoder.into_bytes().unwrap();
            let o = Decoder::new(&bytes).object().unwrap();
            assert!((0..n).all(|i| o.u32(&i.to_string()).unwrap() == i), "{n}");
            let items = o.list("items").unwrap();
            assert!(
                items
                    .iter()
                    .map(|item| item.object().unwrap().version())
                    .eq(0..n),
                "{n}"
            );
        }
    }

    #[test]
    fn every_error_says_where() {
        let bytes = sample();
        let o = Decoder::new(&bytes).object().unwrap();
        let child = o.object("object").unwrap().object().unwrap();
        let errors = [
            o.expect("filter", 3).unwrap_err(),
            o.expect("sample", 2).unwrap_err(),
            child.unknown_kind(["a", "b", "c"]),
            o.invalid("u64", "too many partitions"),
            o.str("absent").unwrap_err(),
            o.str("u64").unwrap_err(),
            o.u64("i64").unwrap_err(),
            o.u32("u64").unwrap_err(),
            o.i64("u64").unwrap_err(),
            o.f64("str").unwrap_err(),
            o.bool("none").unwrap_err(),
            o.bytes("str").unwrap_err(),
            o.list("str").unwrap_err(),
            o.object("str").unwrap().object().unwrap_err(),
            o.serde::<Vec<u8>>("str").unwrap_err(),
            o.optional("str").unwrap_err(),
            DecodeError::unknown_kind("source", "parquet"),
            Decoder::new(&bytes[..bytes.len() - 1])
                .object()
                .unwrap_err(),
            Decoder::new(&[&bytes[..], &[0]].concat())
                .object()
                .unwrap_err(),
            Decoder::new(&[]).object().unwrap_err(),
            Decoder::new(b"\xc1").object().unwrap_err(),
            Decoder::new(b"\x93\xa1a\xff\x80").object().unwrap_err(),
            Decoder::new(b"\x93\xa1\xff\x01\x80").object().unwrap_err(),
            Decoder::new(b"\x93\xa1a\x01\x82\xa1x\x01\xa1x\x01")
                .object()
                .unwrap_err(),
        ];
        insta::assert_snapshot!(errors.map(|error| error.to_string()).join("\n"), @r#"
        found `sample`, expected `filter`
        `sample` has version 3, this program reads versions up to 2: update it
        found `child`, expected `a`, `b` or `c`
        field `u64` of `sample`: too many partitions
        field `absent` of `sample` is missing
        field `u64` of `sample` is a number, expected a text
        field `i64` of `sample` is the number -9223372036854775808, expected a number from 0
        field `u64` of `sample` is the number 18446744073709551615, expected a number from 0 of 32 bits
        field `u64` of `sample` is the number 18446744073709551615, expected a signed number of 64 bits
        field `str` of `sample` is a text, expected a float
        field `none` of `sample` is nothing, expected a truth value
        field `str` of `sample` is a text, expected bytes
        field `str` of `sample` is a text, expected a list of objects
        the value is a text, expected an object: a list of kind, version and fields
        field `str` of `sample` cannot be decoded
        field `str` of `sample` is a text, expected an object or nothing
        `parquet` is not a registered source: register it before decoding
        truncated: 1 more bytes are claimed, 0 are left
        1 bytes follow the end of the value
        truncated: 1 more bytes are claimed, 0 are left
        a value is the byte c1, which it never uses, expected MessagePack
        the version of `a` is a number, expected a number of 32 bits
        the kind of an object is a text that is not UTF-8, expected a text
        field `x` of `a` is there twice
        "#);
    }

    #[test]
    fn claims_of_length_cost_nothing() {
        for bytes in [
            &b"\x93\xa1a\x01\xdf\xff\xff\xff\xff"[..],
            b"\x93\xa1a\x01\x81\xa1x\xdd\xff\xff\xff\xff",
            b"\x93\xa1a\x01\x81\xa1x\xdf\xff\xff\xff\xff",
            b"\x93\xa1a\x01\x81\xa1x\xc6\xff\xff\xff\xff",
            b"\x93\xa1a\x01\x81\xa1x\xc9\xff\xff\xff\xff",
            b"\x93\xdb\xff\xff\xff\xff",
        ] {
            let error = Decoder::new(bytes).object().unwrap_err();
            assert!(matches!(error, DecodeError::Truncated { .. }), "{error}");
        }
    }

    #[test]
    fn depth_is_limited() {
        // One object inside the other, a hundred thousand times.
        let mut bytes = b"\x93\xa1a\x01\x81\xa1x".repeat(100_000);
        bytes.extend_from_slice(b"\x93\xa1a\x01\x80");
        let mut decoder = Decoder::new(&bytes);
        let mut depth = 0;
        let error = loop {
            match decoder.object() {
                Ok(object) => decoder = object.object("x").unwrap(),
                Err(error) => break error,
            }
            depth += 1;
            if depth == 3 {
                // The rest would read the same bytes again and again: go on with the last levels.
                decoder = Decoder::nested(&bytes[bytes.len() - 5 - 7 * 600..], depth);
            }
        };
        assert_eq!(depth, MAX_DEPTH);
        assert!(matches!(error, DecodeError::TooDeep { .. }), "{error}");
        // A serde field of the same depth is refused too, instead of overflowing the stack.
        let mut bytes = b"\x93\xa1a\x01\x81\xa1x".to_vec();
        bytes.extend(std::iter::repeat_n(0x91, 100_000));
        bytes.push(0xc0);
        let object = Decoder::new(&bytes).object().unwrap();
        let error = object.serde::<serde::de::IgnoredAny>("x").unwrap_err();
        assert!(matches!(error, DecodeError::Serde { .. }), "{error}");
    }

    /// Reads everything that can be read of an object, so that hostile bytes reach every path.
    fn read_all(decoder: Decoder<'_>) {
        let Ok(object) = decoder.object() else { return };
        let _ = object.expect("sample", 3);
        for (field, _) in &object.fields {
            let _ = (
                object.str(field),
                object.u64(field),
                object.u32(field),
                object.i64(field),
            );
            let _ = (
                object.f64(field),
                object.bool(field),
                object.bytes(field),
                object.is_none(field),
            );
            let _ = object.serde::<Vec<String>>(field);
            let _ = object.serde::<BTreeMap<String, Vec<u64>>>(field);
            if let Ok(child) = object.object(field) {
                read_all(child);
            }
            for item in object.list(field).unwrap_or_default() {
                read_all(item);
            }
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_an_error_or_an_object(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            read_all(Decoder::new(&bytes));
        }

        #[test]
        fn damaged_bytes_are_an_error_or_an_object(
            changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
            cut in any::<prop::sample::Index>(),
        ) {
            let mut bytes = sample();
            for (at, value) in changes {
                let at = at.index(bytes.len());
                bytes[at] = value;
            }
            read_all(Decoder::new(&bytes));
            let cut = cut.index(bytes.len());
            prop_assert!(Decoder::new(&sample()[..cut]).object().is_err());
            read_all(Decoder::new(&bytes[..cut]));
        }
    }
}
