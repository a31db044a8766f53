//! The threads, model-checked: `RUSTFLAGS="--cfg shuttle" cargo test -p swath-scheduler --test model --release`.
//!
//! Every lock, condition, atomic and park of the crate goes through one shim, so here thousands of interleavings of the real
//! code are tried. A deadlock or a lost wake-up fails the test with the schedule that led to it.
#![cfg(shuttle)]

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicU64, Ordering},
};

use swath_graph::{GraphBuilder, Key, Name};
use swath_memory::{Budget, Demand};
use swath_scheduler::{
    Backend, Local, RunError, RunOptions, TaskError,
    testing::{self, Call, Number, name},
};

fn check(f: impl Fn() + Send + Sync + 'static) {
    let f = Arc::new(f);
    let random = Arc::clone(&f);
    shuttle::check_random(move || random(), 2_000);
    shuttle::check_pct(move || f(), 1_000, 4);
}

fn local(threads: usize, budget: &Budget) -> Local<Call> {
    Local::builder()
        .threads(threads)
        .budget(budget.clone())
        .build()
        .unwrap()
}

/// Workers park and are woken, the last handle ends them, nothing is left.
#[test]
fn park_and_wake() {
    check(|| {
        let budget = Budget::new(1_000);
        let local = local(2, &budget);
        for _ in 0..2 {
            let (graph, wanted) = testing::tree(3, Call::index(), Call::sum_and_one()).unwrap();
            let held = local
                .submit(graph, &wanted, RunOptions::default())
                .wait()
                .unwrap();
            assert_eq!(local.fetch(&held[0]).unwrap().value, 5);
        }
        drop(local);
        assert_eq!(budget.used(), 0);
    });
}

/// A claim that is dropped while runs begin and end on its key is released once, and never under a reader.
#[test]
fn release_of_held() {
    check(|| {
        let budget = Budget::new(1_000);
        let local = local(1, &budget);
        let held = local
            .hold(Key::new(name("given"), 0), Number::from(7))
            .unwrap();
        let mut graph = GraphBuilder::new();
        let given = graph.held(Key::new(name("given"), 0));
        let sum = graph.stage(name("sum"), Call::sum_and_one());
        graph.task(sum, &[given.dep()]);
        let graph = Arc::new(graph.build().unwrap());
        let clone = held.clone();
        let dropper = shuttle::thread::spawn(move || drop(clone));
        let reader = {
            let local = local.clone();
            shuttle::thread::spawn(move || {
                match local
                    .submit(graph, &[Key::new(name("sum"), 0)], RunOptions::default())
                    .wait()
                {
                    Ok(held) => assert_eq!(local.fetch(&held[0]).unwrap().value, 8),
                    Err(error) => assert!(matches!(error, RunError::NotHeld { .. }), "{error}"),
                }
            })
        };
        drop(held);
        dropper.join().unwrap();
        reader.join().unwrap();
        drop(local);
        assert_eq!(budget.used(), 0);
    });
}

/// A run that is cancelled while it runs ends, with a result or without.
#[test]
fn cancel() {
    check(|| {
        let budget = Budget::new(1_000);
        let local = local(2, &budget);
        let (graph, wanted) = testing::chain(4, Call::sum_and_one()).unwrap();
        let run = local.submit(graph, &wanted, RunOptions::default());
        let handle = run.cancel_handle();
        let canceller = shuttle::thread::spawn(move || handle.cancel());
        match run.wait() {
            Ok(held) => assert_eq!(local.fetch(&held[0]).unwrap().value, 4),
            Err(error) => assert!(matches!(error, RunError::Cancelled), "{error}"),
        }
        canceller.join().unwrap();
        drop(local);
        assert_eq!(budget.used(), 0);
    });
}

/// Tasks that wait for runs, with every thread taken by one.
#[test]
fn nested_waits() {
    check(|| {
        let budget = Budget::new(1_000);
        let local = local(2, &budget);
        let shared = Arc::new(Mutex::new(Some(local.clone())));
        let inner = Arc::clone(&shared);
        let outer = Call::new(move |at, _, _| {
            let local = inner
                .lock()
                .unwrap()
                .clone()
                .ok_or_else(|| TaskError::failed("closed"))?;
            let mut graph = GraphBuilder::new();
            let part = Name::of("part", &(at.index() as u64));
            let stage = graph.stage(part.clone(), Call::index());
            let parts = [
                graph.task(stage, &[]).port(0),
                graph.task(stage, &[]).port(0),
            ];
            let (sum, sum_name) = (Call::sum_and_one(), Name::of("sum", &part));
            let sum = graph.stage(sum_name.clone(), sum);
            graph.task(sum, &parts);
            let held = local
                .submit(
                    Arc::new(graph.build()?),
                    &[Key::new(sum_name, 0)],
                    RunOptions::default(),
                )
                .wait()?;
            Ok(Number::from(local.fetch(&held[0])?.value).into())
        });
        let (graph, wanted) = testing::independent(2, outer, Call::sum_and_one()).unwrap();
        let held = local
            .submit(graph, &wanted, RunOptions::default())
            .wait()
            .unwrap();
        assert_eq!(local.fetch(&held[0]).unwrap().value, 5);
        shared.lock().unwrap().take();
        drop((held, local));
        assert_eq!(budget.used(), 0);
    });
}

/// Tasks that run out of memory are deferred, and all of them end.
#[test]
fn shortage() {
    check(|| {
        let budget = Budget::new(100);
        let local = local(2, &budget);
        let most = Arc::new(AtomicU64::new(0));
        let hungry = Call::new(move |_, _, cx| {
            let mut table = cx.reserve("table");
            table.try_grow(30)?;
            table.try_grow(40)?;
            most.fetch_max(table.bytes(), Ordering::Relaxed);
            Ok(Number { value: 0, bytes: 0 }.into())
        });
        let (graph, wanted) =
            testing::independent(3, hungry.demand(Demand::exactly(10)), Call::sum_and_one())
                .unwrap();
        let held = local
            .submit(graph, &wanted, RunOptions::default())
            .wait()
            .unwrap();
        assert_eq!(local.fetch(&held[0]).unwrap().value, 1);
        drop((held, local));
        assert_eq!(budget.used(), 0);
    });
}

/// A loop in which idle threads help: every index once, the threads given back.
#[test]
fn parallel_for() {
    check(|| {
        let budget = Budget::new(1_000);
        let local = local(2, &budget);
        let calls = Arc::new(AtomicU64::new(0));
        let counted = Arc::clone(&calls);
        let looping = Call::new(move |_, _, cx| {
            let squares = cx.parallel_for(4, |i| {
                counted.fetch_add(1 << (8 * i), Ordering::Relaxed);
                shuttle::thread::yield_now();
                Ok(i * i)
            })?;
            assert_eq!(squares, [0, 1, 4, 9]);
            Ok(Number::from(1).into())
        });
        let (graph, wanted) = testing::chain(1, looping).unwrap();
        local
            .submit(graph, &wanted, RunOptions::default())
            .wait()
            .unwrap();
        assert_eq!(calls.load(Ordering::Relaxed), 0x0101_0101, "each once");
        let (graph, wanted) = testing::independent(2, Call::index(), Call::sum_and_one()).unwrap();
        let held = local
            .submit(graph, &wanted, RunOptions::default())
            .wait()
            .unwrap();
        assert_eq!(local.fetch(&held[0]).unwrap().value, 2);
        drop((held, local));
        assert_eq!(budget.used(), 0);
    });
}
