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
