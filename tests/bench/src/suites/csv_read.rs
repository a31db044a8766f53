//! One large file of text: all of it kept, with dtypes declared and inferred; one column summed by another; lines counted.

use super::Suite;
use crate::answers::Answers;
use std::path::Path;
use swath::{Agg, DataFrame, ReadCsv, Result, Session};

const STRINGS: [&str; 3] = ["id1", "id2", "id3"];
const INTEGERS: [&str; 5] = ["id4", "id5", "id6", "v1", "v2"];

pub(super) const SUITE: Suite = Suite {
    name: "csv-read",
    files: "*.csv",
    read,
    queries: &[
        ("full", |source| {
            Ok(Answers::one(source.frame()?.persist()?))
        }),
        ("full-infer", |source| {
            let (session, files) = source.files();
            Ok(Answers::one(session.read_csv(files)?.persist()?))
        }),
        ("agg", |source| {
            let sums = source.frame()?.groupby("id1").sum("v1")?;
            Ok(Answers::one(sums.compute()?))
        }),
        ("count", |source| {
            Ok(Answers::one(source.frame()?.agg([Agg::size()])?.compute()?))
        }),
    ],
};

/// Dtypes are declared, as they are for every engine.
fn read(session: &Session, files: &Path) -> Result<DataFrame> {
    let mut options = ReadCsv::from(files).dtype("v3", "float64");
    for name in STRINGS {
        options = options.dtype(name, "string");
    }
    for name in INTEGERS {
        options = options.dtype(name, "int64");
    }
    session.read_csv(options)
}
