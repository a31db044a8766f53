//! Expressions of any depth, on a small stack.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::sync::Arc;

use arrow_array::{Array, ArrayRef, Int64Array};
use swath_batch::Value;
use swath_expr::{Expr, Functions, Verdict, col, prune};
use swath_graph::{Decoder, Encoder};
use swath_meta::Meta;

const DEPTH: i64 = 100_000;

fn on_a_small_stack(run: fn()) {
    let thread = std::thread::Builder::new()
        .stack_size(256 << 10)
        .spawn(run)
        .unwrap();
    thread.join().unwrap();
}

#[test]
fn a_deep_expression_overflows_nothing() {
    on_a_small_stack(|| {
        let mut sum = col("a");
        for _ in 0..DEPTH {
            sum = sum + 1;
        }
        assert_eq!(
            sum.to_string().len(),
            "a".len() + "( + 1)".len() * DEPTH as usize
        );
        assert_eq!(sum.columns().len(), 1);
        assert_eq!(sum.output_name().as_deref(), Some("a"));
        assert!(sum.fold().same_as(&sum));
        assert!(sum.substitute(&|_| None).same_as(&sum));
        let mut encoder = Encoder::new();
        sum.encode(&mut encoder);
        let bytes = encoder.into_bytes().unwrap();
        let decoded = Expr::decode(&Decoder::new(&bytes), &Functions::standard()).unwrap();
        assert!(decoded.same_as(&sum));
    });
}

#[test]
fn a_deep_expression_is_evaluated() {
    on_a_small_stack(|| {
        let depth = DEPTH / 5;
        let sum = (0..depth).fold(col("a"), |sum, _| sum + 1);
        let meta = Meta::of([("a", "int64")]).unwrap();
        let bound = sum.bind(&meta, &Functions::standard()).unwrap();
        let column: ArrayRef = Arc::new(Int64Array::from(vec![Some(5), None]));
        let found = bound.eval(&[column], 2).unwrap();
        assert_eq!(Value::from_array(&found, 0), Value::from(depth + 5));
        assert!(found.is_null(1));
    });
}

#[test]
fn a_deep_predicate_overflows_nothing() {
    on_a_small_stack(|| {
        let mut all = col("a").ne(-1);
        for i in 0..10_000 {
            all = all & col("a").ne(i);
        }
        assert_eq!(all.conjuncts().len(), 10_001);
        let meta = Meta::of([("a", "int64")]).unwrap();
        let column: ArrayRef = Arc::new(Int64Array::from(vec![Some(5), None, Some(-7)]));
        let bound = all.bind(&meta, &Functions::standard()).unwrap();
        assert_eq!(
            bound.mask(&[column], 3).unwrap().iter().collect::<Vec<_>>(),
            [false, false, true]
        );
        assert_eq!(prune(&all, &meta, &|_: &str| None), Verdict::Maybe);
    });
}

#[test]
fn an_expression_that_shares_its_parts_costs_what_it_holds() {
    let mut sum = col("a");
    for _ in 0..60 {
        sum = &sum + &sum;
    }
    let meta = Meta::of([("a", "float64")]).unwrap();
    let bound = sum.fold().bind(&meta, &Functions::standard()).unwrap();
    let column: ArrayRef = Arc::new(arrow_array::Float64Array::from(vec![1.0]));
    assert_eq!(
        Value::from_array(&bound.eval(&[column], 1).unwrap(), 0),
        Value::from(2_f64.powi(60))
    );
    let mut encoder = Encoder::new();
    sum.encode(&mut encoder);
    let bytes = encoder.into_bytes().unwrap();
    assert!(bytes.len() < 5000);
    assert!(
        Expr::decode(&Decoder::new(&bytes), &Functions::standard())
            .unwrap()
            .same_as(&sum)
    );
}
