//! `new`: the crates that authors begin with.

#![expect(
    unreachable_pub,
    reason = "what `new` writes is public: it becomes the top of a library"
)]

#[path = "../../templates/aggregate.rs"]
mod aggregate;
#[path = "../../templates/partition.rs"]
mod partition;
#[path = "../../templates/partitioner.rs"]
mod partitioner;
#[path = "../../templates/scalar.rs"]
mod scalar;
#[path = "../../templates/sink.rs"]
mod sink;
#[path = "../../templates/source.rs"]
mod source;

use std::process::Command;

use swath_plugin::testing;

use super::pin::called;
use super::swath;

/// What is in each file that `new` writes is compiled and tested here; what it makes of a name is looked at beside it.
#[test]
fn new_crates_are_plugins() {
    for (root, functions) in [
        (scalar::plugin(), ["haversine_km"]),
        (partition::plugin(), ["scale"]),
        (aggregate::plugin(), ["spread"]),
        (partitioner::plugin(), ["blocks"]),
        (source::plugin(), ["lines"]),
        (sink::plugin(), ["lines"]),
    ] {
        let manifest = testing::manifest(root).expect("a manifest");
        let names: Vec<_> = manifest.functions.iter().map(|one| &one.name).collect();
        assert_eq!(names, functions);
    }
}

/// The way of an author who has nothing, once for each kind of function: what `new` makes is built, tested and checked in a folder of
/// its own, with nothing fetched and without a warning.
#[test]
#[ignore = "compiles Arrow for a crate outside this workspace, which takes minutes; `cargo xtask test` runs it"]
fn authors_begin_with_nothing() {
    let target = env!("CARGO_TARGET_TMPDIR");
    let folder = tempfile::tempdir().expect("a folder");
    let lock = concat!(env!("CARGO_MANIFEST_DIR"), "/../../Cargo.lock");
    let in_folder = |name: &str, arguments: &[&str]| {
        let output = swath(&folder.path().join(name), arguments);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(
            output.status.success() && !said.contains("warning"),
            "{arguments:?}: {said}"
        );
    };
    for kind in [
        "scalar",
        "partition",
        "aggregate",
        "partitioner",
        "source",
        "sink",
    ] {
        let name = format!("begun-{kind}");
        in_folder(".", &["new", &name, "--kind", kind]);
        // The versions that this workspace is tested with.
        std::fs::copy(lock, folder.path().join(&name).join("Cargo.lock")).expect("a copy");
        in_folder(
            &name,
            &[
                "build",
                "--debug",
                "--",
                "--offline",
                "--target-dir",
                target,
            ],
        );
        let tested = Command::new(env!("CARGO"))
            .args(["test", "--offline", "--target-dir", target])
            .current_dir(folder.path().join(&name))
            .status();
        assert!(tested.expect("cargo starts").success(), "{kind}");
        let library = format!("{target}/debug/libbegun_{kind}.so");
        in_folder(&name, &["check", &library]);
        in_folder(&name, &["pin", &library]);
        if kind == "scalar" {
            let places = [52.52, 13.40, 48.86, 2.35];
            let folder = folder.path().join(&name);
            let distance = called(&folder, library.as_ref(), "haversine_km", &places);
            assert!((distance - 878.0).abs() < 2.0, "{distance}");
        }
    }
}
