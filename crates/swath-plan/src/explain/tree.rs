//! A plan as an indented tree.

use std::collections::{HashMap, HashSet};
use std::fmt;

use swath_graph::Name;

use super::describe::{describe, partitions};
use crate::Plan;
use crate::walk::post_order;

/// Writes a plan as a tree, each line after a line break; iterative, so that depth is no matter.
pub(super) fn write(f: &mut fmt::Formatter<'_>, root: &Plan) -> fmt::Result {
    let shared = shared_plans(root);
    let mut printed: HashSet<Name> = HashSet::new();
    let mut stack = vec![(root.clone(), String::new(), String::new())];
    while let Some((plan, lead, below)) = stack.pop() {
        let number = shared.get(plan.name());
        if let Some(number) = number
            && printed.contains(plan.name())
        {
            write!(f, "\n{lead}see #{number}")?;
            continue;
        }
        printed.insert(plan.name().clone());
        let mark = number.map_or_else(String::new, |number| {
            format!("  #{number}, read more than once")
        });
        let (text, partitions) = (describe(&plan), partitions(&plan));
        write!(f, "\n{lead}{text}  [{partitions}]{mark}")?;
        let inputs = plan.inputs();
        for (nth, input) in inputs.iter().enumerate().rev() {
            let last = nth + 1 == inputs.len();
            let (branch, bar) = if last {
                ("└─ ", "   ")
            } else {
                ("├─ ", "│  ")
            };
            stack.push((
                input.clone(),
                format!("{below}{branch}"),
                format!("{below}{bar}"),
            ));
        }
    }
    Ok(())
}

/// Plans with more than one reader, numbered from the sources up.
fn shared_plans(root: &Plan) -> HashMap<Name, usize> {
    let order = post_order([root]);
    let mut readers: HashMap<Name, usize> = HashMap::new();
    for plan in &order {
        for input in plan.inputs() {
            *readers.entry(input.name().clone()).or_default() += 1;
        }
    }
    let shared = order
        .iter()
        .filter(|plan| readers.get(plan.name()).is_some_and(|&count| count > 1));
    shared
        .enumerate()
        .map(|(nth, plan)| (plan.name().clone(), nth + 1))
        .collect()
}
