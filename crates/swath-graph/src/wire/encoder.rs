//! Writing objects.

use super::MAX_DEPTH;
use crate::error::EncodeError;
use serde::Serialize;

/// Why writing into memory cannot fail, for `expect`.
const INFALLIBLE: &str = "writing to a Vec never fails";

/// Writes one object, with objects and lists of objects inside it.
///
/// Mistakes are kept and told by [`into_bytes`](Self::into_bytes), so that what encodes itself need not return a `Result`.
///
/// ```
/// use swath_graph::{Decoder, Encoder};
///
/// let mut encoder = Encoder::new();
/// encoder.object("filter", 1, |o| {
///     o.str("column", "amount");
///     o.object("value", |enc| enc.object("literal", 1, |o| o.i64("value", 5000)));
/// });
/// let bytes = encoder.into_bytes()?;
///
/// let filter = Decoder::new(&bytes).object()?;
/// filter.expect("filter", 1)?;
/// assert_eq!(filter.str("column")?, "amount");
/// assert_eq!(filter.object("value")?.object()?.i64("value")?, 5000);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Encoder {
    out: Vec<u8>,
    depth: u32,
    /// Objects written where one belongs.
    written: usize,
    first_error: Option<EncodeError>,
}

impl Encoder {
    /// Begins with nothing written.
    pub fn new() -> Self {
        Self {
            out: Vec::new(),
            depth: 0,
            written: 0,
            first_error: None,
        }
    }

    /// Writes an object of a kind and version; `fields` writes its fields.
    ///
    /// Raise `version` when a field changes its meaning, or a new one may not be ignored by older programs.
    pub fn object(
        &mut self,
        kind: &str,
        version: u32,
        fields: impl FnOnce(&mut ObjectEncoder<'_>),
    ) {
        self.written += 1;
        if self.depth >= MAX_DEPTH {
            self.fail(|| EncodeError::TooDeep {
                kind: kind.to_owned(),
                limit: MAX_DEPTH,
            });
            self.nil();
            return;
        }
        rmp::encode::write_array_len(&mut self.out, 3).expect(INFALLIBLE);
        self.text(kind, "kind", kind);
        rmp::encode::write_uint(&mut self.out, u64::from(version)).expect(INFALLIBLE);
        let header = self.begin();
        self.depth += 1;
        let mut object = ObjectEncoder {
            encoder: self,
            kind,
            fields: 0,
        };
        fields(&mut object);
        let n_fields = object.fields;
        self.depth -= 1;
        self.end(header, n_fields, Container::Map, kind, "fields");
    }

    /// Says, in place of an object, that there is something that cannot be encoded: [`into_bytes`](Self::into_bytes) then fails.
    pub fn refuse(&mut self, what: impl std::fmt::Display) {
        self.written += 1;
        self.fail(|| EncodeError::Local {
            what: what.to_string(),
        });
        self.nil();
    }

    /// Returns the bytes of the one object written.
    ///
    /// # Errors
    /// [`EncodeError`]: the first mistake made on the way, or nothing or more than one object written.
    pub fn into_bytes(self) -> Result<Vec<u8>, EncodeError> {
        match (self.first_error, self.written) {
            (Some(error), _) => Err(error),
            (None, 1) => Ok(self.out),
            (None, written) => Err(EncodeError::NotOne {
                place: "the encoder".to_owned(),
                written,
            }),
        }
    }

    /// Lets `write` write the one object that belongs here.
    fn one(&mut self, kind: &str, field: &str, write: impl FnOnce(&mut Self)) {
        let outer = std::mem::take(&mut self.written);
        write(self);
        let written = std::mem::replace(&mut self.written, outer);
        if written != 1 {
            self.fail(|| EncodeError::NotOne {
                place: format!("field `{field}` of `{kind}`"),
                written,
            });
        }
    }

    fn text(&mut self, kind: &str, field: &str, value: &str) {
        if self.fits(kind, field, value.len()) {
            rmp::encode::write_str(&mut self.out, value).expect(INFALLIBLE);
        }
    }

    fn nil(&mut self) {
        rmp::encode::write_nil(&mut self.out).expect(INFALLIBLE);
    }

    fn fits(&mut self, kind: &str, field: &str, len: usize) -> bool {
        let fits = u32::try_from(len).is_ok();
        if !fits {
            self.fail(|| EncodeError::TooLong {
                kind: kind.to_owned(),
                field: field.to_owned(),
                len,
            });
        }
        fits
    }

    /// Leaves one byte for the header of a container whose length is not known yet.
    fn begin(&mut self) -> usize {
        self.out.push(0);
        self.out.len() - 1
    }

    /// Writes the header, moving what follows where a long length needs more than the one byte.
    fn end(&mut self, header: usize, len: usize, container: Container, kind: &str, field: &str) {
        let (fixed, short, long) = match container {
            Container::Map => (0x80, 0xde, 0xdf),
            Container::Array => (0x90, 0xdc, 0xdd),
        };
        let (marker, more) = match (u8::try_from(len), u16::try_from(len)) {
            (Ok(len), _) if len < 16 => (fixed | len, Vec::new()),
            (_, Ok(len)) => (short, len.to_be_bytes().to_vec()),
            _ if self.fits(kind, field, len) => (long, (len as u32).to_be_bytes().to_vec()),
            _ => return,
        };
        self.out[header] = marker;
        let after = header + 1;
        self.out.splice(after..after, more);
    }

    fn fail(&mut self, error: impl FnOnce() -> EncodeError) {
        if self.first_error.is_none() {
            self.first_error = Some(error());
        }
    }
}

impl Default for Encoder {
    fn default() -> Self {
        Self::new()
    }
}

#[derive(Clone, Copy)]
enum Container {
    Map,
    Array,
}

/// Writes the fields of one object. Their order does not matter; each name may be used once.
#[derive(Debug)]
pub struct ObjectEncoder<'a> {
    encoder: &'a mut Encoder,
    kind: &'a str,
    fields: usize,
}

impl ObjectEncoder<'_> {
    /// Writes a text.
    pub fn str(&mut self, name: &str, value: &str) {
        let kind = self.begin(name);
        self.encoder.text(kind, name, value);
    }

    /// Writes an unsigned number.
    pub fn u64(&mut self, name: &str, value: u64) {
        self.begin(name);
        rmp::encode::write_uint(&mut self.encoder.out, value).expect(INFALLIBLE);
    }

    /// Writes a signed number.
    pub fn i64(&mut self, name: &str, value: i64) {
        self.begin(name);
        rmp::encode::write_sint(&mut self.encoder.out, value).expect(INFALLIBLE);
    }

    /// Writes a float, with its exact bits.
    pub fn f64(&mut self, name: &str, value: f64) {
        self.begin(name);
        rmp::encode::write_f64(&mut self.encoder.out, value).expect(INFALLIBLE);
    }

    /// Writes a truth value.
    pub fn bool(&mut self, name: &str, value: bool) {
        self.begin(name);
        rmp::encode::write_bool(&mut self.encoder.out, value).expect(INFALLIBLE);
    }

    /// Writes bytes.
    pub fn bytes(&mut self, name: &str, value: &[u8]) {
        let kind = self.begin(name);
        if self.encoder.fits(kind, name, value.len()) {
            rmp::encode::write_bin(&mut self.encoder.out, value).expect(INFALLIBLE);
        }
    }

    /// Writes that there is no value; leaving the field out says the same.
    pub fn none(&mut self, name: &str) {
        self.begin(name);
        self.encoder.nil();
    }

    /// Writes any serde value: options, lists of texts, a spec that is plain data.
    pub fn serde<T: Serialize + ?Sized>(&mut self, name: &str, value: &T) {
        let kind = self.begin(name);
        let start = self.encoder.out.len();
        let mut serializer = rmp_serde::Serializer::new(&mut self.encoder.out).with_struct_map();
        if let Err(source) = value.serialize(&mut serializer) {
            self.encoder.out.truncate(start);
            self.encoder.nil();
            self.encoder.fail(|| EncodeError::Serde {
                kind: kind.to_owned(),
                field: name.to_owned(),
                source,
            });
        }
    }

    /// Writes an object inside this one; `child` calls [`Encoder::object`] exactly once.
    pub fn object(&mut self, name: &str, child: impl FnOnce(&mut Encoder)) {
        let kind = self.begin(name);
        self.encoder.one(kind, name, child);
    }

    /// Writes a list of objects; `item` calls [`Encoder::object`] exactly once for each.
    pub fn list<T>(
        &mut self,
        name: &str,
        items: impl IntoIterator<Item = T>,
        mut item: impl FnMut(&mut Encoder, T),
    ) {
        let kind = self.begin(name);
        let header = self.encoder.begin();
        let mut len = 0;
        for value in items {
            self.encoder.one(kind, name, |encoder| item(encoder, value));
            len += 1;
        }
        self.encoder.end(header, len, Container::Array, kind, name);
    }
}

impl<'a> ObjectEncoder<'a> {
    /// Writes the name of a field and returns the kind of the object, for errors.
    fn begin(&mut self, name: &str) -> &'a str {
        self.fields += 1;
        self.encoder.text(self.kind, name, name);
        self.kind
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nested(encoder: &mut Encoder, depth: u32) {
        encoder.object("nest", 1, |o| {
            if depth > 1 {
                o.object("inner", |encoder| nested(encoder, depth - 1));
            }
        });
    }

    #[test]
    fn exactly_one_object_belongs_in_each_place() {
        let errors = [
            Encoder::new().into_bytes(),
            {
                let mut encoder = Encoder::new();
                encoder.object("a", 1, |_| {});
                encoder.object("b", 1, |_| {});
                encoder.into_bytes()
            },
            {
                let mut encoder = Encoder::new();
                encoder.object("a", 1, |o| o.object("child", |_| {}));
                encoder.into_bytes()
            },
            {
                let mut encoder = Encoder::new();
                encoder.object("a", 1, |o| {
                    o.list("items", [0, 1], |encoder, item| {
                        if item == 0 {
                            encoder.object("b", 1, |_| {});
                        }
                    });
                });
                encoder.into_bytes()
            },
        ];
        let texts: Vec<String> = errors
            .into_iter()
            .map(|error| error.unwrap_err().to_string())
            .collect();
        insta::assert_snapshot!(texts.join("\n"), @r#"
        the encoder got 0 objects, exactly one belongs there
        the encoder got 2 objects, exactly one belongs there
        field `child` of `a` got 0 objects, exactly one belongs there
        field `items` of `a` got 0 objects, exactly one belongs there
        "#);
    }

    #[test]
    fn depth_is_limited_where_it_is_written() {
        let mut encoder = Encoder::new();
        nested(&mut encoder, MAX_DEPTH);
        assert!(encoder.into_bytes().is_ok());
        let mut encoder = Encoder::new();
        nested(&mut encoder, MAX_DEPTH + 1);
        insta::assert_snapshot!(encoder.into_bytes().unwrap_err(), @"`nest` is nested more than 500 objects deep, which no decoder accepts");
    }

    #[test]
    fn what_cannot_leave_the_process_is_told_at_the_end() {
        let mut encoder = Encoder::new();
        encoder.object("step", 1, |o| {
            o.object("function", |encoder| {
                encoder.refuse("the closure at src/main.rs:9:5");
            });
        });
        insta::assert_snapshot!(encoder.into_bytes().unwrap_err(), @"the closure at src/main.rs:9:5 is part of this process and cannot leave it");
    }

    #[cfg(unix)]
    #[test]
    fn what_serde_refuses_is_told_at_the_end() {
        use std::os::unix::ffi::OsStrExt;
        let path = std::path::Path::new(std::ffi::OsStr::from_bytes(b"\xff"));
        let mut encoder = Encoder::new();
        encoder.object("read", 1, |o| o.serde("path", path));
        let error = encoder.into_bytes().unwrap_err();
        insta::assert_snapshot!(error, @"field `path` of `read` cannot be encoded");
        assert!(std::error::Error::source(&error).is_some());
    }

    /// The form is `MessagePack`, readable by any program: an array of kind, version and fields.
    #[test]
    fn the_bytes_are_message_pack() {
        let mut encoder = Encoder::new();
        encoder.object("a", 2, |o| {
            o.u64("n", 5);
            o.none("x");
        });
        assert_eq!(
            encoder.into_bytes().unwrap(),
            b"\x93\xa1a\x02\x82\xa1n\x05\xa1x\xc0"
        );
    }
}
