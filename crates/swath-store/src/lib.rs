//! Held results under the memory budget: every byte counted once, whoever shares it.
//!
//! A [`Store`] is where a backend keeps what its tasks return. It knows values only by their
//! [`Footprint`](swath_scheduler::Footprint): how many bytes, and which buffers other values may share. A filter that passes its
//! input through, a slice, a list of other tasks' pieces cost nothing beside what they share.
//!
//! ```text
//!    value 1 ──own bytes──► Charge            a buffer that two values share has one charge,
//!       │ └────buffer A───► Charge ◄──┐       given back when the last of them is gone:
//!       └──────buffer B───► Charge    │       released, and no longer pinned
//!    value 2 ──────buffer A───────────┘
//! ```
//!
//! What it refuses to be: it knows no Arrow and no plan, does not decide what is kept, and writes nothing to disk. The bytes it
//! holds are charged to the budget that the reservations it is given belong to.
//!
//! ```
//! use std::sync::Arc;
//! use swath_graph::{GraphBuilder, Key, Name};
//! use swath_scheduler::{Backend, Local, RunOptions, testing::{Call, Number}};
//! use swath_store::Store;
//!
//! let store = Arc::new(Store::new());
//! let local = Local::<Call>::builder().threads(2).memory_limit(1 << 20).keep(Arc::clone(&store) as _).build()?;
//! let sales = local.hold(Key::new(Name::of("sales", "v1"), 0), Number { value: 7, bytes: 1_000 })?;
//!
//! let entries = store.entries();
//! assert_eq!((entries[0].key.name.kind(), entries[0].bytes, entries[0].held), ("sales", 1_000, true));
//! assert_eq!(local.budget().used(), 1_000);
//! drop(sales);
//! assert_eq!(local.budget().used(), 0);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod store;
// What it keeps of a value, and how shared bytes are counted.
mod entry;
mod shared;
#[cfg(any(test, feature = "testing"))]
pub mod testing;

pub use entry::StoreEntry;
pub use store::Store;
