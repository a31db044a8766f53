//! Conformance suites for implementations of [`Backend`](crate::Backend) and [`Keep`](crate::Keep), a second backend, and
//! what tests of a scheduler are made of.
//!
//! ```
//! use std::sync::Arc;
//! use swath_scheduler::{InMemory, Local, testing};
//!
//! testing::backend(|| Arc::new(Local::builder().threads(2).build().expect("two threads")));
//! testing::keep(|| Arc::new(InMemory::new()));
//! ```

mod backend_suite;
mod call;
mod graphs;
mod keep_suite;
mod sequential;

pub use backend_suite::{BACKEND_CHECKS, BackendCheck, backend};
pub use call::{Call, Number};
pub use graphs::{chain, dense, independent, name, tree};
pub use keep_suite::keep;
pub use sequential::Sequential;
