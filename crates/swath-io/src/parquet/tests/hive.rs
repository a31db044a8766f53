//! Folders named `key=value`.

use arrow_array::{Int64Array, RecordBatch};
use parquet::file::properties::WriterProperties;
use std::path::Path;
use std::sync::Arc;
use swath_batch::Batch;
use swath_expr::{Expr, Functions, col, lit};
use tempfile::TempDir;

use super::fixture::{batch, context, file_bytes, folder, put, scan};
use crate::{IoContext, ParquetDataset, ParquetPart, Part, ReadParquet, ScanRequest};

fn ints(name: &str, values: impl IntoIterator<Item = i64>) -> RecordBatch {
    let values: Int64Array = values.into_iter().map(Some).collect();
    batch(vec![(name, Arc::new(values))])
}

fn bytes(rows: RecordBatch) -> Vec<u8> {
    let properties = WriterProperties::builder()
        .set_max_row_group_row_count(Some(2))
        .build();
    file_bytes(&[rows], properties)
}

/// Three rows a file: `a` is the file's number times ten and on.
fn table(names: &[&str]) -> TempDir {
    let folder = folder();
    for (at, name) in names.iter().enumerate() {
        let from = at as i64 * 10;
        put(folder.path(), name, &bytes(ints("a", from..from + 3)));
    }
    folder
}

const SALES: [&str; 5] = [
    "year=2023/region=eu/a.parquet",
    "year=2023/region=us%2Fwest/a.parquet",
    "year=2024/region=__HIVE_DEFAULT_PARTITION__/a.parquet",
    "year=2024/region=eu/a.parquet",
    "year=2024/region=eu/b.parquet",
];

fn text(folder: &Path, error: &crate::IoError) -> String {
    format!("{error}\n  {}", error.fix().unwrap_or_default())
        .replace(&folder.display().to_string(), "DATA")
}

#[test]
fn keys_are_columns() {
    let folder = table(&SALES);
    let (all, stats) = scan(&ReadParquet::from(folder.path()), None, None, 2).expect("rows");
    insta::assert_snapshot!(all, @r"
        a   year  region
    int64  int64  string
    ─────────────────────
        0   2023  eu
        1   2023  eu
        2   2023  eu
       10   2023  us/west
       11   2023  us/west
       12   2023  us/west
       20   2024  null
       21   2024  null
       22   2024  null
       30   2024  eu
       31   2024  eu
       32   2024  eu
       40   2024  eu
       41   2024  eu
       42   2024  eu

    15 rows, 3 columns
    ");
    assert_eq!(stats.rows_read, 15);
    assert_eq!(
        all.meta().dtype("year").expect("a key").to_string(),
        "int64"
    );
    // Nothing but keys, and nothing at all, is read by counts alone.
    let read = ReadParquet::from(folder.path());
    let (keys, stats) = scan(&read, Some(&["year"]), None, 8192).expect("rows");
    assert_eq!((keys.num_rows(), stats.bytes_read), (15, 0));
    let (none, _) = scan(&read, Some(&[]), Some(&col("year").eq(2023)), 8192).expect("rows");
    assert_eq!(none.num_rows(), 6);
    // In the middle of the table, twice, in another order.
    let (some, _) = scan(&read.columns(["region", "a"]), None, None, 8192).expect("rows");
    assert_eq!(some.meta().names().collect::<Vec<_>>(), ["region", "a"]);
}

#[test]
fn predicates_on_keys_give_the_rows_of_reading_all() {
    let folder = table(&SALES);
    let read = ReadParquet::from(folder.path());
    let (all, _) = scan(&read, None, None, 8192).expect("rows");
    let predicates: Vec<(Expr, u64)> = vec![
        (col("year").eq(2024), 4),
        (col("year").gt(2023) & col("a").ge(32), 7),
        (col("region").eq("eu"), 4),
        (col("region").is_null(), 8),
        (col("region").ne("eu"), 8),
        (col("region").eq("us/west") | col("a").lt(2), 6),
        ((col("year") + col("a")).eq(2055), 0),
        (col("year").isin([1999]), 10),
        ((col("year") % 2).eq(1), 0),
        (lit(false), 10),
        (lit(true), 0),
    ];
    for (predicate, pruned) in predicates {
        let bound = predicate
            .bind_predicate(all.meta(), &Functions::standard())
            .expect("a predicate");
        let mask = bound.mask(all.record_batch().columns(), all.num_rows());
        let expected = all
            .filter(mask.expect("a mask").iter().map(Some))
            .expect("a mask");
        for batch_rows in [1, 8192] {
            let (found, stats) = scan(&read, None, Some(&predicate), batch_rows).expect("rows");
            assert_eq!(found, expected, "{predicate}");
            assert!(stats.row_groups_pruned >= pruned, "{predicate}: {stats:?}");
            assert_eq!(stats.row_groups, 10);
        }
        let (found, _) = scan(
            &read.clone().filter(&predicate),
            None,
            Some(&predicate),
            8192,
        )
        .expect("rows");
        assert_eq!(found, expected, "{predicate}");
    }
}

#[test]
fn files_that_keys_rule_out_are_not_opened() {
    let folder = table(&SALES);
    // Nobody who opens them is glad of it.
    for name in [
        "year=2023/region=us%2Fwest/a.parquet",
        "year=2024/region=eu/b.parquet",
    ] {
        put(folder.path(), name, b"no Parquet file");
    }
    let read = ReadParquet::from(folder.path());
    ParquetDataset::open(&read, &context()).expect_err("one is damaged");
    let predicate = col("region").is_null() & col("a").gt(20);
    let dataset = ParquetDataset::open(&read.clone().filter(predicate), &context()).expect("one");
    assert_eq!((dataset.files().len(), dataset.files_ruled_out()), (1, 4));
    assert_eq!(dataset.npartitions(), 1);
    let label = dataset
        .label()
        .replace(&folder.path().display().to_string(), "DATA");
    assert_eq!(label, "DATA (1 of 5 files, 2 row groups)");

    let none = read.clone().filter(col("year").eq(1999));
    let dataset = ParquetDataset::open(&none, &context()).expect("none");
    assert_eq!(
        (dataset.files().len(), dataset.rows(), dataset.npartitions()),
        (0, 0, 1)
    );
    assert_eq!(
        dataset.meta().names().collect::<Vec<_>>(),
        ["a", "year", "region"]
    );
    assert_eq!(
        scan(&none, None, None, 8192).expect("no rows").0.num_rows(),
        0
    );
    // What is no predicate over these keys rules nothing out; whoever filters rows tells what is wrong.
    let wrong = read.filter(col("year").eq("x"));
    ParquetDataset::open(&wrong, &context()).expect_err("one is damaged");
}

#[test]
fn a_file_that_is_ruled_out_while_it_is_read_is_not_opened() {
    let folder = table(&SALES);
    let context = context();
    let dataset = ParquetDataset::open(&ReadParquet::from(folder.path()), &context).expect("files");
    put(folder.path(), SALES[0], b"other bytes now");
    let rows = |context: &IoContext, predicate: Expr| {
        let mut request = ScanRequest::new(["a"]);
        request.predicate = Some(predicate);
        let units: Vec<usize> = (0..dataset.units().len()).collect();
        let mut reader = dataset.part(&units).open(&request, context)?;
        let mut rows = 0;
        while let Some(chunk) = reader.next()? {
            rows += chunk.live_rows();
        }
        Ok::<_, crate::IoError>(rows)
    };
    assert_eq!(
        rows(&context, col("year").eq(2024)).expect("other files"),
        9
    );
    let error = rows(&context, col("year").le(2024)).expect_err("it changed");
    assert!(error.to_string().contains("changed"), "{error}");
}

#[test]
fn a_fitted_part_travels() {
    let folder = table(&SALES);
    let dataset =
        ParquetDataset::open(&ReadParquet::from(folder.path()), &context()).expect("files");
    let part = dataset.part(&[0, 4]);
    assert!(part.is_fitted());
    let mut out = swath_graph::Encoder::new();
    part.encode(&mut out);
    let bytes = out.into_bytes().expect("plain data");
    let back = ParquetPart::decode(&swath_graph::Decoder::new(&bytes)).expect("the same");
    assert_eq!(back, part);
}

#[test]
fn statistics_know_the_keys() {
    let folder = table(&["day=2024-01-02/a.parquet", "day=2024-01-10/a.parquet"]);
    let read = ReadParquet::from(folder.path())
        .index("day")
        .split_row_groups(false);
    let dataset = ParquetDataset::open(&read, &context()).expect("files");
    assert_eq!(
        dataset.divisions().to_string(),
        "Known(2024-01-02 … 2024-01-10, 2 partitions)"
    );
    let bounds = dataset.column_bounds("day").expect("known");
    assert_eq!(
        bounds.min.map(|day| day.to_string()).as_deref(),
        Some("2024-01-02")
    );
}

#[test]
fn dtypes_of_keys_are_declared_or_those_of_the_column() {
    let folder = table(&["zip=01234/a.parquet", "zip=99999/a.parquet"]);
    let read = ReadParquet::from(folder.path());
    let dtype = |read: &ReadParquet| {
        let dataset = ParquetDataset::open(read, &context()).expect("files");
        dataset.meta().dtype("zip").expect("a key").to_string()
    };
    assert_eq!(dtype(&read), "int64");
    assert_eq!(
        dtype(&read.clone().key_dtype("zip", "category")),
        "category"
    );
    let (rows, _) = scan(
        &read.clone().key_dtype("zip", "string"),
        Some(&["zip"]),
        None,
        8192,
    )
    .expect("rows");
    assert_eq!(rows.rows::<(String,)>().expect("text")[0].0, "01234");
    let (rows, _) = scan(&read.hive(false), None, None, 8192).expect("rows");
    assert_eq!(rows.meta().names().collect::<Vec<_>>(), ["a"]);
}

#[test]
fn a_column_of_a_keys_name_keeps_its_place_and_takes_the_folders_value() {
    let folder = folder();
    let both = |a: i64, b: i64| {
        let one = |value| Arc::new(Int64Array::from(vec![value])) as _;
        bytes(batch(vec![("a", one(a)), ("b", one(b))]))
    };
    put(folder.path(), "a=1/x.parquet", &both(7, 1));
    put(folder.path(), "a=2/x.parquet", &both(8, 2));
    let (rows, _) = scan(
        &ReadParquet::from(folder.path()),
        None,
        Some(&col("a").le(2)),
        8192,
    )
    .expect("rows");
    assert_eq!(rows.rows::<(i64, i64)>().expect("rows"), [(1, 1), (2, 2)]);
}

#[test]
fn folders_are_keys_only_below_what_is_read() {
    let folder = table(&SALES);
    let names = |read: ReadParquet| {
        let dataset = ParquetDataset::open(&read, &context()).expect("files");
        let names: Vec<_> = dataset.meta().names().map(str::to_owned).collect();
        names.join(" ")
    };
    let at = |below: &str| ReadParquet::from(format!("{}/{below}", folder.path().display()));
    assert_eq!(names(at("year=2024")), "a region");
    assert_eq!(names(at("year=2024").hive(true)), "a year region");
    assert_eq!(names(at("*/region=eu/*.parquet")), "a year region");
    assert_eq!(names(at("year=2024/region=eu/*.parquet")), "a");
    assert_eq!(
        names(at("year=2024/region=eu/a.parquet").hive(true)),
        "a year region"
    );
}

#[test]
fn mistakes_about_keys_are_told() {
    let folder = table(&["year=2023/a.parquet", "year=2024/a.parquet"]);
    let read = ReadParquet::from(folder.path());
    let mut told = Vec::new();
    let mut tell = |read: &ReadParquet| {
        let error = ParquetDataset::open(read, &context()).expect_err("refused");
        told.push(text(folder.path(), &error));
    };
    tell(&read.clone().key_dtype("yaer", "string"));
    tell(&read.clone().key_dtype("month", "string"));
    tell(&read.clone().hive(false).key_dtype("year", "string"));
    tell(&read.clone().key_dtype("year", "date"));
    tell(&ReadParquet::from(folder.path().join("year=2023/a.parquet")).key_dtype("year", "string"));
    put(folder.path(), "z.parquet", &bytes(ints("a", [1])));
    tell(&read);
    put(
        folder.path(),
        "year=2024/month=1/a.parquet",
        &bytes(ints("a", [1])),
    );
    tell(&read);
    put(
        folder.path(),
        "year=2023/year=2024/a.parquet",
        &bytes(ints("a", [1])),
    );
    tell(&read);
    let plain = table(&["x/a.parquet"]);
    let error = ParquetDataset::open(&ReadParquet::from(plain.path()).hive(true), &context());
    told.push(text(plain.path(), &error.expect_err("no keys")));
    insta::assert_snapshot!(told.join("\n"), @r#"
    no folder is named `yaer=…`; did you mean `year`?
      keys are looked for below the folder that is read; `ReadParquet::hive(true)` looks on the way to it too
    no folder is named `month=…`; the keys are `year`
      keys are looked for below the folder that is read; `ReadParquet::hive(true)` looks on the way to it too
    no folder is named `year=…`; the folders have no keys
      keys are looked for below the folder that is read; `ReadParquet::hive(true)` looks on the way to it too
    `2023` is no date: key `year` in the folders of `DATA/year=2023/a.parquet`
      read it as text with `ReadParquet::key_dtype("year", "string")`
    no folder is named `year=…`; the folders have no keys
      keys are looked for below the folder that is read; `ReadParquet::hive(true)` looks on the way to it too
    `DATA/z.parquet` is in no folder named `year=…`, unlike `DATA/year=2023/a.parquet`
      read them apart, or, where the names of folders mean nothing, say `ReadParquet::hive(false)`
    `DATA/year=2024/month=1/a.parquet` is in a folder named `month=…`, unlike `DATA/year=2023/a.parquet`
      read them apart, or, where the names of folders mean nothing, say `ReadParquet::hive(false)`
    `DATA/year=2023/year=2024/a.parquet` has two folders named `year=…`
      read them apart, or, where the names of folders mean nothing, say `ReadParquet::hive(false)`
    `DATA/x/a.parquet` has no folder named `key=value`
      read them apart, or, where the names of folders mean nothing, say `ReadParquet::hive(false)`
    "#);
}

#[test]
fn more_than_ten_files_are_read_in_the_order_of_their_numbers() {
    let names: Vec<String> = (0..12).map(|at| format!("part.{at}.parquet")).collect();
    let folder = table(&names.iter().map(String::as_str).collect::<Vec<_>>());
    let (rows, _) = scan(&ReadParquet::from(folder.path()), None, None, 8192).expect("rows");
    let rows: Batch = rows;
    let values = rows.rows::<(i64,)>().expect("one column");
    assert!(values.is_sorted(), "{values:?}");
}
