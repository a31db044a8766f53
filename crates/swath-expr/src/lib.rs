//! Row-wise expressions: typing, evaluation, encoding.
//!
//! An [`Expr`] says what to compute from the columns of one row, and with `shift`, `rolling` and their like also from the rows before
//! and behind; an [`Agg`] reduces one over many rows. Both are handles that never
//! fail to build. Checking one against a [`Meta`](swath_meta::Meta) gives its dtype, or an [`ExprError`] with both sides, the cast
//! that would fix it, and the line that wrote it; binding it gives a [`Bound`] that evaluates whole batches.
//!
//! ```text
//!   col("amount").gt(5000)          Expr: a tree of nodes, shared, of any depth
//!      │ infer / bind (Meta, Functions)      names → positions, literals → the column's dtype, texts → dates
//!      ▼
//!   Bound: a straight line of steps  ──eval──►  ArrayRef        (one row of the result a row of the batch)
//!      │                             ──mask──►  BooleanBuffer   (null counts as false)
//!      └──prune (bounds)────────────►  Verdict: never, always, maybe
//! ```
//!
//! It refuses to know frames, partitions, files and plans. It never guesses a dtype: a literal that does not fit, two sides that do
//! not go together, an integer that overflows are errors, not other numbers.
//!
//! ```
//! use std::sync::Arc;
//! use arrow_array::{ArrayRef, Float64Array, StringArray};
//! use swath_expr::{Functions, col};
//! use swath_meta::Meta;
//!
//! let meta = Meta::of([("region", "string"), ("amount", "float64")])?;
//! let big = (col("amount").gt(5000) & col("region").ne("us")).bind(&meta, &Functions::standard())?;
//! let columns: [ArrayRef; 2] = [
//!     Arc::new(StringArray::from(vec!["eu", "us", "eu"])),
//!     Arc::new(Float64Array::from(vec![6000.0, 7000.0, f64::NAN])),
//! ];
//! assert_eq!(big.mask(&columns, 3)?.iter().collect::<Vec<_>>(), [true, false, false]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod agg;
mod build;
mod closure;
mod code;
mod digest;
mod display;
mod expr;
mod frequency;
mod names;
mod node;
mod walk;

mod bind;
mod bound;
mod evaluate;
mod function;
mod typing;

mod encode;
mod error;
mod prune;
mod rewrite;

pub use agg::Agg;
pub use bound::Bound;
pub use build::{
    CategoricalAccessor, Columns, DatetimeAccessor, IntoColumn, IntoColumns, ListAccessor, Pattern,
    Rolling, StringAccessor, Strptime, StructAccessor, Then, TzLocalize, When, coalesce,
    concat_str, greatest, least, when,
};
pub use closure::{Closure, udf};
pub use error::{ExprError, ExprErrorKind};
pub use evaluate::{Input, Rows};
pub use expr::{Expr, col, lit};
pub use frequency::{Frequency, PatternError};
pub use function::{
    Argument, Evaluate, FunctionError, FunctionPin, FunctionRef, Functions, Params,
    PluginFunctions, PluginName, Returns, ScalarFunction, shown_name,
};
pub use node::{BinaryOp, ExprNode, Late, Spelling, UnaryOp};
pub use prune::{Bounds, ColumnBounds, Verdict, prune};
pub use rewrite::{OrderedPart, OrderedParts};
pub use swath_batch::{Parameter, Plain, Returned, RowFunction};
