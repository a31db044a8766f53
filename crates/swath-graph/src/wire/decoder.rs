//! Reading one value: an object, or nothing.

use super::MAX_DEPTH;
use super::object::Object;
use super::reader::{Head, Reader};
use crate::error::DecodeError;

/// The bytes of one value that is still to be read.
///
/// Borrowed and free to copy: reading it twice reads the same.
#[derive(Debug, Clone, Copy)]
pub struct Decoder<'a> {
    bytes: &'a [u8],
    depth: u32,
}

impl<'a> Decoder<'a> {
    /// Begins with the bytes of one object. Nothing is looked at yet.
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, depth: 0 }
    }

    pub(super) fn nested(bytes: &'a [u8], depth: u32) -> Self {
        Self { bytes, depth }
    }

    /// Reads the object that the bytes are. Costs one pass over them.
    ///
    /// # Errors
    /// [`DecodeError`], if they are something else, end early, go on after it, or nest too deep.
    pub fn object(&self) -> Result<Object<'a>, DecodeError> {
        if self.depth >= MAX_DEPTH {
            return Err(DecodeError::TooDeep { limit: MAX_DEPTH });
        }
        let mut reader = Reader::new(self.bytes);
        match reader.head()? {
            Head::Array(3) => {}
            other => return Err(not_an_object(other)),
        }
        let kind = reader.text(|| "the kind of an object".to_owned())?;
        let version = match reader.head()? {
            Head::Uint(version) if u32::try_from(version).is_ok() => version as u32,
            other => {
                return Err(DecodeError::WrongType {
                    place: format!("the version of `{kind}`"),
                    expected: "a number of 32 bits",
                    found: other.describe().to_owned(),
                });
            }
        };
        let n_fields = match reader.head()? {
            Head::Map(n_fields) => n_fields,
            other => return Err(not_an_object(other)),
        };
        // A field has two bytes at least, so this many entries never need more than a multiple of the bytes.
        if 2 * u64::from(n_fields) > reader.left() {
            return Err(DecodeError::Truncated {
                needed: 2 * u64::from(n_fields),
                left: reader.left(),
            });
        }
        let mut fields = Vec::with_capacity(n_fields as usize);
        for _ in 0..n_fields {
            let name = reader.text(|| format!("the name of a field of `{kind}`"))?;
            fields.push((name, reader.value()?));
        }
        reader.end()?;
        Object::new(kind, version, fields, self.depth + 1)
    }

    /// Reads only the kind of the object, by which a table of decoders is asked.
    ///
    /// # Errors
    /// [`DecodeError`], if the bytes do not begin as an object does.
    pub fn peek_kind(&self) -> Result<&'a str, DecodeError> {
        let mut reader = Reader::new(self.bytes);
        match reader.head()? {
            Head::Array(3) => reader.text(|| "the kind of an object".to_owned()),
            other => Err(not_an_object(other)),
        }
    }

    /// Says whether the value is the absence of one.
    pub fn is_none(&self) -> bool {
        Reader::new(self.bytes)
            .head()
            .is_ok_and(|head| head == Head::Nil)
    }
}

fn not_an_object(found: Head) -> DecodeError {
    DecodeError::WrongType {
        place: "the value".to_owned(),
        expected: "an object: a list of kind, version and fields",
        found: found.describe().to_owned(),
    }
}
