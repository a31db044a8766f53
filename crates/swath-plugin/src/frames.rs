//! Functions of the partitions of several frames.

use swath_batch::{Batch, Cx};
use swath_meta::Meta;

use crate::{Contract, Example, Params, Result};

/// A function of the rows of partitions of `N` frames side by side: what `map_partitions([&trades, &quotes], ..)` takes, as its own
/// description.
///
/// It is to a function of several frames what [`PartitionFn`](crate::PartitionFn) is to one of one frame, whose words on parameters, checks,
/// threads and panics hold here too. It returns a partition for each of the first frame. Of the others it sees the partition that belongs
/// to it, with the rows between the same divisions, or, with [`Contract::whole`], all rows.
///
/// ```
/// use swath_plugin::prelude::*;
///
/// /// The rate of each sale, from a table of rates by region.
/// #[derive(Params)]
/// pub struct Rated;
///
/// impl FramesFn<2> for Rated {
///     const NAME: &'static str = "rated";
///     const FRAMES: [&'static str; 2] = ["sales", "rates"];
///
///     fn bind(&self, [sales, rates]: [&Meta; 2]) -> Result<Contract> {
///         sales.require("region", "int64")?;
///         rates.require("rate", "float64")?;
///         let rated = Contract::rows_kept(sales.with("rate", "float64")).reads(["region"]);
///         Ok(rated.reads_of(1, ["rate"]).whole(1))
///     }
///
///     fn call(&self, [sales, rates]: [Batch; 2], _: &Cx) -> Result<Batch> {
///         let rates: Vec<Option<f64>> = rates.f64("rate")?.iter().collect();
///         let regions = sales.i64("region")?;
///         let rate = |region: Option<i64>| *rates.get(usize::try_from(region?).ok()?)?;
///         let rate: Vec<Option<f64>> = regions.iter().map(rate).collect();
///         Ok(sales.with("rate", rate)?)
///     }
/// }
///
/// let sales = Batch::from_csv("region,gross\n1,5\n0,7\n")?;
/// let rates = Batch::from_csv("rate\n0.5\n1.5\n")?;
/// let rated = testing::run_frames(Rated, [&sales, &rates])?;
/// assert_eq!(rated.f64("rate")?.iter().collect::<Vec<_>>(), [Some(1.5), Some(0.5)]);
/// # Ok::<(), swath_plugin::Error>(())
/// ```
pub trait FramesFn<const N: usize>: Params {
    /// Its name within the plugin: letters, digits and `_`.
    const NAME: &'static str;
    /// What it calls its frames, in their order: at most eight, named like functions.
    const FRAMES: [&'static str; N];
    /// What it can be tried with.
    const EXAMPLE: Option<Example> = None;

    /// What comes out for these columns, index columns first, and what it promises.
    ///
    /// # Errors
    /// Columns or parameters that it has no answer for: they fail the line that uses the function.
    fn bind(&self, inputs: [&Meta; N]) -> Result<Contract>;

    /// Prepares what every call needs and what costs something, with the columns that [`call`](Self::call) will see: as
    /// [`PartitionFn::prepare`](crate::PartitionFn::prepare).
    ///
    /// # Errors
    /// As of [`bind`](Self::bind).
    fn prepare(&mut self, inputs: [&Meta; N]) -> Result<()> {
        let _ = inputs;
        Ok(())
    }

    /// What it makes of the rows of a partition of the first frame, with those of the others. Also called for partitions without rows.
    ///
    /// # Errors
    /// Whatever it fails with; it ends the query.
    fn call(&self, parts: [Batch; N], cx: &Cx) -> Result<Batch>;
}
