//! A plugin's function on the rows of each partition.

mod running;
mod sorted;

use std::sync::Arc;

use swath_divisions::Divisions;
use swath_expr::{Params, PluginName};
use swath_graph::{Decoder, Encoder};
use swath_meta::Meta;

use super::shared::Shared;
use super::{Beside, Others, Step, StepSpec};
use crate::estimate::{Expected, Kept};
use crate::plugin::PluginPartition;
use crate::{Env, OpError, TaskInputs};

/// Calls a function of a plugin with the rows of a task, all at once or chunk by chunk, as the function says, and hands on what it
/// returns.
///
/// It is data: the function is named down to the hash of its plugin, and found in the process that runs the task.
#[derive(Clone, Debug)]
pub struct MapPlugin {
    function: PluginName,
    params: Params,
    output: Arc<Meta>,
    /// Of the frame whose partitions the function sees.
    divisions: Divisions,
    /// What its random numbers begin from, beside the number of the partition.
    seed: u64,
    /// What it sees beside its rows.
    others: Others,
    /// The partition that each task is; without them, every task is the first.
    partitions: Arc<[u32]>,
    /// The function, once a task has found it.
    bound: Shared<Meta, PluginPartition>,
}

impl MapPlugin {
    /// A settled function of the partitions of a frame with these divisions, which returns rows of this meta.
    pub fn new(
        function: PluginName,
        params: Params,
        output: Arc<Meta>,
        divisions: Divisions,
        seed: u64,
    ) -> Self {
        Self {
            function,
            params,
            output,
            divisions,
            seed,
            others: Others::default(),
            partitions: Arc::from([]),
            bound: Shared::default(),
        }
    }

    /// Says that the function sees a partition of each of these frames too: the last dependencies of a task, in their order.
    #[must_use]
    pub fn beside(self, others: impl IntoIterator<Item = Arc<Meta>>) -> Self {
        Self {
            others: Others::new(others),
            ..self
        }
    }

    pub(crate) fn decode(from: &Decoder<'_>) -> Result<Self, OpError> {
        let object = from.object()?;
        object.expect("map-plugin", 2)?;
        let function = object.str("function")?;
        let function = PluginName::of_marked(function)
            .ok_or_else(|| object.invalid("function", "it is no function of a plugin"))?;
        let partitions: Vec<u32> = object.serde("partitions")?;
        let others: Vec<Meta> = object.serde("others")?;
        Ok(Self {
            partitions: partitions.into(),
            others: Others::new(others.into_iter().map(Arc::new)),
            ..Self::new(
                function,
                Params::decode(&object)?,
                Arc::new(object.serde("output")?),
                object.serde("divisions")?,
                object.u64("seed")?,
            )
        })
    }

    fn bound(&self, input: &Meta, env: &Env) -> Result<PluginPartition, OpError> {
        let bind = || {
            let others = self.others.metas().iter().map(|meta| &**meta);
            let inputs: Vec<&Meta> = std::iter::once(input).chain(others).collect();
            Ok((env.plugins).partition(&self.function, &self.params, &inputs)?)
        };
        Ok(PluginPartition::clone(&*self.bound.of(input, env, bind)?))
    }

    fn open_as<'a>(
        &self,
        input: &Meta,
        env: &Env,
        partition: u32,
        halo: (usize, usize),
        beside: Beside<'a>,
    ) -> Result<Box<dyn Step + 'a>, OpError> {
        let function = self.bound(input, env)?;
        Ok(Box::new(running::Running::try_new(
            self.clone(),
            function,
            Arc::new(input.clone()),
            partition as usize,
            halo,
            beside,
        )?))
    }
}

impl StepSpec for MapPlugin {
    fn infer(&self, _: &Meta, _: &Env) -> Result<Arc<Meta>, OpError> {
        Ok(Arc::clone(&self.output))
    }

    fn open(&self, input: &Meta, env: &Env) -> Result<Box<dyn Step>, OpError> {
        self.open_as(input, env, 0, (0, 0), self.others.nowhere())
    }

    fn open_task<'a>(
        &self,
        input: &Meta,
        task: &TaskInputs<'a>,
    ) -> Result<Box<dyn Step + 'a>, OpError> {
        let partition = self.partitions.get(task.index).copied().unwrap_or(0);
        let beside = self.others.of(task);
        self.open_as(input, task.env, partition, task.halo, beside)
    }

    fn of_partitions(&self, partitions: &[u32]) -> Option<Arc<dyn StepSpec>> {
        let partitions = partitions.into();
        Some(Arc::new(Self {
            partitions,
            ..self.clone()
        }))
    }

    fn expected(&self, input: Expected) -> (Kept, Expected) {
        // Until it is bound nobody knows whether it streams; what it makes of its rows nobody knows at all.
        let streams = (self.bound.get()).is_some_and(|bound| bound.takes_chunks());
        let kept = if streams {
            Kept::default()
        } else {
            Kept {
                least: input.least,
                // The rows, and a second time while they become one batch.
                most: input.bytes.saturating_mul(2),
            }
        };
        (kept, input.or_fewer())
    }

    fn may_ask_again(&self) -> bool {
        true
    }

    fn encode(&self, out: &mut Encoder) {
        let others: Vec<&Meta> = self.others.metas().iter().map(|meta| &**meta).collect();
        out.object("map-plugin", 2, |o| {
            o.str("function", &self.function.marked());
            self.params.encode(o);
            o.serde("output", &*self.output);
            o.serde("divisions", &self.divisions);
            o.u64("seed", self.seed);
            o.serde("others", &others);
            o.serde("partitions", &*self.partitions);
        });
    }
}
