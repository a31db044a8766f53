//! Copies, those that stay and those that go.

#![expect(clippy::disallowed_methods, reason = "a test looks at its own files")]

use super::unused::{DAY, LIMITS, Limits, clear, in_use};
use super::{CopyError, CopyInUse, FileHash, MODE, Place, PluginCopies};
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
    clear(copies.folder(), &paths[0], now, limits);
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
    assert!(in_use().contains_key(other.path()));
    drop(other);
    assert!(!in_use().contains_key(&path));
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
