//! Copies that nobody seems to use any more.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use crate::{FileHash, disk};

/// Removes copies from a folder that nobody seems to use any more. What is open stays what it is without its name.
pub(super) fn clear(folder: &Path, newest: &Path, now: SystemTime, limits: &Limits) {
    // What cannot be listed or removed stays: the new copy is there.
    let mut all = disk::files(folder).unwrap_or_default();
    all.retain(|file| is_ours(&file.path));
    all.sort_by_key(|file| Reverse(file.modified));
    let in_use = in_use();
    let mut bytes = 0_u64;
    for file in all {
        bytes = bytes.saturating_add(file.size);
        let age = now.duration_since(file.modified).unwrap_or_default();
        let is_needed = file.path == newest || in_use.contains_key(&file.path);
        let is_too_much = bytes > limits.bytes && age > limits.recent;
        if !is_needed && (age > limits.old || is_too_much) {
            let _ = disk::remove(&file.path);
        }
    }
}

/// Whether it is named as copies are.
fn is_ours(path: &Path) -> bool {
    let hash = path.file_stem().and_then(|name| name.to_str());
    let is_library = path.extension().is_some_and(|extension| extension == "so");
    is_library && hash.is_some_and(|hash| hash.parse::<FileHash>().is_ok())
}

/// Which copies stay.
pub(super) struct Limits {
    /// Those that were used since.
    pub(super) recent: Duration,
    /// Those that were not used for longer go.
    pub(super) old: Duration,
    /// Of more bytes those go that are not recent.
    pub(super) bytes: u64,
}

pub(super) const DAY: Duration = Duration::from_secs(24 * 60 * 60);
pub(super) const LIMITS: Limits = Limits {
    recent: DAY,
    old: DAY.saturating_mul(30),
    bytes: 1 << 30,
};

/// The copies that processes are still to be started from, and how many plugins each.
pub(super) fn in_use() -> MutexGuard<'static, BTreeMap<PathBuf, usize>> {
    static IN_USE: Mutex<BTreeMap<PathBuf, usize>> = Mutex::new(BTreeMap::new());
    IN_USE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A copy that stays while this lives.
pub(crate) struct CopyInUse(PathBuf);

impl CopyInUse {
    pub(super) fn new(path: PathBuf) -> Self {
        *in_use().entry(path.clone()).or_default() += 1;
        Self(path)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for CopyInUse {
    fn drop(&mut self) {
        let mut in_use = in_use();
        if let Some(plugins) = in_use.get_mut(&self.0) {
            *plugins -= 1;
            if *plugins == 0 {
                in_use.remove(&self.0);
            }
        }
    }
}
