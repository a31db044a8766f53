//! Files that are not on this machine: stores, registered by address.
//!
//! ```text
//!  URL ─► Stores ─ longest address ─► Store ─┬─ list     objects and folders
//!         table.rs, url.rs                   ├─ read     ranges, joined and in parallel
//!                                            └─ write    in parts, seen when it is whole
//!                                                 │
//!                                              requests, on threads of their own
//! ```
//!
//! What is below `Store` stands on the crate `object_store` and an async runtime, and is there with the feature
//! `object-store` only.

mod table;
mod url;

#[cfg(feature = "object-store")]
mod listing;
#[cfg(feature = "object-store")]
mod object;
#[cfg(feature = "object-store")]
mod place;
#[cfg(feature = "object-store")]
mod requests;
#[cfg(feature = "object-store")]
mod upload;

#[cfg(all(test, feature = "object-store"))]
mod tests;

pub(crate) use table::Located;
pub use table::Stores;
pub(crate) use url::{local_path, scheme, without_secrets};
