//! What is printed: short sections, numbers in columns.

mod grid;
mod numbers;

use crate::{
    data::Files,
    options::Options,
    pipeline::{Answered, QUERIES},
};
use anyhow::Result;
use grid::Grid;
use numbers::{bytes, count, seconds};
use std::{collections::BTreeSet, io::Write, time::Duration};
use swath::{DataFrame, LoadedPlugins, Metrics, Persisted, Table};

/// Bytes that the session counts as used, and that the process has in memory.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Memory {
    pub(crate) session: u64,
    /// Nothing where the system does not say.
    pub(crate) process: Option<u64>,
}

/// What is going to happen.
pub(crate) fn title(out: &mut dyn Write, options: &Options) -> Result<()> {
    let rows = swath_data::rows(&options.rows)?;
    let threads = match options.threads {
        Some(1) => "on 1 thread".to_owned(),
        Some(threads) => format!("on {threads} threads"),
        None => "on all threads of this machine".to_owned(),
    };
    writeln!(
        out,
        "swath: {} sales in {} Parquet files, {threads}, in at most {} of memory",
        count(rows),
        count(options.files.min(rows)),
        options.memory_limit
    )?;
    Ok(())
}

/// The files.
pub(crate) fn data(out: &mut dyn Write, files: &Files) -> Result<()> {
    writeln!(out, "{}", made(files))?;
    Ok(())
}

fn made(files: &Files) -> String {
    let made = &files.made;
    let new = made.files - made.kept;
    let how = if new == 0 {
        "there already".to_owned()
    } else {
        format!("{} made in {}", count(new), seconds(files.took))
    };
    format!(
        "data: {}, {}, {how}",
        files.folder.display(),
        bytes(made.bytes)
    )
}

/// The structure of the frame that nothing was computed for.
pub(crate) fn frame(out: &mut dyn Write, sales: &DataFrame) -> Result<()> {
    section(out, "sales = session.read_parquet(\"*.parquet\")")?;
    writeln!(out, "{sales}")?;
    Ok(())
}

/// The answers as tables.
pub(crate) fn answers(out: &mut dyn Write, answers: &[Table; 3]) -> Result<()> {
    let [by_region, by_category, top] = answers;
    for (title, table) in [
        ("filtered.groupby(\"region\").sum(\"amount\")", by_region),
        (
            "filtered.groupby(\"category\").mean(\"amount\")",
            by_category,
        ),
        ("filtered.nlargest(10, \"amount\")", top),
    ] {
        section(out, title)?;
        writeln!(out, "{table}")?;
    }
    Ok(())
}

/// What was persisted, and what the session holds since.
pub(crate) fn persisted(out: &mut dyn Write, persisted: &Persisted, read: &Metrics) -> Result<()> {
    section(
        out,
        "filtered = sales.filter(col(\"amount\").gt(5000)).label(\"amount > 5000\").persist()",
    )?;
    writeln!(
        out,
        "{} of {} rows pass, and stay in memory for the queries below:\n\n{persisted}",
        count(read.total("rows_selected")),
        count(read.total("rows_read")),
    )?;
    Ok(())
}

/// What the scans of each computation read, and what they could skip.
pub(crate) fn reads(out: &mut dyn Write, computations: &[(&str, &Metrics)]) -> Result<()> {
    section(out, "What was read and skipped")?;
    writeln!(
        out,
        "to persist, by the three queries over what is persisted, by the same over the files, and by a query of the last week:\n"
    )?;
    let titles = computations.iter().map(|(title, _)| (*title).to_owned());
    let mut grid = Grid::new("", titles);
    let each = |number: &dyn Fn(&Metrics) -> u64| -> Vec<String> {
        let numbers = computations.iter().map(|(_, metrics)| number(metrics));
        numbers.map(count).collect()
    };
    for (title, name) in [
        ("row groups", "row_groups"),
        ("of them skipped", "row_groups_pruned"),
        ("pages skipped", "pages_pruned"),
        ("rows looked at", "rows_read"),
        ("rows that passed", "rows_selected"),
    ] {
        grid.row(title, each(&|metrics| metrics.total(name)));
    }
    let read = computations.iter();
    grid.row(
        "bytes read",
        read.map(|(_, metrics)| bytes(metrics.total("bytes_read"))),
    );
    let columns: BTreeSet<&str> = computations
        .iter()
        .flat_map(|(_, metrics)| metrics.iter())
        .filter_map(|(name, label, _)| label.filter(|_| name == "values_decoded"))
        .collect();
    for column in columns {
        grid.row(
            &format!("values decoded of {column}"),
            each(&|metrics| metrics.labelled("values_decoded", column)),
        );
    }
    write!(out, "{grid}")?;
    Ok(())
}

/// How long each query took over what was persisted, and over the files.
pub(crate) fn times(
    out: &mut dyn Write,
    persist: Duration,
    with: &Answered,
    without: &Answered,
) -> Result<()> {
    section(out, "How long it took")?;
    let titles = ["persisted", "from files"].map(str::to_owned);
    let mut grid = Grid::new("", titles);
    grid.row("to persist", [seconds(persist), "-".to_owned()]);
    for (at, query) in QUERIES.into_iter().enumerate() {
        grid.row(query, [seconds(with.alone[at]), seconds(without.alone[at])]);
    }
    grid.row(
        "all three at once",
        [seconds(with.together), seconds(without.together)],
    );
    write!(out, "{grid}")?;
    Ok(())
}

/// What was taken and given back.
pub(crate) fn memory(out: &mut dyn Write, moments: &[(&str, Memory)]) -> Result<()> {
    section(out, "Memory")?;
    let titles = moments.iter().map(|(title, _)| (*title).to_owned());
    let mut grid = Grid::new("", titles);
    let session = moments.iter().map(|(_, memory)| bytes(memory.session));
    grid.row("the session counts", session);
    if moments.iter().all(|(_, memory)| memory.process.is_some()) {
        let process = moments.iter().filter_map(|(_, memory)| memory.process);
        grid.row("the process has", process.map(bytes));
    }
    write!(out, "{grid}")?;
    writeln!(
        out,
        "\nThe process also has the program itself, scratch of the threads while they run, and what the allocator keeps for them."
    )?;
    Ok(())
}

/// The files of text.
pub(crate) fn logs_data(out: &mut dyn Write, files: &Files) -> Result<()> {
    section(out, "raw = session.read_csv(\"*.csv\")")?;
    writeln!(out, "{}", made(files))?;
    Ok(())
}

/// What the log lines say.
pub(crate) fn logs(
    out: &mut dyn Write,
    hourly: &Table,
    users: &Table,
    error_rate: f64,
    took: Duration,
) -> Result<()> {
    section(out, "cleaned.groupby(\"timestamp\").size()")?;
    writeln!(out, "{hourly}")?;
    section(
        out,
        "cleaned.groupby(\"user_id\").size().nlargest(5, \"size\")",
    )?;
    writeln!(out, "{users}")?;
    section(
        out,
        "cleaned.filter(col(\"level\").eq(\"ERROR\")).len() / cleaned.len()",
    )?;
    writeln!(
        out,
        "{:.2} % of the lines are errors. Read, kept and asked in {}.",
        error_rate * 100.0,
        seconds(took)
    )?;
    Ok(())
}

/// Which plugins were loaded, and what they can do.
pub(crate) fn plugins_loaded(out: &mut dyn Write, plugins: &LoadedPlugins) -> Result<()> {
    section(out, "functions of plugins, loaded from files")?;
    writeln!(out, "{plugins}")?;
    Ok(())
}

/// What they answered.
pub(crate) fn plugins(out: &mut dyn Write, by_region: &Table, took: Duration) -> Result<()> {
    section(
        out,
        "sales.groupby(\"region\").agg([.., plugin(\"sketch.distinct\").agg(col(\"customer_id\")), ..])",
    )?;
    writeln!(out, "{by_region}")?;
    writeln!(out, "Read and asked in {}.", seconds(took))?;
    Ok(())
}

fn section(out: &mut dyn Write, title: &str) -> Result<()> {
    writeln!(out, "\n── {title}")?;
    Ok(())
}
