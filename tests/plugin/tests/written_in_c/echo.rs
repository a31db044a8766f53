//! Rows through a plugin that has another compiler, another allocator and no Arrow.

use std::path::Path;
use std::sync::Arc;

use arrow_array::{Array, RecordBatch};
use insta::assert_snapshot;
use swath_batch::{Batch, meta_nonempty};
use swath_meta::{DType, Field, Index, Meta};
use swath_plugin_host::{Bound, BoundPartition, CallError, Plugin};

use super::matrix::{comes_back, rows_of, texts, through};

/// The plugin in C that gives back what it is given.
fn echo(folder: &Path) -> Arc<Plugin> {
    echo_with(folder, &[])
}

/// The same after these changes.
pub(super) fn echo_with(folder: &Path, changes: &[(&str, &str)]) -> Arc<Plugin> {
    let source = "tests/plugin/tests/written_in_c/echo.c";
    let library = super::library(folder, source, changes, &[]);
    super::load(folder, &library).expect("it is a plugin")
}

pub(super) fn bound(plugin: &Plugin, how: &str, meta: &Meta) -> Result<BoundPartition, CallError> {
    let function = plugin.function("echo").expect("it is in the list");
    match function.bind(&format!(r#"{{"how":"{how}"}}"#), meta)? {
        Bound::Partition(bound) => Ok(bound),
        other => unreachable!("it is a partition function, not {other:?}"),
    }
}

#[test]
fn every_type_comes_back() {
    let folder = tempfile::tempdir().expect("a folder");
    let plugin = echo(folder.path());
    let echo = plugin.function("echo").expect("it is in the list");
    for how in ["move", "copy", "u", "U", "int8"] {
        comes_back(echo, &format!(r#"{{"how":"{how}"}}"#));
    }
}

/// A frame's index comes back as one, out of metadata that C has copied.
#[test]
fn an_index_stays_one() {
    let folder = tempfile::tempdir().expect("a folder");
    let plugin = echo(folder.path());
    let meta = texts().meta().set_index(["s"]).expect("a column");
    for how in ["move", "copy"] {
        let bound = bound(&plugin, how, &meta).expect("any columns");
        assert_eq!(**bound.output(), meta, "{how}");
    }
}

/// Where the values of a batch lie.
fn places(rows: &RecordBatch) -> Vec<*const u8> {
    let columns = rows.columns().iter().map(Array::to_data);
    columns.map(|data| data.buffers()[0].as_ptr()).collect()
}

#[test]
fn rows_come_back_without_a_copy() {
    let folder = tempfile::tempdir().expect("a folder");
    let plugin = echo(folder.path());
    let given = Batch::from_csv("n,x,s\n1,1.5,short\n2,,\n,3.5,a text in a block of its own\n");
    let given = given.expect("a table");
    for rows in [given.clone(), given.slice(1, 2)] {
        let back = |how: &str| {
            let bound = bound(&plugin, how, rows.meta()).expect("any columns");
            let found = through(&bound, Some(&rows)).expect("an answer");
            places(found[0].record_batch())
        };
        assert_eq!(back("move"), places(rows.record_batch()));
        assert_ne!(back("copy"), places(rows.record_batch()));
    }
}

#[test]
fn rows_without_columns_are_counted() {
    let folder = tempfile::tempdir().expect("a folder");
    let plugin = echo(folder.path());
    let nothing = Arc::new(Meta::empty());
    for how in ["move", "copy"] {
        let bound = bound(&plugin, how, &nothing).expect("no column");
        for n in [7, 0] {
            let rows = Batch::from_arrays(&nothing, Vec::new(), n).expect("no column");
            assert_eq!(through(&bound, Some(&rows)).expect("an answer"), [rows]);
        }
        assert!(through(&bound, None).expect("an answer").is_empty());
    }
}

/// An error and its cause.
fn words(error: &CallError) -> String {
    let cause = std::error::Error::source(error).map(|cause| format!(": {cause}"));
    format!("{error}{}", cause.unwrap_or_default())
}

#[test]
fn lies_are_found() {
    let folder = tempfile::tempdir().expect("a folder");
    let plugin = echo(folder.path());
    let rows = rows_of("category");
    let said = |how: &str| {
        let bound = bound(&plugin, how, rows.meta()).expect("any columns");
        let error = through(&bound, Some(&rows)).expect_err(how);
        assert!(matches!(error, CallError::Returned { .. }), "{how}");
        // The plugin is of use all the same.
        through(&bound, None).expect("nothing to lie about");
        words(&error)
    };
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
    let all = all.map(|how| format!("{how}: {}", said(how)));
    assert_snapshot!(all.join("\n"), @r"
    released: `echo.echo` returned what it did not promise: an array was released before it was handed over
    length: `echo.echo` returned what it did not promise: column `(all)`: -1 rows
    longer: `echo.echo` returned what it did not promise: column `a`: 6 rows where the batch has 7
    children: `echo.echo` returned what it did not promise: 2 columns arrived where 1 were promised
    buffers: `echo.echo` returned what it did not promise: column `a`: -1 buffers, and Dictionary(UInt32, Utf8View) has 2
    inner: `echo.echo` returned what it did not promise: column `a`: it was released before it was handed over
    dictionary: `echo.echo` returned what it did not promise: column `a`: no dictionary
    nulls: `echo.echo` returned what it did not promise: column `a` has 4 nulls and is declared without
    ");
    let error = bound(&plugin, "a word that is too long", rows.meta()).expect_err("a parameter");
    assert_snapshot!(words(&error), @"`echo.echo`: it has one parameter, how");
}

/// What buffers hold is believed, unless somebody asks for a look at each value.
#[test]
fn strict_mode_looks_at_every_value() {
    if !super::is_child() {
        let name = "echo::strict_mode_looks_at_every_value";
        let ended = super::child(name, ("SWATH_PLUGIN_STRICT", "1"));
        let [printed, said] =
            [&ended.stdout, &ended.stderr].map(|text| String::from_utf8_lossy(text));
        // Of a name that no test has, nothing would run, and end well.
        let is_passed = ended.status.success() && printed.contains("1 passed");
        assert!(is_passed, "{printed}{said}");
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let plugin = echo(folder.path());
    let said = |how: &str, rows: Batch| {
        let bound = bound(&plugin, how, rows.meta()).expect("any columns");
        let copied = self::bound(&plugin, "copy", rows.meta()).expect("any columns");
        let honest = through(&copied, Some(&rows)).expect("no lie");
        assert_eq!(honest.first(), Some(&rows));
        words(&through(&bound, Some(&rows)).expect_err(how))
    };
    let category = Meta::try_new([Field::new("c", DType::Category, false)], Index::none());
    let category = meta_nonempty(&category.expect("a meta"));
    assert_snapshot!(said("key", category), @"`echo.echo` returned what it did not promise: column `c`: Invalid argument error: Value at position 0 out of bounds: 1000 (should be in [0, 1])");
    assert_snapshot!(said("utf8", texts()), @"`echo.echo` returned what it did not promise: column `s`: Invalid argument error: Encountered non-UTF-8 data at index 0: invalid utf-8 sequence of 1 bytes from index 0");
}
