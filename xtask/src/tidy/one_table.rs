//! Versions stand in one table: `[workspace.dependencies]`.

use super::{Check, Checkout, Finding};

pub(super) const CHECK: Check = Check {
    rule: "every dependency comes from the workspace's table",
    why: "two versions of Arrow in one tree do not share a type",
    run,
};

fn run(checkout: &Checkout) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, text) in checkout.member_manifests() {
        let mut is_dependency = false;
        for (at, line) in text.lines().enumerate() {
            if line.starts_with('[') {
                is_dependency = line.trim_end().ends_with("dependencies]");
            } else if is_dependency && line.contains('=') && !line.trim_start().starts_with('#') {
                // A crate that switches its own feature on for its tests names itself by path.
                let is_shared = line.contains("workspace = true") || line.contains("path = \".\"");
                if !is_shared {
                    let found = format!("`{}` does not say `workspace = true`", line.trim());
                    findings.push(Finding::on(&path, at + 1, found));
                }
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
    fn versions_in_a_member_fail() {
        let manifest = "[package]\nversion = \"1\"\n[dependencies]\na.workspace = true\nb = { workspace = true }\n# c = \"1\"\n\
                        [dev-dependencies]\nd = \"1\"\n[target.'cfg(unix)'.dependencies]\ne = { version = \"1\" }\n[lints]\nf = 1\n";
        let findings = run(&checkout(&[("crates/swath-a/Cargo.toml", manifest)]));
        let places: Vec<_> = findings.iter().map(|f| f.place.as_str()).collect();
        assert_eq!(
            places,
            [
                "crates/swath-a/Cargo.toml:8",
                "crates/swath-a/Cargo.toml:10"
            ]
        );
    }
}
