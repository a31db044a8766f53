//! A library that a compiler made.

use crate::sample::{Written, manifest};
use crate::{PluginFile, PluginFileError};
#[cfg(target_os = "linux")]
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;
use swath_plugin_abi::{MANIFEST_SECTION, MANIFEST_SYMBOL, ROOT_SYMBOL};

/// A crate of two symbols whose code must not run: its constructor ends the process.
fn source(manifest: &[u8]) -> String {
    let mut text = String::new();
    let size = manifest.len();
    let _ = write!(
        text,
        r#"
        #[unsafe(export_name = "{MANIFEST_SYMBOL}")] #[unsafe(link_section = "{MANIFEST_SECTION}")]
        pub static MANIFEST: [u8; {size}] = *include_bytes!("manifest.json");
        #[unsafe(export_name = "{ROOT_SYMBOL}")]
        pub static ROOT: u64 = 1;
        #[used] #[unsafe(link_section = ".init_array")]
        static FIRST: extern "C" fn() = {{ extern "C" fn first() {{ std::process::abort() }} first }};
        pub fn greeting(name: &str) -> String {{ format!("hello {{name}}") }}
        "#
    );
    text
}

#[expect(clippy::disallowed_methods, reason = "a test makes its own files")]
fn compiled(folder: &Path) -> Vec<u8> {
    let manifest = manifest(&[]);
    std::fs::write(folder.join("manifest.json"), &manifest).unwrap();
    std::fs::write(folder.join("lib.rs"), source(&manifest)).unwrap();
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let output = Command::new(rustc)
        .args([
            "--edition=2024",
            "--crate-type=cdylib",
            "-Cstrip=symbols",
            "-Copt-level=1",
        ])
        .args(["--crate-name=made", "-o", "made.so", "lib.rs"])
        .current_dir(folder)
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    std::fs::read(folder.join("made.so")).unwrap()
}

/// Looking at a library opens nothing: its constructor would end this process.
#[test]
fn a_library_of_rustc_is_read_and_none_of_its_code_runs() {
    let folder = tempfile::tempdir().unwrap();
    let whole = compiled(folder.path());
    let file = PluginFile::read(folder.path().join("made.so")).unwrap();
    assert_eq!(file.manifest().name, "geo");
    assert_eq!(file.manifest().functions.len(), 3);
    assert_eq!(file.bytes(), whole);
    if cfg!(all(target_os = "linux", target_env = "gnu")) {
        assert!(file.libraries().iter().any(|name| name == "libc.so.6"));
        let glibc = file.glibc().unwrap();
        assert!(glibc >= crate::GlibcVersion::new(2, 2, 5), "{glibc}");
    }
    let length = whole.len();
    let eighths = (1..8).map(|part| length / 8 * part);
    for cut in [
        32,
        64,
        100,
        1_000,
        4_096,
        65_536,
        length * 9 / 10,
        length - 1,
    ]
    .into_iter()
    .chain(eighths)
    {
        let written = Written::of(&whole[..cut]);
        let error = PluginFile::read(written.path()).unwrap_err();
        assert!(
            matches!(error, PluginFileError::Truncated { .. }),
            "{cut}: {error}"
        );
    }
}

/// What this process has loaded is whole and for this machine, and has no manifest.
#[test]
#[cfg(target_os = "linux")]
fn libraries_of_the_system_are_no_plugins() {
    let maps = std::fs::read_to_string("/proc/self/maps").unwrap();
    let paths = maps
        .lines()
        .filter_map(|line| line.split_whitespace().nth(5));
    let libraries: BTreeSet<&str> = paths.filter(|path| path.contains(".so")).collect();
    assert!(
        libraries.len() > 1,
        "the language's and what loads it: {maps}"
    );
    for library in libraries {
        let error = PluginFile::read(library).unwrap_err();
        let is_none = matches!(error, PluginFileError::NotAPlugin { .. });
        assert!(is_none, "{error}");
    }
}
