//! Columns at a glance: statistics, quantiles, pairs of them, and bytes.

use swath::Describe;
use swath::prelude::*;

use super::{frame, rows};

/// The numbers of the column `value` that are there.
fn values() -> Vec<f64> {
    rows()
        .into_iter()
        .filter_map(|(_, value, _)| value)
        .collect()
}

#[test]
fn numbers_at_a_glance() -> swath::Result<()> {
    let rows = rows();
    let ids: Vec<f64> = rows.iter().map(|(_, _, row)| *row as f64).collect();
    let mean = ids.iter().sum::<f64>() / ids.len() as f64;
    let squares: f64 = ids.iter().map(|id| (id - mean) * (id - mean)).sum();
    let expected = [
        ("count", 97.0),
        ("mean", mean),
        ("std", (squares / 96.0).sqrt()),
        ("min", 0.0),
        ("10%", 9.6),
        ("99.9%", 95.904),
        ("max", 96.0),
    ];
    for lengths in [&[][..], &[0, 30, 30]] {
        let df = frame(&Session::testing(), lengths)?;
        let options = Describe::new("row").percentiles([0.1, 0.999]);
        let table = df.describe(options)?.compute()?;
        let found: Vec<(String, f64)> = table.rows()?.collect();
        assert_eq!(found.len(), expected.len());
        for ((name, found), (label, expected)) in found.iter().zip(expected) {
            assert_eq!(name, label);
            assert!((found - expected).abs() < 1e-9, "{name}: {found}");
        }
        let all = df.describe(..)?;
        assert_eq!(
            (all.index(), all.columns()),
            (vec!["statistic"], vec!["value", "row"])
        );
        assert_eq!((all.npartitions(), all.len().get::<u64>()?), (1, 8));
        let of_values: Vec<(String, f64, f64)> = all.compute()?.rows()?.collect();
        assert_eq!(of_values[0].1, values().len() as f64);
        assert!(
            of_values[1].1.is_nan(),
            "the mean of numbers with NaN among them"
        );
        assert_eq!(of_values[3].1, 0.0);
        assert!(of_values[7].1.is_nan(), "NaN is the largest");
    }
    Ok(())
}

#[test]
fn text_at_a_glance_and_columns_that_are_none() -> swath::Result<()> {
    let df = frame(&Session::testing(), &[50])?;
    let keys: Vec<String> = rows().into_iter().filter_map(|(key, _, _)| key).collect();
    let count = |key: &String| keys.iter().filter(|other| *other == key).count();
    let top = keys
        .iter()
        .min_by(|a, b| count(b).cmp(&count(a)).then(a.cmp(b)));
    let top = top.expect("there are keys");
    let found: Vec<(String, Option<String>)> = df
        .describe(Describe::new(..).text())?
        .compute()?
        .rows()?
        .collect();
    let expected = [
        ("count", keys.len().to_string()),
        ("unique", "11".to_owned()),
        ("top", top.clone()),
        ("freq", count(top).to_string()),
    ];
    let expected = expected.map(|(name, value)| (name.to_owned(), Some(value)));
    assert_eq!(found, expected);

    let none = df.filter(col("row").lt(0))?;
    let found: Vec<(String, Option<String>)> = none
        .describe(Describe::new("key").text())?
        .compute()?
        .rows()?
        .collect();
    let found: Vec<Option<&str>> = found.iter().map(|(_, value)| value.as_deref()).collect();
    assert_eq!(found, [Some("0"), Some("0"), None, Some("0")]);
    let found: Vec<(String, Option<f64>)> = none.describe("row")?.compute()?.rows()?.collect();
    let found: Vec<Option<f64>> = found.iter().map(|(_, value)| *value).collect();
    assert_eq!(found, [Some(0.0), None, None, None, None, None, None, None]);

    // Numbers of every width, and one that no float64 holds exactly.
    let wide = Batch::from_columns([("big", vec![i64::MAX, i64::MAX - 1])])?;
    let wide = df.session().from_batches([wide])?;
    let wide = wide.assign("dec", col("big").cast("decimal(30, 2)"))?;
    let wide = wide.assign("f", lit(0.5).cast("float32"))?;
    let found: Vec<(String, f64, f64, f64)> = wide.describe(..)?.compute()?.rows()?.collect();
    let last = found.last().expect("the largest");
    assert_eq!(
        (last.1, last.2, last.3),
        (i64::MAX as f64, i64::MAX as f64, 0.5)
    );
    Ok(())
}

#[test]
fn several_quantiles_at_once() -> swath::Result<()> {
    let shares = [0.0, 0.25, 0.5, 1.0];
    for lengths in [&[][..], &[1, 30, 0, 30]] {
        let df = frame(&Session::testing(), lengths)?;
        let df = df.filter(col("value").eq(col("value")))?;
        let table = df.quantiles(["value", "row"], shares)?.compute()?;
        let found: Vec<(f64, f64, f64)> = table.rows()?.collect();
        assert_eq!(found.len(), shares.len());
        for (found, share) in found.into_iter().zip(shares) {
            let value = df.quantile("value", share)?.get::<f64>()?;
            let row = df.quantile("row", share)?.get::<f64>()?;
            assert_eq!(found, (share, value, row));
        }
    }
    let session = Session::testing();
    let df = session.from_batches([Batch::from_csv("at\n2024-01-01\n2024-01-03\n")?])?;
    let times = df.assign("at", col("at").cast("timestamp[s]"))?;
    let found: Vec<(f64, String)> = times.quantiles("at", [0.5])?.compute()?.rows()?.collect();
    assert_eq!(found, [(0.5, "2024-01-02T00:00:00".to_owned())]);
    let none = times.filter(col("at").isna())?.quantiles("at", [0.5])?;
    assert_eq!(none.compute()?.value("at", 0)?, Value::Null);
    Ok(())
}

#[test]
fn every_pair_of_columns() -> swath::Result<()> {
    for lengths in [&[][..], &[1, 30, 0, 30]] {
        let df = frame(&Session::testing(), lengths)?;
        let df = df.filter(col("value").eq(col("value")))?;
        let df = df.assign("other", col("row") * col("row") % 13)?;
        let names = ["value", "row", "other"];
        for is_cov in [true, false] {
            let matrix = if is_cov {
                df.cov_matrix(names)?
            } else {
                df.corr_matrix(names)?
            };
            let table = matrix.compute()?;
            assert_eq!(table.num_rows(), 3);
            for (at, row) in names.into_iter().enumerate() {
                assert_eq!(table.value("column", at)?, Value::from(row));
                for name in names {
                    let one = if is_cov {
                        df.cov(row, name)?
                    } else {
                        df.corr(row, name)?
                    };
                    let expected: f64 = one.get()?;
                    let Value::Float(found) = table.value(name, at)? else {
                        unreachable!("a number")
                    };
                    assert!((found - expected).abs() < 1e-9, "{row} and {name}");
                }
            }
        }
    }
    Ok(())
}

#[test]
fn bytes_of_columns() -> swath::Result<()> {
    let session = Session::testing();
    let df = frame(&session, &[40])?;
    let bytes = df.memory_usage()?;
    assert_eq!(bytes.columns(), ["key", "value", "row"]);
    let bytes: Vec<(u64, u64, u64)> = bytes.compute()?.rows()?.collect();
    assert!(
        bytes.len() == 1 && bytes[0].2 >= 97 * 8 && bytes[0].0 >= 97 * 16,
        "{bytes:?}"
    );
    assert_eq!(df.memory_usage_per_partition()?.compute()?.num_rows(), 2);
    Ok(())
}
