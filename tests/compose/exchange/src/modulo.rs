//! A partitioner of one's own: whole numbers by their remainder, as shards of a service are numbered.

use arrow_array::ArrayRef;
use arrow_array::cast::AsArray;
use arrow_array::types::Int64Type;
use std::sync::Arc;
use swath_graph::{Canon, Encoder, Fingerprint};
use swath_shuffle::{Partitioner, Rule, ShuffleError};

/// Places a row by the remainder of an `int64` column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Modulo {
    columns: [Arc<str>; 1],
    shards: u32,
}

impl Modulo {
    /// Makes a partitioner by this column into so many shards.
    pub fn new(column: &str, shards: std::num::NonZeroU32) -> Self {
        Self {
            columns: [column.into()],
            shards: shards.get(),
        }
    }
}

impl Partitioner for Modulo {
    fn kind(&self) -> &'static str {
        "modulo"
    }

    fn columns(&self) -> &[Arc<str>] {
        &self.columns
    }

    fn n_targets(&self) -> usize {
        self.shards as usize
    }

    fn rule(&self) -> Rule {
        Rule {
            nulls: "in shard 0",
            outside: "there is none",
        }
    }

    fn assign(&self, keys: &[ArrayRef], _: usize, out: &mut Vec<u32>) -> Result<(), ShuffleError> {
        let numbers = keys[0].as_primitive::<Int64Type>();
        let shard = |number: Option<i64>| {
            number.map_or(0, |number| number.rem_euclid(i64::from(self.shards)) as u32)
        };
        out.extend(numbers.iter().map(shard));
        Ok(())
    }

    fn encode(&self, out: &mut Encoder) {
        out.object(self.kind(), 1, |o| {
            o.str("column", &self.columns[0]);
            o.u64("shards", u64::from(self.shards));
        });
    }
}

/// What it is called wherever its result is: the same parameters, the same name, in every process.
impl Fingerprint for Modulo {
    fn feed(&self, out: &mut Canon) {
        out.object("modulo-partitioner", 1)
            .feed(&self.columns)
            .feed(&self.shards);
    }
}
