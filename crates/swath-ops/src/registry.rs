//! The tables by which encoded tasks find their parts.

use std::collections::BTreeMap;
use std::sync::Arc;

use swath_graph::Decoder;

use crate::sink::{Publish, Rows, Split, WriteFiles};
use crate::source::{Constant, FileScan, Gather, InputRows, Overlap};
use crate::step::{
    DropDuplicates, Explode, Filter, GroupMerge, GroupPartial, InOrder, Limit, Melt, MemoryUsage,
    Project, Sample, Tail, TopK,
};
use crate::{Env, OpError, SinkSpec, SourceSpec, StepSpec};

type Decode<T> = fn(&Decoder<'_>, &Env) -> Result<Arc<T>, OpError>;

/// Sources, steps and sinks by kind, beside the function tables of [`Env`].
///
/// A user's program, a plugin and a worker in another process all go through it.
#[derive(Clone, Debug)]
pub struct Registry {
    env: Env,
    sources: BTreeMap<&'static str, Decode<dyn SourceSpec>>,
    steps: BTreeMap<&'static str, Decode<dyn StepSpec>>,
    sinks: BTreeMap<&'static str, Decode<dyn SinkSpec>>,
}

impl Registry {
    /// The built-in kinds, with the functions of `env`.
    pub fn standard(env: Env) -> Self {
        let mut registry = Self {
            env,
            sources: BTreeMap::new(),
            steps: BTreeMap::new(),
            sinks: BTreeMap::new(),
        };
        registry.register_source("constant", |from, _| Ok(Arc::new(Constant::decode(from)?)));
        registry.register_source("file-scan", |from, env| {
            Ok(Arc::new(FileScan::decode(from, env)?))
        });
        registry.register_source("gather", |from, _| Ok(Arc::new(Gather::decode(from)?)));
        registry.register_source("input-rows", |from, _| {
            Ok(Arc::new(InputRows::decode(from)?))
        });
        registry.register_source("overlap", |from, _| Ok(Arc::new(Overlap::decode(from)?)));

        registry.register_step("drop-duplicates", |from, _| {
            Ok(Arc::new(DropDuplicates::decode(from)?))
        });
        registry.register_step("explode", |from, _| Ok(Arc::new(Explode::decode(from)?)));
        registry.register_step("filter", |from, env| {
            Ok(Arc::new(Filter::decode(from, &env.functions)?))
        });
        registry.register_step("group-merge", |from, _| {
            Ok(Arc::new(GroupMerge::decode(from)?))
        });
        registry.register_step("group-partial", |from, _| {
            Ok(Arc::new(GroupPartial::decode(from)?))
        });
        registry.register_step("in-order", |from, _| Ok(Arc::new(InOrder::decode(from)?)));
        registry.register_step("limit", |from, _| Ok(Arc::new(Limit::decode(from)?)));
        #[cfg(feature = "plugins")]
        registry.register_step("map-plugin", |from, _| {
            Ok(Arc::new(crate::step::MapPlugin::decode(from)?))
        });
        registry.register_step("melt", |from, _| Ok(Arc::new(Melt::decode(from)?)));
        registry.register_step("memory-usage", |from, _| {
            Ok(Arc::new(MemoryUsage::decode(from)?))
        });
        registry.register_step("project", |from, env| {
            Ok(Arc::new(Project::decode(from, &env.functions)?))
        });
        registry.register_step("sample", |from, _| Ok(Arc::new(Sample::decode(from)?)));
        registry.register_step("tail", |from, _| Ok(Arc::new(Tail::decode(from)?)));
        registry.register_step("top-k", |from, _| Ok(Arc::new(TopK::decode(from)?)));

        #[cfg(feature = "plugins")]
        registry.register_sink("deliver", |from, _| {
            Ok(Arc::new(crate::sink::Deliver::decode(from)?))
        });
        registry.register_sink("publish", |from, _| Ok(Arc::new(Publish::decode(from)?)));
        registry.register_sink("rows", |from, _| Ok(Arc::new(Rows::decode(from)?)));
        registry.register_sink("split", |from, env| Ok(Arc::new(Split::decode(from, env)?)));
        registry.register_sink("write-files", |from, env| {
            Ok(Arc::new(WriteFiles::decode(from, env)?))
        });
        registry
    }

    /// The function tables.
    pub fn env(&self) -> &Env {
        &self.env
    }

    /// The kinds of sources, sorted.
    pub fn sources(&self) -> Vec<&'static str> {
        self.sources.keys().copied().collect()
    }

    /// The kinds of steps, sorted.
    pub fn steps(&self) -> Vec<&'static str> {
        self.steps.keys().copied().collect()
    }

    /// The kinds of sinks, sorted.
    pub fn sinks(&self) -> Vec<&'static str> {
        self.sinks.keys().copied().collect()
    }

    /// Adds or replaces a source.
    pub fn register_source(&mut self, kind: &'static str, decode: Decode<dyn SourceSpec>) {
        self.sources.insert(kind, decode);
    }

    /// Adds or replaces a step.
    pub fn register_step(&mut self, kind: &'static str, decode: Decode<dyn StepSpec>) {
        self.steps.insert(kind, decode);
    }

    /// Adds or replaces a sink.
    pub fn register_sink(&mut self, kind: &'static str, decode: Decode<dyn SinkSpec>) {
        self.sinks.insert(kind, decode);
    }

    /// Reads a source of any registered kind.
    pub fn source(&self, from: &Decoder<'_>) -> Result<Arc<dyn SourceSpec>, OpError> {
        decode(&self.sources, from, &self.env)
    }

    /// Reads a step of any registered kind.
    pub fn step(&self, from: &Decoder<'_>) -> Result<Arc<dyn StepSpec>, OpError> {
        decode(&self.steps, from, &self.env)
    }

    /// Reads a sink of any registered kind.
    pub fn sink(&self, from: &Decoder<'_>) -> Result<Arc<dyn SinkSpec>, OpError> {
        decode(&self.sinks, from, &self.env)
    }
}

fn decode<T: ?Sized>(
    table: &BTreeMap<&'static str, Decode<T>>,
    from: &Decoder<'_>,
    env: &Env,
) -> Result<Arc<T>, OpError> {
    match table.get(from.peek_kind()?) {
        Some(read) => read(from, env),
        None => Err(from.object()?.unknown_kind(table.keys().copied()).into()),
    }
}
