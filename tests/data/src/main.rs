//! `swath-data sales --rows 5e7 --files 50 --out DIR`: the data of the demo and the benchmarks, from a shell.

use anyhow::Result;
use clap::{Parser, ValueEnum};
use std::{path::PathBuf, time::Instant};
use swath_data::{Dataset, Form, G1, Logs, Sales};

/// Makes data in Parquet files, logs in text; files that are there already stay.
#[derive(Parser)]
#[command(name = "swath-data")]
struct Options {
    /// Which data
    which: Which,
    /// Rows in all files together: `5e7`, `300000`
    #[arg(long, default_value = "5e7")]
    rows: String,
    /// Files; 50 for sales, 4 for g1, 20 for logs and 1 for g1-csv when left out
    #[arg(long)]
    files: Option<u64>,
    /// Another seed, other rows
    #[arg(long, default_value_t = 108)]
    seed: u64,
    /// The folder the files go into; `g1` data into a folder `g1` in it
    #[arg(long)]
    out: PathBuf,
}

#[derive(Clone, Copy, ValueEnum)]
enum Which {
    /// Orders of three years, sorted by time
    Sales,
    /// The table of the h2o.ai group-by benchmark
    G1,
    /// The same table as text
    G1Csv,
    /// Lines of a web server's log, as text
    Logs,
}

#[expect(clippy::print_stdout, reason = "says what it made")]
fn main() -> Result<()> {
    let options = Options::parse();
    let (rows, seed) = (swath_data::rows(&options.rows)?, options.seed);
    let start = Instant::now();
    let out = options.out;
    let (dataset, form, files, folder): (Box<dyn Dataset>, Form, u64, PathBuf) = match options.which
    {
        Which::Sales => (Box::new(Sales { rows, seed }), Form::Parquet, 50, out),
        Which::G1 => (
            Box::new(G1 { rows, seed }),
            Form::Parquet,
            4,
            out.join("g1"),
        ),
        Which::G1Csv => (Box::new(G1 { rows, seed }), Form::Csv, 1, out),
        Which::Logs => (Box::new(Logs { rows, seed }), Form::Csv, 20, out),
    };
    let files = options.files.unwrap_or(files).min(rows);
    let made = swath_data::write(&*dataset, form, files, &folder)?;
    println!(
        "{}: {rows} rows in {} files, {:.2} GB ({} there already), {:.1} s",
        folder.display(),
        made.files,
        made.bytes as f64 / 1e9,
        made.kept,
        start.elapsed().as_secs_f64(),
    );
    Ok(())
}
