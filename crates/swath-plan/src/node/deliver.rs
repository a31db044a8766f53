//! Handing rows to what is no file.

use std::fmt::Debug;
use std::sync::Arc;

use swath_batch::Host;
use swath_divisions::Divisions;
use swath_graph::{Canon, Fingerprint};
use swath_meta::Meta;
use swath_ops::SinkSpec;
use swath_ops::sink::Ongoing;

use crate::{Node, Plan, PlanError};

/// Where rows go that are not written into files.
pub trait Destination: Fingerprint + Debug + Send + Sync {
    /// What makes the value of the task of one partition of so many, for this write.
    fn sink(&self, write: &Arc<Ongoing>, partitions: usize) -> Arc<dyn SinkSpec>;

    /// The columns of those values: `receipt`, a text, and `rows`.
    fn receipts(&self) -> Arc<Meta>;

    /// What it is called, for plans that are printed.
    fn describe(&self) -> String;

    /// Ends a write and makes it seen, by the receipts of its partitions in their order. `host` says whether to go on.
    ///
    /// # Errors
    /// Its own: the write did not take place, unless it [is unknown](PlanError::leaves_a_write_unknown).
    fn commit(
        &self,
        write: &Ongoing,
        receipts: &[String],
        host: &Arc<dyn Host>,
    ) -> Result<(), PlanError>;

    /// Ends a write and clears away what there is of it.
    fn abort(&self, write: &Ongoing);
}

/// Hands the rows of each partition to a destination; whoever computes it says at the end whether the write took place.
#[derive(Clone, Debug)]
pub struct Deliver {
    to: Arc<dyn Destination>,
    /// The write that has begun; only such a one can be lowered.
    write: Option<Arc<Ongoing>>,
}

impl Deliver {
    pub(crate) fn plan(self, input: Plan) -> Plan {
        let meta = self.to.receipts();
        Plan::assemble(
            Node::Deliver(self),
            vec![input],
            meta,
            Divisions::unknown(1),
        )
    }

    pub(crate) fn describe(&self) -> String {
        self.to.describe()
    }

    /// What makes the value of each of so many tasks.
    pub(crate) fn sink(&self, partitions: usize) -> Result<Arc<dyn SinkSpec>, PlanError> {
        let write = self.write.as_ref().ok_or(PlanError::NotBegun)?;
        Ok(self.to.sink(write, partitions))
    }
}

impl Plan {
    /// Hands all rows to a destination; the one partition of the result lists a receipt for each partition.
    pub fn deliver(&self, to: Arc<dyn Destination>) -> Plan {
        Deliver { to, write: None }.plan(self.clone())
    }

    /// Where a plan that delivers rows has them go, if it is one.
    pub fn delivers(&self) -> Option<&Arc<dyn Destination>> {
        match self.node() {
            Node::Deliver(deliver) => Some(&deliver.to),
            _ => None,
        }
    }

    /// The same delivery, begun as this write; another plan as it is.
    pub fn delivered_as(&self, write: Arc<Ongoing>) -> Plan {
        match self.node() {
            Node::Deliver(deliver) => {
                let deliver = Deliver {
                    to: Arc::clone(&deliver.to),
                    write: Some(write),
                };
                deliver.plan(self.input().clone()).keep_location(self)
            }
            _ => self.clone(),
        }
    }
}

impl Fingerprint for Deliver {
    fn feed(&self, out: &mut Canon) {
        self.to.feed(out);
        match &self.write {
            None => {
                out.none();
            }
            Some(write) => {
                out.some();
                out.str(write.name());
            }
        }
    }
}
