//! Rows and values that are equal: kept once, and counted.

use std::collections::BTreeMap;

use swath::prelude::*;
use swath::{DropDuplicates, KeepRow, ValueCounts};

use super::{check, frame, rows, shown, sorted};

/// What makes two floats the same key.
fn same(value: Option<f64>) -> Option<u64> {
    value.map(|value| match value {
        value if value.is_nan() => f64::NAN.to_bits(),
        value => (value + 0.0).to_bits(),
    })
}

#[test]
fn the_first_and_the_last_of_equal_rows() {
    for keep in [KeepRow::First, KeepRow::Last] {
        let mut kept = BTreeMap::new();
        for (key, value, row) in rows() {
            let place = (key.clone(), same(value));
            if keep == KeepRow::Last || !kept.contains_key(&place) {
                kept.insert(place, row);
            }
        }
        let expected = sorted(kept.values().map(ToString::to_string));
        let options = || DropDuplicates::new(["key", "value"]).keep(keep);
        check(&expected, |df| df.drop_duplicates(options())?.select("row"));
        check(&expected, |df| {
            df.drop_duplicates(options().split_out(1))?.select("row")
        });
        // A filter on what is compared goes below, and changes nothing.
        let expected = kept
            .iter()
            .filter(|((key, _), _)| key.as_deref() == Some("key 3"));
        let expected = sorted(expected.map(|(_, row)| row.to_string()));
        check(&expected, |df| {
            df.drop_duplicates(options())?
                .filter(col("key").eq("key 3"))?
                .select("row")
        });
    }
}

#[test]
fn unique_values_and_their_counts() {
    let mut counts: BTreeMap<Option<String>, u64> = BTreeMap::new();
    for (key, _, _) in rows() {
        *counts.entry(key).or_default() += 1;
    }
    let expected = sorted(counts.keys().map(|key| shown(key.as_ref())));
    check(&expected, |df| df.unique("key"));
    let all = sorted(
        counts
            .iter()
            .map(|(key, n)| format!("{}|{n}", shown(key.as_ref()))),
    );
    check(&all, |df| {
        df.value_counts(ValueCounts::new("key").dropna(false))
    });
    let there = counts.iter().filter(|(key, _)| key.is_some());
    let there = sorted(there.map(|(key, n)| format!("{}|{n}", shown(key.as_ref()))));
    check(&there, |df| df.value_counts("key"));
    check(&there, |df| {
        df.value_counts(ValueCounts::new("key").sort(false))
    });
}

#[test]
fn counts_come_in_order_and_as_shares() -> swath::Result<()> {
    let session = Session::testing();
    let df = frame(&session, &[20, 20])?;
    let counts = df.value_counts("key")?;
    assert_eq!(
        (counts.index(), counts.columns()),
        (vec!["key"], vec!["count"])
    );
    let counts: Vec<(String, u64)> = counts.compute()?.rows()?.collect();
    assert!(
        counts.is_sorted_by(|left, right| left.1 >= right.1),
        "{counts:?}"
    );
    let rarest: Vec<(String, u64)> = df
        .value_counts(ValueCounts::new("key").ascending(true))?
        .compute()?
        .rows()?
        .collect();
    assert!(
        rarest.is_sorted_by(|left, right| left.1 <= right.1),
        "{rarest:?}"
    );
    let shares = df.value_counts(ValueCounts::new("key").normalize(true))?;
    let total: f64 = shares.sum("proportion")?.get()?;
    assert!((total - 1.0).abs() < 1e-12);
    Ok(())
}
