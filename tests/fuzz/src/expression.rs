//! Expressions, as plans carry them to other processes.

use std::sync::Arc;

use arrow_array::ArrayRef;
use arrow_select::concat::concat;
use swath_batch::Value;
use swath_expr::{Expr, ExprNode, FunctionRef, Functions, Pattern, col, concat_str, when};
use swath_graph::{Decoder, Encoder};
use swath_meta::{DType, Meta};

/// Columns that decoded expressions are computed of: two values and null each.
const COLUMNS: [(&str, &str, [&str; 2]); 8] = [
    ("i", "int64", ["7", "-9223372036854775808"]),
    ("u", "uint8", ["255", "0"]),
    ("f", "float64", ["2.5", "NaN"]),
    ("d", "decimal(15, 2)", ["12.55", "-0.01"]),
    ("s", "string", ["GET /a?b=1", "ä€𝄞"]),
    ("b", "bool", ["true", "false"]),
    (
        "t",
        "timestamp[us]",
        ["2024-02-29T12:37:30.5", "1969-12-31T23:59:59"],
    ),
    ("day", "date", ["2024-02-29", "1969-12-31"]),
];

/// Decodes bytes as an expression, which must encode to an equal one, be typed or refused, and be computed or refused.
///
/// # Panics
/// Where swath has a bug.
pub fn expression(bytes: &[u8]) {
    let functions = Functions::standard();
    let Ok(expr) = Expr::decode(&Decoder::new(bytes), &functions) else {
        return;
    };
    let again = Expr::decode(&Decoder::new(&encoded(&expr)), &functions);
    let again = again.expect("what was decoded is encoded and decoded");
    assert!(again.same_as(&expr), "{expr} is {again} when it comes back");
    let meta = Meta::of(COLUMNS.map(|(name, dtype, _)| (name, dtype))).expect("dtypes");
    let Ok(bound) = expr.bind(&meta, &functions) else {
        return;
    };
    let columns = columns();
    if let Ok(found) = bound.eval(&columns, 3) {
        assert_eq!(found.len(), 3, "{expr}");
        assert!(
            bound.dtype().admits(found.data_type()),
            "{expr} gives {}",
            found.data_type()
        );
    }
    let none: Vec<ArrayRef> = columns.iter().map(|column| column.slice(0, 0)).collect();
    if let Ok(found) = bound.eval(&none, 0) {
        assert_eq!(found.len(), 0, "{expr}");
    }
}

fn columns() -> Vec<ArrayRef> {
    let column = |(_, dtype, texts): &(&str, &str, [&str; 2])| -> ArrayRef {
        let dtype: DType = dtype.parse().expect("a dtype");
        let values = texts.map(|text| Value::from(text).cast(&dtype).expect("a value of it"));
        let arrays = values
            .iter()
            .chain([&Value::Null])
            .map(|value| value.to_array(&dtype, 1).expect("a row"));
        let arrays: Vec<ArrayRef> = arrays.collect();
        let parts: Vec<_> = arrays.iter().map(Arc::as_ref).collect();
        concat(&parts).expect("arrays of one type")
    };
    COLUMNS.iter().map(column).collect()
}

fn encoded(expr: &Expr) -> Vec<u8> {
    let mut encoder = Encoder::new();
    expr.encode(&mut encoder);
    encoder.into_bytes().expect("an expression is encoded")
}

/// A call of every function that there is, and expressions of every other kind.
pub(crate) fn seeds() -> Vec<Vec<u8>> {
    let mut exprs = vec![
        (col("i") + 1).gt(5) & col("s").isin(["eu", "us"]) | !col("b"),
        (col("i") * 2 - col("u") / 3) % 7,
        col("i").floordiv(col("u")).eq_missing(None::<i64>),
        col("d").cast("decimal(20, 4)").neg() / 3,
        col("s").cast("float64").fillna(0.5).alias("x"),
        col("t").sub(col("day").cast("timestamp[us]")).gt("1h"),
        col("t").dt().floor("15min").between("2020-01-01", "2030"),
        when(col("f").gt(1.0))
            .then("large")
            .when(col("f").isna())
            .then(col("s"))
            .otherwise("small"),
        col("s").str().replace(Pattern::regex("(a+)"), "$1$1"),
        col("s").str().slice(-3..).str().pad(12, '*'),
        col("s").str().repeat(3).str().split("/").list().get(-1),
        concat_str([col("s"), col("day").dt().strftime("%Y")], "-"),
        col("f").pow(2).sqrt().round(2).is_nan(),
        col("i").shift(-1).cumsum(),
        col("f").rolling(2).center(true).std().ffill_limit(1),
    ];
    let functions = Functions::standard();
    for name in functions.names() {
        let args: [Expr; 3] = [col("s"), "a".into(), 2.into()];
        for some in 1..=args.len() {
            let function = FunctionRef::new(name);
            let args = args[..some].to_vec();
            exprs.push(Expr::new(ExprNode::Call { function, args }));
        }
        for column in ["i", "f", "t"] {
            let function = FunctionRef::new(name);
            exprs.push(Expr::new(ExprNode::Call {
                function,
                args: vec![col(column)],
            }));
        }
    }
    exprs.iter().map(encoded).collect()
}
