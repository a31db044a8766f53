//! What a source promises: tried on the partitions that it has.

use std::cmp::Ordering;
use std::fmt::Write as _;
use std::sync::Arc;

use swath_batch::{Batch, Host, Partition, Value};
use swath_plugin_abi::{Comparison, Filter, ListedPart, Wanted};
use swath_plugin_host::{BoundSource, Function};

use super::compare::{EXACT, difference};
use super::subject::Trouble;
use crate::Error;

/// Partitions that are read, the first ones.
const PARTS: usize = 16;

/// What was tried: partitions, or why none could be.
type Tried = Result<usize, Trouble>;

/// A promise of a source.
struct Promise {
    name: &'static str,
    says: &'static str,
    /// It says nothing where the same partition may have other rows each time.
    compares: bool,
    holds: fn(&Subject) -> Tried,
}

const PROMISES: &[Promise] = &[
    Promise {
        name: "list",
        says: "listed twice, the partitions are the same",
        compares: true,
        holds: list,
    },
    Promise {
        name: "meta",
        says: "what comes out is what was declared and listed",
        compares: false,
        holds: meta,
    },
    Promise {
        name: "again",
        says: "the same partition has the same rows",
        compares: true,
        holds: again,
    },
    Promise {
        name: "columns",
        says: "columns that are not wanted do not matter",
        compares: true,
        holds: columns,
    },
    Promise {
        name: "filters",
        says: "rows that pass a filter come",
        compares: true,
        holds: filters,
    },
];

/// A source that is bound, and its partitions.
struct Subject {
    bound: Arc<BoundSource>,
    parts: Vec<ListedPart>,
}

/// What became of a source, and whether a promise is broken. Writing into a text cannot fail.
pub(super) fn tried(function: &Function, params: &str) -> Result<(String, bool), Error> {
    let bound = Arc::new(function.bind_source(params)?);
    let parts = bound.list(None)?.parts;
    let mut text = format!("{}, source", function.name());
    if params != "{}" {
        let _ = write!(text, ", with {params}");
    }
    let counted = match parts.len() {
        1 => "1 partition".to_owned(),
        n => format!("{n} partitions"),
    };
    let _ = writeln!(text, ", {counted}");
    let subject = Subject { bound, parts };
    let is_random = subject.bound.contract().is_random();
    let mut is_found = false;
    for promise in PROMISES {
        if promise.compares && is_random {
            continue;
        }
        let says = promise.says;
        let outcome = match (promise.holds)(&subject) {
            Ok(0) => "not tried: there is no partition".to_owned(),
            Ok(1) => format!("holds: {says}, in 1 partition"),
            Ok(tried) => format!("holds: {says}, in {tried} partitions"),
            Err(Trouble::Refused(reason)) => format!("not tried: {reason}"),
            Err(Trouble::Broke(words) | Trouble::Endless(words)) => {
                is_found = true;
                format!("BROKEN: {says}: {words}")
            }
        };
        let _ = writeln!(text, "  {:<8}  {outcome}", promise.name);
    }
    text.push('\n');
    Ok((text, is_found))
}

impl Subject {
    /// The partitions that are read, with their numbers.
    fn read(&self) -> impl Iterator<Item = (usize, &ListedPart)> {
        self.parts.iter().enumerate().take(PARTS)
    }

    /// The names of all columns.
    fn names(&self) -> Vec<String> {
        self.bound.output().names().map(str::to_owned).collect()
    }

    /// A partition: these columns of it, with these filters to leave rows out by.
    fn rows(
        &self,
        (at, part): (usize, &ListedPart),
        columns: &[String],
        filters: Vec<Filter>,
    ) -> Result<Batch, Trouble> {
        let wanted = Wanted {
            columns: columns.to_vec(),
            filters,
            batch_rows: 8192,
            requires: Vec::new(),
        };
        let task = Arc::new(Reading(at, self.parts.len()));
        let mut run = self.bound.read(part, &wanted, task)?;
        let mut batches = Vec::new();
        while let Some(batch) = run.next_batch()? {
            batches.push(batch.record_batch().clone());
        }
        let rows = Partition::try_new(Arc::clone(run.meta()), batches);
        let rows = rows.and_then(|rows| rows.to_batch());
        rows.map_err(|error| Trouble::Broke(error.to_string()))
    }

    fn whole(&self, part: (usize, &ListedPart)) -> Result<Batch, Trouble> {
        self.rows(part, &self.names(), Vec::new())
    }
}

/// A task that reads this partition of so many.
struct Reading(usize, usize);

impl Host for Reading {
    fn check(&self) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
        Ok(())
    }

    fn partition(&self) -> (usize, usize) {
        (self.0, self.1)
    }
}

/// The first answer, which others are compared with: where it is not as declared, `meta` says so.
fn sound(answer: Result<Batch, Trouble>) -> Result<Batch, Trouble> {
    answer.map_err(|trouble| match trouble {
        Trouble::Broke(words) => Trouble::Refused(words),
        other => other,
    })
}

fn same(one: &Batch, other: &Batch, what: impl FnOnce() -> String) -> Result<(), Trouble> {
    match difference(one, other, EXACT) {
        Some(words) => Err(Trouble::Broke(format!("{}: {words}", what()))),
        None => Ok(()),
    }
}

fn list(subject: &Subject) -> Tried {
    let again = subject.bound.list(None)?.parts;
    let (first, second) = (subject.parts.len(), again.len());
    if first != second {
        return Err(Trouble::Broke(format!(
            "{first} partitions, and then {second}"
        )));
    }
    let mut pairs = subject.parts.iter().zip(&again);
    match pairs.position(|(one, other)| one != other) {
        Some(at) => Err(Trouble::Broke(format!(
            "partition {at} is listed as {}, and then as {}",
            subject.parts[at].about, again[at].about
        ))),
        None => Ok(first),
    }
}

fn meta(subject: &Subject) -> Tried {
    for (at, part) in subject.read() {
        subject.whole((at, part)).map_err(|trouble| match trouble {
            Trouble::Broke(words) => Trouble::Broke(format!("partition {at}: {words}")),
            other => other,
        })?;
    }
    Ok(subject.read().count())
}

fn again(subject: &Subject) -> Tried {
    for (at, part) in subject.read() {
        let first = sound(subject.whole((at, part)))?;
        let second = subject.whole((at, part))?;
        same(&first, &second, || format!("partition {at}, read twice"))?;
    }
    Ok(subject.read().count())
}

fn columns(subject: &Subject) -> Tried {
    let names = subject.names();
    for (at, part) in subject.read() {
        let whole = sound(subject.whole((at, part)))?;
        for name in &names {
            let alone = subject.rows((at, part), std::slice::from_ref(name), Vec::new())?;
            same(&whole, &alone, || {
                format!("partition {at} with all columns, and with `{name}` alone")
            })?;
        }
        let none = subject.rows((at, part), &[], Vec::new())?;
        let (expected, found) = (whole.num_rows(), none.num_rows());
        if expected != found {
            return Err(Trouble::Broke(format!(
                "partition {at} has {expected} rows with all columns, and {found} without any"
            )));
        }
    }
    Ok(subject.read().count())
}

fn filters(subject: &Subject) -> Tried {
    let names = subject.names();
    for (at, part) in subject.read() {
        let whole = sound(subject.whole((at, part)))?;
        for name in &names {
            // A value that is there, from the middle.
            let column = whole.column(name).expect("it was declared and looked at");
            let value = Value::from_array(column, whole.num_rows() / 2);
            let Some(json) = (whole.num_rows() > 0).then(|| json(&value)).flatten() else {
                continue;
            };
            for is in [Comparison::Eq, Comparison::Lt, Comparison::Ge] {
                let filter = Filter {
                    column: name.clone(),
                    is,
                    value: json.clone(),
                };
                let found = subject.rows((at, part), &names, vec![filter])?;
                let (expected, found) = (
                    passing(&whole, name, is, &value),
                    passing(&found, name, is, &value),
                );
                same(&expected, &found, || {
                    format!(
                        "partition {at}, of which rows with `{name}` {} {value} are wanted, looked at afterwards, and by itself",
                        sign(is)
                    )
                })?;
            }
        }
    }
    Ok(subject.read().count())
}

fn sign(is: Comparison) -> &'static str {
    match is {
        Comparison::Eq => "==",
        Comparison::Lt => "<",
        _ => ">=",
    }
}

/// The rows whose value compares so.
fn passing(rows: &Batch, column: &str, is: Comparison, with: &Value) -> Batch {
    let column = rows.column(column).expect("it was asked for");
    let passes = (0..rows.num_rows()).map(|row| {
        let order = Value::from_array(column, row).compare(with);
        order.is_some_and(|order| match is {
            Comparison::Eq => order == Ordering::Equal,
            Comparison::Lt => order == Ordering::Less,
            _ => order != Ordering::Less,
        })
    });
    rows.filter(passes.map(Some)).expect("a truth for each row")
}

/// A value as filters have it: numbers, truths and texts.
fn json(value: &Value) -> Option<serde_json::Value> {
    Some(match value {
        Value::Bool(truth) => (*truth).into(),
        Value::Int(number) => (*number).into(),
        Value::UInt(number) => (*number).into(),
        Value::Float(number) if number.is_finite() => (*number).into(),
        Value::String(text) => text.as_ref().into(),
        Value::Date(_) | Value::Timestamp { .. } => value.to_string().into(),
        _ => return None,
    })
}
