//! A plan as JSON.

use std::fmt::Write as _;

use super::describe::describe;
use super::draw::operations as listed;
use crate::Plan;

/// The operations of a plan as an array of objects, one a line.
pub(super) fn operations(root: &Plan) -> String {
    let lines: Vec<String> = listed(root)
        .iter()
        .enumerate()
        .map(|(id, (plan, inputs))| {
            let inputs: Vec<_> = inputs.iter().map(ToString::to_string).collect();
            format!(
                "    {{\"id\": {id}, \"operation\": {}, \"text\": {}, \"partitions\": {}, \"inputs\": [{}]}}",
                text(plan.node().kind()),
                text(&describe(plan)),
                plan.npartitions(),
                inputs.join(", ")
            )
        })
        .collect();
    format!("[\n{}\n  ]", lines.join(",\n"))
}

/// An object of parts that are JSON already.
pub(super) fn object(parts: &[(&str, String)]) -> String {
    let lines: Vec<_> = parts
        .iter()
        .map(|(name, part)| format!("  \"{name}\": {part}"))
        .collect();
    format!("{{\n{}\n}}", lines.join(",\n"))
}

/// A string.
pub(super) fn text(text: &str) -> String {
    let mut quoted = "\"".to_owned();
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            c if c.is_control() => {
                write!(quoted, "\\u{:04x}", u32::from(c)).expect("a text grows");
            }
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}
