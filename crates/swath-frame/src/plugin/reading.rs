//! Frames out of sources of plugins.

use std::panic::Location;
use std::sync::Arc;

use swath_ops::plugin::PluginRows;
use swath_plan::Plan;
use swath_scheduler::Run;

use super::PluginFunction;
use crate::outside::Outside;
use crate::{DataFrame, Error, Result, Session};

impl Session {
    /// Reads rows from a source that a plugin has: `session.read(plugin("shop.orders").param("day", "2026-01-01"))`.
    ///
    /// Its parameters are checked and its partitions listed now, which may look at whatever the source is of; rows are read when something
    /// is computed, a partition at a time, and of them the columns that are needed. The source is told by which comparisons of columns
    /// with values rows are left out, and may read fewer. Where it says how many rows its partitions have, [`len`](DataFrame::len) reads
    /// none; where it says their boundaries, divisions are known. What it returns is checked against what it said.
    ///
    /// A frame reads the partitions that there were when it was made; made anew, it is the same computation as long as the source lists
    /// the same.
    ///
    /// [`cancel_all`](Self::cancel_all) stops the listing too, if the source looks.
    ///
    /// # Errors
    /// No such function, or one of another kind; parameters that it does not take; what the source fails with.
    ///
    /// ```
    /// # use swath_frame::{Session, plugin};
    /// let session = Session::testing();
    /// let error = session.read(plugin("shop.orders").param("day", "2026-01-01")).unwrap_err();
    /// assert!(error.to_string().contains("no plugin that is loaded has a function `shop.orders`"));
    /// ```
    #[expect(
        clippy::needless_pass_by_value,
        reason = "it is made in the call, as what other verbs take"
    )]
    #[track_caller]
    pub fn read(&self, source: PluginFunction) -> Result<DataFrame> {
        let location = Location::caller();
        let params = source.all_params().clone();
        // What is stopped like any run of the session, and is over with this call.
        let (listing, _done) = Run::<()>::channel();
        self.running(&listing.cancel_handle());
        let host = Arc::new(Outside::of(listing.cancel_handle()));
        let rows = PluginRows::list(&self.env().plugins, source.name(), params, host);
        let plan = rows
            .map_err(Into::into)
            .and_then(|rows| Plan::scan(Arc::new(rows)))
            .map_err(|error| Error::planning(error, "read", location))?;
        Ok(DataFrame::new(self, plan, location))
    }
}
