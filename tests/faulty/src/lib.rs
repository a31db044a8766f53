//! A plugin whose functions each break one promise: what `swath plugin check` has to find.

mod aggregates;
mod partitioners;
mod partitions;
mod scalars;

pub use aggregates::{Forgetful, MeanOfMeans};
pub use partitioners::{Dealt, Sevenths};
pub use partitions::{Deaf, NoFirstRow, Peeking, Reversed, ShortSighted, Wide};
pub use scalars::{Beneath, Counted, NeverNull, Numbered};

use swath_plugin::{Example, plugin};

plugin! {
    name: "faulty",
    functions: [
        Numbered, Counted, NeverNull, Beneath, NoFirstRow, Peeking, Wide, Reversed, ShortSighted, Deaf, MeanOfMeans, Forgetful,
        Sevenths, Dealt,
    ]
}

/// What a function without parameters that have to be given can be tried with.
const fn example(input: &'static str) -> Example {
    Example {
        params: "{}",
        input,
    }
}
