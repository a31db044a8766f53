//! What a plugin's function costs in a computation, beside what the engine has itself: `cargo bench -p swath-bench --bench plugins`.
//!
//! Both are computed in turn, so that whatever else the machine does meets both, and each is the first of every other turn, since what
//! is computed second finds memory as the first left it. What is printed is the median of the ratios, and the median time of each in
//! milliseconds.

#![expect(
    clippy::print_stdout,
    reason = "the table is what the program is run for"
)]

use std::hint::black_box;
use std::time::Instant;

use swath::prelude::*;

/// Rows of a partition.
const ROWS: usize = 65_536;
/// Columns of every partition.
const COLUMNS: usize = 10;
/// Partitions of the frame of columns.
const PARTITIONS: usize = 32;
/// Groups of the aggregates.
const GROUPS: usize = 1_000_000;
/// Partitions of the frame with groups: each group comes four times.
const GROUPED: usize = 4 * GROUPS / ROWS;

/// How often each of two is computed: what takes long, and what takes some milliseconds, whose ratio moves more.
const TURNS: usize = 41;
const SHORT_TURNS: usize = 241;

/// The milliseconds that it takes.
fn millis(frame: &DataFrame) -> f64 {
    let begin = Instant::now();
    black_box(frame.compute().expect("an answer"));
    begin.elapsed().as_secs_f64() * 1e3
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// The rows of a frame by their numbers, which are those of groups where there are some.
fn answer(frame: &DataFrame) -> Vec<Vec<f64>> {
    let table = frame.compute().expect("an answer");
    let value = |column: &str, row| {
        let value = table.value(column, row).expect("a column");
        f64::try_from(value).expect("a number")
    };
    let columns = frame.columns();
    let row = |row| columns.iter().map(|column| value(column, row)).collect();
    let mut rows: Vec<Vec<f64>> = (0..table.num_rows()).map(row).collect();
    rows.sort_by(|one, other| one[0].total_cmp(&other[0]));
    rows
}

/// Whether two answers are the same, but for what adding floats in another order does.
fn is_same(one: &[Vec<f64>], other: &[Vec<f64>]) -> bool {
    let is_near = |(one, other): (&f64, &f64)| (one - other).abs() <= 1e-9 * other.abs();
    let rows = one.iter().zip(other);
    one.len() == other.len()
        && rows
            .flat_map(|(one, other)| one.iter().zip(other))
            .all(is_near)
}

/// Computes the one with the plugin and the one without it in turn, after both gave the same answer.
fn beside(what: &str, turns: usize, plugin: &DataFrame, own: &DataFrame) {
    let both = |turn: usize| {
        if turn.is_multiple_of(2) {
            (millis(plugin), millis(own))
        } else {
            let own = millis(own);
            (millis(plugin), own)
        }
    };
    assert!(is_same(&answer(plugin), &answer(own)), "{what}");
    let turns: Vec<(f64, f64)> = (0..turns).map(both).collect();
    let ratio = median(turns.iter().map(|(plugin, own)| plugin / own).collect());
    let plugin = median(turns.iter().map(|turn| turn.0).collect());
    let own = median(turns.iter().map(|turn| turn.1).collect());
    println!("{what:<62} {plugin:>9.2} ms {own:>9.2} ms {ratio:>6.3}");
}

/// A partition of numbers that differ, with a group of each row.
fn batch(number: usize) -> Batch {
    let value = |row: usize, at: usize| ((row * 31 + at * 7 + number) % 1000) as f64;
    let columns = (0..COLUMNS).map(|at| {
        let values = (0..ROWS).map(|row| value(row, at)).collect::<Vec<_>>();
        (format!("x{at}"), values)
    });
    Batch::from_columns(columns).expect("columns of one length")
}

fn grouped(number: usize) -> Batch {
    let group = |row: usize| {
        let row = (number * ROWS + row) as u64;
        (row.wrapping_mul(0x9e37_79b9) % GROUPS as u64) as i64
    };
    let groups = (0..ROWS).map(group).collect::<Vec<_>>();
    let rows = Batch::from_columns([("g", groups)]).expect("a column");
    let values = (0..ROWS).map(|row| row as f64).collect::<Vec<_>>();
    rows.with("x0", values).expect("columns of one length")
}

fn main() -> swath::Result<()> {
    let folder = tempfile::tempdir().expect("a folder");
    let program = std::env::current_exe().expect("a program has a path");
    let session = Session::builder()
        .plugin_copies(folder.path().join("copies"))
        .build()?;
    session.load_plugin(program.with_file_name("libswath_tried.so"))?;
    println!("{:<62} {:>12} {:>12} {:>6}", "", "plugin", "own", "ratio");

    let memory = session.from_batches((0..PARTITIONS).map(batch).collect::<Vec<_>>())?;
    let memory = memory.persist()?;
    let files = folder.path().join("rows");
    memory.to_parquet(&*files)?;
    let files = session.read_parquet(&*files)?;
    // Every column is wanted, and no row comes back.
    let wanted = |df: DataFrame| -> swath::Result<DataFrame> {
        let sums = (0..COLUMNS).map(|at| col(format!("x{at}")).sum());
        df.groupby("none")
            .agg(sums.chain([col("y").sum()]).collect::<Vec<_>>())
    };
    let all = |df: &DataFrame, y: Expr| wanted(df.assign("y", y)?.assign("none", lit(0_i64))?);
    let theirs = || plugin("tried.plus_one").call([col("x0")]);
    let own = || col("x0") + 1.0;
    for (what, df) in [("in memory", &memory), ("from Parquet", &files)] {
        beside(
            &format!("x + 1 of {COLUMNS} columns {what}, all of them summed"),
            SHORT_TURNS,
            &all(df, theirs())?,
            &all(df, own())?,
        );
    }

    let rows = session.from_batches((0..GROUPED).map(grouped).collect::<Vec<_>>())?;
    let rows = rows.persist()?;
    let sum = |agg: Agg| rows.groupby("g").agg([("sum", agg)]);
    beside(
        &format!("sum of {} floats in {GROUPS} groups", GROUPED * ROWS),
        TURNS,
        &sum(plugin("tried.sum").agg(col("x0")))?,
        &sum(col("x0").sum())?,
    );
    Ok(())
}
