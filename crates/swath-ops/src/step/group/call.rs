//! One aggregate of a group-by.

use std::sync::Arc;

use swath_expr::Spelling;
use swath_graph::{Decoder, Encoder, ObjectEncoder};
use swath_kernels::AggregateTypes;
use swath_meta::{DType, Field};

use crate::{Env, OpError};

/// An aggregate function, what it reads, and the name of its result.
#[derive(Clone, Debug, PartialEq)]
pub struct AggCall {
    /// Name in the table of aggregates: `sum`, `mean`, …
    pub function: Arc<str>,
    /// The column it reads; `None` for `size`, which counts rows.
    pub input: Option<AggInput>,
    /// Name of the result column.
    pub output: Arc<str>,
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
    pub(super) fn dtype(&self) -> Option<&DType> {
        self.input.as_ref().map(|input| &input.dtype)
    }

    pub(super) fn types(&self, env: &Env) -> Result<AggregateTypes, OpError> {
        Ok(env.aggregates.get(&self.function)?.infer(self.dtype())?)
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
                match &call.input {
                    None => o.none("input"),
                    Some(input) => o.object("input", |out| {
                        out.object("agg-input", 1, |o| {
                            o.u64("column", input.column as u64);
                            o.serde("dtype", &input.dtype);
                            o.str("text", &input.spelling.text);
                            o.str("code", &input.spelling.code);
                        });
                    }),
                }
            });
        });
    }

    pub(super) fn decode_all(items: Vec<Decoder<'_>>) -> Result<Vec<Self>, OpError> {
        let mut calls = Vec::with_capacity(items.len());
        for item in items {
            let call = item.object()?;
            call.expect("agg", 1)?;
            let input = match call.optional("input")? {
                None => None,
                Some(input) => {
                    let input = input.object()?;
                    input.expect("agg-input", 1)?;
                    Some(AggInput {
                        column: input.u64("column")? as usize,
                        dtype: input.serde("dtype")?,
                        spelling: Spelling {
                            text: Arc::from(input.str("text")?),
                            code: Arc::from(input.str("code")?),
                        },
                    })
                }
            };
            calls.push(Self {
                function: Arc::from(call.str("function")?),
                input,
                output: Arc::from(call.str("output")?),
            });
        }
        Ok(calls)
    }
}
