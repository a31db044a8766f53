//! Copies of plugins that nobody else can touch: what is opened in place of their files.

use crate::disk;
use crate::{FileHash, PluginFile};
use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::env;
use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

/// Permissions of a copy: its owner reads it and has it loaded, nobody writes it.
const MODE: u32 = 0o500;

/// A folder of copies, each named by its hash.
///
/// What was checked is what is opened: a file that is replaced in between, or while it is loaded, changes nothing. And a plugin
/// that was built anew is another file to the system's loader, which knows libraries by their paths.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PluginCopies {
    folder: PathBuf,
}

impl PluginCopies {
    /// The folder `swath/plugins` in the user's cache, which is `$XDG_CACHE_HOME` or `$HOME/.cache`; without either a folder of
    /// the user among the temporary files. Makes nothing yet.
    pub fn of_user() -> Self {
        let place = Place {
            cache: env::var_os("XDG_CACHE_HOME"),
            home: env::var_os("HOME"),
        };
        if let Some(folder) = place.folder() {
            return Self { folder };
        }
        let user = disk::own_user();
        let folder = env::temp_dir().join(format!("swath-plugins-{user}"));
        Self { folder }
    }

    /// A folder of the caller's choice, which is made where it is not there. A relative one is where it is now, also when processes of
    /// isolated plugins are started later.
    pub fn in_folder(folder: impl Into<PathBuf>) -> Self {
        let folder = disk::absolute(&folder.into());
        Self { folder }
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The path of a copy of a plugin's bytes, made where it is not there; one that is there is compared before it is
    /// trusted, and made again where anything of it differs. Several processes may do so at once.
    ///
    /// Where one is made, those go that nobody has asked for in thirty days, and of more than 1 GiB the oldest that nobody has asked for
    /// in a day; none that a plugin of this process is still to be started from.
    pub fn copy(&self, file: &PluginFile) -> Result<PathBuf, CopyError> {
        self.copy_bytes(file.hash(), file.bytes())
    }

    /// Where the copy of a file of this hash is, or would be.
    pub(crate) fn place(&self, hash: FileHash) -> PathBuf {
        self.folder.join(format!("{hash}.so"))
    }

    fn copy_bytes(&self, hash: FileHash, bytes: &[u8]) -> Result<PathBuf, CopyError> {
        let user = self.own_folder()?;
        let path = self.place(hash);
        if is_copy(&path, user, bytes) {
            // By its time it is told from those that nobody uses. Where that cannot be changed, it may be made again one day.
            let _ = disk::touch(&path);
            return Ok(path);
        }
        match disk::replace(&path, MODE, bytes) {
            Ok(()) => {
                self.clear(&path, SystemTime::now(), &LIMITS);
                Ok(path)
            }
            Err(source) => Err(CopyError::Write { path, source }),
        }
    }

    /// As [`copy`](Self::copy), of which processes are to be started as long as it is held.
    pub(crate) fn copy_in_use(&self, file: &PluginFile) -> Result<CopyInUse, CopyError> {
        // Before it is looked for: else it might be removed in between.
        let in_use = CopyInUse::new(self.place(file.hash()));
        self.copy(file)?;
        Ok(in_use)
    }

    /// Removes copies that nobody seems to use any more. What is open stays what it is without its name.
    fn clear(&self, newest: &Path, now: SystemTime, limits: &Limits) {
        // What cannot be listed or removed stays: the new copy is there.
        let mut all = disk::files(&self.folder).unwrap_or_default();
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

    /// Sees to it that the folder is there and this user's alone; returns the user.
    fn own_folder(&self) -> Result<u32, CopyError> {
        let user = disk::own_user();
        let folder = || self.folder.clone();
        match disk::private_folder(&self.folder) {
            Ok(Some(access)) if access.owner == user => Ok(user),
            Ok(Some(access)) => Err(CopyError::Stranger {
                folder: folder(),
                owner: access.owner,
            }),
            Ok(None) => Err(CopyError::NoFolder { folder: folder() }),
            Err(source) => Err(CopyError::Folder {
                folder: folder(),
                source,
            }),
        }
    }
}

/// Whether there is a whole copy at a path that nobody could have changed. What cannot be read is none.
fn is_copy(path: &Path, user: u32, bytes: &[u8]) -> bool {
    let access = disk::holding(path, bytes).ok().flatten();
    access.is_some_and(|access| access.mode == MODE && access.owner == user)
}

/// Whether it is named as copies are.
fn is_ours(path: &Path) -> bool {
    let hash = path.file_stem().and_then(|name| name.to_str());
    let is_library = path.extension().is_some_and(|extension| extension == "so");
    is_library && hash.is_some_and(|hash| hash.parse::<FileHash>().is_ok())
}

/// Which copies stay.
struct Limits {
    /// Those that were used since.
    recent: Duration,
    /// Those that were not used for longer go.
    old: Duration,
    /// Of more bytes those go that are not recent.
    bytes: u64,
}

const DAY: Duration = Duration::from_secs(24 * 60 * 60);
const LIMITS: Limits = Limits {
    recent: DAY,
    old: DAY.saturating_mul(30),
    bytes: 1 << 30,
};

/// The copies that processes are still to be started from, and how many plugins each.
fn in_use() -> MutexGuard<'static, BTreeMap<PathBuf, usize>> {
    static IN_USE: Mutex<BTreeMap<PathBuf, usize>> = Mutex::new(BTreeMap::new());
    IN_USE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A copy that stays while this lives.
pub(crate) struct CopyInUse(PathBuf);

impl CopyInUse {
    fn new(path: PathBuf) -> Self {
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

/// What the environment says of where caches are.
struct Place {
    cache: Option<OsString>,
    home: Option<OsString>,
}

impl Place {
    fn folder(self) -> Option<PathBuf> {
        // A relative path is to be passed over, as whoever defined the variable says; it would be another folder in each program.
        let rooted =
            |value: Option<OsString>| value.map(PathBuf::from).filter(|path| path.is_absolute());
        rooted(self.cache)
            .or_else(|| Some(rooted(self.home)?.join(".cache")))
            .map(|cache| cache.join("swath").join("plugins"))
    }
}

/// A copy of a plugin that could not be made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CopyError {
    /// A folder that cannot be made.
    #[error(
        "the folder `{}` for copies of plugins cannot be made: make its parent writable, or set `XDG_CACHE_HOME` to another one",
        folder.display()
    )]
    Folder {
        /// The folder.
        folder: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A link in place of the folder.
    #[error(
        "`{}`, where copies of plugins are kept, is a link: remove it, or set `XDG_CACHE_HOME` to another folder",
        folder.display()
    )]
    NoFolder {
        /// The folder.
        folder: PathBuf,
    },
    /// A folder of somebody else.
    #[error(
        "the folder `{}` for copies of plugins belongs to user {owner}: set `XDG_CACHE_HOME` to a folder of your own",
        folder.display()
    )]
    Stranger {
        /// The folder.
        folder: PathBuf,
        /// The number of its user.
        owner: u32,
    },
    /// A copy that cannot be written.
    #[error(
        "the copy `{}` of a plugin cannot be written: make room on its disk, or set `XDG_CACHE_HOME` to a folder on another",
        path.display()
    )]
    Write {
        /// The copy.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "a test looks at its own files")]
mod tests {
    use super::{CopyError, CopyInUse, DAY, FileHash, LIMITS, Limits, MODE, Place, PluginCopies};
    use std::error::Error;
    use std::fs::{self, Permissions};
    use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
    use std::path::{Path, PathBuf};
    use std::time::SystemTime;

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().mode() & 0o7777
    }

    fn copied(copies: &PluginCopies, bytes: &[u8]) -> Result<PathBuf, CopyError> {
        copies.copy_bytes(FileHash::of(bytes), bytes)
    }

    #[test]
    fn a_copy_is_named_by_its_hash_and_nobody_elses() {
        let root = tempfile::tempdir().unwrap();
        let copies = PluginCopies::in_folder(root.path().join("a/b"));
        let path = copied(&copies, b"one").unwrap();
        assert_eq!(
            path,
            root.path().join(format!("a/b/{}.so", FileHash::of(b"one")))
        );
        assert_eq!(fs::read(&path).unwrap(), b"one");
        assert_eq!((mode(&path), mode(copies.folder())), (MODE, 0o700));
        let number = fs::metadata(&path).unwrap().ino();
        assert_eq!(copied(&copies, b"one").unwrap(), path);
        assert_eq!(fs::metadata(&path).unwrap().ino(), number, "the same file");
        copied(&copies, b"two").unwrap();
        assert_eq!(fs::read_dir(copies.folder()).unwrap().count(), 2);
    }

    #[test]
    fn what_is_there_is_not_trusted_for_its_name() {
        let root = tempfile::tempdir().unwrap();
        let copies = PluginCopies::in_folder(root.path());
        let path = copied(&copies, b"one").unwrap();
        let elsewhere = root.path().join("elsewhere");
        let breaks: [&dyn Fn(); 6] = [
            &|| fs::write(&path, b"two").unwrap(),
            &|| {
                // Other bytes where all the rest is as it should be.
                fs::write(&path, b"two").unwrap();
                fs::set_permissions(&path, Permissions::from_mode(MODE)).unwrap();
            },
            &|| fs::write(&path, b"on").unwrap(),
            &|| fs::write(&path, b"").unwrap(),
            &|| {
                // The right bytes, where somebody else can change them.
                fs::write(&elsewhere, b"one").unwrap();
                fs::set_permissions(&elsewhere, Permissions::from_mode(MODE)).unwrap();
                fs::remove_file(&path).unwrap();
                symlink(&elsewhere, &path).unwrap();
            },
            &|| {},
        ];
        for apply in breaks {
            fs::set_permissions(&path, Permissions::from_mode(0o700)).unwrap();
            apply();
            assert_eq!(copied(&copies, b"one").unwrap(), path);
            assert_eq!(fs::read(&path).unwrap(), b"one");
            assert!(fs::symlink_metadata(&path).unwrap().is_file());
            assert_eq!(mode(&path), MODE);
        }
    }

    #[test]
    fn a_copy_that_is_in_use_stays_what_it_is() {
        let root = tempfile::tempdir().unwrap();
        let copies = PluginCopies::in_folder(root.path());
        let path = copied(&copies, b"one").unwrap();
        let open = fs::File::open(&path).unwrap();
        fs::set_permissions(&path, Permissions::from_mode(0o700)).unwrap();
        copied(&copies, b"one").unwrap();
        let number = |metadata: fs::Metadata| metadata.ino();
        assert_ne!(
            number(open.metadata().unwrap()),
            number(fs::metadata(&path).unwrap())
        );
    }

    #[test]
    fn rights_of_others_are_taken_from_the_folder() {
        let root = tempfile::tempdir().unwrap();
        fs::set_permissions(root.path(), Permissions::from_mode(0o777)).unwrap();
        copied(&PluginCopies::in_folder(root.path()), b"one").unwrap();
        assert_eq!(mode(root.path()), 0o700);
    }

    #[test]
    fn many_at_once() {
        let root = tempfile::tempdir().unwrap();
        let copies = PluginCopies::in_folder(root.path().join("plugins"));
        let bytes = vec![7; 1 << 20];
        let paths: Vec<_> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..8)
                .map(|_| scope.spawn(|| copied(&copies, &bytes).unwrap()))
                .collect();
            threads.into_iter().map(|one| one.join().unwrap()).collect()
        });
        assert!(paths.iter().all(|path| *path == paths[0]));
        assert_eq!(fs::read(&paths[0]).unwrap(), bytes);
        assert_eq!(
            fs::read_dir(copies.folder()).unwrap().count(),
            1,
            "nothing is left over"
        );
    }

    /// Copies of four plugins, used so many days ago, of ten bytes each; and which are there still when the newest was made.
    #[track_caller]
    fn check_left(days: [u32; 4], limits: &Limits, in_use: Option<usize>, expected: &[usize]) {
        let root = tempfile::tempdir().unwrap();
        let copies = PluginCopies::in_folder(root.path());
        let now = SystemTime::now();
        let paths = [0_u8, 1, 2, 3].map(|at| copied(&copies, &[at; 10]).unwrap());
        for (path, days) in paths.iter().zip(days) {
            let file = fs::File::open(path).unwrap();
            file.set_modified(now - DAY * days - DAY / 2).unwrap();
        }
        let others = ["mine.so", "notes"].map(|name| root.path().join(name));
        for other in &others {
            fs::write(other, b"").unwrap();
            let file = fs::File::open(other).unwrap();
            file.set_modified(now - DAY * 1000).unwrap();
        }
        let _in_use = in_use.map(|at| CopyInUse::new(paths[at].clone()));
        copies.clear(&paths[0], now, limits);
        let left = paths.iter().enumerate().filter(|(_, path)| path.exists());
        let left: Vec<usize> = left.map(|(at, _)| at).collect();
        assert_eq!(left, expected);
        assert!(others.iter().all(|other| other.exists()));
    }

    #[test]
    fn copies_that_nobody_uses_go() {
        let little = Limits {
            bytes: 15,
            ..LIMITS
        };
        check_left([0, 1, 2, 3], &LIMITS, None, &[0, 1, 2, 3]);
        check_left([0, 40, 2, 30], &LIMITS, None, &[0, 2]);
        // The one that was made now stays whatever the clock says, and what processes are to be started from.
        check_left([40, 40, 40, 40], &LIMITS, None, &[0]);
        check_left([0, 40, 40, 40], &LIMITS, Some(2), &[0, 2]);
        check_left([0, 1, 2, 3], &little, None, &[0]);
        check_left([0, 0, 2, 3], &little, None, &[0, 1]);
        check_left([0, 1, 2, 3], &little, Some(3), &[0, 3]);
    }

    #[test]
    fn what_is_asked_for_is_used() {
        let root = tempfile::tempdir().unwrap();
        let copies = PluginCopies::in_folder(root.path());
        let path = copied(&copies, b"one").unwrap();
        let time = || fs::metadata(&path).unwrap().modified().unwrap();
        let file = fs::File::open(&path).unwrap();
        file.set_modified(SystemTime::now() - DAY * 29).unwrap();
        let before = time();
        copied(&copies, b"one").unwrap();
        assert!(time() > before + DAY * 28);
        let (one, other) = (CopyInUse::new(path.clone()), CopyInUse::new(path.clone()));
        drop(one);
        assert!(super::in_use().contains_key(other.path()));
        drop(other);
        assert!(!super::in_use().contains_key(&path));
    }

    #[test]
    fn a_folder_stays_where_it_is() {
        let copies = PluginCopies::in_folder("some/folder");
        let here = std::env::current_dir().unwrap();
        assert_eq!(copies.folder(), here.join("some/folder"));
    }

    #[test]
    fn where_a_users_copies_are() {
        let folder = |cache: Option<&str>, home: Option<&str>| {
            let place = Place {
                cache: cache.map(Into::into),
                home: home.map(Into::into),
            };
            place.folder()
        };
        for (cache, home, expected) in [
            (Some("/c"), Some("/h"), Some("/c/swath/plugins")),
            (None, Some("/h"), Some("/h/.cache/swath/plugins")),
            (Some(""), Some("/h"), Some("/h/.cache/swath/plugins")),
            (Some("c"), Some("/h"), Some("/h/.cache/swath/plugins")),
            (Some("c"), Some(""), None),
            (None, None, None),
        ] {
            assert_eq!(folder(cache, home), expected.map(PathBuf::from));
        }
    }

    #[test]
    fn messages() {
        let root = tempfile::tempdir().unwrap();
        let at = |name: &str| PluginCopies::in_folder(root.path().join(name));
        fs::write(root.path().join("file"), b"").unwrap();
        symlink(root.path(), root.path().join("link")).unwrap();
        let blocked = at("blocked");
        let name = format!("blocked/{}.so", FileHash::of(b"one"));
        fs::create_dir_all(root.path().join(name)).unwrap();
        let strange = CopyError::Stranger {
            folder: root.path().join("theirs"),
            owner: 7,
        };
        let errors = [
            copied(&at("file/plugins"), b"one").unwrap_err(),
            copied(&at("link"), b"one").unwrap_err(),
            copied(&blocked, b"one").unwrap_err(),
            strange,
        ];
        let told = errors.map(|error| {
            let below = error.source().map(|source| format!("\n  {source}"));
            format!("{error}{}", below.unwrap_or_default())
        });
        let told = told
            .join("\n\n")
            .replace(&root.path().display().to_string(), "ROOT");
        insta::assert_snapshot!(told);
    }
}
