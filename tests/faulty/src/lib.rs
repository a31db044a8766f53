//! A plugin whose functions each break one promise: what `swath plugin check` has to find.

mod aggregates;
mod frames;
mod panics;
mod partitioners;
mod partitions;
mod scalars;
mod sinks;
mod sources;

pub use aggregates::{Forgetful, MeanOfMeans};
pub use frames::{BeneathBeside, NeverAlone};
pub use panics::{PanicsInGroups, PanicsInPartitions, PanicsInPlaces, PanicsInRows};
pub use partitioners::{Dealt, Sevenths};
pub use partitions::{
    Deaf, DeafSoon, Hoarding, Narrow, NoFirstRow, Peeking, Peering, Reversed, ShortSighted,
    UpsideDown, Wide,
};
pub use scalars::{Beneath, Counted, NeverNull, Numbered, Racing};
pub use sinks::{FirstBatch, OnePlace, Uncleared};
pub use sources::{Eager, Narrowed, Overcounted, Renamed};

use swath_plugin::{Example, plugin};

plugin! {
    name: "faulty",
    functions: [
        Numbered, Counted, NeverNull, Beneath, Racing, NoFirstRow, Hoarding, Peeking, Peering, Narrow, Wide, Reversed, UpsideDown, ShortSighted, Deaf, DeafSoon,
        MeanOfMeans, Forgetful, Sevenths, Dealt, PanicsInPartitions, PanicsInRows, PanicsInGroups, PanicsInPlaces,
        BeneathBeside, NeverAlone, Overcounted, Renamed, Narrowed, Eager, OnePlace, FirstBatch, Uncleared,
    ]
}

/// What a function without parameters that have to be given can be tried with.
const fn example(input: &'static str) -> Example {
    Example {
        params: "{}",
        input,
    }
}
