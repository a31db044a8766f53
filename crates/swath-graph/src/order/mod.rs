//! In which order tasks should run so that little has to be kept: static priorities.
//!
//! The plain order is depth-first from what is wanted: all that a task needs right before it, the part that keeps most
//! first (as registers are allotted for an expression). Depth-first alone is wasteful where results are shared: it walks to
//! the end of one reduction while every input waits for the other. So whenever a task ends, chains that have become
//! *free to run* and whose end gives back at least as much as it keeps are run at once: a reduction's node as soon as its
//! inputs exist and one of them is waiting for nothing else, a chain of single tasks as soon as it replaces what it reads.
//! Between wanted results, the next one is a neighbour: one that reads a result still alive.
//!
//! How early to run what does not pay at once, but may soon, cannot be seen from close by: five reductions over one input
//! want it, a shuffle does not. So where results are shared the walk is made three times, ever more eagerly, and the
//! order that keeps least is taken. All of this takes time linear in the dependencies (sorting each task's own aside), those that
//! neighbours share counted once.

mod shape;
#[cfg(test)]
mod tests;
mod walk;

use crate::graph::{Graph, TaskId};
use shape::Shape;
use walk::{Eager, Walk};

/// Returns the priority of each task, 0 first, by [`TaskId::index`]: a valid order that keeps few results alive.
///
/// `wanted` results are kept for ever and everything they need comes first; without any, every task that nobody reads is an
/// end whose result is dropped. Tasks that no wanted result needs come last, in the order of their ids.
///
/// Priorities are those of Dask's `order`: finish what was begun, so that inputs can be released, before beginning more. How
/// well it does for the usual shapes is stated, and held, by this module's tests. A million tasks take some tenths of a second.
///
/// ```
/// use swath_graph::{GraphBuilder, Name, order};
///
/// // Two partitions, each loaded and summed, and a total.
/// let mut graph = GraphBuilder::new();
/// let stages = ["load", "sum", "total"].map(|kind| graph.stage(Name::of(kind, "x"), kind));
/// let loads = [graph.task(stages[0], &[]), graph.task(stages[0], &[])];
/// let sums = loads.map(|load| graph.task(stages[1], &[load.port(0)]));
/// let total = graph.task(stages[2], &sums.map(|sum| sum.port(0)));
///
/// // load 0, sum 0, load 1, sum 1, total: never two loads at once.
/// assert_eq!(order(&graph.build()?, &[total]), [0, 2, 1, 3, 4]);
/// # Ok::<(), swath_graph::GraphError>(())
/// ```
///
/// # Panics
/// If a wanted id is not one of the graph.
pub fn order<W>(graph: &Graph<W>, wanted: &[TaskId]) -> Vec<u32> {
    let shape = Shape::new(graph, wanted);
    let walk = |eager, limit| Walk::new(&shape, eager, limit).run();
    let mut best = walk(Eager::Never, u32::MAX).expect("nothing keeps more than all there are");
    if shape.shares_results() {
        for eager in [Eager::Reducers, Eager::Everything] {
            if let Some(other) = walk(eager, best.peak)
                && (other.peak, other.total) < (best.peak, best.total)
            {
                best = other;
            }
        }
    }
    best.priority
}
