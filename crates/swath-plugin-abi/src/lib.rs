//! What host and plugin say to each other: the layout and the words, frozen.
//!
//! A plugin is a dynamic library with two symbols: a [manifest](Manifest) that is read without running anything of it, and the
//! header of a [`Plugin`], its table of [functions](Function). Whoever built it, with whichever compiler, Arrow and allocator: all
//! that crosses is what stands here, plain C layouts whose growth `abi_stable` checks, and the Arrow C data interface for rows.
//!
//! ```text
//!  host                                             plugin
//!  Function.bind(params, metas of the inputs) ────► Bound: metas of the outputs, contract, an instance that is ready
//!  Bound.call(arguments) ─────────────────────────► one array                        a scalar or a partitioner
//!  Bound.open(host, place) ──► Run.step(batch) ───► batches                          a partition function
//!  Bound.open_aggregate(host) ► Aggregate.update … finish ► states, one row a group  an aggregate
//!  Bound.list ─────────────────────────────────────► its partitions                   a source
//!  Bound.open_read(place, partition) ► Run.step() ─► batches
//!  Bound.open_write(place) ► Run.step(batch) ──────► a receipt                        a sink
//!  Bound.commit(receipts), or Bound.abort
//! ```
//!
//! Arrays and schemas that are handed over belong to who gets them, also where the call fails; texts that are lent
//! ([`RStr`](abi_stable::std_types::RStr)) are UTF-8, and valid until the call returns. Nothing here is an enum, and what a call
//! gives is written where its last parameter points, so all of it can be said in C: `include/swath_plugin.h` is made of these
//! types by a test. Nothing of this is released yet:
//! until then all of it may change.
//!
//! **The promise:** a plugin built for 1.x is accepted by every host that speaks 1.y, whichever of both is newer. To keep it:
//! structs that cross by value ([`ArrowArray`], [`ArrowSchema`], [`Status`], [`Text`], [`Host`], [`BindRequest`], [`Bound`],
//! [`Place`], [`Run`], [`AggregateRun`], [`Step`], [`Listed`]) never change; tables of functions (prefix types) grow at their end, and what an older side lacks
//! reads as `None`; texts are JSON objects whose readers pass over fields that they do not know. A snapshot of all layouts is
//! part of the tests.
//!
//! This crate refuses to know Arrow's Rust types and every other crate.

#![expect(
    unsafe_code,
    reason = "pointers to what the other side made are freed and handed on here, by the rules of the C data interface"
)]
#![expect(
    clippy::expl_impl_clone_on_copy,
    reason = "references to tables are written by a macro"
)]
#![expect(
    clippy::cast_ptr_alignment,
    reason = "entries that came after 1.0 are read by what a macro writes, at offsets of their layout"
)]

mod aggregate;
mod arrow;
mod function;
mod host;
mod plugin;
mod run;
mod source;
mod status;
mod text;

mod contract;
mod layout;
mod manifest;
mod place;

pub use abi_stable;
pub use aggregate::{AggregateRun, AggregateTable, AggregateTableRef};
pub use arrow::{ArrowArray, ArrowSchema};
pub use contract::{Contract, Divisions, Halo, Needs, Order, RowCount, Scope};
pub use function::{
    BindRequest, Bound, BoundTable, BoundTableRef, Function, FunctionRef, Kind, kind,
};
pub use host::{Host, HostTable, HostTableRef, level};
pub use layout::LayoutMismatch;
pub use manifest::{
    Example, FunctionEntry, MANIFEST_SECTION, MANIFEST_SYMBOL, Manifest, PLAIN_ROOT_SYMBOL,
    Parameter, ROOT_SYMBOL,
};
pub use place::{Place, PlaceMore};
pub use plugin::{PlainRoot, Plugin, PluginRef};
pub use run::{NO_INPUT, Run, RunTable, RunTableRef, Step, step};
pub use source::{Comparison, Filter, Listed, ListedPart, Wanted};
pub use status::{Handed, PluginError, PluginResult, Status, code, has_entries};
pub use text::{Text, read_lent};

/// The version of this contract, `major.minor`.
pub const VERSION: &str = "1.1";

#[cfg(test)]
mod tests;
