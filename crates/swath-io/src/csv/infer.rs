//! The dtype of a column, by what some of its fields are.

use swath_meta::DType;

use super::nulls::Nulls;
use super::scan::{Dialect, Records};
use crate::text::{Figures, Kind, Moments};

/// Learns the dtype of one column.
#[derive(Clone, Debug, Default)]
pub(super) struct Inference {
    kind: Kind,
    moments: Moments,
    figures: Figures,
    scratch: Vec<u8>,
}

impl Inference {
    fn of(figures: Figures) -> Self {
        Self {
            figures,
            ..Self::default()
        }
    }

    /// Looks at one field, quotes included.
    pub(super) fn see(
        &mut self,
        raw: &[u8],
        dialect: Dialect,
        nulls: &Nulls,
        scratch: &mut Vec<u8>,
    ) {
        if self.kind == Kind::Text {
            return;
        }
        let (text, quoted) = dialect.text(raw, scratch);
        if nulls.contains(text) || (text.is_empty() && !quoted) {
            return;
        }
        let kind = if self.figures.is_plain() {
            Kind::of(text, &mut self.moments)
        } else {
            Kind::spelt(text, self.figures, &mut self.moments, &mut self.scratch)
        };
        self.kind = self.kind.or(kind);
    }

    /// The dtype that has all values seen; text where there was none.
    pub(super) fn dtype(&self) -> DType {
        self.kind.dtype()
    }
}

/// What a sample of records tells: dtypes, and how large the values are as arrays.
#[derive(Clone, Debug)]
pub(super) struct Sample {
    pub(super) columns: Vec<Inference>,
    /// Bytes of the fields of each column.
    pub(super) text: Vec<u64>,
    pub(super) rows: u64,
    pub(super) bytes: u64,
}

impl Sample {
    pub(super) fn new(columns: usize, figures: Figures) -> Self {
        Self {
            columns: vec![Inference::of(figures); columns],
            text: vec![0; columns],
            rows: 0,
            bytes: 0,
        }
    }

    pub(super) fn see(&mut self, bytes: &[u8], records: &Records, dialect: Dialect, nulls: &Nulls) {
        let mut scratch = Vec::new();
        for (column, (inference, text)) in self.columns.iter_mut().zip(&mut self.text).enumerate() {
            for row in 0..records.rows() {
                let field = records.field(bytes, row, column);
                *text += field.len() as u64;
                inference.see(field, dialect, nulls, &mut scratch);
            }
        }
        self.rows += records.rows() as u64;
        self.bytes += bytes.len() as u64;
    }
}

#[cfg(test)]
mod tests {
    use super::super::nulls::DEFAULT;
    use super::*;

    #[test]
    fn a_column_is_the_first_dtype_that_has_all_values() {
        let cases: [(&[&str], &str); 17] = [
            (&[], "string"),
            (&["", "NA"], "string"),
            (&["1", "", "-2"], "int64"),
            (&["1", "18446744073709551615"], "uint64"),
            (&["-1", "18446744073709551615"], "float64"),
            (&["1", "2.5"], "float64"),
            (&["1", "1e3", "inf"], "float64"),
            (&["123456789012345678901"], "float64"),
            (&["true", "FALSE"], "bool"),
            (&["true", "1"], "string"),
            (&["2024-01-31"], "date"),
            (&["2024-01-31", "2024-01-31 10:00"], "timestamp[us]"),
            (&["2024-01-31T10:00:00.123456789"], "timestamp[ns]"),
            (
                &["2024-01-31T10:00:00Z", "2024-01-31T10:00:00+02:00"],
                "timestamp[us, UTC]",
            ),
            (&["2024-01-31T10:00:00Z", "2024-01-31T10:00:00"], "string"),
            (&["1", "x"], "string"),
            (&["\"1\"", "2"], "int64"),
        ];
        for (texts, expected) in cases {
            let nulls = Nulls::new(DEFAULT);
            let mut inference = Inference::default();
            for text in texts {
                let mut scratch = Vec::new();
                inference.see(text.as_bytes(), Dialect::default(), &nulls, &mut scratch);
            }
            assert_eq!(inference.dtype().to_string(), expected, "{texts:?}");
        }
    }
}
