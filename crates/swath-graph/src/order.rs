//! placeholder
use crate::graph::{Graph, TaskId};

/// placeholder
pub fn order<W>(graph: &Graph<W>, _wanted: &[TaskId]) -> Vec<u32> {
    (0..graph.len() as u32).collect()
}
