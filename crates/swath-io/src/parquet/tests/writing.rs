//! Files as they are written: whole or not at all, and read as they were.

use std::path::Path;
use std::sync::Arc;
use swath_batch::Batch;
use swath_divisions::Divisions;
use swath_memory::Budget;

use super::fixture::{context, folder, scan, table};
use crate::{
    FolderWrite, IoError, ParquetDataset, ParquetWriter, ReadParquet, ToParquet, WriteOptions,
    Written, WrittenFile,
};

#[expect(clippy::disallowed_methods, reason = "a test looks at its own folder")]
fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = std::fs::read_dir(folder)
        .expect("a folder")
        .map(|entry| {
            entry
                .expect("an entry")
                .file_name()
                .to_string_lossy()
                .into_owned()
        })
        .collect();
    names.sort();
    names
}

fn begin(options: &ToParquet) -> FolderWrite {
    let target = options.target(&context()).expect("a folder");
    target.begin().expect("a folder to write into")
}

fn write(options: &ToParquet, partitions: &[Batch]) -> Written {
    let write = begin(options);
    let written: Written = partitions
        .iter()
        .enumerate()
        .map(|(at, batch)| {
            let mut writer =
                ParquetWriter::create(options, write.staged(), batch.meta(), at, &context())
                    .expect("a file");
            writer.write(batch.record_batch()).expect("rows");
            writer.finish().expect("a file")
        })
        .collect();
    let published = write.staged().publish(&written.files, &context());
    published.expect("published");
    written
}

#[test]
fn rows_dtypes_and_index_come_back() {
    let folder = folder();
    let batch = Batch::from_record_batch(table(500, 3)).expect("a batch");
    let meta = Arc::new(batch.meta().set_index(["sorted"]).expect("a column"));
    let batch = Batch::try_new(batch.into_record_batch(), meta).expect("the same columns");
    for codec in ["snappy", "zstd", "lz4", "none"] {
        let options = ToParquet::from(folder.path())
            .compression(codec)
            .row_group_rows(100)
            .overwrite();
        let written = write(&options, std::slice::from_ref(&batch));
        assert_eq!(names(folder.path()), ["part.0.parquet"]);
        assert_eq!(written.rows(), 500);
        let (found, stats) =
            scan(&ReadParquet::from(folder.path()), None, None, 8192).expect("rows");
        assert_eq!(found, batch);
        assert_eq!(stats.row_groups, 5);
    }
}

#[test]
fn nothing_half_written_is_seen_or_left() {
    let folder = folder();
    let batch = Batch::from_csv("a\n1\n").expect("a batch");
    let options = ToParquet::from(folder.path());
    let begun = begin(&options);
    let mut writer = ParquetWriter::create(&options, begun.staged(), batch.meta(), 7, &context())
        .expect("a file");
    writer.write(batch.record_batch()).expect("rows");
    assert!(
        names(folder.path())
            .iter()
            .all(|name| name.starts_with('.'))
    );
    assert!(
        ParquetDataset::open(&ReadParquet::from(folder.path()), &context())
            .expect_err("no file")
            .is_not_found()
    );
    let other = Batch::from_csv("b\n1\n").expect("a batch");
    let error = writer
        .write(other.record_batch())
        .expect_err("other columns");
    insta::assert_snapshot!(std::error::Error::source(&error).expect("a reason"), @"column 0 is `b` where the meta has `a`");
    drop(begun);
    assert!(names(folder.path()).is_empty());
    // A task that is still running cannot bring anything back.
    let gone = writer.finish().expect_err("the write was given up");
    assert!(gone.to_string().contains("part.7.parquet"), "{gone}");
    assert!(names(folder.path()).is_empty());
    assert_eq!(
        write(&options, &[batch]).files[0].path,
        folder.path().join("part.0.parquet").display().to_string()
    );
}

#[test]
fn divisions_come_back() {
    let folder = folder();
    let parts: Vec<Batch> = ["ts,v\n3,1\n7,2\n", "ts,v\n10,3\n", "ts,v\n25,4\n"]
        .iter()
        .map(|text| {
            let batch = Batch::from_csv(text).expect("a batch");
            let meta = Arc::new(batch.meta().set_index(["ts"]).expect("a column"));
            Batch::try_new(batch.into_record_batch(), meta).expect("the same columns")
        })
        .collect();
    let divisions = Divisions::try_new([0_i64, 10, 20, 30]).expect("ascending");
    let open = || {
        ParquetDataset::open(
            &ReadParquet::from(folder.path()).split_row_groups(false),
            &context(),
        )
        .expect("files")
    };
    write(
        &ToParquet::from(folder.path()).recording(divisions.clone()),
        &parts,
    );
    assert_eq!(open().divisions(), &divisions);
    // Joined by size, a partition has several files: then statistics tell.
    let joined =
        ParquetDataset::open(&ReadParquet::from(folder.path()), &context()).expect("files");
    assert_eq!(
        joined.divisions().to_string(),
        Divisions::try_new([3_i64, 25])
            .expect("ascending")
            .to_string()
    );
    // What the rows contradict is not believed.
    let lie = Divisions::try_new([5_i64, 10, 20, 30]).expect("ascending");
    let lying = ToParquet::from(folder.path()).recording(lie);
    write(&lying.overwrite(), &parts);
    assert_eq!(
        open().divisions(),
        &Divisions::try_new([3_i64, 10, 25, 25]).expect("ascending")
    );
}

#[test]
fn a_folder_with_files_is_kept_or_replaced() {
    let folder = folder();
    let batch = Batch::from_csv("a\n1\n").expect("a batch");
    let options = ToParquet::from(folder.path());
    write(&options, &[batch.clone(), batch.clone(), batch.clone()]);
    let target = options.target(&context()).expect("a folder");
    let error = target.check().expect_err("it has files").to_string();
    insta::assert_snapshot!(error.replace(&folder.path().display().to_string(), "DATA"), @"`DATA` has 3 files already; `.overwrite()` replaces them");
    let again = target.begin().expect_err("it has files");
    assert_eq!(again.to_string(), error);
    assert_eq!(names(folder.path()).len(), 3);
    write(&options.overwrite(), &[batch]);
    assert_eq!(names(folder.path()), ["part.0.parquet"]);
}

#[test]
fn mistakes_are_told() {
    let error = |options: ToParquet| options.check_options().expect_err("refused").to_string();
    let folder = folder();
    insta::assert_snapshot!(error(ToParquet::from(folder.path()).compression("snapy")), @"no option `compression = snapy`; did you mean `snappy`?");
    insta::assert_snapshot!(error(ToParquet::from(folder.path()).compression("paper")), @"option `compression` is `paper`; expected `snappy`, `zstd`, `lz4` or `none`");
    insta::assert_snapshot!(error(ToParquet::from(folder.path()).row_group_rows(0)), @"option `row_group_rows` is `0`; expected at least one row");
    let target = |options: ToParquet| options.target(&context()).expect_err("refused").to_string();
    insta::assert_snapshot!(target(ToParquet::from("ftp://host/out")), @"`ftp://host/out` is in the store `ftp://host`, which this session does not have");
    insta::assert_snapshot!(target(ToParquet::from("")), @"cannot find ``");
    let file = super::fixture::put(folder.path(), "file", b"x");
    for path in [file.clone(), file.join("out"), file.join("a/b")] {
        let target = ToParquet::from(path).target(&context()).expect("a path");
        let text = target.begin().expect_err("a file in the way").to_string();
        assert_eq!(
            text.replace(&folder.path().display().to_string(), "DATA"),
            "`DATA/file` is a file, not a folder"
        );
    }
}

#[test]
fn a_full_disk_leaves_nothing() {
    let folder = folder();
    let batch = Batch::from_record_batch(table(5000, 3)).expect("a batch");
    let options = ToParquet::from(folder.path());
    let begun = begin(&options);
    let hidden = names(folder.path()).remove(0);
    // Where the file is written before it has its name: a device that is always full.
    for attempt in 0..64 {
        let temporary = format!("{hidden}/0.{}-{attempt}.tmp", std::process::id());
        std::os::unix::fs::symlink("/dev/full", folder.path().join(temporary)).expect("a link");
    }
    let written = ParquetWriter::create(&options, begun.staged(), batch.meta(), 0, &context())
        .and_then(|mut writer| {
            writer.write(batch.record_batch())?;
            writer.finish()
        });
    let error = written.expect_err("no room");
    let why = std::error::Error::source(&error).expect("the system's words");
    let text = format!("{error}\n{why}\n{}", error.fix().expect("what to do"));
    insta::assert_snapshot!(text.replace(&folder.path().display().to_string(), "DATA"), @r"
    cannot write `DATA/part.0.parquet`
    No space left on device (os error 28)
    make room, or write elsewhere; nothing of the file is left
    ");
    assert!(matches!(error, IoError::File { .. }));
    drop(begun);
    assert!(names(folder.path()).is_empty());
    write(&options, &[batch]);
    assert_eq!(names(folder.path()), ["part.0.parquet"]);
}

#[test]
fn options_are_plain_data() {
    let options = ToParquet::from("out")
        .compression("zstd")
        .overwrite()
        .recording(Divisions::try_new([0_i64, 1]).expect("ascending"));
    let json = serde_json::to_string(&options).expect("plain data");
    assert_eq!(
        serde_json::from_str::<ToParquet>(&json).expect("the same"),
        options
    );
}

/// Writes one partition with the writer that the options ask for.
fn write_part(options: &ToParquet, batches: &[Batch]) -> Result<Vec<WrittenFile>, IoError> {
    let meta = Arc::new(batches[0].meta().as_ref().clone());
    options.check(&meta)?;
    options.check_existing(&meta, &context())?;
    let write = options.target(&context())?.begin()?;
    let mut writer = options.create(write.staged(), &meta, 0, &context())?;
    for batch in batches {
        writer.write(batch.record_batch())?;
    }
    write.staged().publish(&writer.finish()?, &context())
}

#[test]
fn rows_go_into_the_folders_of_their_values_and_come_back() {
    let folder = folder();
    let rows = Batch::from_record_batch(table(400, 5)).expect("a batch");
    let keys = ["region", "ok", "few", "day"];
    for keys in [
        &keys[..1],
        &keys[1..2],
        &keys[..3],
        &keys[2..],
        &["at", "int"],
    ] {
        let options = ToParquet::from(folder.path())
            .partition_on(keys)
            .overwrite();
        let halves = [rows.slice(0, 150), rows.slice(150, 250)];
        let files = write_part(&options, &halves).expect("written");
        assert_eq!(files.iter().map(|file| file.rows).sum::<u64>(), 400);
        // A row is known by its note and its number, and the keys are recorded with their dtypes.
        let (found, _) = scan(&ReadParquet::from(folder.path()), None, None, 8192).expect("rows");
        for key in keys {
            assert_eq!(
                found.meta().dtype(key).expect("a key"),
                rows.meta().dtype(key).expect("a column")
            );
        }
        let order = |batch: &Batch| {
            let columns = batch.meta().names().map(str::to_owned).collect::<Vec<_>>();
            let mut rows: Vec<Vec<String>> = (0..batch.num_rows())
                .map(|row| {
                    rows.meta()
                        .names()
                        .map(|name| {
                            let at = columns
                                .iter()
                                .position(|column| column == name)
                                .expect("there");
                            let column = batch.record_batch().column(at);
                            swath_batch::Value::from_array(column, row).to_string()
                        })
                        .collect()
                })
                .collect();
            rows.sort();
            rows
        };
        assert_eq!(order(&found), order(&rows), "{keys:?}");
    }
}

#[test]
fn more_folders_than_a_task_has_open_files_are_written() {
    let folder = folder();
    let rows: Vec<String> = (0..300).map(|row| format!("{},{row}", row % 100)).collect();
    let rows = Batch::from_csv(&format!("key,row\n{}\n", rows.join("\n"))).expect("rows");
    let batches: Vec<Batch> = (0..3).map(|at| rows.slice(at * 100, 100)).collect();
    let options = ToParquet::from(folder.path()).partition_on(["key"]);
    let files = write_part(&options, &batches).expect("written");
    assert!(files.len() > 200, "{} files", files.len());
    let read = ReadParquet::from(folder.path());
    let (found, _) = scan(&read, Some(&["key", "row"]), None, 8192).expect("rows");
    let mut found = found.rows::<(i64, i64)>().expect("two columns");
    // Rows of a key are in the order in which they came.
    assert!(found.is_sorted());
    found.sort_by_key(|(_, row)| *row);
    assert_eq!(
        found,
        (0..300).map(|row| (row % 100, row)).collect::<Vec<_>>()
    );
}

#[test]
fn what_cannot_be_partitioned_or_added_is_told() {
    let folder = folder();
    let batch = Batch::from_csv("a,b,c\n1,x,1.5\n").expect("a batch");
    let meta = Arc::new(batch.meta().set_index(["a"]).expect("a column"));
    let indexed = Batch::try_new(batch.record_batch().clone(), meta).expect("the same columns");
    let on = |keys: &[&str]| ToParquet::from(folder.path()).partition_on(keys);
    let mut told = Vec::new();
    let mut tell = |options: &ToParquet, batch: &Batch| {
        let error = write_part(options, std::slice::from_ref(batch)).expect_err("refused");
        let text = format!("{error}\n  {}", error.fix().unwrap_or_default());
        told.push(text.replace(&folder.path().display().to_string(), "DATA"));
    };
    tell(&on(&["bb"]), &batch);
    tell(&on(&["b", "b"]), &batch);
    tell(&on(&["a"]), &indexed);
    tell(&on(&["c"]), &batch);
    tell(&on(&["b"]), &batch.select(["b"]).expect("a column"));
    tell(&on(&[]).overwrite_partitions(), &batch);

    write_part(&on(&["b"]), std::slice::from_ref(&batch)).expect("written");
    tell(&on(&["b"]), &batch);
    tell(&on(&[]).append(), &batch);
    tell(&on(&["b", "a"]).append(), &batch);
    tell(&on(&["b"]).append(), &indexed);
    tell(
        &on(&["b"]).append(),
        &batch.select(["a", "b"]).expect("columns"),
    );
    let other = Batch::from_csv("a,b,c,d\n1,x,1.5,2\n").expect("a batch");
    tell(&on(&["b"]).overwrite_partitions(), &other);
    let other = Batch::from_csv("a,b,c\n1.5,x,1.5\n").expect("a batch");
    tell(&on(&["b"]).append(), &other);
    let other = Batch::from_csv("a,b,c\n1,7,1.5\n").expect("a batch");
    tell(&on(&["b"]).append(), &other);
    insta::assert_snapshot!(told.join("\n"), @r#"
    cannot partition on `bb`: no column `bb`; columns are `a`, `b`, `c`
      name other columns, or make one with `assign`: text, categories, integers, decimals, truth values, dates and timestamps without a zone can name folders
    cannot partition on `b`: it is named twice
      name other columns, or make one with `assign`: text, categories, integers, decimals, truth values, dates and timestamps without a zone can name folders
    cannot partition on `a`: it is the index, which stays in the files
      name other columns, or make one with `assign`: text, categories, integers, decimals, truth values, dates and timestamps without a zone can name folders
    cannot partition on `c`: a value of float64 does not come back from the name of a folder
      name other columns, or make one with `assign`: text, categories, integers, decimals, truth values, dates and timestamps without a zone can name folders
    cannot partition on `b`: no column is left for the files
      name other columns, or make one with `assign`: text, categories, integers, decimals, truth values, dates and timestamps without a zone can name folders
    `.overwrite_partitions()` without `.partition_on(..)`
      say what the partitions are, as in `ToParquet::new(..).partition_on(["region"]).overwrite_partitions()`, or replace all files with `.overwrite()`
    `DATA` has 1 file already; `.overwrite()` replaces them
      write to another folder, replace them with `ToParquet::new(..).overwrite()`, or add to them with `ToParquet::new(..).append()`
    cannot add to the files of `DATA`: its files are partitioned on `b`, and the frame on nothing
      make the columns those of the files (`select`, `astype`, `set_index`), write to another folder, or replace all files with `.overwrite()`
    cannot add to the files of `DATA`: its files are partitioned on `b`, and the frame on `b` and `a`
      make the columns those of the files (`select`, `astype`, `set_index`), write to another folder, or replace all files with `.overwrite()`
    cannot add to the files of `DATA`: the frame has the index `a`, and `DATA/b=x/part.0.parquet` has no index
      make the columns those of the files (`select`, `astype`, `set_index`), write to another folder, or replace all files with `.overwrite()`
    cannot add to the files of `DATA`: the frame has no column `c`, which `DATA/b=x/part.0.parquet` has
      make the columns those of the files (`select`, `astype`, `set_index`), write to another folder, or replace all files with `.overwrite()`
    cannot add to the files of `DATA`: the frame has a column `d`, which `DATA/b=x/part.0.parquet` has not
      make the columns those of the files (`select`, `astype`, `set_index`), write to another folder, or replace all files with `.overwrite()`
    cannot add to the files of `DATA`: column `a` is float64 in the frame and int64 in `DATA/b=x/part.0.parquet`
      make the columns those of the files (`select`, `astype`, `set_index`), write to another folder, or replace all files with `.overwrite()`
    cannot add to the files of `DATA`: key `b` is int64 in the frame and string in `DATA/b=x/part.0.parquet`
      make the columns those of the files (`select`, `astype`, `set_index`), write to another folder, or replace all files with `.overwrite()`
    "#);
}

#[test]
fn names_of_folders_and_files_are_held_until_the_end() {
    const FOLDERS: u64 = 100;
    const NAME: u64 = 200;
    let folder = folder();
    let keys: Vec<String> = (0..FOLDERS)
        .map(|at| format!("{at:0width$}", width = NAME as usize))
        .collect();
    let rows = Batch::from_columns([("key", keys)])
        .and_then(|rows| rows.with("v", vec![1_i64; FOLDERS as usize]));
    let rows = rows.expect("two columns");
    let options = ToParquet::from(folder.path()).partition_on("key");
    let write = begin(&options);
    let create = || {
        let writer = options.create(write.staged(), rows.meta(), 0, &context());
        writer.expect("a writer")
    };
    let mut writer = create();
    writer.write(rows.record_batch()).expect("rows");
    writer.write_held().expect("written");
    // Once as a name, once as a key; the paths of files that were closed are there too.
    let held = writer.held();
    assert!(
        (2 * FOLDERS * NAME..6 * FOLDERS * NAME).contains(&held),
        "{held}"
    );
    drop(writer);

    let budget = Budget::new(2 * FOLDERS * NAME);
    let mut memory = budget.reserve("names");
    let error = create().write_within(rows.record_batch(), &mut memory);
    let error = error.expect_err("names cannot be written away");
    assert!(matches!(error, IoError::OverBudget(_)), "{error}");
}
