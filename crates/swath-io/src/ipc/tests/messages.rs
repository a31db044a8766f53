//! What is said about files and options that do not fit.

use arrow_array::{Int64Array, RecordBatch, StringArray};
use arrow_ipc::writer::StreamWriter;
use std::fmt::Write as _;
use std::sync::Arc;
use swath_batch::Batch;

use super::fixture::{context, folder, put, scan};
use super::reading::file_of;
use crate::{IoError, ReadIpc, ToIpc, WriteOptions};

pub(super) fn told(said: &mut String, error: &IoError) {
    let _ = writeln!(said, "{error}");
    let mut cause = std::error::Error::source(error);
    while let Some(why) = cause {
        let _ = writeln!(said, "  why {why}");
        cause = why.source();
    }
    if let Some(fix) = error.fix() {
        let _ = writeln!(said, "  fix {fix}");
    }
}

/// A folder of files that are whole, and of others.
fn files() -> tempfile::TempDir {
    let ints = |name: &str| {
        let column = Arc::new(Int64Array::from_iter_values(0..9)) as _;
        RecordBatch::try_from_iter([
            ("id", column),
            (name, Arc::new(StringArray::from(vec!["x"; 9])) as _),
        ])
        .expect("columns of one height")
    };
    let good = file_of(&[ints("v")]);
    let mut stream = StreamWriter::try_new(Vec::new(), ints("v").schema_ref()).expect("a stream");
    stream.write(&ints("v")).expect("rows");
    let stream = stream.into_inner().expect("memory");
    let mut wrong = good.clone();
    let len = wrong.len();
    wrong[len - 10..len - 6].copy_from_slice(&i32::MAX.to_le_bytes());
    let mut scrambled = good.clone();
    scrambled[len - 60..len - 20].fill(0xab);
    let mut message = good.clone();
    let at = good
        .windows(4)
        .rposition(|four| four == [0xff; 4])
        .expect("the end mark");
    let at = good[..at]
        .windows(4)
        .rposition(|four| four == [0xff; 4])
        .expect("a record batch");
    message[at + 8..at + 40].fill(0xcd);
    let folder = folder();
    let files: [(&str, &[u8]); 10] = [
        ("one.arrow", &good),
        ("other.arrow", &file_of(&[ints("w")])),
        ("empty.arrow", b""),
        ("cut.arrow", &good[..len - 100]),
        ("stream.arrow", &stream),
        ("text.arrow", b"id,v\n1,2\n"),
        ("parquet.arrow", b"PAR1 and so on PAR1"),
        ("wrong.arrow", &wrong),
        ("scrambled.arrow", &scrambled),
        ("message.arrow", &message),
    ];
    for (name, bytes) in files {
        put(folder.path(), name, bytes);
    }
    folder
}

#[test]
fn what_does_not_fit_is_told_with_what_to_do() {
    let folder = files();
    let path = |name: &str| ReadIpc::from(folder.path().join(name));
    let both = |name: &str| {
        ReadIpc::new(vec![
            folder.path().join("one.arrow"),
            folder.path().join(name),
        ])
    };
    let mut said = String::new();
    for read in [
        both("other.arrow"),
        path("empty.arrow"),
        path("cut.arrow"),
        path("stream.arrow"),
        path("text.arrow"),
        path("parquet.arrow"),
        path("wrong.arrow"),
        path("scrambled.arrow"),
        path("message.arrow"),
        path("one.arrow").columns(["w"]),
        path("one.arrow").index("w"),
        path("one.arrow").partition_size("many"),
        path("two.arrow"),
        ReadIpc::from(Vec::<String>::new()),
    ] {
        told(
            &mut said,
            &scan(&read, None, None, 10).expect_err("it does not fit"),
        );
    }
    let write = ToIpc::from(folder.path());
    for write in [
        write.clone().compression("rar"),
        write.clone().batch_rows(0),
    ] {
        let batch = Batch::from_csv("a\n1\n").expect("a table");
        told(
            &mut said,
            &write.check(batch.meta()).expect_err("it does not fit"),
        );
    }
    let target = write.target(&context()).expect("a folder");
    told(&mut said, &target.check().expect_err("there are files"));
    let said = said.replace(&folder.path().display().to_string(), "DATA");
    insta::assert_snapshot!(said, @r#"
    `DATA/other.arrow` has no column `v`, which `one.arrow` has
      fix read the columns they share with `ReadIpc::columns(["id"])`, or read them apart
    `DATA/empty.arrow` is empty (0 bytes), not an Arrow IPC file
      fix write the file again, or leave it out of the pattern
    `DATA/cut.arrow` is cut off after 894 bytes: it begins as an Arrow IPC file and has no end
      fix write the file again, or leave it out of the pattern
    `DATA/stream.arrow` is not an Arrow IPC file: it is an Arrow stream, which cannot be read from the middle
      fix write the file again, or leave it out of the pattern
    `DATA/text.arrow` is not an Arrow IPC file: it is text, which begins with `id,v`
      fix write the file again, or leave it out of the pattern
    `DATA/parquet.arrow` is not an Arrow IPC file: it is a Parquet file
      fix write the file again, or leave it out of the pattern
    `DATA/wrong.arrow` is damaged: its footer says that it has 2147483647 bytes, and the file has 994
      fix write the file again, or leave it out of the pattern
    `DATA/scrambled.arrow` is damaged: its footer does not decode
      why Range [168, 2880154707) is out of bounds
      fix write the file again, or leave it out of the pattern
    `DATA/message.arrow` is damaged: Type `i32` at position 3452816845 is unaligned (record batch 0)
      fix write the file again, or leave it out of the pattern
    cannot use the columns of `DATA/one.arrow`
      why no column `w`; columns are `id`, `v`
    cannot use the columns of `DATA/one.arrow`
      why no column `w`; columns are `id`, `v`
    option `partition_size` is `many`; expected a number of bytes, such as `64MiB`
    there is no file or folder `DATA/two.arrow`
      fix did you mean `DATA/cut.arrow`?
    `read_ipc` was given no path
      fix name a file, a folder or a pattern, as in `read_ipc("sales/")`
    option `compression` is `rar`; expected `lz4`, `zstd` or `none`
    option `batch_rows` is `0`; expected at least one row
    `DATA` has 10 files already; `.overwrite()` replaces them
      fix write to another folder, replace them with `ToIpc::new(..).overwrite()`, or add to them with `ToIpc::new(..).append()`
    "#);
    // What they share can be read.
    let (rows, _) = scan(&both("other.arrow").columns(["id"]), None, None, 10).expect("rows");
    assert_eq!(rows.num_rows(), 18);
}

#[test]
fn a_file_that_changed_after_it_was_listed_is_an_error() {
    use crate::{Dataset, IpcDataset, ScanRequest};

    let folder = folder();
    let batch = Batch::from_csv("a\n1\n").expect("a table");
    let file = file_of(std::slice::from_ref(batch.record_batch()));
    let path = put(folder.path(), "a.arrow", &file);
    let dataset = IpcDataset::open(&ReadIpc::from(path.as_str()), &context()).expect("a file");
    let more = [batch.record_batch().clone(), batch.record_batch().clone()];
    put(folder.path(), "a.arrow", &file_of(&more));
    let part = dataset.parts(&[vec![0]]).remove(0);
    let mut reader = part
        .open(&ScanRequest::new(["a"]), &context())
        .expect("a reader");
    let error = reader.next().expect_err("another file");
    assert!(matches!(error, IoError::Changed { .. }), "{error}");
}
