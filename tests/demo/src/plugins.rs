//! Functions of plugins in the sales pipeline, loaded from files.

use crate::{interrupt::Interrupt, options::Options, page};
use anyhow::Result;
use std::{io::Write, path::Path, time::Instant};
use swath::{Session, col, plugin};

/// Loads the plugins that the options name, which are `sketch` and `textstats`, and asks of each region what the engine has no function
/// for. Without plugins it does nothing.
///
/// # Errors
/// A file that is no plugin; whatever a computation meets.
pub(crate) fn run(
    options: &Options,
    session: &Session,
    files: &Path,
    interrupt: &Interrupt,
    out: &mut dyn Write,
) -> Result<()> {
    if options.plugins.is_empty() {
        return Ok(());
    }
    for path in &options.plugins {
        session.load_plugin(path)?;
    }
    interrupt.guards(session);
    page::plugins_loaded(out, &session.plugins())?;
    let start = Instant::now();
    let sales = session
        .read_parquet(files)?
        .filter(col("amount").gt(5000))?
        .assign(
            "words",
            plugin("textstats.word_count").call([col("category")]),
        )?;
    let median = plugin("sketch.quantile").param("q", 0.5);
    let by_region = sales.groupby("region").sort(true).agg([
        (
            "customers",
            plugin("sketch.distinct").agg(col("customer_id")),
        ),
        ("median_amount", median.agg(col("amount"))),
        ("words_a_category", col("words").mean()),
    ])?;
    let by_region = by_region.compute()?;
    let took = start.elapsed();
    interrupt.lets_go();
    page::plugins(out, &by_region, took)
}
