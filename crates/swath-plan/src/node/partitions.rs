//! Choosing partitions.

use std::sync::Arc;

use crate::{Node, Plan, PlanError};

impl Plan {
    /// These partitions, in the order given; none of the others is computed.
    ///
    /// Divisions stay known while the order of the partitions does.
    pub fn partitions(&self, which: Vec<usize>) -> Result<Plan, PlanError> {
        if which.is_empty() {
            return Err(PlanError::TooSmall {
                what: "the number of chosen partitions",
                least: 1,
                found: 0,
            });
        }
        if let Some(&asked) = which.iter().find(|&&which| which >= self.npartitions()) {
            return Err(PlanError::NoPartition {
                asked,
                npartitions: self.npartitions(),
            });
        }
        let divisions = self.divisions().select(&which)?;
        Ok(Plan::assemble(
            Node::Partitions(which),
            vec![self.clone()],
            Arc::clone(self.meta()),
            divisions,
        ))
    }
}
