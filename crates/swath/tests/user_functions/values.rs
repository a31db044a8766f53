//! Closures of the values of a row.

use swath::prelude::*;

use super::{CleanError, Said, said, texts, ticks};

#[test]
fn closures_see_nulls_only_where_they_ask_for_them() -> swath::Result<()> {
    let session = Session::testing();
    let df = ticks(&session)?;
    let rows = df
        .assign("plain", col("px").map(|px: f64| px * 2.0))?
        .assign("seen", col("px").map(|px: Option<f64>| px.unwrap_or(-1.0)))?
        .assign("made", col("px").map(|px: f64| (px > 0.0).then_some(px)))?
        .assign(
            "both",
            udf(("px", "ccy"), |px: Option<f64>, ccy: &str| {
                format!("{ccy}{px:?}")
            }),
        )?
        .assign("any", col("ts").map(|day: Value| day.to_string()))?
        .assign(
            "checked",
            col("px").map(|px: f64| -> Result<i64, CleanError> { Ok(px as i64) }),
        )?;
    let nullable = |name: &str| rows.meta().field(name).map(|field| field.nullable);
    assert_eq!((nullable("plain")?, nullable("seen")?), (true, false));
    let table = rows.compute()?;
    assert_eq!(texts(&table, "plain")[2..4], ["8.0", "null"]);
    assert_eq!(texts(&table, "seen")[2..4], ["4.0", "-1.0"]);
    assert_eq!(texts(&table, "made")[..2], ["1.5", "null"]);
    assert_eq!(texts(&table, "both")[2..4], ["usdSome(4.0)", "eurNone"]);
    assert_eq!(texts(&table, "any")[0], "2024-01-01");
    assert_eq!(texts(&table, "checked")[..2], ["1", "-2"]);
    Ok(())
}

/// The same for closures of the values of a row.
#[test]
fn what_goes_wrong_with_closures() -> swath::Result<()> {
    let session = Session::testing();
    let df = ticks(&session)?;
    let mut all = Said::default();
    let mut note = |what: &str, text: String| all.note(what, text);
    note(
        "a closure of another dtype",
        said(df.assign("x", col("ccy").map(|px: f64| px))),
    );
    note(
        "a closure of another number of arguments",
        said(df.assign("x", udf(["px"], |px: f64, ccy: &str| px + ccy.len() as f64))),
    );
    note(
        "a closure that fails",
        said(
            df.assign(
                "x",
                col("ccy").map(|ccy: &str| -> Result<f64, CleanError> {
                    Err(CleanError::NoRate(ccy.to_owned()))
                }),
            )?
            .compute(),
        ),
    );
    note(
        "a closure that panics",
        said(
            df.assign("x", col("px").map(|px: Option<f64>| px.expect("a price")))?
                .compute(),
        ),
    );
    insta::assert_snapshot!(all.0);
    assert_eq!(df.compute()?.num_rows(), 6, "the session goes on");
    Ok(())
}
