//! Rows into sinks of plugins.

use std::panic::Location;
use std::sync::Arc;

use super::PluginFunction;
use crate::compute::compute;
use crate::{DataFrame, Error, Result, Sink, Written};

impl DataFrame {
    /// Writes the frame now to a sink that a plugin has: `df.write(plugin("shop.table").param("name", "orders"))`.
    ///
    /// Its parameters and the columns of the frame are checked first, index columns among them. Each partition is handed over by a task of
    /// its own, batch after batch; when all are done, the sink is told once, which makes the write seen. Where
    /// anything of the computation fails, is cancelled or dropped before, it is told to clear the write away. Whether nobody sees
    /// a part of a write meanwhile is the author's to keep. Several sinks in one [`compute`](crate::compute) are told one after the
    /// other, when all else is done, files that it writes among it: what is seen already stays where a later one fails, and the error names it.
    ///
    /// # Errors
    /// No such function, or one of another kind; parameters or columns that it does not take; whatever a task meets; what the sink fails
    /// with, in a partition or at the end.
    ///
    /// ```
    /// # use swath_frame::{Batch, Session, plugin};
    /// # let session = Session::testing();
    /// let df = session.from_batches([Batch::from_csv("k,v\na,1\n")?])?;
    /// let error = df.write(plugin("shop.table").param("name", "orders")).unwrap_err();
    /// assert!(error.to_string().contains("no plugin that is loaded has a function `shop.table`"));
    /// # Ok::<(), swath_frame::Error>(())
    /// ```
    #[expect(
        clippy::needless_pass_by_value,
        reason = "it is made in the call, as what other verbs take"
    )]
    #[track_caller]
    pub fn write(&self, to: PluginFunction) -> Result<Written> {
        compute(&self.delivery(&to, "write", Location::caller())?)
    }

    /// Like [`write`](Self::write), but lazy: an item of a [`compute`](crate::compute), with others of which it shares what they read.
    ///
    /// Computed again, it is another write. A run that is cancelled or dropped waits for calls of the sink that are at work, which look at
    /// whether they should stop, before it has the write cleared away. One that is being made seen is told too, and its answer decides: an
    /// `Ok` of the run says that the write took place.
    ///
    /// # Errors
    /// No such function, or one of another kind; parameters or columns that it does not take.
    #[expect(
        clippy::needless_pass_by_value,
        reason = "it is made in the call, as what other verbs take"
    )]
    #[track_caller]
    pub fn sink(&self, to: PluginFunction) -> Result<Sink> {
        self.delivery(&to, "sink", Location::caller())
    }

    fn delivery(
        &self,
        to: &PluginFunction,
        verb: &'static str,
        location: &'static Location<'static>,
    ) -> Result<Sink> {
        let plugins = &self.session().env().plugins;
        let sink = plugins.sink(to.name(), to.all_params(), self.meta());
        let sink = sink.map_err(|error| Error::planning(error.into(), verb, location))?;
        Ok(Sink {
            session: self.session().clone(),
            plan: self.plan().deliver(Arc::new(sink)).at(location),
        })
    }
}
