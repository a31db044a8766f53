//! Sinks that plugins have.

use std::fmt::{self, Debug, Formatter};
use std::sync::Arc;

use swath_batch::Host;
use swath_expr::{Params, PluginName};
use swath_graph::{Canon, Fingerprint};
use swath_meta::Meta;
use swath_plugin_host::BoundSink;

use super::values::json_of;
use super::{PluginError, Plugins, Use};
use crate::sink::Ongoing;

/// A sink that is bound to parameters and to the columns of a frame.
#[derive(Clone)]
pub struct PluginSink {
    name: PluginName,
    params: Params,
    bound: Arc<BoundSink>,
}

impl Plugins {
    /// The sink of this name, bound. Runs none of it on data.
    ///
    /// # Errors
    /// There is none, there are several, it is of another kind, or it does not take these parameters or columns.
    pub fn sink(
        &self,
        name: &PluginName,
        params: &Params,
        input: &Meta,
    ) -> Result<PluginSink, PluginError> {
        let found = self.find(name, Use::Sink)?;
        let function = found.function();
        let json = json_of(params, function.name())?;
        Ok(PluginSink {
            name: found.name(),
            params: params.clone(),
            bound: Arc::new(function.bind_sink(&json, input)?),
        })
    }
}

impl PluginSink {
    /// Its name, down to the hash of the plugin.
    pub fn name(&self) -> &PluginName {
        &self.name
    }

    /// Its parameters.
    pub fn params(&self) -> &Params {
        &self.params
    }

    pub(crate) fn bound(&self) -> &Arc<BoundSink> {
        &self.bound
    }

    /// Ends a write and makes it seen, by the receipts of its partitions in their order. `host` says whether to go on; where the sink
    /// does although it should not, the write took place.
    ///
    /// # Errors
    /// Its own: the write did not take place, unless it [is unknown](PluginError::leaves_a_write_unknown).
    pub fn commit(
        &self,
        write: &Ongoing,
        receipts: &[String],
        host: &Arc<dyn Host>,
    ) -> Result<(), PluginError> {
        write.end();
        let host = Arc::clone(host);
        Ok(self.bound.commit(write.name(), receipts, Some(host))?)
    }

    /// Ends a write and clears away what there is of it, which nothing cancels; where that fails, it is logged.
    pub fn abort(&self, write: &Ongoing) {
        write.end();
        let write = &**write.name();
        if let Err(error) = self.bound.abort(write) {
            let function = self.name.to_string();
            tracing::warn!(function, write, "a write was not cleared away: {error}");
        }
    }
}

impl Debug for PluginSink {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "PluginSink({}({}))", self.name, self.params)
    }
}

impl Fingerprint for PluginSink {
    fn feed(&self, out: &mut Canon) {
        out.object("plugin-sink", 1)
            .str(&self.name.marked())
            .feed(&self.params);
    }
}
