//! Logical plans, the rules that rewrite them, and their lowering to graphs.
//!
//! A [`Plan`] is what a lazy frame means: an operation, its inputs, and what is known of the result
//! without running anything: meta, divisions, and a content-addressed name. Building a plan checks it;
//! an invalid one cannot exist.
//!
//! ```text
//!  Plan ──optimise──► Plan ──Lowering::next(observed)──► Round::Submit(graph, wanted) ──► …
//!        rules/                lower/                     Round::Done(keys)
//! ```
//!
//! Lowering is a pure coroutine: each call says what to run next, given what earlier rounds observed.
//! What this crate refuses to be: it runs nothing, starts no thread and reads no data; planning a scan
//! reads file footers, once, in `swath-io`.

mod align;
mod error;
mod explain;
mod held;
mod late;
mod lower;
mod node;
mod plan;
mod rules;
mod scalars;
mod walk;

pub use align::align;
pub use error::PlanError;
pub use explain::Explain;
pub use held::{estimated_bytes, files_read, held_below, is_row_wise, replace_held};
pub use late::LateScalar;
pub use lower::{Lowering, Observed, RootKeys, Round};
#[cfg(feature = "plugins")]
pub use node::MapPlugin;
pub use node::{
    Argument, Beside, Call, Constant, Declared, Deliver, Destination, DropDuplicates,
    EachPartition, GroupBy, Halo, Head, HeldRows, MapPartitions, NamedAgg, Node, Overlap, Project,
    Returned, Scan, Shuffle, SortBy, SplitOut, Tail, TopN, Write, partition_count,
};
pub use plan::Plan;
pub use rules::{Applied, optimise};
pub use scalars::{lazy_scalars, scalar_owners, with_scalar_values};
