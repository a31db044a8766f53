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
//! ```
//!
//! Arrays and schemas that are handed over belong to who gets them, also where the call fails. Nothing of this is released yet:
//! until then all of it may change.
//!
//! **The promise:** a plugin built for 1.x is accepted by every host that speaks 1.y, whichever of both is newer. To keep it:
//! structs that cross by value ([`ArrowArray`], [`ArrowSchema`], [`PluginError`], [`Host`], [`BindRequest`], [`Bound`], [`Run`],
//! [`AggregateRun`], [`Step`]) never change; tables of functions (prefix types) grow at their end, and what an older side lacks
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

mod aggregate;
mod arrow;
mod error;
mod function;
mod host;
mod plugin;
mod run;

mod contract;
mod manifest;
mod place;

pub use abi_stable;
pub use aggregate::{AggregateRun, AggregateTable, AggregateTableRef};
pub use arrow::{ArrowArray, ArrowSchema};
pub use contract::{Contract, Divisions, Halo, Order, RowCount, Scope};
pub use error::{PluginError, PluginResult, code};
pub use function::{
    BindRequest, Bound, BoundTable, BoundTableRef, Function, FunctionRef, Kind, kind,
};
pub use host::{Host, HostTable, HostTableRef, level};
pub use manifest::{
    FunctionEntry, MANIFEST_SECTION, MANIFEST_SYMBOL, Manifest, Parameter, ROOT_SYMBOL,
};
pub use place::{BindContext, Place};
pub use plugin::{Plugin, PluginRef};
pub use run::{NO_INPUT, Run, RunTable, RunTableRef, Step, step};

/// The version of this contract, `major.minor`.
pub const VERSION: &str = "1.0";

#[cfg(test)]
mod tests {
    use super::*;
    use abi_stable::StableAbi;
    use abi_stable::type_layout::{TLData, TypeLayout};
    use std::fmt::Write as _;

    /// Size and fields, of a table also how many of them the first version had, and the functions among them.
    fn describe(layout: &'static TypeLayout, text: &mut String) {
        // A reference to a table names the table as a phantom field.
        let table = layout.phantom_fields().get(0).map(|field| field.layout());
        let layout = table
            .filter(|table| table.is_prefix_kind())
            .unwrap_or(layout);
        let _ = match layout.data() {
            TLData::PrefixType(table) => writeln!(
                text,
                "table {}, {} entries in 1.0",
                layout.full_type(),
                table.first_suffix_field
            ),
            _ => writeln!(
                text,
                "struct {}, {} bytes",
                layout.full_type(),
                layout.size()
            ),
        };
        let fields = match layout.data() {
            TLData::PrefixType(table) => table.fields,
            _ => layout.get_fields().expect("all of them are structs"),
        };
        for field in fields.iter() {
            // The first line; more are lifetimes by number.
            let first = |text: String| text.lines().next().unwrap_or_default().to_owned();
            let functions = field.function_range().iter();
            let functions: Vec<_> = functions.map(|one| first(one.to_string())).collect();
            let written = match functions.as_slice() {
                [] => field.full_type().to_string(),
                functions => functions.join(", "),
            };
            let _ = writeln!(text, "  {}: {written}", field.name());
        }
    }

    /// What is here is for good: of a struct nothing changes, and a table grows at its end.
    #[test]
    fn layouts() {
        let mut text = String::new();
        let layouts = [
            PluginRef::LAYOUT,
            FunctionRef::LAYOUT,
            BoundTableRef::LAYOUT,
            RunTableRef::LAYOUT,
            AggregateTableRef::LAYOUT,
            HostTableRef::LAYOUT,
            BindRequest::LAYOUT,
            Bound::LAYOUT,
            Run::LAYOUT,
            Step::LAYOUT,
            AggregateRun::LAYOUT,
            Host::LAYOUT,
            PluginError::LAYOUT,
            ArrowArray::LAYOUT,
            ArrowSchema::LAYOUT,
        ];
        for layout in layouts {
            describe(layout, &mut text);
        }
        insta::assert_snapshot!(text);
    }
}
