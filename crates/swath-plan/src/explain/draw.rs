//! A plan as boxes and arrows.

use std::collections::HashMap;
use std::fmt::Write as _;

use swath_graph::Name;

use super::describe::{describe, partitions};
use crate::Plan;
use crate::walk::post_order;

/// Every operation once, sources first, with the positions of what it reads.
pub(super) fn operations(root: &Plan) -> Vec<(Plan, Vec<usize>)> {
    let order = post_order([root]);
    let at: HashMap<Name, usize> = order
        .iter()
        .enumerate()
        .map(|(at, plan)| (plan.name().clone(), at))
        .collect();
    order
        .into_iter()
        .map(|plan| {
            let inputs = plan.inputs().iter().map(|input| at[input.name()]).collect();
            (plan, inputs)
        })
        .collect()
}

pub(super) fn dot(root: &Plan) -> String {
    let mut text = "digraph plan {\n    rankdir=BT;\n    node [shape=box];\n".to_owned();
    for (at, (plan, inputs)) in operations(root).iter().enumerate() {
        let label = graphviz(&describe(plan));
        let partitions = partitions(plan);
        writeln!(text, "    n{at} [label=\"{label}\\n{partitions}\"];").expect("a text grows");
        for input in inputs {
            writeln!(text, "    n{input} -> n{at};").expect("a text grows");
        }
    }
    text.push('}');
    text
}

pub(super) fn mermaid(root: &Plan) -> String {
    let mut text = "flowchart BT".to_owned();
    for (at, (plan, inputs)) in operations(root).iter().enumerate() {
        let label = html(&describe(plan));
        let partitions = partitions(plan);
        write!(text, "\n    n{at}[\"{label}<br>{partitions}\"]").expect("a text grows");
        for input in inputs {
            write!(text, "\n    n{input} --> n{at}").expect("a text grows");
        }
    }
    text
}

/// Text inside quotes, where a backslash begins an escape of Graphviz's own, and an ampersand one of HTML.
fn graphviz(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '"' | '\\' => escaped.extend(['\\', c]),
            '&' => escaped.push_str("&amp;"),
            c if c.is_control() => escaped.push(' '),
            c => escaped.push(c),
        }
    }
    escaped
}

/// Text inside quotes that Mermaid reads as HTML and Markdown: whatever means something there becomes a number.
fn html(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '"' | '#' | '<' | '>' | '&' | '`' | ';' | '*' | '_' | '\\' => {
                write!(escaped, "#{};", u32::from(c)).expect("a text grows");
            }
            c if c.is_control() => escaped.push(' '),
            c => escaped.push(c),
        }
    }
    escaped
}
