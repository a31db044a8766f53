//! Groups: states of each part of the rows, which are brought together and finished.
//!
//! ```text
//!  one partition    part ─► states ─┬─► merged    through a tree where an arity was given
//!                   part ─► states ─┘
//!  several          part ─► states ═╦═► merged    pieces of the states, by the hash of the keys
//!                   part ─► states ═╩═► merged
//! ```

use std::sync::Arc;

use swath_expr::Expr;
use swath_ops::step::{
    AggCall, AggInput, GroupMerge, GroupPartial, Project as ProjectStep, made_up_prefix,
};
use swath_ops::{Env, sink};

use super::read::Streams;
use super::stream::{Origin, Stream};
use crate::node::GroupBy;
use crate::{Plan, PlanError};

impl Streams<'_> {
    pub(super) fn group_by(&mut self, plan: &Plan, group: &GroupBy) -> Result<Stream, PlanError> {
        let input = self.of(plan.input());
        let (columns, calls) = columns_and_calls(plan, group, self.env)?;
        let keys = group.keys.len();
        let stream = self.inner(
            input,
            plan,
            "group-input",
            Arc::new(ProjectStep::new(columns, 0)),
        )?;
        let partial = GroupPartial::new(keys, calls.clone(), group.dropna);
        let stream = self.inner(stream, plan, "group-partial", Arc::new(partial))?;
        let finish = Arc::new(GroupMerge::finishing(keys, calls.clone(), group.sort));

        let merged = if plan.npartitions() > 1 {
            let names = group.keys.iter().map(|(name, _)| Arc::clone(name));
            self.meeting(stream, names, plan)?
        } else {
            self.merge_tree(plan, group, stream, &calls)?
        };
        Ok(merged.then(plan.name().clone(), finish, Arc::clone(plan.meta())))
    }

    /// Partial states brought together for one partition, through a tree if an arity was given.
    fn merge_tree(
        &mut self,
        plan: &Plan,
        group: &GroupBy,
        mut stream: Stream,
        calls: &[AggCall],
    ) -> Result<Stream, PlanError> {
        let state = Arc::clone(&stream.meta);
        let mut outputs = stream.coverage.len();
        let mut level = 0;
        while let Some(every) = group.split_every.filter(|&every| outputs > every) {
            // The shape of the tree was asked for: one partial result a partition, `every` of them a task.
            let partials = self.consume(
                stream,
                Arc::new(sink::Rows::passing()),
                true,
                plan,
                &format!("partials-{level}"),
            );
            outputs = outputs.div_ceil(every);
            level += 1;
            let combine = Arc::new(GroupMerge::combining(group.keys.len(), calls.to_vec()));
            stream = self.origin(
                Origin::Fan {
                    consumer: partials,
                    every,
                },
                &state,
                outputs,
            );
            stream = self.inner(stream, plan, &format!("group-combine-{level}"), combine)?;
        }
        let last = self.consume(
            stream,
            Arc::new(sink::Rows::passing()),
            group.split_every.is_some(),
            plan,
            "partials",
        );
        Ok(self.origin(Origin::All(last), &state, 1))
    }
}

/// A column and what computes it.
type NamedExpr = (Arc<str>, Expr);

/// The projection before a group-by (keys, then each distinct input once) and the calls over it.
fn columns_and_calls(
    plan: &Plan,
    group: &GroupBy,
    env: &Env,
) -> Result<(Vec<NamedExpr>, Vec<AggCall>), PlanError> {
    let mut columns = group.keys.clone();
    let prefix = made_up_prefix(columns.iter().map(|(name, _)| &**name));
    let mut calls = Vec::with_capacity(group.aggs.len());
    for agg in &group.aggs {
        let mut inputs = Vec::with_capacity(agg.inputs.len());
        for expr in &agg.inputs {
            let dtype = expr.infer(plan.input().meta(), &env.functions)?.dtype;
            let known = columns[group.keys.len()..]
                .iter()
                .position(|(_, column)| column.same_as(expr));
            let column = known.map_or(columns.len(), |at| at + group.keys.len());
            if known.is_none() {
                columns.push((Arc::from(format!("{prefix}{column}")), expr.clone()));
            }
            inputs.push(AggInput {
                column,
                dtype,
                spelling: expr.spelling(),
            });
        }
        calls.push(AggCall::new(
            Arc::clone(&agg.function),
            inputs,
            agg.params.clone(),
            Arc::clone(&agg.output),
        ));
    }
    Ok((columns, calls))
}
