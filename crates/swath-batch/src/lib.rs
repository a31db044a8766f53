//! The nouns data have everywhere: batch, chunk, partition, pieces, value.
//!
//! They hold rows and say what they weigh; they compute nothing. What flows through a pipeline is a
//! [`Chunk`], what a key of a frame holds is a [`Partition`], what a split hands to its gathers are
//! [`Pieces`], what a user's function, a plugin and a test see is a [`Batch`], and a single cell is a
//! [`Value`]. Logical dtypes come from a [`Meta`](swath_meta::Meta); encodings (dictionary, view) belong
//! to each batch and are normalised only at the border, by [`normalise`].
//!
//! This crate refuses to know plans, tasks, threads and files.
//!
//! ```text
//!  reader ─► Chunk ─► Chunk ─► Partition ──slice──► Pieces ─► Partition
//!            columns, rows,    Meta + record        + offsets     │ normalise
//!            selection         batches                            ▼
//!                                                    Batch, Value, table text
//! ```
//!
//! ```
//! use swath_batch::{Batch, Partition};
//!
//! let partition = Partition::from(Batch::from_csv("region,amount\neu,10\nus,5\n")?);
//! let amounts = partition.to_batch()?.i64("amount")?;
//! assert_eq!(amounts.iter().flatten().sum::<i64>(), 15);
//! # Ok::<(), swath_batch::BatchError>(())
//! ```

mod chunk;
mod selection;

mod partition;
mod pieces;
mod wire;

mod bytes;
mod compact;
mod floats;
mod texts;

pub mod civil;
mod moment;
mod zone;

mod value;

mod batch;
mod normalise;
mod sample;

mod closure;
mod cx;
mod row_function;

pub mod display;

mod error;
mod rust_name;

pub use batch::{Batch, Bools, Cell, IntoColumn, Numbers, Strings};
pub use bytes::{BufferBytes, unique_bytes};
pub use chunk::Chunk;
pub use closure::ClosureSite;
pub use compact::compact_views;
pub use cx::{Cx, Host, NoRoom, Reserved, Stopped, ThisPartition};
pub use error::BatchError;
pub use floats::{canonical_f32, canonical_f64, canonical_floats};
pub use moment::{Elapsed, Timestamp};
pub use normalise::{normalise, normalise_columns};
pub use partition::{Partition, PartitionStats};
pub use pieces::Pieces;
pub use row_function::{Parameter, Plain, Returned, RowError, RowFunction, Wanted};
pub use rust_name::rust_name;
pub use sample::meta_nonempty;
pub use selection::Selection;
pub use texts::{NotText, Texts, inline_view, spread};
pub use value::Value;
pub use zone::{Instants, Zone};
