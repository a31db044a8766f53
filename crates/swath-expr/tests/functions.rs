//! What functions and choices give, as tables of cases, and every message of theirs.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::needless_pass_by_value,
    reason = "a test fails by panicking, and a table of cases reads best without borrows"
)]

use std::error::Error;
use std::sync::Arc;

use arrow_array::{Array, ArrayRef, Int64Array};
use arrow_select::concat::concat;
use swath_batch::Value;
use swath_expr::{
    Expr, ExprError, ExprNode, FunctionRef, Functions, Pattern, Strptime, TzLocalize, coalesce,
    col, concat_str, greatest, least, lit, when,
};
use swath_meta::{DType, Field, Meta};

const COLUMNS: [(&str, &str, [&str; 2]); 16] = [
    ("i", "int64", ["7", "-7"]),
    ("z", "int64", ["0", "2"]),
    ("i8", "int8", ["-128", "7"]),
    ("u", "uint64", ["18446744073709551615", "7"]),
    ("f", "float64", ["2.5", "NaN"]),
    ("f32", "float32", ["0.25", "-0.0"]),
    ("d", "decimal(15, 2)", ["12.55", "-12.55"]),
    ("b", "bool", ["true", "false"]),
    ("s", "string", ["GET /a/b?x=1", "eu"]),
    ("c", "category", ["us", "eu"]),
    ("day", "date", ["2024-02-29", "1969-12-31"]),
    (
        "at",
        "timestamp[us]",
        ["2024-02-29T12:37:30.5", "1969-12-31T23:59:59"],
    ),
    (
        "zoned",
        "timestamp[ms, Europe/Zurich]",
        ["2024-03-31T00:30:00Z", "2024-10-27T01:30:00Z"],
    ),
    (
        "local",
        "timestamp[s]",
        ["2024-03-31T02:30:00", "2024-10-27T02:30:00"],
    ),
    ("t", "string", ["2024-02-29 12:00", "31.12.2023"]),
    ("tm", "time[ms]", ["10:30:15.250", "23:59:59"]),
];

fn meta() -> Meta {
    let item = |name: &str| name.parse::<DType>().unwrap();
    let mut fields: Vec<Field> = COLUMNS
        .iter()
        .map(|(name, dtype, _)| Field::new(*name, item(dtype), true))
        .collect();
    fields.push(Field::new("l", item("list<int64>"), true));
    fields.push(Field::new("w", item("struct<a: int64, b: string>"), true));
    fields.push(Field::new("span", item("duration[s]"), true));
    Meta::of(
        fields
            .iter()
            .map(|field| (field.name.to_string(), field.dtype.to_string())),
    )
    .unwrap()
}

fn column(dtype: &DType, values: [Value; 3]) -> ArrayRef {
    let arrays = values.map(|value| value.to_array(dtype, 1).unwrap());
    concat(&arrays.each_ref().map(AsRef::as_ref)).unwrap()
}

fn columns() -> Vec<ArrayRef> {
    let mut columns: Vec<ArrayRef> = Vec::new();
    for (_, dtype, [a, b]) in COLUMNS {
        let dtype: DType = dtype.parse().unwrap();
        let value = |text: &str| Value::from(text).cast(&dtype).unwrap();
        columns.push(column(&dtype, [value(a), value(b), Value::Null]));
    }
    let list = |items: &[i64]| Value::List(items.iter().map(|item| Value::from(*item)).collect());
    let dtype = "list<int64>".parse().unwrap();
    columns.push(column(&dtype, [list(&[3, 1, 2]), list(&[]), Value::Null]));
    let fields = |a: Value, b: Value| Value::Struct([("a".into(), a), ("b".into(), b)].into());
    let dtype = "struct<a: int64, b: string>".parse().unwrap();
    let values = [
        fields(1.into(), "x".into()),
        fields(Value::Null, "y".into()),
        Value::Null,
    ];
    columns.push(column(&dtype, values));
    let span = |value| Value::Duration {
        value,
        unit: swath_meta::TimeUnit::Second,
    };
    columns.push(column(
        &DType::Duration(swath_meta::TimeUnit::Second),
        [span(90_061), span(-1), Value::Null],
    ));
    columns
}

#[track_caller]
fn check(expr: Expr, dtype: &str, expected: &str) {
    let bound = expr
        .bind(&meta(), &Functions::standard())
        .unwrap_or_else(|error| panic!("{expr}: {}", text(&error)));
    assert_eq!(bound.dtype().to_string(), dtype, "{expr}");
    let found = bound
        .eval(&columns(), 3)
        .unwrap_or_else(|error| panic!("{expr}: {}", text(&error)));
    assert!(
        bound.dtype().admits(found.data_type()),
        "{expr} gives {}",
        found.data_type()
    );
    let texts: Vec<String> = (0..3)
        .map(|row| Value::from_array(&found, row).to_string())
        .collect();
    assert_eq!(texts.join(" | "), expected, "{expr}");
}

/// The message, what is below it, and what to do.
fn text(error: &ExprError) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        text += ": ";
        text += &error.to_string();
        source = error.source();
    }
    match error.fix() {
        Some(fix) => format!("{text}\n  fix: {fix}"),
        None => text,
    }
}

fn failures(expressions: impl IntoIterator<Item = Expr>) -> String {
    let line = |expr: Expr| match expr.bind(&meta(), &Functions::standard()) {
        Err(error) => text(&error),
        Ok(bound) => match bound.eval(&columns(), 3) {
            Err(error) => format!("(row) {}", text(&error)),
            Ok(array) => panic!("{expr} is {array:?}"),
        },
    };
    expressions
        .into_iter()
        .map(line)
        .collect::<Vec<_>>()
        .join("\n")
}

#[test]
fn choices_take_the_first_condition_that_is_true() {
    check(
        when(col("i").gt(0)).then("up").otherwise("down"),
        "string",
        "up | down | down",
    );
    check(
        when(col("i").gt(0)).then(col("i")).into(),
        "int64",
        "7 | null | null",
    );
    check(
        when(col("i").isna())
            .then(0)
            .when(col("i").lt(0))
            .then(-col("i"))
            .otherwise(col("i")),
        "int64",
        "7 | 7 | 0",
    );
    check(
        when(col("b")).then(1).otherwise(2.5),
        "float64",
        "1.0 | 2.5 | 2.5",
    );
    check(
        when(col("b")).then(col("i8")).otherwise(col("i")),
        "int64",
        "-128 | -7 | null",
    );
    check(
        when(col("b")).then(col("c")).otherwise(col("s")),
        "string",
        "us | eu | null",
    );
    check(
        when(col("b")).then(col("c")).otherwise("x"),
        "category",
        "us | x | x",
    );
    check(
        when(col("b")).then(col("day")).otherwise("2000"),
        "date",
        "2024-02-29 | 2000-01-01 | 2000-01-01",
    );
    check(
        when(true).then(col("f")).otherwise(0),
        "float64",
        "2.5 | NaN | null",
    );
    check(
        when(None::<bool>).then(1).otherwise(None::<i64>),
        "int64",
        "null | null | null",
    );
    check(
        when(col("b")).then(col("l")).into(),
        "list<int64>",
        "[3, 1, 2] | null | null",
    );
}

#[test]
fn values_that_no_row_takes_cannot_fail() {
    let ratio = || col("i").floordiv(col("z"));
    check(
        when(col("z").ne(0)).then(ratio()).otherwise(0),
        "int64",
        "0 | -4 | 0",
    );
    check(
        when(col("z").eq(0)).then(-1).otherwise(ratio()),
        "int64",
        "-1 | -4 | null",
    );
    check(
        when(col("z").eq(0))
            .then(-1)
            .when(ratio().lt(0))
            .then(ratio())
            .otherwise(ratio() + 100),
        "int64",
        "-1 | -4 | null",
    );
    let never = lit(1).floordiv(0);
    check(
        when(col("z").ge(0) | col("z").isna())
            .then(col("i"))
            .otherwise(never),
        "int64",
        "7 | -7 | null",
    );
    // Nested: the inner choice is reached where the outer condition holds.
    let inner = when(col("i").gt(100)).then(1).otherwise(ratio());
    check(
        when(col("z").ne(0)).then(inner).otherwise(5),
        "int64",
        "5 | -4 | 5",
    );
    // What is wanted elsewhere too is wanted everywhere.
    let error = (when(col("z").ne(0)).then(ratio()).otherwise(0) + ratio())
        .bind(&meta(), &Functions::standard())
        .unwrap()
        .eval(&columns(), 3)
        .unwrap_err();
    assert_eq!(error.to_string(), "7 // 0 has no answer in int64");
}

#[test]
fn extremes_leave_nulls_out() {
    check(least([col("i"), col("z")]), "int64", "0 | -7 | null");
    check(greatest([col("i"), 0.into()]), "int64", "7 | 0 | 0");
    check(least([col("f"), 3.into()]), "float64", "2.5 | 3.0 | 3.0");
    check(greatest([col("f"), 3.into()]), "float64", "3.0 | NaN | 3.0");
    check(greatest([3.into(), col("f")]), "float64", "3.0 | NaN | 3.0");
    check(
        least([col("s"), col("c")]),
        "string",
        "GET /a/b?x=1 | eu | null",
    );
    check(
        least([col("day"), "1990".into()]),
        "date",
        "1990-01-01 | 1969-12-31 | 1990-01-01",
    );
    check(col("i").clip(0, 5), "int64", "5 | 0 | null");
    check(col("f").clip(None::<f64>, 1), "float64", "1.0 | NaN | null");
    check(col("f").clip(0, None::<i64>), "float64", "2.5 | NaN | null");
    check(col("i").clip(col("z"), 100), "int64", "7 | 2 | null");
    check(
        coalesce([col("i"), col("z"), 9.into()]),
        "int64",
        "7 | -7 | 9",
    );
    check(col("i").null_if(7), "int64", "null | -7 | null");
    check(col("f").fill_nan(0), "float64", "2.5 | 0.0 | null");
    check(col("f").is_nan(), "bool", "false | true | null");
    check(col("i").is_finite(), "bool", "true | true | null");
}

#[test]
fn numbers() {
    check(col("d").trunc(), "decimal(15, 2)", "12.00 | -12.00 | null");
    check(col("d").floor(), "decimal(15, 2)", "12.00 | -13.00 | null");
    check(col("d").sign(), "int64", "1 | -1 | null");
    check(col("f").sign(), "float64", "1.0 | NaN | null");
    check(col("u").sign(), "uint64", "1 | 1 | null");
    check(
        (col("i") + 9).sqrt(),
        "float64",
        "4.0 | 1.4142135623730951 | null",
    );
    check(col("f32").sqrt(), "float32", "0.5 | -0.0 | null");
    check(col("i").pow(2), "int64", "49 | 49 | null");
    check(lit(2).pow(col("z")), "int64", "1 | 4 | null");
    check(
        col("i").pow(0.5),
        "float64",
        "2.6457513110645907 | NaN | null",
    );
    check(col("f").pow(None::<i64>), "float64", "null | null | null");
    check(
        col("d").log10().exp().log(),
        "float64",
        "1.098643725817057 | NaN | null",
    );
    check(col("i").hypot(24), "float64", "25.0 | 25.0 | null");
    check(lit(1).arctan2(1).degrees(), "float64", "45.0 | 45.0 | 45.0");
    let equal = col("i")
        .hash()
        .eq(col("i").cast("float64").cast("int64").hash());
    check(equal, "bool", "true | true | true");
    check(
        col("c").hash().eq(col("c").cat().as_string().hash()),
        "bool",
        "true | true | true",
    );
}

#[test]
fn times_are_cut_and_counted() {
    check(
        col("at").dt().floor("h"),
        "timestamp[us]",
        "2024-02-29T12:00:00 | 1969-12-31T23:00:00 | null",
    );
    check(
        col("at").dt().round("15min"),
        "timestamp[us]",
        "2024-02-29T12:45:00 | 1970-01-01T00:00:00 | null",
    );
    check(
        col("at").dt().ceil("d"),
        "timestamp[us]",
        "2024-03-01T00:00:00 | 1970-01-01T00:00:00 | null",
    );
    check(
        col("at").dt().floor("w"),
        "timestamp[us]",
        "2024-02-26T00:00:00 | 1969-12-29T00:00:00 | null",
    );
    check(
        col("at").dt().floor("q"),
        "timestamp[us]",
        "2024-01-01T00:00:00 | 1969-10-01T00:00:00 | null",
    );
    check(
        col("at").dt().ceil("y"),
        "timestamp[us]",
        "2025-01-01T00:00:00 | 1970-01-01T00:00:00 | null",
    );
    check(
        col("at").dt().floor("ns"),
        "timestamp[us]",
        "2024-02-29T12:37:30.500000 | 1969-12-31T23:59:59 | null",
    );
    check(
        col("day").dt().floor("h"),
        "timestamp[us]",
        "2024-02-29T00:00:00 | 1969-12-31T00:00:00 | null",
    );
    check(
        col("day").dt().ceil("mo"),
        "timestamp[us]",
        "2024-03-01T00:00:00 | 1970-01-01T00:00:00 | null",
    );
    check(
        col("at").dt().normalize().dt().date(),
        "date",
        "2024-02-29 | 1969-12-31 | null",
    );
    check(
        col("at").dt().time(),
        "time[us]",
        "12:37:30.500000 | 23:59:59 | null",
    );
    check(col("tm").dt().minute(), "int32", "30 | 59 | null");
    check(col("day").dt().hour(), "int32", "0 | 0 | null");
    check(col("at").dt().millisecond(), "int32", "500 | 0 | null");
    check(col("day").dt().century(), "int32", "21 | 20 | null");
    check(col("day").dt().is_weekend(), "bool", "false | false | null");
    check(
        col("at").dt().strftime("%s %L"),
        "string",
        "1709210250 500 | -1 000 | null",
    );
}

#[test]
fn times_move_by_spans() {
    check(
        col("at") + "15min",
        "timestamp[us]",
        "2024-02-29T12:52:30.500000 | 1970-01-01T00:14:59 | null",
    );
    check(
        col("at") - "1d",
        "timestamp[us]",
        "2024-02-28T12:37:30.500000 | 1969-12-30T23:59:59 | null",
    );
    check(
        col("day") + "36h",
        "timestamp[us]",
        "2024-03-01T12:00:00 | 1970-01-01T12:00:00 | null",
    );
    check(
        (col("at") - "2024-02-29").dt().total_seconds(),
        "float64",
        "45450.5 | -1709164801.0 | null",
    );
    check(col("span").gt("1d"), "bool", "true | false | null");
    check(col("span").dt().days(), "int64", "1 | -1 | null");
    check(col("span").dt().seconds(), "int64", "3661 | 86399 | null");
    check(
        col("span").dt().floor("h"),
        "duration[s]",
        "90000s | -3600s | null",
    );
    check(
        col("day").dt().offset_by("1mo"),
        "date",
        "2024-03-29 | 1970-01-31 | null",
    );
    check(
        col("day").dt().offset_by("-1y"),
        "date",
        "2023-02-28 | 1968-12-31 | null",
    );
    check(
        col("day").dt().offset_by("12h"),
        "timestamp[us]",
        "2024-02-29T12:00:00 | 1969-12-31T12:00:00 | null",
    );
}

#[test]
fn zones_show_their_local_time() {
    check(
        col("zoned") + "0s",
        "timestamp[ms, Europe/Zurich]",
        "2024-03-31T01:30:00+01:00 | 2024-10-27T02:30:00+01:00 | null",
    );
    check(col("zoned").dt().hour(), "int32", "1 | 2 | null");
    // The second half past two of that night stays in its hour.
    check(
        col("zoned").dt().floor("h"),
        "timestamp[ms, Europe/Zurich]",
        "2024-03-31T01:00:00+01:00 | 2024-10-27T02:00:00+01:00 | null",
    );
    // A day later is the same time of day, 24 hours later is not; 02:30 is skipped that day.
    check(
        (col("zoned") - "24h").dt().offset_by("1d"),
        "timestamp[ms, Europe/Zurich]",
        "2024-03-31T01:30:00+01:00 | 2024-10-27T03:30:00+01:00 | null",
    );
    check(
        col("zoned").dt().floor("d"),
        "timestamp[ms, Europe/Zurich]",
        "2024-03-31T00:00:00+01:00 | 2024-10-27T00:00:00+02:00 | null",
    );
    check(
        col("zoned").dt().tz_convert("Asia/Kolkata"),
        "timestamp[ms, Asia/Kolkata]",
        "2024-03-31T06:00:00+05:30 | 2024-10-27T07:00:00+05:30 | null",
    );
    check(
        col("zoned").dt().tz_convert(None),
        "timestamp[ms]",
        "2024-03-31T00:30:00 | 2024-10-27T01:30:00 | null",
    );
    check(
        col("zoned").dt().tz_localize(None),
        "timestamp[ms]",
        "2024-03-31T01:30:00 | 2024-10-27T02:30:00 | null",
    );
    check(
        col("local").dt().tz_localize("+02:00"),
        "timestamp[s, +02:00]",
        "2024-03-31T02:30:00+02:00 | 2024-10-27T02:30:00+02:00 | null",
    );
    let zurich = || TzLocalize::new("Europe/Zurich");
    check(
        col("local")
            .dt()
            .tz_localize(zurich().ambiguous("later").nonexistent("shift_forward")),
        "timestamp[s, Europe/Zurich]",
        "2024-03-31T03:00:00+02:00 | 2024-10-27T02:30:00+01:00 | null",
    );
    check(
        col("local")
            .dt()
            .tz_localize(zurich().ambiguous("earlier").nonexistent("shift_backward")),
        "timestamp[s, Europe/Zurich]",
        "2024-03-31T01:59:59+01:00 | 2024-10-27T02:30:00+02:00 | null",
    );
    check(
        col("local")
            .dt()
            .tz_localize(zurich().ambiguous("null").nonexistent("null")),
        "timestamp[s, Europe/Zurich]",
        "null | null | null",
    );
    check(
        col("zoned").dt().strftime("%H:%M %z %Z"),
        "string",
        "01:30 +0100 Europe/Zurich | 02:30 +0100 Europe/Zurich | null",
    );
}

#[test]
fn texts() {
    let s = || col("s").str();
    check(s().lower(), "string", "get /a/b?x=1 | eu | null");
    check(col("c").str().upper(), "string", "US | EU | null");
    check(s().contains("^GET"), "bool", "true | false | null");
    check(
        s().contains(Pattern::literal("b?x")),
        "bool",
        "true | false | null",
    );
    check(s().like("GET%x=_"), "bool", "true | false | null");
    check(s().like("%/a/%"), "bool", "true | false | null");
    check(s().like("e_"), "bool", "false | true | null");
    check(s().ilike("get%"), "bool", "true | false | null");
    check(s().like(r"\%"), "bool", "false | false | null");
    check(
        s().extract("^([A-Z]+) ([^? ]+)", 2),
        "string",
        "/a/b | null | null",
    );
    check(s().extract("u", 0), "string", "null | u | null");
    check(s().replace("/", "."), "string", "GET .a.b?x=1 | eu | null");
    check(
        s().replacen("/", ".", 1),
        "string",
        "GET .a/b?x=1 | eu | null",
    );
    check(
        s().replace_all(Pattern::regex("([a-z])=([0-9])"), "$2=$1$$"),
        "string",
        "GET /a/b?1=x$ | eu | null",
    );
    check(s().split("/").list().get(-1), "string", "b?x=1 | eu | null");
    check(
        s().split(Pattern::regex("[/?]")).list().len(),
        "int64",
        "4 | 1 | null",
    );
    check(s().slice(..3), "string", "GET | eu | null");
    check(s().slice(-3..=-2), "string", "x= | e | null");
    check(
        s().cat("!").str().cat(col("c")),
        "string",
        "GET /a/b?x=1!us | eu!eu | null",
    );
    check(
        concat_str([col("c"), lit("x"), col("c")], "-"),
        "string",
        "us-x-us | eu-x-eu | null",
    );
    check(col("c").str().rjust(4, '*'), "string", "**us | **eu | null");
    check(
        lit(" a ").str().strip().str().repeat(3),
        "string",
        "aaa | aaa | aaa",
    );
    check(
        col("t")
            .str()
            .strptime(Strptime::new("%Y-%m-%d %H:%M").coerce().unit("s")),
        "timestamp[s]",
        "2024-02-29T12:00:00 | null | null",
    );
    check(
        (col("c")
            .str()
            .replace("us", "2024-01-01T05:00:00+0200")
            .str()
            .replace("eu", "2024-01-01T05:00:00Z"))
        .str()
        .to_datetime("%FT%T%z"),
        "timestamp[us, UTC]",
        "2024-01-01T03:00:00Z | 2024-01-01T05:00:00Z | null",
    );
}

#[test]
fn a_text_that_no_row_has_need_not_read() {
    let coded = arrow_array::DictionaryArray::new(
        Int64Array::from(vec![0, 0]),
        Arc::new(arrow_array::StringViewArray::from(vec!["2024", "never"])),
    );
    let meta = Meta::of([("x", "string")]).unwrap();
    let bound = col("x")
        .str()
        .strptime("%Y")
        .bind(&meta, &Functions::standard())
        .unwrap();
    let found = bound.eval(&[Arc::new(coded)], 2).unwrap();
    assert_eq!(
        Value::from_array(&found, 1).to_string(),
        "2024-01-01T00:00:00"
    );
}

#[test]
fn lists_and_structs() {
    let l = || col("l").list();
    check(l().len(), "int64", "3 | 0 | null");
    check(l().get(0), "int64", "3 | null | null");
    check(l().contains(2), "bool", "true | false | null");
    check(l().sum(), "int64", "6 | 0 | null");
    check(l().mean(), "float64", "2.0 | null | null");
    check(l().min(), "int64", "1 | null | null");
    check(l().max(), "int64", "3 | null | null");
    check(col("w").struct_().field("a"), "int64", "1 | null | null");
    check(
        col("w").struct_().field("b").str().upper(),
        "string",
        "X | Y | null",
    );
}

#[test]
fn messages() {
    let call = |name: &str, args: Vec<Expr>| {
        Expr::new(ExprNode::Call {
            function: FunctionRef::new(name),
            args,
        })
    };
    insta::assert_snapshot!(
        "messages_of_texts",
        failures([
            col("i").str().lower(),
            col("at").str().contains("2024"),
            col("l").str().len(),
            col("s").str().contains("a(b"),
            col("s").str().contains("naïve[z-a]"),
            col("s").str().contains("(?=a)"),
            col("s").str().extract("a", 1),
            col("s").str().extract("(a)(b)", 3),
            col("s").str().replace(Pattern::regex("(a)"), r"\1"),
            col("s").str().replace(Pattern::regex("(a)"), "$2"),
            col("s").str().split(""),
            col("s").str().like(r"a\"),
            col("s").str().ljust(1 << 30, ' '),
            col("s").str().repeat(1 << 20).str().repeat(1 << 20),
            col("s").str().cat(col("i")),
            col("s") + col("c"),
            col("s").str().strptime("%Y-%Q"),
            col("s").str().strptime("%Y %"),
            col("s").str().strptime("%V"),
            col("t").str().strptime("%Y-%m-%d %H:%M"),
            col("s").str().strptime(Strptime::new("%Y").unit("h")),
            call("str.startswith", vec![col("s"), col("c")]),
            call("str.startswith", vec![col("s"), 5.into()]),
            call("str.startswith", vec![col("s")]),
        ])
    );
    insta::assert_snapshot!(
        "messages_of_times",
        failures([
            col("s").dt().year(),
            col("i").dt().floor("h"),
            col("at").dt().floor("15mni"),
            col("at").dt().floor("5m"),
            col("at").dt().floor("-1h"),
            col("at").dt().round("mo"),
            col("zoned").dt().floor("1500us"),
            col("span").dt().ceil("2y"),
            col("at").dt().offset_by("1mo1d"),
            col("at").dt().strftime("%Y %E"),
            col("at").dt().tz_convert("UTC"),
            col("at").dt().tz_localize("Europe/Zurihc"),
            col("zoned").dt().tz_localize("UTC"),
            col("day").dt().tz_localize("UTC"),
            col("local").dt().tz_localize("Europe/Zurich"),
            col("at")
                .dt()
                .tz_localize(TzLocalize::new("UTC").ambiguous("infer")),
            col("at").dt().total_seconds(),
            col("day").dt().time(),
            col("at") + "soon",
            col("at") - "soon",
            col("span").gt("1mo"),
            col("tm").dt().year(),
        ])
    );
    insta::assert_snapshot!(
        "messages_of_choices",
        failures([
            when(col("i")).then(1).otherwise(2),
            when(col("b")).then(col("s")).otherwise(col("i")),
            when(col("b")).then(col("i")).otherwise(0.5),
            when(col("b")).then(col("i")).otherwise("x"),
            when(col("b")).then(1).otherwise("x"),
            when(col("b")).then(col("at")).otherwise(col("zoned")),
            least([col("i"), col("s")]),
            least([col("l"), col("l")]),
            greatest(Vec::<Expr>::new()),
            col("i").clip("a", 5),
            col("i8").clip(0, 1000),
            col("s").sqrt(),
            col("b").log(),
            col("i").pow(-1),
            col("i").pow(100),
            col("s").pow(2),
            col("l").hash(),
            col("i").list().len(),
            col("l").list().contains("x"),
            col("w").struct_().field("c"),
            col("i").struct_().field("c"),
            call("clip", vec![col("i")]),
        ])
    );
}

#[test]
fn choices_print_as_they_are_written_and_survive_encoding() {
    let expr = when(col("a").gt(1))
        .then("x")
        .when(col("b"))
        .then(col("c").str().lower())
        .otherwise(None::<i64>);
    assert_eq!(
        expr.to_string(),
        r#"when((a > 1)).then("x").when(b).then(c.str().lower()).otherwise(null)"#
    );
    let mut encoder = swath_graph::Encoder::new();
    expr.encode(&mut encoder);
    let bytes = encoder.into_bytes().unwrap();
    let decoded = Expr::decode(&swath_graph::Decoder::new(&bytes), &Functions::standard()).unwrap();
    assert!(decoded.same_as(&expr));
    assert!(!decoded.same_as(&when(col("a").gt(1)).then("x").otherwise(None::<i64>)));
}
