//! Missing values: filled, looked for, and rows without them.

use swath::DropNa;
use swath::prelude::*;

use super::{check, float, rows, sorted};

#[test]
fn missing_values() {
    let filled = rows().into_iter().map(|(key, value, row)| {
        let value = value.unwrap_or(9.0);
        format!(
            "{}|{}|{row}",
            key.unwrap_or_else(|| "none".into()),
            float(Some(value))
        )
    });
    check(&sorted(filled), |df| {
        df.fillna([("key", "none")])?.fillna([("value", 9)])
    });
    let there = |any: bool| {
        let rows = rows().into_iter().filter(move |(key, value, _)| {
            if any {
                key.is_some() && value.is_some()
            } else {
                key.is_some() || value.is_some()
            }
        });
        sorted(rows.map(|(_, _, row)| row.to_string()))
    };
    check(&there(true), |df| df.dropna(..)?.select("row"));
    check(&there(false), |df| {
        df.dropna(DropNa::new(["key", "value"]).if_all())?
            .select("row")
    });
    let is = rows()
        .into_iter()
        .map(|(key, value, _)| format!("{}|{}|false", key.is_none(), value.is_none()));
    check(&sorted(is), DataFrame::isna);
    let not = rows()
        .into_iter()
        .map(|(key, value, _)| format!("{}|{}|true", key.is_some(), value.is_some()));
    check(&sorted(not), DataFrame::notna);
}

#[test]
fn rows_of_too_few_values_are_dropped() {
    for least in 0..=4 {
        let there = |key: &Option<String>, value: &Option<f64>| {
            1 + usize::from(key.is_some()) + usize::from(value.is_some())
        };
        let kept = rows().into_iter();
        let kept = kept.filter(|(key, value, _)| there(key, value) >= least);
        let expected = sorted(kept.map(|(_, _, row)| row.to_string()));
        check(&expected, |df| {
            df.dropna(DropNa::new(..).thresh(least))?.select("row")
        });
    }
    // No column has no value.
    let none = Vec::<&str>::new;
    check(&[], |df| {
        df.dropna(DropNa::new(none()).thresh(1))?.select("row")
    });
}
