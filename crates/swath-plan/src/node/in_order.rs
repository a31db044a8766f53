//! Expressions that read other rows than their own.
//!
//! They become passes over the rows, each an operation of its own, so that every rule that moves operations sees them and stops:
//!
//! ```text
//!  assign("gain", px / px.shift(1))         select      … gain = px / #0          row-wise
//!                                              ▲
//!                                           in-order    #0 = px.shift(1)          one pass, in one task
//!                                              ▲
//!                                           the frame   one partition, whose rows have an order
//! ```
//!
//! No filter gets below a pass, rows are not packed with those of other partitions, and what reads the result cannot reorder what
//! the pass reads.

use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;

use swath_divisions::Divisions;
use swath_expr::{Expr, OrderedPart, OrderedParts, Spelling};
use swath_graph::{Canon, Fingerprint};
use swath_kernels::Ordered;
use swath_meta::Meta;
use swath_ops::step::made_up_prefix;
use swath_ops::{Env, StepSpec, step};

use super::{EachPartition, Project};
use crate::{Node, Plan, PlanError};

/// Columns behind those of the input, made from its rows in their order.
#[derive(Clone, Debug)]
struct InOrder {
    calls: Vec<Call>,
}

/// One column that is made.
#[derive(Clone, Debug)]
struct Call {
    column: Arc<str>,
    operation: Ordered,
    output: Arc<str>,
    spelling: Spelling,
}

impl InOrder {
    fn spec(&self, input: &Meta) -> Result<step::InOrder, PlanError> {
        let calls = self.calls.iter().map(|call| {
            Ok(step::OrderedCall {
                column: input.position(&call.column)?,
                operation: call.operation,
                output: Arc::clone(&call.output),
                spelling: call.spelling.clone(),
            })
        });
        Ok(step::InOrder::new(calls.collect::<Result<_, PlanError>>()?))
    }
}

impl EachPartition for InOrder {
    fn kind(&self) -> &'static str {
        "in-order"
    }

    fn result(&self, input: &Plan, env: &Env) -> Result<(Arc<Meta>, Divisions), PlanError> {
        let meta = self.spec(input.meta())?.infer(input.meta(), env)?;
        Ok((meta, input.divisions().clone()))
    }

    fn step(&self, input: &Plan, _: &Arc<Meta>) -> Result<Arc<dyn StepSpec>, PlanError> {
        Ok(Arc::new(self.spec(input.meta())?))
    }

    fn reads(&self, input: &Meta, wanted: &BTreeSet<Arc<str>>) -> BTreeSet<Arc<str>> {
        let own = self.calls.iter().map(|call| &call.column);
        let passed = wanted.iter().filter(|name| input.contains(name));
        own.chain(passed).cloned().collect()
    }

    /// Each task reads exactly one partition.
    fn sees_partitions(&self) -> bool {
        true
    }

    fn describe(&self) -> String {
        let calls = self.calls.iter();
        let calls = calls.map(|call| {
            format!(
                "{} = {}.{}",
                call.output, call.spelling.text, call.operation
            )
        });
        calls.collect::<Vec<_>>().join(", ")
    }

    fn feed(&self, out: &mut Canon) {
        out.seq(self.calls.len());
        for call in &self.calls {
            out.str(&call.column).str(call.operation.name());
            swath_expr::Params::from(&call.operation).feed(out);
            out.str(&call.output);
        }
    }
}

impl Plan {
    /// The plan with columns behind its own for every part of the expressions that reads other rows than its own, and the
    /// expressions over them, row-wise. The plan and the expressions themselves where there is none.
    ///
    /// # Errors
    /// [`PlanError::Unordered`], [`PlanError::NeighbouringRows`].
    pub(super) fn in_order(
        &self,
        exprs: Vec<Expr>,
        env: &Env,
    ) -> Result<(Plan, Vec<Expr>), PlanError> {
        let Some(first) = exprs.iter().find_map(Expr::first_ordered) else {
            return Ok((self.clone(), exprs));
        };
        for expr in &exprs {
            expr.infer_in_order(self.meta(), &env.functions)?;
        }
        self.check_order(&first)?;
        let prefix = made_up_prefix(self.meta().names());
        let parts = OrderedParts::of(&exprs, &prefix);
        let mut plan = self.clone();
        for pass in &parts.passes {
            plan = plan.pass(pass, &prefix, env)?;
        }
        Ok((plan, parts.exprs))
    }

    /// One pass, after a projection that computes what it reads.
    fn pass(&self, parts: &[OrderedPart], prefix: &str, env: &Env) -> Result<Plan, PlanError> {
        let mut inputs = Project::identity(self.meta());
        let plain = inputs.columns.len();
        let mut calls = Vec::with_capacity(parts.len());
        for part in parts {
            let known = inputs
                .columns
                .iter()
                .find(|(_, expr)| expr.same_as(&part.input));
            let column = match (part.input.as_column(), known) {
                (Some(column), _) => Arc::from(column),
                (None, Some((column, _))) => Arc::clone(column),
                (None, None) => {
                    let column: Arc<str> = format!("{prefix}of {}", part.name).into();
                    inputs
                        .columns
                        .push((Arc::clone(&column), part.input.clone()));
                    column
                }
            };
            calls.push(Call {
                column,
                operation: part.op,
                output: Arc::clone(&part.name),
                spelling: part.spelling.clone(),
            });
        }
        let input = if inputs.columns.len() == plain {
            self.clone()
        } else {
            inputs.plan(self.clone(), env)?
        };
        input.each_partition(Arc::new(InOrder { calls }), env)
    }

    /// Whether rows can be read in their order: they have one, and no neighbour is in another partition.
    fn check_order(&self, ordered: &Expr) -> Result<(), PlanError> {
        if let Some(by) = self.unordered_by(false) {
            return Err(PlanError::Unordered {
                expression: ordered.to_string(),
                by: by.node().kind(),
                location: ordered.location(),
            });
        }
        if self.npartitions() > 1 {
            return Err(PlanError::NeighbouringRows {
                expression: ordered.to_string(),
                npartitions: self.npartitions(),
                location: ordered.location(),
            });
        }
        Ok(())
    }

    /// The operation below that gives its rows in no promised order; `None` if rows have one: that of files and of what was handed
    /// in, which row-wise operations keep, or one that they were sorted into.
    ///
    /// Held rows have the order that they were computed in, whichever that is. Where it matters which partition comes after which,
    /// `computed` looks at how they came to be: buckets of keys are not neighbours because they are held.
    pub(super) fn unordered_by(&self, computed: bool) -> Option<Plan> {
        let mut seen = HashSet::new();
        let mut waiting = vec![self];
        while let Some(plan) = waiting.pop() {
            // Held rows go by the name that they were computed under.
            if computed
                && let Node::Held(rows) = plan.node()
                && let Some(origin) = rows.origin()
            {
                waiting.push(origin);
                continue;
            }
            if !seen.insert(plan.name()) {
                continue;
            }
            match plan.node() {
                Node::Scan(_)
                | Node::Held(_)
                | Node::Constant(_)
                | Node::TopN(_)
                | Node::Write(_)
                | Node::Deliver(_)
                | Node::Call(_)
                | Node::Returned(_) => {}
                // Sorted, or one row.
                Node::GroupBy(group) if group.sort || group.keys.is_empty() => {}
                Node::GroupBy(_) | Node::Shuffle(_) => return Some(plan.clone()),
                Node::Each(operation) if !operation.keeps_order() => return Some(plan.clone()),
                Node::Overlap(overlap) if !overlap.operation().keeps_order() => {
                    return Some(plan.clone());
                }
                Node::Beside(beside) if !beside.operation().keeps_order() => {
                    return Some(plan.clone());
                }
                // The others are only looked at.
                Node::Beside(_) => waiting.push(plan.input()),
                // In one partition, rows that are kept stay where they are.
                Node::DropDuplicates(_)
                    if plan.npartitions() > 1 || plan.input().npartitions() > 1 =>
                {
                    return Some(plan.clone());
                }
                Node::DropDuplicates(_)
                | Node::Filter(_)
                | Node::Project(_)
                | Node::Head(_)
                | Node::Tail(_)
                | Node::Partitions(_)
                | Node::Each(_)
                | Node::Overlap(_)
                | Node::Concat
                | Node::Repartition(_) => waiting.extend(plan.inputs()),
            }
        }
        None
    }
}
