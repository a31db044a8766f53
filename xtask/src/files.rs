//! Files and folders, with the path in every error.
#![expect(
    clippy::disallowed_methods,
    reason = "xtask is below swath-io; these wrappers carry the path"
)]

use anyhow::{Context, Result};
use std::{
    fs,
    path::{Path, PathBuf},
};

/// Reads a text file.
pub(crate) fn read(path: &Path) -> Result<String> {
    fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))
}

/// Writes a text file, making its folder first; leaves it alone when the text is there already, so that no build sees a
/// change. Says whether it wrote.
pub(crate) fn write_if_changed(path: &Path, text: &str) -> Result<bool> {
    if fs::read_to_string(path).is_ok_and(|found| found == text) {
        return Ok(false);
    }
    if let Some(folder) = path.parent() {
        make_folder(folder)?;
    }
    fs::write(path, text).with_context(|| format!("cannot write {}", path.display()))?;
    Ok(true)
}

/// Bytes of a file.
pub(crate) fn length(path: &Path) -> Result<u64> {
    let metadata = fs::metadata(path);
    let metadata = metadata.with_context(|| format!("cannot look at {}", path.display()))?;
    Ok(metadata.len())
}

/// Makes a folder and those above it.
pub(crate) fn make_folder(path: &Path) -> Result<()> {
    fs::create_dir_all(path).with_context(|| format!("cannot make the folder {}", path.display()))
}

/// Lists a folder, sorted by name; a folder that does not exist has nothing in it.
pub(crate) fn list(folder: &Path) -> Result<Vec<PathBuf>> {
    if !folder.exists() {
        return Ok(Vec::new());
    }
    let entries =
        fs::read_dir(folder).with_context(|| format!("cannot list {}", folder.display()))?;
    let mut paths = entries
        .map(|entry| Ok(entry?.path()))
        .collect::<std::io::Result<Vec<_>>>()
        .with_context(|| format!("cannot list {}", folder.display()))?;
    paths.sort();
    Ok(paths)
}

/// Removes a folder with all that is in it; nothing to do when it is not there.
pub(crate) fn remove_folder(path: &Path) -> Result<()> {
    if path.exists() {
        fs::remove_dir_all(path).with_context(|| format!("cannot remove {}", path.display()))?;
    }
    Ok(())
}
