//! Functions that say where a row belongs.

use arrow_array::ArrayRef;
use swath_batch::Cx;
use swath_meta::Field;

use crate::{Example, Params, Result};

/// A function that says, from the keys of a row, into which partition the row belongs: what a shuffle takes, as its own
/// description.
///
/// The same keys must belong into the same partition whenever and wherever they are seen: rows that belong together meet only then.
///
/// ```
/// use std::sync::Arc;
/// use swath_plugin::arrow_array::{ArrayRef, Int64Array, cast::AsArray, types::Int64Type};
/// use swath_plugin::prelude::*;
///
/// /// Whole numbers in turn.
/// #[derive(Params)]
/// pub struct InTurn;
///
/// impl Partitioner for InTurn {
///     const NAME: &'static str = "in_turn";
///
///     fn bind(&self, keys: &[Field], _targets: u32) -> Result<()> {
///         match keys {
///             [key] if key.dtype == DType::Int64 => Ok(()),
///             _ => Err(Error::new("it takes one int64")),
///         }
///     }
///
///     fn call(&self, keys: &[ArrayRef], _rows: usize, targets: u32, _: &Cx) -> Result<Vec<u32>> {
///         let numbers = keys[0].as_primitive::<Int64Type>().iter();
///         Ok(numbers.map(|n| n.unwrap_or(0).rem_euclid(targets.into()) as u32).collect())
///     }
/// }
///
/// let keys: ArrayRef = Arc::new(Int64Array::from(vec![7, -1]));
/// assert_eq!(testing::run_partitioner(InTurn, &[keys], 4)?, [3, 3]);
/// # Ok::<(), swath_plugin::Error>(())
/// ```
pub trait Partitioner: Params {
    /// Its name within the plugin: letters, digits and `_`.
    const NAME: &'static str;
    /// What it can be tried with.
    const EXAMPLE: Option<Example> = None;

    /// Whether it can tell rows with keys of these dtypes apart, for this many partitions.
    ///
    /// # Errors
    /// Keys or parameters that it has no answer for.
    fn bind(&self, keys: &[Field], targets: u32) -> Result<()>;

    /// The number of a partition for each of the rows, less than `targets`. Null keys belong somewhere too.
    ///
    /// # Errors
    /// The first key that it has no answer for.
    fn call(&self, keys: &[ArrayRef], rows: usize, targets: u32, cx: &Cx) -> Result<Vec<u32>>;
}
