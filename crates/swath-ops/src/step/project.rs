//! Computes the columns that go on.

use std::collections::BTreeSet;
use std::sync::Arc;

use swath_batch::{Chunk, Selection};
use swath_expr::{Bound, Expr, Functions};
use swath_graph::{Decoder, Encoder};
use swath_kernels::is_worth_compacting;
use swath_meta::{Field, Index, Meta};
use swath_scheduler::TaskContext;

use super::shared::Shared;
use super::{InTask, Step, StepSpec};
use crate::estimate::{Expected, Kept};
use crate::pipeline::Flow;
use crate::{Env, OpError, Output};

/// Replaces the columns by named expressions over them; a bare column is handed on without a copy.
///
/// One step serves `select`, `assign`, `rename` and `drop`.
#[derive(Clone, Debug)]
pub struct Project {
    columns: Vec<(Arc<str>, Expr)>,
    index: usize,
    ready: Shared<Meta, Ready>,
}

/// What is the same for all tasks.
struct Ready {
    output: Arc<Meta>,
    /// The columns that functions of plugins make.
    calls: Vec<Option<Bound>>,
}

impl Project {
    /// The columns in order; the first `index` of them are the index of the result.
    pub fn new(columns: Vec<(Arc<str>, Expr)>, index: usize) -> Self {
        Self {
            columns,
            index,
            ready: Shared::default(),
        }
    }

    pub(crate) fn decode(from: &Decoder<'_>, functions: &Functions) -> Result<Self, OpError> {
        let object = from.object()?;
        object.expect("project", 1)?;
        let mut columns = Vec::new();
        for item in object.list("columns")? {
            let column = item.object()?;
            column.expect("column", 1)?;
            columns.push((
                Arc::from(column.str("name")?),
                Expr::decode(&column.object("expr")?, functions)?,
            ));
        }
        Ok(Self::new(columns, object.u64("index")? as usize))
    }

    fn ready(&self, input: &Meta, env: &Env) -> Result<Arc<Ready>, OpError> {
        self.ready.of(input, env, || {
            let mut fields = Vec::with_capacity(self.columns.len());
            let mut calls = Vec::with_capacity(self.columns.len());
            for (name, expr) in &self.columns {
                let bound = expr.bind(input, &env.functions)?;
                fields.push(Field {
                    name: Arc::clone(name),
                    ..bound.field().clone()
                });
                calls.push(Some(bound).filter(|_| expr.calls_plugins()));
            }
            let index = Index::leading(self.index as u32);
            Ok(Ready {
                output: Arc::new(Meta::try_new(fields, index)?),
                calls,
            })
        })
    }
}

impl StepSpec for Project {
    fn infer(&self, input: &Meta, env: &Env) -> Result<Arc<Meta>, OpError> {
        Ok(Arc::clone(&self.ready(input, env)?.output))
    }

    fn open(&self, input: &Meta, env: &Env) -> Result<Box<dyn Step>, OpError> {
        let ready = self.ready(input, env)?;
        let columns = self
            .columns
            .iter()
            .zip(&ready.calls)
            .map(|((_, expr), call)| match (expr.as_column(), call) {
                (Some(name), _) => Ok(Column::Kept(input.position(name)?)),
                (None, Some(call)) => Ok(Column::Computed(call.clone())),
                // What it keeps of dictionaries that it has seen goes with the task.
                (None, None) => Ok(Column::Computed(expr.bind(input, &env.functions)?)),
            })
            .collect::<Result<_, OpError>>()?;
        let asks = self
            .columns
            .iter()
            .any(|(_, expr)| expr.has_user_functions());
        Ok(Box::new(Running { columns, asks }))
    }

    fn expected(&self, input: Expected) -> (Kept, Expected) {
        // What reaches the step is what it reads: others were left out before.
        let read: BTreeSet<Arc<str>> = self
            .columns
            .iter()
            .flat_map(|(_, expr)| expr.columns())
            .collect();
        (
            Kept::default(),
            input.with_columns(read.len(), self.columns.len()),
        )
    }

    fn may_ask_again(&self) -> bool {
        self.columns.iter().any(|(_, expr)| expr.calls_plugins())
    }

    fn encode(&self, out: &mut Encoder) {
        out.object("project", 1, |o| {
            o.list("columns", self.columns.iter(), |out, (name, expr)| {
                out.object("column", 1, |o| {
                    o.str("name", name);
                    o.object("expr", |out| expr.encode(out));
                });
            });
            o.u64("index", self.index as u64);
        });
    }
}

enum Column {
    Kept(usize),
    Computed(Bound),
}

struct Running {
    columns: Vec<Column>,
    /// Functions in them may ask about the task, and were not told yet whom.
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
            let task = InTask::anywhere(cx);
            for column in &mut self.columns {
                if let Column::Computed(expr) = column {
                    *expr = expr.in_task(Arc::clone(&task));
                }
            }
        }
        let computes = self
            .columns
            .iter()
            .any(|column| matches!(column, Column::Computed(_)));
        if computes && !is_worth_compacting(chunk.live_rows(), chunk.rows) {
            // Most rows are gone: computing on the others alone is cheaper than masking.
            chunk = chunk.compact()?;
        }
        let live = chunk.selection.as_ref().map(Selection::mask);
        let columns = self
            .columns
            .iter()
            .map(|column| match column {
                Column::Kept(at) => Ok(Arc::clone(&chunk.columns[*at])),
                Column::Computed(expr) => Ok(expr.eval_where(&chunk.columns, chunk.rows, live)?),
            })
            .collect::<Result<_, OpError>>()?;
        out.push(Chunk {
            columns,
            rows: chunk.rows,
            selection: chunk.selection,
        })
    }
}
