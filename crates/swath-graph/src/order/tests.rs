//! How many results an order keeps alive, shape by shape.
//!
//! The measure: run the tasks one after the other; a result is alive from its task until the last task that reads it has
//! ended. Wanted results are not counted, since they stay in any order. The bound of each shape is stated beside it.

use super::order;
use crate::{Dep, Graph, GraphBuilder, Name, Stage, TaskId};
use proptest::prelude::*;

/// Builds graphs of unit tasks.
struct Shape {
    builder: GraphBuilder<()>,
    stage: Stage,
}

impl Shape {
    fn new() -> Self {
        let mut builder = GraphBuilder::new();
        let stage = builder.stage(Name::of("x", &0), ());
        Self { builder, stage }
    }

    fn task(&mut self, deps: &[TaskId]) -> TaskId {
        let deps: Vec<Dep> = deps.iter().map(|id| id.port(0)).collect();
        self.builder.task(self.stage, &deps)
    }

    fn tasks(&mut self, n: usize) -> Vec<TaskId> {
        (0..n).map(|_| self.task(&[])).collect()
    }

    fn map(&mut self, over: &[TaskId]) -> Vec<TaskId> {
        over.iter().map(|id| self.task(&[*id])).collect()
    }

    /// Reduces to one, so many at a time.
    fn tree(&mut self, over: &[TaskId], at_a_time: usize) -> TaskId {
        let mut level = over.to_vec();
        while level.len() > 1 {
            level = level
                .chunks(at_a_time)
                .map(|deps| self.task(deps))
                .collect();
        }
        level[0]
    }

    fn peak(self, wanted: &[TaskId]) -> usize {
        let graph = self.builder.build().unwrap();
        let order = order(&graph, wanted);
        peak(&graph, wanted, &order)
    }
}

/// Checks that the order is one, and returns the largest number of results alive at once.
fn peak(graph: &Graph<()>, wanted: &[TaskId], order: &[u32]) -> usize {
    let mut sequence = vec![None; graph.len()];
    for (task, priority) in order.iter().enumerate() {
        let place = &mut sequence[*priority as usize];
        assert_eq!(
            place.replace(TaskId::from_index(task)),
            None,
            "two tasks have priority {priority}"
        );
    }
    let mut kept = vec![false; graph.len()];
    for id in wanted {
        kept[id.index()] = true;
    }
    let readers = |id: TaskId| {
        let mut readers = graph.consumers().of_task(id).to_vec();
        readers.dedup();
        readers.len()
    };
    let mut left: Vec<usize> = graph.tasks().map(|task| readers(task.id())).collect();
    let mut ran = vec![false; graph.len()];
    let (mut alive, mut peak) = (0, 0);
    for id in sequence.into_iter().flatten() {
        alive += usize::from(!kept[id.index()]);
        peak = peak.max(alive);
        let mut deps: Vec<TaskId> = graph
            .task(id)
            .deps()
            .iter()
            .filter_map(|dep| dep.task())
            .collect();
        deps.sort();
        deps.dedup();
        for dep in deps {
            assert!(
                ran[dep.index()],
                "{id:?} runs before {dep:?}, which it reads"
            );
            left[dep.index()] -= 1;
            alive -= usize::from(left[dep.index()] == 0 && !kept[dep.index()]);
        }
        ran[id.index()] = true;
        alive -= usize::from(left[id.index()] == 0 && !kept[id.index()]);
    }
    peak
}

/// The levels of a tree over `n`.
fn levels(n: usize, at_a_time: usize) -> usize {
    let (mut n, mut levels) = (n, 0);
    while n > 1 {
        n = n.div_ceil(at_a_time);
        levels += 1;
    }
    levels
}

#[test]
fn a_chain_keeps_two() {
    let mut shape = Shape::new();
    let mut last = shape.task(&[]);
    for _ in 0..100 {
        last = shape.task(&[last]);
    }
    assert_eq!(shape.peak(&[]), 2);
}

#[test]
fn independent_chains_run_one_after_the_other() {
    let mut shape = Shape::new();
    let mut level = shape.tasks(50);
    for _ in 0..5 {
        level = shape.map(&level);
    }
    assert_eq!(shape.peak(&level), 2);
}

#[test]
fn a_map_with_one_reader_keeps_the_results_of_the_map() {
    let mut shape = Shape::new();
    let loads = shape.tasks(50);
    let maps = shape.map(&loads);
    let sum = shape.task(&maps);
    assert_eq!(
        shape.peak(&[sum]),
        51,
        "49 results, a load and its map at the end"
    );
}

#[test]
fn a_tree_keeps_a_few_for_each_level() {
    for n in [2, 7, 64, 100, 1000, 4096] {
        for at_a_time in [2, 3, 8] {
            let mut shape = Shape::new();
            let loads = shape.tasks(n);
            let maps = shape.map(&loads);
            let total = shape.tree(&maps, at_a_time);
            let (peak, bound) = (
                shape.peak(&[total]),
                (at_a_time - 1) * levels(n, at_a_time) + 2,
            );
            assert!(peak <= bound, "{n} leaves by {at_a_time}: {peak} > {bound}");
        }
    }
}

/// Depth-first alone would keep all 256 inputs: they are shared by the reductions.
#[test]
fn reductions_that_share_their_inputs_go_hand_in_hand() {
    for reductions in 2..6 {
        let mut shape = Shape::new();
        let loads = shape.tasks(256);
        let totals: Vec<TaskId> = (0..reductions)
            .map(|_| {
                let partials = shape.map(&loads);
                shape.tree(&partials, 2)
            })
            .collect();
        let last = shape.task(&totals);
        let (peak, bound) = (shape.peak(&[last]), reductions * (levels(256, 2) + 1) + 2);
        assert!(peak <= bound, "{reductions} reductions: {peak} > {bound}");
    }
}

#[test]
fn reductions_of_steps_that_share_a_cleaned_input() {
    let mut shape = Shape::new();
    let loads = shape.tasks(256);
    let cleaned = shape.map(&loads);
    let totals: Vec<TaskId> = [&loads, &cleaned, &cleaned]
        .map(|over| {
            let partials = shape.map(over);
            let partials = shape.map(&partials);
            shape.tree(&partials, 4)
        })
        .to_vec();
    let (peak, bound) = (shape.peak(&totals), 3 * (3 * levels(256, 4) + 1) + 3);
    assert!(peak <= bound, "{peak} > {bound}");
}

#[test]
fn what_is_stored_does_not_wait_for_the_reduction() {
    let mut shape = Shape::new();
    let loads = shape.tasks(256);
    let partials = shape.map(&loads);
    let total = shape.tree(&partials, 2);
    let mut wanted = shape.map(&loads);
    wanted.push(total);
    let (peak, bound) = (shape.peak(&wanted), levels(256, 2) + 3);
    assert!(peak <= bound, "{peak} > {bound}");
}

#[test]
fn diamonds_in_a_row_keep_three() {
    let mut shape = Shape::new();
    let mut last = shape.task(&[]);
    for _ in 0..100 {
        let (left, right) = (shape.task(&[last]), shape.task(&[last]));
        last = shape.task(&[left, right]);
    }
    assert_eq!(shape.peak(&[last]), 3);
}

/// Every target reads a piece of every split: the splits and one target's pieces are the least possible.
#[test]
fn a_shuffle_keeps_its_splits_and_one_targets_pieces() {
    for (n, m) in [(1, 1), (10, 10), (30, 5), (5, 30)] {
        let mut shape = Shape::new();
        let loads = shape.tasks(n);
        let splits = shape.map(&loads);
        let pieces: Vec<Vec<TaskId>> = splits
            .iter()
            .map(|split| (0..m).map(|_| shape.task(&[*split])).collect())
            .collect();
        let targets: Vec<TaskId> = (0..m)
            .map(|to| shape.task(&pieces.iter().map(|pieces| pieces[to]).collect::<Vec<_>>()))
            .collect();
        let after = shape.map(&targets);
        let total = shape.tree(&after, 2);
        let (peak, bound) = (shape.peak(&[total]), 2 * n + levels(m, 2) + 2);
        assert!(peak <= bound, "{n} x {m}: {peak} > {bound}");
    }
}

#[test]
fn dense_stages_keep_two_stages() {
    let mut shape = Shape::new();
    let mut level = shape.tasks(64);
    for _ in 0..10 {
        level = (0..64).map(|_| shape.task(&level)).collect();
    }
    assert!(shape.peak(&level) <= 128);
}

/// Windows over neighbours, as `map_overlap` makes them: wanted one by one, or reduced.
#[test]
fn a_zigzag_moves_along() {
    for width in [2, 3, 5] {
        for reduced in [false, true] {
            let mut shape = Shape::new();
            let loads = shape.tasks(200);
            let windows: Vec<TaskId> = loads.windows(width).map(|deps| shape.task(deps)).collect();
            let (wanted, bound) = if reduced {
                (vec![shape.tree(&windows, 2)], width + levels(200, 2) + 1)
            } else {
                (windows, width)
            };
            let peak = shape.peak(&wanted);
            assert!(peak <= bound, "{width} {reduced}: {peak} > {bound}");
        }
    }
}

/// The same when ids say nothing of who is whose neighbour.
#[test]
fn a_zigzag_moves_along_whatever_its_ids() {
    let mut shape = Shape::new();
    let loads = shape.tasks(200);
    let mut starts: Vec<usize> = (0..199).collect();
    starts.sort_by_key(|start| start * 7919 % 199);
    let windows: Vec<TaskId> = starts
        .iter()
        .map(|start| shape.task(&loads[*start..*start + 2]))
        .collect();
    // It begins somewhere in the middle, so two ends stay open.
    assert!(shape.peak(&windows) <= 3);
}

#[test]
fn a_broadcast_table_is_kept_beside_a_tree() {
    let mut shape = Shape::new();
    let table = shape.task(&[]);
    let loads = shape.tasks(256);
    let probes: Vec<TaskId> = loads
        .iter()
        .map(|load| shape.task(&[*load, table]))
        .collect();
    let total = shape.tree(&probes, 2);
    let (peak, bound) = (shape.peak(&[total]), levels(256, 2) + 3);
    assert!(peak <= bound, "{peak} > {bound}");
}

/// One source that everything reads must not make it breadth-first.
#[test]
fn a_single_root_changes_nothing() {
    let mut shape = Shape::new();
    let root = shape.task(&[]);
    let loads: Vec<TaskId> = (0..256).map(|_| shape.task(&[root])).collect();
    let totals: Vec<TaskId> = (0..2)
        .map(|_| {
            let partials = shape.map(&loads);
            shape.tree(&partials, 2)
        })
        .collect();
    let (peak, bound) = (shape.peak(&totals), 2 * (levels(256, 2) + 1) + 3);
    assert!(peak <= bound, "{peak} > {bound}");
}

#[test]
fn pairs_of_roots_are_joined_one_by_one() {
    let mut shape = Shape::new();
    let (left, right) = (shape.tasks(256), shape.tasks(256));
    let joins: Vec<TaskId> = left
        .iter()
        .zip(&right)
        .map(|(a, b)| shape.task(&[*a, *b]))
        .collect();
    let wanted = shape.map(&joins);
    assert_eq!(shape.peak(&wanted), 3);
}

#[test]
fn an_outer_product_keeps_a_side_and_a_row() {
    let mut shape = Shape::new();
    let (left, right) = (shape.tasks(20), shape.tasks(20));
    let rows: Vec<TaskId> = left
        .iter()
        .map(|a| {
            let row: Vec<TaskId> = right.iter().map(|b| shape.task(&[*a, *b])).collect();
            shape.task(&row)
        })
        .collect();
    let (peak, bound) = (shape.peak(&rows), 20 + 20 + 2);
    assert!(peak <= bound, "{peak} > {bound}");
}

/// `x - x.mean()`: every input must wait for the mean.
#[test]
fn what_must_wait_waits() {
    let mut shape = Shape::new();
    let loads = shape.tasks(256);
    let partials = shape.map(&loads);
    let mean = shape.tree(&partials, 2);
    let centred: Vec<TaskId> = loads
        .iter()
        .map(|load| shape.task(&[*load, mean]))
        .collect();
    let total = shape.tree(&centred, 2);
    let (peak, bound) = (shape.peak(&[total]), 256 + levels(256, 2) + 2);
    assert!(peak <= bound, "{peak} > {bound}");
}

#[test]
fn what_is_not_wanted_comes_last() {
    let mut shape = Shape::new();
    let other = shape.task(&[]);
    let load = shape.task(&[]);
    let unread = shape.task(&[load, other]);
    let wanted = shape.task(&[load]);
    let graph = shape.builder.build().unwrap();
    let order = order(&graph, &[wanted]);
    assert_eq!(
        [load, wanted, other, unread].map(|id| order[id.index()]),
        [0, 1, 2, 3]
    );
    assert!(super::order(&GraphBuilder::<()>::new().build().unwrap(), &[]).is_empty());
}

/// The least peak of any order, by trying the sets of tasks that can have run.
fn best_peak(graph: &Graph<()>, wanted: &[TaskId]) -> usize {
    let n = graph.len();
    let deps: Vec<u32> = graph
        .tasks()
        .map(|task| {
            task.deps()
                .iter()
                .filter_map(|dep| dep.task())
                .fold(0, |mask, id| mask | 1 << id.index())
        })
        .collect();
    let readers: Vec<u32> = (0..n)
        .map(|id| {
            (0..n)
                .filter(|reader| deps[*reader] >> id & 1 == 1)
                .fold(0, |mask, reader| mask | 1 << reader)
        })
        .collect();
    let kept = wanted.iter().fold(0_u32, |mask, id| mask | 1 << id.index());
    let alive = |ran: u32| {
        (0..n)
            .filter(|id| ran >> id & 1 == 1 && kept >> id & 1 == 0 && readers[*id] & !ran != 0)
            .count()
    };
    let mut best = vec![usize::MAX; 1 << n];
    best[0] = 0;
    for ran in 0..(1_u32 << n) {
        let before = best[ran as usize];
        if before == usize::MAX {
            continue;
        }
        for task in (0..n).filter(|task| ran >> task & 1 == 0 && deps[*task] & !ran == 0) {
            // While it runs, what it reads is still there, and so is what it makes.
            let during = alive(ran) + usize::from(kept >> task & 1 == 0);
            let after = &mut best[(ran | 1 << task) as usize];
            *after = (*after).min(before.max(during));
        }
    }
    best[(1 << n) - 1]
}

/// A random acyclic graph: for each task, which of the earlier ones it reads.
fn any_graph(size: usize, most_deps: usize) -> impl Strategy<Value = Vec<Vec<usize>>> {
    let deps = proptest::collection::vec(any::<prop::sample::Index>(), 0..=most_deps);
    proptest::collection::vec(deps, 1..=size).prop_map(|tasks| {
        let reads = |(i, deps): (usize, Vec<prop::sample::Index>)| match i {
            0 => Vec::new(),
            _ => deps.iter().map(|dep| dep.index(i)).collect(),
        };
        tasks.into_iter().enumerate().map(reads).collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    /// Against the best of all orders: never more than half as much again, and one.
    #[test]
    fn small_graphs_are_near_the_best(tasks in any_graph(11, 3), wanted in proptest::collection::vec(any::<prop::sample::Index>(), 0..3)) {
        let mut shape = Shape::new();
        let mut ids = Vec::new();
        for deps in &tasks {
            let deps: Vec<TaskId> = deps.iter().map(|dep| ids[*dep]).collect();
            ids.push(shape.task(&deps));
        }
        let wanted: Vec<TaskId> = wanted.iter().map(|at| ids[at.index(ids.len())]).collect();
        let graph = shape.builder.build().unwrap();
        // Only what is wanted counts: the rest would have to be run too.
        let keys: Vec<_> = wanted.iter().map(|id| graph.task(*id).key()).collect();
        let graph = if wanted.is_empty() { graph } else { crate::cull(&graph, &keys).unwrap() };
        let wanted: Vec<TaskId> = keys.iter().map(|key| graph.find(key).unwrap()).collect();
        let (peak, best) = (peak(&graph, &wanted, &order(&graph, &wanted)), best_peak(&graph, &wanted));
        prop_assert!(peak <= best + best / 2 + 1, "{peak} results alive, {best} would do");
    }

    /// A tree of tasks, each read by one: the order is as good as can be when each part is run as a whole.
    #[test]
    fn trees_are_the_best(parents in proptest::collection::vec(any::<prop::sample::Index>(), 0..60)) {
        // Task i's reader is among those after it; ids ascend towards the root.
        let n = parents.len() + 1;
        let mut deps = vec![Vec::new(); n];
        for (task, parent) in parents.iter().enumerate() {
            deps[task + 1 + parent.index(n - task - 1)].push(task);
        }
        let mut shape = Shape::new();
        let mut ids: Vec<TaskId> = Vec::new();
        let mut need: Vec<usize> = Vec::new();
        for deps in &deps {
            let mut parts: Vec<usize> = deps.iter().map(|dep| need[*dep]).collect();
            parts.sort_by(|a, b| b.cmp(a));
            let on_the_way = parts.iter().enumerate().map(|(before, need)| need + before).max().unwrap_or(0);
            need.push(on_the_way.max(deps.len() + 1));
            let deps: Vec<TaskId> = deps.iter().map(|dep| ids[*dep]).collect();
            ids.push(shape.task(&deps));
        }
        prop_assert!(shape.peak(&[]) <= need[n - 1]);
    }

    /// Whatever the graph: every task once, after what it reads.
    #[test]
    fn every_order_is_one(tasks in any_graph(200, 6)) {
        let mut shape = Shape::new();
        let mut ids = Vec::new();
        for deps in &tasks {
            let deps: Vec<TaskId> = deps.iter().map(|dep| ids[*dep]).collect();
            ids.push(shape.task(&deps));
        }
        let wanted = [ids[ids.len() / 2]];
        shape.peak(&wanted);
    }
}
