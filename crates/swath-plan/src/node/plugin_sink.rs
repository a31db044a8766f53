//! Sinks of plugins as destinations.

use std::sync::Arc;

use swath_batch::Host;
use swath_meta::Meta;
use swath_ops::SinkSpec;
use swath_ops::plugin::PluginSink;
use swath_ops::sink::{Deliver, Ongoing};

use super::Destination;
use crate::PlanError;

impl Destination for PluginSink {
    fn sink(&self, write: &Arc<Ongoing>, partitions: usize) -> Arc<dyn SinkSpec> {
        Arc::new(Deliver::new(self, Arc::clone(write), partitions))
    }

    fn receipts(&self) -> Arc<Meta> {
        Deliver::receipt_meta()
    }

    fn describe(&self) -> String {
        format!("{}({})", self.name(), self.params())
    }

    fn commit(
        &self,
        write: &Ongoing,
        receipts: &[String],
        host: &Arc<dyn Host>,
    ) -> Result<(), PlanError> {
        Ok(PluginSink::commit(self, write, receipts, host)?)
    }

    fn abort(&self, write: &Ongoing) {
        PluginSink::abort(self, write);
    }
}
