//! Scans: columns read and kept, rows that pass a filter, sums that read everything and give little.

use super::Suite;
use crate::{answers::Answers, source::Source};
use swath::{Agg, Result, col};

const INTEGERS: [&str; 5] = ["id4", "id5", "id6", "v1", "v2"];
const STRINGS: [&str; 3] = ["id1", "id2", "id3"];

pub(super) const SUITE: Suite = Suite {
    name: "parquet-scan",
    files: "g1/*.parquet",
    read: |session, files| session.read_parquet(files),
    queries: &[
        ("full", |source| {
            Ok(Answers::one(source.frame()?.persist()?))
        }),
        ("int", |source| kept(source, &INTEGERS)),
        ("float", |source| kept(source, &["v3"])),
        ("string", |source| kept(source, &STRINGS)),
        ("filter", |source| {
            Ok(Answers::one(
                source.frame()?.filter(col("v3").lt(1.0))?.persist()?,
            ))
        }),
        ("count", |source| reduced(source, vec![Agg::size()])),
        ("agg-int", |source| {
            reduced(source, INTEGERS.map(|name| col(name).sum()).into())
        }),
        ("agg-float", |source| reduced(source, vec![col("v3").sum()])),
        ("agg-string", |source| {
            reduced(source, STRINGS.map(|name| col(name).max()).into())
        }),
    ],
};

fn kept(source: &Source, columns: &[&str]) -> Result<Answers> {
    Ok(Answers::one(source.frame()?.select(columns)?.persist()?))
}

fn reduced(source: &Source, aggregates: Vec<Agg>) -> Result<Answers> {
    Ok(Answers::one(source.frame()?.agg(aggregates)?.compute()?))
}
