//! What `cargo metadata` says: the packages of the workspace, and who is below whom.

use crate::command::CommandLine;
use anyhow::{Context, Result};
use serde::Deserialize;
use std::{
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
};

/// The parts of `cargo metadata` that the chores read.
#[derive(Deserialize)]
pub(crate) struct Metadata {
    /// Every package of the graph, those from registries too.
    pub(crate) packages: Vec<Package>,
    /// Where cargo builds, with an absolute path.
    pub(crate) target_directory: PathBuf,
    workspace_members: Vec<String>,
    resolve: Option<Resolve>,
}

/// One package.
#[derive(Deserialize)]
pub(crate) struct Package {
    id: String,
    pub(crate) name: String,
    pub(crate) description: Option<String>,
    pub(crate) rust_version: Option<String>,
    pub(crate) manifest_path: String,
    pub(crate) dependencies: Vec<Dependency>,
}

/// One line of a manifest's dependency tables.
#[derive(Deserialize, Clone)]
pub(crate) struct Dependency {
    pub(crate) name: String,
    /// `None` for an ordinary dependency, else `dev` or `build`.
    pub(crate) kind: Option<String>,
    /// The folder, for a dependency inside the project.
    pub(crate) path: Option<String>,
}

impl Dependency {
    /// Whether only tests, examples and benches see it.
    pub(crate) fn is_dev(&self) -> bool {
        self.kind.as_deref() == Some("dev")
    }
}

#[derive(Deserialize)]
struct Resolve {
    nodes: Vec<Node>,
}

#[derive(Deserialize)]
struct Node {
    id: String,
    deps: Vec<NodeDependency>,
}

#[derive(Deserialize)]
struct NodeDependency {
    pkg: String,
    dep_kinds: Vec<DependencyKind>,
}

#[derive(Deserialize)]
struct DependencyKind {
    kind: Option<String>,
}

impl Metadata {
    /// Asks cargo about the workspace, with the graph as resolved for this machine's platform.
    pub(crate) fn load() -> Result<Self> {
        let host = CommandLine::new("rustc")
            .arg("-vV")
            .output()?
            .lines()
            .find_map(|line| line.strip_prefix("host: ").map(str::to_owned))
            .context("`rustc -vV` names no host")?;
        let text = CommandLine::cargo("metadata")
            .args(["--format-version", "1", "--filter-platform", &host])
            .output()?;
        Self::parse(&text)
    }

    /// Reads the JSON that cargo writes.
    pub(crate) fn parse(json: &str) -> Result<Self> {
        serde_json::from_str(json).context("cannot read what `cargo metadata` wrote")
    }

    /// The packages of the workspace, in the order of the root manifest.
    pub(crate) fn members(&self) -> impl Iterator<Item = &Package> {
        self.workspace_members
            .iter()
            .filter_map(|id| self.packages.iter().find(|package| package.id == *id))
    }

    /// The names of all packages that a build of this one compiles, itself left out: ordinary and build dependencies,
    /// through as many steps as there are. Empty when there is no such package.
    pub(crate) fn below(&self, name: &str) -> BTreeSet<&str> {
        let names: BTreeMap<&str, &str> = self
            .packages
            .iter()
            .map(|p| (p.id.as_str(), p.name.as_str()))
            .collect();
        let nodes: BTreeMap<&str, &Node> = self
            .resolve
            .iter()
            .flat_map(|resolve| &resolve.nodes)
            .map(|node| (node.id.as_str(), node))
            .collect();
        let mut seen = BTreeSet::new();
        let mut open: Vec<&str> = self
            .members()
            .filter(|p| p.name == name)
            .map(|p| p.id.as_str())
            .collect();
        while let Some(node) = open.pop().and_then(|id| nodes.get(id)) {
            for dependency in &node.deps {
                let is_built = dependency
                    .dep_kinds
                    .iter()
                    .any(|k| k.kind.as_deref() != Some("dev"));
                if is_built && seen.insert(dependency.pkg.as_str()) {
                    open.push(&dependency.pkg);
                }
            }
        }
        seen.into_iter()
            .filter_map(|id| names.get(id).copied())
            .collect()
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::Metadata;
    use serde_json::json;

    /// Dependencies by name and kind.
    pub(crate) type Edges<'a> = &'a [(&'a str, Option<&'a str>)];

    /// Metadata of packages given as `(name, [(dependency, kind)])`; a package whose name does not start with `swath` or
    /// `xtask` stands for one of a registry.
    pub(crate) fn metadata(packages: &[(&str, Edges<'_>)]) -> Metadata {
        let is_ours = |name: &str| name.starts_with("swath") || name == "xtask";
        let list: Vec<_> = packages
            .iter()
            .map(|(name, dependencies)| {
                let lines: Vec<_> = dependencies
                    .iter()
                    .map(|(to, kind)| {
                        json!({"name": to, "kind": kind, "path": is_ours(to).then(|| format!("/p/crates/{to}"))})
                    })
                    .collect();
                json!({"id": name, "name": name, "version": "0.1.0", "description": format!("the {name} crate"),
                       "rust_version": "1.88", "manifest_path": format!("/p/crates/{name}/Cargo.toml"), "dependencies": lines})
            })
            .collect();
        let nodes: Vec<_> = packages
            .iter()
            .map(|(name, dependencies)| {
                let edges: Vec<_> = dependencies
                    .iter()
                    .map(|(to, kind)| json!({"pkg": to, "dep_kinds": [{"kind": kind}]}))
                    .collect();
                json!({"id": name, "deps": edges})
            })
            .collect();
        let members: Vec<_> = packages
            .iter()
            .map(|p| p.0)
            .filter(|name| is_ours(name))
            .collect();
        let text =
            json!({"packages": list, "target_directory": "/p/target", "workspace_members": members, "resolve": {"nodes": nodes}})
                .to_string();
        Metadata::parse(&text).unwrap()
    }

    #[test]
    fn below_follows_ordinary_and_build_edges_only() {
        let metadata = metadata(&[
            ("swath-a", &[("x", None), ("t", Some("dev"))]),
            ("x", &[("y", Some("build"))]),
            ("y", &[]),
            ("t", &[("z", None)]),
            ("z", &[]),
        ]);
        assert_eq!(
            metadata.below("swath-a").into_iter().collect::<Vec<_>>(),
            ["x", "y"]
        );
        assert!(metadata.below("nothing").is_empty());
        assert_eq!(metadata.members().count(), 1);
    }
}
