//! A plugin that was built on a newer system.

use std::path::Path;
use std::process::Command;

use swath_plugin_host::{GlibcVersion, LoadError, PluginFile};

use super::{library, load};

/// A library that is called as the system's own, and has what a later version of that may have.
fn later_system(folder: &Path) {
    let versions = "GLIBC_2.99 { global: of_later; local: *; };\n";
    std::fs::write(folder.join("versions"), versions).expect("a file");
    let source = "long of_later(long number) { return number; }\n";
    std::fs::write(folder.join("later.c"), source).expect("a file");
    let made = Command::new("cc")
        .current_dir(folder)
        .args(["-shared", "-fPIC", "-nostdlib", "-Wl,-soname,libc.so.6"])
        .args([
            "-Wl,--version-script,versions",
            "-o",
            "liblater.so",
            "later.c",
        ])
        .status();
    assert!(made.expect("there is a C compiler").success());
}

#[test]
#[cfg(target_env = "gnu")]
fn the_version_that_it_needs_is_named() {
    let folder = tempfile::tempdir().expect("a folder");
    later_system(folder.path());
    let calls = (
        "static int64_t ones(int64_t number) {",
        "long of_later(long);\n\nstatic int64_t ones(int64_t number) {\n    number = of_later(number);",
    );
    let here = folder.path().to_string_lossy();
    let flags = ["-L", &*here, "-Wl,--no-as-needed", "-llater"];
    let library = library(folder.path(), "plugins/bits/bits.c", &[calls], &flags);
    let file = PluginFile::read(&library).expect("a plugin");
    assert_eq!(file.glibc(), Some(GlibcVersion::new(2, 99, 0)));
    let error = load(folder.path(), &library).expect_err("there is no such system");
    assert!(matches!(error, LoadError::Open { .. }), "{error}");
    let said = error.to_string();
    assert!(said.contains("`GLIBC_2.99' not found"), "{said}");
}
