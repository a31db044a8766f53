//! The commands of the program, on a plugin that was built beside these tests, and the crates that `new` begins with.

#![expect(clippy::disallowed_methods, reason = "tests copy and overwrite files")]

mod authors;
mod bench;
mod check;
mod diff;
mod doc;
mod inspect;
mod new;
mod pin;
mod worker;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use insta::assert_snapshot;

/// The library of a package of tests, built beside these.
fn library(package: &str) -> PathBuf {
    let tests = std::env::current_exe().expect("a program has a path");
    let folder = tests.parent().expect("it is in a folder");
    let library = folder.join(format!("lib{}.so", package.replace('-', "_")));
    library.canonicalize().expect("it was built")
}

fn swath(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_swath"))
        .arg("plugin")
        .args(arguments)
        .current_dir(folder)
        .output()
        .expect("it starts")
}

/// What the program said in a folder, with exit code, and without what differs from build to build.
#[track_caller]
fn said(folder: &Path, arguments: &[&str]) -> String {
    let output = swath(folder, arguments);
    let mut text = format!("exit code {}\n", output.status.code().unwrap_or(-1));
    for (name, bytes) in [("", &output.stdout), ("stderr: ", &output.stderr)] {
        if !bytes.is_empty() {
            text.push_str(name);
            text.push_str(&String::from_utf8_lossy(bytes));
        }
    }
    let folder = folder.canonicalize().expect("a folder");
    let library = library("swath-tried");
    text.replace(&*folder.to_string_lossy(), "[folder]")
        .replace(&*library.to_string_lossy(), "[library]")
}

/// A folder with the plugin in it.
fn folder() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("libtried.so");
    std::fs::copy(library("swath-tried"), &file).expect("a copy");
    (folder, file)
}

/// The text of the plugin `bits`, which is written in C.
fn bits() -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    std::fs::read_to_string(root.join("plugins/bits/bits.c")).expect("it is shipped")
}

/// Makes `libname.so` of a plugin in C, in a folder.
#[track_caller]
fn compiled(folder: &Path, name: &str, text: &str) -> PathBuf {
    let include = concat!(env!("CARGO_MANIFEST_DIR"), "/../swath-plugin-abi/include");
    let source = folder.join(format!("{name}.c"));
    std::fs::write(&source, text).expect("a file");
    let library = folder.join(format!("lib{name}.so"));
    let made = Command::new("cc")
        .args(["-std=c11", "-shared", "-fPIC", "-I", include, "-o"])
        .arg(&library)
        .arg(&source)
        .status();
    assert!(made.expect("there is a C compiler").success());
    library
}

/// Filters for what differs from build to build.
fn stable(run: impl FnOnce()) {
    insta::with_settings!({filters => vec![
        (r"[0-9a-f]{64}", "[hash]"),
        (r"byte [0-9]+|[0-9]+ bytes", "[bytes]"),
        (r"\b[0-9a-f]{12}\b", "[short]"),
        (r"size( +)[0-9.]+ MiB", "size$1[size] MiB"),
        (r"glibc( +)2\.[0-9]+", "glibc${1}2.[minor]"),
        (r"libraries( +).*", "libraries$1[libraries]"),
    ]}, { run() });
}

/// Nothing of a file runs that is only looked at: this one leaves a trace when it does.
#[test]
fn what_is_looked_at_does_not_run() {
    let folder = tempfile::tempdir().expect("a folder");
    let trace = "#include <stdio.h>\n__attribute__((constructor)) static void leave(void) {\n    FILE *file = fopen(\"trace\", \"w\");\n    if (file) fclose(file);\n}\n";
    let library = compiled(folder.path(), "bits", &(bits() + trace));
    std::fs::copy(&library, folder.path().join("libother.so")).expect("a copy");
    let run = |arguments: &[&str]| {
        let output = swath(folder.path(), arguments);
        assert!(output.status.success(), "{output:?}");
        folder.path().join("trace").exists()
    };
    for arguments in [
        &["inspect", "libbits.so"][..],
        &["inspect", "--json", "libbits.so"],
        &["doc", "libbits.so"],
        &["diff", "libbits.so", "libother.so"],
        &["pin", "libbits.so"],
    ] {
        assert!(!run(arguments), "{arguments:?}");
    }
    // Whoever lets it be called finds the trace.
    assert!(run(&["diff", "--bind", "libbits.so", "libother.so"]));
    std::fs::remove_file(folder.path().join("trace")).expect("it was left");
    assert!(run(&["check", "libbits.so", "--cases", "4"]));
}

#[test]
fn wrong_use() {
    let folder = tempfile::tempdir().expect("a folder");
    stable(|| {
        assert_snapshot!("no-file", said(folder.path(), &["inspect"]));
        assert_snapshot!("no-crate", said(folder.path(), &["build"]));
    });
}
