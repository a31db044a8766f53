//! Targets by hash.

use std::sync::Arc;

use arrow_array::ArrayRef;
use swath_divisions::Partitioning;
use swath_graph::{Canon, DecodeError, Decoder, Encoder, Fingerprint};
use swath_kernels::hash_columns;

use crate::partitioner::names;
use crate::{Partitioner, Rule, ShuffleError};

pub(crate) const KIND: &str = "hash";

/// Places rows by the stable hash of their keys.
///
/// The target is the hash's place on a line cut into equal parts, so it is decided by the *high* bits: tables inside a target use the
/// low ones. With `n · 2^k` targets, target `t` lies in part `t >> k` of `n`. Nulls hash like a value, so rows with equal keys, null
/// or not, meet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HashPartitioner {
    columns: Arc<[Arc<str>]>,
    n_targets: u32,
}

impl HashPartitioner {
    /// Makes a partitioner by these columns into so many targets.
    ///
    /// # Errors
    /// [`ShuffleError::NoColumns`], [`ShuffleError::NoTargets`].
    ///
    /// # Panics
    /// For more than 2^32 targets.
    pub fn try_new<N: Into<Arc<str>>>(
        columns: impl IntoIterator<Item = N>,
        n_targets: usize,
    ) -> Result<Self, ShuffleError> {
        if n_targets == 0 {
            return Err(ShuffleError::NoTargets);
        }
        let n_targets = u32::try_from(n_targets).expect("a frame has fewer than 2^32 partitions");
        Ok(Self {
            columns: names(columns)?,
            n_targets,
        })
    }

    pub(crate) fn decode(from: &Decoder<'_>) -> Result<Self, ShuffleError> {
        let object = from.object()?;
        object.expect(KIND, 1)?;
        let columns: Vec<String> = object.serde("columns")?;
        Self::try_new(columns, object.u32("targets")? as usize)
    }

    /// The target of a hash: the high 32 bits of `hash * n_targets`, as 96-bit arithmetic.
    fn target(&self, hash: u64) -> u32 {
        ((u128::from(hash) * u128::from(self.n_targets)) >> 64) as u32
    }
}

impl Partitioner for HashPartitioner {
    fn kind(&self) -> &'static str {
        KIND
    }

    fn columns(&self) -> &[Arc<str>] {
        &self.columns
    }

    fn n_targets(&self) -> usize {
        self.n_targets as usize
    }

    fn rule(&self) -> Rule {
        Rule {
            nulls: "hashed like a value of their own",
            outside: "there is none",
        }
    }

    fn assign(
        &self,
        keys: &[ArrayRef],
        rows: usize,
        out: &mut Vec<u32>,
    ) -> Result<(), ShuffleError> {
        let mut hashes = Vec::with_capacity(rows);
        hash_columns(keys, rows, &mut hashes)?;
        out.extend(hashes.into_iter().map(|hash| self.target(hash)));
        Ok(())
    }

    fn partitioning(&self) -> Partitioning {
        Partitioning::hash_by(self.columns.iter().map(Arc::clone), self.n_targets())
    }

    fn encode(&self, out: &mut Encoder) {
        out.object(KIND, 1, |object| {
            object.serde("columns", &*self.columns);
            object.u64("targets", u64::from(self.n_targets));
        });
    }
}

impl Fingerprint for HashPartitioner {
    fn feed(&self, out: &mut Canon) {
        out.object("hash-partitioner", 1)
            .feed(&self.columns)
            .feed(&self.n_targets);
    }
}

/// Reads it for the table of partitioners.
pub(crate) fn decode(from: &Decoder<'_>) -> Result<Arc<dyn Partitioner>, DecodeError> {
    HashPartitioner::decode(from)
        .map(|partitioner| Arc::new(partitioner) as Arc<dyn Partitioner>)
        .map_err(|error| refused(from, &error))
}

/// The error of an object that says what is not legal.
pub(crate) fn refused(from: &Decoder<'_>, error: &ShuffleError) -> DecodeError {
    match from.object() {
        Ok(object) => object.invalid("value", error.to_string()),
        Err(error) => error,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::conforms;

    #[test]
    fn it_conforms() {
        for n in [1, 2, 127, 128, 129, 255, 256, 257, 32_768, 65_537] {
            conforms(&HashPartitioner::try_new(["k"], n).unwrap());
            conforms(&HashPartitioner::try_new(["k", "f"], n).unwrap());
        }
    }

    #[test]
    fn high_bits_decide_and_parts_nest() {
        let hashes = [0, 1, u64::MAX / 3, u64::MAX / 2, u64::MAX - 1, u64::MAX];
        for n in [1_usize, 3, 20, 257] {
            let coarse = HashPartitioner::try_new(["k"], n).unwrap();
            for k in 0..6 {
                let fine = HashPartitioner::try_new(["k"], n << k).unwrap();
                for hash in hashes {
                    assert_eq!(fine.target(hash) >> k, coarse.target(hash));
                }
                // Low bits are left for tables inside a target.
                assert_eq!(
                    fine.target(0x0123_4567_89ab_0000),
                    fine.target(0x0123_4567_89ab_ffff)
                );
            }
        }
    }

    /// Another process, version or machine must place rows alike: a change here needs a new version of the kind.
    #[test]
    fn targets_are_pinned() {
        let by = HashPartitioner::try_new(["k"], 1000).unwrap();
        let keys: ArrayRef = Arc::new(arrow_array::Int64Array::from(vec![
            Some(0),
            Some(1),
            Some(-1),
            None,
        ]));
        let text: ArrayRef = Arc::new(arrow_array::StringArray::from(vec![
            Some(""),
            Some("a"),
            Some("a longer text than a view holds"),
            None,
        ]));
        let (mut ints, mut texts) = (Vec::new(), Vec::new());
        by.assign(&[keys], 4, &mut ints).unwrap();
        by.assign(&[text], 4, &mut texts).unwrap();
        insta::assert_snapshot!(format!("{ints:?} {texts:?}"));
    }
}
