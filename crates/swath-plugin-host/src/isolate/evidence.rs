//! The rows that a function crashed on, in files that it can be given again.
//!
//! There are not too many of them: the oldest go. They are this user's alone, as are the folders that are made for them.

use std::collections::HashMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow_array::{RecordBatch, RecordBatchOptions};
use arrow_ipc::writer::FileWriter;
use arrow_schema::{ArrowError, Schema};
use swath_graph::values_are_redacted;
use swath_plugin_data::Columns;

use super::bound::{BoundElsewhere, Columned};
use super::packed::Packing;
use crate::{FileHash, disk};

/// Files in a folder.
const FILES: usize = 64;
/// Bytes of all of them.
const BYTES: u64 = 1 << 30;
/// Bytes of one: rows that take more are not kept.
const LARGEST: u64 = 256 << 20;

/// What the name of every file has, by which those that are ours are told from others in the same folder.
const PARTITION: &str = "-partition-";
const NO_PARTITION: &str = "-rows";
const ENDING: &str = ".arrow";

/// Rows that a function crashed on.
pub(super) struct Evidence<'a> {
    pub(super) of: &'a BoundElsewhere,
    pub(super) partition: Option<u64>,
    pub(super) rows: &'a Columned,
    pub(super) types: &'a Columns,
}

impl Evidence<'_> {
    /// Keeps them; says where, or why not.
    pub(super) fn kept(&self) -> String {
        if values_are_redacted() {
            return "; its rows are not kept, because values are redacted".to_owned();
        }
        match self.keep() {
            Ok(path) => format!("; the rows it was given are in `{}`", path.display()),
            Err(reason) => format!("; the rows it was given could not be kept: {reason}"),
        }
    }

    fn keep(&self) -> Result<PathBuf, String> {
        let (columns, rows) = self.rows;
        let packing = Packing::new(columns, *rows).map_err(|error| error.to_string())?;
        check_size(packing.size())?;
        let folder = disk::absolute(&self.of.pool.isolation.folder());
        let bytes = self.file().map_err(|error| error.to_string())?;
        check_size(bytes.len() as u64)?;
        let at = |error: io::Error| format!("`{}`: {error}", folder.display());
        disk::make_folder(&folder).map_err(at)?;
        check(&folder)?;
        let function = self.of.name();
        let rows = match self.partition {
            Some(number) => format!("{PARTITION}{number}"),
            None => NO_PARTITION.to_owned(),
        };
        // The same rows again are the same file, whoever writes it.
        let hash = FileHash::of(&bytes);
        let name = format!("{function}{rows}-{}{ENDING}", hash.short());
        let path = folder.join(name);
        disk::replace(&path, 0o600, &bytes).map_err(at)?;
        clear(&folder, &path, (FILES, BYTES));
        Ok(path)
    }

    /// An Arrow IPC file of the rows, whose metadata say what they were given to.
    fn file(&self) -> Result<Vec<u8>, ArrowError> {
        let mut metadata = HashMap::from([
            ("swath:function".to_owned(), self.of.name().to_owned()),
            ("swath:plugin".to_owned(), self.of.pool.hash.to_string()),
            ("swath:params".to_owned(), self.of.params().to_owned()),
        ]);
        if let Some(number) = self.partition {
            metadata.insert("swath:partition".to_owned(), number.to_string());
        }
        let (columns, rows) = self.rows;
        let fields = self.types.schema().fields().clone();
        let schema = Arc::new(Schema::new_with_metadata(fields, metadata));
        let options = RecordBatchOptions::new().with_row_count(Some(*rows));
        let batch =
            RecordBatch::try_new_with_options(Arc::clone(&schema), columns.clone(), &options)?;
        let mut writer = FileWriter::try_new(Vec::new(), &schema)?;
        writer.write(&batch)?;
        writer.into_inner()
    }
}

/// Sees to it that files are not too large.
fn check_size(size: u64) -> Result<(), String> {
    if size <= LARGEST {
        return Ok(());
    }
    let most = LARGEST >> 20;
    Err(format!(
        "they take {size} bytes, and files have at most {most} MiB"
    ))
}

/// Sees to it that a folder is this user's, and that not everybody can put files into it or take them out.
fn check(folder: &Path) -> Result<(), String> {
    let at = |error: io::Error| format!("`{}`: {error}", folder.display());
    let access = disk::access(folder).map_err(at)?;
    if access.owner == disk::own_user() && !access.is_world_writable() {
        return Ok(());
    }
    let folder = folder.display();
    Err(format!(
        "the folder `{folder}` belongs to another user, or all may write to it: name one of your own"
    ))
}

/// Removes the oldest files of crashes until there are no more than so many, of so many bytes; never the newest one.
fn clear(folder: &Path, newest: &Path, (files, bytes): (usize, u64)) {
    // What cannot be listed or removed stays: the crash is what matters.
    let mut all = disk::files(folder).unwrap_or_default();
    all.retain(|file| is_ours(&file.path));
    all.sort_by_key(|file| (file.path != newest, std::cmp::Reverse(file.modified)));
    let mut size = 0_u64;
    for (at, file) in all.iter().enumerate() {
        size = size.saturating_add(file.size);
        if at > 0 && (at >= files || size > bytes) {
            let _ = disk::remove(&file.path);
        }
    }
}

fn is_ours(path: &Path) -> bool {
    let name = path.file_name().and_then(|name| name.to_str());
    name.is_some_and(|name| {
        let parts = name.strip_suffix(ENDING);
        let parts = parts.and_then(|name| name.rsplit_once('-'));
        parts.is_some_and(|(rows, hash)| {
            let number = rows.rsplit_once(PARTITION).map(|(_, number)| number);
            let is_numbered = number.is_some_and(|number| number.parse::<u64>().is_ok());
            let is_hash = hash.bytes().all(|byte| byte.is_ascii_hexdigit());
            (is_numbered || rows.ends_with(NO_PARTITION)) && is_hash
        })
    })
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, SystemTime};

    use super::*;

    /// Files of crashes, of ten bytes each, the last the newest; one of somebody else among them.
    fn crashes(folder: &Path) -> Vec<PathBuf> {
        let path = |name: &str| folder.join(name);
        let write = |at: u64| {
            let rows = match at {
                1 => NO_PARTITION.to_owned(),
                _ => format!("{PARTITION}{at}"),
            };
            let path = path(&format!("geo.near{rows}-0123456789a{at}{ENDING}"));
            disk::replace(&path, 0o600, &[0; 10]).expect("written");
            let time = SystemTime::UNIX_EPOCH + Duration::from_secs(1000 + at);
            let file = std::fs::File::options().write(true).open(&path);
            file.expect("it is there").set_modified(time).expect("ours");
            path
        };
        disk::replace(&path("mine.arrow"), 0o600, &[0; 10]).expect("written");
        (0..4).map(write).collect()
    }

    #[track_caller]
    fn check_left(most: (usize, u64), expected: &[usize]) {
        let folder = tempfile::tempdir().expect("a folder");
        let all = crashes(folder.path());
        // The one that was written now is it whatever the clock says.
        clear(folder.path(), &all[1], most);
        let left = all
            .iter()
            .enumerate()
            .filter(|(_, path)| disk::is_file(path));
        let left: Vec<usize> = left.map(|(at, _)| at).collect();
        assert_eq!(left, expected);
        assert!(disk::is_file(&folder.path().join("mine.arrow")));
    }

    #[test]
    fn the_oldest_files_go() {
        check_left((4, 100), &[0, 1, 2, 3]);
        check_left((3, 100), &[1, 2, 3]);
        check_left((2, 100), &[1, 3]);
        check_left((9, 30), &[1, 2, 3]);
        check_left((9, 1), &[1]);
        check_left((0, 0), &[1]);
    }

    #[test]
    fn folders_of_others_are_not_used() {
        use std::os::unix::fs::PermissionsExt as _;

        let folder = tempfile::tempdir().expect("a folder");
        check(folder.path()).expect("it is ours");
        let all = std::fs::Permissions::from_mode(0o777);
        std::fs::set_permissions(folder.path(), all).expect("it is ours");
        let error = check(folder.path()).expect_err("others may write");
        let error = error.replace(&folder.path().display().to_string(), "[folder]");
        insta::assert_snapshot!(error, @"the folder `[folder]` belongs to another user, or all may write to it: name one of your own");
    }
}
