//! Several libraries at once: each name leads to its own code.

use std::path::Path;
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, Int64Type};
use arrow_array::{ArrayRef, Float64Array, Int64Array};
use swath_meta::Meta;
use swath_plugin_host::{Bound, BoundScalar, Plugin, PluginCopies, Policy};

use super::{compiled, number};

/// What is changed for a second version, which has another answer.
const SECOND: [(&str, &str); 2] = [
    (r#"\"version\":\"1.0.0\""#, r#"\"version\":\"2.0.0\""#),
    ("= ones(numbers[at])", "= ones(numbers[at]) + 100"),
];

fn scalar(plugin: &Plugin, name: &str, meta: &Meta) -> BoundScalar {
    let function = plugin.function(name).expect("it is in the list");
    match function.bind("{}", meta) {
        Ok(Bound::Scalar(bound)) => bound,
        other => unreachable!("it is a scalar, not {other:?}"),
    }
}

/// How many bits seven has, as this plugin counts.
fn bits_of_seven(bits: &BoundScalar) -> i64 {
    let seven: ArrayRef = Arc::new(Int64Array::from(vec![7]));
    let found = bits.call(&[seven], 1, None).expect("an answer");
    found.as_primitive::<Int64Type>().value(0)
}

/// The plugin that was built beside these tests.
fn tried(folder: &Path) -> Arc<Plugin> {
    let tests = std::env::current_exe().expect("a program has a path");
    let library = tests.with_file_name("libswath_tried.so");
    let copies = PluginCopies::in_folder(folder.join("copies"));
    Plugin::load(library, &Policy::default(), &copies).expect("it is a plugin")
}

/// What opens libraries may know one root for all of a type: the second would be the first once more.
#[test]
fn two_plugins_are_two() {
    let folder = tempfile::tempdir().expect("a folder");
    let (first, second) = (
        tried(folder.path()),
        compiled(folder.path(), &[]).expect("a plugin"),
    );
    let names = |plugin: &Plugin| {
        let functions = plugin.functions().iter().map(|one| one.name().to_string());
        (
            plugin.manifest().name.clone(),
            functions.collect::<Vec<_>>(),
        )
    };
    let [(one, ones), (other, others)] = [names(&first), names(&second)];
    assert_eq!((one.as_str(), other.as_str()), ("tried", "bits"));
    assert!(
        ones.iter().all(|name| name.starts_with("tried.")),
        "{ones:?}"
    );
    assert_eq!(others, ["bits.count"]);
    let float = Meta::of([("0", "float64")]).expect("a meta");
    let plus_one = scalar(&first, "plus_one", &float);
    let count = scalar(&second, "count", &number());
    let more = || {
        let x: ArrayRef = Arc::new(Float64Array::from(vec![1.5]));
        let found = plus_one.call(&[x], 1, None).expect("an answer");
        found.as_primitive::<Float64Type>().value(0)
    };
    for _ in 0..2 {
        assert_eq!((more(), bits_of_seven(&count)), (2.5, 3));
    }
    // What is loaded later changes nothing of what was bound before, and is known again.
    assert!(Arc::ptr_eq(&first, &tried(folder.path())));
    assert_eq!(more(), 2.5);
}

/// Both have one name, one file name and one name of their function.
#[test]
fn two_versions_of_one_plugin_are_two() {
    let folder = tempfile::tempdir().expect("a folder");
    let version = |at: &str, changes: &[(&str, &str)]| {
        let folder = folder.path().join(at);
        std::fs::create_dir(&folder).expect("a folder");
        compiled(&folder, changes).expect("it is a plugin")
    };
    let [first, second] =
        [("1", &[][..]), ("2", &SECOND)].map(|(at, changes)| version(at, changes));
    assert_ne!(first.hash(), second.hash());
    let said = [&first, &second].map(|plugin| {
        let manifest = plugin.manifest();
        format!("{} {}", manifest.name, manifest.version)
    });
    assert_eq!(said, ["bits 1.0.0", "bits 2.0.0"]);
    let [first, second] = [first, second].map(|plugin| scalar(&plugin, "count", &number()));
    for _ in 0..2 {
        assert_eq!((bits_of_seven(&first), bits_of_seven(&second)), (3, 103));
    }
}

/// As above, built where the other was and loaded from one path, one after the other.
#[test]
fn a_version_that_was_built_over_another_is_another() {
    let folder = tempfile::tempdir().expect("a folder");
    let [first, second] = [&[][..], &SECOND].map(|changes| {
        let plugin = compiled(folder.path(), changes).expect("it is a plugin");
        scalar(&plugin, "count", &number())
    });
    assert_eq!((bits_of_seven(&first), bits_of_seven(&second)), (3, 103));
    assert_eq!(bits_of_seven(&first), 3);
}
