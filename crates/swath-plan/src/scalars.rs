//! Lazy scalars in the expressions of plans: finding them, and putting others, or their values, in their place.

use std::collections::{HashMap, HashSet};

use swath_batch::Value;
use swath_expr::{Expr, Late};
use swath_graph::Name;
use swath_ops::Env;

use crate::walk::{post_order, rewrite_bottom_up, with_inputs};
use crate::{LateScalar, Observed, Plan, PlanError};

/// Owners of the lazy scalars in the expressions of the call that made a plan: its own, and those of the plans on the way to what
/// earlier calls made, which have their line.
pub fn scalar_owners(plan: &Plan) -> Result<Vec<usize>, PlanError> {
    let mut of_call = vec![plan.clone()];
    let mut next = 0;
    while let Some(plan) = of_call.get(next).cloned() {
        next += 1;
        let made_on_the_way = |input: &&Plan| input.location().is_none();
        of_call.extend(plan.inputs().iter().filter(made_on_the_way).cloned());
    }
    lates(&of_call)
        .map(|late| LateScalar::of(&late).map(LateScalar::owner))
        .collect()
}

/// The plans of the lazy scalars that a plan needs, each once; what those need in turn is not among them.
pub fn lazy_scalars(plan: &Plan) -> Result<Vec<Plan>, PlanError> {
    let mut seen: HashSet<Name> = HashSet::new();
    lates(&post_order([plan]))
        .filter(|late| seen.insert(late.name.clone()))
        .map(|late| Ok(LateScalar::of(&late)?.plan().clone()))
        .collect()
}

/// The plan with the observed values in place of lazy scalars.
pub fn with_scalar_values(plan: &Plan, observed: &Observed, env: &Env) -> Result<Plan, PlanError> {
    let plans = with_values(std::slice::from_ref(plan), &observed.values, env)?;
    Ok(plans.into_iter().next().expect("one root in, one root out"))
}

/// The lazy scalars in the plans' own expressions.
fn lates(plans: &[Plan]) -> impl Iterator<Item = Late> + '_ {
    plans
        .iter()
        .flat_map(|plan| plan.node().expressions())
        .flat_map(Expr::lates)
}

/// What computes the lazy scalars in a plan's own expressions; scalars of another engine are passed over.
pub(crate) fn scalar_plans(plan: &Plan) -> impl Iterator<Item = Plan> + '_ {
    lates(std::slice::from_ref(plan)).filter_map(|late| {
        LateScalar::of(&late)
            .ok()
            .map(|scalar| scalar.plan().clone())
    })
}

/// Every distinct plan that a computation of `plan` runs: those below it, and those of the lazy scalars in them.
pub(crate) fn reachable(plan: &Plan) -> Vec<Plan> {
    let mut found = Vec::new();
    let mut seen: HashSet<Name> = HashSet::new();
    let mut stack = vec![plan.clone()];
    while let Some(plan) = stack.pop() {
        if seen.insert(plan.name().clone()) {
            stack.extend(plan.inputs().iter().rev().cloned());
            stack.extend(scalar_plans(&plan));
            found.push(plan);
        }
    }
    found
}

/// Plans of lazy scalars that are not known yet and need no other one first.
pub(crate) fn ready_scalars(
    roots: &[Plan],
    values: &HashMap<Name, Value>,
) -> Result<Vec<Plan>, PlanError> {
    let mut ready: HashMap<Name, Plan> = HashMap::new();
    let mut seen: HashSet<Name> = HashSet::new();
    let mut waiting = vec![roots.to_vec()];
    while let Some(roots) = waiting.pop() {
        for late in lates(&post_order(&roots)) {
            if values.contains_key(&late.name) || !seen.insert(late.name.clone()) {
                continue;
            }
            let plan = LateScalar::of(&late)?.plan().clone();
            if lates(&post_order([&plan])).all(|late| values.contains_key(&late.name)) {
                ready.insert(late.name.clone(), plan);
            } else {
                waiting.push(vec![plan]);
            }
        }
    }
    let mut ready: Vec<_> = ready.into_values().collect();
    ready.sort_by(|a, b| a.name().cmp(b.name()));
    Ok(ready)
}

/// The roots with known scalars as literals, so that statistics can prune with them.
pub(crate) fn with_values(
    roots: &[Plan],
    values: &HashMap<Name, Value>,
    env: &Env,
) -> Result<Vec<Plan>, PlanError> {
    if values.is_empty() {
        return Ok(roots.to_vec());
    }
    let known = |late: &Late| values.get(&late.name).cloned();
    rewrite_bottom_up(roots, |plan, inputs| {
        if lates(std::slice::from_ref(plan)).next().is_none() {
            return with_inputs(plan, inputs, env);
        }
        let node = plan.node().clone();
        let node = node.map_expressions(|expr| expr.with_late_values(&known));
        Ok(node.over(inputs, env)?.keep_location(plan))
    })
}
