//! Handles can go anywhere: they are `Send`, `Sync` and own what they need.

use swath::prelude::{ReadCsv, col};
use swath::{
    Agg, Batch, DataFrame, Delayed, Error, Expr, FromDelayed, FromMap, GroupBy, OnBadLines,
    Persisted, ReadIpc, ReadJson, ReadParquet, Run, Scalar, Session, Sink, Table, ToCsv, ToIpc,
    ToJson, ToParquet, Value,
};

/// Written as text, kept, read again, and the same.
fn comes_back<T>(options: &T)
where
    T: serde::Serialize + serde::de::DeserializeOwned + PartialEq + std::fmt::Debug,
{
    let text = serde_json::to_string(options).expect("plain data");
    let back: T = serde_json::from_str(&text).expect(&text);
    assert_eq!(back, *options, "{text}");
    let misspelt = format!("{{\"hvie\":true,{}", &text[1..]);
    let refused = serde_json::from_str::<T>(&misspelt).expect_err("no such option");
    assert!(refused.to_string().contains("hvie"), "{refused}");
}

#[test]
fn options_are_plain_data() {
    let pattern = "data/year=*/*";
    comes_back(&ReadCsv::new(pattern));
    comes_back(
        &ReadCsv::new(pattern)
            .hive(true)
            .key_dtype("year", "string")
            .filter(col("year").gt("2023"))
            .dtype("at", "date")
            .date_format("at", "%d.%m.%Y")
            .decimal(',')
            .thousands('.')
            .on_bad_lines(OnBadLines::Null),
    );
    comes_back(&ReadJson::new(pattern));
    comes_back(
        &ReadJson::new(pattern)
            .hive(false)
            .key_dtype("year", "int16")
            .blocksize("1MB"),
    );
    comes_back(
        &ReadIpc::new(pattern)
            .hive(true)
            .index("x")
            .partition_size("1MB"),
    );
    comes_back(
        &ReadParquet::new(pattern)
            .hive(true)
            .columns(["a"])
            .filter(col("a").gt(1)),
    );
    comes_back(
        &ToParquet::new("out")
            .append()
            .partition_on(["a"])
            .compression("zstd"),
    );
    comes_back(
        &ToCsv::new("out")
            .overwrite()
            .partition_on(["a"])
            .delimiter(';'),
    );
    comes_back(
        &ToJson::new("out")
            .overwrite_partitions()
            .partition_on(["a"]),
    );
    comes_back(&ToIpc::new("out").batch_rows(10));
}

fn anywhere<T: Send + Sync + 'static>() {}
fn cloned<T: Clone>() {}

#[test]
fn handles_are_send_sync_and_static() {
    anywhere::<Session>();
    anywhere::<DataFrame>();
    anywhere::<GroupBy>();
    anywhere::<Expr>();
    anywhere::<Agg>();
    anywhere::<Scalar>();
    anywhere::<Delayed<Vec<u8>>>();
    anywhere::<FromDelayed>();
    anywhere::<FromMap>();
    anywhere::<Sink>();
    anywhere::<Table>();
    anywhere::<Batch>();
    anywhere::<Value>();
    anywhere::<Persisted>();
    anywhere::<Run<Table>>();
    anywhere::<Error>();
    anywhere::<ReadParquet>();
    anywhere::<ToParquet>();
    cloned::<(Session, DataFrame, GroupBy, Expr, Agg, Scalar, Table)>();
}

#[test]
fn an_error_is_one_pointer() {
    assert_eq!(size_of::<Error>(), size_of::<usize>());
    assert_eq!(size_of::<swath::Result<()>>(), size_of::<usize>());
}
