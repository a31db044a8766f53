//! The crate map of `docs/architecture.md`, written from the manifests and from tidy's table of absences.

use crate::{
    tidy::ABSENCES,
    workspace::{Member, Workspace},
};
use std::fmt::Write as _;

/// The page that carries the map.
pub(crate) const PAGE: &str = "docs/architecture.md";
/// The name of its section.
pub(crate) const SECTION: &str = "crate-map";

/// Markdown: one table a group; each crate with its purpose, the crates directly below it, and what it must never know.
pub(crate) fn render(workspace: &Workspace) -> String {
    let mut text = String::new();
    for group in &workspace.groups {
        let _ = writeln!(text, "**{}**\n", group.title.trim_end_matches('.'));
        text.push_str("| crate | is | stands on | never sees |\n|---|---|---|---|\n");
        for member in &group.members {
            let _ = writeln!(
                text,
                "| [`{}`](../{}) | {} | {} | {} |",
                member.name,
                member.folder,
                member.description,
                nearest(workspace, member).join(", "),
                never(&member.name),
            );
        }
        text.push('\n');
    }
    text
}

/// The direct dependencies that are not reached through another one: the arrows a drawing needs.
fn nearest(workspace: &Workspace, member: &Member) -> Vec<String> {
    let direct = built(member);
    let through: Vec<&str> = direct
        .iter()
        .flat_map(|name| reach(workspace, name))
        .collect();
    direct
        .iter()
        .filter(|name| !through.contains(name))
        .map(|name| name.strip_prefix("swath-").unwrap_or(name).to_owned())
        .collect()
}

fn built(member: &Member) -> Vec<&str> {
    member
        .uses
        .iter()
        .filter(|one| !one.is_dev)
        .map(|one| one.name.as_str())
        .collect()
}

/// Everything below a crate, itself left out.
fn reach<'w>(workspace: &'w Workspace, name: &str) -> Vec<&'w str> {
    let mut seen = Vec::new();
    let mut open: Vec<&str> = vec![name];
    while let Some(name) = open.pop() {
        for below in workspace
            .members()
            .filter(|m| m.name == name)
            .flat_map(built)
        {
            if !seen.contains(&below) {
                seen.push(below);
                open.push(below);
            }
        }
    }
    seen
}

fn never(package: &str) -> String {
    let mut names: Vec<&str> = Vec::new();
    for absence in ABSENCES
        .iter()
        .filter(|absence| absence.packages.contains(&package))
    {
        names.push(absence.what);
    }
    names.join(", ")
}

#[cfg(test)]
mod tests {
    use super::render;
    use crate::{metadata::tests::metadata, workspace::Workspace};

    #[test]
    fn shows_groups_purposes_and_the_arrows_that_no_other_implies() {
        let manifest = "[workspace]\nmembers = [\n    # Bottom: alone.\n    \"crates/swath-a\",\n    \"crates/swath-b\",\n    \
                        # Top.\n    \"crates/swath-c\",\n]\n";
        let metadata = metadata(&[
            ("swath-a", &[]),
            ("swath-b", &[("swath-a", None)]),
            ("swath-c", &[("swath-a", None), ("swath-b", None)]),
        ]);
        let map = render(&Workspace::parse(manifest, &metadata).unwrap());
        assert_eq!(
            map,
            "**Bottom: alone**\n\n| crate | is | stands on | never sees |\n|---|---|---|---|\n\
             | [`swath-a`](../crates/swath-a) | the swath-a crate |  |  |\n\
             | [`swath-b`](../crates/swath-b) | the swath-b crate | a |  |\n\n\
             **Top**\n\n| crate | is | stands on | never sees |\n|---|---|---|---|\n\
             | [`swath-c`](../crates/swath-c) | the swath-c crate | b |  |\n\n"
        );
    }
}
