//! Rows that planning knows.

use std::sync::Arc;

use swath_batch::{Chunk, Partition, Value};
use swath_divisions::Divisions;
use swath_graph::{Canon, Fingerprint};
use swath_meta::{DType, Meta};
use swath_ops::OpError;

use crate::{Node, Plan, PlanError};

/// A few rows inside the plan itself; they travel inside the task.
#[derive(Clone, Debug)]
pub struct Constant {
    rows: Partition,
    /// Partitions, each of these rows.
    npartitions: usize,
    /// Fingerprint of the rows, made once.
    pub(super) print: u128,
}

impl Constant {
    /// These rows.
    ///
    /// # Errors
    /// Rows that Arrow IPC cannot carry.
    pub fn try_new(rows: Partition) -> Result<Self, PlanError> {
        let mut canon = Canon::new("constant", 1);
        canon.bytes(&rows.encode().map_err(OpError::from)?);
        Ok(Self {
            rows,
            npartitions: 1,
            print: canon.finish(),
        })
    }

    /// The rows.
    pub fn rows(&self) -> &Partition {
        &self.rows
    }

    pub(super) fn plan(self) -> Plan {
        let meta = Arc::clone(self.rows.meta());
        let divisions = Divisions::unknown(self.npartitions);
        Plan::assemble(Node::Constant(self), Vec::new(), meta, divisions)
    }
}

impl Fingerprint for Constant {
    fn feed(&self, out: &mut Canon) {
        out.u128(self.print);
        out.u64(self.npartitions as u64);
    }
}

impl Plan {
    /// One row of one column, `row`: what expressions that read no column are computed over.
    ///
    /// ```
    /// use swath_plan::Plan;
    ///
    /// let one = Plan::one_row();
    /// assert_eq!((one.npartitions(), one.meta().fields().len()), (1, 1));
    /// ```
    pub fn one_row() -> Plan {
        let meta = Arc::new(Meta::of([("row", "int64")]).expect("`int64` is a dtype"));
        let zero = Value::Int(0)
            .to_array(&DType::Int64, 1)
            .expect("0 is an int64");
        let batch = Chunk::new(vec![zero], 1)
            .into_batch(&meta)
            .expect("the column is of its dtype");
        let rows = Partition::try_new(meta, vec![batch]).expect("the batch has the columns");
        Self::constant(rows).expect("an int64 is carried by Arrow IPC")
    }

    /// A few rows as one partition.
    ///
    /// # Errors
    /// Rows that Arrow IPC cannot carry.
    pub fn constant(rows: Partition) -> Result<Plan, PlanError> {
        Ok(Constant::try_new(rows)?.plan())
    }

    /// The same few rows in each of so many partitions.
    ///
    /// # Errors
    /// Rows that Arrow IPC cannot carry.
    pub fn constant_copies(rows: Partition, npartitions: usize) -> Result<Plan, PlanError> {
        let rows = Constant::try_new(rows)?;
        Ok(Constant {
            npartitions,
            ..rows
        }
        .plan())
    }
}
