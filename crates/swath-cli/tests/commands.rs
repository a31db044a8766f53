//! The program and its commands on a plugin that was built beside these tests, and the crates that `new` begins with.

#![expect(clippy::disallowed_methods, reason = "tests copy and overwrite files")]
#![expect(
    unreachable_pub,
    reason = "what `new` writes is public: it becomes the top of a library"
)]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use insta::assert_snapshot;
use swath_plugin::testing;

#[path = "../templates/aggregate.rs"]
mod aggregate;
#[path = "../templates/partition.rs"]
mod partition;
#[path = "../templates/scalar.rs"]
mod scalar;

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

#[test]
fn inspect_reads_the_file() {
    let (folder, _file) = folder();
    stable(|| {
        assert_snapshot!("inspect", said(folder.path(), &["inspect", "libtried.so"]));
    });
    let output = swath(folder.path(), &["inspect", "--json", "libtried.so"]);
    let found: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(found["manifest"]["name"], "tried");
    assert_eq!(found["manifest"]["functions"][1]["params"][1]["min"], 0.0);
    assert_eq!(found["refused"], serde_json::Value::Null);
    assert_eq!(found["blake3"].as_str().map(str::len), Some(64));
}

#[test]
fn what_is_no_plugin() {
    let (folder, file) = folder();
    let whole = std::fs::read(&file).expect("a file");
    std::fs::write(&file, &whole[..whole.len() / 2]).expect("a file");
    stable(|| {
        assert_snapshot!(
            "truncated",
            said(folder.path(), &["inspect", "libtried.so"])
        );
        assert_snapshot!("missing", said(folder.path(), &["doc", "libgeo.so"]));
    });
}

#[test]
fn a_page() {
    let (folder, _file) = folder();
    assert_snapshot!("doc", said(folder.path(), &["doc", "libtried.so"]));
}

#[test]
fn the_same_file_has_no_changes() {
    let (folder, _file) = folder();
    let library = library("swath-tried");
    let arguments = ["diff", &*library.to_string_lossy(), "libtried.so"];
    assert_snapshot!("diff", said(folder.path(), &arguments));
}

#[test]
fn a_plugin_is_pinned() {
    let (folder, file) = folder();
    let list = folder.path().join("plugins.toml");
    let read = || std::fs::read_to_string(&list).expect("a list");
    stable(|| {
        assert_snapshot!("pin", said(folder.path(), &["pin", "libtried.so"]));
        assert_snapshot!("pin-list", read());
        assert_snapshot!("pin-again", said(folder.path(), &["pin", "libtried.so"]));
    });
    let text = format!("# Ours.\n{}", read().replace("0.1.0", "0.0.9"));
    std::fs::write(&list, text).expect("a file");
    stable(|| {
        assert_snapshot!("pin-newer", said(folder.path(), &["pin", "libtried.so"]));
        assert_snapshot!("pin-newer-list", read());
    });
    std::fs::write(&list, "allow = [\"elsewhere\"]\n").expect("a file");
    let before = read();
    stable(|| {
        assert_snapshot!(
            "pin-not-allowed",
            said(folder.path(), &["pin", "libtried.so"])
        );
    });
    assert_eq!(read(), before, "what is not allowed is not listed");
    drop(file);
}

#[test]
fn wrong_use() {
    let folder = tempfile::tempdir().expect("a folder");
    stable(|| {
        assert_snapshot!("no-file", said(folder.path(), &["inspect"]));
        assert_snapshot!("no-crate", said(folder.path(), &["build"]));
    });
}

/// What is in each file that `new` writes is compiled and tested here; what it makes of a name is looked at beside it.
#[test]
fn new_crates_are_plugins() {
    for (root, functions) in [
        (scalar::plugin(), ["haversine_km"]),
        (partition::plugin(), ["scale"]),
        (aggregate::plugin(), ["spread"]),
    ] {
        let manifest = testing::manifest(root).expect("a manifest");
        let names: Vec<_> = manifest.functions.iter().map(|one| &one.name).collect();
        assert_eq!(names, functions);
    }
}
