//! Every point at which a write can be interrupted, and what is found after it.

#![expect(
    clippy::disallowed_methods,
    reason = "a test makes and lists its own files"
)]

use std::fs;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

use super::publication::Publication;
use super::publish::MARKER;
use super::{DiskTarget, DiskWrite, HiddenFolder};
use crate::IoError;
use crate::folder::kind::FileKind;
use crate::folder::{Mode, PartName, WrittenFile};

const NEW: usize = 3;

fn put(path: &Path, text: &str) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

/// Old files, one under a name that no new one has, one in a folder below, one that is none of the data.
fn old_files() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for name in [
        "part.0.parquet",
        "part.1.parquet",
        "part.7.parquet",
        "year=1/x.parquet",
        "_metadata",
        "notes.txt",
    ] {
        put(&folder.path().join(name), "old");
    }
    folder
}

fn in_mode(folder: &Path, mode: Mode) -> DiskTarget {
    let kind = FileKind {
        extensions: vec!["parquet".to_owned()],
        options: "ToParquet".into(),
    };
    DiskTarget::new(folder, kind, mode).unwrap()
}

fn target(folder: &Path) -> DiskTarget {
    in_mode(folder, Mode::Overwrite)
}

/// The files of a write, complete.
fn stage(staged: &HiddenFolder) -> Vec<WrittenFile> {
    (0..NEW)
        .map(|partition| {
            fs::write(staged.hidden(&PartName::of(partition)), "new").unwrap();
            WrittenFile {
                path: staged.path(&PartName::of(partition)).display().to_string(),
                rows: 1,
                bytes: 3,
            }
        })
        .collect()
}

/// Names and contents of all files, hidden ones too.
fn contents(folder: &Path) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(current) = folders.pop() {
        for entry in fs::read_dir(&current).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(folder).unwrap().display().to_string();
                found.push((name, fs::read_to_string(&path).unwrap()));
            }
        }
    }
    found.sort();
    found
}

/// Whether the data are all old or all new; what is no data is as it was.
#[track_caller]
fn check(folder: &Path, generation: &str) {
    let expected: &[(&str, &str)] = if generation == "old" {
        &[
            ("_metadata", "old"),
            ("notes.txt", "old"),
            ("part.0.parquet", "old"),
            ("part.1.parquet", "old"),
            ("part.7.parquet", "old"),
            ("year=1/x.parquet", "old"),
        ]
    } else {
        &[
            ("notes.txt", "old"),
            ("part.0.parquet", "new"),
            ("part.1.parquet", "new"),
            ("part.2.parquet", "new"),
        ]
    };
    let found = contents(folder);
    let found: Vec<_> = found
        .iter()
        .map(|(name, text)| (name.as_str(), text.as_str()))
        .collect();
    assert_eq!(found, expected);
    assert!(
        fs::read_dir(folder).unwrap().all(|entry| !entry
            .unwrap()
            .file_name()
            .to_string_lossy()
            .starts_with('.')),
        "hidden folders are left"
    );
}

fn read(folder: &Path) -> Result<Vec<PathBuf>, IoError> {
    let context = crate::IoContext::new(
        swath_memory::CancelToken::new(),
        std::sync::Arc::new(crate::FooterCache::default()),
    );
    let paths = [folder.display().to_string()];
    let wanted = crate::list::Wanted {
        verb: "read_parquet",
        extensions: &["parquet"],
        option: "ReadParquet::file_extension",
    };
    let files = crate::list::list_files(&paths, &wanted, &context)?;
    Ok(files
        .into_iter()
        .map(|file| PathBuf::from(file.path))
        .collect())
}

/// What is seen in the folder by readers that know nothing of all this.
fn visible(folder: &Path) -> Vec<String> {
    let mut found: Vec<_> = contents(folder)
        .into_iter()
        .filter(|(name, _)| !name.starts_with('.') && name.ends_with("parquet"))
        .map(|(_, text)| text)
        .collect();
    found.dedup();
    found
}

/// Ends a write as the end of its process does: locks are let go, nothing is removed.
fn kill(write: DiskWrite) {
    write.forget();
}

/// Decides a publish and makes so many of its moves; returns how many there are.
fn interrupted(write: &DiskWrite, moves: usize) -> usize {
    let staged = write.staged();
    let files = stage(staged);
    let publication = staged.decide(&files).unwrap();
    let steps = publication.forward();
    steps
        .iter()
        .take(moves)
        .for_each(|step| step.take().unwrap());
    steps.len()
}

/// Every point in the moves: what is there, and how many there are.
fn at_every_move(mut check_at: impl FnMut(&Path, DiskWrite)) {
    let mut moves = 0;
    loop {
        let folder = old_files();
        let write = target(folder.path()).begin().unwrap();
        let all = interrupted(&write, moves);
        assert_eq!(all, 5 + NEW);
        // Old or new ones alone, or neither; and swath's own reader says what is going on.
        assert!(
            visible(folder.path()).len() <= 1,
            "old and new files together"
        );
        let error = read(folder.path()).expect_err("told");
        assert!(matches!(error, IoError::Publishing { .. }), "{error}");
        check_at(folder.path(), write);
        if moves == all {
            return;
        }
        moves += 1;
    }
}

#[test]
fn a_whole_write_replaces_all() {
    let folder = old_files();
    let write = target(folder.path()).begin().unwrap();
    let files = stage(write.staged());
    assert_eq!(read(folder.path()).unwrap().len(), 4);
    write.staged().publish(&files).unwrap();
    assert_eq!(read(folder.path()).unwrap().len(), NEW);
    // The task that did it may run again.
    write.staged().publish(&files).unwrap();
    drop(write);
    check(folder.path(), "new");
}

#[test]
fn a_write_that_is_given_up_at_any_move_is_undone() {
    at_every_move(|folder, write| {
        drop(write);
        check(folder, "old");
    });
}

#[test]
fn a_task_that_is_run_again_goes_on_at_any_move() {
    at_every_move(|folder, write| {
        // The files are not where they were written any more, and need not be.
        let files: Vec<_> = (0..NEW)
            .map(|partition| WrittenFile {
                path: write
                    .staged()
                    .path(&PartName::of(partition))
                    .display()
                    .to_string(),
                rows: 1,
                bytes: 3,
            })
            .collect();
        write.staged().publish(&files).unwrap();
        drop(write);
        check(folder, "new");
    });
}

#[test]
fn the_next_write_finishes_what_was_killed_at_any_move() {
    at_every_move(|folder, write| {
        kill(write);
        let next = target(folder).begin().unwrap();
        assert_eq!(visible(folder), ["new"]);
        drop(next);
        check(folder, "new");
    });
}

#[test]
fn a_recovery_that_is_killed_too_is_finished() {
    at_every_move(|folder, write| {
        kill(write);
        let left = Publication::read(folder).unwrap().unwrap().forward();
        if let Some(step) = left.first() {
            step.take().unwrap();
        }
        drop(target(folder).begin().unwrap());
        check(folder, "new");
    });
}

#[test]
fn an_undoing_that_is_killed_is_finished_forward() {
    at_every_move(|folder, write| {
        let back = Publication::read(folder).unwrap().unwrap().back();
        let half = back.len() / 2;
        back.iter().take(half).for_each(|step| step.take().unwrap());
        kill(write);
        drop(target(folder).begin().unwrap());
        check(folder, "new");
    });
}

#[test]
fn what_is_killed_before_it_is_decided_leaves_the_old_files() {
    let folder = old_files();
    // While files are written.
    let write = target(folder.path()).begin().unwrap();
    stage(write.staged());
    kill(write);
    assert_eq!(read(folder.path()).unwrap().len(), 4);
    // Claimed, and nothing decided.
    let write = target(folder.path()).begin().unwrap();
    stage(write.staged());
    fs::rename(write.staged().writing(), folder.path().join(MARKER)).unwrap();
    kill(write);
    // Before it had anything in its hidden folder; while it removed one; after all was done.
    fs::create_dir(folder.path().join(".swath-0123456789abcdef")).unwrap();
    put(&folder.path().join(".swath-fedcba9876543210-gone/3"), "new");
    drop(target(folder.path()).begin().unwrap());
    check(folder.path(), "old");

    let write = target(folder.path()).begin().unwrap();
    let files = stage(write.staged());
    write.staged().publish(&files).unwrap();
    kill(write);
    assert_eq!(read(folder.path()).unwrap().len(), NEW);
    drop(target(folder.path()).begin().unwrap());
    check(folder.path(), "new");
}

#[test]
fn a_disk_that_refuses_keeps_the_old_files() {
    let folder = old_files();
    let write = target(folder.path()).begin().unwrap();
    let files = stage(write.staged());
    // A folder is where the last file should be.
    fs::create_dir(folder.path().join("part.2.parquet")).unwrap();
    let error = write.staged().publish(&files).expect_err("refused");
    assert!(error.path().unwrap().ends_with("part.2.parquet"), "{error}");
    assert_eq!(visible(folder.path()), ["old"]);
    assert_eq!(read(folder.path()).unwrap().len(), 4);
    // The same task may be tried again.
    fs::remove_dir(folder.path().join("part.2.parquet")).unwrap();
    write.staged().publish(&files).unwrap();
    drop(write);
    check(folder.path(), "new");
}

#[test]
fn a_file_that_is_not_what_was_written_is_not_published() {
    let folder = old_files();
    let write = target(folder.path()).begin().unwrap();
    let mut files = stage(write.staged());
    files[1].bytes = 4;
    write.staged().publish(&files).expect_err("another length");
    fs::remove_file(write.staged().hidden(&PartName::of(1))).unwrap();
    write.staged().publish(&files).expect_err("no file");
    drop(write);
    check(folder.path(), "old");
}

#[test]
fn a_write_at_the_same_time_is_let_alone() {
    let folder = old_files();
    let first = target(folder.path()).begin().unwrap();
    let files = stage(first.staged());
    let second = target(folder.path()).begin().unwrap();
    let others = stage(second.staged());
    fs::rename(first.staged().writing(), folder.path().join(MARKER)).unwrap();
    let error = second.staged().publish(&others).expect_err("one at a time");
    assert!(matches!(error, IoError::Publishing { .. }), "{error}");
    drop(target(folder.path()).begin().unwrap());
    first.staged().publish(&files).unwrap();
    second.staged().publish(&others).unwrap();
    // A write that may not replace sees what came into the folder meanwhile.
    drop((first, second));
    check(folder.path(), "new");
    let empty = tempfile::tempdir().unwrap();
    let careful = in_mode(empty.path(), Mode::New);
    let write = careful.begin().unwrap();
    let files = stage(write.staged());
    put(&empty.path().join("part.9.parquet"), "old");
    let error = write
        .staged()
        .publish(&files)
        .expect_err("not empty any more");
    assert!(matches!(error, IoError::Exists { files: 1, .. }), "{error}");
    drop(write);
    assert_eq!(contents(empty.path()).len(), 1);
}

#[test]
fn a_write_that_is_over_publishes_nothing() {
    let folder = old_files();
    let write = target(folder.path()).begin().unwrap();
    let staged = write.staged().clone();
    let files = stage(&staged);
    drop(write);
    let error = staged.publish(&files).expect_err("given up");
    assert_eq!(
        std::error::Error::source(&error).unwrap().to_string(),
        "the write was given up"
    );
    check(folder.path(), "old");
}

#[test]
fn a_write_is_plain_data() {
    let folder = tempfile::tempdir().unwrap();
    let write = target(&folder.path().join("a/b")).begin().unwrap();
    let json = serde_json::to_string(write.staged()).unwrap();
    assert_eq!(
        &serde_json::from_str::<HiddenFolder>(&json).unwrap(),
        write.staged()
    );
    // Folders that were made for it are gone with it, or with the last of those that found them.
    let beside = target(&folder.path().join("a/b")).begin().unwrap();
    drop(write);
    assert!(folder.path().join("a/b").is_dir());
    drop(beside);
    assert!(fs::read_dir(folder.path()).unwrap().next().is_none());
}

#[test]
fn the_last_of_many_writes_removes_the_folders_that_were_made() {
    let scene = tempfile::tempdir().unwrap();
    for round in 0..200 {
        let together = std::sync::Barrier::new(3);
        std::thread::scope(|scope| {
            for _ in 0..3 {
                scope.spawn(|| {
                    together.wait();
                    drop(target(&scene.path().join("a/b")).begin());
                });
            }
        });
        let left = fs::read_dir(scene.path()).unwrap().count();
        assert_eq!(left, 0, "round {round}");
    }
    // One that was there stays.
    fs::create_dir(scene.path().join("a")).unwrap();
    drop(target(&scene.path().join("a/b")).begin().unwrap());
    assert!(
        fs::read_dir(scene.path().join("a"))
            .unwrap()
            .next()
            .is_none()
    );
}

#[test]
fn folders_are_told_apart_by_what_they_are() {
    let scene = tempfile::tempdir().unwrap();
    let out = scene.path().join("out");
    put(&out.join("part.0.parquet"), "old");
    std::os::unix::fs::symlink(&out, scene.path().join("link")).unwrap();
    std::os::unix::fs::symlink(".", out.join("circle")).unwrap();
    fs::hard_link(
        out.join("part.0.parquet"),
        scene.path().join("other.parquet"),
    )
    .unwrap();
    let at = |path: &str| target(&scene.path().join(path));
    for (one, other, expected) in [
        ("out", "link", true),
        ("out", "missing/../out", true),
        ("new", "./new/.", true),
        ("new", "new/inner", true),
        ("out/a/b", "link", true),
        ("new", "new/_inner", false),
        ("new", "newer", false),
        ("out", "new", false),
    ] {
        assert_eq!(at(one).overlaps(&at(other)), expected, "{one} and {other}");
        assert_eq!(at(other).overlaps(&at(one)), expected, "{other} and {one}");
    }
    for (read, expected) in [
        ("out/part.0.parquet", true),
        ("link/part.0.parquet", true),
        ("link/../out/circle/part.0.parquet", true),
        ("other.parquet", true),
        ("missing.parquet", false),
    ] {
        let path = scene.path().join(read).display().to_string();
        let found = at("out").first_replaced([path.as_str()]).unwrap();
        assert_eq!(found.is_some(), expected, "{read}");
    }
    let url = format!("file://{}", out.join("part.0.parquet").display());
    assert!(
        at("link")
            .first_replaced([url.as_str(), "s3://b/x"])
            .unwrap()
            .is_some()
    );
}

/// Files in two partitions that were there, as a write finds them that adds to them or replaces one of the two.
fn partitions() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for name in [
        "_metadata",
        "region=eu/part.0.parquet",
        "region=eu/part.11.parquet",
        "region=us/part.0.parquet",
    ] {
        put(&folder.path().join(name), "old");
    }
    folder
}

/// A file in a folder that is there and two in one that is not.
fn stage_parts(staged: &HiddenFolder) -> Vec<WrittenFile> {
    let parts = [
        ("region=eu", 0),
        ("region=new/city=x", 0),
        ("region=new/city=x", 1),
    ];
    parts
        .into_iter()
        .map(|(below, nth)| {
            let part = PartName {
                below,
                partition: 0,
                nth,
            };
            fs::write(staged.hidden(&part), "new").unwrap();
            WrittenFile {
                path: staged.path(&part).display().to_string(),
                rows: 1,
                bytes: 3,
            }
        })
        .collect()
}

/// What is seen before and after such a write.
fn seen(mode: Option<Mode>) -> Vec<(String, String)> {
    let before: &[_] = &[
        ("_metadata", "old"),
        ("region=eu/part.0.parquet", "old"),
        ("region=eu/part.11.parquet", "old"),
        ("region=us/part.0.parquet", "old"),
    ];
    let seen: &[_] = match mode {
        Some(Mode::Append) => &[
            ("region=eu/part.0.parquet", "old"),
            ("region=eu/part.11.parquet", "old"),
            ("region=eu/part.12.parquet", "new"),
            ("region=new/city=x/part.12.parquet", "new"),
            ("region=new/city=x/part.12_1.parquet", "new"),
            ("region=us/part.0.parquet", "old"),
        ],
        Some(_) => &[
            ("region=eu/part.0.parquet", "new"),
            ("region=new/city=x/part.0.parquet", "new"),
            ("region=new/city=x/part.0_1.parquet", "new"),
            ("region=us/part.0.parquet", "old"),
        ],
        None => before,
    };
    seen.iter()
        .map(|(name, text)| ((*name).to_owned(), (*text).to_owned()))
        .collect()
}

/// Stops a write of this mode at every point of its moves.
fn at_every_move_of(mode: Mode, mut check_at: impl FnMut(&Path, DiskWrite, Vec<WrittenFile>)) {
    let mut moves = 0;
    loop {
        let folder = partitions();
        let target = in_mode(folder.path(), mode);
        let write = target.begin().unwrap();
        let files = stage_parts(write.staged());
        let steps = write.staged().decide(&files).unwrap().forward();
        steps
            .iter()
            .take(moves)
            .for_each(|step| step.take().unwrap());
        read(folder.path()).expect_err("told that files are getting their names");
        check_at(folder.path(), write, files);
        if moves == steps.len() {
            return;
        }
        moves += 1;
    }
}

#[test]
fn files_are_added_or_partitions_replaced_or_nothing_at_any_move() {
    for mode in [Mode::Append, Mode::OverwritePartitions] {
        let (before, after) = (seen(None), seen(Some(mode)));
        // Given up.
        at_every_move_of(mode, |folder, write, _| {
            drop(write);
            assert_eq!(contents(folder), before);
            assert!(!folder.join("region=new").exists(), "a folder is left");
        });
        // The task runs again, and says the same names as the first time.
        at_every_move_of(mode, |folder, write, files| {
            let named = write.staged().publish(&files).unwrap();
            assert_eq!(write.staged().publish(&files).unwrap(), named);
            drop(write);
            assert_eq!(contents(folder), after);
            for file in named {
                assert!(Path::new(&file.path).is_file(), "{}", file.path);
            }
        });
        // The process is killed: the next write, of whatever mode, finishes it once.
        at_every_move_of(mode, |folder, write, _| {
            kill(write);
            for _ in 0..2 {
                let next = in_mode(folder, Mode::Append);
                drop(next.begin().unwrap());
                assert_eq!(contents(folder), after);
            }
        });
        // Killed while it was undone.
        at_every_move_of(mode, |folder, write, _| {
            let back = Publication::read(folder).unwrap().unwrap().back();
            let half = back.len() / 2;
            back.iter().take(half).for_each(|step| step.take().unwrap());
            kill(write);
            drop(target(folder).begin().unwrap());
            assert_eq!(contents(folder), after);
        });
    }
}

#[test]
fn added_files_are_numbered_when_they_get_their_names() {
    let folder = partitions();
    let target = in_mode(folder.path(), Mode::Append);
    let (one, other) = (target.begin().unwrap(), target.begin().unwrap());
    let files = [stage_parts(one.staged()), stage_parts(other.staged())];
    other.staged().publish(&files[1]).unwrap();
    let named = one.staged().publish(&files[0]).unwrap();
    assert!(
        named[0].path.ends_with("region=eu/part.13.parquet"),
        "{named:?}"
    );
    drop((one, other));
    assert_eq!(contents(folder.path()).len(), 3 + 3 + 3);
}

#[test]
fn a_link_to_other_partitions_too_is_not_replaced() {
    let (folder, elsewhere, all) = (partitions(), partitions(), partitions());
    std::os::unix::fs::symlink(all.path(), folder.path().join("linked")).unwrap();
    std::os::unix::fs::symlink(
        elsewhere.path().join("region=us"),
        folder.path().join("region=link"),
    )
    .unwrap();
    let target = in_mode(folder.path(), Mode::OverwritePartitions);
    let publish = |below| {
        let write = target.begin().unwrap();
        let part = PartName {
            below,
            partition: 0,
            nth: 0,
        };
        fs::write(write.staged().hidden(&part), "new").unwrap();
        let path = write.staged().path(&part).display().to_string();
        let file = WrittenFile {
            path,
            rows: 1,
            bytes: 3,
        };
        write.staged().publish(&[file])
    };
    let error = publish("linked/region=eu").expect_err("region=us is behind it too");
    assert!(error.path().unwrap().ends_with("linked"), "{error}");
    publish("region=link").unwrap();
    assert!(!folder.path().join("region=link").is_symlink());
    let there = elsewhere.path().join("region=us/part.0.parquet");
    assert_eq!(fs::read_to_string(there).unwrap(), "old");
}

#[test]
fn what_an_older_version_decided_is_finished() {
    let folder = old_files();
    let write = target(folder.path()).begin().unwrap();
    stage(write.staged());
    let marker = folder.path().join(MARKER);
    fs::rename(write.staged().writing(), &marker).unwrap();
    fs::create_dir(marker.join("old")).unwrap();
    let manifest = format!(
        r#"{{"version":1,"id":"{}","files":["part.0.parquet","part.1.parquet","part.2.parquet"],"replaced":["_metadata","part.0.parquet","part.1.parquet","part.7.parquet","year=1/x.parquet"]}}"#,
        write.staged().id
    );
    fs::write(marker.join("manifest"), manifest).unwrap();
    kill(write);
    drop(target(folder.path()).begin().unwrap());
    check(folder.path(), "new");
}
