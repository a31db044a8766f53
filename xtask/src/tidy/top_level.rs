//! The first screen of the repository teaches its shape.

use super::{Check, Checkout, Finding};

pub(super) const CHECK: Check = Check {
    rule: "the top level holds what it always holds; configuration is in dotfiles",
    why: "six names a newcomer can take in; the seventh is where sprawl begins",
    run,
};

const ALLOWED: &[&str] = &[
    "Cargo.lock",
    "Cargo.toml",
    "LICENSE-APACHE",
    "LICENSE-MIT",
    "README.md",
    "crates",
    "docs",
    "plugins",
    "tests",
    "xtask",
];

fn run(checkout: &Checkout) -> Vec<Finding> {
    let mut entries: Vec<&str> = checkout
        .paths
        .iter()
        .filter_map(|path| path.split('/').next())
        .filter(|entry| !entry.starts_with('.') && !ALLOWED.contains(entry))
        .collect();
    entries.dedup();
    entries
        .into_iter()
        .map(|entry| {
            Finding::at(
                entry,
                "does not belong at the top: move it below one of the folders there",
            )
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::run;
    use crate::tidy::checkout::tests::checkout;

    #[test]
    fn what_is_new_at_the_top_is_found_once() {
        let findings = run(&checkout(&[
            (".config/nextest.toml", ""),
            ("Cargo.toml", ""),
            ("crates/a/Cargo.toml", ""),
            ("scripts/a.sh", ""),
            ("scripts/b.sh", ""),
        ]));
        assert_eq!((findings.len(), findings[0].place.as_str()), (1, "scripts"));
    }
}
