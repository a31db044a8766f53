//! Page headers: Thrift's compact protocol, the few structs of it that stand before a page.

use super::ColumnError;

/// What stands before a page, without statistics.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct PageHeader {
    /// What the page holds.
    pub(super) kind: PageKind,
    /// Bytes of the page after decompression, levels included.
    pub(super) uncompressed: usize,
    /// Bytes of the page in the file, after the header.
    pub(super) compressed: usize,
    /// CRC-32 of the page's bytes in the file.
    pub(super) crc: Option<u32>,
}

/// The kinds of pages; sizes are bytes, counts are values (for flat columns: rows).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum PageKind {
    Dictionary {
        values: usize,
        encoding: Encoding,
    },
    Data {
        values: usize,
        encoding: Encoding,
        levels: Encoding,
    },
    DataV2 {
        values: usize,
        nulls: usize,
        encoding: Encoding,
        definition: usize,
        repetition: usize,
        compressed: bool,
    },
    /// An index page or a kind that does not exist yet: to be stepped over.
    Other,
}

/// The encodings that are decoded here; others go through another strategy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Encoding {
    Plain,
    Dictionary,
    Rle,
    Other(i32),
}

impl Encoding {
    fn of(number: i32) -> Self {
        match number {
            0 => Self::Plain,
            2 | 8 => Self::Dictionary,
            3 => Self::Rle,
            other => Self::Other(other),
        }
    }
}

/// Reads the header at the start of `bytes`, and says how long it is.
pub(super) fn read_page_header(bytes: &[u8]) -> Result<(PageHeader, usize), ColumnError> {
    let mut input = Input { bytes, at: 0 };
    let mut header = Numbers::default();
    let (mut data, mut dictionary, mut data_v2) = (None, None, None);
    input.fields(&mut |input, id, kind| {
        match (id, kind) {
            (1..=4, Kind::I32) => header.set(id, input.zigzag()?),
            (5, Kind::Struct) => data = Some(input.numbers()?),
            (7, Kind::Struct) => dictionary = Some(input.numbers()?),
            (8, Kind::Struct) => data_v2 = Some(input.numbers()?),
            _ => input.skip(kind, 0)?,
        }
        Ok(())
    })?;
    let kind = match (header.need(1)?, data, dictionary, data_v2) {
        (0, Some(data), _, _) => PageKind::Data {
            values: data.size(1)?,
            encoding: Encoding::of(data.need(2)?),
            levels: Encoding::of(data.need(3)?),
        },
        (2, _, Some(dictionary), _) => PageKind::Dictionary {
            values: dictionary.size(1)?,
            encoding: Encoding::of(dictionary.need(2)?),
        },
        (3, _, _, Some(data)) => PageKind::DataV2 {
            values: data.size(1)?,
            nulls: data.size(2)?,
            encoding: Encoding::of(data.need(4)?),
            definition: data.size(5)?,
            repetition: data.size(6)?,
            compressed: data.values[7] != Some(0),
        },
        (0 | 2 | 3, ..) => return Err(ColumnError::Corrupt("a page without its header")),
        _ => PageKind::Other,
    };
    let header = PageHeader {
        kind,
        uncompressed: header.size(2)?,
        compressed: header.size(3)?,
        crc: header.values[4].map(|crc| crc as u32),
    };
    Ok((header, input.at))
}

/// The numbers of a struct by field; truth values are 1 and 0.
#[derive(Default)]
struct Numbers {
    values: [Option<i32>; 9],
}

impl Numbers {
    fn set(&mut self, id: i16, value: i64) {
        if let Some(slot) = usize::try_from(id)
            .ok()
            .and_then(|id| self.values.get_mut(id))
        {
            *slot = i32::try_from(value).ok();
        }
    }

    fn need(&self, id: usize) -> Result<i32, ColumnError> {
        self.values[id].ok_or(ColumnError::Corrupt(
            "a page header without a field that every header has",
        ))
    }

    fn size(&self, id: usize) -> Result<usize, ColumnError> {
        usize::try_from(self.need(id)?)
            .map_err(|_| ColumnError::Corrupt("a negative size in a page header"))
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    True,
    False,
    Byte,
    I16,
    I32,
    I64,
    Double,
    Binary,
    List,
    Map,
    Struct,
}

impl Kind {
    fn of(number: u8) -> Result<Self, ColumnError> {
        Ok(match number {
            1 => Self::True,
            2 => Self::False,
            3 => Self::Byte,
            4 => Self::I16,
            5 => Self::I32,
            6 => Self::I64,
            7 => Self::Double,
            8 => Self::Binary,
            9 | 10 => Self::List,
            11 => Self::Map,
            12 => Self::Struct,
            _ => {
                return Err(ColumnError::Corrupt(
                    "a field of no known type in a page header",
                ));
            }
        })
    }
}

struct Input<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Input<'_> {
    fn byte(&mut self) -> Result<u8, ColumnError> {
        let byte = *self.bytes.get(self.at).ok_or(ENDS)?;
        self.at += 1;
        Ok(byte)
    }

    fn step(&mut self, bytes: u64) -> Result<(), ColumnError> {
        let left = (self.bytes.len() - self.at) as u64;
        if bytes > left {
            return Err(ENDS);
        }
        self.at += bytes as usize;
        Ok(())
    }

    fn varint(&mut self) -> Result<u64, ColumnError> {
        let mut value = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            value |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Ok(value);
            }
        }
        Err(ColumnError::Corrupt(
            "a number without end in a page header",
        ))
    }

    fn zigzag(&mut self) -> Result<i64, ColumnError> {
        let value = self.varint()?;
        Ok((value >> 1) as i64 ^ -((value & 1) as i64))
    }

    /// Walks the fields of a struct.
    fn fields(
        &mut self,
        field: &mut dyn FnMut(&mut Self, i16, Kind) -> Result<(), ColumnError>,
    ) -> Result<(), ColumnError> {
        let mut id: i16 = 0;
        loop {
            let head = self.byte()?;
            if head == 0 {
                return Ok(());
            }
            id = match head >> 4 {
                0 => self.zigzag()? as i16,
                delta => id.wrapping_add(i16::from(delta)),
            };
            field(self, id, Kind::of(head & 0x0f)?)?;
        }
    }

    /// The numbers of a struct; everything else in it is stepped over.
    fn numbers(&mut self) -> Result<Numbers, ColumnError> {
        let mut numbers = Numbers::default();
        self.fields(&mut |input, id, kind| {
            match kind {
                Kind::True => numbers.set(id, 1),
                Kind::False => numbers.set(id, 0),
                Kind::I16 | Kind::I32 | Kind::I64 => numbers.set(id, input.zigzag()?),
                _ => input.skip(kind, 0)?,
            }
            Ok(())
        })?;
        Ok(numbers)
    }

    fn skip(&mut self, kind: Kind, depth: usize) -> Result<(), ColumnError> {
        if depth > 16 {
            return Err(ColumnError::Corrupt("a page header nested too deep"));
        }
        match kind {
            Kind::True | Kind::False => Ok(()),
            Kind::Byte => self.step(1),
            Kind::I16 | Kind::I32 | Kind::I64 => self.varint().map(drop),
            Kind::Double => self.step(8),
            Kind::Binary => {
                let len = self.varint()?;
                self.step(len)
            }
            Kind::Struct => self.fields(&mut |input, _, kind| input.skip(kind, depth + 1)),
            Kind::List => {
                let head = self.byte()?;
                let len = if head >> 4 == 15 {
                    self.varint()?
                } else {
                    u64::from(head >> 4)
                };
                self.items(len, Kind::of(head & 0x0f)?, depth)
            }
            Kind::Map => {
                let len = self.varint()?;
                if len == 0 {
                    return Ok(());
                }
                let head = self.byte()?;
                let (key, value) = (Kind::of(head >> 4)?, Kind::of(head & 0x0f)?);
                for _ in 0..self.bounded(len)? {
                    self.items(1, key, depth)?;
                    self.items(1, value, depth)?;
                }
                Ok(())
            }
        }
    }

    fn items(&mut self, len: u64, kind: Kind, depth: usize) -> Result<(), ColumnError> {
        for _ in 0..self.bounded(len)? {
            match kind {
                // Inside a list a truth value takes a byte of its own.
                Kind::True | Kind::False => self.step(1)?,
                kind => self.skip(kind, depth + 1)?,
            }
        }
        Ok(())
    }

    /// A count of items that take at least a byte each.
    fn bounded(&self, len: u64) -> Result<u64, ColumnError> {
        if len > (self.bytes.len() - self.at) as u64 {
            Err(ENDS)
        } else {
            Ok(len)
        }
    }
}

const ENDS: ColumnError = ColumnError::Corrupt("the bytes end inside a page header");

#[cfg(test)]
mod tests {
    use super::*;

    /// As written by a C++ writer: a data page of 1000 values with statistics.
    fn data_page() -> Vec<u8> {
        let mut bytes = vec![0x15, 0x00]; // 1: type = DATA_PAGE
        bytes.extend([0x15, 0x80, 0x7d]); // 2: uncompressed = 8000
        bytes.extend([0x15, 0xa0, 0x1f]); // 3: compressed = 2000
        bytes.extend([0x2c]); // 5: data page header
        bytes.extend([0x15, 0xd0, 0x0f]); // 1: values = 1000
        bytes.extend([0x15, 0x00, 0x15, 0x06, 0x15, 0x06]); // PLAIN, RLE, RLE
        bytes.extend([0x1c, 0x18, 0x02, 0x61, 0x62, 0x16, 0x02, 0x00]); // 5: statistics: a binary, an i64
        bytes.extend([0x00, 0x00]);
        bytes
    }

    #[test]
    fn a_data_page_header_is_read() {
        let mut bytes = data_page();
        let len = bytes.len();
        bytes.extend([0xff; 10]);
        let (header, taken) = read_page_header(&bytes).expect("a header");
        assert_eq!(taken, len);
        assert_eq!(
            (header.uncompressed, header.compressed, header.crc),
            (8000, 2000, None)
        );
        assert_eq!(
            header.kind,
            PageKind::Data {
                values: 1000,
                encoding: Encoding::Plain,
                levels: Encoding::Rle
            }
        );
    }

    #[test]
    fn damage_is_an_error_or_another_header() {
        let bytes = data_page();
        for end in 0..bytes.len() {
            assert!(read_page_header(&bytes[..end]).is_err(), "cut at {end}");
        }
        for at in 0..bytes.len() {
            for flip in 0..=255 {
                let mut bytes = bytes.clone();
                bytes[at] ^= flip;
                // Must only end, whatever it finds.
                drop(read_page_header(&bytes));
            }
        }
    }
}
