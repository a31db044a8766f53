//! Loading: what a path leads to, and what is open.

use std::sync::Arc;

use insta::assert_snapshot;
use swath_plugin_host::{LoadError, Pins, Plugin, PluginCopies, PluginFileError, Policy};

use super::{
    child, copies, is_child, library, library_of, load, loaded, part, partition_fn, passes, run,
};

#[test]
fn it_says_what_it_is() {
    let (_folder, copies) = copies();
    let plugin = load(&copies);
    assert_eq!(plugin.manifest().name, "tried");
    assert_eq!(
        plugin.path(),
        Some(library().canonicalize().expect("it is there").as_path())
    );
    let functions: Vec<_> = plugin
        .functions()
        .iter()
        .map(|f| format!("{f:?}"))
        .collect();
    assert_snapshot!(functions.join("\n"), @r#"
        Function(tried.plus_one, scalar)
        Function(tried.scale, partition)
        Function(tried.behave, partition)
        Function(tried.sum, aggregate)
        Function(tried.in_turn, partitioner)
        Function(tried.numbers, source)
        Function(tried.opened, scalar)
        Function(tried.table, sink)
        Function(tried.summed, partition)
        "#);
    // Once more is the same one, made ready once.
    assert!(Arc::ptr_eq(&load(&copies), &plugin));
    assert!(plugin.function("nothing").is_none());
}

#[test]
fn a_linked_one_is_the_same() {
    let plugin = Plugin::linked(swath_tried::plugin()).expect("it is a plugin");
    assert_eq!(plugin.path(), None);
    assert_eq!(plugin.manifest(), loaded().manifest());
    let bound =
        partition_fn(&plugin, "scale", r#"{"column":"x","factor":2}"#).expect("columns that do");
    assert_eq!(run(&bound, &Arc::default()).expect("an answer").len(), 1);
}

#[test]
fn a_file_replaced_while_it_is_used_does_no_harm() {
    let (folder, copies) = copies();
    let path = folder.path().join("libtried.so");
    std::fs::copy(library(), &path).expect("a copy");
    let plugin = Plugin::load(&path, &Policy::default(), &copies).expect("it is a plugin");
    std::fs::write(&path, vec![0; 4096]).expect("it can be overwritten");
    let bound = partition_fn(&plugin, "scale", r#"{"column":"x"}"#).expect("columns that do");
    run(&bound, &Arc::default()).expect("an answer");
    let error = Plugin::load(&path, &Policy::default(), &copies).expect_err("no plugin any more");
    assert!(matches!(error, LoadError::File(_)), "{error}");
}

/// What was loaded stays what it was; the name leads to another plugin from then on.
#[test]
fn a_file_renamed_over_one_that_is_used_is_another() {
    let (folder, copies) = copies();
    let path = folder.path().join("libtried.so");
    let load = || Plugin::load(&path, &Policy::default(), &copies).expect("it is a plugin");
    let bytes = std::fs::read(library()).expect("it was built");
    std::fs::write(&path, &bytes).expect("a file");
    let first = load();
    let newer = folder.path().join("libnewer.so");
    // What follows the last section is nobody's.
    std::fs::write(&newer, [&bytes[..], b"newer"].concat()).expect("a file");
    std::fs::rename(&newer, &path).expect("another file of the same name");
    let second = load();
    assert_ne!(first.hash(), second.hash());
    for plugin in [first, second] {
        let bound = partition_fn(&plugin, "scale", r#"{"column":"x"}"#).expect("columns that do");
        assert_eq!(run(&bound, &Arc::default()).expect("an answer"), [part()]);
    }
}

/// What is in memory is what was compared when it was opened: its copy is not looked at again, and a file is, each time.
#[test]
fn what_is_open_is_not_opened_again() {
    let (_folder, copies) = copies();
    let first = load(&copies);
    std::fs::remove_dir_all(copies.folder()).expect("its copy");
    assert!(Arc::ptr_eq(&first, &load(&copies)));
    assert!(!copies.folder().exists(), "no copy was asked for");
    // Whether it may be used is asked each time.
    let pins = Pins::parse("allow = [\"other\"]", "/no/plugins.toml").expect("pins");
    let refused = Plugin::load(library(), &Policy::from(pins), &copies);
    assert!(matches!(refused, Err(LoadError::Policy(_))));
    // Other copies are other libraries.
    let elsewhere = PluginCopies::in_folder(copies.folder().join("other"));
    assert!(!Arc::ptr_eq(&first, &load(&elsewhere)));
}

/// Only a path leads to a file: the places where the system looks for libraries are none of ours.
#[test]
fn a_bare_name_is_no_search() {
    if is_child() {
        let (_folder, copies) = copies();
        let error = Plugin::load("libswath_tried.so", &Policy::default(), &copies);
        let error = error.expect_err("it is not in this folder");
        let LoadError::File(PluginFileError::Missing { .. }) = &error else {
            panic!("{error}");
        };
        return;
    }
    let bait = library_of("swath_tried");
    let elsewhere = tempfile::tempdir().expect("a folder");
    let mut child = child("loading::a_bare_name_is_no_search");
    child
        .env("LD_LIBRARY_PATH", bait.parent().expect("a folder"))
        .current_dir(elsewhere.path());
    passes(&mut child);
}
