//! Boxes and arrows, before they become text.

use crate::graph::{DepSource, Graph};
use crate::key::Key;
use crate::name::Name;
use std::collections::{BTreeMap, HashMap};

/// A drawing in an order that depends on the graph alone.
pub(super) struct Picture {
    pub(super) nodes: Vec<Node>,
    pub(super) edges: Vec<Edge>,
}

pub(super) struct Node {
    /// Unique, made of a letter and a number.
    pub(super) id: String,
    /// Lines of text, not escaped.
    pub(super) lines: Vec<String>,
    pub(super) held: bool,
}

pub(super) struct Edge {
    pub(super) from: String,
    pub(super) to: String,
    pub(super) label: Option<String>,
}

impl Picture {
    /// Draws each task, or each stage when there are more tasks and held keys than `limit`.
    pub(super) fn new<W>(graph: &Graph<W>, limit: usize) -> Self {
        if graph.len() + graph.held().len() > limit {
            Self::by_stage(graph)
        } else {
            Self::by_task(graph)
        }
    }

    fn by_task<W>(graph: &Graph<W>) -> Self {
        let mut nodes: Vec<Node> = graph
            .held()
            .iter()
            .enumerate()
            .map(|(position, key)| Node {
                id: format!("h{position}"),
                lines: vec![format!("{key:#}")],
                held: true,
            })
            .collect();
        let mut edges = Vec::new();
        for task in graph.tasks() {
            let id = format!("t{}", task.id().index());
            for dep in task.deps() {
                let from = match dep.from {
                    DepSource::Task(from) => format!("t{}", from.index()),
                    DepSource::Held(from) => format!("h{}", from.index()),
                };
                let label = (dep.port > 0).then(|| format!("port {}", dep.port));
                edges.push(Edge {
                    from,
                    to: id.clone(),
                    label,
                });
            }
            nodes.push(Node {
                id,
                lines: lines(task.hint().label.as_deref(), &task.key()),
                held: false,
            });
        }
        Self { nodes, edges }
    }

    fn by_stage<W>(graph: &Graph<W>) -> Self {
        let mut held_groups: HashMap<&Name, usize> = HashMap::new();
        let mut held_counts: Vec<(&Name, usize)> = Vec::new();
        let mut group_of_held = Vec::with_capacity(graph.held().len());
        for key in graph.held() {
            let group = *held_groups.entry(&key.name).or_insert_with(|| {
                held_counts.push((&key.name, 0));
                held_counts.len() - 1
            });
            held_counts[group].1 += 1;
            group_of_held.push(group);
        }
        let mut counts = vec![0_usize; graph.stages().len()];
        // (is the source a stage, its number, the reading stage, port) -> how many
        let mut arrows: BTreeMap<(bool, usize, usize, u16), usize> = BTreeMap::new();
        for task in graph.tasks() {
            let to = task.stage_id().index();
            counts[to] += 1;
            for dep in task.deps() {
                let arrow = match dep.from {
                    DepSource::Task(from) => {
                        (true, graph.task(from).stage_id().index(), to, dep.port)
                    }
                    DepSource::Held(from) => (false, group_of_held[from.index()], to, dep.port),
                };
                *arrows.entry(arrow).or_default() += 1;
            }
        }

        let held = held_counts
            .iter()
            .enumerate()
            .map(|(group, (name, count))| Node {
                id: format!("h{group}"),
                lines: vec![format!("{name:#}"), times(*count, "result")],
                held: true,
            });
        let stages = graph
            .stages()
            .iter()
            .zip(counts)
            .enumerate()
            .filter(|(_, (_, count))| *count > 0);
        let stages = stages.map(|(position, (stage, count))| {
            let mut lines: Vec<String> = stage.hint.label.iter().map(ToString::to_string).collect();
            lines.extend([format!("{:#}", stage.name), times(count, "task")]);
            Node {
                id: format!("s{position}"),
                lines,
                held: false,
            }
        });
        let edges = arrows
            .into_iter()
            .map(|((is_stage, from, to, port), count)| Edge {
                from: format!("{}{from}", if is_stage { 's' } else { 'h' }),
                to: format!("s{to}"),
                label: Some(if port > 0 {
                    format!("{count} of port {port}")
                } else {
                    count.to_string()
                }),
            });
        Self {
            nodes: held.chain(stages).collect(),
            edges: edges.collect(),
        }
    }
}

fn lines(label: Option<&str>, key: &Key) -> Vec<String> {
    label
        .map(ToOwned::to_owned)
        .into_iter()
        .chain([format!("{key:#}")])
        .collect()
}

fn times(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}
