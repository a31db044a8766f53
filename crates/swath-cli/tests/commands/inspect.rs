//! `inspect`: what is in a file.

use insta::assert_snapshot;

use super::{folder, said, stable, swath};

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
