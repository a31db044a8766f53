//! `diff`: what is another for callers.

use insta::assert_snapshot;

use super::{bits, compiled, folder, library, said};

#[test]
fn the_same_file_has_no_changes() {
    let (folder, _file) = folder();
    let library = library("swath-tried");
    let arguments = ["diff", &*library.to_string_lossy(), "libtried.so"];
    assert_snapshot!("diff", said(folder.path(), &arguments));
    let bound = ["diff", "--bind", arguments[1], arguments[2]];
    assert_eq!(said(folder.path(), &bound), said(folder.path(), &arguments));
}

/// What a function declares is known when it is bound, and no manifest says it.
#[test]
fn what_functions_declare_is_compared() {
    let folder = tempfile::tempdir().expect("a folder");
    let bits = bits();
    let nulls = bits.replace("\"count\", nullable", "\"count\", ARROW_FLAG_NULLABLE");
    let strict = bits.replace(
        "!= 0) return \"it takes an int64\"",
        "== 0) return \"it takes no int64\"",
    );
    for (name, text) in [("bits", &bits), ("nulls", &nulls), ("strict", &strict)] {
        compiled(folder.path(), name, text);
    }
    for new in ["nulls", "strict"] {
        let new_file = format!("lib{new}.so");
        let said = |more: &[&str]| {
            let arguments = ["diff", "libbits.so", &new_file];
            let arguments: Vec<&str> = arguments.iter().chain(more).copied().collect();
            said(folder.path(), &arguments)
        };
        assert!(said(&[]).contains("no change for callers"));
        assert_snapshot!(format!("bind-{new}"), said(&["--bind"]));
    }
}
