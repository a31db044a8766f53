//! Every member takes the workspace's lints.

use super::{Check, Checkout, Finding};

pub(super) const CHECK: Check = Check {
    rule: "every member takes the workspace's lints",
    why: "a crate without the table is checked by nothing, and says nothing",
    run,
};

fn run(checkout: &Checkout) -> Vec<Finding> {
    checkout
        .member_manifests()
        .filter(|(_, text)| !text.contains("[lints]\nworkspace = true"))
        .map(|(path, _)| Finding::at(path, "lacks `[lints]` with `workspace = true`"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::run;
    use crate::tidy::checkout::tests::checkout;

    #[test]
    fn a_manifest_without_the_table_fails() {
        let good = (
            "crates/swath-a/Cargo.toml",
            "[package]\n[lints]\nworkspace = true\n",
        );
        assert_eq!(run(&checkout(&[good])), []);
        let findings = run(&checkout(&[
            good,
            ("crates/swath-b/Cargo.toml", "[package]\n"),
        ]));
        assert_eq!(
            (findings.len(), findings[0].place.as_str()),
            (1, "crates/swath-b/Cargo.toml")
        );
    }
}
