//! A source, honest and not.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

use swath_plugin::prelude::*;
use swath_plugin::{Comparison, log};

/// Partitions that any source here was asked for since this process began.
static OPENED: AtomicU64 = AtomicU64::new(0);

/// Whether this is the first process that asks for what is at a path, which is there afterwards.
fn is_first(path: &str) -> bool {
    static IS_FIRST: OnceLock<bool> = OnceLock::new();
    *IS_FIRST.get_or_init(|| {
        let mut new = std::fs::OpenOptions::new();
        new.write(true).create_new(true).open(path).is_ok()
    })
}

/// Whole numbers with their halves: `n` from 0, the index; `half`; and `name`, a text.
#[derive(Params)]
pub struct Numbers {
    /// How many partitions.
    #[param(default = 4)]
    pub parts: u32,
    /// How many numbers each has.
    #[param(default = 10)]
    pub rows: u32,
    /// What it does, whatever it promised.
    #[param(default = "")]
    pub how: String,
    /// The partition in which it does that.
    #[param(default = 2)]
    pub at: u32,
}

/// What is left of a partition.
pub struct Left {
    part: u32,
    next: i64,
    end: i64,
    batch_rows: i64,
    wanted: Wanted,
}

impl Numbers {
    fn first(&self, part: u32) -> i64 {
        i64::from(part) * i64::from(self.rows)
    }

    /// Whether another process was bound before to change in this way: `retyped after PATH`, `random after PATH`.
    fn is_changed(&self, how: &str) -> bool {
        let after = self.how.split_once(" after ");
        after.is_some_and(|(which, path)| which == how && !is_first(path))
    }
}

impl Source for Numbers {
    const NAME: &'static str = "numbers";
    const EXAMPLE: Option<Example> = Some(Example {
        params: r#"{"parts":3}"#,
        input: "",
    });
    type Part = u32;
    type Reading = Left;

    fn bind(&self) -> Result<Contract> {
        if self.how == "refuse" {
            return Err(Error::new("not today"));
        }
        let half = if self.is_changed("retyped") {
            "int64"
        } else {
            "float64"
        };
        let meta = Meta::of([("n", "int64"), ("half", half), ("name", "string")])?;
        let meta = match self.how.as_str() {
            "bounds of nothing" => meta,
            _ => meta.with_index(swath_plugin::Index::leading(1))?,
        };
        let contract = Contract::any_rows(meta);
        Ok(match self.how.as_str() {
            "random" => contract.random(),
            _ if self.is_changed("random") => contract.random(),
            _ => contract,
        })
    }

    fn parts(&self, cx: &Cx) -> Result<Parts<u32>> {
        match self.how.as_str() {
            "panic in parts" => panic!("no list"),
            "exit in parts" => std::process::exit(3),
            "endless list" => loop {
                cx.tick()?;
            },
            "no list" => return Err(Error::new("nobody answers")),
            _ => {}
        }
        let parts = (0..self.parts).map(|part| match self.how.as_str() {
            "unknown rows" => Part::new(part),
            "guessed rows" => Part::new(part).about_rows(3),
            how if how.contains(" after ") => Part::new(part),
            "endless rows" => Part::new(part).rows(u64::MAX).bytes(u64::MAX),
            "endless guesses" => Part::new(part).about_rows(u64::MAX),
            "too few rows" => Part::new(part).rows(u64::from(self.rows) - 1),
            _ => Part::new(part).rows(self.rows.into()),
        });
        let last = self.first(self.parts);
        let mut bounds: Vec<i64> = (0..self.parts).map(|part| self.first(part)).collect();
        bounds.push(last.max(1) - 1);
        match self.how.as_str() {
            "no bounds" => return Ok(Parts::new(parts)),
            "falling bounds" => bounds.reverse(),
            "few bounds" => bounds.truncate(1),
            _ => {}
        }
        Ok(Parts::new(parts).between(bounds))
    }

    fn open(&self, part: u32, wanted: &Wanted, cx: &Cx) -> Result<Left> {
        OPENED.fetch_add(1, Ordering::Relaxed);
        assert_eq!(
            cx.partition().number(),
            part as usize,
            "it is told its place"
        );
        log::info!(
            "partition {part}: {:?}",
            wanted.meta().names().collect::<Vec<_>>()
        );
        if self.how == "error in open" && part == self.at {
            return Err(Error::new("the day is gone"));
        }
        let (mut next, mut end) = (self.first(part), self.first(part + 1));
        for filter in wanted.filters() {
            let Value::Int(value) = filter.value else {
                continue;
            };
            if self.how == "eager filters" {
                end = end.min(value);
            }
            match (&*filter.column, filter.is) {
                ("n", Comparison::Ge) => next = next.max(value),
                ("n", Comparison::Gt) => next = next.max(value + 1),
                ("n", Comparison::Le) => end = end.min(value + 1),
                ("n", Comparison::Lt) => end = end.min(value),
                _ => {}
            }
        }
        Ok(Left {
            part,
            next,
            end,
            batch_rows: 4,
            wanted: wanted.clone(),
        })
    }

    fn next(&self, left: &mut Left, cx: &Cx) -> Result<Option<Batch>> {
        let here = left.part == self.at;
        let end = left.end.min(left.next + left.batch_rows);
        // Crashes in the first process, and has other rows in the next: `fewer after PATH`, `others after PATH`.
        let after = self.how.split_once(" after ").filter(|_| here);
        let is_again = after.is_some_and(|(_, path)| !is_first(path));
        let done = left.next - self.first(left.part);
        match after {
            Some(_) if !is_again && done >= 2 * left.batch_rows => std::process::abort(),
            Some(("fewer", _)) if is_again && done > 0 => return Ok(None),
            _ => {}
        }
        match self.how.as_str() {
            "panic" if here => panic!("no rate for chf"),
            "error" if here => return Err(Error::new("the line is dead").retryable()),
            "exit" if here => std::process::exit(0),
            "endless" => loop {
                cx.tick()?;
            },
            "reserve" => drop(cx.reserve(1 << 40)?),
            "fewer rows" if here && end == left.end => return Ok(None),
            _ => {}
        }
        if left.next >= left.end {
            return Ok(None);
        }
        let numbers: Vec<i64> = (left.next..end).collect();
        left.next = end;
        let drift = match self.how.as_str() {
            "drifts" => OPENED.load(Ordering::Relaxed) as f64,
            how if how.starts_with("others after ") && is_again => 1.0,
            _ => 0.0,
        };
        let halves: Vec<f64> = numbers.iter().map(|n| *n as f64 / 2.0 + drift).collect();
        let mut names: Vec<Option<String>> =
            numbers.iter().map(|n| Some(format!("n{n}"))).collect();
        let mut numbers: Vec<Option<i64>> = numbers.into_iter().map(Some).collect();
        if here {
            match self.how.as_str() {
                "nulls" => numbers[0] = None,
                "outside" => numbers[0] = Some(-1),
                _ => {}
            }
        }
        names[0].take_if(|_| self.how == "missing names");
        let batch = Batch::from_columns([("n", numbers)])?;
        let batch = match self.how.as_str() {
            "dtype" if here => batch.with("half", vec![1_i64; halves.len()])?,
            _ if self.is_changed("retyped") => batch.with("half", vec![1_i64; halves.len()])?,
            _ => batch.with("half", halves)?,
        };
        if self.how == "lacks" && here {
            return Ok(Some(batch.select(["n"])?));
        }
        let batch = batch.with("name", names)?;
        // What is wanted, or more of it: both are right.
        if left.wanted.has("name") || left.part.is_multiple_of(2) {
            return Ok(Some(batch));
        }
        let names: Vec<&str> = left.wanted.meta().names().collect();
        Ok(Some(batch.select(names)?))
    }
}

/// How many partitions of sources were opened since this process began.
#[scalar]
pub fn opened(since: i64) -> i64 {
    OPENED.load(Ordering::Relaxed) as i64 - since
}
