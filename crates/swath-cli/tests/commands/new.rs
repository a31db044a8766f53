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

use swath_plugin::testing;

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
