//! Every message, as it is printed.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

use std::error::Error;
use std::sync::Arc;

use arrow_array::{
    ArrayRef, Decimal128Array, Float64Array, Int8Array, Int64Array, StringArray, UInt8Array,
};
use swath_batch::Value;
use swath_expr::{Expr, ExprError, ExprNode, FunctionPin, FunctionRef, Functions, Late, col, lit};
use swath_graph::{Decoder, Encoder, Name};
use swath_meta::{DType, Meta};

fn meta() -> Meta {
    Meta::of([
        ("amount", "float64"),
        ("n", "int64"),
        ("small", "int8"),
        ("u", "uint8"),
        ("price", "decimal(15, 2)"),
        ("region", "string"),
        ("ok", "bool"),
        ("day", "date"),
        ("at", "timestamp[us]"),
        ("utc", "timestamp[us, UTC]"),
        ("tags", "list<string>"),
        ("raw", "binary"),
        ("big", "decimal(38, 30)"),
    ])
    .unwrap()
}

fn columns() -> Vec<ArrayRef> {
    let decimals = |precision, scale| {
        Decimal128Array::from(vec![1250, -5])
            .with_precision_and_scale(precision, scale)
            .unwrap()
    };
    vec![
        Arc::new(Float64Array::from(vec![2.5, f64::NAN])),
        Arc::new(Int64Array::from(vec![i64::MAX, 0])),
        Arc::new(Int8Array::from(vec![-128, 0])),
        Arc::new(UInt8Array::from(vec![200, 0])),
        Arc::new(decimals(15, 2)),
        Arc::new(StringArray::from(vec!["eu", "12"])),
        Arc::new(arrow_array::BooleanArray::from(vec![true, false])),
    ]
}

/// The message, what is below it, and what to do.
fn text(error: &ExprError) -> String {
    let mut text = error.to_string();
    if let Some(fix) = error.fix() {
        text = format!("{text}\n  fix: {fix}");
    }
    let mut source = error.source();
    while let Some(error) = source {
        text += ": ";
        text += &error.to_string();
        source = error.source();
    }
    text
}

fn checked(expressions: impl IntoIterator<Item = Expr>) -> String {
    let line = |expr: Expr| match expr.bind(&meta(), &Functions::standard()) {
        Ok(bound) => panic!("{expr} is {}", bound.dtype()),
        Err(error) => text(&error),
    };
    expressions
        .into_iter()
        .map(line)
        .collect::<Vec<_>>()
        .join("\n")
}

fn run(expressions: impl IntoIterator<Item = Expr>) -> String {
    let line = |expr: Expr| {
        let bound = expr
            .bind(&meta(), &Functions::standard())
            .unwrap_or_else(|error| panic!("{expr}: {error}"));
        match bound.eval(&columns(), 2) {
            Ok(array) => panic!("{expr} is {array:?}"),
            Err(error) => text(&error),
        }
    };
    expressions
        .into_iter()
        .map(line)
        .collect::<Vec<_>>()
        .join("\n")
}

#[test]
fn names() {
    insta::assert_snapshot!(checked([
        col("amuont").gt(5),
        col("n").cast("flaot64"),
        col("n").cast("i8"),
        Expr::new(ExprNode::Call {
            function: FunctionRef::new("abss"),
            args: vec![col("n")]
        }),
        Expr::new(ExprNode::Call {
            function: FunctionRef::new("abs").pinned(FunctionPin {
                version: 7,
                digest: 0
            }),
            args: vec![col("n")],
        }),
        Expr::new(ExprNode::Call {
            function: FunctionRef::new("abs").pinned(FunctionPin {
                version: 7,
                digest: u128::MAX
            }),
            args: vec![col("n")],
        }),
    ]));
}

#[test]
fn literals() {
    insta::assert_snapshot!(checked([
        col("region").gt(5),
        lit(5).lt(col("region")),
        col("n").eq("x"),
        col("n").eq("5"),
        col("ok").eq("true"),
        col("n").gt(2.5),
        col("small").eq(1000),
        col("small") + 1000,
        col("u").eq(-1),
        col("amount").eq(9_007_199_254_740_993_i64),
        col("n").eq(u64::MAX),
        col("n").eq(true),
        col("ok").eq(1),
        col("day").ge("31.12.1995"),
        col("day").ge("1995-12-31 10:30"),
        col("at").ge("1995-12-31T10:30:00Z"),
        col("utc").ge("soon"),
        col("day").eq(9000),
        col("n").isin([Value::from(1), Value::from("x")]),
        col("small").isin([1, 500]),
        col("n").fillna("x"),
        col("small").fillna(1000),
        col("n") + "x",
        "5".to_owned().as_str().into_expr() - col("n"),
        col("price") * 1e60,
    ]));
}

trait IntoExpr {
    fn into_expr(self) -> Expr;
}

impl IntoExpr for &str {
    fn into_expr(self) -> Expr {
        self.into()
    }
}

#[test]
fn sides() {
    insta::assert_snapshot!(checked([
        col("region").eq(col("n")),
        col("n").lt(col("region")),
        col("price").gt(col("amount")),
        col("at").lt(col("utc")),
        col("ok").eq(col("n")),
        col("raw").eq(col("region")),
        col("tags").eq(col("tags")),
        col("tags").eq(None::<i64>),
        col("tags").isin(["a"]),
        col("region") + col("n"),
        col("ok") + col("ok"),
        col("region") + col("region"),
        col("at") + col("at"),
        col("day") * 2,
        col("at") - "soon",
        col("big") * col("big"),
        col("n").fillna(col("region")),
        col("n") & true,
        !col("amount"),
        !col("region"),
        -col("u"),
        -col("region"),
        col("day").cast("int64"),
        col("ok").cast("date"),
        col("tags").cast("string"),
        col("region").abs(),
        col("n").round(1000),
        Expr::new(ExprNode::Call {
            function: FunctionRef::new("abs"),
            args: vec![]
        }),
    ]));
}

#[test]
fn values() {
    insta::assert_snapshot!(run([
        col("n") + 1,
        1000 * col("n"),
        col("small") - 1,
        col("small") * col("small"),
        col("u") - 201,
        col("n").floordiv(0),
        col("n") % col("n"),
        col("n").floordiv(col("n") - col("n")),
        -col("small"),
        col("small").abs(),
        col("price") / 0,
        col("price") % (col("price") - col("price")),
        (col("price") * 1e20) * 1e15,
        col("n").cast("int32"),
        col("n").cast("float64"),
        col("amount").cast("int64"),
        col("amount").cast("bool"),
        col("amount").cast("decimal(2, 0)"),
        col("price").cast("decimal(15, 1)"),
        col("price").cast("int64"),
        col("region").cast("int64"),
        col("region").cast("date"),
        col("region").cast("bool"),
        (col("amount") * 1e300).cast("float32"),
        lit(1).floordiv(0),
        col("small").round(-2) - 100,
    ]));
}

#[test]
fn predicates() {
    let error = |expr: Expr| {
        text(
            &expr
                .bind_predicate(&meta(), &Functions::standard())
                .map(|_| ())
                .unwrap_err(),
        )
    };
    let messages = [
        error(col("amount") + 1),
        error(col("region")),
        error(col("day")),
        error(col("amount").gt(1).alias("x").cast("int8")),
    ];
    insta::assert_snapshot!(messages.join("\n"));
    let bound = (col("amount") + 1)
        .bind(&meta(), &Functions::standard())
        .unwrap();
    assert_eq!(text(&bound.mask(&columns(), 2).unwrap_err()), messages[0]);
}

#[test]
fn scalars_and_encodings() {
    let late = Expr::late(Late::new(Name::of("mean", "x"), DType::Int64));
    let bound = col("n")
        .gt(late)
        .bind(&meta(), &Functions::standard())
        .unwrap();
    let missing = bound.eval(&columns(), 2).unwrap_err();
    let wrong = bound
        .with_lates(&[(Name::of("mean", "x"), 2.5.into())])
        .unwrap_err();
    let mut columns = columns();
    columns[1] = Arc::new(StringArray::from(vec!["1", "2"]));
    let encoding = col("n")
        .bind(&meta(), &Functions::standard())
        .unwrap()
        .eval(&columns, 2)
        .unwrap_err();
    assert_eq!(encoding.column(), Some("n"));
    insta::assert_snapshot!(
        [missing, wrong, encoding]
            .map(|error| text(&error))
            .join("\n")
    );
}

#[test]
fn an_error_knows_its_part_and_its_line() {
    let part = col("n") + 1; // here
    let line = line!() - 1;
    let whole = part.gt(5) & col("ok");
    let bound = whole.bind(&meta(), &Functions::standard()).unwrap();
    let error = bound.eval(&columns(), 2).unwrap_err();
    assert_eq!(error.expression(), Some("(n + 1)"));
    let location = error.location().unwrap();
    assert_eq!(
        (location.line(), location.file().ends_with("errors.rs")),
        (line, true)
    );
    let misspelt = col("amuont") + 1;
    let line = line!() - 1;
    let error = misspelt.infer(&meta(), &Functions::standard()).unwrap_err();
    assert_eq!(
        (error.column(), error.location().unwrap().line()),
        (Some("amuont"), line)
    );
}

#[test]
fn bytes_that_are_no_expression() {
    let error = |write: &dyn Fn(&mut Encoder)| {
        let mut encoder = Encoder::new();
        write(&mut encoder);
        let bytes = encoder.into_bytes().unwrap();
        Expr::decode(&Decoder::new(&bytes), &Functions::standard())
            .map(|_| ())
            .unwrap_err()
            .to_string()
    };
    let node =
        |kind: &'static str, inputs: &'static [u64], field: &'static str, text: &'static str| {
            error(&move |out| {
                out.object("expr", 1, |o| {
                    o.list("nodes", [0], |out, _| {
                        out.object(kind, 1, |o| {
                            o.serde("inputs", inputs);
                            o.str(field, text);
                        });
                    });
                });
            })
        };
    let messages = [
        error(&|out| out.object("agg", 1, |_| {})),
        error(&|out| out.object("expr", 2, |_| {})),
        error(&|out| out.object("expr", 1, |o| o.list("nodes", [0; 0], |_, _| {}))),
        node("window", &[], "op", "x"),
        node("unary", &[0], "op", "not"),
        node("unary", &[7], "op", "not"),
        node("unary", &[], "op", "not"),
        node("column", &[], "nome", "x"),
        node("call", &[], "function", "abss"),
        Expr::decode(&Decoder::new(&[0x93]), &Functions::standard())
            .map(|_| ())
            .unwrap_err()
            .to_string(),
    ];
    insta::assert_snapshot!(messages.join("\n"));
    // Every prefix of real bytes, and every byte changed, is an error or an expression, never a panic.
    let mut encoder = Encoder::new();
    (col("a").isin([1, 2]) & col("b").round(2).cast("int8").alias("x").fillna(1.5))
        .encode(&mut encoder);
    let bytes = encoder.into_bytes().unwrap();
    for end in 0..bytes.len() {
        assert!(Expr::decode(&Decoder::new(&bytes[..end]), &Functions::standard()).is_err());
        let mut changed = bytes.clone();
        changed[end] ^= 0x55;
        drop(Expr::decode(
            &Decoder::new(&changed),
            &Functions::standard(),
        ));
    }
}
