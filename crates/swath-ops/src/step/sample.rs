//! Some of the rows, by chance.

use std::sync::Arc;

use arrow_buffer::BooleanBuffer;
use swath_batch::{Chunk, Selection};
use swath_graph::{Decoder, Encoder};
use swath_meta::Meta;
use swath_scheduler::TaskContext;

use super::{Step, StepSpec};
use crate::pipeline::Flow;
use crate::{Env, OpError, Output, TaskInputs};

/// Gives each row a number by chance, evenly spread over all 64-bit numbers, and lets those through whose number lies in a range.
///
/// The number follows from the seed, the partition and the place of the row in it, so that the same rows come in every run, and samples
/// of the same seed and other ranges have no row in common.
#[derive(Clone, Debug)]
pub struct Sample {
    seed: u64,
    /// The lowest and the highest number, both included.
    range: (u64, u64),
    /// The partition that each task is.
    partitions: Arc<[u32]>,
}

impl Sample {
    /// Rows whose number is between these, both included.
    pub fn new(seed: u64, lowest: u64, highest: u64) -> Self {
        Self {
            seed,
            range: (lowest, highest),
            partitions: Arc::from([]),
        }
    }

    pub(crate) fn decode(from: &Decoder<'_>) -> Result<Self, OpError> {
        let object = from.object()?;
        object.expect("sample", 1)?;
        let partitions: Vec<u32> = object.serde("partitions")?;
        Ok(Self {
            seed: object.u64("seed")?,
            range: (object.u64("lowest")?, object.u64("highest")?),
            partitions: partitions.into(),
        })
    }

    fn open_as(&self, partition: u32) -> Box<dyn Step> {
        Box::new(Running {
            start: mixed(self.seed ^ mixed(u64::from(partition))),
            range: self.range,
            row: 0,
        })
    }
}

impl StepSpec for Sample {
    fn infer(&self, input: &Meta, _: &Env) -> Result<Arc<Meta>, OpError> {
        Ok(Arc::new(input.clone()))
    }

    fn open(&self, _: &Meta, _: &Env) -> Result<Box<dyn Step>, OpError> {
        Ok(self.open_as(0))
    }

    fn open_task<'a>(
        &self,
        _: &Meta,
        task: &TaskInputs<'a>,
    ) -> Result<Box<dyn Step + 'a>, OpError> {
        Ok(self.open_as(self.partitions.get(task.index).copied().unwrap_or(0)))
    }

    fn of_partitions(&self, partitions: &[u32]) -> Option<Arc<dyn StepSpec>> {
        let partitions = partitions.into();
        Some(Arc::new(Self {
            partitions,
            ..self.clone()
        }))
    }

    fn encode(&self, out: &mut Encoder) {
        out.object("sample", 1, |o| {
            o.u64("seed", self.seed);
            o.u64("lowest", self.range.0);
            o.u64("highest", self.range.1);
            o.serde("partitions", &*self.partitions);
        });
    }
}

struct Running {
    start: u64,
    range: (u64, u64),
    /// Rows seen so far.
    row: u64,
}

/// Spreads neighbouring numbers over all 64 bits: the finaliser of the `SplitMix64` generator.
pub(crate) fn mixed(number: u64) -> u64 {
    let mut mixed = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

impl Step for Running {
    fn push(
        &mut self,
        chunk: Chunk,
        _: &TaskContext<'_>,
        out: &mut dyn Output,
    ) -> Result<Flow, OpError> {
        // Rows are counted as they are, not as they happen to stand in chunks.
        let mut chunk = chunk.compact()?;
        let (lowest, highest) = self.range;
        let keep = BooleanBuffer::collect_bool(chunk.rows, |at| {
            let number = mixed(self.start ^ mixed(self.row + at as u64));
            (lowest..=highest).contains(&number)
        });
        self.row += chunk.rows as u64;
        chunk.selection = Some(Selection::from_mask(keep));
        out.push(chunk)
    }
}

#[cfg(test)]
mod tests {
    use super::mixed;

    #[test]
    fn numbers_are_spread_evenly() {
        let mut tenths = [0_u32; 10];
        for row in 0..100_000_u64 {
            let number = mixed(7 ^ mixed(row));
            tenths[(number / (u64::MAX / 10 + 1)) as usize] += 1;
        }
        // Ten thousand each; the standard deviation is 95.
        assert!(
            tenths.iter().all(|&count| (9_600..10_400).contains(&count)),
            "{tenths:?}"
        );
    }
}
