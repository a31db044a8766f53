//! Members stand in dependency order and every arrow points to a member listed above.

use super::{Check, Checkout, Finding};

pub(super) const CHECK: Check = Check {
    rule: "members are in dependency order, arrows point strictly down",
    why: "the manifest is the layer diagram; an arrow that points up turns layers into a knot",
    run,
};

fn run(checkout: &Checkout) -> Vec<Finding> {
    let order: Vec<&str> = checkout
        .workspace
        .members()
        .map(|m| m.name.as_str())
        .collect();
    let mut findings = Vec::new();
    for (place, member) in checkout.workspace.members().enumerate() {
        let manifest = format!("{}/Cargo.toml", member.folder);
        let last = member.folder.rsplit('/').next().unwrap_or_default();
        if member.folder.starts_with("crates/") && last != member.name {
            findings.push(Finding::at(
                &manifest,
                format!("package `{}` is not named like its folder", member.name),
            ));
        }
        for below in &member.uses {
            // A crate's tests may name the crate itself, to switch a feature on.
            if below.is_dev && below.name == member.name {
                continue;
            }
            match order.iter().position(|name| *name == below.name) {
                Some(at) if at < place => {}
                Some(_) => findings.push(Finding::at(
                    &manifest,
                    format!(
                        "depends on `{}`, which is listed below it; move the code, not the line",
                        below.name
                    ),
                )),
                None => findings.push(Finding::at(
                    &manifest,
                    format!("depends on `{}`, which is no member", below.name),
                )),
            }
        }
    }
    for folder in checkout
        .paths
        .iter()
        .filter_map(|path| path.strip_suffix("/Cargo.toml"))
    {
        let is_crate = folder.starts_with("crates/") && folder.matches('/').count() == 1;
        if is_crate
            && !checkout
                .workspace
                .members()
                .any(|member| member.folder == folder)
        {
            findings.push(Finding::at(
                folder,
                "is not among the members of the root manifest",
            ));
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::{Checkout, run};
    use crate::{metadata::tests::metadata, tidy::checkout::tests::checkout, workspace::Workspace};

    fn with(uses: &[(&str, Option<&str>)], files: &[(&str, &str)]) -> Checkout {
        let metadata = metadata(&[("swath-a", uses), ("swath-b", &[])]);
        let workspace = Workspace::parse(crate::workspace::tests::MANIFEST, &metadata).unwrap();
        Checkout {
            metadata,
            workspace,
            ..checkout(files)
        }
    }

    #[test]
    fn downward_arrows_and_the_crate_itself_in_its_tests_pass() {
        assert_eq!(run(&checkout(&[])), []);
        assert_eq!(run(&with(&[("swath-a", Some("dev"))], &[])), []);
    }

    #[test]
    fn upward_arrows_fail_in_tests_too() {
        for kind in [None, Some("dev"), Some("build")] {
            let findings = run(&with(&[("swath-b", kind)], &[]));
            assert_eq!(findings.len(), 1);
            assert!(
                findings[0].place == "crates/swath-a/Cargo.toml"
                    && findings[0].found.contains("`swath-b`")
            );
        }
    }

    #[test]
    fn a_crate_outside_the_workspace_fails() {
        let findings = run(&checkout(&[("crates/swath-c/Cargo.toml", "")]));
        assert_eq!(
            (findings.len(), findings[0].place.as_str()),
            (1, "crates/swath-c")
        );
    }
}
