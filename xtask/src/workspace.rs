//! The project as its root manifest lists it: groups of members, in dependency order.

use crate::{command::CommandLine, files, metadata::Metadata};
use anyhow::{Context, Result};
use std::path::{Path, PathBuf};

/// The project's top folder.
///
/// # Errors
/// When xtask's own folder has moved since it was built.
pub(crate) fn root() -> Result<PathBuf> {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .filter(|root| root.join("Cargo.toml").exists())
        .map(Path::to_owned)
        .context("xtask was built in another folder: run it as `cargo xtask`")
}

/// The folder that cargo builds into, as the caller's environment and configuration have it.
///
/// # Errors
/// When cargo cannot be asked.
pub(crate) fn target() -> Result<PathBuf> {
    target_of(CommandLine::cargo("metadata"))
}

/// Asks a `cargo metadata` that may carry settings of its own.
fn target_of(metadata: CommandLine) -> Result<PathBuf> {
    let text = metadata
        .args(["--no-deps", "--format-version", "1"])
        .output()?;
    Ok(Metadata::parse(&text)?.target_directory)
}

/// The members of the workspace, with the comment above each group as its title.
pub(crate) struct Workspace {
    pub(crate) groups: Vec<Group>,
}

/// Consecutive members under one comment of the root manifest.
pub(crate) struct Group {
    pub(crate) title: String,
    pub(crate) members: Vec<Member>,
}

/// One package of the workspace.
pub(crate) struct Member {
    pub(crate) name: String,
    /// From the project's top, as the root manifest spells it.
    pub(crate) folder: String,
    pub(crate) description: String,
    /// Packages of this workspace that it names, in the order of the root manifest, and whether only its tests do.
    pub(crate) uses: Vec<Use>,
}

/// An arrow from one member to another.
pub(crate) struct Use {
    pub(crate) name: String,
    pub(crate) is_dev: bool,
}

impl Workspace {
    /// Reads the root manifest of the project.
    pub(crate) fn load(metadata: &Metadata) -> Result<Self> {
        Self::parse(&files::read(&root()?.join("Cargo.toml"))?, metadata)
    }

    /// Joins the `members` list of a root manifest with what cargo knows of each member.
    ///
    /// # Errors
    /// When the list is not written one member a line, or names a member that cargo does not.
    pub(crate) fn parse(manifest: &str, metadata: &Metadata) -> Result<Self> {
        let order: Vec<&str> = metadata.members().map(|p| p.name.as_str()).collect();
        let list = manifest
            .split_once("\nmembers = [\n")
            .and_then(|(_, rest)| rest.split_once("\n]"))
            .map(|(list, _)| list)
            .context("the root manifest has no `members = [` list with one member a line")?;
        let mut groups: Vec<Group> = Vec::new();
        for line in list.lines().map(str::trim).filter(|line| !line.is_empty()) {
            if let Some(comment) = line.strip_prefix('#') {
                groups.push(Group {
                    title: comment.trim().to_owned(),
                    members: Vec::new(),
                });
                continue;
            }
            let folder = line.trim_end_matches(',').trim_matches('"');
            let package = metadata
                .members()
                .find(|p| {
                    Path::new(&p.manifest_path)
                        .parent()
                        .is_some_and(|f| f.ends_with(folder))
                })
                .with_context(|| format!("cargo knows no member in the folder `{folder}`"))?;
            let mut uses: Vec<Use> = Vec::new();
            for dependency in package.dependencies.iter().filter(|d| d.path.is_some()) {
                match uses.iter_mut().find(|known| known.name == dependency.name) {
                    Some(known) => known.is_dev &= dependency.is_dev(),
                    None => uses.push(Use {
                        name: dependency.name.clone(),
                        is_dev: dependency.is_dev(),
                    }),
                }
            }
            uses.sort_by_key(|one| order.iter().position(|name| *name == one.name));
            let member = Member {
                name: package.name.clone(),
                folder: folder.to_owned(),
                description: package.description.clone().unwrap_or_default(),
                uses,
            };
            groups
                .last_mut()
                .with_context(|| {
                    format!("`{folder}` stands above the first comment that names a group")
                })?
                .members
                .push(member);
        }
        Ok(Self { groups })
    }

    /// All members, in the order of the manifest.
    pub(crate) fn members(&self) -> impl Iterator<Item = &Member> {
        self.groups.iter().flat_map(|group| &group.members)
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::{Workspace, target_of};
    use crate::{command::CommandLine, metadata::tests::metadata};
    use std::path::Path;

    pub(crate) const MANIFEST: &str = "[workspace]\nmembers = [\n    # Bottom.\n    \"crates/swath-a\",\n    # Top.\n    \"crates/swath-b\",\n]\n";

    #[test]
    fn groups_carry_the_comment_above_them() {
        let metadata = metadata(&[
            ("swath-a", &[]),
            (
                "swath-b",
                &[("swath-a", Some("dev")), ("swath-a", None), ("x", None)],
            ),
        ]);
        let workspace = Workspace::parse(MANIFEST, &metadata).unwrap();
        let titles: Vec<_> = workspace.groups.iter().map(|g| g.title.as_str()).collect();
        assert_eq!(titles, ["Bottom.", "Top."]);
        let top = &workspace.groups[1].members[0];
        assert_eq!(
            (top.name.as_str(), top.uses.len(), top.uses[0].is_dev),
            ("swath-b", 1, false)
        );
    }

    #[test]
    fn the_target_folder_is_the_one_that_cargo_is_told() {
        for folder in ["/elsewhere", "/of/another/project"] {
            let metadata = CommandLine::cargo("metadata").env("CARGO_TARGET_DIR", folder);
            assert_eq!(target_of(metadata).unwrap(), Path::new(folder));
        }
    }

    #[test]
    fn a_member_that_cargo_does_not_know_is_named() {
        let message = format!(
            "{:#}",
            Workspace::parse(MANIFEST, &metadata(&[("swath-a", &[])]))
                .err()
                .unwrap()
        );
        assert!(message.contains("crates/swath-b"), "{message}");
    }
}
