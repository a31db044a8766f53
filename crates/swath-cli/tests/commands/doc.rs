//! `doc`: the page of a plugin.

use insta::assert_snapshot;

use super::{folder, said};

#[test]
fn a_page() {
    let (folder, _file) = folder();
    assert_snapshot!("doc", said(folder.path(), &["doc", "libtried.so"]));
}
