//! What expressions give, row by row, as tables of cases.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::needless_pass_by_value,
    reason = "a test fails by panicking, and a table of cases reads best without borrows"
)]

use std::sync::Arc;

use arrow_array::{Array, ArrayRef, RecordBatch};
use arrow_cast::cast;
use arrow_schema::{DataType, Schema};
use arrow_select::concat::concat;
use swath_batch::Value;
use swath_expr::{Expr, Functions, Late, col, lit};
use swath_graph::Name;
use swath_meta::{DType, Meta};

/// Columns of three rows, the last null, as text that is cast to their dtype.
const COLUMNS: [(&str, &str, [&str; 2]); 17] = [
    ("i8", "int8", ["-128", "7"]),
    ("i", "int64", ["9007199254740993", "-7"]),
    ("u", "uint64", ["18446744073709551615", "7"]),
    ("u8", "uint8", ["200", "7"]),
    ("f", "float64", ["9007199254740992", "NaN"]),
    ("f32", "float32", ["0.1", "-0.0"]),
    ("d", "decimal(15, 2)", ["12.50", "-0.05"]),
    ("e", "decimal(10, 4)", ["0.3000", "3.0000"]),
    ("b", "bool", ["true", "false"]),
    ("s", "string", ["a text of some length", "eu"]),
    ("c", "category", ["us", "eu"]),
    ("x", "binary", ["ab", "cd"]),
    ("day", "date", ["1995-06-15", "1969-12-31"]),
    ("at", "timestamp[us]", ["1995-06-15T12:30:00", "1969-12-31"]),
    (
        "ms",
        "timestamp[ms]",
        ["1995-06-15T12:30:00.001", "2001-01-01"],
    ),
    (
        "utc",
        "timestamp[s, UTC]",
        ["1995-06-15T12:30:00Z", "2001-01-01T00:00:00Z"],
    ),
    ("tm", "time[s]", ["10:30:00", "23:59:59"]),
];

fn meta() -> Meta {
    Meta::of(COLUMNS.map(|(name, dtype, _)| (name, dtype))).unwrap()
}

fn array(dtype: &str, texts: [&str; 2]) -> ArrayRef {
    let dtype: DType = dtype.parse().unwrap();
    let value = |text: &str| match dtype {
        DType::Binary => Value::from(text.as_bytes()),
        DType::Float32 => Value::from(text.parse::<f32>().unwrap()),
        _ => Value::from(text)
            .cast(&dtype)
            .unwrap_or_else(|error| panic!("{error}")),
    };
    let values = [value(texts[0]), value(texts[1]), Value::Null];
    let arrays = values.map(|value| value.to_array(&dtype, 1).unwrap());
    concat(&arrays.each_ref().map(AsRef::as_ref)).unwrap()
}

fn columns() -> Vec<ArrayRef> {
    COLUMNS
        .iter()
        .map(|(_, dtype, texts)| array(dtype, *texts))
        .collect()
}

fn texts(array: &ArrayRef) -> String {
    let text = |row| Value::from_array(array, row).to_string();
    (0..array.len()).map(text).collect::<Vec<_>>().join(" ")
}

#[track_caller]
fn check(expr: Expr, dtype: &str, expected: &str) {
    let bound = expr
        .bind(&meta(), &Functions::standard())
        .unwrap_or_else(|error| panic!("{expr}: {error}"));
    assert_eq!(bound.dtype().to_string(), dtype, "{expr}");
    let found = bound
        .eval(&columns(), 3)
        .unwrap_or_else(|error| panic!("{expr}: {error}"));
    assert!(
        bound.dtype().admits(found.data_type()),
        "{expr} gives {}",
        found.data_type()
    );
    assert_eq!(texts(&found), expected, "{expr}");
    assert!(
        bound.field().nullable || found.logical_null_count() == 0,
        "{expr}"
    );
    // No rows, and rows that do not start at the buffers' beginning, give the same.
    assert_eq!(
        bound
            .eval(
                &columns()
                    .iter()
                    .map(|array| array.slice(0, 0))
                    .collect::<Vec<_>>(),
                0
            )
            .unwrap()
            .len(),
        0
    );
    let sliced: Vec<ArrayRef> = columns().iter().map(|array| array.slice(1, 2)).collect();
    let found = bound.eval(&sliced, 2).unwrap();
    assert_eq!(
        texts(&found),
        expected
            .split_once(split(expected))
            .map_or("", |(_, rest)| rest),
        "sliced {expr}"
    );
}

/// Where the first row's text ends: a blank, unless the text itself has one.
fn split(expected: &str) -> &'static str {
    if expected.starts_with("a text") {
        " length "
    } else {
        " "
    }
}

#[track_caller]
fn check_bool(expr: Expr, expected: &str) {
    check(expr, "bool", expected);
}

#[test]
fn comparisons_of_numbers_are_exact_and_ieee() {
    check_bool(col("i").gt(5), "true false null");
    check_bool(col("i8").lt(0), "true false null");
    // 2^53 + 1 against 2^53: equal only if rounded.
    check_bool(col("i").eq(col("f")), "false false null");
    check_bool(col("i").gt(col("f")), "true false null");
    check_bool(col("f").lt(col("i")), "true false null");
    check_bool(col("i").ne(col("f")), "true true null");
    check_bool(col("u").gt(col("i")), "true true null");
    check_bool(col("i").lt(col("u")), "true true null");
    check_bool(col("u").gt(col("i8")), "true false null");
    check_bool(col("u").ge(col("f")), "true false null");
    check_bool(col("u8").eq(col("i8")), "false true null");
    check_bool(col("f").eq(col("f")), "true false null");
    check_bool(col("f").ne(col("f")), "false true null");
    check_bool(col("f32").eq(0), "false true null");
    check_bool(col("f32").eq(0.1), "true false null");
    check_bool(col("f32").lt(col("f")), "true false null");
    check_bool(col("d").gt(col("e")), "true false null");
    check_bool(col("d").eq(12.5), "true false null");
    check_bool(col("d").gt(0.055), "true false null");
    check_bool(col("d").le(col("i8")), "false true null");
    check_bool(lit(5).lt(col("i")), "true false null");
    check_bool(col("i").between(-7, 0), "false true null");
}

#[test]
fn comparisons_of_other_dtypes() {
    check_bool(col("s").eq("eu"), "false true null");
    check_bool(col("s").eq("a text of some length"), "true false null");
    check_bool(col("s").ne("a text of some lengty"), "true true null");
    check_bool(col("s").lt("b"), "true false null");
    check_bool(col("c").eq("eu"), "false true null");
    check_bool(col("c").ge("f"), "true false null");
    check_bool(col("c").eq(col("s")), "false true null");
    check_bool(lit("eu").eq(col("c")), "false true null");
    check_bool(col("x").gt(Value::from(&b"b"[..])), "false true null");
    check_bool(col("x").eq(col("x")), "true true null");
    check_bool(col("b").eq(true), "true false null");
    check_bool(col("b").lt(true), "false true null");
    check_bool(col("b").eq(col("b")), "true true null");
    check_bool(col("day").ge("1995"), "true false null");
    check_bool(col("day").eq("1995-06-15"), "true false null");
    check_bool(col("at").gt("1995-06-15 12:00"), "true false null");
    check_bool(col("at").lt(col("ms")), "true true null");
    check_bool(col("at").ge(col("day")), "true true null");
    check_bool(
        col("utc").eq("1995-06-15T14:30:00+02:00"),
        "true false null",
    );
    check_bool(col("tm").lt("12:00"), "true false null");
    check_bool(col("at").gt(Value::Date(0)), "true false null");
}

#[test]
fn nulls_are_unknown_unless_asked_for() {
    check_bool(col("i").eq(None::<i64>), "null null null");
    check_bool(col("i").eq_missing(None::<i64>), "false false true");
    check_bool(col("i").ne_missing(-7), "true false true");
    check_bool(col("i").eq_missing(col("f")), "false false true");
    check_bool(col("c").ne_missing("eu"), "true false true");
    check_bool(col("f").eq_missing(col("f")), "true false true");
    check_bool(col("i").isna(), "false false true");
    check_bool(col("i").notna(), "true true false");
    check_bool(col("b") & false, "false false false");
    check_bool(col("b") | true, "true true true");
    check_bool(col("b") & true, "true false null");
    check_bool(col("b") & None::<bool>, "null false null");
    check_bool(col("b") | None::<bool>, "true null null");
    check_bool(!col("b"), "false true null");
    check_bool(col("b") & col("i").isna(), "false false null");
    check(col("i").fillna(0), "int64", "9007199254740993 -7 0");
    check(col("c").fillna("none"), "category", "us eu none");
    check(
        col("s").fillna(col("c")),
        "string",
        "a text of some length eu null",
    );
    check(col("d").fillna(1), "decimal(15, 2)", "12.50 -0.05 1.00");
    check(col("i8").fillna(col("i")), "int64", "-128 7 null");
}

#[test]
fn membership() {
    check_bool(col("i").isin([-7, 5]), "false true null");
    check_bool(col("i").isin([Some(-7), None]), "null true null");
    check_bool(col("i").isin(Vec::<i64>::new()), "false false null");
    check_bool(col("i8").isin(-10..10), "false true null");
    check_bool(col("f").isin([f64::NAN, 1.0]), "false false null");
    check_bool(col("f32").isin([0.0]), "false true null");
    check_bool(col("f32").isin((0..20).map(f64::from)), "false true null");
    check_bool(col("s").isin(["eu", "us"]), "false true null");
    check_bool(col("c").isin(["eu", "x"]), "false true null");
    let many = || {
        (0..20)
            .map(|i| format!("region {i}"))
            .chain(["eu".to_owned()])
    };
    check_bool(col("s").isin(many()), "false true null");
    check_bool(col("c").isin(many()), "false true null");
    check_bool(col("x").isin([Value::from(&b"cd"[..])]), "false true null");
    check_bool(
        col("d").isin((0..20).map(f64::from).chain([12.5])),
        "true false null",
    );
    check_bool(col("d").isin([12.5, 3.0]), "true false null");
    check_bool(col("day").isin(["1995-06-15"]), "true false null");
    check_bool(col("b").isin([false]), "false true null");
    check_bool(!col("c").isin(["eu"]), "true false null");
}

#[test]
fn arithmetic_of_integers_and_floats() {
    check(col("i") + 1, "int64", "9007199254740994 -6 null");
    check(1 - col("i"), "int64", "-9007199254740992 8 null");
    check(col("i8") + col("u8"), "int16", "72 14 null");
    check(col("i8") * 2.5, "float64", "-320.0 17.5 null");
    check(col("i8") / 2, "float64", "-64.0 3.5 null");
    check(col("i8") / 0, "float64", "-inf inf null");
    check(col("i8").floordiv(2), "int8", "-64 3 null");
    check(col("i").floordiv(2), "int64", "4503599627370496 -4 null");
    check(col("i") % 2, "int64", "1 1 null");
    check(col("i") % -4, "int64", "-3 -3 null");
    check(col("f") / 0, "float64", "inf NaN null");
    check(col("f32") + 1, "float32", "1.100000023841858 1.0 null");
    check(
        col("f32") * col("i8"),
        "float32",
        "-12.800000190734863 -0.0 null",
    );
    check(
        col("f32") * col("i"),
        "float64",
        "900719938895872.0 0.0 null",
    );
    check(
        col("f").floordiv(2) + 0.5,
        "float64",
        "4503599627370496.0 NaN null",
    );
    check(
        col("u") + col("i8"),
        "float64",
        "1.8446744073709552e19 14.0 null",
    );
    check(-col("i"), "int64", "-9007199254740993 7 null");
    check(-col("f32"), "float32", "-0.10000000149011612 0.0 null");
    check(col("i") + None::<i64>, "int64", "null null null");
    check(col("b") + col("i8"), "int8", "-127 7 null");
    check(col("i8").cast("int64").abs(), "int64", "128 7 null");
    check(col("u8").abs(), "uint8", "200 7 null");
    check(col("i").round(-3), "int64", "9007199254741000 0 null");
    check(col("d").round(1), "decimal(15, 2)", "12.50 0.00 null");
    check(col("d").floor(), "decimal(15, 2)", "12.00 -1.00 null");
    check(col("d").ceil(), "decimal(15, 2)", "13.00 0.00 null");
    check((col("i8") / 8).round(0), "float64", "-16.0 1.0 null");
    check((col("i8") / 8).floor(), "float64", "-16.0 0.0 null");
}

#[test]
fn arithmetic_of_decimals_and_times() {
    check(1 - col("d"), "decimal(16, 2)", "-11.50 1.05 null");
    check(col("d") + col("e"), "decimal(18, 4)", "12.8000 2.9500 null");
    check(
        col("d") * col("e"),
        "decimal(25, 6)",
        "3.750000 -0.150000 null",
    );
    check(col("d") * 0.5, "decimal(16, 3)", "6.250 -0.025 null");
    check(col("d") / 3, "decimal(19, 6)", "4.166667 -0.016667 null");
    check(
        col("d") / col("e"),
        "decimal(30, 13)",
        "41.6666666666667 -0.0166666666667 null",
    );
    check(col("d").floordiv(5), "decimal(13, 0)", "2 -1 null");
    check(col("d") % 5, "decimal(3, 2)", "2.50 4.95 null");
    check(col("d") + col("i8"), "decimal(16, 2)", "-115.50 6.95 null");
    check(
        col("d") * col("f32"),
        "float64",
        "1.2500000186264515 0.0 null",
    );
    check(-col("d"), "decimal(15, 2)", "-12.50 0.05 null");
    check(
        col("at") - col("day"),
        "duration[us]",
        "45000000000us 0us null",
    );
    check(col("day") - col("day"), "duration[s]", "0s 0s null");
    check(
        col("ms") - col("at"),
        "duration[us]",
        "1000us 978393600000000us null",
    );
    check(
        col("at") + (col("ms") - col("at")),
        "timestamp[us]",
        "1995-06-15T12:30:00.001000 2001-01-01T00:00:00 null",
    );
    check(
        col("at") - "1995-06-15",
        "duration[us]",
        "45000000000us -803260800000000us null",
    );
    check(
        col("day") + (col("day") - "1995-06-14"),
        "timestamp[s]",
        "1995-06-16T00:00:00 1944-07-19T00:00:00 null",
    );
}

#[test]
fn casts_keep_what_they_can() {
    check(col("i8").cast("int64"), "int64", "-128 7 null");
    check(col("i8").cast("float32"), "float32", "-128.0 7.0 null");
    check(col("u8").cast("string"), "string", "200 7 null");
    check(col("f32").cast("string"), "string", "0.1 -0.0 null");
    check(
        col("f32").cast("float64"),
        "float64",
        "0.10000000149011612 -0.0 null",
    );
    check(
        col("f").cast("float32"),
        "float32",
        "9007199254740992.0 NaN null",
    );
    check(
        col("e").cast("decimal(5, 1)"),
        "decimal(5, 1)",
        "0.3 3.0 null",
    );
    check(col("d").cast("float64"), "float64", "12.5 -0.05 null");
    check((col("d") * 100).cast("int16"), "int16", "1250 -5 null");
    check(
        (col("i8") / 4).cast("decimal(6, 2)"),
        "decimal(6, 2)",
        "-32.00 1.75 null",
    );
    check(col("b").cast("int8"), "int8", "1 0 null");
    check(
        col("b").cast("int8").cast("bool"),
        "bool",
        "true false null",
    );
    check(
        col("b").cast("string").cast("bool"),
        "bool",
        "true false null",
    );
    check(
        col("i").cast("string").cast("int64"),
        "int64",
        "9007199254740993 -7 null",
    );
    check(col("c").cast("string"), "string", "us eu null");
    check(
        col("s").cast("category"),
        "category",
        "a text of some length eu null",
    );
    check(
        col("day").cast("timestamp[ms]"),
        "timestamp[ms]",
        "1995-06-15T00:00:00 1969-12-31T00:00:00 null",
    );
    check(
        col("day").cast("string").cast("date"),
        "date",
        "1995-06-15 1969-12-31 null",
    );
    check(
        col("at").cast("timestamp[s]"),
        "timestamp[s]",
        "1995-06-15T12:30:00 1969-12-31T00:00:00 null",
    );
    check(
        col("at").cast("string"),
        "string",
        "1995-06-15T12:30:00 1969-12-31T00:00:00 null",
    );
    check(
        col("utc").cast("timestamp[ns, UTC]"),
        "timestamp[ns, UTC]",
        "1995-06-15T12:30:00Z 2001-01-01T00:00:00Z null",
    );
    check(
        col("tm").cast("time[ns]"),
        "time[ns]",
        "10:30:00 23:59:59 null",
    );
    check(col("x").cast("string"), "string", "ab cd null");
    check(
        col("s").cast("binary").cast("string"),
        "string",
        "a text of some length eu null",
    );
}

#[test]
fn constants_and_names() {
    check(lit(1).alias("one"), "int64", "1 1 1");
    check(lit("web").alias("source"), "string", "web web web");
    check(lit(None::<i64>).alias("nothing"), "null", "null null null");
    check(lit(1) + lit(2_u64), "int64", "3 3 3");
    check(lit(7).floordiv(2) + col("i8"), "int8", "-125 10 null");
    check(
        lit("1995-06-15").cast("date"),
        "date",
        "1995-06-15 1995-06-15 1995-06-15",
    );
    check(
        -lit(9_223_372_036_854_775_808_u64),
        "int64",
        "-9223372036854775808 -9223372036854775808 -9223372036854775808",
    );
    let functions = Functions::standard();
    let named = |expr: Expr| expr.infer(&meta(), &functions).unwrap().name.to_string();
    assert_eq!(named(col("i") + 1), "i");
    assert_eq!(named(col("i") + col("f")), "(i + f)");
    assert_eq!(named((col("i") + col("f")).alias("sum")), "sum");
}

#[test]
fn every_encoding_of_strings_gives_the_same() {
    let meta = Meta::of([("s", "string")]).unwrap();
    let plain: ArrayRef = Arc::new(arrow_array::StringArray::from(vec![
        Some("eu"),
        Some("a text of some length"),
        None,
        Some("eu"),
        Some(""),
    ]));
    let expressions = [
        col("s").eq("eu"),
        col("s").ne("a text of some length"),
        col("s").lt("b"),
        lit("b").gt(col("s")),
        col("s").isin(["eu", ""]),
        col("s").eq(col("s")),
        col("s").isna(),
        col("s").fillna("x").eq("x"),
        col("s").cast("category").eq("eu"),
        col("s").eq_missing(None::<&str>),
    ];
    let dictionary =
        |key: DataType, values: DataType| DataType::Dictionary(Box::new(key), Box::new(values));
    let encodings = [
        DataType::Utf8,
        DataType::LargeUtf8,
        DataType::Utf8View,
        dictionary(DataType::UInt8, DataType::Utf8),
        dictionary(DataType::UInt16, DataType::Utf8View),
        dictionary(DataType::Int32, DataType::Utf8View),
        dictionary(DataType::UInt32, DataType::LargeUtf8),
    ];
    for expr in expressions {
        let bound = expr.bind(&meta, &Functions::standard()).unwrap();
        let expected = texts(&bound.eval(&[Arc::clone(&plain)], 5).unwrap());
        for encoding in &encodings {
            let array = cast(&plain, encoding).unwrap();
            assert_eq!(
                texts(&bound.eval(&[Arc::clone(&array)], 5).unwrap()),
                expected,
                "{expr} of {encoding}"
            );
            // The second batch with the same dictionary is answered from what is kept.
            assert_eq!(
                texts(&bound.eval(&[array.slice(3, 2)], 2).unwrap()),
                expected.splitn(4, ' ').nth(3).unwrap(),
                "{expr} of {encoding}"
            );
        }
    }
}

#[test]
fn a_dictionary_with_a_null_entry_and_many_entries() {
    let meta = Meta::of([("s", "string")]).unwrap();
    let values: arrow_array::StringViewArray = (0..300)
        .map(|i| (i % 7 != 0).then(|| format!("value {i}")))
        .collect();
    let keys: arrow_array::UInt16Array = (0..1000_u16)
        .map(|row| (row % 11 != 0).then_some(row * 7 % 300))
        .collect();
    let coded: ArrayRef = Arc::new(arrow_array::DictionaryArray::new(keys, Arc::new(values)));
    let plain = cast(&coded, &DataType::Utf8View).unwrap();
    for expr in [
        col("s").lt("value 2"),
        col("s").isin(["value 7", "value 8"]),
        col("s").ne_missing("value 8"),
        col("s").isna(),
    ] {
        let bound = expr.bind(&meta, &Functions::standard()).unwrap();
        let expected = bound.eval(&[Arc::clone(&plain)], 1000).unwrap();
        assert_eq!(
            texts(&bound.eval(&[Arc::clone(&coded)], 1000).unwrap()),
            texts(&expected),
            "{expr}"
        );
        // Few rows of a large dictionary.
        let few = bound.eval(&[coded.slice(500, 3)], 3).unwrap();
        assert_eq!(texts(&few), texts(&expected.slice(500, 3)), "{expr}");
    }
}

#[test]
fn a_mask_is_what_is_true() {
    let mask = |expr: Expr| {
        let bound = expr
            .bind_predicate(&meta(), &Functions::standard())
            .unwrap();
        bound
            .mask(&columns(), 3)
            .unwrap()
            .iter()
            .collect::<Vec<_>>()
    };
    assert_eq!(mask(col("i").gt(-10)), [true, true, false]);
    assert_eq!(mask(!col("i").gt(0)), [false, true, false]);
    assert_eq!(mask(col("i").ne_missing(0)), [true, true, true]);
    assert_eq!(mask(col("b") & col("i").gt(0) & true), [true, false, false]);
    assert_eq!(mask(lit(true)), [true, true, true]);
    assert_eq!(mask(lit(None::<bool>)), [false, false, false]);
    assert_eq!(mask(col("b") & false), [false, false, false]);
    let both = col("b") & col("i").gt(0);
    assert_eq!(
        mask(both.clone() & (both | col("i").isna())),
        [true, false, false]
    );
}

#[test]
fn a_part_of_a_conjunction_guards_those_after_it() {
    let meta = Meta::of([("a", "int64"), ("b", "int64")]).unwrap();
    let columns: [ArrayRef; 2] = [
        Arc::new(arrow_array::Int64Array::from(vec![6, 7, 8])),
        Arc::new(arrow_array::Int64Array::from(vec![2, 0, 4])),
    ];
    let guarded = col("b").ne(0) & col("a").floordiv(col("b")).gt(2);
    let bound = guarded.bind(&meta, &Functions::standard()).unwrap();
    assert!(bound.is_fallible());
    assert_eq!(
        bound.mask(&columns, 3).unwrap().iter().collect::<Vec<_>>(),
        [true, false, false]
    );
    assert!(
        bound
            .eval(&columns, 3)
            .unwrap_err()
            .to_string()
            .starts_with("7 // 0")
    );
    let quotient = col("a")
        .floordiv(col("b"))
        .bind(&meta, &Functions::standard())
        .unwrap();
    let wanted = arrow_buffer::BooleanBuffer::from(vec![true, false, true]);
    let found = quotient.eval_where(&columns, 3, Some(&wanted)).unwrap();
    assert_eq!(
        (Value::from_array(&found, 0), Value::from_array(&found, 2)),
        (3.into(), 2.into())
    );
    assert!(quotient.eval(&columns, 3).is_err());
}

#[test]
fn a_null_hides_what_is_under_it() {
    // Zero and the largest number lie under the nulls.
    let nulls = arrow_buffer::NullBuffer::from(vec![true, false]);
    let a: ArrayRef = Arc::new(arrow_array::Int64Array::new(
        vec![6, i64::MAX].into(),
        Some(nulls.clone()),
    ));
    let b: ArrayRef = Arc::new(arrow_array::Int64Array::new(vec![2, 0].into(), Some(nulls)));
    let meta = Meta::of([("a", "int64"), ("b", "int64")]).unwrap();
    for (expr, expected) in [
        (col("a") + 1, "7 null"),
        (col("a").floordiv(col("b")), "3 null"),
        (col("a") % col("b"), "0 null"),
        (col("a").cast("int8"), "6 null"),
        (-col("a"), "-6 null"),
    ] {
        let bound = expr.bind(&meta, &Functions::standard()).unwrap();
        assert_eq!(
            texts(&bound.eval(&[Arc::clone(&a), Arc::clone(&b)], 2).unwrap()),
            expected,
            "{expr}"
        );
    }
}

#[test]
fn a_lazy_scalar_is_supplied_when_the_plan_runs() {
    let (mean, count) = (Name::of("mean", "f"), Name::of("len", "f"));
    let late = |name: &Name, dtype| Expr::late(Late::new(name.clone(), dtype));
    let expr = col("i").gt(late(&mean, DType::Float64)) & (late(&count, DType::UInt64) / 2).gt(1);
    let bound = expr.bind(&meta(), &Functions::standard()).unwrap();
    assert_eq!(bound.lates().len(), 2);
    assert!(
        bound
            .eval(&columns(), 3)
            .unwrap_err()
            .to_string()
            .contains("was not supplied")
    );
    let ready = bound
        .with_lates(&[(mean.clone(), 0.5.into()), (count.clone(), 3.into())])
        .unwrap();
    assert_eq!(
        texts(&ready.eval(&columns(), 3).unwrap()),
        "true false null"
    );
    assert_eq!(ready.mask(&columns(), 3).unwrap().count_set_bits(), 1);
    let fewer = bound
        .with_lates(&[(mean.clone(), 0.5.into()), (count, 2.into())])
        .unwrap();
    assert_eq!(fewer.mask(&columns(), 3).unwrap().count_set_bits(), 0);
    let missing = ready.with_lates(&[(mean.clone(), Value::Null)]).unwrap();
    assert_eq!(missing.mask(&columns(), 3).unwrap().count_set_bits(), 0);
    assert!(bound.with_lates(&[(mean, "x".into())]).is_err());
}

#[test]
fn only_the_columns_that_are_used_are_looked_at() {
    let bound = (col("f") + 1)
        .bind(&meta(), &Functions::standard())
        .unwrap();
    assert_eq!(bound.columns_used(), [4]);
    let mut columns = columns();
    columns[0] = Arc::new(arrow_array::NullArray::new(0));
    assert!(bound.eval(&columns[..5], 3).is_ok());
    let schema = Schema::new(vec![arrow_schema::Field::new("f", DataType::Float64, true)]);
    let batch = RecordBatch::try_new(Arc::new(schema), vec![Arc::clone(&columns[4])]).unwrap();
    let one = Meta::of([("f", "float64")]).unwrap();
    assert_eq!(
        col("f")
            .bind(&one, &Functions::standard())
            .unwrap()
            .eval_batch(&batch)
            .unwrap()
            .len(),
        3
    );
}
