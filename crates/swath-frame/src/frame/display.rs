//! The structure of a frame as text; computes nothing.

use std::collections::HashSet;
use std::fmt;

use swath_plan::{Node, Plan};

use super::DataFrame;
use crate::persisted::HeldSet;

/// Sources that are printed; of more only the number is.
const SOURCES: usize = 5;

/// Prints name, columns with dtypes (the index marked), partitions, divisions, and what is read: files, and what is held.
impl fmt::Display for DataFrame {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.label_text() {
            Some(label) => writeln!(f, "DataFrame `{label}`")?,
            None => writeln!(f, "DataFrame")?,
        }
        let width = self
            .meta()
            .fields()
            .iter()
            .map(|field| field.name.chars().count())
            .max()
            .unwrap_or(0);
        let indexed = self.meta().index_fields().len();
        for (at, field) in self.meta().fields().iter().enumerate() {
            let role = if at < indexed { "  index" } else { "" };
            let null = if field.nullable { "" } else { "  not null" };
            let pad = width - field.name.chars().count();
            writeln!(
                f,
                "  {}{:pad$}  {}{null}{role}",
                field.name, "", field.dtype
            )?;
        }
        writeln!(f, "partitions: {}", self.npartitions())?;
        writeln!(f, "divisions:  {}", self.divisions())?;
        write!(f, "operation:  {}", self.plan().node().kind())?;
        let sources = sources(self.plan());
        for source in sources.iter().take(SOURCES) {
            write!(f, "\nsource:     {source}")?;
        }
        match sources.len().saturating_sub(SOURCES) {
            0 => Ok(()),
            more => write!(f, "\n            and {more} more"),
        }
    }
}

/// What a plan reads in the end: files, and what is held; each once, in the order of the plan.
fn sources(plan: &Plan) -> Vec<String> {
    let mut sources = Vec::new();
    let mut seen = HashSet::new();
    let mut waiting = vec![plan];
    while let Some(plan) = waiting.pop() {
        if !seen.insert(plan.name()) {
            continue;
        }
        let kind = plan.name().kind();
        match plan.node() {
            Node::Scan(scan) => sources.push(format!("{kind} {}", scan.dataset.label())),
            Node::Held(rows) => sources.extend(HeldSet::of(&**rows).map(HeldSet::described)),
            _ => waiting.extend(plan.inputs().iter().rev()),
        }
    }
    sources
}

impl fmt::Debug for DataFrame {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
