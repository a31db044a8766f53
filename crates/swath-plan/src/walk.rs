//! Visiting a plan without recursion.

use std::collections::{HashMap, HashSet};

use swath_graph::Name;

use crate::{Plan, PlanError};

/// Every distinct plan below the roots, inputs before those that read them.
pub(crate) fn post_order<'a>(roots: impl IntoIterator<Item = &'a Plan>) -> Vec<Plan> {
    let mut order = Vec::new();
    let mut seen: HashSet<&Name> = HashSet::new();
    let mut stack: Vec<(&Plan, bool)> = roots.into_iter().map(|root| (root, false)).collect();
    stack.reverse();
    while let Some((plan, inputs_done)) = stack.pop() {
        if inputs_done {
            order.push(plan.clone());
        } else if seen.insert(plan.name()) {
            stack.push((plan, true));
            stack.extend(plan.inputs().iter().rev().map(|input| (input, false)));
        }
    }
    order
}

/// Rebuilds plans from the sources up: `rewrite` gets each plan and its rewritten inputs.
pub(crate) fn rewrite_bottom_up(
    roots: &[Plan],
    mut rewrite: impl FnMut(&Plan, Vec<Plan>) -> Result<Plan, PlanError>,
) -> Result<Vec<Plan>, PlanError> {
    let mut done: HashMap<Name, Plan> = HashMap::new();
    for plan in post_order(roots) {
        let inputs = plan
            .inputs()
            .iter()
            .map(|input| done[input.name()].clone())
            .collect();
        let rewritten = rewrite(&plan, inputs)?;
        done.insert(plan.name().clone(), rewritten);
    }
    Ok(roots.iter().map(|root| done[root.name()].clone()).collect())
}

/// The plan over other inputs; itself if they are the same.
pub(crate) fn with_inputs(
    plan: &Plan,
    inputs: Vec<Plan>,
    env: &swath_ops::Env,
) -> Result<Plan, PlanError> {
    let same = plan.inputs().len() == inputs.len()
        && plan
            .inputs()
            .iter()
            .zip(&inputs)
            .all(|(old, new)| old.name() == new.name());
    if same {
        Ok(plan.clone())
    } else {
        plan.node()
            .clone()
            .over(inputs, env)
            .map(|new| new.keep_location(plan))
    }
}
