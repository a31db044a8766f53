//! What a group-by groups, aggregates and refuses.

use swath::prelude::*;

fn sales(session: &Session) -> swath::Result<DataFrame> {
    session.from_batches([
        Batch::from_csv("k,g,v,w\na,1,1,0.5\nb,2,7,1.5\n")?,
        Batch::from_csv("k,g,v,w\na,1,2,2.5\nb,1,5,\n")?,
    ])
}

#[test]
fn all_columns_are_those_that_are_no_keys() -> swath::Result<()> {
    let df = sales(&Session::testing())?;
    for (keys, columns) in [
        (vec![col("k")], vec!["g", "v", "w"]),
        (vec![col("k"), col("g")], vec!["v", "w"]),
        (vec![col("k").alias("key")], vec!["g", "v", "w"]),
        (vec![(col("v") % 2).alias("v"), col("k")], vec!["g", "w"]),
        (
            vec![(col("v") % 2).alias("odd"), col("k")],
            vec!["g", "v", "w"],
        ),
    ] {
        let all = df.groupby(&keys).sum(..)?;
        assert_eq!(all.columns(), columns);
        let named = df.groupby(&keys).sum(&columns)?;
        assert_eq!(all.compute()?.to_string(), named.compute()?.to_string());
        for all in [
            df.groupby(&keys).mean(..)?,
            df.groupby(&keys).min(..)?,
            df.groupby(&keys).max(..)?,
            df.groupby(&keys).count(..)?,
        ] {
            assert_eq!(all.columns(), columns);
        }
    }
    Ok(())
}

#[test]
fn all_columns_of_a_frame_with_an_index_are_its_data_columns() -> swath::Result<()> {
    let df = sales(&Session::testing())?;
    let by_k = df.groupby("k").sum(["g", "v"])?;
    assert_eq!(by_k.groupby("k").max(..)?.columns(), ["g", "v"]);
    assert_eq!(by_k.groupby("g").max(..)?.columns(), ["v"]);
    Ok(())
}

#[test]
fn a_column_of_all_that_has_no_sum_is_told() -> swath::Result<()> {
    let df = sales(&Session::testing())?;
    let error = df.groupby("g").sum(..).expect_err("a sum of text");
    assert!(error.to_string().contains('k'), "{error}");
    assert_eq!(df.groupby("g").max(..)?.columns(), ["k", "v", "w"]);
    let keys_only = df.select(["k", "g"])?;
    let error = keys_only
        .groupby(["k", "g"])
        .sum(..)
        .expect_err("no column is left");
    assert!(error.to_string().contains("at least one column"), "{error}");
    Ok(())
}

#[test]
fn sorted_groups_in_several_partitions_are_refused() -> swath::Result<()> {
    let df = sales(&Session::testing())?;
    let error = df
        .groupby("k")
        .sort(true)
        .split_out(8)
        .sum("v")
        .expect_err("not silently one");
    assert!(matches!(error.kind(), swath::ErrorKind::Option), "{error}");
    assert!(error.to_string().contains("split_out(8)"), "{error}");
    assert_eq!(
        df.groupby("k")
            .sort(true)
            .split_out(1)
            .sum("v")?
            .npartitions(),
        1
    );
    assert_eq!(df.groupby("k").split_out(8).sum("v")?.npartitions(), 8);
    Ok(())
}

#[test]
fn keys_may_be_called_as_the_engine_calls_columns() -> swath::Result<()> {
    let df = sales(&Session::testing())?;
    let wanted = df
        .groupby(["k", "g"])
        .agg([("v", (col("v") + 1).sum()), ("w", col("w").mean())])?;
    for (first, second) in [
        ("#2", "#3"),
        ("#1", "#2"),
        ("v#0", "w#1"),
        ("#v#0", "#w#0"),
        ("##2", "v"),
        ("###", "#"),
    ] {
        for split_out in [1, 3] {
            let keys = [col("k").alias(first), col("g").alias(second)];
            let value = if second == "v" { "value" } else { "v" };
            let aggs = [(value, (col("v") + 1).sum()), ("w", col("w").mean())];
            let groups = df.groupby(&keys).split_out(split_out).agg(aggs)?;
            assert_eq!(groups.index(), [first, second]);
            let found = groups
                .rename([(first, "k"), (second, "g")])?
                .rename([(value, "v")])?;
            found
                .compute()?
                .assert_same_rows(&wanted.compute()?.batches());
        }
    }
    Ok(())
}
