//! How many packages an engine builder and a user take with them: a report, and a gate at a little more than that.
//!
//! Cargo is asked about each crate alone: in the workspace as a whole, tests and tools switch on features, and with them packages,
//! that nobody gets who depends on the crate.

use super::{Check, Checkout, Finding};
use crate::command::CommandLine;
use anyhow::Result;
use std::collections::BTreeSet;

pub(super) const GATE: Check = Check {
    rule: "the crates that others build on bring few packages",
    why: "every package is build time and trust; a tree that grows is grown on purpose, in xtask/src/tidy/trees.rs",
    run: gate,
};

pub(super) const REPORT: Check = Check {
    rule: "report: packages in the tree of the crates that others build on",
    why: "every package is build time and trust; aims are 15 for the scheduler alone, 130 for the facade without plugins",
    run: report,
};

/// The crates that others build on, and the most packages that each may bring.
pub(super) const DOORS: &[(&str, usize)] = &[
    ("swath-scheduler", 30),
    ("swath-shuffle", 80),
    // 130 as it was, and the thirty that `plugins` brings, which is on unless a program says otherwise.
    ("swath", 155),
];

/// The packages that a build of one crate compiles, itself left out, as `name v1.2.3`.
pub(crate) fn ask(package: &str) -> Result<BTreeSet<String>> {
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

fn report(checkout: &Checkout) -> Vec<Finding> {
    checkout
        .trees
        .iter()
        .map(|(name, packages)| Finding::at(*name, format!("{} packages", packages.len())))
        .collect()
}

fn gate(checkout: &Checkout) -> Vec<Finding> {
    let too_many = DOORS.iter().filter_map(|(name, most)| {
        let count = checkout.trees.get(name)?.len();
        (count > *most).then(|| Finding::at(*name, format!("{count} packages, at most {most}")))
    });
    too_many.collect()
}

#[cfg(test)]
mod tests {
    use super::{Checkout, gate, packages};
    use crate::tidy::checkout::tests::checkout;

    #[test]
    fn packages_are_counted_once_and_the_root_not_at_all() {
        let tree = "swath v0.1.0 (/p/crates/swath)\nx v1.0.0\ny v2.0.0 (proc-macro)\n\nx v1.0.0 (*)\nx v2.0.0\n";
        let found: Vec<_> = packages(tree).into_iter().collect();
        assert_eq!(found, ["x v1.0.0", "x v2.0.0", "y v2.0.0"]);
    }

    #[test]
    fn a_tree_that_has_grown_is_found() {
        let with = |count: usize| Checkout {
            trees: [(
                "swath-scheduler",
                (0..count).map(|n| n.to_string()).collect(),
            )]
            .into(),
            ..checkout(&[])
        };
        assert_eq!(gate(&with(30)), []);
        let findings = gate(&with(31));
        assert_eq!(
            (findings.len(), findings[0].found.as_str()),
            (1, "31 packages, at most 30")
        );
    }
}
