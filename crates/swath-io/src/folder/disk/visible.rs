//! What readers of a folder see, and whether it is what others see.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use super::system;
use crate::IoError;
use crate::folder::mode::{Mode, is_about_others};
use crate::list::{has_extension, is_hidden};
use crate::local;

/// What a reader of a folder sees.
#[derive(Debug, Default)]
pub(super) struct Visible {
    /// Its files, those in folders below included.
    pub(super) files: Vec<PathBuf>,
    /// For each file its path within the folder, and what has to leave the folder so that no reader sees it any more: the
    /// file, or the link that leads to it, since what a link leads to belongs to somebody else.
    entries: BTreeMap<PathBuf, PathBuf>,
    /// The same for files that tell readers about the others.
    about: BTreeMap<PathBuf, PathBuf>,
}

impl Visible {
    /// What is in a folder; nothing, if it is not there.
    pub(super) fn of(folder: &Path, kinds: &[String]) -> Result<Self, IoError> {
        let extensions: Vec<&str> = kinds.iter().map(String::as_str).collect();
        let mut visible = Self::default();
        let mut seen = HashSet::new();
        let mut folders: Vec<(PathBuf, Option<PathBuf>)> = vec![(folder.to_owned(), None)];
        while let Some((current, link)) = folders.pop() {
            // Links may lead round in circles.
            if !seen.insert(system::identity(&current)) {
                continue;
            }
            let entries = match local::entries(&current) {
                // Also one that another write has made and removed just now.
                Err(_) if !local::is_folder(&current) => continue,
                entries => entries?,
            };
            for (path, is_folder) in entries {
                let within = path
                    .strip_prefix(folder)
                    .expect("walked from it")
                    .to_owned();
                let moved = link.clone().unwrap_or_else(|| within.clone());
                if !is_folder
                    && path
                        .file_name()
                        .and_then(OsStr::to_str)
                        .is_some_and(|name| is_about_others(name, kinds))
                {
                    visible.about.insert(within, moved);
                    continue;
                }
                if is_hidden(&path) {
                    continue;
                }
                if is_folder {
                    let link = link.clone().or_else(|| path.is_symlink().then_some(within));
                    folders.push((path, link));
                } else if has_extension(&path, &extensions) {
                    visible.entries.insert(within, moved);
                    visible.files.push(path);
                }
            }
        }
        visible.files.sort();
        Ok(visible)
    }

    /// Paths of the files within the folder.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.entries.keys().filter_map(|path| path.to_str())
    }

    /// What has to leave the folder for a write that has files for the folders `touched`, as paths within it.
    ///
    /// # Errors
    /// A link that leads to what is replaced and to what is not.
    pub(super) fn replaced(
        &self,
        mode: Mode,
        touched: &BTreeSet<&str>,
        extensions: &[String],
    ) -> Result<Vec<PathBuf>, PathBuf> {
        let goes = |file: &Path| match mode {
            Mode::New | Mode::Append => false,
            Mode::Overwrite => true,
            Mode::OverwritePartitions => file.ancestors().skip(1).any(|folder| {
                folder
                    .to_str()
                    .is_some_and(|folder| touched.contains(folder))
            }),
        };
        let (going, staying): (Vec<_>, Vec<_>) =
            self.entries.iter().partition(|(file, _)| goes(file));
        let mut replaced: BTreeSet<&PathBuf> = going.into_iter().map(|(_, entry)| entry).collect();
        if let Some((_, link)) = staying.iter().find(|(_, entry)| replaced.contains(entry)) {
            return Err((*link).clone());
        }
        let about = self.about.iter().filter(|(file, _)| {
            let name = file.file_name().and_then(OsStr::to_str);
            name.is_some_and(|name| mode.outdates(name, extensions))
        });
        // Behind a link that stays it belongs to somebody else.
        let own = |(file, entry): &(&PathBuf, &PathBuf)| mode == Mode::Overwrite || file == entry;
        replaced.extend(about.filter(own).map(|(_, entry)| entry));
        Ok(replaced.into_iter().cloned().collect())
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
