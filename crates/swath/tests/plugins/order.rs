//! Order and divisions that functions of partitions keep and need.

use swath::FromMap;
use swath::prelude::*;

use crate::scene::{behave, in_parts, linked, said, scale};

#[test]
fn divisions_and_order_stay_as_it_says() -> swath::Result<()> {
    let session = linked();
    let parts = FromMap::new([0_i64, 10], |start: &i64| {
        Batch::from_columns([("t", vec![*start, *start + 5])])
            .and_then(|batch| batch.with("x", vec![1.0, 2.0]))
    });
    let parts = parts
        .meta([("t", "int64"), ("x", "float64")])
        .index("t")
        .divisions([0_i64, 10, 20]);
    let df = session.from_map(parts)?;
    let scaled = df.map_partitions(scale(3.0))?;
    assert!(scaled.divisions().is_known());
    assert_eq!(scaled.sum("x")?.get::<f64>()?, 18.0);
    let placed = df.map_partitions(behave("place"))?;
    assert!(!placed.divisions().is_known());
    let unordered = placed
        .repartition(1)?
        .assign("before", col("number").shift(1));
    insta::assert_snapshot!(said(unordered), @r"
    error[E0109]: `number.shift(1)` reads rows in their order, and map-partitions promises none
      at      crates/swath/tests/plugins/order.rs:[line], assign
      fix     compute it before `map_partitions`, or call a function there that promises to keep the order
    ");
    Ok(())
}

#[test]
fn rows_have_to_come_in_the_order_that_it_needs() -> swath::Result<()> {
    let df = in_parts(&linked(), 3)?;
    for chunks in [false, true] {
        let in_order = |by: &[&str]| {
            let by = Value::List(by.iter().map(|name| Value::from(*name)).collect());
            plugin("other.in_order")
                .param("by", by)
                .param("chunks", chunks)
        };
        assert_eq!(
            df.map_partitions(in_order(&["z"]))?.compute()?.num_rows(),
            100
        );
        let error = said(df.map_partitions(in_order(&["k", "z"]))?.compute());
        insta::allow_duplicates! { insta::assert_snapshot!(error, @r"
        error[E0110]: `other@0.1.0.in_order` needs the rows of each partition sorted by `k`, `z`, and row 3 of partition 0 comes before the one in front of it
          at      crates/swath/tests/plugins/order.rs:[line]
          task    map-partitions
          stage   map-partitions
          fix     sort each partition by `k`, `z` before, or read files that are
        "); }
        let error = said(df.map_partitions(in_order(&["w"])));
        insta::allow_duplicates! { insta::assert_snapshot!(error, @r"
        error[E0401]: `other.in_order`: it needs a column that is not there: no column `w`; columns are `k`, `x`, `z`
          at      crates/swath/tests/plugins/order.rs:[line], map_partitions
        "); }
    }
    Ok(())
}
