//! A root of a later version is one; what is no root, or has no layout of this contract, is refused.

use std::os::unix::process::ExitStatusExt as _;
use std::process::Output;
use std::sync::Arc;

use arrow_array::{ArrayRef, Float64Array};
use insta::assert_snapshot;
use swath_meta::Meta;
use swath_plugin_host::{Bound, CallError, LoadError, Plugin, Policy};

use super::{behave, child, copies, is_child, library_of, part, passes, words};

/// Says to the library which root it has; without it, that of a later version.
const ROOT: &str = "SWATH_ROOT";

fn loaded() -> Result<Arc<Plugin>, LoadError> {
    let (_folder, copies) = copies();
    Plugin::load(library_of("swath_roots"), &Policy::default(), &copies)
}

fn call(name: &str) -> Result<ArrayRef, CallError> {
    let plugin = loaded().expect("it is a plugin");
    let function = plugin.function(name).expect("it is in the list");
    let meta = Meta::of([("x", "float64")]).expect("a meta");
    let Bound::Scalar(bound) = function.bind("{}", &meta)? else {
        unreachable!("it is a scalar");
    };
    bound.call(&[numbers()], 2, None)
}

fn numbers() -> ArrayRef {
    Arc::new(Float64Array::from(vec![Some(1.5), None]))
}

/// Its tables are longer than those of this version, and its manifest says more: what is not known is passed over.
#[test]
fn a_later_version_is_loaded_and_called() {
    let plugin = loaded().expect("it is a plugin");
    assert_eq!(plugin.manifest().abi, "1.7");
    assert_eq!(plugin.functions().len(), 2);
    assert_eq!(&call("same").expect("an answer"), &numbers());
}

#[test]
fn what_is_no_root_is_refused() {
    if is_child() {
        let error = loaded().expect_err("it is none");
        let name = match error {
            LoadError::Layout { .. } => "layout",
            LoadError::Init { .. } => "init",
            _ => "another",
        };
        let [text, path] = [
            words(&error),
            library_of("swath_roots").display().to_string(),
        ];
        assert!(text.contains(&path), "{text}");
        println!("said: {name}: {}", text.replace(&path, "<library>"));
        // The host goes on, with other plugins.
        assert_eq!(behave("nothing").expect("an answer"), [part()]);
        return;
    }
    let all = ["panics", "init panics", "retyped", "renamed", "reordered"];
    let said = all.map(|root| {
        let mut child = child("roots::what_is_no_root_is_refused");
        let printed = passes(child.env(ROOT, root));
        let (_, said) = printed.split_once("said: ").expect("it says something");
        let (said, _) = said.split_once("\ntest ").expect("and then it passes");
        // What compares layouts says it in some ten thousand characters.
        assert_eq!(said.lines().count(), 1, "{said}");
        format!("{root}: {said}")
    });
    assert_snapshot!(said.join("\n"));
}

/// How a child of a test ended that nothing in the process can stop.
#[track_caller]
fn aborts(test: &str, root: &str) {
    let Output { status, stderr, .. } = child(test).env(ROOT, root).output().expect("it runs");
    let said = String::from_utf8_lossy(&stderr);
    assert_eq!(status.signal(), Some(6), "{said}");
    assert!(said.contains("nobody catches it"), "{said}");
    assert!(said.contains("function that cannot unwind"), "{said}");
}

/// What a library promises is that no panic leaves it: one that does is the end of the process, and not undefined.
#[test]
fn a_panic_that_leaves_the_library_ends_the_process() {
    if is_child() {
        let _ = call("stray");
        unreachable!("the process ended");
    }
    for root in ["", "panics unguarded", "init panics unguarded"] {
        aborts(
            "roots::a_panic_that_leaves_the_library_ends_the_process",
            root,
        );
    }
}
