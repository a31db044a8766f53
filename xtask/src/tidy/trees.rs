//! Report: how many packages an engine builder and a user take with them.
//!
//! Cargo is asked about each crate alone: in the workspace as a whole, tests and tools switch on features, and with them packages,
//! that nobody gets who depends on the crate.

use super::{Check, Checkout, Finding};
use crate::command::CommandLine;
use anyhow::Result;
use std::collections::BTreeSet;

pub(super) const CHECK: Check = Check {
    rule: "report: packages in the tree of the crates that others build on",
    why: "every package is build time and trust; aims are 15 for the scheduler alone, 130 for the facade",
    run,
};

/// The crates that others build on.
pub(super) const DOORS: &[&str] = &["swath-scheduler", "swath-shuffle", "swath"];

/// The packages that a build of one crate compiles, itself left out, as `name v1.2.3`.
pub(super) fn ask(package: &str) -> Result<BTreeSet<String>> {
    let text = CommandLine::cargo("tree")
        .args(["--package", package, "--edges", "normal,build"])
        .args(["--prefix", "none", "--format", "{p}"])
        .output()?;
    Ok(packages(&text))
}

/// The lines of a tree without its root, each package once, whatever stands behind its version.
fn packages(tree: &str) -> BTreeSet<String> {
    let name = |line: &str| {
        let mut words = line.split_whitespace();
        Some(format!("{} {}", words.next()?, words.next()?))
    };
    let mut lines = tree.lines().filter_map(name);
    let root = lines.next();
    lines.filter(|line| Some(line) != root.as_ref()).collect()
}

fn run(checkout: &Checkout) -> Vec<Finding> {
    checkout
        .trees
        .iter()
        .map(|(name, packages)| Finding::at(*name, format!("{} packages", packages.len())))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::packages;

    #[test]
    fn packages_are_counted_once_and_the_root_not_at_all() {
        let tree = "swath v0.1.0 (/p/crates/swath)\nx v1.0.0\ny v2.0.0 (proc-macro)\n\nx v1.0.0 (*)\nx v2.0.0\n";
        let found: Vec<_> = packages(tree).into_iter().collect();
        assert_eq!(found, ["x v1.0.0", "x v2.0.0", "y v2.0.0"]);
    }
}
