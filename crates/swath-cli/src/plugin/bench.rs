//! `swath plugin bench`: what a function costs.

use std::fmt::Write as _;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use swath_batch::Batch;
use swath_meta::Meta;
use swath_plugin_abi::Kind;

use super::check::{Random, Subject, Trouble, called_with, function, load};
use crate::{Answer, Error};

/// What `bench` can be asked.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// The plugin: libgeo.so
    file: PathBuf,
    /// The function
    #[arg(long)]
    function: String,
    /// Its parameters, a JSON object; those of its example when left out
    #[arg(long)]
    params: Option<String>,
    /// The columns that it is called with: 'price: float64, name: string?'; `?` may be null, `;` between frames; those of its example
    /// when left out
    #[arg(long = "in", value_name = "COLUMNS")]
    input: Option<String>,
}

/// The numbers of rows that a call is timed with.
const ROWS: [usize; 4] = [1, 1_000, 8_192, 65_536];
/// How long calls of one number of rows are timed, at least where one is shorter.
const LONG: Duration = Duration::from_millis(200);
/// The most calls that are timed of one number of rows.
const MOST: usize = 10_000;

/// Loads the plugin, and calls the function on rows that are made up; times are medians.
pub(crate) fn run(options: &Options) -> Result<Answer, Error> {
    let start = Instant::now();
    let plugin = load(&options.file)?;
    let loaded = start.elapsed();
    let function = function(&plugin, &options.function)?;
    let kind = function.entry().kind;
    if matches!(kind, Kind::Source | Kind::Sink) {
        return Err(Error::NotOfRows {
            function: function.name().to_string(),
            kind: kind.as_str(),
        });
    }
    let (params, input) = (options.params.as_deref(), options.input.as_deref());
    let (params, input) = called_with(function, params, input)?;
    let subject = Subject::bind(function, &params, &input)?;
    let bound = median(|| Subject::bind(function, &params, &input).map(drop))?;

    let mut text = format!("{}, {}\n", function.name(), kind.as_str());
    // Writing into a text cannot fail.
    let _ = writeln!(
        text,
        "  load  {}\n  bind  {}\n",
        shown(loaded),
        shown(bound)
    );
    let _ = writeln!(
        text,
        "{:>8}  {:>10}  {:>10}  {:>16}",
        "rows", "a call", "a row", "a row and column"
    );
    for rows in ROWS {
        let batch = subject
            .rows()
            .draw(rows, 10, &mut Random::new(1, "bench", 0));
        let call = median(|| called(&subject, &batch))?;
        let a_row = call.as_nanos() as f64 / rows as f64;
        let a_value = a_row / columns_of(&input[0]);
        let _ = writeln!(
            text,
            "{rows:>8}  {:>10}  {a_row:>7.1} ns  {a_value:>13.1} ns",
            shown(call)
        );
    }
    Ok(Answer::fine(text))
}

fn columns_of(input: &Meta) -> f64 {
    input.len().max(1) as f64
}

fn called(subject: &Subject, rows: &Batch) -> Result<(), Error> {
    match subject.call(rows) {
        Ok(_) => Ok(()),
        Err(Trouble::Refused(words) | Trouble::Broke(words) | Trouble::Endless(words)) => {
            Err(Error::NoAnswer {
                rows: rows.num_rows(),
                words,
            })
        }
    }
}

/// The time that is longer than half of the others, the first left out: it fills caches.
fn median(mut call: impl FnMut() -> Result<(), Error>) -> Result<Duration, Error> {
    call()?;
    let (begin, mut times) = (Instant::now(), Vec::new());
    while times.is_empty() || (begin.elapsed() < LONG && times.len() < MOST) {
        let start = Instant::now();
        call()?;
        times.push(start.elapsed());
    }
    times.sort_unstable();
    Ok(times[times.len() / 2])
}

/// With the unit that leaves few digits.
fn shown(time: Duration) -> String {
    let nanoseconds = time.as_nanos() as f64;
    let (number, unit) = match nanoseconds {
        small if small < 1e3 => return format!("{small:.0} ns"),
        some if some < 1e6 => (some / 1e3, "µs"),
        many => (many / 1e6, "ms"),
    };
    format!("{number:.1} {unit}")
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::shown;

    #[test]
    fn times() {
        let shown = |nanoseconds| shown(Duration::from_nanos(nanoseconds));
        assert_eq!(shown(17), "17 ns");
        assert_eq!(shown(1_250), "1.2 µs");
        assert_eq!(shown(99_949), "99.9 µs");
        assert_eq!(shown(2_500_000), "2.5 ms");
    }
}
