//! Random expressions over random rows, against answers computed value by value.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod oracle;

use arrow_array::{Array, ArrayRef};
use arrow_cast::cast;
use arrow_schema::DataType;
use arrow_select::concat::concat;
use proptest::prelude::*;
use swath_batch::Value;
use swath_expr::{ColumnBounds, Expr, Functions, Verdict, col, when};
use swath_graph::{Decoder, Encoder};
use swath_meta::{DType, Meta};

use oracle::{Row, oracle};

/// Columns, and how each is encoded.
fn schema() -> [(&'static str, DType, Option<DataType>); 9] {
    let coded = |key| {
        Some(DataType::Dictionary(
            Box::new(key),
            Box::new(DataType::Utf8View),
        ))
    };
    [
        ("i", DType::Int64, None),
        ("j", DType::Int8, None),
        ("u", DType::UInt64, None),
        ("f", DType::Float64, None),
        ("b", DType::Bool, None),
        ("s", DType::String, Some(DataType::Utf8)),
        ("c", DType::String, coded(DataType::UInt8)),
        ("k", DType::Category, coded(DataType::UInt32)),
        ("d", DType::Date, None),
    ]
}

fn meta() -> Meta {
    Meta::of(schema().map(|(name, dtype, _)| (name, dtype))).unwrap()
}

fn integers() -> impl Strategy<Value = i64> {
    prop_oneof![
        -3_i64..4,
        Just(i64::MAX),
        Just(i64::MIN),
        Just(9_007_199_254_740_993)
    ]
}

fn floats() -> impl Strategy<Value = f64> {
    prop_oneof![
        (-3_i64..4).prop_map(|i| i as f64),
        Just(-0.0),
        Just(0.5),
        Just(f64::NAN),
        Just(f64::INFINITY),
        Just(9_007_199_254_740_992.0),
        Just(1.844_674_407_370_955_2e19),
    ]
}

fn words() -> impl Strategy<Value = &'static str> {
    prop_oneof![
        Just(""),
        Just("eu"),
        Just("us"),
        Just("twelve bytes"),
        Just("more than twelve bytes"),
        Just("more than twelve bytez")
    ]
}

fn value(dtype: &DType) -> BoxedStrategy<Value> {
    let there = match dtype {
        DType::Int64 => integers().prop_map(Value::from).boxed(),
        DType::Int8 => prop_oneof![-3_i8..4, Just(127), Just(-128)]
            .prop_map(Value::from)
            .boxed(),
        DType::UInt64 => prop_oneof![0_u64..4, Just(u64::MAX), Just(1 << 63)]
            .prop_map(Value::from)
            .boxed(),
        DType::Float64 => floats().prop_map(Value::from).boxed(),
        DType::Bool => any::<bool>().prop_map(Value::from).boxed(),
        DType::Date => (-2_i32..3).prop_map(Value::Date).boxed(),
        _ => words().prop_map(Value::from).boxed(),
    };
    prop_oneof![4 => there, 1 => Just(Value::Null)].boxed()
}

fn rows() -> impl Strategy<Value = Vec<Row>> {
    let row = schema()
        .map(|(name, dtype, _)| value(&dtype).prop_map(move |value| (name, value)))
        .to_vec();
    prop::collection::vec(row.prop_map(|cells| cells.into_iter().collect()), 0..12)
}

fn number() -> BoxedStrategy<Expr> {
    let leaf = prop_oneof![
        4 => prop_oneof![Just("i"), Just("j"), Just("u"), Just("f")].prop_map(col),
        1 => (-3_i64..4).prop_map(Expr::from),
        1 => floats().prop_map(Expr::from),
        1 => Just(Expr::from(None::<i64>)),
    ];
    leaf.prop_recursive(3, 12, 2, |inner| {
        let pair = (inner.clone(), inner.clone());
        prop_oneof![
            4 => (0..6, pair).prop_map(|(op, (a, b))| match op {
                0 => a + b,
                1 => a - b,
                2 => a * b,
                3 => a / b,
                4 => a.floordiv(b),
                _ => a % b,
            }),
            1 => inner.clone().prop_map(|a| -a),
            1 => inner.clone().prop_map(|a| a.abs()),
            1 => (inner.clone(), -3_i64..4).prop_map(|(a, b)| a.fillna(b)),
            1 => (inner, prop_oneof![Just("int64"), Just("float64"), Just("int8")]).prop_map(|(a, to)| a.cast(to)),
        ]
    })
    .boxed()
}

fn text() -> BoxedStrategy<Expr> {
    prop_oneof![3 => prop_oneof![Just("s"), Just("c"), Just("k")].prop_map(col), 1 => words().prop_map(Expr::from)].boxed()
}

fn compared(op: u8, a: &Expr, b: Expr) -> Expr {
    match op {
        0 => a.eq(b),
        1 => a.ne(b),
        2 => a.lt(b),
        3 => a.le(b),
        4 => a.gt(b),
        5 => a.ge(b),
        6 => a.eq_missing(b),
        _ => a.ne_missing(b),
    }
}

fn predicate() -> BoxedStrategy<Expr> {
    let leaf = prop_oneof![
        1 => Just(col("b")),
        1 => prop_oneof![Just(Some(true)), Just(Some(false)), Just(None)].prop_map(Expr::from),
        5 => (0..8_u8, number(), number()).prop_map(|(op, a, b)| compared(op, &a, b)),
        3 => (0..8_u8, text(), text()).prop_map(|(op, a, b)| compared(op, &a, b)),
        2 => (0..8_u8, -2_i32..3).prop_map(|(op, day)| compared(op, &col("d"), Value::Date(day).into())),
        1 => (text(), prop::collection::vec(value(&DType::String), 0..4)).prop_map(|(a, list)| a.isin(list)),
        1 => prop::collection::vec(value(&DType::Int8), 0..12).prop_map(|list| col("j").isin(list)),
        1 => prop::collection::vec(floats(), 0..4).prop_map(|list| col("f").isin(list)),
        1 => prop_oneof![number(), text()].prop_map(|a| a.isna()),
    ];
    leaf.prop_recursive(3, 16, 2, |inner| {
        prop_oneof![
            3 => (inner.clone(), inner.clone()).prop_map(|(a, b)| a & b),
            3 => (inner.clone(), inner.clone()).prop_map(|(a, b)| a | b),
            2 => inner.clone().prop_map(|a| !a),
            1 => inner.prop_map(|a| a.isna()),
        ]
    })
    .boxed()
}

/// The rows as columns, each behind `offset` rows that are sliced away.
fn columns(rows: &[Row], offset: usize) -> Vec<ArrayRef> {
    let column = |(name, dtype, encoding): (&'static str, DType, Option<DataType>)| {
        let filler = (0..offset).map(|_| Value::Null);
        let values = filler.chain(rows.iter().map(|row| row[name].clone()));
        let arrays: Vec<ArrayRef> = values
            .map(|value| value.to_array(&dtype, 1).unwrap())
            .collect();
        let arrays: Vec<&dyn Array> = arrays.iter().map(AsRef::as_ref).collect();
        let all = if arrays.is_empty() {
            arrow_array::new_empty_array(&dtype.border())
        } else {
            concat(&arrays).unwrap()
        };
        let all = match encoding {
            Some(encoding) => cast(&cast(&all, &DataType::Utf8).unwrap(), &encoding).unwrap(),
            None => all,
        };
        all.slice(offset, rows.len())
    };
    schema().map(column).to_vec()
}

fn values(array: &ArrayRef) -> Vec<Value> {
    (0..array.len())
        .map(|row| Value::from_array(array, row))
        .collect()
}

/// What is known about the rows' columns.
fn bounds(rows: &[Row], name: &str) -> ColumnBounds {
    let there: Vec<&Value> = rows
        .iter()
        .map(|row| &row[name])
        .filter(|value| !value.is_null())
        .collect();
    let nan = |value: &&&Value| matches!(value, Value::Float(float) if float.is_nan());
    let ordinary: Vec<&Value> = there.iter().filter(|value| !nan(value)).copied().collect();
    let by = |a: &&Value, b: &&Value| a.compare(b).expect("values of one column have an order");
    ColumnBounds {
        min: ordinary.iter().copied().min_by(by).cloned(),
        max: ordinary.iter().copied().max_by(by).cloned(),
        nulls: Some((rows.len() - there.len()) as u64),
        rows: rows.len() as u64,
        may_have_nan: there.len() > ordinary.len(),
        exact: true,
    }
}

/// Checks an expression on rows; says whether it had an answer.
fn check(expr: &Expr, rows: &[Row], offset: usize) -> Result<bool, TestCaseError> {
    let functions = Functions::standard();
    // Some random expressions are mistakes; which, is tested elsewhere.
    let Ok(bound) = expr.bind(&meta(), &functions) else {
        return Ok(false);
    };
    let columns = columns(rows, offset);
    let found = bound.eval(&columns, rows.len());
    let expected: Result<Vec<Value>, String> =
        rows.iter().map(|row| oracle(expr, row, &meta())).collect();
    match (&found, &expected) {
        (Ok(found), Ok(expected)) => prop_assert_eq!(&values(found), expected, "{}", expr),
        (Err(_), Err(_)) => {}
        (found, expected) => prop_assert!(false, "{expr}: {found:?}, expected {expected:?}"),
    }
    let folded = expr.fold();
    let bound_fold = folded
        .bind(&meta(), &functions)
        .map_err(|error| TestCaseError::fail(format!("{folded}: {error}")))?;
    prop_assert_eq!(bound_fold.dtype(), bound.dtype(), "{} {}", expr, folded);
    if let Ok(found) = &found {
        let again = bound_fold.eval(&columns, rows.len());
        let again = again.map_err(|error| TestCaseError::fail(format!("{folded}: {error}")))?;
        prop_assert_eq!(values(&again), values(found), "{} {}", expr, folded);
    }
    let mut encoder = Encoder::new();
    expr.encode(&mut encoder);
    let bytes = encoder.into_bytes().unwrap();
    let decoded = Expr::decode(&Decoder::new(&bytes), &functions).unwrap();
    prop_assert!(decoded.same_as(expr) && decoded.to_string() == expr.to_string());
    if *bound.dtype() == DType::Bool {
        let truth = |values: &[Value]| {
            values
                .iter()
                .map(|value| *value == Value::Bool(true))
                .collect::<Vec<_>>()
        };
        if let Ok(expected) = &expected {
            let mask = bound
                .mask(&columns, rows.len())
                .map_err(|error| TestCaseError::fail(format!("{expr}: {error}")))?;
            prop_assert_eq!(mask.iter().collect::<Vec<_>>(), truth(expected), "{}", expr);
            let verdict = bound.prune(&|name: &str| Some(bounds(rows, name)));
            let passing = truth(expected);
            match verdict {
                Verdict::Never => prop_assert!(!passing.contains(&true), "{expr} is never true"),
                Verdict::Always => prop_assert!(!passing.contains(&false), "{expr} is always true"),
                Verdict::Maybe => {}
            }
        }
    }
    Ok(expected.is_ok())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn predicates_give_what_the_oracle_gives(expr in predicate(), rows in rows(), offset in 0..3_usize) {
        check(&expr, &rows, offset)?;
    }

    #[test]
    fn numbers_give_what_the_oracle_gives(expr in number(), rows in rows(), offset in 0..3_usize) {
        check(&expr, &rows, offset)?;
    }
}

proptest! {
    // The oracle types every part of every row again.
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn choices_give_what_the_oracle_gives(op in 0..8_u8, parts in (number(), number(), number()), rows in rows(), offset in 0..3_usize) {
        // A value that no row takes must not fail; a condition is asked in every row.
        let (left, then, otherwise) = parts;
        let condition = compared(op, &left, 0.into());
        check(&when(condition).then(then).otherwise(otherwise), &rows, offset)?;
    }
}

/// The properties above say nothing about expressions that do not bind: most must.
#[test]
fn most_random_expressions_have_an_answer() {
    use proptest::strategy::ValueTree;
    use proptest::test_runner::TestRunner;
    let mut runner = TestRunner::deterministic();
    let mut answered = 0;
    for _ in 0..100 {
        let expr = predicate().new_tree(&mut runner).unwrap().current();
        let rows = rows().new_tree(&mut runner).unwrap().current();
        answered += usize::from(check(&expr, &rows, 0).unwrap());
    }
    assert!(answered > 40, "{answered} of 100");
}
