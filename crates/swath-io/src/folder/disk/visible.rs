//! What readers of a folder see, and whether it is what others see.

use std::collections::{BTreeSet, HashSet};
use std::path::{Path, PathBuf};

use super::system;
use crate::IoError;
use crate::list::{has_extension, is_hidden};
use crate::local;

/// Names of files that tell readers about the others of their folder: they are replaced with them.
const ABOUT: [&str; 2] = ["_metadata", "_common_metadata"];

/// What a reader of a folder sees.
#[derive(Debug, Default)]
pub(super) struct Visible {
    /// Its files, those in folders below included.
    pub(super) files: Vec<PathBuf>,
    /// What has to leave the folder so that no reader sees them any more, as paths within it: the files, or the
    /// links that lead to them, since what a link leads to belongs to somebody else.
    pub(super) entries: Vec<PathBuf>,
}

impl Visible {
    /// What is in a folder; nothing, if it is not there.
    pub(super) fn of(folder: &Path, extensions: &[String]) -> Result<Self, IoError> {
        let extensions: Vec<&str> = extensions.iter().map(String::as_str).collect();
        let mut visible = Self::default();
        let mut entries = BTreeSet::new();
        let mut seen = HashSet::new();
        let mut folders: Vec<(PathBuf, Option<PathBuf>)> = vec![(folder.to_owned(), None)];
        while let Some((current, link)) = folders.pop() {
            // Links may lead round in circles.
            if !local::is_folder(&current) || !seen.insert(system::identity(&current)) {
                continue;
            }
            for (path, is_folder) in local::entries(&current)? {
                let within = path.strip_prefix(folder).expect("walked from it");
                let moved = || link.clone().unwrap_or_else(|| within.to_owned());
                if !is_folder && ABOUT.iter().any(|name| path.ends_with(name)) {
                    entries.insert(moved());
                    continue;
                }
                if is_hidden(&path) {
                    continue;
                }
                if is_folder {
                    let link = link
                        .clone()
                        .or_else(|| path.is_symlink().then(|| within.to_owned()));
                    folders.push((path, link));
                } else if has_extension(&path, &extensions) {
                    entries.insert(moved());
                    visible.files.push(path);
                }
            }
        }
        visible.entries = entries.into_iter().collect();
        visible.files.sort();
        Ok(visible)
    }

    /// The first of these local files that is one of them, however its path is spelt.
    pub(super) fn first_of<'a>(
        &self,
        files: impl IntoIterator<Item = &'a Path>,
    ) -> Option<&'a Path> {
        if self.files.is_empty() {
            return None;
        }
        let visible = || self.files.iter();
        let identities: HashSet<_> = visible()
            .filter_map(|file| system::identity(file))
            .collect();
        // File systems exist whose numbers do not last.
        let paths: HashSet<_> = visible().filter_map(|file| system::real(file)).collect();
        files.into_iter().find(|file| {
            system::identity(file).is_some_and(|identity| identities.contains(&identity))
                || system::real(file).is_some_and(|path| paths.contains(&path))
        })
    }
}
