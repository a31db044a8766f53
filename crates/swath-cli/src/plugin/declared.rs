//! What functions of two versions declare when they are bound to the same.

use std::fmt::Write as _;

use swath_meta::{DType, Field, Index, Meta};
use swath_plugin_abi::{Contract, Divisions, Kind, Needs, Order, RowCount, Scope};
use swath_plugin_host::{Bound, CallError, Function, Plugin};

use super::changes::Change;
use super::check::{tried_with, written};
use crate::Error;

/// What a function says when it is bound.
#[derive(Clone, Debug, PartialEq)]
enum Declared {
    /// It returns these columns, as text, and promises so much.
    Takes(String, Contract),
    /// It does not take them, in its words.
    Refuses(String),
}

/// All that differs between functions that both have, on the columns of the old one's example and on others like them.
pub(super) fn between(old: &Plugin, new: &Plugin) -> Result<Vec<Change>, Error> {
    let mut changes: Vec<Change> = Vec::new();
    for was in old.functions() {
        let Some(is) = new.function(&was.entry().name) else {
            continue;
        };
        let same_kind = was.entry().kind == is.entry().kind;
        let Some((params, input)) = tried_with(was, None, None)?.filter(|_| same_kind) else {
            continue;
        };
        for sample in samples(&input) {
            let before = declared(was, &params, &sample);
            let now = declared(is, &params, &sample);
            for change in difference(&was_called(was, &params, &sample), &before, &now) {
                // The same of one sample after the other says nothing more.
                let is_new = |known: &Change| known.words != change.words;
                if changes.iter().all(is_new) {
                    changes.push(change);
                }
            }
        }
    }
    Ok(changes)
}

/// The columns of an example, of one frame or more, and those columns as they might come: all of them with nulls, none with nulls, and one
/// more in the first frame.
fn samples(frames: &[Meta]) -> Vec<Vec<Meta>> {
    let with = |nullable: bool| {
        let nullable = |frame: &Meta| {
            let fields = frame.fields().iter();
            let fields = fields.map(|field| Field {
                nullable,
                ..field.clone()
            });
            Meta::try_new(fields, Index::none()).expect("the same names")
        };
        frames.iter().map(nullable).collect()
    };
    let mut samples = vec![frames.to_vec(), with(true), with(false)];
    let more = Field::new("one_column_more", DType::Int64, false);
    if let Some((first, others)) = frames.split_first()
        && let Ok(wider) =
            Meta::try_new(first.fields().iter().cloned().chain([more]), Index::none())
    {
        samples.push([&[wider][..], others].concat());
    }
    let mut different: Vec<Vec<Meta>> = Vec::new();
    for sample in samples {
        if !different.contains(&sample) {
            different.push(sample);
        }
    }
    different
}

/// Partitions that a partitioner chooses from.
const TARGETS: u32 = 7;

fn declared(function: &Function, params: &str, frames: &[Meta]) -> Declared {
    let output = |field: &Field| {
        let mark = if field.nullable { "?" } else { "" };
        format!("{}{mark}", field.dtype)
    };
    let found = match function.entry().kind {
        Kind::Partitioner => function
            .bind_partitioner(params, &frames[0], TARGETS)
            .map(|_| (String::new(), Contract::default())),
        Kind::Sink => function
            .bind_sink(params, &frames[0])
            .map(|_| (String::new(), Contract::default())),
        Kind::Source => function
            .bind_source(params)
            .map(|bound| (indexed(bound.output()), bound.contract().clone())),
        Kind::Partition => {
            let frames: Vec<&Meta> = frames.iter().collect();
            let bound = function.bind_frames(params, &frames);
            bound.map(|bound| (indexed(bound.output()), bound.contract().clone()))
        }
        _ => function.bind(params, &frames[0]).map(|bound| match bound {
            Bound::Scalar(bound) => (output(bound.output()), Contract::default()),
            Bound::Aggregate(bound) => (output(bound.output()), Contract::default()),
            _ => (String::new(), Contract::default()),
        }),
    };
    match found {
        Ok((output, promises)) => Declared::Takes(output, promises),
        Err(CallError::Said { message, .. }) => Declared::Refuses(message),
        Err(error) => Declared::Refuses(error.to_string()),
    }
}

/// Columns, and which of them are the index. Writing into a text cannot fail.
fn indexed(meta: &Meta) -> String {
    let mut text = written([meta]);
    if !meta.index_fields().is_empty() {
        let names: Vec<&str> = meta.index_fields().iter().map(|one| &*one.name).collect();
        let _ = write!(text, " (index {})", names.join(", "));
    }
    text
}

/// A function as the changes name it.
fn was_called(function: &Function, params: &str, frames: &[Meta]) -> String {
    let mut text = format!("`{}`", function.name());
    if params != "{}" {
        let _ = write!(text, " with {params}");
    }
    if function.entry().kind != Kind::Source {
        let _ = write!(text, " on [{}]", written(frames));
    }
    text
}

fn difference(name: &str, before: &Declared, now: &Declared) -> Vec<Change> {
    let change = |is_breaking, words: String| Change {
        is_breaking,
        words: format!("{name} {words}"),
    };
    let (is_breaking, words) = match (before, now) {
        (Declared::Takes(was, had), Declared::Takes(is, has)) => {
            let output = (was != is).then(|| (true, format!("returns {is}, was {was}")));
            let all = output.into_iter().chain(promises_of(had, has));
            return all
                .map(|(is_breaking, words)| change(is_breaking, words))
                .collect();
        }
        (Declared::Takes(..), Declared::Refuses(words)) => (true, format!("is refused: {words}")),
        (Declared::Refuses(words), Declared::Takes(..)) => {
            (false, format!("is taken, was refused: {words}"))
        }
        // In which words it refuses may change freely.
        (Declared::Refuses(_), Declared::Refuses(_)) => return Vec::new(),
    };
    vec![change(is_breaking, words)]
}

/// What became of promises and needs, and whether callers may break by it: a promise that is gone, a need that is new.
fn promises_of(was: &Contract, is: &Contract) -> impl Iterator<Item = (bool, String)> + use<> {
    let promise = |had: bool, has: bool, words: &str| match (had, has) {
        (true, false) => Some((true, format!("no longer promises {words}"))),
        (false, true) => Some((false, format!("promises {words}"))),
        _ => None,
    };
    [
        promise(
            was.rows == RowCount::Same,
            is.rows == RowCount::Same,
            "to keep rows",
        ),
        promise(
            was.order == Order::Kept,
            is.order == Order::Kept,
            "to keep their order",
        ),
        promise(
            was.divisions == Divisions::Kept,
            is.divisions == Divisions::Kept,
            "to keep divisions",
        ),
        promise(
            was.scope == Scope::Chunk,
            is.scope == Scope::Chunk,
            "to take chunks",
        )
        // Whoever calls it gets the same rows.
        .map(|(_, words)| (false, words)),
        promise(
            was.is_deterministic,
            is.is_deterministic,
            "the same answer each time",
        ),
    ]
    .into_iter()
    .flatten()
    .chain(
        (0..was.inputs.len().max(is.inputs.len()))
            .flat_map(|at| needs_of(at, was.input(at), is.input(at))),
    )
    .collect::<Vec<_>>()
    .into_iter()
}

/// What became of the needs of the frame of this number.
fn needs_of(
    at: usize,
    needed: &Needs,
    needs: &Needs,
) -> impl Iterator<Item = (bool, String)> + use<> {
    let halo = |needs: &Needs| (needs.before, needs.after);
    let of = match at {
        0 => String::new(),
        at => format!(" of frame {at}"),
    };
    [
        (needed.needs_order != needs.needs_order).then(|| {
            let words = match needs.needs_order.as_slice() {
                [] => format!("no longer needs an order{of}"),
                names => format!("needs rows{of} sorted by {}", names.join(", ")),
            };
            (!needs.needs_order.is_empty(), words)
        }),
        (halo(needed) != halo(needs)).then(|| match halo(needs) {
            (None, None) => (false, "no longer sees rows of neighbours".to_owned()),
            _ => (true, "sees other rows of its neighbours".to_owned()),
        }),
        (needed.reads != needs.reads).then(|| match &needs.reads {
            Some(names) => (false, format!("reads {}{of}", names.join(", "))),
            None => (false, format!("reads all columns{of}")),
        }),
        (needed.whole != needs.whole).then(|| {
            let no_longer = if needs.whole { "" } else { "no longer " };
            (true, format!("{no_longer}sees all rows{of}"))
        }),
    ]
    .into_iter()
    .flatten()
}

#[cfg(test)]
mod tests {
    use super::super::check::frames;
    use super::*;

    fn takes(output: &str, promises: Contract) -> Declared {
        Declared::Takes(output.to_owned(), promises)
    }

    fn said(before: &Declared, now: &Declared) -> String {
        let lines = difference("`geo.far`", before, now).into_iter().map(|one| {
            let kind = if one.is_breaking { "breaks" } else { "fits" };
            format!("{kind}: {}", one.words)
        });
        lines.collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn what_differs_is_said_with_whether_it_breaks() {
        let refuses = Declared::Refuses("it takes one float64".to_owned());
        let plain = takes("x: int64", Contract::default());
        insta::assert_snapshot!(said(&plain, &refuses), @"breaks: `geo.far` is refused: it takes one float64");
        insta::assert_snapshot!(said(&refuses, &plain), @"fits: `geo.far` is taken, was refused: it takes one float64");
        assert_eq!(said(&plain, &plain), "");
        assert_eq!(said(&refuses, &Declared::Refuses("no".to_owned())), "");
        let strict = Contract {
            rows: RowCount::Same,
            order: Order::Kept,
            divisions: Divisions::Kept,
            scope: Scope::Chunk,
            is_deterministic: true,
            inputs: vec![Needs {
                reads: Some(vec!["x".to_owned()]),
                needs_order: vec!["t".to_owned()],
                before: Some(swath_plugin_abi::Halo::Rows(2)),
                after: None,
                whole: false,
            }],
            requires: Vec::new(),
        };
        let strict = takes("x: int64?", strict);
        insta::assert_snapshot!(said(&plain, &strict), @r"
        breaks: `geo.far` returns x: int64?, was x: int64
        fits: `geo.far` promises to keep rows
        fits: `geo.far` promises to keep their order
        fits: `geo.far` promises to keep divisions
        fits: `geo.far` promises to take chunks
        fits: `geo.far` promises the same answer each time
        breaks: `geo.far` needs rows sorted by t
        breaks: `geo.far` sees other rows of its neighbours
        fits: `geo.far` reads x
        ");
        insta::assert_snapshot!(said(&strict, &plain), @r"
        breaks: `geo.far` returns x: int64, was x: int64?
        breaks: `geo.far` no longer promises to keep rows
        breaks: `geo.far` no longer promises to keep their order
        breaks: `geo.far` no longer promises to keep divisions
        fits: `geo.far` no longer promises to take chunks
        breaks: `geo.far` no longer promises the same answer each time
        fits: `geo.far` no longer needs an order
        fits: `geo.far` no longer sees rows of neighbours
        fits: `geo.far` reads all columns
        ");
    }

    #[test]
    fn samples_are_like_the_example() {
        let texts = |example: &str| -> Vec<String> {
            let example = frames(example).expect("columns");
            samples(&example).iter().map(written).collect()
        };
        assert_eq!(
            texts("x: float64, y: string?"),
            [
                "x: float64, y: string?",
                "x: float64?, y: string?",
                "x: float64, y: string",
                "x: float64, y: string?, one_column_more: int64",
            ]
        );
        assert_eq!(
            texts("x: float64; y: string?"),
            [
                "x: float64; y: string?",
                "x: float64?; y: string?",
                "x: float64; y: string",
                "x: float64, one_column_more: int64; y: string?",
            ]
        );
        // No arguments, and no columns to vary.
        assert_eq!(samples(&[Meta::empty()]).len(), 2);
    }
}
