//! A plugin of a later version of the contract, and roots that are none.
//!
//! One library has all of them: `SWATH_ROOT` says which one a host finds. It is written against the contract alone, as nothing that
//! an SDK makes has such roots.

#![expect(
    unsafe_code,
    reason = "without the SDK, whoever writes a plugin writes what stands at the boundary"
)]
#![expect(
    clippy::expl_impl_clone_on_copy,
    clippy::cast_ptr_alignment,
    clippy::trivially_copy_pass_by_ref,
    reason = "tables and references to them are written by a macro"
)]

mod chosen;
mod functions;
mod later;
mod others;
mod root;

pub use chosen::HEADER;
pub use root::swath_plugin_manifest_v1;
