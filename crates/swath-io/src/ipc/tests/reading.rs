//! What is read of files, and what is not.

use arrow_array::types::{Int8Type, Int32Type};
use arrow_array::{
    ArrayRef, Date64Array, DictionaryArray, FixedSizeBinaryArray, Float16Array, Int8Array,
    LargeListArray, LargeStringArray, RecordBatch, RunArray, StringArray, StringViewArray,
};
use arrow_ipc::writer::FileWriter;
use std::fmt::Write as _;
use std::sync::Arc;
use std::time::{Duration, Instant};
use swath_batch::Batch;
use swath_expr::{col, lit};

use super::fixture::{bytes_of, folder, put, scan, write};
use crate::every_dtype::{categories, every_dtype};
use crate::{ReadIpc, ToIpc};

/// A file as another program writes it.
pub(super) fn file_of(batches: &[RecordBatch]) -> Vec<u8> {
    let mut writer = FileWriter::try_new(Vec::new(), batches[0].schema_ref()).expect("a file");
    for batch in batches {
        writer.write(batch).expect("rows");
    }
    writer.finish().expect("a file");
    writer.into_inner().expect("memory")
}

fn numbers(rows: i64) -> Batch {
    let mut text = "id,k,s\n".to_owned();
    for row in 0..rows {
        let _ = writeln!(text, "{row},{},text {row}", row % 7);
    }
    Batch::from_csv(&text).expect("a table")
}

#[test]
fn only_what_is_asked_for_is_read() {
    let folder = folder();
    let batch = numbers(1_000);
    let options = ToIpc::from(folder.path())
        .compression("none")
        .batch_rows(100);
    write(&options, &[std::slice::from_ref(&batch)]);
    let read = ReadIpc::from(folder.path());
    let (all, whole) = scan(&read, None, None, 64).expect("rows");
    assert_eq!(all, batch);
    let (one, some) = scan(&read, Some(&["k"]), None, 64).expect("rows");
    assert_eq!(one.num_rows(), 1_000);
    assert!(
        some.bytes_read * 2 < whole.bytes_read,
        "{some:?} of {whole:?}"
    );
    // Batches without a row that passes are read no further than that.
    let few = col("id").ge(250).and(col("id").lt(260));
    let (found, some) = scan(&read, Some(&["s", "id"]), Some(&few), 64).expect("rows");
    assert_eq!(found.num_rows(), 10);
    assert_eq!(found.value("s", 0).expect("a text").to_string(), "text 250");
    assert_eq!(some.values_decoded["s"], 100);
    assert_eq!((some.rows_read, some.rows_selected), (1_000, 10));
    let (none, _) = scan(&read, Some(&[]), Some(&col("k").eq(lit(1))), 1_000).expect("rows");
    assert_eq!((none.meta().len(), none.num_rows()), (0, 143));
    let (none, some) = scan(&read, Some(&[]), None, 1_000).expect("rows");
    assert_eq!((none.num_rows(), some.bytes_read), (1_000, 0));
}

#[test]
fn options_name_columns_and_index() {
    let folder = folder();
    write(&ToIpc::from(folder.path()), &[&[numbers(3)], &[numbers(2)]]);
    let read = ReadIpc::from(folder.path()).columns(["s"]).index("id");
    let (found, _) = scan(&read, None, None, 10).expect("rows");
    assert_eq!(found.meta().names().collect::<Vec<_>>(), ["id", "s"]);
    assert_eq!((found.meta().index().len(), found.num_rows()), (1, 5));
}

/// What other programs write: encodings that no batch of ours has.
#[test]
fn encodings_of_other_programs_are_read() {
    let folder = folder();
    let coded: DictionaryArray<Int8Type> = [Some("x"), None, Some("y")].into_iter().collect();
    // A null among the values of a dictionary is one of the rows too.
    let holes = DictionaryArray::<Int8Type>::new(
        Int8Array::from(vec![0, 1, 0]),
        Arc::new(StringArray::from(vec![Some("v"), None])),
    );
    let runs: RunArray<Int32Type> = ["r", "r", "q"].into_iter().collect();
    let lists = LargeListArray::from_iter_primitive::<Int32Type, _, _>([
        Some(vec![Some(1), None]),
        None,
        Some(vec![]),
    ]);
    let bytes = FixedSizeBinaryArray::try_from_iter([b"ab", b"cd", b"ef"].into_iter());
    let columns: Vec<(&str, ArrayRef)> = vec![
        ("coded", Arc::new(coded)),
        ("holes", Arc::new(holes)),
        ("runs", Arc::new(runs)),
        ("large", Arc::new(LargeStringArray::from(vec!["l"; 3]))),
        (
            "views",
            Arc::new(StringViewArray::from(vec![
                "a text that no view has room for";
                3
            ])),
        ),
        ("half", Arc::new(Float16Array::from(vec![None; 3]))),
        ("date", Arc::new(Date64Array::from(vec![86_400_000; 3]))),
        ("lists", Arc::new(lists)),
        ("bytes", Arc::new(bytes.expect("one size"))),
    ];
    let rows = RecordBatch::try_from_iter_with_nullable(
        columns
            .into_iter()
            .map(|(name, column)| (name, column, true)),
    )
    .expect("columns of one height");
    let path = put(folder.path(), "a.feather", &file_of(&[rows]));
    let (found, _) = scan(&ReadIpc::from(path.as_str()), None, None, 10).expect("rows");
    insta::assert_snapshot!(found, @r"
    coded   holes   runs    large   views                                half  date        lists        bytes
    string  string  string  string  string                            float32  date        list<int32>  binary
    ──────────────────────────────────────────────────────────────────────────────────────────────────────────
    x       v       r       l       a text that no view has room for     null  1970-01-02  [1, null]    0x6162
    null    null    r       l       a text that no view has room for     null  1970-01-02  null         0x6364
    y       v       q       l       a text that no view has room for     null  1970-01-02  []           0x6566

    3 rows, 9 columns
    ");
    for name in ["views", "coded", "lists", "bytes", "runs"] {
        let (one, _) = scan(&ReadIpc::from(path.as_str()), Some(&[name]), None, 2).expect("rows");
        assert_eq!(
            one.column(name).expect("a column"),
            found.column(name).expect("a column")
        );
    }
}

/// Reads a file in several ways, and takes whatever comes of it, as long as it comes soon.
#[track_caller]
fn survive(folder: &std::path::Path, bytes: &[u8]) -> bool {
    let path = put(folder, "a.arrow", bytes);
    let read = ReadIpc::from(path);
    let start = Instant::now();
    let all = scan(&read, None, None, 16);
    let some = scan(
        &read,
        Some(&["texts", "string"]),
        Some(&col("int64").gt(-25)),
        16,
    );
    assert!(
        start.elapsed() < Duration::from_secs(10),
        "took {:?}",
        start.elapsed()
    );
    all.is_ok() && some.is_ok()
}

fn files() -> Vec<Vec<u8>> {
    let files = ["none", "lz4", "zstd"].map(|codec| {
        let folder = folder();
        let options = ToIpc::from(folder.path()).compression(codec).batch_rows(3);
        bytes_of(&write(&options, &[&[every_dtype()]])[0])
    });
    files.to_vec()
}

#[test]
fn every_prefix_is_an_error() {
    let folder = folder();
    let bytes = files().swap_remove(0);
    let ends = (0..bytes.len())
        .step_by(97)
        .chain(bytes.len() - 20..bytes.len());
    for end in ends {
        assert!(
            !survive(folder.path(), &bytes[..end]),
            "cut at {end} of {}",
            bytes.len()
        );
    }
    assert!(survive(folder.path(), &bytes));
}

#[test]
fn flipped_bytes_end_in_errors_or_rows() {
    let folder = folder();
    for (nth, bytes) in files().into_iter().enumerate() {
        let step = 151;
        for at in (nth..bytes.len()).step_by(step) {
            let mut bytes = bytes.clone();
            bytes[at] ^= [0xff, 0x80, 0x01][at / step % 3];
            survive(folder.path(), &bytes);
        }
    }
}

#[test]
fn a_part_is_read_in_any_process() {
    use super::fixture::context;
    use crate::{Dataset, Formats, IpcDataset, ScanRequest};
    use swath_graph::{Decoder, Encoder};

    let folder = folder();
    let batches = [
        categories(&[Some("b"), None], 0),
        categories(&[Some("a")], 2),
    ];
    write(&ToIpc::from(folder.path()).batch_rows(1), &[&batches]);
    let dataset = IpcDataset::open(&ReadIpc::from(folder.path()), &context()).expect("files");
    let mut values = Vec::new();
    for part in dataset.parts(&[vec![2], vec![0, 1]]) {
        let mut encoder = Encoder::new();
        part.encode(&mut encoder);
        let bytes = encoder.into_bytes().expect("plain data");
        let formats = Formats::standard();
        let part = formats
            .get(part.format())
            .expect("the format")
            .decode_part(&Decoder::new(&bytes))
            .expect("a part");
        let mut reader = part
            .open(&ScanRequest::new(["k"]), &context())
            .expect("a reader");
        while let Some(chunk) = reader.next().expect("rows") {
            let value = swath_batch::Value::from_array(chunk.columns[0].as_ref(), 0);
            values.push(value.to_string());
        }
    }
    assert_eq!(values, ["a", "b", "null"]);
}
