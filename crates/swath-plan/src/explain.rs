//! What a plan does, as text.

use std::collections::{HashMap, HashSet};
use std::fmt;

use swath_graph::Name;
use swath_ops::Env;

use crate::node::{GroupBy, Project};
use crate::rules::{Applied, optimise};
use crate::walk::post_order;
use crate::{Node, Plan, PlanError};

/// A plan before and after optimisation, without hashes, addresses or times: fit for a snapshot.
///
/// `Display` prints both as trees, an operation above what it reads. A sub-plan that is read twice is
/// printed once and then referred to by its number.
#[derive(Clone, Debug)]
pub struct Explained {
    logical: Plan,
    optimised: Plan,
    applied: Applied,
}

impl Explained {
    /// Optimises a plan as a computation of it alone would.
    pub fn new(plan: &Plan, env: &Env) -> Result<Self, PlanError> {
        let (mut optimised, applied) = optimise(std::slice::from_ref(plan), env, &[])?;
        let optimised = optimised.pop().expect("one root in, one root out");
        Ok(Self {
            logical: plan.clone(),
            optimised,
            applied,
        })
    }

    /// The rules that changed something, in order.
    pub fn rules(&self) -> &[&'static str] {
        &self.applied.0
    }
}

impl fmt::Display for Explained {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "logical plan")?;
        tree(f, &self.logical)?;
        writeln!(
            f,
            "\noptimised plan ({})",
            if self.applied.0.is_empty() {
                "unchanged".to_owned()
            } else {
                self.applied.0.join(", ")
            }
        )?;
        tree(f, &self.optimised)
    }
}

/// Prints a plan as a tree; iterative, so that depth is no matter.
fn tree(f: &mut fmt::Formatter<'_>, root: &Plan) -> fmt::Result {
    let shared = shared_plans(root);
    let mut printed: HashSet<Name> = HashSet::new();
    let mut stack = vec![(root.clone(), String::new(), String::new())];
    while let Some((plan, lead, below)) = stack.pop() {
        let number = shared.get(plan.name());
        if let Some(number) = number
            && printed.contains(plan.name())
        {
            writeln!(f, "{lead}see #{number}")?;
            continue;
        }
        printed.insert(plan.name().clone());
        let mark = number.map_or_else(String::new, |number| {
            format!("  #{number}, read more than once")
        });
        let partitions = plan.npartitions();
        let plural = if partitions == 1 { "" } else { "s" };
        writeln!(
            f,
            "{lead}{}  [{partitions} partition{plural}]{mark}",
            describe(&plan)
        )?;
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

fn list<T: fmt::Display>(items: impl IntoIterator<Item = T>) -> String {
    items
        .into_iter()
        .map(|item| item.to_string())
        .collect::<Vec<_>>()
        .join(", ")
}

fn describe(plan: &Plan) -> String {
    let kind = plan.node().kind();
    match plan.node() {
        Node::Scan(scan) => {
            let predicate = scan
                .predicate
                .as_ref()
                .map_or_else(String::new, |p| format!(" where {p}"));
            format!(
                "{kind} {} columns [{}]{predicate}",
                scan.dataset.label(),
                list(scan.column_names())
            )
        }
        Node::Held(_) => format!(
            "{kind} [{}]",
            list(plan.meta().fields().iter().map(|field| &field.name))
        ),
        Node::Constant(constant) => format!("{kind} {} rows", constant.rows().rows()),
        Node::Filter(predicate) => format!("{kind} {predicate}"),
        Node::Project(project) => format!("{kind} [{}]", projected(project)),
        Node::GroupBy(group) => grouped(kind, group),
        Node::TopN(top) => format!(
            "{kind} {} by [{}]",
            top.n,
            list(top.by.iter().map(|by| &by.column))
        ),
        Node::Head(head) => format!(
            "{kind} {} rows of {} partitions",
            head.rows, head.npartitions
        ),
        Node::Tail(rows) => format!("{kind} {rows} rows"),
        Node::Partitions(which) => format!("{kind} [{}]", list(which)),
        Node::Repartition(_) | Node::Write(_) => kind.to_owned(),
    }
}

fn projected(project: &Project) -> String {
    list(project.columns.iter().map(|(name, expr)| {
        if expr.as_column() == Some(&**name) {
            name.to_string()
        } else {
            format!("{name} = {expr}")
        }
    }))
}

fn grouped(kind: &str, group: &GroupBy) -> String {
    let aggs = list(group.aggs.iter().map(|agg| {
        let input = agg
            .input
            .as_ref()
            .map_or_else(String::new, ToString::to_string);
        format!("{} = {}({input})", agg.output, agg.function)
    }));
    if group.keys.is_empty() {
        return format!("{kind} [{aggs}]");
    }
    let keys = list(group.keys.iter().map(|(name, expr)| {
        if expr.as_column() == Some(&**name) {
            name.to_string()
        } else {
            format!("{name} = {expr}")
        }
    }));
    let sorted = if group.sort { " sorted" } else { "" };
    format!("{kind} [{keys}] [{aggs}]{sorted}")
}
