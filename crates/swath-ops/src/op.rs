//! The closed set of task shapes.

use std::sync::Arc;

use swath_graph::{Decoder, Encoder};
use swath_memory::Demand;
use swath_scheduler::{At, Inputs, Outputs, TaskContext, TaskError, Work};

use crate::sink::Made;
use crate::{Env, OpError, Pipeline, Registry, TaskInputs, TaskValue};

/// What a task does: the work of the local engine and, encoded, of any other backend.
#[derive(Clone, Debug)]
pub enum Op {
    /// Source, steps, and one value a branch.
    Pipeline(Pipeline),
    /// Lists the values of its dependencies, at no cost: the middle of an exchange.
    Collect,
    /// Hands on the one value it depends on: gives a port a key of its own.
    Alias,
}

impl Op {
    /// Names the shape, for displays.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Pipeline(_) => "pipeline",
            Self::Collect => "collect",
            Self::Alias => "alias",
        }
    }

    /// Writes the operator in the form [`Op::decode`] reads.
    pub fn encode(&self, out: &mut Encoder) {
        match self {
            Self::Pipeline(pipeline) => pipeline.encode(out),
            Self::Collect => out.object("collect", 1, |_| {}),
            Self::Alias => out.object("alias", 1, |_| {}),
        }
    }

    /// Reads an operator, finding its parts in `registry`.
    pub fn decode(from: &Decoder<'_>, registry: &Registry) -> Result<Self, OpError> {
        match from.peek_kind()? {
            "pipeline" => Ok(Self::Pipeline(Pipeline::decode(from, registry)?)),
            "collect" => Ok(Self::Collect),
            "alias" => Ok(Self::Alias),
            _ => Err(from
                .object()?
                .unknown_kind(["pipeline", "collect", "alias"])
                .into()),
        }
    }

    /// Runs one task: one value a port.
    pub fn run_task(
        &self,
        index: usize,
        inputs: &dyn Inputs<TaskValue>,
        env: &Env,
        cx: &TaskContext<'_>,
    ) -> Result<Vec<Made>, OpError> {
        let open = |input| {
            inputs
                .open(input)
                .map(|pinned| TaskValue::clone(&pinned))
                .map_err(OpError::Input)
        };
        match self {
            Self::Pipeline(pipeline) => pipeline.run(
                &TaskInputs {
                    index,
                    values: inputs,
                    env,
                    halo: (0, 0),
                },
                cx,
            ),
            Self::Collect => {
                let values: Arc<[TaskValue]> =
                    (0..inputs.len()).map(open).collect::<Result<_, _>>()?;
                Ok(vec![TaskValue::List(values).into()])
            }
            Self::Alias => Ok(vec![open(0)?.into()]),
        }
    }
}

impl Work for Op {
    type Value = TaskValue;
    type Env = Env;

    fn run(
        &self,
        at: At<'_>,
        inputs: &dyn Inputs<TaskValue>,
        env: &Env,
        cx: &TaskContext<'_>,
    ) -> Result<Outputs<TaskValue>, TaskError> {
        match self.run_task(at.index(), inputs, env, cx) {
            Ok(made) => Ok(outputs(made)),
            Err(error) => Err(error.into_task_error()),
        }
    }

    /// Tasks are pure: what failed fails again, but for a function of a plugin that says otherwise.
    fn retryable(&self, error: &TaskError) -> bool {
        #[cfg(feature = "plugins")]
        return crate::plugin::asks_again(error);
        #[cfg(not(feature = "plugins"))]
        {
            let _ = error;
            false
        }
    }

    fn demand(&self, at: At<'_>, input_bytes: &[u64]) -> Demand {
        match self {
            Self::Pipeline(pipeline) => {
                let kept = pipeline.expected(at.index(), input_bytes);
                Demand {
                    floor: kept.least,
                    expected: kept.most,
                }
            }
            // Their values are those of others, listed.
            Self::Collect | Self::Alias => Demand::default(),
        }
    }
}

/// The ports in order, each with the memory that was reserved for it.
fn outputs(made: Vec<Made>) -> Outputs<TaskValue> {
    let mut ports = made.into_iter();
    let first = ports.next().expect("every operator has at least one port");
    let first = match first.reserved {
        Some(reserved) => Outputs::backed(first.value, reserved),
        None => Outputs::from(first.value),
    };
    ports.fold(first, |outputs, made| match made.reserved {
        Some(reserved) => outputs.and_backed(made.value, reserved),
        None => outputs.and(made.value),
    })
}
