//! A backend of one's own: everything runs at once, on the thread that submits, and results are kept in a map.
//!
//! `cargo run -p swath-scheduler --example own_backend`. What a backend must do beyond this is in the conformance suite,
//! `swath_scheduler::testing::backend`; `testing::Sequential` passes it in two hundred lines.

#![expect(clippy::print_stdout, reason = "an example shows what it does")]

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use swath_graph::{DepSource, Graph, GraphBuilder, Key, Name};
use swath_memory::{Budget, CancelToken, Demand};
use swath_scheduler::{
    At, Backend, Footprint, Held, HeldStats, Inputs, Outputs, Pinned, Run, RunError, RunOptions,
    TaskContext, TaskError, ValueInputs, Work,
};

/// Values by key. A claim takes its key out again when it is dropped.
struct AtOnce<W: Work> {
    env: W::Env,
    values: Arc<Mutex<HashMap<Key, Arc<W::Value>>>>,
}

impl<W: Work> AtOnce<W> {
    fn claim(&self, key: Key, value: Arc<W::Value>) -> Held {
        let stats = HeldStats {
            bytes: value.bytes(),
            rows: value.rows(),
        };
        let (values, released) = (Arc::clone(&self.values), key.clone());
        self.values
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(key.clone(), value);
        Held::new(key, stats, move || {
            values
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .remove(&released);
        })
    }

    fn value(&self, key: &Key) -> Result<Arc<W::Value>, RunError> {
        let values = self.values.lock().unwrap_or_else(PoisonError::into_inner);
        values
            .get(key)
            .cloned()
            .ok_or_else(|| RunError::NotHeld { key: key.clone() })
    }

    fn run(&self, graph: &Graph<W>, wanted: &[Key]) -> Result<Vec<Held>, RunError> {
        let graph = swath_graph::cull(graph, wanted)?;
        let (token, budget) = (CancelToken::new(), Budget::unlimited());
        let mut results: Vec<Arc<W::Value>> = Vec::new();
        for task in graph.tasks() {
            let read = task.deps().iter().map(|dep| match dep.from {
                DepSource::Task(from) => Ok(Arc::clone(&results[from.index()])),
                DepSource::Held(from) => self.value(&graph.held()[from.index()]),
            });
            let inputs = ValueInputs::new(read.collect::<Result<Vec<_>, _>>()?);
            let grant = budget.grant_alone(Demand::default());
            let cx = TaskContext::new(&token, &grant);
            let outputs = task.work().run(
                At::new(task.name(), task.index(), 1),
                &inputs,
                &self.env,
                &cx,
            );
            let failed = |error| RunError::Task {
                key: task.key(),
                label: task.stage().label().into(),
                chain: Arc::from([task.key()]),
                origin: None,
                error,
            };
            let first = outputs.map_err(failed)?.into_iter().next();
            results.push(Arc::new(
                first
                    .ok_or_else(|| failed(TaskError::failed("no output")))?
                    .0,
            ));
        }
        let claim = |key: &Key| match graph.find(key) {
            Some(task) => Ok(self.claim(key.clone(), Arc::clone(&results[task.index()]))),
            None => self.value(key).map(|value| self.claim(key.clone(), value)),
        };
        wanted.iter().map(claim).collect()
    }
}

impl<W: Work> Backend<W> for AtOnce<W> {
    fn submit(&self, graph: Arc<Graph<W>>, wanted: &[Key], _: RunOptions) -> Run<Vec<Held>> {
        Run::ready(self.run(&graph, wanted))
    }

    fn fetch(&self, held: &Held) -> Result<Pinned<'static, W::Value>, RunError> {
        self.value(held.key()).map(Pinned::from)
    }

    fn hold(&self, key: Key, value: W::Value) -> Result<Held, RunError> {
        Ok(self.claim(key, Arc::new(value)))
    }
}

/// Adds its inputs and its index.
struct Add;

struct Number(u64);

impl Footprint for Number {
    fn bytes(&self) -> u64 {
        8
    }
}

impl Work for Add {
    type Value = Number;
    type Env = ();

    fn run(
        &self,
        at: At<'_>,
        inputs: &dyn Inputs<Number>,
        (): &(),
        _: &TaskContext<'_>,
    ) -> Result<Outputs<Number>, TaskError> {
        let mut sum = at.index() as u64;
        for i in 0..inputs.len() {
            sum += inputs.open(i)?.0;
        }
        Ok(Number(sum).into())
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let backend = AtOnce {
        env: (),
        values: Arc::default(),
    };
    let start = backend.hold(Key::new(Name::of("start", "v1"), 0), Number(100))?;
    let mut graph = GraphBuilder::new();
    let add = Name::of("add", start.key());
    let stage = graph.stage(add.clone(), Add);
    let mut last = graph.held(start.key().clone()).dep();
    for _ in 0..10 {
        last = graph.task(stage, &[last]).port(0);
    }
    let held = backend
        .submit(
            Arc::new(graph.build()?),
            &[Key::new(add, 9)],
            RunOptions::default(),
        )
        .wait()?;
    println!("{}: {}", held[0].key(), backend.fetch(&held[0])?.0);
    Ok(())
}
