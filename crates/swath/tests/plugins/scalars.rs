//! Scalar functions out of plugins, in expressions.

use swath::DType;
use swath::prelude::*;

use crate::scene::{PARTS, in_parts, linked, loaded, rows_of, said};

#[test]
fn a_scalar_gives_what_an_expression_gives() -> swath::Result<()> {
    for session in [linked(), loaded().0] {
        for parts in PARTS {
            let df = in_parts(&session, parts)?;
            let plus_one = plugin("tried.plus_one").call([col("x")]);
            let df = df
                .assign("ours", col("x") + 1.0)?
                .assign("theirs", &plus_one)?;
            assert_eq!(
                df.meta().field("theirs").expect("a column").dtype,
                DType::Float64
            );
            let differ = df.filter(col("ours").ne_missing(col("theirs")))?;
            assert_eq!(differ.len().get::<i64>()?, 0, "{parts} partitions");
            // Of rows that a filter dropped, and of a branch that is not taken, it sees nothing.
            let kept = df.filter(plus_one.gt(50.0) & col("k").ne("b"))?;
            let same = df.filter((col("x") + 1.0).gt(50.0) & col("k").ne("b"))?;
            assert_eq!(kept.sum("x")?.get::<f64>()?, same.sum("x")?.get::<f64>()?);
            let branch = when(col("x").gt(10.0)).then(&plus_one).otherwise(0.0);
            let expected = when(col("x").gt(10.0)).then(col("x") + 1.0).otherwise(0.0);
            let both = df.assign("branch", branch)?.assign("expected", expected)?;
            let differ = both.filter(col("branch").ne_missing(col("expected")))?;
            assert_eq!(differ.len().get::<i64>()?, 0);
            // A constant is one in every row.
            let two = plugin("tried.plus_one").call([lit(1.0)]);
            let twos = df.assign("two", &two)?.filter(col("two").eq(2.0))?;
            assert_eq!(twos.len().get::<i64>()?, 100);
            assert_eq!(df.filter(two.gt(col("x")))?.len().get::<i64>()?, 2);
        }
    }
    Ok(())
}

#[test]
fn it_sees_no_row_that_is_not_wanted() -> swath::Result<()> {
    let session = linked();
    let df = in_parts(&session, 3)?;
    let refuses = plugin("other.below_ten").call([col("x")]);
    let guarded = when(col("x").lt(10.0)).then(&refuses).otherwise(-1.0);
    let guarded = df.assign("y", guarded)?.sum("y")?.get::<f64>()?;
    let expected = when(col("x").lt(10.0)).then(col("x")).otherwise(-1.0);
    assert_eq!(guarded, df.assign("y", expected)?.sum("y")?.get::<f64>()?);
    let rows = df.filter(col("x").lt(10.0))?.assign("y", &refuses)?;
    assert_eq!(rows.sum("y")?.get::<f64>()?, rows.sum("x")?.get::<f64>()?);
    let error = df.assign("y", refuses)?.compute();
    insta::assert_snapshot!(said(error), @r"
    error[E0401]: `other.below_ten`: 10 is not below ten
      at      crates/swath/tests/plugins/scalars.rs:[line]
      task    assign
      in      other@0.1.0.below_ten(x)
      stage   assign
    ");
    Ok(())
}

/// A constant beside a column is a column of as many rows, wherever it stands, also where some rows are left out.
#[test]
fn constants_beside_columns_have_as_many_rows() -> swath::Result<()> {
    let less = |args: [Expr; 2]| plugin("other.less").call(args);
    for parts in PARTS {
        let df = in_parts(&linked(), parts)?;
        for (name, theirs, ours) in [
            ("behind", less([col("x"), lit(1.0)]), col("x") - 1.0),
            ("in front", less([lit(1.0), col("x")]), lit(1.0) - col("x")),
            ("alone", less([lit(3.0), lit(1.0)]), lit(2.0)),
        ] {
            let both = df.assign("theirs", &theirs)?.assign("ours", &ours)?;
            let differ = both.filter(col("ours").ne_missing(col("theirs")))?;
            assert_eq!(differ.len().get::<i64>()?, 0, "{name}, {parts} partitions");
            let kept = df.filter(theirs.gt(10.0))?;
            let expected = df.filter(ours.gt(10.0))?;
            assert_eq!(rows_of(&kept)?, rows_of(&expected)?, "{name}");
            let branch = |value: &Expr| when(col("z").lt(7)).then(value.clone()).otherwise(0.0);
            let both = both.assign("theirs", branch(&theirs))?;
            let both = both.assign("ours", branch(&ours))?;
            let differ = both.filter(col("ours").ne_missing(col("theirs")))?;
            assert_eq!(differ.len().get::<i64>()?, 0, "{name}, {parts} partitions");
        }
    }
    Ok(())
}
