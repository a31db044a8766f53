//! Keeping partitions, and letting them go.

use super::DataFrame;
use crate::{Result, compute};

impl DataFrame {
    /// Computes the partitions now, holds them in the session, and gives a frame over them.
    ///
    /// The result has the same rows, partitions and divisions. What it holds counts against the memory limit
    /// and stays until [`release`](Self::release), the end of the session, or the drop of the last frame that
    /// is derived from it: *a derived frame is a holder*. Building an equal frame again finds the held
    /// partitions. Later computations read only the columns they need.
    ///
    /// # Errors
    /// Whatever a task meets; the memory limit.
    ///
    /// ```
    /// # use swath_frame::{Batch, Session, col};
    /// # let session = Session::testing();
    /// # let df = session.from_batches([Batch::from_csv("k,v\na,1\nb,7\n")?])?;
    /// let big = df.filter(col("v").gt(5))?.label("big").persist()?;
    /// println!("{}", session.persisted());
    /// big.release();
    /// # Ok::<(), swath_frame::Error>(())
    /// ```
    #[track_caller]
    pub fn persist(&self) -> Result<Self> {
        compute::persist(self)
    }

    /// Lets the held partitions go at once, for every frame that reads them.
    ///
    /// The frame stays usable: what still needs the rows computes them again from the frame's plan. A frame
    /// that was not persisted holds nothing, and the call does nothing.
    pub fn release(&self) {
        if let Some(held) = &self.0.held {
            held.release();
        }
    }
}
