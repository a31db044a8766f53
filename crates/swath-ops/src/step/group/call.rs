//! One aggregate of a group-by.

use std::sync::Arc;

use swath_expr::{Params, PluginName, Spelling};
use swath_graph::{Decoder, Encoder, ObjectEncoder};
use swath_kernels::{Accumulator, Aggregate, AggregateTypes};
use swath_meta::{DType, Field};

use crate::step::shared::Shared;
use crate::{Env, OpError};

/// An aggregate function, what it reads, and the name of its result.
#[derive(Clone, Debug, PartialEq)]
pub struct AggCall {
    /// Name in the table of aggregates: `sum`, `mean`, …; of a plugin's, marked and with its hash.
    pub function: Arc<str>,
    /// The columns it reads; none for `size`, which counts rows.
    pub inputs: Vec<AggInput>,
    /// Its parameters: the `q` of `quantile`.
    pub params: Params,
    /// Name of the result column.
    pub output: Arc<str>,
    /// The aggregate, once a task has looked for it.
    found: Shared<(), Arc<dyn Aggregate>>,
}

/// The input of an aggregate.
#[derive(Clone, Debug, PartialEq)]
pub struct AggInput {
    /// Position among the columns that reach [`super::GroupPartial`].
    pub column: usize,
    /// Its logical dtype, which the merge needs too.
    pub dtype: DType,
    /// How it is spelt, for messages.
    pub spelling: Spelling,
}

impl AggCall {
    /// The call of an aggregate.
    pub fn new(
        function: Arc<str>,
        inputs: Vec<AggInput>,
        params: Params,
        output: Arc<str>,
    ) -> Self {
        Self {
            function,
            inputs,
            params,
            output,
            found: Shared::default(),
        }
    }

    pub(super) fn dtypes(&self) -> Vec<DType> {
        self.inputs
            .iter()
            .map(|input| input.dtype.clone())
            .collect()
    }

    /// Whether it is an aggregate of a plugin.
    pub(super) fn is_of_plugin(&self) -> bool {
        PluginName::of_marked(&self.function).is_some()
    }

    fn aggregate(&self, env: &Env) -> Result<Arc<dyn Aggregate>, OpError> {
        let find = || Ok(env.aggregate(&self.function, self.params.as_slice())?);
        Ok(Arc::clone(&*self.found.of(&(), env, find)?))
    }

    pub(super) fn types(&self, env: &Env) -> Result<AggregateTypes, OpError> {
        Ok(self.aggregate(env)?.infer(&self.dtypes())?)
    }

    /// The states of no groups.
    pub(super) fn accumulator(&self, env: &Env) -> Result<Box<dyn Accumulator>, OpError> {
        Ok(self.aggregate(env)?.accumulator(&self.dtypes())?)
    }

    /// The columns that carry the partial state, named after the result and begun with `prefix`.
    pub(super) fn state_fields(&self, prefix: &str, env: &Env) -> Result<Vec<Field>, OpError> {
        let states = self.types(env)?.state;
        Ok(states
            .into_iter()
            .enumerate()
            .map(|(nth, dtype)| Field {
                name: Arc::from(format!("{prefix}{}#{nth}", self.output)),
                dtype,
                nullable: true,
            })
            .collect())
    }

    pub(super) fn output_field(&self, env: &Env) -> Result<Field, OpError> {
        let types = self.types(env)?;
        Ok(Field {
            name: Arc::clone(&self.output),
            dtype: types.output,
            nullable: types.output_nullable,
        })
    }

    pub(super) fn encode_all(calls: &[Self], out: &mut ObjectEncoder<'_>) {
        out.list("calls", calls.iter(), |out: &mut Encoder, call| {
            out.object("agg", 1, |o| {
                o.str("function", &call.function);
                o.str("output", &call.output);
                o.list("inputs", &call.inputs, |out: &mut Encoder, input| {
                    out.object("agg-input", 1, |o| {
                        o.u64("column", input.column as u64);
                        o.serde("dtype", &input.dtype);
                        o.str("text", &input.spelling.text);
                        o.str("code", &input.spelling.code);
                    });
                });
                call.params.encode(o);
            });
        });
    }

    pub(super) fn decode_all(items: Vec<Decoder<'_>>) -> Result<Vec<Self>, OpError> {
        let mut calls = Vec::with_capacity(items.len());
        for item in items {
            let call = item.object()?;
            call.expect("agg", 1)?;
            let mut inputs = Vec::new();
            for input in call.list("inputs")? {
                let input = input.object()?;
                input.expect("agg-input", 1)?;
                inputs.push(AggInput {
                    column: input.u64("column")? as usize,
                    dtype: input.serde("dtype")?,
                    spelling: Spelling {
                        text: Arc::from(input.str("text")?),
                        code: Arc::from(input.str("code")?),
                    },
                });
            }
            calls.push(Self::new(
                Arc::from(call.str("function")?),
                inputs,
                Params::decode(&call)?,
                Arc::from(call.str("output")?),
            ));
        }
        Ok(calls)
    }
}
