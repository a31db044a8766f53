//! Running one task: memory, the work itself, keeping what it returned.

use std::{
    sync::{Arc, atomic::Ordering},
    time::{Duration, Instant},
};

use swath_graph::{Key, Origin};
use swath_memory::{Demand, Grant, OverBudget};

use super::{
    engine::Engine,
    inputs::LocalInputs,
    registry::KeptPort,
    run::{RunData, WantedResult},
    turn::{Job, Turn},
};
use crate::{
    At, Event, Footprint, Outputs, ResultId, RunError, TaskContext, TaskError, Work, panics,
    state::{Admission, News},
    sync::lock,
};

/// What a task's outputs came to.
struct Kept {
    bytes: u64,
    rows: Option<u64>,
}

impl<W: Work> Engine<W> {
    /// Runs a task on this thread and says how it went.
    pub(super) fn execute(&self, turn: &mut Turn<W>, job: Job) -> News {
        let run = turn.run.take().expect("a task comes with its run");
        let stage = run.task(job.task.rank).stage_id();
        let news = run.stages[stage.index()].in_scope(|| self.run_task(&run, job, turn));
        turn.run = Some(run);
        news
    }

    fn run_task(&self, run: &RunData<W>, job: Job, turn: &mut Turn<W>) -> News {
        let task = job.task;
        let view = run.task(task.rank);
        let at = At::new(
            view.name(),
            view.index(),
            run.layout.outputs(task.rank).len() as u16,
        )
        .again(job.attempt);
        if run.token.is_cancelled() {
            return self.failed(run, job, None, &swath_memory::Cancelled.into());
        }

        let held = run.held_inputs();
        let sizes = turn.sizes.of(run, task.rank, held.as_ref());
        let demand = match panics::catch(|| Ok(view.work().demand(at, sizes))) {
            Ok(demand) => demand,
            Err(error) => return self.failed(run, job, None, &error),
        };
        let Some(grant) = self.admit(job.admission, demand, &mut turn.spare) else {
            self.observe(|| Event::TaskWaitsForMemory {
                run: run.number(),
                key: at.key(),
                demand,
            });
            return News::Declined {
                task,
                epoch: job.epoch,
            };
        };

        let begin = (!self.observers.is_empty()).then(Instant::now);
        self.observe(|| Event::TaskStarted {
            run: run.number(),
            key: at.key(),
            attempt: job.attempt,
            demand,
        });
        let may_take = view.hint().retries <= job.attempt;
        let inputs = LocalInputs::new(self, run, task, held, &grant, may_take);
        let mut cx = TaskContext::new(&run.token, &grant).with_helpers(self);
        if let Some(hints) = &run.hints {
            cx = cx.with_hints(hints);
        }
        let result = panics::catch(|| view.work().run(at, &inputs, &self.env, &cx));
        let result =
            result.and_then(|outputs| self.keep(run, task.rank, at, outputs, &grant, &inputs));
        let metrics = cx.into_metrics();
        if !metrics.is_empty() {
            lock(&run.metrics).merge(&metrics);
        }
        match result {
            Ok(kept) => {
                let peak = grant.wanted().max(kept.bytes);
                tracing::trace!(
                    target: "swath::estimate", key = %at.key(), floor = demand.floor, expected = demand.expected, peak, "task finished"
                );
                self.observe(|| Event::TaskFinished {
                    run: run.number(),
                    key: at.key(),
                    duration: begin.map_or(Duration::ZERO, |begin| begin.elapsed()),
                    bytes: kept.bytes,
                    rows: kept.rows,
                    demand,
                    peak,
                    metrics,
                });
                drop(inputs);
                // Before the news: whoever it starts may need what this task had.
                turn.spare = grant.is_untouched().then_some(grant);
                self.observe_memory();
                News::Finished {
                    task,
                    bytes: kept.bytes,
                }
            }
            Err(error) => {
                let final_here = inputs.was_taken();
                drop(inputs);
                self.failed(run, job, (!final_here).then_some((grant, demand)), &error)
            }
        }
    }

    /// The memory with which a task starts; none if it has to wait.
    fn admit(
        &self,
        admission: Admission,
        demand: Demand,
        spare: &mut Option<Grant>,
    ) -> Option<Grant> {
        match admission {
            Admission::Forced => Some(self.budget.grant_alone(demand)),
            Admission::Alone { floor } => Some(self.budget.grant_alone(demand.at_least(floor))),
            Admission::Asked if demand == Demand::default() => {
                spare.take().or_else(|| self.budget.grant(demand))
            }
            Admission::Asked => self.budget.grant(demand),
        }
    }

    /// Puts the outputs where their readers find them. All or none are kept.
    fn keep(
        &self,
        run: &RunData<W>,
        rank: u32,
        at: At<'_>,
        outputs: Outputs<W::Value>,
        grant: &Grant,
        inputs: &LocalInputs<'_, W>,
    ) -> Result<Kept, TaskError> {
        let (numbers, wanted) = (run.layout.outputs(rank), run.layout.is_wanted(rank));
        let needed = numbers
            .clone()
            .rev()
            .find(|output| run.layout.is_read(*output))
            .map_or(0, |last| last - numbers.start + 1);
        if outputs.len() < needed as usize {
            return Err(TaskError::failed(format!(
                "{needed} outputs are read, but the task returned {}",
                outputs.len()
            )));
        }
        let mut kept = Kept {
            bytes: 0,
            rows: None,
        };
        let mut ports: Vec<KeptPort> = Vec::with_capacity(if wanted { outputs.len() } else { 0 });
        let mut done = Vec::new();
        for (port, (value, funds)) in outputs.into_iter().enumerate() {
            let output = u32::try_from(port)
                .ok()
                .map(|port| numbers.start + port)
                .filter(|output| numbers.contains(output));
            if port == 0 {
                kept.rows = value.rows();
            }
            if !wanted && !output.is_some_and(|output| run.layout.is_read(output)) {
                continue;
            }
            let bytes = value.bytes();
            let funds = funds.or_else(|| inputs.paid()).unwrap_or_else(|| {
                // Without a floor it makes no difference whose reservation it is, and this one costs nothing.
                if grant.is_untouched() {
                    self.budget.reserve("result")
                } else {
                    grant.reserve("result")
                }
            });
            let id = ResultId {
                name: at.name(),
                index: at.index() as u32,
                port: port as u16,
                held: wanted,
            };
            match self.keep.keep(id, value, funds) {
                Ok(slot) => {
                    let port = KeptPort { slot, bytes };
                    kept.bytes += bytes;
                    if wanted {
                        ports.push(port);
                    }
                    done.push((output, port));
                }
                Err(error) => {
                    for (_, port) in done {
                        self.keep.release(port.slot);
                    }
                    return Err(error);
                }
            }
        }
        for (output, port) in done {
            if let Some(output) = output {
                run.put(output, port);
            }
        }
        if wanted {
            lock(&run.wanted).push(WantedResult {
                rank,
                rows: kept.rows,
                ports,
            });
        }
        Ok(kept)
    }

    /// Says what becomes of a task that gave no result. With its grant it may be tried again.
    fn failed(
        &self,
        run: &RunData<W>,
        job: Job,
        grant: Option<(Grant, Demand)>,
        error: &TaskError,
    ) -> News {
        let task = job.task;
        let view = run.task(task.rank);
        if error.is_cancelled() && run.token.is_cancelled() {
            run.fail(if run.token.is_late() {
                RunError::DeadlineExceeded
            } else {
                RunError::Cancelled
            });
            return News::Failed {
                task,
                retryable: false,
            };
        }
        if let (Some(over), Some((grant, demand))) = (error.over_budget(), &grant) {
            let floor = grant.wanted().max(over.needed);
            if !matches!(job.admission, Admission::Alone { .. }) {
                run.counters.deferred.fetch_add(1, Ordering::Relaxed);
                tracing::debug!(
                    target: "swath::estimate",
                    parent: &run.span, key = %view.key(), floor = demand.floor, expected = demand.expected, reached = floor,
                    "task ran out of memory and will run alone"
                );
                self.observe(|| Event::TaskDeferred {
                    run: run.number(),
                    key: view.key(),
                    floor,
                });
                return News::OverBudget { task, floor };
            }
        }
        self.observe(|| Event::TaskFailed {
            run: run.number(),
            key: view.key(),
            attempt: job.attempt,
            error: error.clone(),
        });
        let may_retry = grant.is_some() && error.over_budget().is_none();
        let retryable =
            may_retry && panics::catch(|| Ok(view.work().retryable(error))).unwrap_or(false);
        let wanted = grant.as_ref().map_or(0, |(grant, _)| grant.wanted());
        // What it held itself is no news in the error.
        drop(grant);
        if !(retryable && job.attempt < view.hint().retries) {
            run.fail(self.error_of(run, task.rank, error, wanted));
        }
        News::Failed { task, retryable }
    }

    /// The error of a run whose task gave this one, after it wanted so many bytes.
    fn error_of(&self, run: &RunData<W>, rank: u32, error: &TaskError, wanted: u64) -> RunError {
        let view = run.task(rank);
        if let Some(over) = error.over_budget() {
            let over = OverBudget {
                needed: over.needed.max(wanted),
                ..over.clone()
            };
            return self.memory_limit(view.key(), &over, view.origin());
        }
        RunError::Task {
            key: view.key(),
            label: view.stage().label().into(),
            chain: run
                .chain(rank)
                .into_iter()
                .map(|rank| run.task(rank).key())
                .collect(),
            origin: view.origin().cloned().map(Arc::new),
            error: error.clone(),
        }
    }

    pub(super) fn memory_limit(
        &self,
        key: Key,
        over: &OverBudget,
        origin: Option<&Origin>,
    ) -> RunError {
        RunError::MemoryLimit {
            key,
            what: over.what,
            needed: over.needed,
            limit: over.limit,
            held: self.budget.holders().into(),
            origin: origin.cloned().map(Arc::new),
        }
    }

    fn observe_memory(&self) {
        self.observe(|| Event::Memory {
            used: self.budget.used(),
            peak: self.budget.peak(),
            limit: self.budget.limit(),
        });
    }
}
