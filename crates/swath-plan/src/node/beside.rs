//! An operation on each partition that sees partitions of other frames beside it.

use std::fmt::Write;
use std::sync::Arc;

use swath_graph::{Canon, Fingerprint};
use swath_ops::Env;

use super::EachPartition;
use crate::{Node, Plan, PlanError};

/// An operation on each partition of its first input that is given one partition of every other input too: that of the same number,
/// or the only one.
///
/// The operation's step reads them as the last dependencies of its tasks.
#[derive(Clone, Debug)]
pub struct Beside {
    operation: Arc<dyn EachPartition>,
}

impl Beside {
    /// The operation on its own.
    pub(crate) fn operation(&self) -> &dyn EachPartition {
        &*self.operation
    }

    pub(crate) fn describe(&self, inputs: usize) -> String {
        let mut text = self.operation.describe();
        let _ = write!(text, " of {inputs} frames");
        text
    }

    pub(crate) fn plan(self, inputs: Vec<Plan>, env: &Env) -> Result<Plan, PlanError> {
        let (first, others) = inputs.split_first().ok_or_else(PlanError::no_frames)?;
        let n = first.npartitions();
        let goes = |found: usize| found == n || found == 1;
        let mut counts = others.iter().map(Plan::npartitions).enumerate();
        if let Some((at, found)) = counts.find(|(_, found)| !goes(*found)) {
            return Err(PlanError::Unpaired {
                frame: at + 1,
                found,
                first: n,
            });
        }
        let (meta, divisions) = self.operation.result(first, env)?;
        Ok(Plan::assemble(Node::Beside(self), inputs, meta, divisions))
    }
}

impl Fingerprint for Beside {
    fn feed(&self, out: &mut Canon) {
        out.str(self.operation.kind());
        self.operation.feed(out);
    }
}

impl Plan {
    /// The result of an operation on each partition of the first plan and one of each of the others: that of the same number, as
    /// [`align`](crate::align) makes them, or the only one.
    ///
    /// # Errors
    /// [`PlanError::Unpaired`] for another number of partitions; what the operation says.
    pub fn each_beside(
        inputs: Vec<Plan>,
        operation: Arc<dyn EachPartition>,
        env: &Env,
    ) -> Result<Plan, PlanError> {
        match &inputs[..] {
            [only] => only.each_partition(operation, env),
            _ => Beside { operation }.plan(inputs, env),
        }
    }
}
