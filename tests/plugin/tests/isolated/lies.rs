//! A plugin that returns what it did not promise, in a process of its own: the same errors, or more of them.

use swath_batch::meta_nonempty;
use swath_meta::{DType, Field, Index};

use super::in_c::library;
use super::matrix::{rows_of, texts, through};
use super::*;

/// The plugin in C that gives back what it is given, with a lie.
fn echo(folder: &Path) -> Arc<Plugin> {
    let library = library(folder, "tests/plugin/tests/written_in_c/echo.c", &[], &[]);
    let copies = PluginCopies::in_folder(folder.join("copies"));
    let plugin = Plugin::load_isolated(library, &Policy::default(), &copies, &isolation(folder));
    plugin.expect("it runs apart")
}

/// What is said of a lie about some rows.
fn said(plugin: &Plugin, how: &str, rows: &Batch, folder: &Path) -> String {
    let bind = |how: &str| {
        let params = format!(r#"{{"how":"{how}"}}"#);
        partition_fn(plugin, "echo", &params, rows.meta()).expect("any columns")
    };
    let error = through(&bind(how), Some(rows)).expect_err(how);
    // The process is there still, and is of use.
    let honest = through(&bind("copy"), Some(rows)).expect("no lie");
    assert_eq!(honest.first(), Some(rows), "{how}");
    format!("{how}: {}", words(&error, folder))
}

#[test]
fn lies_are_found() {
    let folder = tempfile::tempdir().expect("a folder");
    let plugin = echo(folder.path());
    let before = children();
    let rows = rows_of("category");
    let all = [
        "released",
        "length",
        "longer",
        "children",
        "buffers",
        "inner",
        "dictionary",
        "nulls",
    ];
    let said = all.map(|how| said(&plugin, how, &rows, folder.path()));
    assert_snapshot!(said.join("\n"));
    assert_eq!(children(), before, "no process was lost");
}

/// What is copied out is looked at whole, with and without strict mode.
#[test]
fn every_value_is_looked_at() {
    let is_strict = std::env::var_os("SWATH_PLUGIN_STRICT").is_some();
    let folder = tempfile::tempdir().expect("a folder");
    let plugin = echo(folder.path());
    let category = Meta::try_new([Field::new("c", DType::Category, false)], Index::none());
    let category = meta_nonempty(&category.expect("a meta"));
    let lies = [("key", category), ("utf8", texts())];
    let said = lies.map(|(how, rows)| said(&plugin, how, &rows, folder.path()));
    if is_strict {
        assert_snapshot!("strict", said.join("\n"));
        return;
    }
    assert_snapshot!("lax", said.join("\n"));
    let child = std::process::Command::new(this_program())
        .args(["--exact", "lies::every_value_is_looked_at", "--nocapture"])
        .env("SWATH_PLUGIN_STRICT", "1")
        .output()
        .expect("it runs");
    let printed = String::from_utf8_lossy(&child.stdout);
    let is_passed = child.status.success() && printed.contains("1 passed");
    assert!(
        is_passed,
        "{printed}{}",
        String::from_utf8_lossy(&child.stderr)
    );
}
