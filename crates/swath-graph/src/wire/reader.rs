//! Reading `MessagePack` without trusting it: every length is checked against what is left before it is used.

use crate::error::DecodeError;
use rmp::Marker;

/// A place in bytes.
pub(super) struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

/// The beginning of a value: scalars whole, the rest as the length that follows.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Head {
    Nil,
    Bool(bool),
    Uint(u64),
    Int(i64),
    Float(f64),
    /// Bytes of text.
    Str(u32),
    /// Bytes.
    Bin(u32),
    /// Bytes, its type among them.
    Ext(u32),
    /// Values.
    Array(u32),
    /// Pairs of values.
    Map(u32),
}

impl Head {
    /// Says what it is, for people.
    pub(super) fn describe(self) -> &'static str {
        match self {
            Self::Nil => "nothing",
            Self::Bool(_) => "a truth value",
            Self::Uint(_) | Self::Int(_) => "a number",
            Self::Float(_) => "a float",
            Self::Str(_) => "a text",
            Self::Bin(_) => "bytes",
            Self::Ext(_) => "an extension",
            Self::Array(_) => "a list",
            Self::Map(_) => "a map",
        }
    }
}

impl<'a> Reader<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    pub(super) fn left(&self) -> u64 {
        (self.bytes.len() - self.at) as u64
    }

    /// Takes the next `len` bytes.
    pub(super) fn take(&mut self, len: u32) -> Result<&'a [u8], DecodeError> {
        let left = self.left();
        if u64::from(len) > left {
            return Err(DecodeError::Truncated {
                needed: u64::from(len),
                left,
            });
        }
        let start = self.at;
        self.at += len as usize;
        Ok(&self.bytes[start..self.at])
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], DecodeError> {
        let bytes = self.take(N as u32)?;
        Ok(bytes.try_into().expect("as many bytes were taken"))
    }

    fn u8(&mut self) -> Result<u8, DecodeError> {
        self.array().map(u8::from_be_bytes)
    }

    fn u16(&mut self) -> Result<u16, DecodeError> {
        self.array().map(u16::from_be_bytes)
    }

    fn u32(&mut self) -> Result<u32, DecodeError> {
        self.array().map(u32::from_be_bytes)
    }

    /// Reads the beginning of the next value.
    pub(super) fn head(&mut self) -> Result<Head, DecodeError> {
        Ok(match Marker::from_u8(self.u8()?) {
            Marker::Null => Head::Nil,
            Marker::True => Head::Bool(true),
            Marker::False => Head::Bool(false),
            Marker::FixPos(n) => Head::Uint(u64::from(n)),
            Marker::FixNeg(n) => Head::Int(i64::from(n)),
            Marker::U8 => Head::Uint(u64::from(self.u8()?)),
            Marker::U16 => Head::Uint(u64::from(self.u16()?)),
            Marker::U32 => Head::Uint(u64::from(self.u32()?)),
            Marker::U64 => Head::Uint(u64::from_be_bytes(self.array()?)),
            Marker::I8 => Head::Int(i64::from(i8::from_be_bytes(self.array()?))),
            Marker::I16 => Head::Int(i64::from(i16::from_be_bytes(self.array()?))),
            Marker::I32 => Head::Int(i64::from(i32::from_be_bytes(self.array()?))),
            Marker::I64 => Head::Int(i64::from_be_bytes(self.array()?)),
            Marker::F32 => Head::Float(f64::from(f32::from_be_bytes(self.array()?))),
            Marker::F64 => Head::Float(f64::from_be_bytes(self.array()?)),
            Marker::FixStr(len) => Head::Str(u32::from(len)),
            Marker::Str8 => Head::Str(u32::from(self.u8()?)),
            Marker::Str16 => Head::Str(u32::from(self.u16()?)),
            Marker::Str32 => Head::Str(self.u32()?),
            Marker::Bin8 => Head::Bin(u32::from(self.u8()?)),
            Marker::Bin16 => Head::Bin(u32::from(self.u16()?)),
            Marker::Bin32 => Head::Bin(self.u32()?),
            Marker::FixArray(len) => Head::Array(u32::from(len)),
            Marker::Array16 => Head::Array(u32::from(self.u16()?)),
            Marker::Array32 => Head::Array(self.u32()?),
            Marker::FixMap(len) => Head::Map(u32::from(len)),
            Marker::Map16 => Head::Map(u32::from(self.u16()?)),
            Marker::Map32 => Head::Map(self.u32()?),
            Marker::FixExt1 => Head::Ext(2),
            Marker::FixExt2 => Head::Ext(3),
            Marker::FixExt4 => Head::Ext(5),
            Marker::FixExt8 => Head::Ext(9),
            Marker::FixExt16 => Head::Ext(17),
            Marker::Ext8 => Head::Ext(u32::from(self.u8()?) + 1),
            Marker::Ext16 => Head::Ext(u32::from(self.u16()?) + 1),
            Marker::Ext32 => Head::Ext(self.u32()?.saturating_add(1)),
            Marker::Reserved => {
                return Err(DecodeError::WrongType {
                    place: "a value".to_owned(),
                    expected: "MessagePack",
                    found: "the byte c1, which it never uses".to_owned(),
                });
            }
        })
    }

    /// Reads a text.
    pub(super) fn text(&mut self, place: impl FnOnce() -> String) -> Result<&'a str, DecodeError> {
        match self.head()? {
            Head::Str(len) => {
                std::str::from_utf8(self.take(len)?).map_err(|_| "a text that is not UTF-8")
            }
            other => Err(other.describe()),
        }
        .map_err(|found| DecodeError::WrongType {
            place: place(),
            expected: "a text",
            found: found.to_owned(),
        })
    }

    /// Takes the bytes of the next value, whatever it is, counting what is open instead of recursing.
    pub(super) fn value(&mut self) -> Result<&'a [u8], DecodeError> {
        let start = self.at;
        let mut open = 1_u64;
        while open > 0 {
            // Every value still open has a byte at least, so a claim of more is a lie, told before it costs time.
            if open > self.left() {
                return Err(DecodeError::Truncated {
                    needed: open,
                    left: self.left(),
                });
            }
            open -= 1;
            match self.head()? {
                Head::Str(len) | Head::Bin(len) | Head::Ext(len) => {
                    self.take(len)?;
                }
                Head::Array(len) => open += u64::from(len),
                Head::Map(len) => open += 2 * u64::from(len),
                Head::Nil | Head::Bool(_) | Head::Uint(_) | Head::Int(_) | Head::Float(_) => {}
            }
        }
        Ok(&self.bytes[start..self.at])
    }

    /// Refuses bytes that are left.
    pub(super) fn end(&self) -> Result<(), DecodeError> {
        match self.left() {
            0 => Ok(()),
            extra => Err(DecodeError::TrailingBytes { extra }),
        }
    }
}
