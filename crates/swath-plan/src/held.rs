//! Held rows inside plans: finding them, and putting them in or out.

use std::collections::HashMap;
use std::panic::Location;
use std::sync::Arc;

use swath_graph::Name;
use swath_ops::Env;

use crate::node::HeldRows;
use crate::scalars::{reachable, scalar_plans};
use crate::walk::post_order;
use crate::{LateScalar, Node, Plan};

/// The held rows that a plan reads, itself or through its lazy scalars.
pub fn held_below(plan: &Plan) -> Vec<Arc<dyn HeldRows>> {
    reachable(plan)
        .iter()
        .filter_map(|plan| match plan.node() {
            Node::Held(rows) => Some(Arc::clone(rows)),
            _ => None,
        })
        .collect()
}

/// The plan with every sub-plan that is held under its name read from there, and with released rows
/// computed again; `recomputed` is told of each of those, with the line of the plan that reads them.
/// The plans of lazy scalars are sub-plans as others are.
///
/// The nearest held sub-plan to the root wins: what lies below it is not looked at.
pub fn replace_held(
    plan: &Plan,
    env: &Env,
    find: impl Fn(&Name) -> Option<Arc<dyn HeldRows>>,
    recomputed: impl Fn(&dyn HeldRows, Option<&'static Location<'static>>),
) -> Plan {
    let mut done: HashMap<Name, Plan> = HashMap::new();
    let mut stack = vec![(plan.clone(), false)];
    while let Some((current, inputs_done)) = stack.pop() {
        if done.contains_key(current.name()) {
            continue;
        }
        let name = current.name().clone();
        if inputs_done {
            // A held plan's origin was rebuilt under the same name by the entry above this one.
            let rebuilt = over_rebuilt(&current, &done, env);
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
        let read = current
            .inputs()
            .iter()
            .cloned()
            .chain(scalar_plans(&current));
        stack.extend(read.map(|plan| (plan, false)));
    }
    done.remove(plan.name()).expect("the root was visited")
}

/// The plan over rebuilt plans of the same names, for its inputs and its lazy scalars: built anew even though
/// its name stays, since what they read differs.
fn over_rebuilt(plan: &Plan, rebuilt: &HashMap<Name, Plan>, env: &Env) -> Plan {
    let same = |old: &Plan| old.is(&rebuilt[old.name()]);
    if plan.inputs().iter().all(same) && scalar_plans(plan).all(|old| same(&old)) {
        return plan.clone();
    }
    let inputs = plan.inputs().iter();
    let inputs = inputs.map(|input| rebuilt[input.name()].clone()).collect();
    let node = plan.node().clone().map_expressions(|expr| {
        expr.map_lates(&|late| {
            let scalar = LateScalar::of(late).ok()?;
            Some(scalar.over(rebuilt[scalar.plan().name()].clone(), late))
        })
    });
    node.over(inputs, env)
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
                let units = scan.dataset.all_units();
                units
                    .map(|unit| scan.dataset.unit_bytes(unit, &columns))
                    .sum()
            }
            _ => 0,
        })
        .sum()
}

/// Whether every partition of the plan can be computed from one partition of its source, alone, once the
/// [lazy scalars](crate::lazy_scalars) in it are known.
pub fn is_row_wise(plan: &Plan) -> bool {
    post_order([plan]).iter().all(|plan| match plan.node() {
        Node::Scan(_)
        | Node::Held(_)
        | Node::Constant(_)
        | Node::Filter(_)
        | Node::Project(_)
        | Node::Partitions(_)
        | Node::Each(_)
        | Node::Concat
        | Node::Returned(_) => true,
        // What it reads, other partitions may read too.
        Node::Call(_) => plan.inputs().is_empty(),
        _ => false,
    })
}

/// Paths of the files that a plan reads, itself or through its lazy scalars; what is held is not read again.
pub fn files_read(plan: &Plan) -> impl Iterator<Item = String> {
    reachable(plan)
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
