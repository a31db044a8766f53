//! Reads and carries only the columns that somebody uses.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use swath_expr::Expr;
use swath_graph::Name;
use swath_meta::Meta;
use swath_ops::Env;

use crate::node::Project;
use crate::walk::{post_order, with_inputs};
use crate::{Node, Plan, PlanError};

type Columns = BTreeSet<Arc<str>>;

pub(super) fn apply(roots: &[Plan], env: &Env) -> Result<Vec<Plan>, PlanError> {
    let order = post_order(roots);
    let mut required: HashMap<Name, Columns> = HashMap::new();
    for root in roots {
        required
            .entry(root.name().clone())
            .or_default()
            .extend(all(root.meta()));
    }
    // Consumers before what they read: the reverse of the order in which they run.
    for plan in order.iter().rev() {
        let wanted = required.get(plan.name()).cloned().unwrap_or_default();
        for (at, input) in plan.inputs().iter().enumerate() {
            required
                .entry(input.name().clone())
                .or_default()
                .extend(reads(plan, at, &wanted));
        }
    }

    let mut done: HashMap<Name, Plan> = HashMap::new();
    for plan in &order {
        let inputs = plan
            .inputs()
            .iter()
            .map(|input| done[input.name()].clone())
            .collect();
        let narrowed = narrow(plan, inputs, &required[plan.name()], env)?;
        done.insert(plan.name().clone(), narrowed);
    }
    // A root shows all its columns, also where a shared input had to carry more than it needs.
    roots
        .iter()
        .map(|root| exactly(&done[root.name()], root.meta(), env))
        .collect()
}

fn all(meta: &Meta) -> impl Iterator<Item = Arc<str>> + '_ {
    meta.fields().iter().map(|field| Arc::clone(&field.name))
}

/// The columns of the input of this number that `plan` reads to make the columns `wanted`.
fn reads(plan: &Plan, at: usize, wanted: &Columns) -> Columns {
    match plan.node() {
        Node::Scan(_) | Node::Held(_) | Node::Constant(_) => Columns::new(),
        Node::Filter(predicate) => wanted.iter().cloned().chain(predicate.columns()).collect(),
        Node::Project(project) => kept(project, wanted)
            .iter()
            .flat_map(|(_, expr)| expr.columns())
            .collect(),
        Node::GroupBy(group) => group.columns_read(),
        Node::TopN(top) => wanted
            .iter()
            .cloned()
            .chain(top.by.iter().map(|by| Arc::clone(&by.column)))
            .collect(),
        // Cuts between labels are found in the index, whether or not somebody wants it afterwards.
        Node::Repartition(cuts) if cuts.reads_labels() => {
            let index = plan.input().meta().index_fields().iter();
            let index = index.map(|field| Arc::clone(&field.name));
            wanted.iter().cloned().chain(index).collect()
        }
        Node::DropDuplicates(rows) => rows.reads(wanted),
        Node::Each(operation) => operation.reads(plan.input().meta(), wanted),
        Node::Shuffle(shuffle) => shuffle.reads(wanted),
        Node::Overlap(overlap) => overlap.reads(plan.input().meta(), wanted),
        Node::Beside(beside) if at == 0 => beside.operation().reads(plan.input().meta(), wanted),
        Node::Head(_)
        | Node::Tail(_)
        | Node::Partitions(_)
        | Node::Concat
        | Node::Repartition(_) => wanted.clone(),
        // A function sees all of what it was given; calls have no columns.
        Node::Write(_) | Node::Deliver(_) | Node::Beside(_) | Node::Call(_) | Node::Returned(_) => {
            all(plan.inputs()[at].meta()).collect()
        }
    }
}

/// The columns of a projection that are wanted; the index stays whole or goes whole.
fn kept(project: &Project, wanted: &Columns) -> Vec<(Arc<str>, Expr)> {
    project
        .columns
        .iter()
        .filter(|(name, _)| wanted.contains(name))
        .cloned()
        .collect()
}

fn narrow(
    plan: &Plan,
    mut inputs: Vec<Plan>,
    wanted: &Columns,
    env: &Env,
) -> Result<Plan, PlanError> {
    match plan.node() {
        Node::Scan(scan) => {
            let narrowed = scan.narrowed(wanted);
            if narrowed.column_names().len() == scan.column_names().len() {
                return Ok(plan.clone());
            }
            Ok(narrowed.plan()?.keep_location(plan))
        }
        Node::Held(_) | Node::Constant(_) => selected(plan, wanted, env),
        Node::Returned(_) => selected(&with_inputs(plan, inputs, env)?, wanted, env),
        Node::Project(project) => {
            let input = inputs.pop().expect("a projection has one input");
            let columns = kept(project, wanted);
            let index = if project.columns[..project.index]
                .iter()
                .all(|(name, _)| wanted.contains(name))
            {
                project.index
            } else {
                0
            };
            Ok(Project { columns, index }
                .plan(input, env)?
                .keep_location(plan))
        }
        Node::Concat => {
            Ok(crate::node::narrowed(inputs, plan.meta(), wanted, env)?.keep_location(plan))
        }
        _ => with_inputs(plan, inputs, env),
    }
}

/// A zero-copy choice of columns above a plan that cannot be narrowed itself; the plan where it is all of them.
fn selected(plan: &Plan, wanted: &Columns, env: &Env) -> Result<Plan, PlanError> {
    if all(plan.meta()).all(|column| wanted.contains(&column)) {
        return Ok(plan.clone());
    }
    let mut project = Project::identity(plan.meta());
    if !plan
        .meta()
        .index_fields()
        .iter()
        .all(|field| wanted.contains(&field.name))
    {
        project.index = 0;
    }
    project.columns.retain(|(name, _)| wanted.contains(name));
    project.plan(plan.clone(), env)
}

/// `plan` with the columns of `meta`, in its order.
fn exactly(plan: &Plan, meta: &Meta, env: &Env) -> Result<Plan, PlanError> {
    let same = plan.meta().fields().len() == meta.fields().len()
        && plan
            .meta()
            .fields()
            .iter()
            .zip(meta.fields())
            .all(|(have, want)| have.name == want.name);
    if same {
        return Ok(plan.clone());
    }
    Project::identity(meta).plan(plan.clone(), env)
}
