//! Sales: rows above an amount kept, and three answers from them.

use super::Suite;
use crate::{answers::Answers, source::Source};
use std::time::Instant;
use swath::{DataFrame, Result, col};

pub(super) const SUITE: Suite = Suite {
    name: "sales",
    files: "*.parquet",
    read: |session, files| session.read_parquet(files),
    queries: &[
        ("pipeline", pipeline),
        ("region", |source| {
            Ok(Answers::default().and("region", by_region(&large(source)?)?.compute()?))
        }),
        ("category", |source| {
            Ok(Answers::default().and("category", by_category(&large(source)?)?.compute()?))
        }),
        ("nlargest", |source| {
            Ok(Answers::default().and("nlargest", top(&large(source)?)?.compute()?))
        }),
    ],
};

fn pipeline(source: &Source) -> Result<Answers> {
    let start = Instant::now();
    let large = large(source)?.persist()?;
    let answers = Answers::default().stage("persist", start);
    let start = Instant::now();
    let (region, category, nlargest) =
        swath::compute((by_region(&large)?, by_category(&large)?, top(&large)?))?;
    Ok(answers
        .stage("three-queries", start)
        .and("region", region)
        .and("category", category)
        .and("nlargest", nlargest))
}

fn large(source: &Source) -> Result<DataFrame> {
    source.frame()?.filter(col("amount").gt(5000))
}

fn by_region(sales: &DataFrame) -> Result<DataFrame> {
    sales.groupby("region").sum("amount")
}

fn by_category(sales: &DataFrame) -> Result<DataFrame> {
    sales.groupby("category").mean("amount")
}

fn top(sales: &DataFrame) -> Result<DataFrame> {
    sales.nlargest(10, "amount")
}
