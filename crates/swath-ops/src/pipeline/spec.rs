//! What a pipeline is, as data.

use std::sync::Arc;

use swath_graph::{Decoder, Encoder};
use swath_meta::Meta;

use crate::estimate::{Expected, Kept};
use crate::{Env, OpError, Registry, SinkSpec, SourceSpec, StepSpec};

/// Source, trunk and branches of a stage; its tasks differ only in what the source gives each of them.
#[derive(Clone, Debug)]
pub struct Pipeline {
    /// Where the chunks come from.
    pub source: Arc<dyn SourceSpec>,
    /// Steps that all branches share: they run once.
    pub trunk: Vec<Arc<dyn StepSpec>>,
    /// One branch a port.
    pub branches: Vec<Branch>,
}

/// Steps of one port and the sink that makes its value.
#[derive(Clone, Debug)]
pub struct Branch {
    /// Steps of this branch alone.
    pub steps: Vec<Arc<dyn StepSpec>>,
    /// What makes the port's value.
    pub sink: Arc<dyn SinkSpec>,
}

impl Pipeline {
    /// A pipeline with one branch.
    pub fn new(
        source: Arc<dyn SourceSpec>,
        steps: Vec<Arc<dyn StepSpec>>,
        sink: Arc<dyn SinkSpec>,
    ) -> Self {
        Self {
            source,
            trunk: Vec::new(),
            branches: vec![Branch { steps, sink }],
        }
    }

    /// The meta that reaches the sink of a port.
    ///
    /// # Errors
    /// A step does not fit the columns that reach it: a fault of the planner, since frames check each call.
    pub fn output_meta(&self, port: usize, env: &Env) -> Result<Arc<Meta>, OpError> {
        let mut meta = Arc::clone(self.source.meta());
        for step in self.trunk.iter().chain(&self.branches[port].steps) {
            meta = step.infer(&meta, env)?;
        }
        Ok(meta)
    }

    /// What a task of the pipeline is expected to keep, its values included; `inputs` are the bytes of what it depends on.
    ///
    /// Steps that keep rows back hand them on at the end, so this is more than what is there at once.
    pub fn expected(&self, index: usize, inputs: &[u64]) -> Kept {
        let (kept, trunk) = through(&self.trunk, self.source.expected(index, inputs));
        self.branches.iter().fold(kept, |kept, branch| {
            let (here, end) = through(&branch.steps, trunk);
            kept + here + branch.sink.expected(end)
        })
    }

    /// Whether a function of a plugin runs in it, whose error may ask for another attempt.
    pub fn may_ask_again(&self) -> bool {
        let steps = self.branches.iter().flat_map(|branch| &branch.steps);
        let mut sinks = self.branches.iter().map(|branch| &branch.sink);
        self.source.may_ask_again()
            || self
                .trunk
                .iter()
                .chain(steps)
                .any(|step| step.may_ask_again())
            || sinks.any(|sink| sink.may_ask_again())
    }

    /// Writes the pipeline in the form [`Pipeline::decode`] reads.
    pub fn encode(&self, out: &mut Encoder) {
        out.object("pipeline", 1, |o| {
            o.object("source", |out| self.source.encode(out));
            o.list("trunk", self.trunk.iter(), |out, step| step.encode(out));
            o.list("branches", self.branches.iter(), |out, branch| {
                out.object("branch", 1, |o| {
                    o.list("steps", branch.steps.iter(), |out, step| step.encode(out));
                    o.object("sink", |out| branch.sink.encode(out));
                });
            });
        });
    }

    /// Reads a pipeline, finding sources, steps and sinks by their kind in `registry`.
    pub fn decode(from: &Decoder<'_>, registry: &Registry) -> Result<Self, OpError> {
        let object = from.object()?;
        object.expect("pipeline", 1)?;
        let steps = |items: Vec<Decoder<'_>>| {
            items
                .into_iter()
                .map(|item| registry.step(&item))
                .collect::<Result<Vec<_>, _>>()
        };
        let mut branches = Vec::new();
        for item in object.list("branches")? {
            let branch = item.object()?;
            branch.expect("branch", 1)?;
            branches.push(Branch {
                steps: steps(branch.list("steps")?)?,
                sink: registry.sink(&branch.object("sink")?)?,
            });
        }
        Ok(Self {
            source: registry.source(&object.object("source")?)?,
            trunk: steps(object.list("trunk")?)?,
            branches,
        })
    }
}

/// What steps keep, and what leaves the last of them.
fn through(steps: &[Arc<dyn StepSpec>], input: Expected) -> (Kept, Expected) {
    steps
        .iter()
        .fold((Kept::default(), input), |(kept, input), step| {
            let (here, output) = step.expected(input);
            (kept + here, output)
        })
}
