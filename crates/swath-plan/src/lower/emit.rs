//! Turns groups of consumers into the stages and tasks of a graph.

use std::collections::HashMap;
use std::sync::Arc;

use swath_graph::{Canon, Dep, Fingerprint, Graph, GraphBuilder, Hint, Key, Name, Stage};
use swath_ops::{Branch, Env, Op, Pipeline};

use super::RootKeys;
use super::read::Streams;
use super::stream::{Consumer, ConsumerId, Group, NamedStep, Origin};
use crate::{Node, Plan, PlanError};

/// A graph and where the roots' partitions are in it.
pub(super) struct Lowered {
    pub(super) graph: Graph<Op>,
    pub(super) wanted: Vec<Key>,
    pub(super) roots: Vec<RootKeys>,
}

/// Lowers `optimised`, whose results go by the names of `roots`.
pub(super) fn graph(
    roots: &[Plan],
    optimised: &[Plan],
    env: &Env,
    threads: usize,
    handed_out: bool,
) -> Result<Lowered, PlanError> {
    let mut streams = Streams::read(optimised, env)?;
    let mut places: Vec<Place> = Vec::with_capacity(roots.len());
    let mut by_name: HashMap<Name, usize> = HashMap::new();
    for (root, plan) in roots.iter().zip(optimised) {
        let place = match plan.node() {
            Node::Held(rows) => Place::Held(Arc::clone(rows)),
            _ => {
                if let Some(&same) = by_name.get(root.name()) {
                    Place::Same(same)
                } else if let Node::Call(_) = plan.node() {
                    Place::Called(streams.called(plan).expect("it is lowered, not held"))
                } else {
                    streams.consume_root(streams.of(plan), plan.root_sink(handed_out), root);
                    Place::Made
                }
            }
        };
        by_name.entry(root.name().clone()).or_insert(places.len());
        places.push(place);
    }

    let mut emitter = Emitter {
        streams: &streams,
        threads,
        builder: GraphBuilder::new(),
        outputs: HashMap::new(),
        collected: HashMap::new(),
        carried: HashMap::new(),
    };
    for group in &streams.groups {
        emitter.group(group)?;
    }

    let mut wanted = Vec::new();
    let mut keys: Vec<RootKeys> = Vec::with_capacity(places.len());
    for (place, root) in places.iter().zip(roots) {
        let root_keys = match place {
            Place::Held(rows) => RootKeys::Held(Arc::clone(rows)),
            Place::Same(same) => keys[*same].clone(),
            Place::Made | Place::Called(_) => {
                if let Place::Called(consumer) = place {
                    emitter.name_call(*consumer, root);
                }
                let first = wanted.len();
                wanted.extend(
                    (0..root.npartitions()).map(|i| Key::new(root.name().clone(), i as u32)),
                );
                RootKeys::Wanted(first..wanted.len())
            }
        };
        keys.push(root_keys);
    }
    let graph = emitter.builder.build()?;
    Ok(Lowered {
        graph,
        wanted,
        roots: keys,
    })
}

/// Where a root's partitions come from.
enum Place {
    Held(Arc<dyn crate::HeldRows>),
    Same(usize),
    Made,
    /// By a call, which has its task whether or not it is a root.
    Called(ConsumerId),
}

pub(super) struct Emitter<'s, 'e> {
    pub(super) streams: &'s Streams<'e>,
    pub(super) threads: usize,
    pub(super) builder: GraphBuilder<Op>,
    /// The values of each consumer, one a task.
    outputs: HashMap<ConsumerId, Outputs>,
    /// The task that lists the pieces of a consumer that splits.
    collected: HashMap<ConsumerId, Dep>,
    /// What is carried on from partition to partition of the rows of a consumer.
    pub(super) carried: HashMap<ConsumerId, Vec<Dep>>,
}

/// What a stage made for one consumer.
struct Outputs {
    stage: Name,
    port: u16,
    deps: Vec<Dep>,
}

/// How often a task is tried again whose error asks for it.
const RETRIES: u32 = 2;

impl Emitter<'_, '_> {
    fn group(&mut self, group: &Group) -> Result<(), PlanError> {
        let tasks = self.tasks(group)?;
        let consumers: Vec<_> = group
            .consumers
            .iter()
            .map(|id| &self.streams.consumers[id.0])
            .collect();
        let shared = common_prefix(
            &consumers
                .iter()
                .map(|consumer| &consumer.steps[..])
                .collect::<Vec<_>>(),
        );
        let specs = |steps: &[NamedStep]| steps.iter().map(NamedStep::of_tasks).collect::<Vec<_>>();
        let pipeline = Pipeline {
            source: tasks.source,
            trunk: specs(&consumers[0].steps[..shared]),
            branches: consumers
                .iter()
                .map(|consumer| Branch {
                    steps: specs(&consumer.steps[shared..]),
                    sink: Arc::clone(&consumer.sink),
                })
                .collect(),
        };
        let alone = consumers.len() == 1;
        let name = match consumers[0] {
            only if alone && only.is_root => only.purpose.clone(),
            _ => stage_name(tasks.reads, &consumers),
        };
        let label = match &self.streams.origins[group.origin.0].0 {
            Origin::Arguments(_) => consumers[0].purpose.kind().to_owned(),
            _ => label(&consumers.iter().map(|c| &c.steps[..]).collect::<Vec<_>>()),
        };
        let mut hint = Hint::default().label(label);
        if pipeline.may_ask_again() {
            hint = hint.retries(RETRIES);
        }
        let stage = self
            .builder
            .stage_with(name.clone(), Op::Pipeline(pipeline), hint);
        if let Some(location) = consumers.iter().find_map(|consumer| consumer.location) {
            self.builder.origin(stage, location);
        }
        let made: Vec<_> = tasks
            .deps
            .iter()
            .map(|deps| self.builder.task(stage, deps))
            .collect();
        for (port, (&id, consumer)) in (0..).zip(group.consumers.iter().zip(&consumers)) {
            let deps: Vec<Dep> = made.iter().map(|task| task.port(port)).collect();
            if consumer.is_root && !alone {
                // A key of its own for a wanted port.
                let alias = self.builder.stage(consumer.purpose.clone(), Op::Alias);
                for dep in &deps {
                    self.builder.task(alias, &[*dep]);
                }
            }
            self.outputs.insert(
                id,
                Outputs {
                    stage: name.clone(),
                    port,
                    deps,
                },
            );
        }
        Ok(())
    }

    /// The values of a consumer, one a task that made them.
    pub(super) fn outputs_of(&self, consumer: ConsumerId, reads: &mut Canon) -> Vec<Dep> {
        let Outputs { stage, port, deps } = &self.outputs[&consumer];
        stage.feed(reads);
        reads.u64(u64::from(*port));
        deps.clone()
    }

    /// Gives the value of a call the key of a root, if it goes by another name: that of its plan before it was optimised.
    fn name_call(&mut self, consumer: ConsumerId, root: &Plan) {
        let Outputs { stage, deps, .. } = &self.outputs[&consumer];
        if stage != root.name() {
            let alias = self.builder.stage(root.name().clone(), Op::Alias);
            self.builder.task(alias, deps);
        }
    }

    /// One task that lists the pieces of a split: N + M edges instead of N · M.
    pub(super) fn collect(&mut self, consumer: ConsumerId, pieces: &[Dep]) -> Dep {
        if let Some(&collected) = self.collected.get(&consumer) {
            return collected;
        }
        let Outputs { stage, port, .. } = &self.outputs[&consumer];
        let name = Name::of("collect", &(stage, u64::from(*port)));
        let collect: Stage = self.builder.stage(name, Op::Collect);
        let collected = self.builder.task(collect, pieces).port(0);
        self.collected.insert(consumer, collected);
        collected
    }
}

/// How many first steps all consumers share.
fn common_prefix(steps: &[&[NamedStep]]) -> usize {
    let Some((first, others)) = steps.split_first() else {
        return 0;
    };
    if others.is_empty() {
        return 0;
    }
    (0..first.len())
        .take_while(|&at| {
            others
                .iter()
                .all(|steps| steps.get(at).is_some_and(|step| step.is(&first[at])))
        })
        .count()
}

/// What a stage does, for displays: the kinds of its steps.
fn label(consumers: &[&[NamedStep]]) -> String {
    let mut kinds: Vec<&str> = Vec::new();
    for step in consumers.iter().flat_map(|steps| steps.iter()) {
        if !kinds.contains(&step.name.kind()) {
            kinds.push(step.name.kind());
        }
    }
    if kinds.is_empty() {
        "read".to_owned()
    } else {
        kinds.join(" → ")
    }
}

/// The name of a stage that is no root: what it reads, its steps and sinks, and how its tasks are cut.
fn stage_name(reads: u128, consumers: &[&Consumer]) -> Name {
    let mut canon = Canon::new("stage", 1);
    canon.u128(reads);
    canon.seq(consumers.len());
    for consumer in consumers {
        canon.seq(consumer.steps.len());
        for step in &consumer.steps {
            step.name.feed(&mut canon);
        }
        consumer.purpose.feed(&mut canon);
    }
    Name::from_canon("pipeline", canon)
}
