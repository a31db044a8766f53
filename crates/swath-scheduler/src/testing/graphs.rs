//! The shapes of graphs by which schedulers are measured.

use std::sync::Arc;

use swath_graph::{Graph, GraphBuilder, GraphError, Key, Name, TaskId};

/// A name that means nothing.
pub fn name(kind: &str) -> Name {
    Name::of(kind, "test")
}

/// A graph and the keys that need all of it.
type Shape<W> = Result<(Arc<Graph<W>>, Vec<Key>), GraphError>;

/// `n` tasks that have nothing to do with each other, and one that reads them all.
///
/// # Errors
/// None for fewer than 2^32 tasks; so for all of these.
pub fn independent<W>(n: usize, leaf: W, root: W) -> Shape<W> {
    let mut graph = GraphBuilder::with_capacity(n + 1, n);
    let (leaf, root) = (
        graph.stage(name("leaf"), leaf),
        graph.stage(name("root"), root),
    );
    let leaves: Vec<_> = (0..n).map(|_| graph.task(leaf, &[]).port(0)).collect();
    graph.task(root, &leaves);
    Ok((Arc::new(graph.build()?), vec![Key::new(name("root"), 0)]))
}

/// `n` tasks, each reading the one before.
pub fn chain<W>(n: usize, work: W) -> Shape<W> {
    let mut graph = GraphBuilder::with_capacity(n, n);
    let stage = graph.stage(name("link"), work);
    let mut last: Option<TaskId> = None;
    for _ in 0..n {
        let dep = last.map(|task| task.port(0));
        last = Some(graph.task(stage, dep.as_slice()));
    }
    Ok((
        Arc::new(graph.build()?),
        vec![Key::new(name("link"), n.saturating_sub(1) as u32)],
    ))
}

/// A binary tree over `leaves` leaves: `2 * leaves - 1` tasks.
pub fn tree<W>(leaves: usize, leaf: W, node: W) -> Shape<W> {
    let mut graph = GraphBuilder::with_capacity(2 * leaves, 2 * leaves);
    let (leaf, node) = (
        graph.stage(name("leaf"), leaf),
        graph.stage(name("node"), node),
    );
    let mut level: Vec<TaskId> = (0..leaves).map(|_| graph.task(leaf, &[])).collect();
    let mut nodes = 0;
    while level.len() > 1 {
        level = level
            .chunks(2)
            .map(|pair| {
                if let [one] = pair {
                    return *one;
                }
                nodes += 1;
                graph.task(
                    node,
                    &pair.iter().map(|task| task.port(0)).collect::<Vec<_>>(),
                )
            })
            .collect();
    }
    let root = if nodes == 0 {
        Key::new(name("leaf"), 0)
    } else {
        Key::new(name("node"), nodes - 1)
    };
    Ok((Arc::new(graph.build()?), vec![root]))
}

/// `stages` stages of `width` tasks, each reading all tasks of the stage before.
pub fn dense<W: Clone>(stages: usize, width: usize, work: &W) -> Shape<W> {
    let mut graph = GraphBuilder::with_capacity(stages * width, stages * width * width);
    let mut before = Vec::new();
    for number in 0..stages {
        let stage = graph.stage(Name::of("dense", &(number as u64)), work.clone());
        before = (0..width)
            .map(|_| graph.task(stage, &before).port(0))
            .collect();
    }
    let last = Name::of("dense", &(stages.saturating_sub(1) as u64));
    let wanted = (0..width as u32)
        .map(|index| Key::new(last.clone(), index))
        .collect();
    Ok((Arc::new(graph.build()?), wanted))
}
