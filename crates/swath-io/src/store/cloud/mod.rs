//! Stores that nobody registered: a URL says which, the environment and options say how.
//!
//! ```text
//!  s3://bucket/key ─► Provider ─► options: of the environment, of the scheme, of the bucket ─► a client of `object_store`
//!  https://host/x  ─► Link: what of the URL is secret, kept out of everything that is shown          │
//!                                                                                                 Wire
//!                       each request again, seldom and not for long, where that may help; answers that say nothing
//!                       but a code; a Failure in words of our own
//! ```
//!
//! No text of a server or of a client is ever shown: both may hold what they were given.

mod build;
mod clouds;
mod failure;
mod link;
mod names;
mod provider;
mod web;
mod wire;

pub(super) use clouds::{Clouds, locate};
pub(crate) use failure::Failure;
