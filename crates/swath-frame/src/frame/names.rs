//! Verbs on all names of a frame, and `pipe`.

use std::panic::Location;
use std::sync::Arc;

use super::DataFrame;
use crate::Result;

impl DataFrame {
    /// All columns, the data columns under names with `prefix` in front.
    ///
    /// # Errors
    /// A new name that an index column has.
    ///
    /// ```
    /// # use swath_frame::{Batch, Session};
    /// # let session = Session::testing();
    /// # let df = session.from_batches([Batch::from_csv("k,v\na,1\nb,7\na,5\n")?])?;
    /// assert_eq!(df.add_prefix("left_")?.columns(), ["left_k", "left_v"]);
    /// # Ok::<(), swath_frame::Error>(())
    /// ```
    #[track_caller]
    pub fn add_prefix(&self, prefix: impl AsRef<str>) -> Result<Self> {
        let prefix = prefix.as_ref();
        self.renamed("add_prefix", Location::caller(), |name| {
            format!("{prefix}{name}")
        })
    }

    /// All columns, the data columns under names with `suffix` behind.
    ///
    /// # Errors
    /// A new name that an index column has.
    ///
    /// ```
    /// # use swath_frame::{Batch, Session};
    /// # let session = Session::testing();
    /// # let df = session.from_batches([Batch::from_csv("k,v\na,1\nb,7\na,5\n")?])?;
    /// assert_eq!(df.add_suffix("_x")?.columns(), ["k_x", "v_x"]);
    /// # Ok::<(), swath_frame::Error>(())
    /// ```
    #[track_caller]
    pub fn add_suffix(&self, suffix: impl AsRef<str>) -> Result<Self> {
        let suffix = suffix.as_ref();
        self.renamed("add_suffix", Location::caller(), |name| {
            format!("{name}{suffix}")
        })
    }

    fn renamed(
        &self,
        call: &'static str,
        location: &'static Location<'static>,
        name: impl Fn(&str) -> String,
    ) -> Result<Self> {
        self.next(call, location, |plan, env| {
            let fields = plan.meta().data_fields().iter();
            let names: Vec<(Arc<str>, Arc<str>)> = fields
                .map(|field| (Arc::clone(&field.name), Arc::from(name(&field.name))))
                .collect();
            plan.rename(&names, env)
        })
    }

    /// What a function makes of the frame: a chain of verbs with functions of one's own in between.
    ///
    /// ```
    /// # use swath_frame::{Batch, DataFrame, Session, col};
    /// # let session = Session::testing();
    /// # let df = session.from_batches([Batch::from_csv("k,v\na,1\nb,7\na,5\n")?])?;
    /// fn large(df: &DataFrame) -> swath_frame::Result<DataFrame> {
    ///     df.filter(col("v").gt(3))
    /// }
    /// assert_eq!(df.pipe(large)?.compute()?.num_rows(), 2);
    /// # Ok::<(), swath_frame::Error>(())
    /// ```
    pub fn pipe<R>(&self, function: impl FnOnce(&Self) -> R) -> R {
        function(self)
    }
}
