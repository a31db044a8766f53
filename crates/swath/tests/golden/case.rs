//! A case as recorded, and the frame it is in swath's own words.

use std::path::PathBuf;

use serde_json::Value as Json;
use swath::arrow::array::RecordBatch;
use swath::prelude::*;
use swath::{GroupBy, Head};

/// The folder of the golden files.
fn golden() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/golden"))
}

/// The files of a table, one a partition, in order.
pub(crate) fn files(table: &str) -> PathBuf {
    golden().join("data").join(table)
}

/// One batch a file, by a reader that is not swath's.
#[expect(
    clippy::disallowed_methods,
    reason = "a test reads with another reader than swath's"
)]
pub(crate) fn record_batches(table: &str) -> Vec<RecordBatch> {
    let mut paths: Vec<PathBuf> = std::fs::read_dir(files(table))
        .expect("the table's folder")
        .map(|entry| entry.expect("a file").path())
        .collect();
    paths.sort();
    paths
        .iter()
        .map(|path| {
            let file = std::fs::File::open(path).expect("a file of the table");
            let reader =
                parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder::try_new(file)
                    .expect("a Parquet file");
            let schema = std::sync::Arc::clone(reader.schema());
            let batches: Vec<RecordBatch> = reader
                .build()
                .expect("a reader")
                .map(|batch| batch.expect("a batch"))
                .collect();
            arrow_select::concat::concat_batches(&schema, &batches).expect("batches of one schema")
        })
        .collect()
}

/// One recorded case.
pub(crate) struct Case {
    pub(crate) name: String,
    pub(crate) table: String,
    steps: Vec<Json>,
    /// Name and dtype of each column of the answer.
    pub(crate) columns: Vec<(String, String)>,
    /// The answer as results print it; `None` is null.
    pub(crate) rows: Vec<Vec<Option<String>>>,
    /// The kind of error that is the answer.
    pub(crate) error: Option<String>,
    pub(crate) ordered: bool,
    /// The answer depends on which rows are in which partition.
    pub(crate) by_partition: bool,
}

/// What a case makes of its table.
pub(crate) enum Built {
    Frame(DataFrame),
    Scalar(Scalar),
}

/// All recorded cases.
pub(crate) fn cases() -> Vec<Case> {
    let text = std::fs::read_to_string(golden().join("cases.json")).expect("the recorded cases");
    let recorded: Json = serde_json::from_str(&text).expect("valid JSON");
    list(&recorded["cases"]).iter().map(Case::read).collect()
}

fn list(json: &Json) -> &[Json] {
    json.as_array()
        .unwrap_or_else(|| panic!("a list, not {json}"))
}

fn text(json: &Json) -> &str {
    json.as_str()
        .unwrap_or_else(|| panic!("a text, not {json}"))
}

fn texts(json: &Json) -> Vec<&str> {
    list(json).iter().map(text).collect()
}

fn number(json: &Json) -> usize {
    json.as_u64()
        .unwrap_or_else(|| panic!("a number, not {json}")) as usize
}

impl Case {
    fn read(json: &Json) -> Self {
        let error = json["error"].as_str().map(str::to_owned);
        let answered = error.is_none();
        Self {
            name: text(&json["name"]).to_owned(),
            table: text(&json["table"]).to_owned(),
            steps: list(&json["steps"]).to_vec(),
            columns: if answered {
                list(&json["columns"])
                    .iter()
                    .map(|column| (text(&column[0]).to_owned(), text(&column[1]).to_owned()))
                    .collect()
            } else {
                Vec::new()
            },
            rows: if answered {
                let cell = |cell: &Json| cell.as_str().map(str::to_owned);
                list(&json["rows"])
                    .iter()
                    .map(|row| list(row).iter().map(cell).collect())
                    .collect()
            } else {
                Vec::new()
            },
            ordered: json["ordered"].as_bool().unwrap_or(true),
            by_partition: json["by_partition"].as_bool().unwrap_or(false),
            error,
        }
    }

    /// Makes the calls of the case on a frame of its table.
    pub(crate) fn build(&self, source: DataFrame) -> swath::Result<Built> {
        let mut df = source;
        for step in &self.steps {
            match call(&df, text(&step[0]), &list(step)[1..])? {
                Built::Frame(next) => df = next,
                scalar @ Built::Scalar(_) => return Ok(scalar),
            }
        }
        Ok(Built::Frame(df))
    }
}

fn call(df: &DataFrame, verb: &str, args: &[Json]) -> swath::Result<Built> {
    let frame = match verb {
        "filter" => df.filter(expr(df, &args[0])?)?,
        "select" => df.select(exprs(df, &args[0])?)?,
        "assign" => df.assign(text(&args[0]), expr(df, &args[1])?)?,
        "rename" => {
            let names = args[0].as_object().expect("old and new names");
            df.rename(names.iter().map(|(old, new)| (old.as_str(), text(new))))?
        }
        "drop" => df.drop(texts(&args[0]))?,
        "reset_index" => df.reset_index()?,
        "head" => df.head(match args[1].as_u64() {
            None => Head::new(number(&args[0])).all_partitions(),
            Some(n) => Head::new(number(&args[0])).npartitions(n as usize),
        })?,
        "tail" => df.tail(number(&args[0]))?,
        "partitions" => df.partitions(list(&args[0]).iter().map(number).collect::<Vec<_>>())?,
        "repartition" => df.repartition(number(&args[0]))?,
        "nlargest" => df.nlargest(number(&args[0]), texts(&args[1]))?,
        "nsmallest" => df.nsmallest(number(&args[0]), texts(&args[1]))?,
        "groupby" => group(df, &args[0])?,
        "agg" => df.agg(aggs(df, &args[0])?)?,
        "len" => return Ok(Built::Scalar(df.len())),
        reduction => return Ok(Built::Scalar(reduce(df, reduction, text(&args[0]))?)),
    };
    Ok(Built::Frame(frame))
}

fn reduce(df: &DataFrame, function: &str, column: &str) -> swath::Result<Scalar> {
    match function {
        "sum" => df.sum(column),
        "prod" => df.prod(column),
        "mean" => df.mean(column),
        "var" => df.var(column),
        "std" => df.std(column),
        "sem" => df.sem(column),
        "skew" => df.skew(column),
        "kurtosis" => df.kurtosis(column),
        "min" => df.min(column),
        "max" => df.max(column),
        "first" => df.first(column),
        "last" => df.last(column),
        "count" => df.count(column),
        "nunique" => df.nunique(column),
        "any" => df.any(column),
        "all" => df.all(column),
        "median" => df.median(column),
        "quantile" => df.quantile(column, 0.25),
        "mode" => df.mode(column),
        other => panic!("no reduction {other}"),
    }
}

fn group(df: &DataFrame, options: &Json) -> swath::Result<DataFrame> {
    let mut groups: GroupBy = df.groupby(exprs(df, &options["keys"])?);
    groups = groups
        .sort(options["sort"] == true)
        .dropna(options["dropna"] == true);
    if let Some(n) = options["split_out"].as_u64() {
        groups = groups.split_out(n as usize);
    }
    if let Some(n) = options["split_every"].as_u64() {
        groups = groups.split_every(n as usize);
    }
    let columns = || texts(&options["columns"]);
    match options["verb"].as_str() {
        None => groups.agg(aggs(df, &options["agg"])?),
        Some("size") => groups.size(),
        Some("sum") => groups.sum(columns()),
        Some("prod") => groups.prod(columns()),
        Some("mean") => groups.mean(columns()),
        Some("var") => groups.var(columns()),
        Some("std") => groups.std(columns()),
        Some("sem") => groups.sem(columns()),
        Some("skew") => groups.skew(columns()),
        Some("kurtosis") => groups.kurtosis(columns()),
        Some("min") => groups.min(columns()),
        Some("max") => groups.max(columns()),
        Some("first") => groups.first(columns()),
        Some("last") => groups.last(columns()),
        Some("count") => groups.count(columns()),
        Some("nunique") => groups.nunique(columns()),
        Some("any") => groups.any(columns()),
        Some("all") => groups.all(columns()),
        Some("median") => groups.median(columns()),
        Some("quantile") => groups.quantile(columns(), 0.25),
        Some("mode") => groups.mode(columns()),
        Some(other) => panic!("no aggregate {other}"),
    }
}

fn aggs(df: &DataFrame, json: &Json) -> swath::Result<Vec<(String, Agg)>> {
    let mut aggs = Vec::new();
    for agg in list(json) {
        let of = match &agg[2] {
            Json::Null => Agg::size(),
            input => aggregate(text(&agg[1]), expr(df, input)?),
        };
        aggs.push((text(&agg[0]).to_owned(), of));
    }
    Ok(aggs)
}

/// `sum`, `quantile(q=0.25)`, or, of two columns, `cov(i8)`.
fn aggregate(call: &str, input: Expr) -> Agg {
    let Some((function, argument)) = call.trim_end_matches(')').split_once('(') else {
        return Agg::new(call, &input);
    };
    match argument.split_once('=') {
        None => Agg::over(function, [input, col(argument)]),
        Some((name, value)) if value.contains('.') => {
            let value: f64 = value.parse().expect("a float");
            Agg::new(function, &input).param(name, value)
        }
        Some((name, value)) => {
            let value: i64 = value.parse().expect("an integer");
            Agg::new(function, &input).param(name, value)
        }
    }
}

fn exprs(df: &DataFrame, json: &Json) -> swath::Result<Vec<Expr>> {
    list(json).iter().map(|each| expr(df, each)).collect()
}

/// A literal: its dtype, its text.
fn literal(dtype: &Json, value: &Json) -> Value {
    let Some(value) = value.as_str() else {
        return Value::Null;
    };
    match text(dtype) {
        "int64" => value.parse::<i64>().expect("an integer").into(),
        "float64" => value.parse::<f64>().expect("a float").into(),
        "bool" => (value == "true").into(),
        "string" => value.into(),
        other => panic!("no literal of {other}"),
    }
}

fn expr(df: &DataFrame, json: &Json) -> swath::Result<Expr> {
    let args = &list(json)[1..];
    let of = |at: usize| expr(df, &args[at]);
    Ok(match text(&json[0]) {
        "col" => col(text(&args[0])),
        "lit" => lit(literal(&args[0], &args[1])),
        "alias" => of(0)?.alias(text(&args[1])),
        "scalar" => Expr::from(&reduce(df, text(&args[0]), text(&args[1]))?),
        "isin" => of(0)?.isin(
            list(&args[1])
                .iter()
                .map(|value| literal(&value[1], &value[2])),
        ),
        "between" => of(0)?.between(of(1)?, of(2)?),
        "cast" => of(0)?.cast(text(&args[1])),
        "isna" => of(0)?.isna(),
        "notna" => of(0)?.notna(),
        "not" => !of(0)?,
        "neg" => -of(0)?,
        "abs" => of(0)?.abs(),
        "floor" => of(0)?.floor(),
        "ceil" => of(0)?.ceil(),
        "round" => of(0)?.round(number(&args[1]) as i32),
        "fillna" => of(0)?.fillna(of(1)?),
        "ordered" => in_order(&of(0)?, &args[1..]),
        "eq" => of(0)?.eq(of(1)?),
        "ne" => of(0)?.ne(of(1)?),
        "lt" => of(0)?.lt(of(1)?),
        "le" => of(0)?.le(of(1)?),
        "gt" => of(0)?.gt(of(1)?),
        "ge" => of(0)?.ge(of(1)?),
        "eq_missing" => of(0)?.eq_missing(of(1)?),
        "ne_missing" => of(0)?.ne_missing(of(1)?),
        "and" => of(0)? & of(1)?,
        "or" => of(0)? | of(1)?,
        "add" => of(0)? + of(1)?,
        "sub" => of(0)? - of(1)?,
        "mul" => of(0)? * of(1)?,
        "div" => of(0)? / of(1)?,
        "floordiv" => of(0)?.floordiv(of(1)?),
        "rem" => of(0)? % of(1)?,
        other => panic!("no expression {other}"),
    })
}

/// `shift` by rows, `ffill` with a limit, `rolling.mean` of a window, with its least values, centred.
fn in_order(input: &Expr, call: &[Json]) -> Expr {
    let limit = || call[1].as_u64().map(|limit| limit as usize);
    match text(&call[0]) {
        "shift" => input.shift(call[1].as_i64().expect("a number of rows")),
        "ffill" => limit().map_or_else(|| input.ffill(), |limit| input.ffill_limit(limit)),
        "bfill" => limit().map_or_else(|| input.bfill(), |limit| input.bfill_limit(limit)),
        "cumsum" => input.cumsum(),
        "cumprod" => input.cumprod(),
        "cummin" => input.cummin(),
        "cummax" => input.cummax(),
        rolling => {
            let windows = input
                .rolling(number(&call[1]))
                .min_periods(number(&call[2]))
                .center(call[3] == true);
            match rolling {
                "rolling.sum" => windows.sum(),
                "rolling.mean" => windows.mean(),
                "rolling.min" => windows.min(),
                "rolling.max" => windows.max(),
                "rolling.std" => windows.std(),
                "rolling.var" => windows.var(),
                "rolling.median" => windows.median(),
                "rolling.count" => windows.count(),
                other => panic!("no operation on rows in order {other}"),
            }
        }
    }
}
