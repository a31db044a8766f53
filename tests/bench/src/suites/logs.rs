//! Logs: lines of text read, times cut to hours, and three answers from what is kept.

use super::Suite;
use crate::{answers::Answers, source::Source};
use std::{path::Path, time::Instant};
use swath::{DataFrame, ReadCsv, Result, Scalar, Session, col};

pub(super) const SUITE: Suite = Suite {
    name: "logs",
    files: "*.csv",
    read,
    queries: &[
        ("pipeline", pipeline),
        ("read", |source| {
            Ok(Answers::one(source.frame()?.persist()?))
        }),
        ("hour", |source| {
            Ok(Answers::default().and("hour", by_hour(&cleaned(source)?)?.compute()?))
        }),
        ("user", |source| {
            Ok(Answers::default().and("user", by_user(&cleaned(source)?)?.compute()?))
        }),
        ("error-rate", |source| {
            let rate: f64 = error_rate(&cleaned(source)?)?.get()?;
            Ok(Answers::default().and("error-rate", rate))
        }),
    ],
};

/// Dtypes are declared, as they are for every engine.
fn read(session: &Session, files: &Path) -> Result<DataFrame> {
    let options = ReadCsv::from(files)
        .dtype("date", "timestamp[us]")
        .dtype("status", "string")
        .dtype("user_id", "int64")
        .dtype("level", "string")
        .dtype("message", "string")
        .dtype("latency", "float64");
    session.read_csv(options)
}

fn pipeline(source: &Source) -> Result<Answers> {
    let start = Instant::now();
    let cleaned = cleaned(source)?.persist()?;
    let answers = Answers::default().stage("persist", start);
    let start = Instant::now();
    let (hour, user, rate) = swath::compute((
        by_hour(&cleaned)?,
        by_user(&cleaned)?,
        error_rate(&cleaned)?,
    ))?;
    Ok(answers
        .stage("three-queries", start)
        .and("hour", hour)
        .and("user", user)
        .and("error-rate", f64::try_from(rate)?))
}

fn cleaned(source: &Source) -> Result<DataFrame> {
    source
        .frame()?
        .assign("date", col("date").dt().floor("h"))?
        .filter(col("status").ne("invalid"))
}

fn by_hour(logs: &DataFrame) -> Result<DataFrame> {
    logs.groupby("date").size()
}

fn by_user(logs: &DataFrame) -> Result<DataFrame> {
    logs.groupby("user_id").size()
}

fn error_rate(logs: &DataFrame) -> Result<Scalar> {
    Ok(logs.filter(col("level").eq("ERROR"))?.len() / logs.len())
}
