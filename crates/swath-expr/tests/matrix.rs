//! Every function, operator and cast on every dtype, over every kind of array: an answer or a typed error, and the same one in every encoding.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use arrow_array::{Array, ArrayRef, BooleanArray, new_null_array};
use arrow_cast::cast;
use arrow_schema::DataType;
use arrow_select::concat::concat;
use arrow_select::filter::filter;
use swath_batch::Value;
use swath_expr::{Bound, Expr, ExprNode, FunctionRef, Functions, col};
use swath_graph::{Decoder, Encoder};
use swath_meta::{DType, Field, Meta};

const DTYPES: [&str; 27] = [
    "null",
    "bool",
    "int8",
    "int32",
    "int64",
    "uint8",
    "uint64",
    "float32",
    "float64",
    "decimal(15, 2)",
    "decimal(38, 0)",
    "string",
    "binary",
    "category",
    "date",
    "time[s]",
    "time[ns]",
    "timestamp[s]",
    "timestamp[us]",
    "timestamp[ns]",
    "timestamp[ms, Europe/Zurich]",
    "timestamp[us, UTC]",
    "duration[s]",
    "duration[us]",
    "list<string>",
    "list<int64>",
    "struct<a: int64, b: string>",
];

/// Values that functions stumble over.
fn values(dtype: &DType) -> Vec<Value> {
    let counts = [0, 1, -1, 1_709_210_096, 86_400, i64::MIN, i64::MAX];
    match dtype {
        DType::Null => vec![Value::Null],
        DType::Bool => vec![true.into(), false.into()],
        DType::Int8 | DType::Int16 => vec![0.into(), (-128).into(), 127.into()],
        DType::Int32 => vec![0.into(), i32::MIN.into(), i32::MAX.into()],
        DType::Int64 => counts.map(Value::from).to_vec(),
        DType::UInt8 | DType::UInt16 | DType::UInt32 => vec![0_u8.into(), 255_u8.into()],
        DType::UInt64 => vec![0_u64.into(), u64::MAX.into()],
        DType::Float32 | DType::Float64 => [0.0, -0.0, 1.5, -2.5, 1e30, f64::NAN, f64::INFINITY]
            .map(|float| Value::from(float as f32))
            .to_vec(),
        DType::Decimal { precision, scale } => [0, 150, -250, 99_999_999]
            .map(|value| Value::Decimal {
                value,
                precision: *precision,
                scale: *scale,
            })
            .to_vec(),
        DType::String | DType::Category => [
            "",
            "a",
            "ab 12 ä€𝄞 longer than twelve",
            "2024-02",
            "  (a)  ",
            "-7",
            "12:30",
        ]
        .map(Value::from)
        .to_vec(),
        DType::Binary => vec![Value::from(&b"ab"[..]), Value::from(&b"\xff"[..])],
        DType::Date => [0, 19_782, -1, i32::MIN, i32::MAX]
            .map(Value::Date)
            .to_vec(),
        DType::Time(unit) => [0, 3_661]
            .map(|value| Value::Time { value, unit: *unit })
            .to_vec(),
        DType::Timestamp(unit, zone) => counts
            .map(|value| Value::Timestamp {
                value,
                unit: *unit,
                zone: zone.clone(),
            })
            .to_vec(),
        DType::Duration(unit) => counts
            .map(|value| Value::Duration { value, unit: *unit })
            .to_vec(),
        DType::List(item) => {
            let items = values(&item.dtype);
            vec![
                Value::List(items.clone().into()),
                Value::List([].into()),
                Value::List([Value::Null, items[1].clone()].into()),
            ]
        }
        DType::Struct(fields) => {
            let of = |field: &Field| (Arc::clone(&field.name), values(&field.dtype)[1].clone());
            let null = |field: &Field| (Arc::clone(&field.name), Value::Null);
            vec![
                Value::Struct(fields.iter().map(of).collect()),
                Value::Struct(fields.iter().map(null).collect()),
            ]
        }
    }
}

fn array(values: &[Value], dtype: &DType) -> ArrayRef {
    let arrays: Vec<ArrayRef> = values
        .iter()
        .map(|value| value.to_array(dtype, 1).unwrap())
        .collect();
    concat(&arrays.iter().map(AsRef::as_ref).collect::<Vec<_>>()).unwrap()
}

/// The rest of the arguments, of which some suit every function; `self` is the column again.
fn rests() -> Vec<Vec<Expr>> {
    let x = || col("x");
    let null = || Expr::from(None::<i64>);
    vec![
        vec![],
        vec!["a".into()],
        vec!["h".into()],
        vec!["1mo".into()],
        vec!["%Y-%m".into()],
        vec![1.into()],
        vec![(-2).into()],
        vec![40.into(), "*".into()],
        vec!["a".into(), "b".into(), null()],
        vec!["ab".into(), "b".into()],
        vec![1.into(), null(), "b".into()],
        vec![3.into()],
        vec!["(a)".into(), 1.into()],
        vec![1.into(), null()],
        vec![x()],
        vec![x(), x()],
        vec![null(), null()],
    ]
}

/// The parameters that a function may want.
fn params(name: &str) -> Vec<FunctionRef> {
    let plain = FunctionRef::new(name);
    match name {
        "dt.tz_convert" => vec![plain.clone().param("zone", "Asia/Tokyo"), plain],
        "dt.tz_localize" => {
            let zurich = plain.clone().param("zone", "Europe/Zurich");
            let earlier = zurich.clone().param("ambiguous", "earlier");
            vec![
                earlier.clone().param("nonexistent", "shift_forward"),
                earlier.param("nonexistent", "null"),
                zurich,
                plain,
            ]
        }
        "struct.field" => vec![plain.param("name", "b")],
        "str.contains" | "str.count" | "str.replace" | "str.split" | "str.splitn" => {
            vec![plain.clone().param("regex", true), plain]
        }
        "str.strptime" => vec![plain.clone().param("coerce", true), plain],
        _ => vec![plain],
    }
}

fn texts(array: &ArrayRef) -> Vec<String> {
    (0..array.len())
        .map(|row| Value::from_array(array, row).to_string())
        .collect()
}

/// What an expression gives for a column: texts, or an error's.
fn ask(bound: &Bound, column: &ArrayRef) -> Result<Vec<String>, String> {
    let asked = catch_unwind(AssertUnwindSafe(|| {
        let found = bound
            .eval(std::slice::from_ref(column), column.len())
            .map_err(|error| error.to_string())?;
        assert_eq!(found.len(), column.len());
        assert!(
            bound.dtype().admits(found.data_type()),
            "{}",
            found.data_type()
        );
        assert!(
            bound.field().nullable || found.logical_null_count() == 0,
            "nulls"
        );
        Ok(texts(&found))
    }));
    asked.unwrap_or_else(|_| panic!("{} panicked", bound.expr()))
}

fn check(expr: &Expr, dtype: &DType, functions: &Functions) -> bool {
    let meta = Meta::of([("x", dtype.to_string().as_str())]).unwrap();
    let bind = || expr.bind(&meta, functions);
    let Ok(bound) = catch_unwind(AssertUnwindSafe(bind))
        .unwrap_or_else(|_| panic!("{expr} of {dtype} panicked"))
    else {
        return false;
    };
    let bound = &bound;
    let mut all = values(dtype);
    all.insert(1, Value::Null);
    let whole = array(&all, dtype);
    // One value a batch, so that one that has no answer does not hide the others.
    let each: Vec<Result<Vec<String>, String>> = (0..whole.len())
        .map(|row| ask(bound, &whole.slice(row, 1)))
        .collect();
    let answered: BooleanArray = each.iter().map(|answer| Some(answer.is_ok())).collect();
    let expected: Vec<String> = each.iter().flatten().flatten().cloned().collect();
    let column = filter(&whole, &answered).unwrap();
    let what = format!("{expr} of {dtype}");
    assert_eq!(ask(bound, &column).unwrap(), expected, "{what}");
    if column.len() > 1 {
        let sliced = column.slice(1, column.len() - 1);
        assert_eq!(ask(bound, &sliced).unwrap(), expected[1..], "sliced {what}");
    }
    assert_eq!(
        ask(bound, &column.slice(0, 0)).unwrap().len(),
        0,
        "empty {what}"
    );
    let nulls = new_null_array(&dtype.border(), 3);
    ask(bound, &nulls).unwrap_or_else(|error| panic!("nulls: {what}: {error}"));
    if dtype.is_string() {
        for key in [DataType::Int8, DataType::UInt32] {
            let coded = DataType::Dictionary(Box::new(key), Box::new(DataType::Utf8View));
            let coded = cast(&column, &coded).unwrap();
            assert_eq!(ask(bound, &coded).unwrap(), expected, "coded {what}");
            if coded.len() > 1 {
                let sliced = coded.slice(1, coded.len() - 1);
                assert_eq!(
                    ask(bound, &sliced).unwrap(),
                    expected[1..],
                    "coded, sliced {what}"
                );
            }
        }
    }
    let mut encoder = Encoder::new();
    expr.encode(&mut encoder);
    let bytes = encoder.into_bytes().unwrap();
    let decoded = Expr::decode(&Decoder::new(&bytes), functions).unwrap();
    assert!(decoded.same_as(expr), "{what}");
    true
}

#[test]
fn every_function_answers_or_refuses_on_every_dtype() {
    let functions = Functions::standard();
    let (mut answered, mut bound) = (BTreeSet::new(), 0);
    for dtype in DTYPES {
        let dtype: DType = dtype.parse().unwrap();
        for name in functions.names() {
            for function in params(name) {
                for rest in rests() {
                    let mut args = vec![col("x")];
                    args.extend(rest);
                    let function = function.clone();
                    let expr = Expr::new(ExprNode::Call { function, args });
                    if check(&expr, &dtype, &functions) {
                        answered.insert(name.to_owned());
                        bound += 1;
                    }
                }
            }
        }
    }
    let silent: Vec<&str> = functions
        .names()
        .filter(|name| !answered.contains(*name))
        .collect();
    assert!(
        silent.is_empty(),
        "nothing asked {silent:?} in a way that it answers"
    );
    assert!(bound > 1000, "{bound}");
}

#[test]
fn every_choice_answers_or_refuses_on_every_dtype() {
    for dtype in DTYPES {
        let dtype: DType = dtype.parse().unwrap();
        let values = values(&dtype);
        let literal = |at: usize| Expr::from(values[at.min(values.len() - 1)].clone());
        for expr in [
            swath_expr::when(col("x").isna())
                .then(literal(0))
                .otherwise(col("x")),
            swath_expr::when(col("x").notna()).then(col("x")).into(),
            swath_expr::coalesce([col("x"), literal(1)]),
            swath_expr::least([col("x"), literal(0), literal(1)]),
            swath_expr::greatest([literal(0), col("x")]),
            col("x").null_if(literal(0)),
            col("x").clip(literal(0), None::<i64>),
        ] {
            check(&expr, &dtype, &Functions::standard());
        }
    }
}

#[test]
fn every_operator_answers_or_refuses_on_every_pair_of_dtypes() {
    let functions = Functions::standard();
    let mut bound = 0;
    for left in DTYPES {
        let left: DType = left.parse().unwrap();
        for right in DTYPES {
            let right: DType = right.parse().unwrap();
            let values = values(&right);
            for value in values.iter().take(2) {
                let other = || Expr::from(value.clone());
                for expr in [
                    col("x").eq(other()),
                    col("x").lt(other()),
                    col("x").ge(other()),
                    col("x").ne_missing(other()),
                    col("x") & other(),
                    other() | col("x"),
                    col("x") + other(),
                    other() - col("x"),
                    col("x") * other(),
                    col("x") / other(),
                    other().floordiv(col("x")),
                    col("x") % other(),
                    col("x").isin([value.clone(), Value::Null]),
                    col("x").between(other(), other()),
                    col("x").fillna(other()),
                ] {
                    bound += usize::from(check(&expr, &left, &functions));
                }
            }
        }
        for expr in [
            col("x").neg(),
            col("x").not(),
            col("x").isna(),
            col("x").notna(),
        ] {
            bound += usize::from(check(&expr, &left, &functions));
        }
    }
    assert!(bound > 2000, "{bound}");
}

#[test]
fn every_cast_answers_or_refuses_on_every_pair_of_dtypes() {
    let functions = Functions::standard();
    let mut bound = 0;
    for from in DTYPES {
        let from: DType = from.parse().unwrap();
        for to in DTYPES {
            bound += usize::from(check(&col("x").cast(to), &from, &functions));
        }
    }
    assert!(bound > 200, "{bound}");
}
