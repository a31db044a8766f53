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
//! `object-store` only. Stores that nobody registered, by URLs alone, are there with the feature `cloud`.

mod options;
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

#[cfg(feature = "cloud")]
mod cloud;

#[cfg(all(test, feature = "object-store"))]
mod tests;

#[cfg(feature = "cloud")]
pub(crate) use cloud::Failure;
pub use options::StorageOptions;
pub(crate) use table::Located;
pub use table::Stores;
pub(crate) use url::{is_cloud, local_path, redacted, scheme, without_secrets};
