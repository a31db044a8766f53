//! A day's work on text: log files, kept once, asked three things.

use crate::{data, interrupt::Interrupt, options::Options, page};
use anyhow::Result;
use std::{io::Write, time::Instant};
use swath::{ReadCsv, Session, col};

/// Reads log files as text, and prints lines by hour, the busiest users and the share of errors.
///
/// # Errors
/// Whatever making the files or a computation meets.
pub(crate) fn run(
    options: &Options,
    session: &Session,
    interrupt: &Interrupt,
    out: &mut dyn Write,
) -> Result<()> {
    let files = data::make_logs(options)?;
    interrupt.guards(session);
    page::logs_data(out, &files)?;
    let start = Instant::now();
    let raw = session.read_csv(ReadCsv::from(&files.pattern).blocksize("64MB"))?;
    let cleaned = raw
        .assign("timestamp", col("date").dt().floor("h"))?
        .filter(col("status").ne("invalid"))?
        .persist()?;
    let hourly = cleaned.groupby("timestamp").sort(true).size()?;
    let users = cleaned.groupby("user_id").size()?.nlargest(5, "size")?;
    let error_rate = cleaned.filter(col("level").eq("ERROR"))?.len() / cleaned.len();
    let (hourly, users, error_rate) = swath::compute((&hourly, &users, &error_rate))?;
    let took = start.elapsed();
    interrupt.lets_go();
    page::logs(out, &hourly, &users, f64::try_from(error_rate)?, took)
}
