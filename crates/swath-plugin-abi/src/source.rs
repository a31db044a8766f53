//! What a source has, and what is wanted of it.

use crate::{ArrowArray, Handed, Text};
use abi_stable::StableAbi;
use serde::{Deserialize, Serialize};

/// The partitions of a source, in order.
#[repr(C)]
#[derive(StableAbi)]
pub struct Listed {
    /// A JSON array of [`ListedPart`]; empty is none.
    pub parts: Text,
    /// The boundaries of the partitions, where they are known: one row of the index columns more than partitions, ascending, without
    /// nulls; of which each partition has the rows from its own up to the next, the last one those of its upper boundary too. Else a
    /// released array.
    pub bounds: ArrowArray,
}

// SAFETY: it has no table, and zeros are an empty text and a released array.
unsafe impl Handed for Listed {}

/// A partition of a source.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ListedPart {
    /// What the source needs to know to read it, in any process: any JSON. Two that are equal have the same rows.
    #[serde(default)]
    pub about: serde_json::Value,
    /// How many rows it has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rows: Option<u64>,
    /// That number is exact, and not a guess.
    #[serde(default)]
    pub is_exact: bool,
    /// Bytes that all columns of it take as arrays, about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bytes: Option<u64>,
}

/// What is wanted of a partition.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Wanted {
    /// The columns, in the order of those that the source was bound with: all of the index, or none. These come out and no others.
    pub columns: Vec<String>,
    /// Rows for which one of these is not true need not come out, and may: the host looks again.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub filters: Vec<Filter>,
    /// How many rows a batch should have, about; 0 where it does not matter.
    pub batch_rows: u64,
    /// What the source must understand to answer, in words that later versions add.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub requires: Vec<String>,
}

/// A column compared with a value; never true of null.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Filter {
    /// The column.
    pub column: String,
    /// How it is compared.
    pub is: Comparison,
    /// With what: a number, a truth, or a text, which dates and times are too.
    pub value: serde_json::Value,
}

/// How a value is compared with another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Comparison {
    /// Equal.
    Eq,
    /// Not equal.
    Ne,
    /// Less.
    Lt,
    /// Less or equal.
    Le,
    /// Greater.
    Gt,
    /// Greater or equal.
    Ge,
    /// In a way that came later: such a filter is left out of account.
    #[serde(other)]
    Unknown,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_later_versions_say_is_passed_over() {
        let later =
            r#"{"columns":["x"],"filters":[{"column":"x","is":"like","value":"a%"}],"limit":10}"#;
        let wanted: Wanted = serde_json::from_str(later).expect("words that are not known");
        assert_eq!(wanted.columns, ["x"]);
        assert_eq!(wanted.filters[0].is, Comparison::Unknown);
        let part: ListedPart = serde_json::from_str(r#"{"at":"here"}"#).expect("little is said");
        assert_eq!(part, ListedPart::default());
    }

    /// A source that obeys a filter leaves out what is not equal to the value as it reads it.
    #[test]
    fn a_float_is_read_as_it_was_written() {
        let mut bits: u64 = 0x9E37_79B9_7F4A_7C15;
        for _ in 0..100_000 {
            bits ^= bits << 13;
            bits ^= bits >> 7;
            bits ^= bits << 17;
            let Some(value) = serde_json::Number::from_f64(f64::from_bits(bits)) else {
                continue;
            };
            let filter = Filter {
                column: "x".to_owned(),
                is: Comparison::Eq,
                value: value.into(),
            };
            let text = serde_json::to_string(&filter).expect("it has a text");
            let read: Filter = serde_json::from_str(&text).expect("its own text");
            assert_eq!(
                read.value.as_f64().map(f64::to_bits),
                Some(bits),
                "{text}, {:e}",
                f64::from_bits(bits)
            );
        }
    }
}
