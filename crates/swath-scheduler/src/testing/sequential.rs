//! A second backend, as plain as can be.

use std::{
    collections::HashMap,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Instant,
};

use swath_graph::{DepSource, Graph, Key, TaskId, TaskView};
use swath_memory::{Budget, CancelToken, Demand};

use crate::{
    At, Backend, Footprint, Held, HeldStats, Metrics, Pinned, Progress, Run, RunControl, RunError,
    RunOptions, RunStats, TaskContext, TaskError, ValueInputs, WeakHeld, Work,
};

/// Runs each submitted graph task by task on a thread of its own and keeps results in a map: what a backend must do, and no
/// more. Whatever works on [`Local`](crate::Local) must work here; tests run on both to prove that they use nothing else.
pub struct Sequential<W: Work>(Arc<Machine<W>>);

struct Machine<W: Work> {
    env: Arc<W::Env>,
    held: Mutex<HeldValues<W::Value>>,
}

/// The outputs of one task.
type Ports<V> = Arc<[Arc<V>]>;

/// Values by key, while somebody claims them.
type HeldValues<V> = HashMap<Key, (WeakHeld, Ports<V>)>;

/// What a run found held when it was submitted.
type Claims<V> = HashMap<Key, (Held, Ports<V>)>;

impl<W: Work> Sequential<W> {
    /// A backend whose tasks share an environment.
    pub fn new(env: impl Into<Arc<W::Env>>) -> Self {
        Self(Arc::new(Machine {
            env: env.into(),
            held: Mutex::default(),
        }))
    }
}

impl<W: Work> Backend<W> for Sequential<W> {
    fn submit(&self, graph: Arc<Graph<W>>, wanted: &[Key], options: RunOptions) -> Run<Vec<Held>> {
        let (run, completer) = Run::channel();
        let control = Arc::new(Control {
            token: options
                .deadline
                .map_or_else(CancelToken::new, CancelToken::with_deadline),
            begin: Instant::now(),
            done: AtomicU64::new(0),
            total: graph.len() as u64,
            retries: AtomicU64::new(0),
            metrics: Mutex::default(),
        });
        completer.control(&(Arc::clone(&control) as _));
        let (machine, wanted) = (Arc::clone(&self.0), wanted.to_vec());
        // Claimed now, not when the thread begins: the caller may let go of them meanwhile.
        let claims: Claims<W::Value> = wanted
            .iter()
            .chain(graph.held())
            .filter_map(|key| Some((key.clone(), machine.find(key)?)))
            .collect();
        let body = move || {
            let result = machine.run(&graph, &wanted, &claims, &control);
            drop(claims);
            completer.complete(result);
        };
        match std::thread::Builder::new()
            .name("sequential".to_owned())
            .spawn(body)
        {
            Ok(_ends_by_itself) => run,
            Err(error) => Run::ready(Err(RunError::Backend {
                message: "no thread to be had".to_owned(),
                source: Some(Arc::new(error)),
            })),
        }
    }

    fn fetch(&self, held: &Held) -> Result<Pinned<'static, W::Value>, RunError> {
        let not_held = || RunError::NotHeld {
            key: held.key().clone(),
        };
        let (_, ports) = self.0.find(held.key()).ok_or_else(not_held)?;
        ports
            .first()
            .map(|value| Arc::clone(value).into())
            .ok_or_else(not_held)
    }

    fn hold(&self, key: Key, value: W::Value) -> Result<Held, RunError> {
        Ok(self.0.hold(key, Arc::from([Arc::new(value)])))
    }
}

impl<W: Work> Machine<W> {
    fn held(&self) -> MutexGuard<'_, HeldValues<W::Value>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn find(&self, key: &Key) -> Option<(Held, Ports<W::Value>)> {
        let held = self.held();
        let (claim, ports) = held.get(key)?;
        Some((claim.upgrade()?, Arc::clone(ports)))
    }

    fn hold(self: &Arc<Self>, key: Key, ports: Ports<W::Value>) -> Held {
        if let Some((held, _)) = self.find(&key) {
            return held;
        }
        let stats = HeldStats {
            bytes: ports.iter().map(|value| value.bytes()).sum(),
            rows: ports.first().and_then(|value| value.rows()),
        };
        let (machine, released, mine) = (Arc::downgrade(self), key.clone(), Arc::clone(&ports));
        let claim = Held::new(key.clone(), stats, move || {
            if let Some(machine) = machine.upgrade() {
                // A later claim on the same key may have taken the place.
                let is_mine = |ports: &Ports<W::Value>| Arc::ptr_eq(ports, &mine);
                let mut held = machine.held();
                if held.get(&released).is_some_and(|(_, ports)| is_mine(ports)) {
                    held.remove(&released);
                }
            }
        });
        self.held().insert(key, (claim.downgrade(), ports));
        claim
    }

    fn run(
        self: &Arc<Self>,
        graph: &Graph<W>,
        wanted: &[Key],
        claims: &Claims<W::Value>,
        control: &Control,
    ) -> Result<Vec<Held>, RunError> {
        let missing = wanted.iter().filter(|key| !claims.contains_key(*key));
        let needed = swath_graph::cull(graph, &missing.cloned().collect::<Vec<_>>())?;
        let claim = |key: &Key| {
            claims
                .get(key)
                .ok_or_else(|| RunError::NotHeld { key: key.clone() })
        };
        let inputs = needed
            .held()
            .iter()
            .map(claim)
            .collect::<Result<Vec<_>, _>>()?;
        let mut results: Vec<Ports<W::Value>> = Vec::with_capacity(needed.len());
        for task in needed.tasks() {
            let source = |dep: &swath_graph::Dep| match dep.from {
                DepSource::Task(from) => results[from.index()].get(usize::from(dep.port)).cloned(),
                DepSource::Held(from) => inputs[from.index()].1.get(usize::from(dep.port)).cloned(),
            };
            let read: Option<Vec<_>> = task.deps().iter().map(source).collect();
            let read = read.ok_or_else(|| {
                failed(
                    &needed,
                    wanted,
                    task,
                    TaskError::failed("an output that is read was not returned"),
                )
            });
            results.push(self.run_task(
                &needed,
                wanted,
                task,
                &ValueInputs::new(read?),
                control,
            )?);
            control.done.fetch_add(1, Ordering::Relaxed);
        }
        let result = |key: &Key| match needed.find(key) {
            Some(task) => Ok(self.hold(key.clone(), Arc::clone(&results[task.index()]))),
            None => claim(key).map(|(held, _)| held.clone()),
        };
        wanted.iter().map(result).collect()
    }

    fn run_task(
        &self,
        graph: &Graph<W>,
        wanted: &[Key],
        task: TaskView<'_, W>,
        inputs: &ValueInputs<W::Value>,
        control: &Control,
    ) -> Result<Ports<W::Value>, RunError> {
        let budget = Budget::unlimited();
        let ports = graph
            .consumers()
            .of_task(task.id())
            .iter()
            .flat_map(|reader| graph.task(*reader).deps());
        let ports = ports
            .filter(|dep| dep.task() == Some(task.id()))
            .map(|dep| dep.port + 1)
            .max()
            .unwrap_or(1);
        for attempt in 0.. {
            if control.token.is_cancelled() {
                return Err(control.stopped());
            }
            let grant = budget.grant_alone(Demand::default());
            let cx = TaskContext::new(&control.token, &grant);
            let at = At::new(task.name(), task.index(), ports).again(attempt);
            let result = catch_unwind(AssertUnwindSafe(|| {
                task.work().run(at, inputs, &self.env, &cx)
            }))
            .unwrap_or_else(|payload| Err(TaskError::panicked(text(payload.as_ref()), None)));
            control.metrics().merge(&cx.into_metrics());
            match result {
                Ok(outputs) => {
                    return Ok(outputs
                        .into_iter()
                        .map(|(value, _)| Arc::new(value))
                        .collect());
                }
                Err(error) if error.is_cancelled() && control.token.is_cancelled() => {
                    return Err(control.stopped());
                }
                Err(error) if attempt < task.hint().retries && task.work().retryable(&error) => {
                    control.retries.fetch_add(1, Ordering::Relaxed);
                }
                Err(error) => return Err(failed(graph, wanted, task, error)),
            }
        }
        Err(RunError::Closed)
    }
}

fn text(payload: &(dyn std::any::Any + Send)) -> String {
    let text = payload.downcast_ref::<&str>().map(ToString::to_string);
    text.or_else(|| payload.downcast_ref::<String>().cloned())
        .unwrap_or_default()
}

fn failed<W>(
    graph: &Graph<W>,
    wanted: &[Key],
    task: TaskView<'_, W>,
    error: TaskError,
) -> RunError {
    let mut chain: Vec<TaskId> = vec![task.id()];
    while let Some(last) = chain.last()
        && !wanted.contains(&graph.task(*last).key())
        && let Some(reader) = graph.consumers().of_task(*last).first()
    {
        chain.push(*reader);
    }
    RunError::Task {
        key: task.key(),
        label: task.stage().label().into(),
        chain: chain
            .into_iter()
            .map(|task| graph.task(task).key())
            .collect(),
        origin: task.origin().cloned().map(Arc::new),
        error,
    }
}

struct Control {
    token: CancelToken,
    begin: Instant,
    done: AtomicU64,
    total: u64,
    retries: AtomicU64,
    metrics: Mutex<Metrics>,
}

impl Control {
    fn metrics(&self) -> MutexGuard<'_, Metrics> {
        self.metrics.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn stopped(&self) -> RunError {
        if self.token.is_late() {
            RunError::DeadlineExceeded
        } else {
            RunError::Cancelled
        }
    }
}

impl RunControl for Control {
    fn cancel(&self) {
        self.token.cancel();
    }

    fn progress(&self) -> Progress {
        Progress {
            done: self.done.load(Ordering::Relaxed),
            total: self.total,
            running: 0,
        }
    }

    fn stats(&self) -> RunStats {
        RunStats {
            tasks: self.done.load(Ordering::Relaxed),
            retries: self.retries.load(Ordering::Relaxed),
            duration: self.begin.elapsed(),
            metrics: self.metrics().clone(),
            ..RunStats::default()
        }
    }

    fn deadline(&self) -> Option<Instant> {
        self.token.deadline()
    }
}
