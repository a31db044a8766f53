//! Moves filters towards the scan, which then prunes with them and decodes fewer values.
//!
//! A filter passes through other filters and through projections, whose expressions it takes over. It
//! stops at whatever changes which rows there are, at cuts between partitions, at held rows, and at columns that
//! a user's function computes, which would be called twice.

use std::collections::BTreeMap;

use swath_expr::Expr;
use swath_ops::Env;

use crate::node::{Project, Scan};
use crate::walk::{rewrite_bottom_up, with_inputs};
use crate::{Node, Plan, PlanError};

pub(super) fn apply(roots: &[Plan], env: &Env) -> Result<Vec<Plan>, PlanError> {
    rewrite_bottom_up(roots, |plan, mut inputs| match plan.node() {
        Node::Filter(predicate) => {
            let input = inputs.pop().expect("a filter has one input");
            Ok(push(predicate.clone(), input, env)?.keep_location(plan))
        }
        _ => with_inputs(plan, inputs, env),
    })
}

/// `predicate` over `input`, as far down as it goes.
fn push(mut predicate: Expr, mut input: Plan, env: &Env) -> Result<Plan, PlanError> {
    // What was passed on the way down, to be put back on the way up.
    let mut passed: Vec<Plan> = Vec::new();
    let mut result = loop {
        match input.node() {
            Node::Filter(earlier) => {
                // The earlier filter is evaluated first, as it was written: `x != 0` may guard `1 // x`.
                predicate = earlier.and(&predicate);
                input = input.input().clone();
            }
            Node::Project(project) if computes_by_closure(project, &predicate) => {
                break input.filter(predicate, env)?;
            }
            // Rows that are kept once pass or fall together.
            Node::DropDuplicates(rows) if rows.lets_pass(&predicate, &input) => {
                passed.push(input.clone());
                input = input.input().clone();
            }
            // Where a row goes depends on that row alone.
            Node::Shuffle(_) => {
                passed.push(input.clone());
                input = input.input().clone();
            }
            Node::Each(operation) if operation.lets_pass(&predicate) => {
                passed.push(input.clone());
                input = input.input().clone();
            }
            Node::Project(project) => {
                let by_name: BTreeMap<&str, &Expr> = project
                    .columns
                    .iter()
                    .map(|(name, expr)| (&**name, expr))
                    .collect();
                predicate =
                    predicate.substitute(&|column| by_name.get(column).map(|&expr| expr.clone()));
                passed.push(input.clone());
                input = input.input().clone();
            }
            Node::Scan(scan) => {
                let predicate = match &scan.predicate {
                    Some(earlier) => earlier.and(&predicate),
                    None => predicate,
                };
                break Scan {
                    predicate: Some(predicate),
                    ..scan.clone()
                }
                .plan()?;
            }
            Node::Concat => {
                let inputs = input.inputs().iter();
                let filtered = inputs.map(|below| push(predicate.clone(), below.clone(), env));
                let filtered = filtered.collect::<Result<_, _>>()?;
                break with_inputs(&input, filtered, env)?;
            }
            _ => break input.filter(predicate, env)?,
        }
    };
    while let Some(plan) = passed.pop() {
        result = with_inputs(&plan, vec![result], env)?;
    }
    Ok(result)
}

/// Whether a column that the predicate reads is computed by a user's function.
fn computes_by_closure(project: &Project, predicate: &Expr) -> bool {
    let read = predicate.columns();
    project
        .columns
        .iter()
        .any(|(name, expr)| read.contains(name) && expr.has_user_functions())
}
