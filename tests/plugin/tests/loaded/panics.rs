//! Panics of a library, wherever they happen and whatever is thrown.

use std::sync::Arc;

use arrow_array::{ArrayRef, Float64Array};
use insta::assert_snapshot;
use swath_batch::Batch;
use swath_meta::Meta;
use swath_plugin_host::{Bound, CallError, Failure, Function, Plugin, Policy};

use super::{Task, copies, library_of, words};

fn faulty() -> Arc<Plugin> {
    let (_folder, copies) = copies();
    let library = library_of("swath_faulty");
    Plugin::load(library, &Policy::default(), &copies).expect("it is a plugin")
}

/// Everything that can be called of a function, which panics at one of the places.
fn call_all(function: &Function, at: &str, what: &str) -> Result<(), CallError> {
    let params = format!(r#"{{"at":"{at}","what":"{what}"}}"#);
    let meta = Meta::of([("x", "float64")]).expect("a meta");
    let numbers: ArrayRef = Arc::new(Float64Array::from(vec![1.0, 2.0]));
    let numbers = [numbers];
    if function.name().ends_with("places") {
        let bound = function.bind_partitioner(&params, &meta, 3)?;
        assert_eq!(bound.call(&numbers, 2, None)?, [0, 0]);
        return Ok(());
    }
    match function.bind(&params, &meta)? {
        Bound::Partition(bound) => {
            let rows = Batch::from_arrays(&Arc::new(meta), numbers.to_vec(), 2).expect("rows");
            let ignore = |_| Ok::<_, CallError>(());
            let mut run = bound.open(Arc::new(Task::default()))?;
            run.push(&rows, ignore)?;
            run.finish(ignore)
        }
        Bound::Scalar(bound) => bound.call(&numbers, 2, None).map(drop),
        Bound::Aggregate(bound) => {
            let bound = Arc::new(bound);
            let mut first = bound.open(None)?;
            first.update(&numbers, &[0, 1], 2)?;
            assert_eq!(first.size(), if at == "size" { 0 } else { 7 });
            let mut all = bound.open(None)?;
            all.merge(&first.state()?, &[0, 1], 2)?;
            // The states of a task that is given up.
            drop(bound.open(None)?);
            all.finish().map(drop)
        }
        other => unreachable!("another kind: {other:?}"),
    }
}

#[test]
fn a_panic_is_an_error_wherever_it_is() {
    let plugin = faulty();
    for (name, places) in [
        ("panics_in_partitions", &["bind", "prepare", "call"][..]),
        ("panics_in_rows", &["bind", "prepare", "call"]),
        (
            "panics_in_groups",
            &[
                "bind", "open", "update", "merge", "state", "finish", "states",
            ],
        ),
        ("panics_in_places", &["bind", "call"]),
    ] {
        let function = plugin.function(name).expect("it is in the list");
        for at in places {
            let error = call_all(function, at, "text").expect_err(at);
            let said = words(&error);
            assert!(
                matches!(
                    error,
                    CallError::Said {
                        failure: Failure::Panic,
                        ..
                    }
                ),
                "{name}, {at}: {said}"
            );
            assert!(
                said.contains("panicked: ") && said.contains("panics.rs:"),
                "{name}, {at}: {said}"
            );
        }
        // What gives no answer has none to spoil.
        for at in ["nowhere", "drop"] {
            call_all(function, at, "text").expect(at);
        }
    }
    // The size has no error, and what panicked is not gone on with.
    let function = plugin.function("panics_in_groups").expect("in the list");
    let error = call_all(function, "size", "text").expect_err("it cannot go on");
    assert_snapshot!(words(&error), @"`faulty.panics_in_groups`: it panicked before and cannot go on; begin the partition anew");
}

#[test]
fn a_panic_says_what_was_thrown() {
    let plugin = faulty();
    let function = plugin.function("panics_in_rows").expect("in the list");
    let said = ["text", "words", "index", "nothing", "loud"].map(|what| {
        let error = call_all(function, "call", what).expect_err(what);
        words(&error)
    });
    insta::with_settings!({filters => vec![(r"[^ ]*panics\.rs:[0-9]+", "[place]")]}, {
        assert_snapshot!(said.join("\n"), @r"
        `faulty.panics_in_rows`: panicked: a text, [place]
        `faulty.panics_in_rows`: panicked: parts of a text, [place]
        `faulty.panics_in_rows`: panicked: index out of bounds: the len is 0 but the index is 4, [place]
        `faulty.panics_in_rows`: panicked: a panic without a word, [place]
        `faulty.panics_in_rows`: panicked: a panic without a word, [place]
        ");
    });
}
