//! What bad input gets: every message, and that it leaves nothing behind.
//!
//! Each test makes mistakes and collects what the user sees in one snapshot. After each mistake the session
//! answers as before, its memory is back to what it was, and no file is left that was not there.

#![expect(
    clippy::disallowed_methods,
    reason = "tests make and damage files as no part of swath would"
)]

mod calls;
mod columns;
mod delayed;
mod files;
mod runs;
mod values;

use std::fmt::Write as _;
use std::fs::OpenOptions;
use std::io::{Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use swath::ErrorKind;
use swath::prelude::*;
use tempfile::TempDir;

/// A session, a folder of files, and what was said so far.
struct Scene {
    session: Session,
    folder: TempDir,
    said: String,
}

impl Scene {
    fn new(session: Session) -> Self {
        Self {
            session,
            folder: tempfile::tempdir().expect("a temporary folder"),
            said: String::new(),
        }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A frame of three columns in two partitions.
    fn sales(&self) -> DataFrame {
        let batch = |text: &str| Batch::from_csv(text).expect("rows");
        let sales = [
            batch("region,amount,qty\neu,10.5,1\nus,5.0,0\n"),
            batch("region,amount,qty\neu,2.25,3\n,4.0,9\n"),
        ];
        self.session.from_batches(sales).expect("a frame")
    }

    /// Files under `name`, one a partition of the sales.
    fn files(&self, name: &str) -> PathBuf {
        let folder = self.path(name);
        self.sales().to_parquet(&*folder).expect("written");
        folder
    }

    /// What a mistake must leave as it was: bytes in use, files, persisted frames.
    fn state(&self) -> (u64, Vec<PathBuf>, usize) {
        let persisted = self.session.persisted().frames().len();
        (
            self.session.memory_used(),
            listing(self.folder.path()),
            persisted,
        )
    }

    /// Makes one mistake, and checks that nothing but the message is left of it.
    #[track_caller]
    fn mistake<T>(
        &mut self,
        what: &str,
        make: impl FnOnce(&Self) -> swath::Result<T>,
    ) -> ErrorKind {
        let before = self.state();
        let error = make(self).err().expect(what);
        if let Some(origin) = error.location() {
            assert!(
                origin.to_string().contains("tests/errors/"),
                "{what}: at {origin}, not at the caller's line"
            );
        }
        assert_eq!(
            error.to_string(),
            format!("{error:?}"),
            "{what}: `main` prints another text"
        );
        let text = self.redacted(&error.to_string());
        writeln!(self.said, "## {what}\n{text}\n").expect("a text grows");
        let kind = error.kind().clone();
        drop(error);
        assert_eq!(
            before,
            self.state(),
            "{what}: memory, files or persisted frames are left behind"
        );
        let total: f64 = self
            .sales()
            .sum("amount")
            .and_then(|sum| sum.get())
            .expect("the session is usable");
        assert_eq!(total, 21.75, "{what}: the session answers otherwise");
        kind
    }

    /// The message without what changes from run to run: the folder, the lines of files, hashes.
    fn redacted(&self, text: &str) -> String {
        let mut text = text.replace(&self.folder.path().display().to_string(), "[folder]");
        for (mark, shown) in [(".rs:", "[line]"), ("builtin:", "[line]")] {
            let mut from = 0;
            while let Some(at) = text[from..].find(mark) {
                let start = from + at + mark.len();
                let len = text[start..]
                    .find(|c: char| !c.is_ascii_digit() && c != ':')
                    .unwrap_or(text.len() - start);
                let len = text[start..start + len].trim_end_matches(':').len();
                text.replace_range(start..start + len, shown);
                from = start + shown.len();
            }
        }
        text
    }

    /// Everything that was said, as one snapshot.
    fn finish(self, name: &str) {
        insta::assert_snapshot!(name, self.said);
    }
}

/// All files below a folder.
fn listing(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            found.extend(listing(&path));
        }
        found.push(path);
    }
    found.sort();
    found
}

fn two_threads() -> Session {
    Session::builder()
        .threads(2)
        .memory_limit("128MiB")
        .build()
        .expect("a session")
}

/// The only file in a folder whose name has `part`.
fn file_in(folder: &Path, part: &str) -> PathBuf {
    let named = |path: &PathBuf| {
        path.file_name()
            .is_some_and(|name| name.to_string_lossy().contains(part))
    };
    listing(folder)
        .into_iter()
        .find(named)
        .expect("a file of that name")
}

fn put(path: &Path, bytes: &[u8]) {
    std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
    std::fs::write(path, bytes).expect("written");
}

fn change(path: &Path) -> std::fs::File {
    OpenOptions::new()
        .read(true)
        .write(true)
        .open(path)
        .expect("a file to damage")
}

fn cut(path: &Path, len: impl Fn(u64) -> u64) {
    let file = change(path);
    let all = file.metadata().expect("its length").len();
    file.set_len(len(all)).expect("cut off");
}

fn overwrite(path: &Path, at: SeekFrom, bytes: &[u8]) {
    let mut file = change(path);
    file.seek(at).expect("a place");
    file.write_all(bytes).expect("overwritten");
}
