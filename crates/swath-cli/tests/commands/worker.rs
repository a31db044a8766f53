//! `swath plugin-worker`, which programs start.

use std::process::Command;
use std::sync::Arc;

use arrow_array::{ArrayRef, Float64Array};
use insta::assert_snapshot;
use swath_meta::Meta;
use swath_plugin_host::{Bound, Isolation, Plugin, PluginCopies, Policy};

use super::library;

#[test]
fn a_worker_is_started_by_programs() {
    let program = env!("CARGO_BIN_EXE_swath");
    let by_hand = Command::new(program)
        .arg("plugin-worker")
        .output()
        .expect("it starts");
    assert_eq!(by_hand.status.code(), Some(2));
    assert_snapshot!(String::from_utf8_lossy(&by_hand.stderr), @r#"error: `swath plugin-worker` runs plugins for a program that keeps them apart, which starts it itself: see `isolate = "process"` in a `plugins.toml`"#);

    let folder = tempfile::tempdir().expect("a folder");
    let copies = PluginCopies::in_folder(folder.path().join("copies"));
    let isolation = Isolation::default().worker(program);
    let policy = Policy::default();
    let plugin = Plugin::load_isolated(library("swath-tried"), &policy, &copies, &isolation);
    let plugin = plugin.expect("it runs apart");
    let function = plugin.function("plus_one").expect("it is in the list");
    let args = Meta::of([("0", "float64")]).expect("a meta");
    let Ok(Bound::Scalar(bound)) = function.bind("{}", &args) else {
        panic!("it is a scalar");
    };
    let numbers: ArrayRef = Arc::new(Float64Array::from(vec![1.0]));
    let found = bound.call(&[numbers], 1, None).expect("an answer");
    assert_eq!(
        format!("{found:?}"),
        "PrimitiveArray<Float64>\n[\n  2.0,\n]"
    );
}
