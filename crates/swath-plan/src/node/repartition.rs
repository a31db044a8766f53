//! Other cuts through the same rows.

use std::sync::Arc;

use swath_divisions::RepartitionPlan;

use super::partition_count;
use crate::{Node, Plan, PlanError};

impl Plan {
    /// The rows cut as `cuts` says, which must be made for this plan's divisions.
    pub(crate) fn recut(&self, cuts: RepartitionPlan) -> Plan {
        let divisions = cuts.divisions().clone();
        let meta = Arc::clone(self.meta());
        Plan::assemble(Node::Repartition(cuts), vec![self.clone()], meta, divisions)
    }

    /// `n` partitions of the same rows; the plan itself if it has `n`.
    ///
    /// Fewer join neighbours. More cut along the index where known divisions can be interpolated, which keeps
    /// the order of rows within a new partition, and so of all rows where partitions are sorted by the index.
    /// Otherwise more cut each partition evenly by rows, which makes divisions unknown.
    pub fn repartition(&self, n: usize) -> Result<Plan, PlanError> {
        partition_count("the number of partitions", n)?;
        if n == self.npartitions() {
            return Ok(self.clone());
        }
        Ok(self.recut(self.divisions().repartition(n)?))
    }
}
