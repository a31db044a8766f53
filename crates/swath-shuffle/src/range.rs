//! Targets by range.

use std::sync::Arc;

use arrow_array::ArrayRef;
use swath_divisions::{Bounds, Divisions, DivisionsError, Outside, Partitioning};
use swath_graph::{Canon, DecodeError, Decoder, Encoder, Fingerprint};

use crate::hash::refused;
use crate::partitioner::names;
use crate::{Partitioner, Rule, ShuffleError};

pub(crate) const KIND: &str = "range";

/// Places rows in the partition of known divisions that holds their label.
///
/// Nulls go to the last target. A label outside of the divisions is an error that names it, because the divisions would not hold;
/// [`clamped`](Self::clamped) puts it into the nearest target instead, the low ones into the first.
#[derive(Clone, Debug, PartialEq)]
pub struct RangePartitioner {
    columns: Arc<[Arc<str>]>,
    bounds: Bounds,
    clamp: bool,
}

impl RangePartitioner {
    /// Makes a partitioner by these columns into the partitions of these divisions.
    ///
    /// # Errors
    /// [`DivisionsError::Unknown`] unless they are known, [`DivisionsError::Columns`] unless they have as many key columns.
    pub fn try_new<N: Into<Arc<str>>>(
        columns: impl IntoIterator<Item = N>,
        divisions: &Divisions,
    ) -> Result<Self, ShuffleError> {
        let columns = names(columns)?;
        let bounds = divisions
            .bounds()
            .ok_or(DivisionsError::Unknown {
                verb: "shuffle by range",
            })?
            .clone();
        let expected = bounds.dtypes().len();
        if columns.len() != expected {
            return Err(DivisionsError::Columns {
                expected,
                found: columns.len(),
            }
            .into());
        }
        Ok(Self {
            columns,
            bounds,
            clamp: false,
        })
    }

    /// Puts labels outside of the divisions into the nearest target. What it makes has no known divisions.
    #[must_use]
    pub fn clamped(mut self) -> Self {
        self.clamp = true;
        self
    }

    pub(crate) fn decode(from: &Decoder<'_>) -> Result<Self, ShuffleError> {
        let object = from.object()?;
        object.expect(KIND, 1)?;
        let columns: Vec<String> = object.serde("columns")?;
        let divisions = Divisions::decode(&object.object("divisions")?)?;
        let by = Self::try_new(columns, &divisions)?;
        Ok(if object.bool("clamp")? {
            by.clamped()
        } else {
            by
        })
    }
}

impl Partitioner for RangePartitioner {
    fn kind(&self) -> &'static str {
        KIND
    }

    fn columns(&self) -> &[Arc<str>] {
        &self.columns
    }

    fn n_targets(&self) -> usize {
        self.bounds.npartitions()
    }

    fn rule(&self) -> Rule {
        Rule {
            nulls: "to the last target",
            outside: if self.clamp {
                "to the nearest target"
            } else {
                "an error"
            },
        }
    }

    fn assign(
        &self,
        keys: &[ArrayRef],
        _rows: usize,
        out: &mut Vec<u32>,
    ) -> Result<(), ShuffleError> {
        let outside = if self.clamp {
            Outside::Clamp
        } else {
            Outside::Error
        };
        Ok(self.bounds.assign(keys, outside, out)?)
    }

    /// Nulls may have come to the last target, whatever the divisions said before.
    fn partitioning(&self) -> Partitioning {
        if self.clamp {
            return Partitioning::Unknown(self.n_targets());
        }
        let divisions = Divisions::Known(self.bounds.clone().with_nulls(true));
        Partitioning::range_by(self.columns.iter().map(Arc::clone), divisions)
    }

    fn encode(&self, out: &mut Encoder) {
        out.object(KIND, 1, |object| {
            object.serde("columns", &*self.columns);
            object.object("divisions", |out| {
                Divisions::Known(self.bounds.clone()).encode(out);
            });
            object.bool("clamp", self.clamp);
        });
    }
}

impl Fingerprint for RangePartitioner {
    fn feed(&self, out: &mut Canon) {
        out.object("range-partitioner", 1)
            .feed(&self.columns)
            .feed(&self.bounds)
            .bool(self.clamp);
    }
}

/// Reads it for the table of partitioners.
pub(crate) fn decode(from: &Decoder<'_>) -> Result<Arc<dyn Partitioner>, DecodeError> {
    RangePartitioner::decode(from)
        .map(|partitioner| Arc::new(partitioner) as Arc<dyn Partitioner>)
        .map_err(|error| refused(from, &error))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::conforms;

    #[test]
    fn it_conforms() {
        for n in [1_i64, 2, 127, 128, 129, 255, 256, 257, 32_768, 65_537] {
            let bounds: Vec<i64> = (0..=n)
                .map(|at| at * 1_000_000 / n.max(1) - 500_000)
                .collect();
            let divisions = Divisions::try_new(bounds).unwrap();
            conforms(
                &RangePartitioner::try_new(["k"], &divisions)
                    .unwrap()
                    .clamped(),
            );
        }
    }

    #[test]
    fn both_ends_are_not_one_partition() {
        let divisions = Divisions::try_new([0_i64, 10, 20]).unwrap();
        let by = RangePartitioner::try_new(["k"], &divisions).unwrap();
        let keys: ArrayRef = Arc::new(arrow_array::Int64Array::from(vec![
            Some(-5),
            Some(25),
            None,
        ]));
        let mut out = Vec::new();
        by.clone()
            .clamped()
            .assign(&[Arc::clone(&keys)], 3, &mut out)
            .unwrap();
        assert_eq!(out, [0, 1, 1]);
        insta::assert_snapshot!(by.assign(&[keys], 3, &mut out).unwrap_err(), @"the label `-5` is outside of the divisions, which go from `0` to `20`; wider ones would hold it");
        assert_eq!(
            by.rule().to_string(),
            "nulls: to the last target; outside: an error"
        );
    }

    #[test]
    fn messages() {
        let divisions = Divisions::try_new([0_i64, 10]).unwrap();
        let errors = [
            RangePartitioner::try_new(["k"], &divisions.clear()).unwrap_err(),
            RangePartitioner::try_new(["k", "l"], &divisions).unwrap_err(),
            RangePartitioner::try_new([] as [&str; 0], &divisions).unwrap_err(),
            crate::HashPartitioner::try_new(["k"], 0).unwrap_err(),
        ];
        insta::assert_snapshot!(errors.map(|error| error.to_string()).join("\n"));
    }
}
