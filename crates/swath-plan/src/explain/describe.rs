//! One operation as one line of text.

use std::fmt;

use crate::node::{GroupBy, Project};
use crate::{Node, Plan};

/// `1 partition`, `4 partitions`.
pub(super) fn partitions(plan: &Plan) -> String {
    match plan.npartitions() {
        1 => "1 partition".to_owned(),
        n => format!("{n} partitions"),
    }
}

fn list<T: fmt::Display>(items: impl IntoIterator<Item = T>) -> String {
    items
        .into_iter()
        .map(|item| item.to_string())
        .collect::<Vec<_>>()
        .join(", ")
}

pub(super) fn describe(plan: &Plan) -> String {
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
        Node::Held(rows) => format!(
            "{kind}{} [{}]",
            rows.label()
                .map_or_else(String::new, |label| format!(" `{label}`")),
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
        Node::DropDuplicates(rows) => format!(
            "{kind} by [{}]{}",
            list(&rows.subset),
            match (rows.last, rows.rows) {
                (false, 1) => String::new(),
                (true, 1) => " keeping the last".to_owned(),
                (false, rows) => format!(" keeping the first {rows}"),
                (true, rows) => format!(" keeping the last {rows}"),
            }
        ),
        Node::Head(head) => format!(
            "{kind} {} rows of {} partitions",
            head.rows, head.npartitions
        ),
        Node::Tail(tail) if tail.npartitions == 1 => format!("{kind} {} rows", tail.rows),
        Node::Tail(tail) => format!(
            "{kind} {} rows of {} partitions",
            tail.rows, tail.npartitions
        ),
        Node::Partitions(which) => format!("{kind} [{}]", list(which)),
        Node::Each(operation) => match operation.describe() {
            text if text.is_empty() => kind.to_owned(),
            text => format!("{kind} {text}"),
        },
        Node::Overlap(overlap) => {
            format!("{kind} {}", overlap.describe(plan.input().meta()))
        }
        Node::Beside(beside) => format!("{kind} {}", beside.describe(plan.inputs().len())),
        Node::Shuffle(shuffle) => format!("{kind} {}", shuffle.describe()),
        Node::Call(call) => format!("{kind} {}", call.describe()),
        Node::Returned(returned) => format!("{kind} {}", returned.describe()),
        Node::Deliver(deliver) => format!("{kind} {}", deliver.describe()),
        Node::Concat | Node::Repartition(_) | Node::Write(_) => kind.to_owned(),
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
    let aggs = list(
        group
            .aggs
            .iter()
            .map(|agg| format!("{} = {agg}", agg.output)),
    );
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
