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

#[cfg(test)]
mod tests {
    use super::*;
    use swath_batch::{Batch, Partition};
    use swath_divisions::Divisions;
    use swath_meta::Meta;
    use swath_ops::StepSpec;

    /// Rows as they are, of plans that nobody lowers.
    #[derive(Debug)]
    struct AsTheyAre;

    impl EachPartition for AsTheyAre {
        fn kind(&self) -> &'static str {
            "as-they-are"
        }

        fn result(&self, input: &Plan, _: &Env) -> Result<(Arc<Meta>, Divisions), PlanError> {
            Ok((Arc::clone(input.meta()), input.divisions().clone()))
        }

        fn step(&self, _: &Plan, _: &Arc<Meta>) -> Result<Arc<dyn StepSpec>, PlanError> {
            unreachable!("it is not lowered")
        }

        fn describe(&self) -> String {
            String::new()
        }

        fn feed(&self, _: &mut Canon) {}
    }

    /// What is made of frames of so many partitions each.
    fn beside(partitions: &[usize]) -> Result<Plan, PlanError> {
        let rows = Batch::from_csv("a\n1\n").expect("a table");
        let frame = |n: &usize| Plan::constant_copies(Partition::from(rows.clone()), *n);
        let frames = partitions.iter().map(frame).collect::<Result<_, _>>()?;
        Plan::each_beside(frames, Arc::new(AsTheyAre), &Env::default())
    }

    #[test]
    fn as_many_partitions_go_together_or_one_with_all() {
        for fits in [&[3][..], &[3, 3], &[3, 1], &[3, 1, 3], &[1, 1]] {
            assert_eq!(
                beside(fits).expect("they go together").npartitions(),
                fits[0]
            );
        }
        let said = |partitions: &[usize]| beside(partitions).expect_err("not").to_string();
        insta::assert_snapshot!(said(&[3, 2]), @"frame 1 has 2 partitions beside a first of 3: as many go with them, or one with all; `align` makes them so");
        insta::assert_snapshot!(said(&[1, 1, 4]), @"frame 2 has 4 partitions beside a first of 1: as many go with them, or one with all; `align` makes them so");
        assert!(beside(&[]).is_err(), "there is no first");
    }
}
