//! What the checks look at: the tracked files with the text of manifests, pages and sources, and what cargo says.

use super::{
    code,
    trees::{self, DOORS},
};
use crate::{
    command::CommandLine,
    files,
    metadata::Metadata,
    workspace::{self, Workspace},
};
use anyhow::{Context, Result};
use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

/// One state of the project.
pub(super) struct Checkout {
    pub(super) metadata: Metadata,
    pub(super) workspace: Workspace,
    /// What `cargo tree` lists for a build of each crate that others build on, itself left out: `name v1.2.3`.
    pub(super) trees: BTreeMap<&'static str, BTreeSet<String>>,
    /// Every file that is tracked, or new and not ignored, from the project's top, with `/`; sorted.
    pub(super) paths: Vec<String>,
    /// Those among them that are read: `.rs`, `.toml` and `.md`.
    pub(super) texts: Vec<Text>,
}

/// One file that was read.
pub(super) struct Text {
    pub(super) path: String,
    pub(super) text: String,
}

/// A Rust file, as written and with comments and literals blanked out.
pub(super) struct Source<'c> {
    pub(super) path: &'c str,
    pub(super) text: &'c str,
    pub(super) code: String,
}

impl Checkout {
    /// Reads the project.
    ///
    /// # Errors
    /// When git or cargo cannot be asked, or a file cannot be read.
    pub(super) fn load() -> Result<Self> {
        let metadata = Metadata::load()?;
        let workspace = Workspace::load(&metadata)?;
        let root = workspace::root()?;
        let listed = CommandLine::new("git")
            .args(["ls-files", "--cached", "--others", "--exclude-standard"])
            .output()
            .context("tidy looks at the files that git knows")?;
        let mut paths: Vec<String> = listed
            .lines()
            .filter(|path| root.join(path).is_file())
            .map(str::to_owned)
            .collect();
        paths.sort();
        paths.dedup();
        let texts = paths
            .iter()
            .filter(|path| is_read(path))
            .map(|path| {
                Ok(Text {
                    path: path.clone(),
                    text: files::read(&root.join(path))?,
                })
            })
            .collect::<Result<_>>()?;
        let trees = DOORS
            .iter()
            .map(|(door, _)| Ok((*door, trees::ask(door)?)))
            .collect::<Result<_>>()?;
        Ok(Self {
            metadata,
            workspace,
            trees,
            paths,
            texts,
        })
    }

    /// The text of one file, if it is there and of a kind that is read.
    pub(super) fn text(&self, path: &str) -> Option<&str> {
        self.texts
            .iter()
            .find(|text| text.path == path)
            .map(|text| text.text.as_str())
    }

    /// The pages of `docs/`.
    pub(super) fn pages(&self) -> impl Iterator<Item = &Text> {
        self.texts
            .iter()
            .filter(|text| text.path.starts_with("docs/") && has_ending(&text.path, "md"))
    }

    /// All Rust files.
    pub(super) fn sources(&self) -> impl Iterator<Item = Source<'_>> {
        self.texts
            .iter()
            .filter(|text| has_ending(&text.path, "rs"))
            .map(|text| Source {
                path: &text.path,
                text: &text.text,
                code: code::only(&text.text),
            })
    }

    /// The Rust files of libraries and binaries: no tests (a `tests.rs` or `tests/` beside the code neither), benches, examples
    /// or fixtures.
    pub(super) fn library_sources(&self) -> impl Iterator<Item = Source<'_>> {
        self.sources()
            .filter(|source| {
                source.path.starts_with("crates/") || source.path.starts_with("xtask/")
            })
            .filter(|source| source.path.contains("/src/"))
            .filter(|source| {
                !source.path.ends_with("/tests.rs") && !source.path.contains("/tests/")
            })
    }

    /// The manifests of members, with their paths.
    pub(super) fn member_manifests(&self) -> impl Iterator<Item = (String, &str)> {
        self.workspace.members().filter_map(|member| {
            let path = format!("{}/Cargo.toml", member.folder);
            self.text(&path).map(|text| (path.clone(), text))
        })
    }
}

impl Source<'_> {
    /// The lines before the file's own tests.
    pub(super) fn library_lines(&self) -> usize {
        library_part(self.text).lines().count()
    }

    /// The blanked code before the file's own tests.
    pub(super) fn library_code(&self) -> &str {
        library_part(&self.code)
    }
}

/// What stands above `#[cfg(test)]` and a module, at the left margin.
fn library_part(text: &str) -> &str {
    let cut = text
        .match_indices("\n#[cfg(test)]\n")
        .find(|(at, mark)| {
            text[at + mark.len()..]
                .lines()
                .next()
                .is_some_and(|line| line.contains("mod "))
        })
        .map_or(text.len(), |(at, _)| at + 1);
    &text[..cut]
}

fn is_read(path: &str) -> bool {
    ["rs", "toml", "md"]
        .iter()
        .any(|ending| has_ending(path, ending))
}

fn has_ending(path: &str, ending: &str) -> bool {
    Path::new(path)
        .extension()
        .is_some_and(|found| found == ending)
}

#[cfg(test)]
pub(super) mod tests {
    use super::{Checkout, Text, is_read, library_part};
    use crate::{metadata::tests::metadata, workspace::Workspace};

    /// A project of two crates, `swath-a` below `swath-b`, and these files.
    pub(in crate::tidy) fn checkout(files: &[(&str, &str)]) -> Checkout {
        let metadata = metadata(&[("swath-a", &[]), ("swath-b", &[("swath-a", None)])]);
        let workspace = Workspace::parse(crate::workspace::tests::MANIFEST, &metadata).unwrap();
        Checkout {
            metadata,
            workspace,
            trees: super::BTreeMap::new(),
            paths: files.iter().map(|(path, _)| (*path).to_owned()).collect(),
            texts: files
                .iter()
                .filter(|(path, _)| is_read(path))
                .map(|(path, text)| Text {
                    path: (*path).to_owned(),
                    text: (*text).to_owned(),
                })
                .collect(),
        }
    }

    #[test]
    fn the_library_part_ends_where_the_tests_begin() {
        for (text, expected) in [
            ("a\nb\n", "a\nb\n"),
            ("a\n#[cfg(test)]\nmod tests {}\n", "a\n"),
            (
                "a\n#[cfg(test)]\nuse x;\nb\n#[cfg(test)]\npub(crate) mod tests {}\n",
                "a\n#[cfg(test)]\nuse x;\nb\n",
            ),
        ] {
            assert_eq!(library_part(text), expected);
        }
    }
}
