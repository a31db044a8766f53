//! Partitions that see rows of their neighbours.
//!
//! ```text
//!  input   ──┬─► whole      port 0    the partition, for one task
//!   (once)   ├─► end        port 1    its last rows in reach: small, for those behind it
//!            └─► beginning  port 2    its first rows in reach, for those in front of it
//!
//!  task 3  ◄── end 1, end 2 · whole 3 · beginning 4
//! ```
//!
//! Which neighbours a task reads is known before it runs where the rows of each partition are (held ones, files without a filter), or where
//! divisions bound the times. Elsewhere any number of them may turn out to be empty: then the ends are carried on from partition to
//! partition, each joined with what came before it and cut again.
//!
//! ```text
//!  end 0 ──► carried 1 ──► carried 2 ──► …        task 3 ◄── carried 2 · whole 3
//!              ▲ end 1       ▲ end 2
//! ```

use std::sync::Arc;

use swath_batch::civil::stored;
use swath_graph::{Canon, Dep, Fingerprint, Hint, Name};
use swath_ops::source::{InputRows, Overlap as OverlapSource};
use swath_ops::step::{Limit, Reach, Tail as TailStep};
use swath_ops::{Op, Pipeline, SourceSpec, StepSpec, sink};

use super::emit::Emitter;
use super::read::Streams;
use super::stream::{ConsumerId, Group, Origin, Stream};
use crate::node::Overlap;
use crate::{Node, Plan, PlanError};

/// The most neighbours on one side that a task reads one by one, on average; more are carried.
const NEIGHBOURS: usize = 32;

/// What the partitions of an overlap read.
#[derive(Clone, Debug)]
pub(super) struct Overlapping {
    whole: ConsumerId,
    before: Side,
    after: Side,
}

/// The neighbours of all partitions on one side.
#[derive(Clone, Debug)]
struct Side {
    reach: Reach,
    /// The rows within reach of each partition's outermost one; `None` where nothing is looked at.
    edges: Option<ConsumerId>,
    /// Which partitions each one looks at, in order, where that is known.
    looks_at: Option<Arc<[Vec<usize>]>>,
}

impl Streams<'_> {
    pub(super) fn overlap(&mut self, plan: &Plan, overlap: &Overlap) -> Result<Stream, PlanError> {
        let input = plan.input();
        let step = overlap.operation().step(input, plan.meta())?;
        let (before, after) = overlap.reaches(input.meta())?;
        let stream = self.of(input);
        let n = plan.npartitions();
        // Whether rows are sorted is looked at wherever spans of time are measured, in one partition too.
        let is_measured = before.column().or(after.column()).is_some();
        if !is_measured && (n == 1 || (before.is_nothing() && after.is_nothing())) {
            let stream = stream.then(plan.name().clone(), step, Arc::clone(plan.meta()));
            return Ok(stream.numbered());
        }
        let passing = Arc::new(sink::Rows::passing());
        let whole = self.consume(stream.clone(), passing, true, plan, "whole");
        let mut side = |reach: Reach, what: &str, edge: Arc<dyn StepSpec>, looks_at| {
            let edges = if reach.is_nothing() || n == 1 {
                None
            } else {
                let edge = self.inner(stream.clone(), plan, what, edge)?;
                let held = Arc::new(sink::Rows::held());
                Some(self.consume(edge, held, true, plan, what))
            };
            Ok::<_, PlanError>(Side {
                reach,
                edges,
                looks_at,
            })
        };
        let behind = neighbours(input, before, true)?;
        let before = side(before, "end", Arc::new(TailStep::reaching(before)), behind)?;
        let ahead = neighbours(input, after, false)?;
        let after = side(after, "beginning", Arc::new(Limit::reaching(after)), ahead)?;
        let overlapping = Overlapping {
            whole,
            before,
            after,
        };
        let stream = self.origin(Origin::Overlap(overlapping), input.meta(), n);
        let stream = stream.then(plan.name().clone(), step, Arc::clone(plan.meta()));
        Ok(stream.numbered())
    }
}

/// The partitions that each one looks at on one side, if that is known before they are computed, and they are few.
fn neighbours(
    input: &Plan,
    reach: Reach,
    before: bool,
) -> Result<Option<Arc<[Vec<usize>]>>, PlanError> {
    let n = input.npartitions();
    let walk = |at: usize| -> Box<dyn Iterator<Item = usize>> {
        if before {
            Box::new((0..at).rev())
        } else {
            Box::new(at + 1..n)
        }
    };
    let mut all = Vec::with_capacity(n);
    let mut edges = 0;
    match reach {
        Reach::Rows(wanted) => {
            let Some(rows) = partition_rows(input) else {
                return Ok(None);
            };
            for at in 0..n {
                let mut some = Vec::new();
                let mut found = 0_u64;
                for neighbour in walk(at) {
                    if found >= wanted || edges > NEIGHBOURS * n {
                        break;
                    }
                    if rows[neighbour] > 0 {
                        some.push(neighbour);
                        edges += 1;
                    }
                    found = found.saturating_add(rows[neighbour]);
                }
                all.push(some);
            }
        }
        Reach::Within { column, distance } => {
            let Some(bounds) = bounds(input, column)? else {
                return Ok(None);
            };
            for at in 0..n {
                let (first, last) = (bounds[at], bounds[at + 1]);
                let in_reach = |neighbour: &usize| {
                    if before {
                        bounds[neighbour + 1] >= first.saturating_sub_unsigned(distance)
                    } else {
                        bounds[*neighbour] <= last.saturating_add_unsigned(distance)
                    }
                };
                let room = (NEIGHBOURS * n + 1).saturating_sub(edges);
                let some: Vec<usize> = walk(at).take_while(in_reach).take(room).collect();
                edges += some.len();
                all.push(some);
            }
        }
    }
    if edges > NEIGHBOURS * n {
        return Ok(None);
    }
    if before {
        for some in &mut all {
            some.reverse();
        }
    }
    Ok(Some(all.into()))
}

/// The rows of each partition, where they are known without computing them.
fn partition_rows(plan: &Plan) -> Option<Vec<u64>> {
    match plan.node() {
        Node::Held(rows) => rows.rows(),
        Node::Constant(constant) => Some(vec![constant.rows().rows()]),
        Node::Scan(scan) if scan.predicate.is_none() && !scan.dataset.shares_units() => {
            let statistics = scan.dataset.statistics()?;
            let partitions = scan.dataset.partitions().iter();
            let rows = partitions.map(|units| {
                let units = units.clone();
                units.map(|unit| statistics.unit_rows(unit)).sum()
            });
            Some(rows.collect())
        }
        Node::Project(_) => partition_rows(plan.input()),
        Node::Partitions(which) => {
            let rows = partition_rows(plan.input())?;
            Some(which.iter().map(|&at| rows[at]).collect())
        }
        _ => None,
    }
}

/// The boundaries of the partitions along a column, as counts, where they are known: along the first of the index.
fn bounds(plan: &Plan, column: usize) -> Result<Option<Vec<i64>>, PlanError> {
    let (Some(bounds), 0) = (plan.divisions().bounds(), column) else {
        return Ok(None);
    };
    let Some(field) = plan.meta().index_fields().first() else {
        return Ok(None);
    };
    let mut counts = Vec::with_capacity(bounds.labels().len());
    for label in bounds.labels() {
        let value = label.values().first().filter(|value| !value.is_null());
        let Some(value) = value else {
            return Ok(None);
        };
        let array = value
            .to_array(&field.dtype, 1)
            .map_err(swath_ops::OpError::from)?;
        counts.push(stored(&array).value(0));
    }
    Ok(Some(counts))
}

/// What each task of an overlap reads.
pub(super) struct OverlapTasks {
    pub(super) source: Arc<dyn SourceSpec>,
    pub(super) deps: Vec<Vec<Dep>>,
}

impl Emitter<'_, '_> {
    pub(super) fn overlap(
        &mut self,
        overlap: &Overlapping,
        meta: &Arc<swath_meta::Meta>,
        group: &Group,
        reads: &mut Canon,
    ) -> OverlapTasks {
        let whole = self.outputs_of(overlap.whole, reads);
        let covered = &group.coverage;
        let before = self.side(&overlap.before, true, meta, covered, reads);
        let after = self.side(&overlap.after, false, meta, covered, reads);
        let mut tasks = Vec::with_capacity(covered.len());
        let mut deps = Vec::with_capacity(covered.len());
        for ((&at, mut front), mut behind) in covered.iter().zip(before).zip(after) {
            tasks.push((at as u32, front.len() as u32));
            front.push(whole[at]);
            front.append(&mut behind);
            deps.push(front);
        }
        let source = OverlapSource::new(
            Arc::clone(meta),
            overlap.before.reach,
            overlap.after.reach,
            tasks,
        );
        OverlapTasks {
            source: Arc::new(source),
            deps,
        }
    }

    /// What each covered partition reads of its neighbours on one side.
    fn side(
        &mut self,
        side: &Side,
        before: bool,
        meta: &Arc<swath_meta::Meta>,
        covered: &[usize],
        reads: &mut Canon,
    ) -> Vec<Vec<Dep>> {
        side.reach.feed(reads);
        let Some(consumer) = side.edges else {
            return vec![Vec::new(); covered.len()];
        };
        let edges = self.outputs_of(consumer, reads);
        if let Some(looks_at) = &side.looks_at {
            let each = covered.iter().map(|&at| looks_at[at].iter());
            return each
                .map(|some| some.map(|&neighbour| edges[neighbour]).collect())
                .collect();
        }
        let carried = self.carried(consumer, side.reach, before, meta, &edges);
        let nearest = |at: usize| {
            if before {
                at.checked_sub(1)
            } else {
                Some(at + 1).filter(|&next| next < edges.len())
            }
        };
        covered
            .iter()
            .map(|&at| nearest(at).map(|at| carried[at]).into_iter().collect())
            .collect()
    }

    /// The rows within reach of each partition's edge, its own and those of all partitions beyond it.
    fn carried(
        &mut self,
        consumer: ConsumerId,
        reach: Reach,
        before: bool,
        meta: &Arc<swath_meta::Meta>,
        edges: &[Dep],
    ) -> Vec<Dep> {
        if let Some(carried) = self.carried.get(&consumer) {
            return carried.clone();
        }
        let cut: Arc<dyn StepSpec> = if before {
            Arc::new(TailStep::reaching(reach))
        } else {
            Arc::new(Limit::reaching(reach))
        };
        let pipeline = Pipeline::new(
            Arc::new(InputRows::whole(Arc::clone(meta))),
            vec![cut],
            Arc::new(sink::Rows::held()),
        );
        let mut canon = Canon::new("carried", 1);
        self.outputs_of(consumer, &mut canon);
        reach.feed(&mut canon);
        canon.bool(before);
        let stage = self.builder.stage_with(
            Name::from_canon("carried", canon),
            Op::Pipeline(pipeline),
            Hint::default().label("carry rows on".to_owned()),
        );
        let mut carried = edges.to_vec();
        let n = edges.len();
        for step in 1..n {
            let (at, beyond) = if before {
                (step, step - 1)
            } else {
                (n - 1 - step, n - step)
            };
            let deps = if before {
                [carried[beyond], edges[at]]
            } else {
                [edges[at], carried[beyond]]
            };
            carried[at] = self.builder.task(stage, &deps).port(0);
        }
        self.carried.insert(consumer, carried.clone());
        carried
    }
}
