//! Plugins in C, compiled while a test runs.

use std::path::{Path, PathBuf};
use std::process::Command;

/// A path from the top of the repository.
fn shipped(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../..")
        .join(path)
}

/// Compiles a source, after these changes, into this folder.
pub(crate) fn library(
    folder: &Path,
    source: &str,
    changes: &[(&str, &str)],
    flags: &[&str],
) -> PathBuf {
    let source = shipped(source);
    let name = source.file_stem().expect("it has a name").to_string_lossy();
    let library = folder.join(format!("lib{name}.so"));
    let written = folder.join(format!("{name}.c"));
    let mut text = std::fs::read_to_string(&source).expect("it is shipped");
    for (from, to) in changes {
        assert!(text.contains(from), "the source has `{from}`");
        text = text.replacen(from, to, 1);
    }
    std::fs::write(&written, text).expect("a file");
    let made = Command::new("cc")
        .args(["-std=c11", "-O1", "-Wall", "-Wextra", "-Werror"])
        .args(["-shared", "-fPIC"])
        .args(flags)
        .arg("-I")
        .arg(shipped("crates/swath-plugin-abi/include"))
        .arg("-o")
        .arg(&library)
        .arg(&written)
        .output()
        .expect("there is a C compiler: Rust links with it");
    assert!(
        made.status.success(),
        "{}",
        String::from_utf8_lossy(&made.stderr)
    );
    library
}
