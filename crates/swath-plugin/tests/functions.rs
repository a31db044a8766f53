//! Functions of every kind, through everything that stands between them and a host.

#![expect(clippy::panic, reason = "functions that panic are what is tried")]

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use insta::assert_snapshot;
use swath_batch::Host;
use swath_plugin::arrow_array::cast::AsArray;
use swath_plugin::arrow_array::types::Float64Type;
use swath_plugin::arrow_array::{
    ArrayRef, Float64Array, Int64Array, StringArray, StringViewArray, UInt8Array,
};
use swath_plugin::prelude::*;

/// One more.
///
/// Of a float.
#[scalar]
fn plus_one(x: f64) -> f64 {
    x + 1.0
}

/// A text as often as it says.
#[scalar]
pub fn repeat(text: &str, times: Option<u8>) -> Result<String, std::num::TryFromIntError> {
    let times = usize::try_from(times.map_or(-1, i64::from))?;
    Ok(text.repeat(times))
}

/// What is left of a limit.
#[scalar]
fn left(used: f64) -> Result<f64> {
    if used > 1.0 {
        return Err(Error::new("more than all of it").retryable());
    }
    Ok(1.0 - used)
}

/// Multiplies a column.
#[derive(Params)]
struct Scale {
    /// The column.
    column: String,
    #[param(default = 1.0, min = 0.0, max = 10.0)]
    factor: f64,
    /// What `prepare` found out.
    #[param(skip)]
    prepared: Option<usize>,
}

impl PartitionFn for Scale {
    const NAME: &'static str = "scale";

    fn bind(&self, input: &Meta) -> Result<Contract> {
        input.require(&self.column, "float64")?;
        Ok(Contract::rows_kept(input).reads([&self.column]))
    }

    fn prepare(&mut self, input: &Meta) -> Result<()> {
        self.prepared = Some(input.len());
        Ok(())
    }

    fn call(&self, part: Batch, cx: &Cx) -> Result<Batch> {
        assert_eq!(self.prepared, Some(part.meta().len()));
        cx.check()?;
        let scaled = part.f64(&self.column)?.map(|value| value * self.factor);
        Ok(part.with(&self.column, scaled)?)
    }
}

/// Does what its parameter says, and not what its contract does.
#[derive(Params)]
struct Liar {
    lie: String,
}

impl PartitionFn for Liar {
    const NAME: &'static str = "liar";

    fn bind(&self, input: &Meta) -> Result<Contract> {
        Ok(match self.lie.as_str() {
            "reads" => Contract::any_rows(input).reads(["x"]),
            "bind" => return Err(Error::new("never").context("bind")),
            "bad dtype" => Contract::rows_kept(input.with("y", "flaot")),
            _ => Contract::rows_kept(input),
        })
    }

    fn call(&self, part: Batch, _: &Cx) -> Result<Batch> {
        let rows = part.num_rows();
        Ok(match self.lie.as_str() {
            "rows" => part.head(1),
            "columns" => part.drop(["x"])?,
            "dtype" => part.with("x", vec![1_i64; rows])?,
            "order" => part.select(["y", "x"])?,
            "panic" => panic!(
                "no rate for {}",
                part.str("y")?.iter().flatten().next().unwrap_or("nobody")
            ),
            "payload" => {
                struct Loud;
                impl Drop for Loud {
                    fn drop(&mut self) {
                        assert!(std::thread::panicking(), "dropped");
                    }
                }
                std::panic::panic_any(Loud)
            }
            "error" => return Err("x".parse::<f64>().expect_err("no number").into()),
            _ => part,
        })
    }
}

/// The sum of numbers.
#[derive(Params)]
struct Sum;

impl Aggregate for Sum {
    const NAME: &'static str = "sum";
    type States = Vec<f64>;

    fn bind(&self, args: &[Field]) -> Result<Grouped> {
        let [x] = args else {
            return Err(Error::new("it takes one number"));
        };
        if x.dtype != DType::Float64 {
            return Err(Error::new(format!("it takes a float64, not {}", x.dtype)));
        }
        let sum = Field::new("sum", DType::Float64, false);
        Ok(Grouped::new(sum.clone(), [sum]))
    }

    fn open(&self) -> Vec<f64> {
        Vec::new()
    }

    fn update(&self, states: &mut Vec<f64>, rows: GroupedRows<'_>, _: &Cx) -> Result<()> {
        states.resize(rows.n_groups, 0.0);
        let column = rows.columns[0].as_primitive::<Float64Type>();
        for (group, value) in rows.groups.iter().zip(column) {
            states[*group as usize] += value.unwrap_or(0.0);
        }
        Ok(())
    }

    fn merge(&self, states: &mut Vec<f64>, rows: GroupedRows<'_>, cx: &Cx) -> Result<()> {
        self.update(states, rows, cx)
    }

    fn state(&self, states: Vec<f64>) -> Result<Vec<ArrayRef>> {
        Ok(vec![Arc::new(Float64Array::from(states))])
    }

    fn finish(&self, states: Vec<f64>) -> Result<ArrayRef> {
        Ok(Arc::new(Float64Array::from(states)))
    }

    fn size(&self, states: &Vec<f64>) -> u64 {
        (states.capacity() * size_of::<f64>()) as u64
    }
}

/// Old.
#[deprecated(note = "use `plus_one`")]
#[scalar]
fn add_one(x: f64) -> f64 {
    plus_one(x)
}

#[expect(deprecated, reason = "it is listed still")]
mod listed {
    use super::{Liar, Scale, Sum, add_one, plus_one, repeat};
    swath_plugin::plugin! { name: "tried", functions: [plus_one, repeat, Scale, Liar, Sum, add_one] }
}

fn part() -> Batch {
    Batch::from_csv("x,y\n1.5,a\n,b\n4.0,c\n").expect("a table")
}

fn floats(values: impl IntoIterator<Item = Option<f64>>) -> ArrayRef {
    Arc::new(values.into_iter().collect::<Float64Array>())
}

#[test]
fn scalars_of_values() -> Result<()> {
    assert_eq!(plus_one(1.0), 2.0);
    let found = testing::run_scalar(plus_one {}, &[floats([Some(1.0), None])])?;
    assert_eq!(&found, &floats([Some(2.0), None]));
    let texts: ArrayRef = Arc::new(StringViewArray::from(vec![Some("ab"), None]));
    let times: ArrayRef = Arc::new(UInt8Array::from(vec![2, 3]));
    let found = testing::run_scalar(repeat {}, &[Arc::clone(&texts), times])?;
    let found = found.as_string_view();
    assert_eq!(found.iter().collect::<Vec<_>>(), [Some("abab"), None]);

    let plain: ArrayRef = Arc::new(StringArray::from(vec![Some("ab"), None]));
    let times: ArrayRef = Arc::new(UInt8Array::from(vec![2, 3]));
    let found = testing::run_scalar(repeat {}, &[plain, times])?;
    assert_eq!(
        found.as_string_view().iter().collect::<Vec<_>>(),
        [Some("abab"), None]
    );

    let error = testing::run_scalar(plus_one {}, &[]).expect_err("no argument");
    assert_snapshot!(error, @"it was given 0 arguments, it takes 1");
    let error = testing::run_scalar(plus_one {}, &[Arc::clone(&texts)]).expect_err("a text");
    assert_snapshot!(error, @r#"argument 1 must be float64 (`.cast("float64")` makes one), `0` is string"#);
    let none: ArrayRef = Arc::new(UInt8Array::from(vec![None, Some(1)]));
    let error = testing::run_scalar(repeat {}, &[texts, none]).expect_err("its own");
    assert_snapshot!(error, @"out of range integral type conversion attempted");
    assert_eq!(
        &testing::run_scalar(left {}, &[floats([Some(0.25)])])?,
        &floats([Some(0.75)])
    );
    let error = testing::run_scalar(left {}, &[floats([Some(1.5)])]).expect_err("its own");
    assert_snapshot!(error, @"more than all of it");
    Ok(())
}

/// A task that is cancelled after a look at whether it is.
#[derive(Default)]
struct Brief(AtomicUsize);

impl Host for Brief {
    fn check(&self) -> std::result::Result<(), Box<dyn std::error::Error + Send + Sync>> {
        match self.0.fetch_add(1, Ordering::Relaxed) {
            0 => Ok(()),
            _ => Err("cancelled".into()),
        }
    }

    fn partition(&self) -> (usize, usize) {
        (0, 1)
    }
}

#[test]
fn a_function_of_values_stops_within_a_batch() {
    let column = floats((0..100_000).map(|row| Some(f64::from(row))));
    let cx = Cx::new(Arc::new(Brief::default()));
    let stopped = plus_one {}.call(&[column], 100_000, &cx);
    assert_snapshot!(stopped.unwrap_err(), @"the run was asked to stop: cancelled");
}

fn scale(column: &str, factor: f64) -> Scale {
    Scale {
        column: column.to_owned(),
        factor,
        prepared: None,
    }
}

#[test]
fn a_partition_function() -> Result<()> {
    let found = testing::run(scale("x", 2.0), &part())?;
    assert_snapshot!(found, @r"
          x  y
    float64  string
    ───────────────
        3.0  a
       null  b
        8.0  c

    3 rows, 2 columns
    ");
    assert_eq!(
        testing::run(scale("x", 2.0), &part().head(0))?.num_rows(),
        0
    );
    Ok(())
}

#[test]
fn parameters_are_checked() {
    let said = |text: &str| match Scale::from_json(text) {
        Ok(scale) => format!("{}*{}", scale.column, scale.factor),
        Err(error) => error.to_string(),
    };
    assert_snapshot!(said(r#"{"column":"x"}"#), @"x*1");
    assert_snapshot!(said(r#"{"column":"x","facto":1}"#), @"no parameter `facto`; did you mean `factor`? parameters are `column`, `factor`");
    assert_snapshot!(said(r#"{"factor":1}"#), @"parameter `column` is missing: a string that has no default");
    assert_snapshot!(said(r#"{"column":3}"#), @"parameter `column` must be a string, not 3: invalid type: integer `3`, expected a string");
    assert_snapshot!(said(r#"{"column":"x","factor":-0.5}"#), @"parameter `factor` must be at least 0, not -0.5");
    assert_snapshot!(said(r#"{"column":"x","factor":11}"#), @"parameter `factor` must be at most 10, not 11");
    assert_snapshot!(said("[]"), @"parameters are no JSON object: invalid type: sequence, expected a map at line 1 column 0");
    assert_eq!(
        scale("x", 2.5).to_json().expect("json"),
        r#"{"column":"x","factor":2.5}"#
    );
}

#[test]
fn inputs_that_do_not_do() {
    assert_snapshot!(testing::run(scale("z", 1.0), &part()).expect_err("no column"), @"no column `z`; columns are `x`, `y`");
    assert_snapshot!(testing::run(scale("y", 1.0), &part()).expect_err("a text"), @"column `y` is string, and must be float64");
}

#[test]
fn contracts_that_are_not_kept() {
    for lie in [
        "rows",
        "columns",
        "dtype",
        "order",
        "panic",
        "payload",
        "error",
        "reads",
        "bind",
        "bad dtype",
    ] {
        let error = testing::run(
            Liar {
                lie: lie.to_owned(),
            },
            &part(),
        )
        .expect_err(lie);
        assert_snapshot!(lie.replace(' ', "-"), error);
    }
    assert_eq!(
        testing::run(
            Liar {
                lie: "none".to_owned()
            },
            &part()
        )
        .expect("no lie"),
        part()
    );
}

#[test]
fn an_aggregate_of_any_pieces() -> Result<()> {
    let (first, second) = (floats([Some(1.0), None, Some(2.0)]), floats([Some(4.0)]));
    let found = testing::run_aggregate(Sum, &[(&[first], &[0, 1, 0]), (&[second], &[1])], 3)?;
    assert_eq!(&found, &floats([Some(3.0), Some(4.0), Some(0.0)]));
    let ints: ArrayRef = Arc::new(Int64Array::from(vec![1]));
    let error = testing::run_aggregate(Sum, &[(&[ints], &[0])], 1).expect_err("integers");
    assert_snapshot!(error, @"it takes a float64, not int64");
    Ok(())
}

#[test]
fn the_manifest() -> Result<()> {
    let manifest = testing::manifest(listed::plugin())?;
    let text = serde_json::to_string_pretty(&manifest)?;
    let text = text.replace(std::env::consts::ARCH, "<arch>");
    assert_snapshot!(text);
    Ok(())
}

/// Days, each a partition.
#[derive(Params)]
struct Days {
    days: u32,
    /// What it does.
    #[param(default = "")]
    how: String,
}

impl Source for Days {
    const NAME: &'static str = "days";
    type Part = u32;
    type Reading = Option<u32>;

    fn bind(&self) -> Result<Contract> {
        let meta = Meta::of([("day", "int64"), ("name", "string")])?;
        Ok(Contract::any_rows(
            meta.with_index(swath_plugin::Index::leading(1))?,
        ))
    }

    fn parts(&self, _: &Cx) -> Result<Parts<u32>> {
        let parts = Parts::new((0..self.days).map(|day| Part::new(day).rows(1)));
        Ok(match self.how.as_str() {
            "null" => parts.between([Some(1_i64), None]),
            "text" => parts.between(["a", "b"]),
            _ => parts.between(0..=i64::from(self.days)),
        })
    }

    fn open(&self, day: u32, wanted: &Wanted, cx: &Cx) -> Result<Option<u32>> {
        assert_eq!(cx.partition().number(), day as usize);
        let is_out = |filter: &swath_plugin::Filter| {
            filter.is == swath_plugin::Comparison::Gt && Value::from(i64::from(day)) == filter.value
        };
        Ok((!wanted.filters().iter().any(is_out)).then_some(day))
    }

    fn next(&self, day: &mut Option<u32>, _: &Cx) -> Result<Option<Batch>> {
        let Some(day) = day.take() else {
            return Ok(None);
        };
        let batch = Batch::from_columns([("day", vec![i64::from(day)])])?;
        let rows = match self.how.as_str() {
            "twice" => 2,
            "panic" => panic!("no such day"),
            _ => 1,
        };
        if self.how == "lacks" {
            return Ok(Some(batch));
        }
        let names = vec![format!("day {day}"); rows];
        Ok(Some(match rows {
            1 => batch.with("name", names)?,
            _ => Batch::from_columns([("day", vec![i64::from(day); rows])])?.with("name", names)?,
        }))
    }
}

#[test]
fn sources_are_read_without_a_host() -> Result<()> {
    let days = |how: &str| Days {
        days: 3,
        how: how.into(),
    };
    let parts = testing::read(days(""))?;
    assert_eq!(parts.len(), 3);
    assert_eq!(
        parts[2].str("name")?.iter().collect::<Vec<_>>(),
        [Some("day 2")]
    );
    // Of what is returned, what was asked for comes.
    let names = testing::read_wanted(days(""), &["name"], &[])?;
    assert!(names[0].meta().names().eq(["name"]));
    let after = [("day", swath_plugin::Comparison::Gt, Value::from(1_i64))];
    let left = testing::read_wanted(days(""), &[], &after)?;
    assert_eq!(
        left.iter().map(Batch::num_rows).collect::<Vec<_>>(),
        [1, 0, 1]
    );

    let said = |source: Days| testing::read(source).expect_err("a mistake").to_string();
    assert_snapshot!(said(days("twice")), @"partition 0 has 2 rows, and was listed with 1");
    assert_snapshot!(said(days("lacks")), @r"
    returned other columns than it declared: the columns do not match the meta; extra: [], missing: [name]
      column  found  expected
      name    -      string
    ");
    assert_snapshot!(said(days("panic")), @"panicked: no such day");
    assert_snapshot!(said(days("text")), @"gave 2 boundaries for 3 partitions, which have one more");
    let one = |how: &str| Days {
        days: 1,
        how: how.into(),
    };
    assert_snapshot!(said(one("null")), @"gave a boundary of `day` that is null");
    assert_snapshot!(said(one("text")), @"gave a boundary of `day`: expected int64, found string `a`");
    Ok(())
}

/// Texts in memory, by the name of the write.
static KEPT: std::sync::Mutex<Vec<(String, String)>> = std::sync::Mutex::new(Vec::new());

/// The attempts that there were.
static ATTEMPTS: std::sync::Mutex<Vec<String>> = std::sync::Mutex::new(Vec::new());

/// Keeps texts.
#[derive(Params)]
struct Keep {
    column: String,
    /// What it does.
    #[param(default = "")]
    how: String,
}

impl Sink for Keep {
    const NAME: &'static str = "keep";
    type Writing = (usize, Vec<String>);
    type Receipt = (usize, Vec<String>);

    fn bind(&self, input: &Meta) -> Result<()> {
        input.require(&self.column, "string")?;
        Ok(())
    }

    fn open(&self, attempt: &Attempt, cx: &Cx) -> Result<Self::Writing> {
        assert_eq!(attempt.partition(), cx.partition().number());
        let name = format!(
            "{}-{}-{}",
            attempt.write(),
            attempt.partition(),
            attempt.id()
        );
        assert_eq!(attempt.to_string(), name);
        let mut attempts = ATTEMPTS.lock().expect("nobody panicked");
        attempts.push(attempt.id().to_owned());
        Ok((attempt.partition(), Vec::new()))
    }

    fn push(&self, (_, kept): &mut Self::Writing, rows: Batch, _: &Cx) -> Result<()> {
        let texts = rows.str(&self.column)?;
        assert!(self.how != "panic", "no room");
        kept.extend(texts.iter().flatten().map(str::to_owned));
        Ok(())
    }

    fn finish(&self, kept: Self::Writing, _: &Cx) -> Result<Self::Receipt> {
        match self.how.as_str() {
            "error" if kept.0 == 1 => Err(Error::new("no room for the second")),
            _ => Ok(kept),
        }
    }

    fn commit(&self, write: &str, receipts: Vec<Self::Receipt>, _: &Cx) -> Result<()> {
        let all = receipts.into_iter().flat_map(|(number, texts)| {
            texts
                .into_iter()
                .map(move |text| format!("{number}: {text}"))
        });
        let all = all.map(|text| (write.to_owned(), text));
        KEPT.lock().expect("nobody panicked").extend(all);
        Ok(())
    }

    fn abort(&self, write: &str, _: &Cx) -> Result<()> {
        let aborted = (write.to_owned(), "aborted".to_owned());
        KEPT.lock().expect("nobody panicked").push(aborted);
        Ok(())
    }
}

#[test]
fn sinks_are_written_without_a_host() -> Result<()> {
    let keep = |how: &str| Keep {
        column: "a".into(),
        how: how.into(),
    };
    let kept = || {
        let kept = std::mem::take(&mut *KEPT.lock().expect("nobody panicked"));
        let texts = kept.into_iter().map(|(_, text)| text);
        texts.collect::<Vec<_>>().join(", ")
    };
    let parts = [
        Batch::from_csv("a\none\ntwo\n")?,
        Batch::from_csv("a\nthree\n")?,
    ];
    testing::write(keep(""), &parts)?;
    assert_eq!(kept(), "0: one, 0: two, 1: three");
    // Only the receipts of some attempts are committed, and each has a name of its own.
    ATTEMPTS.lock().expect("nobody panicked").clear();
    testing::write_retried(keep(""), &parts)?;
    assert_eq!(kept(), "0: one, 0: two, 1: three");
    let attempts = ATTEMPTS.lock().expect("nobody panicked").clone();
    let names: std::collections::BTreeSet<_> = attempts.iter().collect();
    assert_eq!((attempts.len(), names.len()), (6, 6), "{attempts:?}");
    let said = |how: &str| {
        let error = testing::write(keep(how), &parts).expect_err("a mistake");
        format!("{error}; {}", kept())
    };
    assert_snapshot!(said("error"), @"no room for the second; aborted");
    assert_snapshot!(said("panic"), @"panicked: no room; aborted");
    let other = [Batch::from_csv("b\n1\n")?];
    assert_snapshot!(testing::write(keep(""), &other).expect_err("no such column"), @"no column `a`; columns are `b`");
    Ok(())
}
