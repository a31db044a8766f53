//! Streams: rows on their way from an origin through steps, not materialised.

use std::panic::Location;
use std::sync::Arc;

use swath_divisions::Slice;
use swath_graph::{Key, Name};
use swath_meta::Meta;
use swath_ops::{SinkSpec, StepSpec};

use super::overlap::Overlapping;
use crate::node::{Constant, Returned, Scan};

/// Position of an origin in [`Streams`](super::read::Streams).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct OriginId(pub(super) usize);

/// Position of a consumer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct ConsumerId(pub(super) usize);

/// Where rows come from, partition by partition.
#[derive(Clone, Debug)]
pub(super) enum Origin {
    /// Partitions of a data set, which can also be cut or joined at its units.
    Scan(Scan),
    /// Held keys, one a partition, with their sizes in bytes.
    Held { keys: Vec<Key>, bytes: Vec<u64> },
    /// Rows inside the task: one partition.
    Constant(Constant),
    /// Partition `i` reads the `i`-th output of these consumers, counted one after another.
    Chain(Vec<ConsumerId>),
    /// One partition that reads every output of a consumer.
    All(ConsumerId),
    /// Partition `i` reads `every` outputs of a consumer, from `i * every` on.
    Fan { consumer: ConsumerId, every: usize },
    /// Partition `i` reads piece `i` of every output of a consumer that splits.
    Gather(ConsumerId),
    /// Partition `i` reads parts of the outputs of a consumer.
    Cuts {
        consumer: ConsumerId,
        parts: Arc<[Vec<Slice>]>,
    },
    /// Partition `i` is the `i`-th output of a consumer between rows of its neighbours.
    Overlap(Overlapping),
    /// Partition `i` is the `i`-th output of the first of these consumers; its tasks depend on that of each other one too, or on the only
    /// one.
    Beside(Vec<ConsumerId>),
    /// No rows: the arguments of a call, which its sink gets.
    Arguments(Vec<Read>),
    /// The value of a call; only calls and frames made of calls read it.
    Value(ConsumerId),
    /// Partition `i` is the batch that a call returned.
    Returned { rows: Returned, calls: Vec<Read> },
}

/// One value that a task depends on.
#[derive(Clone, Debug)]
pub(super) enum Read {
    /// What all tasks of a consumer made, as a list.
    All(ConsumerId),
    /// What the one task of a consumer made.
    One(ConsumerId),
    /// It is held already.
    Held(Key),
}

/// One step with the name of the plan that it comes from: steps of equal name are the same step.
#[derive(Clone, Debug)]
pub(super) struct NamedStep {
    pub(super) name: Name,
    pub(super) spec: Arc<dyn StepSpec>,
    /// Which partition of its plan each covered partition is, for a step that asks.
    pub(super) partitions: Option<Arc<[u32]>>,
}

impl NamedStep {
    /// The step of the tasks that the covered partitions become.
    pub(super) fn of_tasks(&self) -> Arc<dyn StepSpec> {
        self.partitions
            .as_ref()
            .and_then(|partitions| self.spec.of_partitions(partitions))
            .unwrap_or_else(|| Arc::clone(&self.spec))
    }

    /// Whether both are the same step, of the same partitions.
    pub(super) fn is(&self, other: &Self) -> bool {
        self.name == other.name && self.partitions == other.partitions
    }
}

/// Some partitions of an origin and the steps that their rows go through.
#[derive(Clone, Debug)]
pub(super) struct Stream {
    pub(super) origin: OriginId,
    /// Which partitions of the origin, in order.
    pub(super) coverage: Vec<usize>,
    pub(super) steps: Vec<NamedStep>,
    /// What leaves the last step.
    pub(super) meta: Arc<Meta>,
    /// A step counts rows within a partition, so that a task must read exactly one.
    pub(super) exact: bool,
}

impl Stream {
    /// The stream with one step more.
    pub(super) fn then(mut self, name: Name, spec: Arc<dyn StepSpec>, meta: Arc<Meta>) -> Self {
        self.steps.push(NamedStep {
            name,
            spec,
            partitions: None,
        });
        self.meta = meta;
        self
    }

    /// The stream after a step that is told which partition it works on.
    pub(super) fn numbered(mut self) -> Self {
        let numbers: Arc<[u32]> = (0..self.coverage.len() as u32).collect();
        if let Some(last) = self.steps.last_mut() {
            last.partitions = Some(numbers);
        }
        self.exact = true;
        self
    }

    /// Only these of the covered partitions, in this order.
    pub(super) fn covering(mut self, which: &[usize]) -> Self {
        self.coverage = which.iter().map(|&which| self.coverage[which]).collect();
        for step in &mut self.steps {
            if let Some(numbers) = &step.partitions {
                step.partitions = Some(which.iter().map(|&which| numbers[which]).collect());
            }
        }
        self
    }
}

/// The end of a stream: what a sink makes of it, one value a task.
#[derive(Debug)]
pub(super) struct Consumer {
    pub(super) steps: Vec<NamedStep>,
    pub(super) sink: Arc<dyn SinkSpec>,
    /// What the sink is for; the logical name itself where its values are wanted.
    pub(super) purpose: Name,
    /// Whether its values are wanted.
    pub(super) is_root: bool,
    pub(super) location: Option<&'static Location<'static>>,
}

/// Consumers of the same partitions of one origin: they become one stage.
#[derive(Debug)]
pub(super) struct Group {
    pub(super) origin: OriginId,
    pub(super) coverage: Vec<usize>,
    pub(super) consumers: Vec<ConsumerId>,
    /// One task a partition; otherwise tasks are packed by size.
    pub(super) per_partition: bool,
}
