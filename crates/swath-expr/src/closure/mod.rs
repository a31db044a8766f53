//! Rust closures in expressions: what they take and give is in their signature, so that nothing has to be declared.
//!
//! ```text
//!  col("px").map(|px: f64| px.max(0.0))      Parameter: f64 ◄─ float columns     Returned: f64 ─► float64
//!        │                                       │ row by row, nulls skipped unless an `Option` is asked for
//!        ▼                                       ▼
//!  a `Call` node whose `FunctionRef` carries the function itself: checked and run as those out of the table,
//!  and refused by the encoder, because it is part of this process
//! ```

mod leaf;
mod typed;

use std::panic::Location;
use std::sync::Arc;

use swath_batch::{ClosureSite, RowFunction};

use crate::{Expr, ExprNode, FunctionRef, IntoColumns};

pub use leaf::Closure;

use crate::Columns;
use typed::Typed;

/// A Rust function of the values of several columns, row by row: `udf(("px", "ccy"), |px: f64, ccy: &str| …)`.
///
/// Columns are names or expressions, as many as the function has arguments. Its signature says everything: which dtypes it
/// takes, and which one the result has.
///
/// | argument | columns |
/// |---|---|
/// | `bool` | `bool` |
/// | `i8` … `i64`, `u8` … `u64` | integers that all fit |
/// | `f32`, `f64` | floats, and integers that are exact in it |
/// | `&str`, `String` | `string`, `category` |
/// | [`Value`](swath_batch::Value) | any, nulls too: for dates, timestamps, decimals, lists |
/// | `Option<T>` | as `T`, nulls too |
///
/// An argument that is no `Option` never sees a null: in a row where it would, the result is null and the function is not called.
/// The result is a `bool`, an integer, a float or a `String`; an `Option` of one, where `None` is null; or a `Result` of either,
/// whose error ends the computation and can be got back with `downcast_ref`. Write the types of a closure's arguments out.
///
/// The function must give the same for the same arguments, and may be called for rows in any order, on several threads at once,
/// and again for the same row. A panic is an error of the computation that names the line of this call. What it captures counts
/// against no memory limit. It cannot leave the process.
///
/// ```
/// use swath_expr::{Functions, col, udf};
/// use swath_meta::{DType, Meta};
///
/// let km = udf((col("miles"), "factor"), |miles: f64, factor: Option<f64>| miles * factor.unwrap_or(1.609));
/// let meta = Meta::of([("miles", "float32"), ("factor", "float64")])?;
/// assert_eq!(km.infer(&meta, &Functions::standard())?.dtype, DType::Float64);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[track_caller]
pub fn udf<M: 'static, F: RowFunction<M>>(columns: impl IntoColumns, function: F) -> Expr {
    let location = Location::caller();
    let args = match columns.into_columns() {
        Columns::List(args) => args,
        // `..` has no columns before there is a frame: the number of arguments is then wrong, which is said with this line.
        Columns::All => Vec::new(),
    };
    called(args, function, location)
}

fn called<M: 'static, F: RowFunction<M>>(
    args: Vec<Expr>,
    function: F,
    location: &'static Location<'static>,
) -> Expr {
    let site = ClosureSite::of::<F>(location);
    let closure = Closure::new(site.clone(), Arc::new(Typed::new(function, site)));
    let function = FunctionRef::of_closure(closure);
    Expr::at(ExprNode::Call { function, args }, Some(location))
}

impl Expr {
    /// What a Rust function makes of each value: `col("px").map(|px: f64| px.max(0.0))`.
    ///
    /// The dtype of the result is in the function's signature; the types of a closure's argument have to be written out. See
    /// [`udf`] for what they can be, for nulls and for errors.
    ///
    /// ```
    /// use swath_expr::{Functions, col};
    /// use swath_meta::{DType, Meta};
    ///
    /// let length = col("name").map(|name: &str| name.chars().count() as u64);
    /// let meta = Meta::of([("name", "string")])?;
    /// assert_eq!(length.infer(&meta, &Functions::standard())?.dtype, DType::UInt64);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[track_caller]
    pub fn map<M: 'static, F: RowFunction<M>>(&self, function: F) -> Self {
        called(vec![self.clone()], function, Location::caller())
    }

    /// Whether a part of the expression is a function of a plugin.
    pub fn calls_plugins(&self) -> bool {
        let mut found = false;
        crate::walk::each(self, |expr| {
            if let ExprNode::Call { function, .. } = expr.node() {
                found |= function.plugin().is_some();
            }
        });
        found
    }

    /// Whether a part of the expression is a Rust function of this process (see [`udf`]) or one of a plugin: nobody knows what it
    /// costs to compute that part a second time.
    pub fn has_user_functions(&self) -> bool {
        let mut found = false;
        crate::walk::each(self, |expr| {
            if let ExprNode::Call { function, .. } = expr.node() {
                found |= function.is_of_user();
            }
        });
        found
    }
}
