//! What is there, where a path or pattern leads to no file.

use std::path::{Component, Path, PathBuf};
use swath_meta::nearest;

use crate::list::{Wanted, is_hidden};
use crate::words::contents;
use crate::{IoError, local};

/// How far a path leads.
struct Reach {
    /// The part of it that exists.
    exists: PathBuf,
    /// The first part that does not, and what comes after it.
    missing: String,
    rest: PathBuf,
}

/// The error of a path that leads nowhere.
pub(crate) fn not_there(path: &Path) -> IoError {
    let shown = path.display().to_string();
    let Some(reach) = reach(path) else {
        return IoError::NotThere {
            path: shown,
            reason: None,
            nearest: None,
            beside: String::new(),
        };
    };
    IoError::NotThere {
        path: shown,
        reason: reach.reason(),
        nearest: reach.nearest(),
        beside: reach.beside(),
    }
}

/// The error of a pattern without a match, which looks for files below `root`.
pub(crate) fn no_match(pattern: &str, root: &Path) -> IoError {
    let pattern = pattern.to_owned();
    match reach(root) {
        Some(reach) if !local::is_folder(root) => IoError::NoMatch {
            pattern,
            reason: Some(format!(": there is no folder `{}`", root.display())),
            nearest: reach.nearest(),
            beside: reach.beside(),
        },
        _ => IoError::NoMatch {
            pattern,
            reason: None,
            nearest: None,
            beside: contents(&shown(root), &names(root)),
        },
    }
}

/// The error of a folder without a file of the format.
pub(crate) fn none_ends(
    folder: &Path,
    others: &[PathBuf],
    hidden: usize,
    wanted: &Wanted<'_>,
) -> IoError {
    let example = others.first().map(|file| file.display().to_string());
    let folder = folder.display().to_string();
    wanted.none_ends(&folder, others.len(), hidden, example.as_deref())
}

impl Wanted<'_> {
    /// The error of a folder without a file of the format, with one of those that it has.
    pub(crate) fn none_ends(
        &self,
        folder: &str,
        files: usize,
        hidden: usize,
        example: Option<&str>,
    ) -> IoError {
        let extension = example
            .and_then(|file| Path::new(file).extension())
            .map_or_else(|| "..".into(), |end| format!("{:?}", end.to_string_lossy()));
        IoError::NoneEnds {
            folder: folder.trim_end_matches('/').to_owned(),
            files,
            hidden,
            extensions: self.extensions.iter().map(|&end| end.to_owned()).collect(),
            option: format!("{}({extension})", self.option),
        }
    }
}

/// How far a path leads; `None` for one that exists.
fn reach(path: &Path) -> Option<Reach> {
    let mut exists = PathBuf::new();
    let mut parts = path.components();
    while let Some(part) = parts.next() {
        let next = exists.join(part);
        if !next.exists() {
            let missing = match part {
                Component::Normal(name) => name.to_string_lossy().into_owned(),
                other => other.as_os_str().to_string_lossy().into_owned(),
            };
            return Some(Reach {
                exists,
                missing,
                rest: parts.as_path().to_owned(),
            });
        }
        exists = next;
    }
    None
}

impl Reach {
    /// Why the path ends before its last part.
    fn reason(&self) -> Option<String> {
        if self.exists.is_file() {
            Some(format!(": `{}` is a file", self.exists.display()))
        } else if self.rest.as_os_str().is_empty() {
            None
        } else {
            let folder = shown(&self.exists);
            Some(format!(": `{folder}` has no `{}`", self.missing))
        }
    }

    /// The path with the name that was most likely meant; as much of it as exists.
    fn nearest(&self) -> Option<String> {
        let names = names(&self.exists);
        let near = nearest(&self.missing, names.iter().map(String::as_str))?;
        let near = self.exists.join(near);
        let whole = near.join(&self.rest);
        let near = if !self.rest.as_os_str().is_empty() && whole.exists() {
            whole
        } else {
            near
        };
        Some(near.display().to_string())
    }

    fn beside(&self) -> String {
        if self.exists.is_file() {
            String::new()
        } else {
            contents(&shown(&self.exists), &names(&self.exists))
        }
    }
}

/// The names in a folder, in order, without those that belong to programs; none where it cannot be listed.
fn names(folder: &Path) -> Vec<String> {
    let folder = if folder.as_os_str().is_empty() {
        Path::new(".")
    } else {
        folder
    };
    let entries = local::entries(folder).unwrap_or_default();
    entries
        .iter()
        .filter(|(path, _)| !is_hidden(path))
        .filter_map(|(path, _)| Some(path.file_name()?.to_string_lossy().into_owned()))
        .collect()
}

/// A folder as a message names it.
fn shown(folder: &Path) -> String {
    if folder.as_os_str().is_empty() {
        ".".to_owned()
    } else {
        folder.display().to_string()
    }
}
