//! What a task is expected to take, before it runs.

use std::ops::Add;

use swath_meta::{DType, Meta};

/// Bytes that a text is guessed to take where nothing says more.
const TEXT: u64 = 24;
/// The most that the dictionary of a column is guessed to take: writers give up on larger ones.
const DICTIONARY: u64 = 1 << 20;

/// The chunks that a source, or a step after it, is expected to hand on. Rows and bytes are upper bounds where they can be known,
/// guesses where not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Expected {
    /// The most rows.
    pub rows: u64,
    /// The most bytes.
    pub bytes: u64,
    /// Bytes that will come for certain: 0 where rows may be dropped on the way.
    pub least: u64,
    /// Bytes that rows share, however few of them are kept: the dictionaries of text.
    pub shared: u64,
    /// How many parts the rows come in, each with few equal keys inside: the dependencies of a merge.
    pub parts: u64,
}

/// The memory that a step or a sink is expected to keep while its task runs, in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Kept {
    /// What it will keep for certain: part of the task's floor.
    pub least: u64,
    /// The most that it will probably keep.
    pub most: u64,
}

impl Add for Kept {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            least: self.least.saturating_add(other.least),
            most: self.most.saturating_add(other.most),
        }
    }
}

impl Expected {
    /// Chunks of these bytes, of which all come, with rows of these columns.
    pub fn all(bytes: u64, meta: &Meta) -> Self {
        let columns = meta.fields().len().max(1) as u64;
        let texts = meta
            .fields()
            .iter()
            .filter(|field| field.dtype.is_string())
            .count() as u64;
        Self {
            rows: bytes / row_bytes(meta),
            bytes,
            least: bytes,
            shared: texts * (bytes / columns).min(DICTIONARY),
            parts: 1,
        }
    }

    /// The same, if some rows may be dropped.
    #[must_use]
    pub fn or_fewer(self) -> Self {
        Self { least: 0, ..self }
    }

    /// The same, if at most `rows` of them come.
    #[must_use]
    pub fn at_most(self, rows: u64) -> Self {
        if rows >= self.rows {
            return self;
        }
        let of_rows = u128::from(self.bytes) * u128::from(rows) / u128::from(self.rows);
        Self {
            rows,
            bytes: self.bytes.min(of_rows as u64 + self.shared),
            ..self.or_fewer()
        }
    }

    /// The same rows with `to` columns in place of `from`.
    #[must_use]
    pub fn with_columns(self, from: usize, to: usize) -> Self {
        let scaled = |bytes: u64| bytes / from.max(1) as u64 * to as u64;
        Self {
            bytes: scaled(self.bytes),
            shared: scaled(self.shared),
            least: if to < from { 0 } else { self.least },
            ..self
        }
    }

    /// All of it, kept.
    pub fn kept(self) -> Kept {
        Kept {
            least: self.least,
            most: self.bytes,
        }
    }
}

/// Bytes of a row, at least 1.
fn row_bytes(meta: &Meta) -> u64 {
    let width = |dtype: &DType| dtype.byte_width().map_or(TEXT, |width| width as u64);
    let bytes: u64 = meta.fields().iter().map(|field| width(&field.dtype)).sum();
    bytes.max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn expected() -> Expected {
        let meta = Meta::of([("n", "int64"), ("m", "decimal(30, 2)"), ("f", "float64")]).unwrap();
        Expected::all(3200, &meta)
    }

    #[test]
    fn rows_are_told_from_bytes() {
        assert_eq!(expected().rows, 100);
        assert_eq!(
            Expected::all(7, &Meta::of::<&str, &str>([]).unwrap()).rows,
            7
        );
    }

    #[test]
    fn few_rows_keep_a_dictionary_alive() {
        let meta = Meta::of([("n", "int64"), ("text", "string")]).unwrap();
        let all = Expected::all(3200, &meta);
        assert_eq!((all.rows, all.shared), (100, 1600));
        assert_eq!(all.at_most(10).bytes, 320 + 1600);
        let large = Expected::all(32 << 20, &meta);
        assert_eq!(large.at_most(0).bytes, 1 << 20);
    }

    #[test]
    fn fewer_rows_and_columns_are_fewer_bytes_and_nothing_is_certain() {
        let few = expected().at_most(10);
        assert_eq!((few.rows, few.bytes, few.least), (10, 320, 0));
        assert_eq!(expected().at_most(100), expected());
        let narrow = expected().with_columns(2, 1);
        assert_eq!((narrow.rows, narrow.bytes, narrow.least), (100, 1600, 0));
        let wide = expected().with_columns(2, 3);
        assert_eq!((wide.bytes, wide.least), (4800, 3200));
    }
}
