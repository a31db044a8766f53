//! What columns take in memory.

use std::panic::Location;

use swath_plan::Plan;

use super::DataFrame;
use crate::Result;

impl DataFrame {
    /// One row: the bytes that each column takes in memory, under its name, index columns too.
    ///
    /// Lazy, and costs the whole computation of the frame. Counted are the buffers, those that parts of a column share once a
    /// partition; so encodings matter, which a [`persist`](Self::persist) may change.
    ///
    /// # Errors
    /// A frame without columns.
    ///
    /// ```
    /// # use swath_frame::{Batch, Session};
    /// # let session = Session::testing();
    /// # let df = session.from_batches([Batch::from_csv("k,v\na,1\nb,7\na,5\n")?])?;
    /// let bytes = df.memory_usage()?.sum("v")?.get::<u64>()?;
    /// assert!(bytes >= 3 * 8);
    /// # Ok::<(), swath_frame::Error>(())
    /// ```
    #[track_caller]
    pub fn memory_usage(&self) -> Result<Self> {
        self.next("memory_usage", Location::caller(), |plan, env| {
            plan.memory_usage(env)?.sum_of_each(env)
        })
    }

    /// One row a partition with the bytes that each column takes there; see [`memory_usage`](Self::memory_usage).
    ///
    /// # Errors
    /// None.
    #[track_caller]
    pub fn memory_usage_per_partition(&self) -> Result<Self> {
        self.next(
            "memory_usage_per_partition",
            Location::caller(),
            Plan::memory_usage,
        )
    }
}
