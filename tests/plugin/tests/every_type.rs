//! Every type through plugins that are built with the host's Arrow, and with another one.

use std::path::{Path, PathBuf};

use swath_plugin_host::{Plugin, PluginCopies, Policy};

mod matrix;

/// Says which library it is, where it is not the one that `cargo xtask test` has built.
const LIBRARY: &str = "SWATH_TRIED_LIBRARY";

/// Sends every type through a function of a library, in each of these ways.
fn comes_back(library: PathBuf, function: &str, ways: &[&str]) {
    let folder = tempfile::tempdir().expect("a folder");
    let copies = PluginCopies::in_folder(folder.path().join("copies"));
    let plugin = Plugin::load(library, &Policy::default(), &copies).expect("it is a plugin");
    let function = plugin.function(function).expect("it is in the list");
    for how in ways {
        matrix::comes_back(function, &format!(r#"{{"how":"{how}"}}"#));
    }
}

#[test]
fn by_the_arrow_of_the_host() {
    let tests = std::env::current_exe().expect("a program has a path");
    comes_back(
        tests.with_file_name("libswath_tried.so"),
        "behave",
        &["nothing"],
    );
}

#[test]
#[ignore = "`plugins/older_arrow` is of another workspace, with a lock file of its own: `cargo xtask test` builds it"]
fn by_an_older_arrow() {
    let top = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let built = "target/plugins/debug/libolder_arrow.so";
    let library = std::env::var_os(LIBRARY).unwrap_or_else(|| built.into());
    comes_back(top.join(library), "echo", &["move", "rewrite"]);
}
