//! Functions of partitions.

use swath_batch::{Batch, Cx};
use swath_meta::Meta;

use crate::{Contract, Example, Params, Result};

/// A function of the rows of a partition: what `map_partitions` takes, as its own description.
///
/// Its fields are its parameters. [`bind`](Self::bind) says what comes out for which columns, before any data is read;
/// [`call`](Self::call) does it. What `call` returns is checked against what `bind` said, every time: names, order, dtypes, nulls,
/// and the number of rows where it promised to keep them.
///
/// It may be called again for the same rows, on several threads at once, and must then do the same. A panic is an error of the
/// query that names the function and the partition, and in a library of its own also the line of the panic.
///
/// ```
/// use swath_plugin::prelude::*;
///
/// /// Multiplies a column.
/// #[derive(Params)]
/// pub struct Scale {
///     /// The column.
///     column: String,
///     /// By how much.
///     #[param(default = 1.0, min = 0.0)]
///     factor: f64,
/// }
///
/// impl PartitionFn for Scale {
///     const NAME: &'static str = "scale";
///
///     fn bind(&self, input: &Meta) -> Result<Contract> {
///         input.require(&self.column, "float64")?;
///         Ok(Contract::rows_kept(input).reads([&self.column]))
///     }
///
///     fn call(&self, part: Batch, _: &Cx) -> Result<Batch> {
///         let scaled = part.f64(&self.column)?.map(|value| value * self.factor);
///         Ok(part.with(&self.column, scaled)?)
///     }
/// }
///
/// let part = Batch::from_csv("x,y\n1.5,a\n,b\n")?;
/// let scaled = testing::run(Scale { column: "x".into(), factor: 2.0 }, &part)?;
/// assert_eq!(scaled.f64("x")?.iter().collect::<Vec<_>>(), [Some(3.0), None]);
/// # Ok::<(), swath_plugin::Error>(())
/// ```
pub trait PartitionFn: Params {
    /// Its name within the plugin: letters, digits and `_`.
    const NAME: &'static str;
    /// What it can be tried with.
    const EXAMPLE: Option<Example> = None;

    /// What comes out for these columns, index columns first, and what it promises.
    ///
    /// # Errors
    /// Columns or parameters that it has no answer for: they fail the line that uses the function.
    fn bind(&self, input: &Meta) -> Result<Contract>;

    /// Prepares what every call needs and what costs something, such as a compiled pattern, in fields that are no parameters. Called
    /// after [`bind`](Self::bind), with the columns that [`call`](Self::call) will see: of those that `bind` saw, the index and what
    /// the function reads. swath makes a function ready for each operator of a run that calls it, not for each task, and again where
    /// a frame is made; other processes have their own. A table that takes a second to load belongs into a `static` of the plugin.
    ///
    /// # Errors
    /// As of [`bind`](Self::bind).
    fn prepare(&mut self, input: &Meta) -> Result<()> {
        let _ = input;
        Ok(())
    }

    /// What it makes of the rows of a partition, or of some of them if its contract allows that. Also called for partitions
    /// without rows.
    ///
    /// # Errors
    /// Whatever it fails with; it ends the query.
    fn call(&self, part: Batch, cx: &Cx) -> Result<Batch>;
}
