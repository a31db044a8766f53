//! Aggregates out of plugins.

use swath::prelude::*;

use crate::scene::{PARTS, in_parts, linked, loaded, totals};

#[test]
fn an_aggregate_gives_what_the_built_in_one_gives() -> swath::Result<()> {
    for session in [linked(), loaded().0] {
        for parts in PARTS {
            let df = in_parts(&session, parts)?;
            let theirs = plugin("tried.sum").agg(col("x"));
            let expected = totals(&df.groupby("k").sort(true).agg([("s", col("x").sum())])?)?;
            let found = |groups: swath::GroupBy| -> swath::Result<_> {
                totals(&groups.agg([("s", theirs.clone())])?)
            };
            assert_eq!(found(df.groupby("k").sort(true))?, expected);
            for every in [2, 8] {
                assert_eq!(found(df.groupby("k").split_every(every))?, expected);
            }
            assert_eq!(found(df.groupby("k").split_out(3))?, expected);
            let ours: f64 = df.sum("x")?.get()?;
            let all = df
                .agg([("s", theirs.clone()), ("n", Agg::size())])?
                .compute()?;
            assert_eq!(all.value("s", 0)?, Value::from(ours));
            // Of nothing, there is one group all the same.
            let nothing = df
                .filter(col("x").lt(-1.0))?
                .agg([("s", theirs)])?
                .compute()?;
            assert_eq!(nothing.value("s", 0)?, Value::from(0.0));
        }
    }
    Ok(())
}

/// Several states, which are merged in trees and shared out, of groups and of all rows.
#[test]
fn aggregates_of_several_states_give_what_built_in_ones_give() -> swath::Result<()> {
    for parts in PARTS {
        let df = in_parts(&linked(), parts)?;
        for (is_variance, ours) in [(false, col("x").mean()), (true, col("x").var())] {
            let theirs = plugin("other.moment").param("is_variance", is_variance);
            let theirs = theirs.agg(col("x"));
            let is_near = |found: f64, expected: f64| (found - expected).abs() < 1e-9 * expected;
            let expected = totals(&df.groupby("k").agg([("s", ours.clone())])?)?;
            assert_eq!(expected.len(), 3);
            let groups = || df.groupby("k");
            for (how, groups) in [
                ("sorted", groups().sort(true)),
                ("by 2", groups().split_every(2)),
                ("by 8", groups().split_every(8)),
                ("into 3", groups().split_out(3)),
                ("by 2 into 3", groups().split_every(2).split_out(3)),
            ] {
                let found = totals(&groups.agg([("s", theirs.clone())])?)?;
                assert_eq!(found.len(), expected.len());
                for ((found_k, found), (k, expected)) in found.iter().zip(&expected) {
                    assert_eq!(found_k, k);
                    assert!(is_near(*found, *expected), "{how}, {parts}: {found}");
                }
            }
            let both = df.agg([("ours", ours), ("theirs", theirs)])?.compute()?;
            let (ours, theirs) = both.rows::<(f64, f64)>()?.next().expect("one row");
            assert!(
                is_near(theirs, ours),
                "{parts} partitions: {theirs}, {ours}"
            );
        }
    }
    Ok(())
}

#[test]
fn results_have_names_as_those_of_other_aggregates() -> swath::Result<()> {
    let df = in_parts(&linked(), 2)?;
    let sums = df.groupby("k").agg([plugin("tried.sum").agg("x")])?;
    assert_eq!(sums.columns(), ["x_sum"]);
    Ok(())
}
