//! Files as they are written: whole or not at all, and read as they were.

use std::path::Path;
use std::sync::Arc;
use swath_batch::Batch;
use swath_divisions::Divisions;

use super::fixture::{context, folder, scan, table};
use crate::{
    IoError, ParquetDataset, ParquetWriter, ReadParquet, ToParquet, Written, prepare_folder,
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

fn write(options: &ToParquet, partitions: &[Batch]) -> Written {
    partitions
        .iter()
        .enumerate()
        .map(|(at, batch)| {
            let mut writer =
                ParquetWriter::create(options, batch.meta(), at, &context()).expect("a file");
            writer.write(batch.record_batch()).expect("rows");
            writer.finish().expect("a file")
        })
        .collect()
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
            .row_group_rows(100);
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
    let mut writer = ParquetWriter::create(&options, batch.meta(), 7, &context()).expect("a file");
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
    drop(writer);
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
    write(&ToParquet::from(folder.path()).recording(lie), &parts);
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
    assert!(
        prepare_folder(&options, &context())
            .expect("an empty folder")
            .files()
            .is_empty()
    );
    write(&options, &[batch.clone(), batch.clone(), batch.clone()]);
    let error = prepare_folder(&options, &context()).expect_err("it has files");
    insta::assert_snapshot!(error.to_string().replace(&folder.path().display().to_string(), "DATA"), @"`DATA` has 3 files already; `.overwrite()` replaces them");
    let options = options.overwrite();
    let before = prepare_folder(&options, &context()).expect("to be replaced");
    let written = write(&options, &[batch]);
    before.remove(&written).expect("removed");
    assert_eq!(names(folder.path()), ["part.0.parquet"]);
}

#[test]
fn mistakes_are_told() {
    let batch = Batch::from_csv("a\n1\n").expect("a batch");
    let error = |options: ToParquet| {
        ParquetWriter::create(&options, batch.meta(), 0, &context())
            .expect_err("refused")
            .to_string()
    };
    let folder = folder();
    insta::assert_snapshot!(error(ToParquet::from(folder.path()).compression("snapy")), @"no option `compression = snapy`; did you mean `snappy`?");
    insta::assert_snapshot!(error(ToParquet::from(folder.path()).compression("paper")), @"option `compression` is `paper`; expected `snappy`, `zstd`, `lz4` or `none`");
    insta::assert_snapshot!(error(ToParquet::from(folder.path()).row_group_rows(0)), @"option `row_group_rows` is `0`; expected at least one row");
    insta::assert_snapshot!(error(ToParquet::from("s3://bucket/out")), @"`s3://bucket/out` is in the store `s3://bucket`, which this session does not have");
    let file = super::fixture::put(folder.path(), "file", b"x");
    for target in [file.clone(), file.join("out"), file.join("a/b")] {
        let text = error(ToParquet::from(target));
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
    // Where the file is written before it has its name: a device that is always full.
    let temporary = format!(".part.0.parquet.{}.tmp", std::process::id());
    std::os::unix::fs::symlink("/dev/full", folder.path().join(temporary)).expect("a link");
    let written =
        ParquetWriter::create(&options, batch.meta(), 0, &context()).and_then(|mut writer| {
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
