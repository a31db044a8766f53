//! First phase: one partial state a group and task.

use std::sync::Arc;

use arrow_array::{Array, ArrayRef};
use arrow_buffer::BooleanBuffer;
use swath_batch::{Chunk, Selection};
use swath_graph::{Decoder, Encoder};
use swath_meta::{Index, Meta};
use swath_scheduler::TaskContext;

use super::counted::{Counted, Made};
use super::states::States;
use super::{AggCall, made_up_prefix};
use crate::estimate::{Expected, Kept};
use crate::pipeline::Flow;
use crate::step::{Step, StepSpec};
use crate::{Env, OpError, Output};

/// Groups the rows of a task by the first `keys` columns and keeps a state for each aggregate.
///
/// Emits one row a group in the order in which the groups were first seen: the keys, then the state
/// columns. With `drop_null_keys`, rows with a null in any key are left out.
#[derive(Clone, Debug)]
pub struct GroupPartial {
    keys: usize,
    calls: Vec<AggCall>,
    drop_null_keys: bool,
}

impl GroupPartial {
    /// Groups by the first `keys` columns; none means one group.
    pub fn new(keys: usize, calls: Vec<AggCall>, drop_null_keys: bool) -> Self {
        Self {
            keys,
            calls,
            drop_null_keys,
        }
    }

    pub(crate) fn decode(from: &Decoder<'_>) -> Result<Self, OpError> {
        let object = from.object()?;
        object.expect("group-partial", 1)?;
        Ok(Self {
            keys: object.u64("keys")? as usize,
            calls: AggCall::decode_all(object.list("calls")?)?,
            drop_null_keys: object.bool("drop_null_keys")?,
        })
    }
}

impl StepSpec for GroupPartial {
    fn infer(&self, input: &Meta, env: &Env) -> Result<Arc<Meta>, OpError> {
        let mut fields = input.fields()[..self.keys].to_vec();
        for key in &mut fields {
            key.nullable &= !self.drop_null_keys;
        }
        let prefix = made_up_prefix(fields.iter().map(|field| &*field.name));
        for call in &self.calls {
            fields.extend(call.state_fields(&prefix, env)?);
        }
        Ok(Arc::new(Meta::try_new(fields, Index::none())?))
    }

    fn open(&self, input: &Meta, env: &Env) -> Result<Box<dyn Step>, OpError> {
        let keys: Vec<_> = input.fields()[..self.keys]
            .iter()
            .map(|field| field.dtype.clone())
            .collect();
        Ok(Box::new(Running {
            spec: self.clone(),
            no_groups: Some(States::try_new(&keys, &self.calls, env)?),
            groups: None,
        }))
    }

    fn expected(&self, input: Expected) -> (Kept, Expected) {
        if self.keys == 0 {
            return (Kept::default(), input.at_most(1));
        }
        // A group takes some five times the bytes of its row. One for every fifth row is what is expected: with fewer, tables
        // are smaller than that, and were every row a group they are a few times larger.
        (input.or_fewer().kept(), input.or_fewer())
    }

    fn may_ask_again(&self) -> bool {
        self.calls.iter().any(AggCall::is_of_plugin)
    }

    fn encode(&self, out: &mut Encoder) {
        out.object("group-partial", 1, |o| {
            o.u64("keys", self.keys as u64);
            AggCall::encode_all(&self.calls, o);
            o.bool("drop_null_keys", self.drop_null_keys);
        });
    }
}

struct Running {
    spec: GroupPartial,
    /// Until the first chunk comes.
    no_groups: Option<States>,
    groups: Option<Counted>,
}

impl Running {
    /// The groups so far; `None` after the last chunk.
    fn groups(&mut self, cx: &TaskContext<'_>) -> Option<&mut Counted> {
        if let Some(states) = self.no_groups.take() {
            let states = states.in_task(&self.spec.calls, cx);
            self.groups = Some(Counted::new(states, cx.reserve("groups")));
        }
        self.groups.as_mut()
    }
}

/// Rows in which no key is null, or `None` if that is all of them.
fn without_null_keys(keys: &[ArrayRef]) -> Option<BooleanBuffer> {
    let mut valid: Option<BooleanBuffer> = None;
    for key in keys {
        if let Some(nulls) = key.logical_nulls().filter(|nulls| nulls.null_count() > 0) {
            valid = Some(match valid {
                None => nulls.inner().clone(),
                Some(mask) => &mask & nulls.inner(),
            });
        }
    }
    valid
}

impl Step for Running {
    fn push(
        &mut self,
        chunk: Chunk,
        cx: &TaskContext<'_>,
        _: &mut dyn Output,
    ) -> Result<Flow, OpError> {
        let mut chunk = chunk.compact()?;
        if self.spec.drop_null_keys
            && let Some(mask) = without_null_keys(&chunk.columns[..self.spec.keys])
        {
            chunk.selection = Some(Selection::from_mask(mask));
            chunk = chunk.compact()?;
        }
        let inputs: Vec<_> = self
            .spec
            .calls
            .iter()
            .map(|call| {
                let columns = call.inputs.iter().map(|input| input.column);
                columns
                    .map(|column| Arc::clone(&chunk.columns[column]))
                    .collect()
            })
            .collect();
        let keys = self.spec.keys;
        if let Some(groups) = self.groups(cx) {
            groups.update(&chunk.columns[..keys], &inputs, chunk.rows)?;
        }
        Ok(Flow::More)
    }

    fn finish(&mut self, cx: &TaskContext<'_>, out: &mut dyn Output) -> Result<(), OpError> {
        self.groups(cx);
        if let Some(groups) = self.groups.take() {
            let Made { chunk, reserved } = groups.into_states()?;
            // From here on whoever keeps the rows reserves them.
            drop(reserved);
            out.push(chunk)?;
        }
        Ok(())
    }
}
