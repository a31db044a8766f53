//! Logical dtypes, the empty frame and its inference.
//!
//! A [`Meta`] is what a frame looks like when it has no rows: column names in order, *logical* [`DType`]s, nullability, and how
//! many leading columns are the [`Index`]. Every call on a frame checks its `Meta` before any data is touched, so this crate also
//! owns the reports: the [nearest name](nearest) for a misspelt column, and the [table](MetaMismatch) of what was expected and found.
//!
//! ```text
//!  "timestamp[us]" ──parse──►  DType  ◄──from_arrow── arrow DataType   (many encodings, one logical dtype)
//!                               │ └────border()────► arrow DataType   (the one encoding users, plugins and files see)
//!                             Field { name, dtype, nullable }
//!                               │
//!   MetaSpec ──resolve──►     Meta { fields, index } ──check──► MetaMismatch
//! ```
//!
//! It refuses to hold data, to read files, and to know which physical encoding a batch has: [`DType::admits`] says which are legal.
//!
//! ```
//! use swath_meta::{Index, Meta, MetaError};
//!
//! let meta = Meta::of([("ts", "timestamp[us]"), ("region", "string"), ("amount", "float64")])?.set_index(["ts"])?;
//! assert_eq!(meta.columns().collect::<Vec<_>>(), ["region", "amount"]);
//! assert_eq!(meta.index(), Index::leading(1));
//!
//! let error = meta.field("amuont").unwrap_err();
//! assert!(error.to_string().starts_with("no column `amuont`; did you mean `amount`?"));
//! # Ok::<(), MetaError>(())
//! ```

mod dtype;
mod field;
mod index;

mod meta;
mod require;
mod reshape;

mod mismatch;
mod spec;

mod arrow;
mod display;
mod encode;
mod fingerprint;

mod aligned;
mod error;
mod nearest;

pub use arrow_schema::TimeUnit;
pub use dtype::{DType, DTypeSpec, arithmetic_supertype, common_supertype};
pub use error::MetaError;
pub use field::Field;
pub use index::Index;
pub use meta::Meta;
pub use mismatch::{ColumnMismatch, MetaMismatch};
pub use nearest::nearest;
pub use spec::MetaSpec;
