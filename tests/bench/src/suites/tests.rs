//! Every query of every suite, from files and from memory, against what the rows themselves say.
#![expect(
    clippy::disallowed_methods,
    reason = "the tests read what the program wrote for others"
)]

use super::SUITES;
use crate::{
    measure,
    options::{From, Options},
};
use std::{collections::BTreeMap, fs, path::Path};
use swath::{Session, Table, arrow::array::RecordBatch};
use swath_data::{Form, G1, Logs, Sales};

const ROWS: u64 = 30_000;

/// The answers of a query by name, and the line it printed.
fn answers(
    suite: &str,
    query: &str,
    data: &Path,
    source: From,
) -> (BTreeMap<String, Vec<RecordBatch>>, serde_json::Value) {
    let results = tempfile::tempdir().unwrap();
    let options = Options {
        suite: suite.to_owned(),
        query: query.to_owned(),
        data: data.to_owned(),
        threads: 2,
        runs: 2,
        source,
        results: results.path().to_owned(),
        set: vec!["memory-limit=1GiB".to_owned()],
    };
    let line = measure::run(&options).unwrap();
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(results.path()).unwrap() {
        let path = entry.unwrap().path();
        let file = fs::File::open(&path).unwrap();
        let reader = arrow_ipc::reader::FileReader::try_new(file, None).unwrap();
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        found.insert(name, reader.map(Result::unwrap).collect());
    }
    (found, serde_json::from_str(&line).unwrap())
}

fn rows(batches: &[RecordBatch]) -> usize {
    batches.iter().map(RecordBatch::num_rows).sum()
}

fn table(batches: &[RecordBatch]) -> Table {
    let session = Session::testing();
    let frame = session
        .from_record_batches(batches.iter().cloned())
        .unwrap();
    frame.compute().unwrap()
}

/// An answer of the sales suite as its groups, or order numbers, with the amounts; sorted.
fn amounts(answer: &[RecordBatch]) -> Vec<(String, f64)> {
    let table = table(answer);
    let key = table.meta().names().next().unwrap().to_owned();
    let mut amounts: Vec<_> = (0..table.num_rows())
        .map(|row| {
            let amount = f64::try_from(table.value("amount", row).unwrap()).unwrap();
            (table.value(&key, row).unwrap().to_string(), amount)
        })
        .collect();
    amounts.sort_by(|a, b| a.0.cmp(&b.0));
    amounts
}

#[track_caller]
fn assert_close(found: &[(String, f64)], expected: &[(String, f64)]) {
    assert_eq!(found.len(), expected.len());
    for (found, expected) in found.iter().zip(expected) {
        let is_close = (found.1 - expected.1).abs() <= 1e-9 * expected.1.abs();
        assert!(
            found.0 == expected.0 && is_close,
            "{found:?} and {expected:?}"
        );
    }
}

#[test]
fn sales_alone_and_in_the_pipeline_are_the_same_from_files_and_memory() {
    let data = tempfile::tempdir().unwrap();
    let sales = Sales {
        rows: ROWS,
        seed: 1,
    };
    swath_data::write(&sales, Form::Parquet, 5, data.path()).unwrap();

    let (from_files, line) = answers("sales", "pipeline", data.path(), From::File);
    assert_eq!(line["wall"].as_array().unwrap().len(), 2);
    let stages = &line["stages"][1];
    assert!(
        stages["persist"].is_f64() && stages["three-queries"].is_f64(),
        "{line}"
    );
    assert!(line["rss_peak_mb"].as_f64() >= line["rss_base_mb"].as_f64());

    let names: Vec<_> = from_files.keys().collect();
    assert_eq!(names, ["category", "nlargest", "region"]);
    assert_eq!(rows(&from_files["region"]), 8);
    let top = amounts(&from_files["nlargest"]);
    assert!(top.len() == 10 && top.iter().all(|(_, amount)| *amount > 5000.0));

    let (from_memory, _) = answers("sales", "pipeline", data.path(), From::Memory);
    for (name, found) in &from_files {
        let expected = amounts(found);
        assert_close(&amounts(&from_memory[name]), &expected);
        let (alone, line) = answers("sales", name, data.path(), From::File);
        assert!(line.get("stages").is_none());
        assert_close(&amounts(&alone[name]), &expected);
    }
}

#[test]
fn scans_give_all_rows_and_the_sums_of_the_files() {
    let data = tempfile::tempdir().unwrap();
    let g1 = G1 {
        rows: ROWS,
        seed: 1,
    };
    swath_data::write(&g1, Form::Parquet, 4, &data.path().join("g1")).unwrap();
    for source in [From::File, From::Memory] {
        let result = |query: &str| {
            let (mut found, _) = answers("parquet-scan", query, data.path(), source);
            found.remove("result").unwrap()
        };
        for (query, columns) in [("full", 9), ("int", 5), ("float", 1), ("string", 3)] {
            let found = result(query);
            assert_eq!(
                (rows(&found), found[0].num_columns()),
                (ROWS as usize, columns),
                "{query}"
            );
        }
        let filtered = result("filter");
        let kept = rows(&filtered);
        assert!(
            kept > 0 && kept < ROWS as usize / 10 && filtered[0].num_columns() == 9,
            "{kept}"
        );
        let one_row = |query: &str| {
            let table = table(&result(query));
            assert_eq!(table.num_rows(), 1, "{query}");
            let names: Vec<String> = table.meta().names().map(ToString::to_string).collect();
            names
                .iter()
                .map(|name| table.value(name, 0).unwrap())
                .collect::<Vec<_>>()
        };
        assert_eq!(
            i64::try_from(one_row("count")[0].clone()).unwrap(),
            ROWS as i64
        );
        assert_eq!(one_row("agg-int").len(), 5);
        assert!(one_row("agg-string")[0].to_string().starts_with("id"));
        let sum = f64::try_from(one_row("agg-float")[0].clone()).unwrap();
        let column = table(&result("float"));
        let expected: f64 = column
            .rows::<(Option<f64>,)>()
            .unwrap()
            .filter_map(|(v,)| v)
            .sum();
        assert!((sum - expected).abs() < 1e-9 * expected, "{sum} {expected}");
    }
}

#[test]
fn logs_alone_and_in_the_pipeline_are_the_same() {
    let data = tempfile::tempdir().unwrap();
    let logs = Logs {
        rows: ROWS,
        seed: 1,
    };
    swath_data::write(&logs, Form::Csv, 3, data.path()).unwrap();
    let (pipeline, line) = answers("logs", "pipeline", data.path(), From::File);
    assert!(line["stages"][1]["persist"].is_f64(), "{line}");
    let names: Vec<_> = pipeline.keys().collect();
    assert_eq!(names, ["error-rate", "hour", "user"]);
    // Three days of lines.
    assert_eq!(rows(&pipeline["hour"]), 72);
    let rate = f64::try_from(table(&pipeline["error-rate"]).value("value", 0).unwrap()).unwrap();
    assert!((0.03..0.06).contains(&rate), "{rate}");
    for (name, found) in &pipeline {
        let (alone, _) = answers("logs", name, data.path(), From::File);
        assert_eq!(rows(&alone[name]), rows(found), "{name}");
    }
    let (read, _) = answers("logs", "read", data.path(), From::Memory);
    assert_eq!(
        (rows(&read["result"]), read["result"][0].num_columns()),
        (ROWS as usize, 6)
    );
}

#[test]
fn text_gives_what_the_same_rows_give_as_parquet() {
    let data = tempfile::tempdir().unwrap();
    let g1 = G1 {
        rows: ROWS,
        seed: 1,
    };
    swath_data::write(&g1, Form::Csv, 1, data.path()).unwrap();
    let result = |query: &str| {
        let (mut found, _) = answers("csv-read", query, data.path(), From::File);
        found.remove("result").unwrap()
    };
    for query in ["full", "full-infer"] {
        let found = result(query);
        assert_eq!((rows(&found), found[0].num_columns()), (ROWS as usize, 9));
        let declared = &found[0].schema();
        assert_eq!(
            declared.field(8).data_type().to_string(),
            "Float64",
            "{query}"
        );
        assert_eq!(
            declared.field(3).data_type().to_string(),
            "Int64",
            "{query}"
        );
    }
    assert_eq!(rows(&result("agg")), 100);
    assert_eq!(
        table(&result("count"))
            .value("size", 0)
            .unwrap()
            .to_string(),
        ROWS.to_string()
    );
}

#[test]
fn unknown_names_are_refused_with_those_that_are_known() {
    let message = |suite: &str, query: &str| {
        let found = super::find(suite).and_then(|suite| suite.query(query).map(|_| ()));
        found.unwrap_err().to_string()
    };
    assert_eq!(
        message("sale", "x"),
        "there is no suite `sale`: there are sales, parquet-scan, logs, csv-read"
    );
    assert_eq!(
        message("sales", "regions"),
        "there is no query `regions` in sales: there are pipeline, region, category, nlargest"
    );
    assert_eq!(
        SUITES
            .iter()
            .map(|suite| suite.queries.len())
            .sum::<usize>(),
        22
    );
}
