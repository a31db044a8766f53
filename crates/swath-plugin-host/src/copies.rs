//! Copies of plugins that nobody else can touch: what is opened in place of their files.

use crate::disk;
use crate::{FileHash, PluginFile};
use std::env;
use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};
use std::process;
use std::sync::atomic::{AtomicU64, Ordering};

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

    /// A folder of the caller's choice, which is made where it is not there.
    pub fn in_folder(folder: impl Into<PathBuf>) -> Self {
        Self {
            folder: folder.into(),
        }
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The path of a copy of a plugin's bytes, made where it is not there; one that is there is compared before it is
    /// trusted, and made again where anything of it differs. Several processes may do so at once.
    pub fn copy(&self, file: &PluginFile) -> Result<PathBuf, CopyError> {
        self.copy_bytes(file.hash(), file.bytes())
    }

    /// Where the copy of a file of this hash is, or would be.
    pub(crate) fn place(&self, hash: FileHash) -> PathBuf {
        self.folder.join(format!("{hash}.so"))
    }

    fn copy_bytes(&self, hash: FileHash, bytes: &[u8]) -> Result<PathBuf, CopyError> {
        static NUMBER: AtomicU64 = AtomicU64::new(0);

        let user = self.own_folder()?;
        let path = self.place(hash);
        if is_copy(&path, user, bytes) {
            return Ok(path);
        }
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let temporary = format!(".{hash}.{}.{number}", process::id());
        let temporary = self.folder.join(temporary);
        match disk::replace(&path, &temporary, MODE, bytes) {
            Ok(()) => Ok(path),
            Err(source) => Err(CopyError::Write { path, source }),
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
    use super::{CopyError, FileHash, MODE, Place, PluginCopies};
    use std::error::Error;
    use std::fs::{self, Permissions};
    use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
    use std::path::{Path, PathBuf};

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
