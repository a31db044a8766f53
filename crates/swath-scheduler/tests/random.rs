//! Random graphs in random orders: what ran, in which order, and when results were released.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};

use proptest::prelude::*;
use swath_graph::{Dep, Graph, GraphBuilder, Hint, Key, Name, TaskId};
use swath_memory::Budget;
use swath_scheduler::{
    Backend, Event, Inline, Local, Outputs, RunOptions,
    testing::{Call, Number, Sequential},
};

/// A graph by what each task reads: (how far back, which port), and which tasks are wanted.
#[derive(Clone, Debug)]
struct Plan {
    tasks: Vec<Vec<(prop::sample::Index, u16)>>,
    wanted: Vec<prop::sample::Index>,
    /// Every so many tasks one fails once.
    flaky: usize,
}

fn plan() -> impl Strategy<Value = Plan> {
    let dep = (any::<prop::sample::Index>(), 0..2_u16);
    let tasks = prop::collection::vec(prop::collection::vec(dep, 0..5), 1..60);
    (
        tasks,
        prop::collection::vec(any::<prop::sample::Index>(), 1..4),
        2..9_usize,
    )
        .prop_map(|(tasks, wanted, flaky)| Plan {
            tasks,
            wanted,
            flaky,
        })
}

type Log = Arc<Mutex<Vec<(usize, u32)>>>;

/// Task `i` returns, on port `p`, the wrapping sum of its inputs times three, plus `i` and `p`.
fn build(plan: &Plan, log: &Log) -> (Arc<Graph<Call>>, Vec<Key>) {
    let (log, flaky) = (Arc::clone(log), plan.flaky);
    let work = Call::new(move |at, inputs, _| {
        log.lock()
            .expect("it is right")
            .push((at.index(), at.attempt()));
        if at.index() % flaky == 1 && at.attempt() == 0 {
            return Err(swath_scheduler::TaskError::failed("once"));
        }
        let mut sum = at.index() as i64;
        for i in 0..inputs.len() {
            sum = sum.wrapping_add(inputs.open(i)?.value.wrapping_mul(3));
        }
        Ok(Outputs::from(Number {
            value: sum,
            bytes: 10,
        })
        .and(Number {
            value: sum.wrapping_add(1),
            bytes: 20,
        }))
    });
    let mut graph = GraphBuilder::new();
    let name = Name::of("random", "x");
    let stage = graph.stage_with(name.clone(), work, Hint::default().retries(1));
    let mut tasks: Vec<TaskId> = Vec::new();
    for reads in &plan.tasks {
        let deps: Vec<Dep> = reads
            .iter()
            .filter(|_| !tasks.is_empty())
            .map(|(at, port)| at.get(&tasks).port(*port))
            .collect();
        tasks.push(graph.task(stage, &deps));
    }
    let wanted = plan
        .wanted
        .iter()
        .map(|at| Key::new(name.clone(), at.index(tasks.len()) as u32))
        .collect();
    (Arc::new(graph.build().expect("it is right")), wanted)
}

/// What was read of what, by task index.
fn reads(graph: &Graph<Call>, task: usize) -> Vec<(usize, u16)> {
    let deps = graph.task(TaskId::from_index(task)).deps();
    deps.iter()
        .filter_map(|dep| Some((dep.task()?.index(), dep.port)))
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn each_task_once_after_what_it_reads(plan in plan(), seed in any::<u64>(), slots in 1..6_usize) {
        let (log, events) = (Log::default(), Arc::new(Mutex::new(Vec::new())));
        let (graph, wanted) = build(&plan, &log);
        let budget = Budget::new(1 << 20);
        let told = Arc::clone(&events);
        let local = Local::builder()
            .executor(Inline::new(seed).slots(slots))
            .budget(budget.clone())
            .observer(move |event: &Event| told.lock().unwrap().push(event.clone()))
            .build()
            .unwrap();
        let run = local.submit(Arc::clone(&graph), &wanted, RunOptions::default());
        let held = run.wait().unwrap();

        // The same answers as the plainest backend.
        let oracle = Sequential::new(());
        let expected = oracle.submit(Arc::clone(&graph), &wanted, RunOptions::default()).wait().unwrap();
        for (held, expected) in held.iter().zip(&expected) {
            prop_assert_eq!(local.fetch(held).unwrap().value, oracle.fetch(expected).unwrap().value);
        }

        let needed = swath_graph::cull(&graph, &wanted).unwrap();
        let needed: Vec<usize> = needed.tasks().map(|task| task.index() as usize).collect();
        let mut done: HashMap<usize, usize> = HashMap::new();
        let mut released: HashMap<(usize, u16), usize> = HashMap::new();
        let (mut started, mut ready) = (HashMap::new(), HashMap::new());
        for (at, event) in events.lock().unwrap().iter().enumerate() {
            match event {
                Event::TaskReady { key, .. } => prop_assert!(ready.insert(key.index as usize, at).is_none()),
                Event::TaskStarted { key, attempt, .. } => {
                    prop_assert!(started.insert((key.index as usize, *attempt), at).is_none());
                    prop_assert!(ready[&(key.index as usize)] < at);
                }
                Event::TaskFinished { key, .. } => prop_assert!(done.insert(key.index as usize, at).is_none(), "once"),
                Event::ResultReleased { key, port, .. } => {
                    prop_assert!(released.insert((key.index as usize, *port), at).is_none(), "once");
                }
                _ => {}
            }
        }
        prop_assert_eq!(done.len(), needed.len());
        for task in &needed {
            let flaky = task % plan.flaky == 1;
            prop_assert_eq!(started.keys().filter(|(index, _)| index == task).count(), if flaky { 2 } else { 1 });
            for (from, _) in reads(&graph, *task) {
                prop_assert!(done[&from] < started[&(*task, 0)], "{} reads {}", task, from);
            }
        }
        // An output is released after its last reader is done, unless it is wanted or was never kept.
        let is_wanted = |task: usize| wanted.iter().any(|key| key.index as usize == task);
        let mut last_read: HashMap<(usize, u16), usize> = HashMap::new();
        for task in &needed {
            for output in reads(&graph, *task) {
                let last = last_read.entry(output).or_default();
                *last = (*last).max(done[task]);
            }
        }
        for (output, last) in &last_read {
            if is_wanted(output.0) {
                prop_assert!(!released.contains_key(output));
            } else {
                prop_assert!(released[output] > *last, "{:?}", output);
            }
        }
        prop_assert_eq!(released.len(), last_read.keys().filter(|(task, _)| !is_wanted(*task)).count());

        let distinct: std::collections::HashSet<&Key> = wanted.iter().collect();
        prop_assert_eq!(budget.used(), 30 * distinct.len() as u64);
        drop(held);
        prop_assert_eq!((budget.used(), local.keep().stats().values), (0, 0));
    }

    #[test]
    fn the_same_seed_is_the_same_schedule(plan in plan(), seed in any::<u64>()) {
        let order = |seed| {
            let log = Log::default();
            let (graph, wanted) = build(&plan, &log);
            let local = Local::builder().executor(Inline::new(seed)).build().unwrap();
            local.submit(graph, &wanted, RunOptions::default()).wait().unwrap();
            std::mem::take(&mut *log.lock().unwrap())
        };
        prop_assert_eq!(order(seed), order(seed));
    }

    #[test]
    fn threads_agree(plan in plan(), threads in 1..5_usize) {
        let (graph, wanted) = build(&plan, &Log::default());
        let local = Local::builder().threads(threads).memory_limit(1 << 20).build().unwrap();
        let held = local.submit(Arc::clone(&graph), &wanted, RunOptions::default()).wait().unwrap();
        let oracle = Sequential::new(());
        let expected = oracle.submit(graph, &wanted, RunOptions::default()).wait().unwrap();
        for (held, expected) in held.iter().zip(&expected) {
            prop_assert_eq!(local.fetch(held).unwrap().value, oracle.fetch(expected).unwrap().value);
        }
        drop(held);
        prop_assert_eq!((local.budget().used(), local.keep().stats().values), (0, 0));
    }
}
