//! Rows that the backend holds already.

use std::any::Any;
use std::fmt::Debug;
use std::sync::Arc;

use swath_divisions::Divisions;
use swath_graph::{Key, Name};
use swath_meta::Meta;

use crate::{Node, Plan};

/// Held partitions: what `persist()` returns, or data handed in from memory.
///
/// The frame implements it over its claims; a plan only needs to know where the rows are, or, after
/// they were released, how to compute them again.
pub trait HeldRows: Any + Debug + Send + Sync {
    /// The logical name that the rows stand in for.
    fn name(&self) -> &Name;
    /// Columns of every partition.
    fn meta(&self) -> &Arc<Meta>;
    /// Bounds of the partitions.
    fn divisions(&self) -> &Divisions;
    /// One key a partition, in order; `None` once the rows were released.
    fn keys(&self) -> Option<Vec<Key>>;
    /// Bytes of each partition, in order; empty once the rows were released.
    fn bytes(&self) -> Vec<u64>;
    /// Rows of each partition, in order; `None` where they are not known, or were released.
    fn rows(&self) -> Option<Vec<u64>> {
        None
    }
    /// How to compute the rows again; `None` for data that came from memory.
    fn origin(&self) -> Option<&Plan>;
    /// What the user calls them, if anything.
    fn label(&self) -> Option<&str> {
        None
    }
}

impl Plan {
    /// A plan whose rows are held.
    pub fn held(rows: Arc<dyn HeldRows>) -> Plan {
        let (meta, divisions) = (Arc::clone(rows.meta()), rows.divisions().clone());
        Plan::assemble(Node::Held(rows), Vec::new(), meta, divisions)
    }
}
