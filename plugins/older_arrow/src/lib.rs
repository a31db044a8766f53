//! Rows through an Arrow that is years older than the engine's.
//!
//! Nobody needs what this plugin does: `older_arrow.echo` gives back the rows that it gets. It is here because of what it is made of. It
//! has no SDK of swath's, only the contract, `swath-plugin-abi`, and an Arrow of another major version, whose types are not those of
//! the host: reads them, computes with them, and hands over what it made. So it shows what authors are promised, that a plugin may
//! be built with any Arrow, and how a plugin looks that is written in Rust against the contract alone.

#![expect(
    unsafe_code,
    reason = "without the SDK, whoever writes a plugin writes what stands at the boundary"
)]

mod arrow;
mod echo;
mod root;

pub use root::plugin;
