//! `bench`: how long a function takes.

use insta::assert_snapshot;

use super::{folder, said};

#[test]
fn a_function_is_timed() {
    let (folder, _file) = folder();
    let arguments = ["bench", "libtried.so", "--function", "plus_one"];
    insta::with_settings!({filters => vec![(r" +[0-9.]+ (ns|µs|ms)", " [time]")]}, {
        assert_snapshot!("bench", said(folder.path(), &arguments));
    });
}

#[test]
fn only_functions_of_rows_are_timed() {
    let (folder, _file) = folder();
    let arguments = ["bench", "libtried.so", "--function", "table"];
    assert_snapshot!(said(folder.path(), &arguments), @r#"
    exit code 2
    stderr: error: `tried.table` is a sink, and `bench` times functions of rows: `swath plugin check` tries sources and sinks
    "#);
}
