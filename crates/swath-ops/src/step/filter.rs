//! Keeps the rows for which a predicate is true.

use std::sync::Arc;

use swath_batch::{Chunk, Selection};
use swath_expr::{Bound, Expr, Functions};
use swath_graph::{Decoder, Encoder};
use swath_meta::Meta;
use swath_scheduler::TaskContext;

use super::shared::Shared;
use super::{InTask, Step, StepSpec};
use crate::pipeline::Flow;
use crate::{Env, OpError, Output};

/// Drops rows whose predicate is false or null; order is kept, nothing is copied: the chunk gets a selection.
#[derive(Clone, Debug)]
pub struct Filter {
    predicate: Expr,
    /// What is the same for all tasks: where it calls functions of plugins.
    bound: Shared<Meta, Bound>,
}

impl Filter {
    /// A filter by a boolean expression.
    pub fn new(predicate: Expr) -> Self {
        Self {
            predicate,
            bound: Shared::default(),
        }
    }

    pub(crate) fn decode(from: &Decoder<'_>, functions: &Functions) -> Result<Self, OpError> {
        let object = from.object()?;
        object.expect("filter", 1)?;
        let predicate = Expr::decode(&object.object("predicate")?, functions)?;
        Ok(Self::new(predicate))
    }

    fn bound(&self, input: &Meta, env: &Env) -> Result<Bound, OpError> {
        let bind = || Ok(self.predicate.bind(input, &env.functions)?);
        if self.predicate.calls_plugins() {
            return Ok(Bound::clone(&*self.bound.of(input, env, bind)?));
        }
        // What it keeps of dictionaries that it has seen goes with the task.
        bind()
    }
}

impl StepSpec for Filter {
    fn infer(&self, input: &Meta, _: &Env) -> Result<Arc<Meta>, OpError> {
        Ok(Arc::new(input.clone()))
    }

    fn open(&self, input: &Meta, env: &Env) -> Result<Box<dyn Step>, OpError> {
        Ok(Box::new(Running {
            asks: self.predicate.has_user_functions(),
            predicate: self.bound(input, env)?,
        }))
    }

    fn may_ask_again(&self) -> bool {
        self.predicate.calls_plugins()
    }

    fn encode(&self, out: &mut Encoder) {
        out.object("filter", 1, |o| {
            o.object("predicate", |out| self.predicate.encode(out));
        });
    }
}

struct Running {
    predicate: Bound,
    /// Functions in it may ask about the task, and were not told yet whom.
    asks: bool,
}

impl Step for Running {
    fn push(
        &mut self,
        mut chunk: Chunk,
        cx: &TaskContext<'_>,
        out: &mut dyn Output,
    ) -> Result<Flow, OpError> {
        if std::mem::take(&mut self.asks) {
            self.predicate = self.predicate.in_task(InTask::anywhere(cx));
        }
        let live = chunk.selection.as_ref().map(Selection::mask);
        let selection = Selection::from_mask(self.predicate.mask_where(
            &chunk.columns,
            chunk.rows,
            live,
        )?);
        if selection.count() < chunk.rows {
            chunk.selection = Some(selection);
        }
        out.push(chunk)
    }
}
