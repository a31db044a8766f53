//! Functions of plugins in frames: linked, and loaded from the library that is built beside these tests.

#![expect(
    clippy::disallowed_methods,
    reason = "tests copy and change files as no part of swath would"
)]

#[path = "plugins/again.rs"]
mod again;
#[path = "plugins/aggregates.rs"]
mod aggregates;
#[path = "plugins/cancelling.rs"]
mod cancelling;
#[path = "plugins/columns.rs"]
mod columns;
#[path = "plugins/frames.rs"]
mod frames;
#[path = "plugins/hungry.rs"]
mod hungry;
#[path = "plugins/isolated.rs"]
mod isolated;
#[path = "plugins/listing.rs"]
mod listing;
#[path = "plugins/logged.rs"]
mod logged;
#[path = "plugins/names.rs"]
mod names;
#[path = "plugins/neighbours.rs"]
mod neighbours;
#[path = "plugins/order.rs"]
mod order;
#[path = "plugins/other.rs"]
mod other;
#[path = "plugins/panics.rs"]
mod panics;
#[path = "plugins/partitions.rs"]
mod partitions;
#[path = "plugins/placing.rs"]
mod placing;
#[path = "plugins/reading.rs"]
mod reading;
#[path = "plugins/ready.rs"]
mod ready;
#[path = "plugins/scalars.rs"]
mod scalars;
#[path = "plugins/scene.rs"]
mod scene;
mod worker;
#[path = "plugins/writing.rs"]
mod writing;
#[path = "plugins/wrong_uses.rs"]
mod wrong_uses;
