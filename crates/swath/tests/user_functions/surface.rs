//! Program P5 of the surface.

use std::collections::HashMap;
use std::sync::Arc;

use swath::BatchError;
use swath::prelude::*;

use super::{clean, texts, ticks};

fn top_of_book(part: Batch) -> Result<Batch, BatchError> {
    let (side, px) = (part.str("side")?, part.f64("px")?);
    let of = |wanted: &str| -> Vec<Option<f64>> {
        let pairs = side.iter().zip(px.iter());
        pairs
            .map(|(side, px)| px.filter(|_| side == Some(wanted)))
            .collect()
    };
    let (bid, ask) = (of("bid"), of("ask"));
    part.with("bid", bid)?
        .with("ask", ask)?
        .drop(["side", "px"])
}

/// The program as it stands in the surface, on a session of its own.
#[test]
fn the_program_of_the_surface() -> swath::Result<()> {
    let session = Session::testing();
    let df = ticks(&session)?;

    let a = df.map_partitions(clean)?;
    let b = df.map_partitions(
        MapPartitions::new(top_of_book)
            .named("top-of-book-v2")
            .meta([("ts", "date"), ("bid", "float64"), ("ask", "float64")])
            .reads(["ts", "side", "px"]),
    )?;
    let rates = Arc::new(HashMap::from([("usd", 1.0), ("eur", 2.0)]));
    let c = df.assign(
        "eur",
        udf((col("px"), col("ccy")), move |px: f64, ccy: &str| {
            px * rates[ccy]
        }),
    )?;
    let n = df.map_partitions(|part: Batch, cx: &Cx| -> swath::Result<Batch> {
        cx.check()?;
        Ok(part.head(cx.partition().number()))
    })?;

    insta::assert_snapshot!(a.explain().to_string());
    let (a, b, c, n) = swath::compute((&a, &b, &c, &n))?;
    assert_eq!(texts(&a, "px"), ["1.5", "0.0", "4.0", "null", "8.0", "0.5"]);
    assert_eq!(b.meta().names().collect::<Vec<_>>(), ["ts", "bid", "ask"]);
    assert_eq!(
        texts(&c, "eur"),
        ["1.5", "-4.0", "4.0", "null", "16.0", "0.5"]
    );
    assert_eq!(n.num_rows(), 3);
    Ok(())
}
