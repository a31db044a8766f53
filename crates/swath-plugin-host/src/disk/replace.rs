//! Files that are there as a whole or not at all.

use std::fs::{self, File, Permissions};
use std::hash::{BuildHasher as _, Hasher as _, RandomState};
use std::io::{self, Write as _};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use super::{files, remove};

/// Puts a file of these bytes and permissions at a path, there as a whole or not at all, whatever was there before.
///
/// What a crash of the machine leaves may be cut off: whoever finds it there checks it. What processes left that were killed on the way is
/// removed after a day.
pub(crate) fn replace(path: &Path, mode: u32, bytes: &[u8]) -> io::Result<()> {
    let (temporary, mut file) = temporary_beside(path, random)?;
    let written = file
        .write_all(bytes)
        // Whatever the process's mask took away.
        .and_then(|()| file.set_permissions(Permissions::from_mode(mode)))
        .and_then(|()| fs::rename(&temporary, path));
    if written.is_err() {
        // What matters is why it could not be written.
        let _ = fs::remove_file(&temporary);
    } else if let Some(folder) = path.parent() {
        remove_left_over(folder, SystemTime::now());
    }
    written
}

/// What the names of files end with that are not whole yet.
const TEMPORARY: &str = ".swath-new";
/// How many names are tried for one.
const NAMES: usize = 100;
/// When such a file is nobody's any more.
const LEFT_OVER: Duration = Duration::from_secs(24 * 60 * 60);

/// A new file in the folder of another, of a name that no other has: processes that share a folder may have the same number, in
/// containers say.
fn temporary_beside(path: &Path, mut random: impl FnMut() -> u64) -> io::Result<(PathBuf, File)> {
    let mut new = File::options();
    new.write(true).create_new(true).mode(0o600);
    let named = |number: u64| path.with_file_name(format!(".{number:016x}{TEMPORARY}"));
    let is_taken = |error: &io::Error| error.kind() == io::ErrorKind::AlreadyExists;
    let mut tried = 1;
    loop {
        let temporary = named(random());
        match new.open(&temporary) {
            Err(error) if is_taken(&error) && tried < NAMES => tried += 1,
            opened => return opened.map(|file| (temporary, file)),
        }
    }
}

/// A number that no other process has, and this one not twice.
fn random() -> u64 {
    RandomState::new().build_hasher().finish()
}

/// Removes what processes left that were killed while they wrote.
fn remove_left_over(folder: &Path, now: SystemTime) {
    // What cannot be listed or removed stays.
    let mut all = files(folder).unwrap_or_default();
    all.retain(|file| is_temporary(&file.path));
    for file in all {
        let age = now.duration_since(file.modified).unwrap_or_default();
        if age > LEFT_OVER {
            let _ = remove(&file.path);
        }
    }
}

fn is_temporary(path: &Path) -> bool {
    let name = path.file_name().and_then(|name| name.to_str());
    let number = name.and_then(|name| name.strip_prefix('.')?.strip_suffix(TEMPORARY));
    number.is_some_and(|number| {
        number.len() == 16 && number.bytes().all(|byte| byte.is_ascii_hexdigit())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let all = files(folder).expect("a folder").into_iter();
        let mut names: Vec<String> = all
            .filter_map(|file| Some(file.path.file_name()?.to_str()?.to_owned()))
            .collect();
        names.sort();
        names
    }

    /// Another process, in another container, may have the same number and write the same file.
    #[test]
    fn what_another_writes_is_left_alone() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("it");
        let (theirs, mut file) = temporary_beside(&path, || 7).expect("a file");
        file.write_all(b"theirs").expect("written");
        let mut numbers = [7, 7, 8].into_iter();
        let ours = temporary_beside(&path, || numbers.next().expect("one more"));
        let (ours, _) = ours.expect("another name");
        assert_ne!(ours, theirs);
        let error = temporary_beside(&path, || 7).expect_err("no name is free");
        assert_eq!(error.kind(), io::ErrorKind::AlreadyExists);
        assert_eq!(fs::read(&theirs).expect("it is there"), b"theirs");
        fs::rename(&theirs, &path).expect("they go on");
        assert_ne!(random(), random());
    }

    #[test]
    fn what_was_left_over_is_removed_when_it_is_old() {
        let folder = tempfile::tempdir().expect("a folder");
        let write = |name: &str| fs::write(folder.path().join(name), name).expect("written");
        let left = format!(".{:016x}{TEMPORARY}", 7);
        for name in [&left, ".7.swath-new", "0000000000000007.swath-new", "mine"] {
            write(name);
        }
        let path = folder.path().join("it");
        replace(&path, 0o600, b"1").expect("written");
        assert_eq!(names(folder.path()).len(), 5, "they may be written now");
        remove_left_over(folder.path(), SystemTime::now() + LEFT_OVER * 2);
        let others = [".7.swath-new", "0000000000000007.swath-new", "it", "mine"];
        assert_eq!(names(folder.path()), others);
    }

    #[test]
    fn what_cannot_be_written_leaves_nothing() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("taken");
        fs::create_dir(&path).expect("a folder");
        replace(&path, 0o600, b"1").expect_err("a folder has its name");
        assert!(names(folder.path()).is_empty());
    }
}
