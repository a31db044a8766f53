//! Libraries that are no plugins, and plugins whose end is missing: an error, and never a signal.

use std::path::{Path, PathBuf};
use std::process::Command;

use swath_plugin_host::{LoadError, Plugin, PluginFileError, Policy};

use super::{child, copies, is_child, library_of, passes};

/// A library of the system, as its C compiler finds it.
#[cfg(target_env = "gnu")]
fn system_library(name: &str) -> PathBuf {
    let found = Command::new("cc")
        .arg(format!("-print-file-name={name}"))
        .output()
        .expect("there is a C compiler: Rust links with it");
    let path = String::from_utf8(found.stdout).expect("a path");
    let path = PathBuf::from(path.trim());
    assert!(path.is_absolute(), "there is no {name}: {}", path.display());
    path
}

#[test]
#[cfg(target_env = "gnu")]
fn a_library_of_the_system_is_no_plugin() {
    let (_folder, copies) = copies();
    let library = system_library("libm.so.6");
    let error = Plugin::load(&library, &Policy::default(), &copies).expect_err("it has none");
    let LoadError::File(PluginFileError::NotAPlugin { path }) = &error else {
        panic!("{error}");
    };
    assert_eq!(path, &library.canonicalize().expect("it is there"));
    assert!(!copies.folder().exists(), "there is nothing to be opened");
}

/// Set to the file that a child loads.
const FILE: &str = "SWATH_TRIED_FILE";

/// The plugin that was built beside these tests, without all that the system's loader does not need.
fn stripped(folder: &Path) -> PathBuf {
    let stripped = folder.join("libstripped.so");
    let made = Command::new("strip")
        .arg("-o")
        .arg(&stripped)
        .arg(library_of("swath_tried"))
        .status();
    assert!(made.expect("it comes with the linker").success());
    stripped
}

/// The system's loader maps what a file says of itself, and touches what is not there: the end of the process.
#[test]
fn a_plugin_that_was_cut_off_is_an_error() {
    if is_child() {
        let file = std::env::var_os(FILE).expect("a path");
        let (_folder, copies) = copies();
        let error =
            Plugin::load(file, &Policy::default(), &copies).expect_err("its end is missing");
        let LoadError::File(PluginFileError::Truncated { .. }) = &error else {
            panic!("{error}");
        };
        return;
    }
    let (folder, copies) = copies();
    let whole = stripped(folder.path());
    Plugin::load(&whole, &Policy::default(), &copies).expect("nothing of it is missing yet");
    let whole = std::fs::read(whole).expect("it was made");
    let length = whole.len();
    for cut in [
        32,
        64,
        100,
        1_000,
        4_096,
        64 << 10,
        length / 2,
        length / 10 * 9,
        length - 1,
    ] {
        let file = folder.path().join(format!("lib{cut}.so"));
        std::fs::write(&file, &whole[..cut]).expect("a file");
        let mut child = child("no_plugins::a_plugin_that_was_cut_off_is_an_error");
        passes(child.env(FILE, &file));
    }
}
