//! Reads a plan into streams and consumers.

use std::collections::HashMap;
use std::sync::Arc;

use swath_divisions::{RepartitionPlan, Slice};
use swath_graph::Name;
use swath_meta::Meta;
use swath_ops::step::{Filter, Project as ProjectStep};
use swath_ops::{Env, SinkSpec, StepSpec, sink};

use super::stream::{Consumer, ConsumerId, Group, Origin, OriginId, Stream};
use crate::walk::post_order;
use crate::{Node, Plan, PlanError};

/// Everything that a computation reads, does and makes.
pub(super) struct Streams<'e> {
    pub(super) env: &'e Env,
    /// Origins with the meta of their rows.
    pub(super) origins: Vec<(Origin, Arc<Meta>)>,
    pub(super) groups: Vec<Group>,
    pub(super) consumers: Vec<Consumer>,
    by_plan: HashMap<Name, Stream>,
    by_coverage: HashMap<(OriginId, Vec<usize>), usize>,
}

impl<'e> Streams<'e> {
    /// Reads the plans below the roots, inputs first; each distinct one once.
    pub(super) fn read(roots: &[Plan], env: &'e Env) -> Result<Self, PlanError> {
        let mut streams = Self {
            env,
            origins: Vec::new(),
            groups: Vec::new(),
            consumers: Vec::new(),
            by_plan: HashMap::new(),
            by_coverage: HashMap::new(),
        };
        for plan in post_order(roots) {
            let stream = streams.stream_of(&plan)?;
            streams.by_plan.insert(plan.name().clone(), stream);
        }
        Ok(streams)
    }

    /// The stream of a plan that was read.
    pub(super) fn of(&self, plan: &Plan) -> Stream {
        self.by_plan[plan.name()].clone()
    }

    /// Ends a stream in a sink whose values are wanted under the plan's name, one a partition.
    pub(super) fn consume_root(&mut self, stream: Stream, sink: Arc<dyn SinkSpec>, plan: &Plan) {
        self.consume_named(stream, sink, plan);
    }

    /// Ends a stream in a sink whose values go by the plan's name.
    pub(super) fn consume_named(
        &mut self,
        stream: Stream,
        sink: Arc<dyn SinkSpec>,
        plan: &Plan,
    ) -> ConsumerId {
        let consumer = self.consume(stream, sink, true, plan, "root");
        self.consumers[consumer.0].purpose = plan.name().clone();
        self.consumers[consumer.0].is_root = true;
        consumer
    }

    /// Ends a stream in a sink.
    pub(super) fn consume(
        &mut self,
        stream: Stream,
        sink: Arc<dyn SinkSpec>,
        per_partition: bool,
        plan: &Plan,
        purpose: &str,
    ) -> ConsumerId {
        let consumer = ConsumerId(self.consumers.len());
        let at = (stream.origin, stream.coverage.clone());
        let group = *self
            .by_coverage
            .entry(at)
            .or_insert_with_key(|(origin, coverage)| {
                self.groups.push(Group {
                    origin: *origin,
                    coverage: coverage.clone(),
                    consumers: Vec::new(),
                    per_partition: false,
                });
                self.groups.len() - 1
            });
        self.groups[group].consumers.push(consumer);
        self.groups[group].per_partition |= per_partition || stream.exact;
        let purpose = Name::of(purpose, plan.name());
        let location = plan.location();
        self.consumers.push(Consumer {
            steps: stream.steps,
            sink,
            purpose,
            is_root: false,
            location,
        });
        consumer
    }

    pub(super) fn origin(&mut self, origin: Origin, meta: &Arc<Meta>, partitions: usize) -> Stream {
        self.origins.push((origin, Arc::clone(meta)));
        Stream {
            origin: OriginId(self.origins.len() - 1),
            coverage: (0..partitions).collect(),
            steps: Vec::new(),
            meta: Arc::clone(meta),
            exact: false,
        }
    }

    fn stream_of(&mut self, plan: &Plan) -> Result<Stream, PlanError> {
        match plan.node() {
            Node::Scan(scan) => {
                Ok(self.origin(Origin::Scan(scan.clone()), plan.meta(), plan.npartitions()))
            }
            Node::Held(rows) => match rows.keys() {
                Some(keys) => {
                    let origin = Origin::Held {
                        keys,
                        bytes: rows.bytes(),
                    };
                    Ok(self.origin(origin, plan.meta(), plan.npartitions()))
                }
                None => Err(PlanError::Released {
                    name: rows.name().to_string(),
                }),
            },
            Node::Constant(constant) => {
                let constant = Origin::Constant(constant.clone());
                Ok(self.origin(constant, plan.meta(), plan.npartitions()))
            }
            Node::Filter(predicate) => {
                Ok(self.step(plan, Arc::new(Filter::new(predicate.clone()))))
            }
            Node::Project(project) => {
                let spec = ProjectStep::new(project.columns.clone(), project.index);
                Ok(self.step(plan, Arc::new(spec)))
            }
            Node::GroupBy(group) => self.group_by(plan, group),
            Node::DropDuplicates(rows) => self.drop_duplicates(plan, rows),
            Node::TopN(top) => self.top_n(plan, top),
            Node::Head(head) => self.head(plan, *head),
            Node::Tail(tail) => self.tail(plan, *tail),
            Node::Partitions(which) => Ok(self.of(plan.input()).covering(which)),
            Node::Concat => Ok(self.concat(plan)),
            Node::Each(operation) => {
                let step = operation.step(plan.input(), plan.meta())?;
                let stream = self.step(plan, step);
                Ok(if operation.sees_partitions() {
                    stream.numbered()
                } else {
                    stream
                })
            }
            Node::Overlap(overlap) => self.overlap(plan, overlap),
            Node::Beside(beside) => self.beside(plan, beside),
            Node::Shuffle(shuffle) => Ok(self.shuffle(plan, shuffle)),
            Node::Repartition(cuts) => Ok(self.repartition(plan, cuts)),
            Node::Write(write) => {
                let staged = write.staged.clone().ok_or(PlanError::NotBegun)?;
                let stream = self.of(plan.input());
                let sink = Arc::new(sink::WriteFiles::new(Arc::clone(&write.options), staged));
                let written = self.consume(stream, sink, true, plan, "write");
                Ok(self.origin(Origin::All(written), plan.meta(), 1))
            }
            Node::Deliver(deliver) => {
                let stream = self.of(plan.input());
                let sink = deliver.sink(stream.coverage.len())?;
                let receipts = self.consume(stream, sink, true, plan, "write");
                Ok(self.origin(Origin::All(receipts), plan.meta(), 1))
            }
            Node::Call(call) => Ok(self.call(plan, call)),
            Node::Returned(rows) => Ok(self.returned(plan, rows)),
        }
    }

    fn step(&self, plan: &Plan, spec: Arc<dyn StepSpec>) -> Stream {
        self.of(plan.input())
            .then(plan.name().clone(), spec, Arc::clone(plan.meta()))
    }

    /// A step that is not the last of its plan.
    pub(super) fn inner(
        &self,
        stream: Stream,
        plan: &Plan,
        what: &str,
        spec: Arc<dyn StepSpec>,
    ) -> Result<Stream, PlanError> {
        let meta = spec.infer(&stream.meta, self.env)?;
        Ok(stream.then(Name::of(what, plan.name()), spec, meta))
    }

    fn concat(&mut self, plan: &Plan) -> Stream {
        let consumers = plan.inputs().iter().enumerate().map(|(at, input)| {
            let stream = self.of(input);
            let rows = Arc::new(sink::Rows::passing());
            self.consume(stream, rows, true, plan, &format!("part-{at}"))
        });
        let consumers = consumers.collect();
        self.origin(Origin::Chain(consumers), plan.meta(), plan.npartitions())
    }

    fn repartition(&mut self, plan: &Plan, cuts: &RepartitionPlan) -> Stream {
        let parts: Arc<[Vec<Slice>]> = cuts.targets().into();
        let n = parts.len();
        let stream = self.of(plan.input());
        let whole = self.consume(stream, Arc::new(sink::Rows::passing()), true, plan, "whole");
        self.origin(
            Origin::Cuts {
                consumer: whole,
                parts,
            },
            plan.meta(),
            n,
        )
    }
}
