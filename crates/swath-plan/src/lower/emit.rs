//! Turns groups of consumers into the stages and tasks of a graph.

use std::collections::HashMap;
use std::sync::Arc;

use swath_batch::Partition;
use swath_divisions::Slice;
use swath_expr::Expr;
use swath_graph::{Canon, Dep, Fingerprint, Graph, GraphBuilder, Hint, Key, Name, Stage};
use swath_io::ScanRequest;
use swath_meta::Meta;
use swath_ops::source::{Constant, FileScan, Gather, InputRows};
use swath_ops::{Branch, Env, Op, Pipeline, SourceSpec};

use super::RootKeys;
use super::pack::pack;
use super::read::Streams;
use super::stream::{Consumer, ConsumerId, Group, NamedStep, Origin, Read};
use crate::node::Scan;
use crate::{Node, Plan, PlanError};

/// Rows that a scan hands on at a time.
const BATCH_ROWS: usize = 8192;

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
    streams: &'s Streams<'e>,
    threads: usize,
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

/// The tasks of a stage before they have steps.
struct Tasks {
    source: Arc<dyn SourceSpec>,
    deps: Vec<Vec<Dep>>,
    /// Fingerprint of what each task reads.
    reads: u128,
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

    /// Cuts the partitions of a group into tasks.
    fn tasks(&mut self, group: &Group) -> Result<Tasks, PlanError> {
        let streams = self.streams;
        let (origin, meta) = &streams.origins[group.origin.0];
        let rows = || Arc::new(InputRows::whole(Arc::clone(meta)));
        let mut reads = Canon::new("reads", 1);
        group.coverage.feed(&mut reads);
        let (source, deps): (Arc<dyn SourceSpec>, Vec<Vec<Dep>>) = match origin {
            Origin::Scan(scan) => return Ok(self.scan(scan, meta, group, reads)),
            Origin::Constant(constant) => {
                constant.feed(&mut reads);
                (
                    Arc::new(Constant::try_new(constant.rows().clone())?),
                    vec![Vec::new(); group.coverage.len()],
                )
            }
            Origin::Held { keys, bytes } => {
                keys.feed(&mut reads);
                let deps: Vec<Dep> = keys
                    .iter()
                    .map(|key| self.builder.held(key.clone()).dep())
                    .collect();
                (rows(), held_tasks(&deps, bytes, group, self.threads))
            }
            Origin::Chain(consumers) => {
                let made: Vec<Dep> = consumers
                    .iter()
                    .flat_map(|&consumer| self.outputs_of(consumer, &mut reads))
                    .collect();
                let deps = group.coverage.iter().map(|&at| vec![made[at]]);
                (rows(), deps.collect())
            }
            Origin::All(consumer) => {
                let made = self.outputs_of(*consumer, &mut reads);
                (rows(), vec![made; group.coverage.len()])
            }
            Origin::Fan { consumer, every } => {
                let made = self.outputs_of(*consumer, &mut reads);
                let fans: Vec<_> = made.chunks(*every).map(<[Dep]>::to_vec).collect();
                (
                    rows(),
                    group.coverage.iter().map(|&at| fans[at].clone()).collect(),
                )
            }
            Origin::Gather(consumer) => {
                let made = self.outputs_of(*consumer, &mut reads);
                let collect = self.collect(*consumer, &made);
                let targets = group.coverage.iter().map(|&at| at as u32).collect();
                (
                    Arc::new(Gather::new(Arc::clone(meta), targets)),
                    vec![vec![collect]; group.coverage.len()],
                )
            }
            Origin::Cuts { consumer, parts } => {
                let made = self.outputs_of(*consumer, &mut reads);
                let parts = || group.coverage.iter().map(|&at| &parts[at]);
                // A task numbers its own inputs from 0.
                let local = |slices: &Vec<Slice>| {
                    let numbered = slices.iter().enumerate();
                    numbered
                        .map(|(nth, slice)| Slice {
                            partition: nth,
                            rows: slice.rows.clone(),
                        })
                        .collect()
                };
                let source = InputRows::sliced(Arc::clone(meta), parts().map(local).collect());
                let deps = parts()
                    .map(|slices| slices.iter().map(|slice| made[slice.partition]).collect());
                (Arc::new(source), deps.collect())
            }
            Origin::Overlap(overlap) => {
                let tasks = self.overlap(overlap, meta, group, &mut reads);
                (tasks.source, tasks.deps)
            }
            Origin::Beside(inputs) => self.beside(inputs, meta, group, &mut reads),
            Origin::Arguments(arguments) => {
                let deps = arguments.iter().map(|read| self.value(read, &mut reads));
                let deps = deps.collect();
                let nothing = Constant::try_new(Partition::empty(Arc::clone(meta)))?;
                (Arc::new(nothing), vec![deps])
            }
            Origin::Returned { rows, calls } => {
                let deps = group.coverage.iter();
                let deps = deps.map(|&at| vec![self.value(&calls[at], &mut reads)]);
                let deps = deps.collect();
                (Arc::new(rows.source(&group.coverage)), deps)
            }
            Origin::Value(_) => unreachable!("no rows are read of the value of a call"),
        };
        Ok(Tasks {
            source,
            deps,
            reads: reads.finish(),
        })
    }

    /// The values of a consumer, one a task that made them.
    pub(super) fn outputs_of(&self, consumer: ConsumerId, reads: &mut Canon) -> Vec<Dep> {
        let Outputs { stage, port, deps } = &self.outputs[&consumer];
        stage.feed(reads);
        reads.u64(u64::from(*port));
        deps.clone()
    }

    /// One value that a task depends on.
    fn value(&mut self, read: &Read, reads: &mut Canon) -> Dep {
        match read {
            Read::All(consumer) => {
                let made = self.outputs_of(*consumer, reads);
                self.collect(*consumer, &made)
            }
            Read::One(consumer) => {
                let made = self.outputs_of(*consumer, reads);
                *made.first().expect("a call is one task")
            }
            Read::Held(key) => {
                key.feed(reads);
                self.builder.held(key.clone()).dep()
            }
        }
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
    fn collect(&mut self, consumer: ConsumerId, pieces: &[Dep]) -> Dep {
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

    fn scan(&self, scan: &Scan, meta: &Arc<Meta>, group: &Group, mut reads: Canon) -> Tasks {
        let dataset = &scan.dataset;
        let columns = scan.column_names();
        let mut read = columns.clone();
        read.extend(scan.predicate.iter().flat_map(Expr::columns));
        read.sort_unstable();
        read.dedup();
        // Partitions that share units are joined only where that is all of them: then every row of every unit is read.
        let partitions = dataset.partitions();
        let by_partition = group.per_partition
            || (dataset.shares_units() && !group.coverage.iter().copied().eq(0..partitions.len()));
        let covered = || group.coverage.iter().map(|&at| partitions[at].clone());
        let units: Vec<Vec<usize>> = if by_partition {
            covered().map(Iterator::collect).collect()
        } else {
            let units: Vec<usize> = if dataset.shares_units() {
                dataset.all_units().collect()
            } else {
                covered().flatten().collect()
            };
            let sizes: Vec<u64> = units
                .iter()
                .map(|&unit| dataset.unit_bytes(unit, &read))
                .collect();
            pack(&sizes, self.threads)
                .into_iter()
                .map(|range| units[range].to_vec())
                .collect()
        };
        scan.feed(&mut reads);
        units.feed(&mut reads);
        let bytes = units.iter().map(|units| {
            let bytes = units.iter().map(|&unit| dataset.unit_bytes(unit, &read));
            bytes.sum::<u64>()
        });
        let parts = if by_partition {
            dataset.partition_parts(&group.coverage)
        } else {
            dataset.parts(&units)
        };
        let parts: Vec<_> = parts.into_iter().zip(bytes).collect();
        let deps = vec![Vec::new(); parts.len()];
        let request = ScanRequest {
            columns,
            predicate: scan.predicate.clone(),
            batch_rows: BATCH_ROWS,
        };
        let source = Arc::new(FileScan::new(Arc::clone(meta), parts, request));
        Tasks {
            source,
            deps,
            reads: reads.finish(),
        }
    }
}

/// Held partitions by task: one each, or small neighbours together.
fn held_tasks(deps: &[Dep], bytes: &[u64], group: &Group, threads: usize) -> Vec<Vec<Dep>> {
    if group.per_partition {
        return group.coverage.iter().map(|&at| vec![deps[at]]).collect();
    }
    let sizes: Vec<u64> = group
        .coverage
        .iter()
        .map(|&at| bytes.get(at).copied().unwrap_or(0))
        .collect();
    let joined = pack(&sizes, threads).into_iter();
    joined
        .map(|range| group.coverage[range].iter().map(|&at| deps[at]).collect())
        .collect()
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
