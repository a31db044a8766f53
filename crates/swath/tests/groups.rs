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

#[test]
fn keys_without_nulls_are_not_nullable() -> swath::Result<()> {
    let session = Session::testing();
    let df = session.from_batches([
        Batch::from_csv("k,v\na,1\n,7\n")?,
        Batch::from_csv("k,v\na,2\nb,5\n")?,
    ])?;
    for split_out in [1, 3] {
        for (dropna, nullable) in [(true, false), (false, true)] {
            let sums = df
                .groupby("k")
                .dropna(dropna)
                .split_out(split_out)
                .sum("v")?;
            assert_eq!(sums.meta().fields()[0].nullable, nullable);
            let table = sums.compute()?;
            assert_eq!(table.meta().fields()[0].nullable, nullable);
            for batch in table.batches() {
                let schema = batch.record_batch().schema();
                assert_eq!(
                    schema.field(0).is_nullable(),
                    nullable,
                    "{split_out} {dropna}"
                );
            }
            for batch in sums.persist()?.batches()? {
                let schema = batch?.record_batch().schema();
                assert_eq!(
                    schema.field(0).is_nullable(),
                    nullable,
                    "{split_out} {dropna}"
                );
            }
        }
    }
    Ok(())
}

/// Every aggregate, over a column that it takes.
fn all_aggregates() -> Vec<(&'static str, Agg)> {
    let (v, w) = (col("v"), col("w"));
    vec![
        ("sum", v.sum()),
        ("prod", v.prod()),
        ("mean", w.mean()),
        ("var", w.var()),
        ("var0", w.var().ddof(0)),
        ("std", v.std()),
        ("sem", v.sem()),
        ("skew", v.skew()),
        ("kurtosis", v.kurtosis()),
        ("cov", v.cov(&w)),
        ("corr", v.corr(&w)),
        ("min", v.min()),
        ("max", w.max()),
        ("first", v.first()),
        ("last", w.last()),
        ("count", w.count()),
        ("size", Agg::size()),
        ("nunique", v.nunique()),
        ("approx", v.nunique_approx()),
        ("any", v.gt(3).any()),
        ("all", v.gt(3).all()),
        ("median", w.median()),
        ("p90", v.quantile(0.9)),
        ("mode", v.mode()),
        ("least_at", w.idxmin(col("t"))),
        ("most_at", (&v + &w).idxmax(col("t"))),
        ("list", v.to_list()),
    ]
}

#[test]
fn however_the_rows_are_cut_the_aggregates_are_the_same() -> swath::Result<()> {
    let session = Session::testing();
    let line = |at: usize| {
        let w = if at % 7 == 3 {
            String::new()
        } else {
            format!("{}.5", at * 5 % 11)
        };
        format!("k{},{},{w},t{at}\n", at % 3, at * 7 % 5)
    };
    let whole: String = (0..60).map(line).collect();
    let one = session.from_batches([Batch::from_csv(&format!("k,v,w,t\n{whole}"))?])?;
    let expected = one.groupby("k").sort(true).agg(all_aggregates())?;
    let of_all = one.agg(all_aggregates())?.compute()?;
    let expected = expected.compute()?;
    assert_eq!(expected.num_rows(), 3);
    for n in [2, 7, 60] {
        let parts = one.repartition(n)?;
        assert_eq!(parts.npartitions(), n);
        let groups = || parts.groupby("k").sort(true);
        for found in [
            groups().agg(all_aggregates())?,
            groups().split_every(2).agg(all_aggregates())?,
        ] {
            assert_close(&found.compute()?, &expected);
        }
        let out = parts.groupby("k").split_out(4).agg(all_aggregates())?;
        let out = out.nsmallest(3, "k")?;
        assert_close(&out.compute()?, &expected);
        assert_close(&parts.agg(all_aggregates())?.compute()?, &of_all);
    }
    Ok(())
}

/// Equal but for the last digits of floats.
fn assert_close(found: &Table, expected: &Table) {
    assert_eq!(found.meta().fields(), expected.meta().fields());
    let cells = |table: &Table| -> Vec<Value> {
        let batches = table.batches();
        let columns = batches
            .iter()
            .flat_map(|batch| batch.record_batch().columns().to_vec());
        columns
            .flat_map(|column| (0..column.len()).map(move |row| Value::from_array(&column, row)))
            .collect()
    };
    for (found, expected) in cells(found).into_iter().zip(cells(expected)) {
        match (&found, &expected) {
            (Value::Float(a), Value::Float(b)) => {
                assert!((a - b).abs() <= 1e-9 * b.abs().max(1.0), "{a} is not {b}");
            }
            _ => assert_eq!(found, expected),
        }
    }
}

#[test]
fn aggregates_have_names_of_their_own() -> swath::Result<()> {
    let df = sales(&Session::testing())?;
    let groups = df.groupby((col("v") % 2).alias("odd"));
    let result = groups.agg([
        col("v").sum(),
        (col("w") * 2).max(),
        col("v").cov(col("w")),
        Agg::size(),
        col("v").quantile(0.5).alias("p50"),
    ])?;
    assert_eq!(result.index(), ["odd"]);
    assert_eq!(
        result.columns(),
        ["v_sum", "w_max", "v_w_cov", "size", "p50"]
    );
    assert_eq!(df.groupby("k").agg(col("v").var())?.columns(), ["v_var"]);
    Ok(())
}

#[test]
fn parameters_that_do_not_fit_are_told() -> swath::Result<()> {
    let df = sales(&Session::testing())?;
    let groups = df.groupby("k");
    for (agg, expected) in [
        (col("v").quantile(1.5), "from 0 to 1"),
        (col("v").sum().param("ddof", 0), "no parameter `ddof`"),
        (col("v").var().param("ddof", -1), "from 0 on"),
        (Agg::new("cov", &col("v")), "reads 2 columns"),
        (col("k").cov(col("v")), "no cov of string"),
        (col("k").idxmin(col("v")).param("q", 1), "no parameter `q`"),
        (col("v").any(), "no any of int64"),
    ] {
        let error = groups.agg(agg).expect_err(expected);
        assert!(error.to_string().contains(expected), "{error}");
    }
    Ok(())
}
