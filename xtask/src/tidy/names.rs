//! No file or folder is named for having no name.

use super::{Check, Checkout, Finding};

pub(super) const CHECK: Check = Check {
    rule: "no file or folder is called utils, common, helpers, misc, base, core, manager or imp",
    why: "a homeless function means an unnamed concept; such a file grows for ever",
    run,
};

const BANNED: &[&str] = &[
    "util", "utils", "common", "helper", "helpers", "misc", "base", "core", "manager", "imp",
];

fn run(checkout: &Checkout) -> Vec<Finding> {
    let mut findings = Vec::new();
    for path in &checkout.paths {
        for part in path.split('/') {
            let stem = part.split('.').next().unwrap_or_default();
            if let Some(word) = BANNED.iter().find(|word| **word == stem.to_lowercase()) {
                findings.push(Finding::at(
                    path,
                    format!("`{word}` says nothing: name the concept"),
                ));
            }
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::run;
    use crate::tidy::checkout::tests::checkout;

    #[test]
    fn names_are_compared_whole() {
        let findings = run(&checkout(&[
            ("crates/a/src/utils.rs", ""),
            ("crates/a/src/core/mod.rs", ""),
            ("crates/a/src/helpers_of_joins.rs", ""),
            ("crates/a/src/baseline.rs", ""),
            ("tests/Common.py", ""),
        ]));
        let places: Vec<_> = findings.iter().map(|f| f.place.as_str()).collect();
        assert_eq!(
            places,
            [
                "crates/a/src/utils.rs",
                "crates/a/src/core/mod.rs",
                "tests/Common.py"
            ]
        );
    }
}
