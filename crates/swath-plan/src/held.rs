//! Held rows inside plans: finding them, and putting them in or out.

use std::panic::Location;
use std::sync::Arc;

use swath_graph::Name;
use swath_ops::Env;

use crate::node::HeldRows;
use crate::walk::post_order;
use crate::{Node, Plan};

/// The held rows that a plan reads.
pub fn held_below(plan: &Plan) -> Vec<Arc<dyn HeldRows>> {
    post_order([plan])
        .iter()
        .filter_map(|plan| match plan.node() {
            Node::Held(rows) => Some(Arc::clone(rows)),
            _ => None,
        })
        .collect()
}

/// The plan with every sub-plan that is held under its name read from there, and with released rows
/// computed again; `recomputed` is told of each of those, with the line of the plan that reads them.
///
/// The nearest held sub-plan to the root wins: what lies below it is not looked at.
pub fn replace_held(
    plan: &Plan,
    env: &Env,
    find: impl Fn(&Name) -> Option<Arc<dyn HeldRows>>,
    recomputed: impl Fn(&dyn HeldRows, Option<&'static Location<'static>>),
) -> Plan {
    let mut done: std::collections::HashMap<Name, Plan> = std::collections::HashMap::new();
    let mut stack = vec![(plan.clone(), false)];
    while let Some((current, inputs_done)) = stack.pop() {
        if done.contains_key(current.name()) {
            continue;
        }
        let name = current.name().clone();
        if inputs_done {
            // A held plan's origin was rebuilt under the same name by the entry above this one.
            let inputs = current.inputs().iter();
            let inputs = inputs.map(|input| done[input.name()].clone()).collect();
            let rebuilt = with_inputs_named(&current, inputs, env);
            done.insert(name, rebuilt);
            continue;
        }
        if let Some(rows) = find(&name) {
            done.insert(name, Plan::held(rows));
            continue;
        }
        if let Node::Held(rows) = current.node() {
            match rows.origin() {
                Some(origin) if rows.keys().is_none() => {
                    recomputed(&**rows, current.location());
                    stack.push((origin.clone(), false));
                }
                _ => {
                    done.insert(name, current);
                }
            }
            continue;
        }
        stack.push((current.clone(), true));
        stack.extend(current.inputs().iter().map(|input| (input.clone(), false)));
    }
    done.remove(plan.name()).expect("the root was visited")
}

/// The plan over inputs of the same names: rebuilt even though its name stays, since what they read differs.
fn with_inputs_named(plan: &Plan, inputs: Vec<Plan>, env: &Env) -> Plan {
    let same = plan
        .inputs()
        .iter()
        .zip(&inputs)
        .all(|(old, new)| old.is(new));
    if same {
        return plan.clone();
    }
    plan.node()
        .clone()
        .over(inputs, env)
        .map(|new| new.keep_location(plan))
        .expect("the same operation over inputs of the same meta")
}

/// Bytes that the rows of a plan take, estimated without computing: exact where rows are held, from file
/// footers for scans, and for other operations what their inputs take.
pub fn estimated_bytes(plan: &Plan) -> u64 {
    post_order([plan])
        .iter()
        .map(|plan| match plan.node() {
            Node::Held(rows) => rows.bytes().iter().sum(),
            Node::Constant(constant) => constant.rows().bytes(),
            Node::Scan(scan) => {
                let columns = scan.column_names();
                let units = scan.dataset.partitions().iter().cloned().flatten();
                units
                    .map(|unit| scan.dataset.unit_bytes(unit, &columns))
                    .sum()
            }
            _ => 0,
        })
        .sum()
}

/// Whether every partition of the plan can be computed from one partition of its source, alone.
pub fn is_row_wise(plan: &Plan) -> bool {
    post_order([plan]).iter().all(|plan| {
        matches!(
            plan.node(),
            Node::Scan(_)
                | Node::Held(_)
                | Node::Constant(_)
                | Node::Filter(_)
                | Node::Project(_)
                | Node::Partitions(_)
        )
    })
}

/// Paths of the files that a plan reads; what is held is not read again.
pub fn files_read(plan: &Plan) -> impl Iterator<Item = String> {
    post_order([plan])
        .into_iter()
        .flat_map(|plan| match plan.node() {
            Node::Scan(scan) => scan
                .dataset
                .files()
                .iter()
                .map(|file| file.path.clone())
                .collect(),
            _ => Vec::new(),
        })
}
