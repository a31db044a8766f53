//! Runs inside tasks, handles dropped in odd places, and graphs of odd sizes.

use std::{
    sync::{Arc, Mutex, Weak, mpsc},
    time::Duration,
};

use swath_graph::{GraphBuilder, Key, Name};
use swath_memory::Demand;
use swath_scheduler::{
    Backend, Event, Inline, Local, RayonPool, RunError, RunOptions, TaskError,
    testing::{self, Call, Number, name},
};

/// A task that runs a graph of `width` tasks on the same backend and waits for it, and so on `depth` times.
fn nested(local: &Arc<Mutex<Option<Local<Call>>>>, depth: u32, width: usize) -> Call {
    let local = Arc::clone(local);
    Call::new(move |at, _, _| {
        if depth == 0 {
            return Ok(Number::from(1).into());
        }
        let inner = local
            .lock()
            .expect("it is right")
            .clone()
            .ok_or_else(|| TaskError::failed("closed"))?;
        let mut graph = GraphBuilder::new();
        // Names by place in the tree: equal names would be one result.
        let level = Name::of("level", &(at.name(), at.index() as u64));
        let (stage, sum) = (
            graph.stage(level.clone(), nested(&local, depth - 1, width)),
            Name::of("sum", &level),
        );
        let sum_stage = graph.stage(sum.clone(), Call::sum_and_one());
        let all: Vec<_> = (0..width).map(|_| graph.task(stage, &[]).port(0)).collect();
        graph.task(sum_stage, &all);
        let held = inner
            .submit(
                Arc::new(graph.build()?),
                &[Key::new(sum, 0)],
                RunOptions::default(),
            )
            .wait()?;
        Ok(Number::from(inner.fetch(&held[0])?.value).into())
    })
}

/// Nodes of a tree of sums: each level adds one for itself.
fn expected(depth: u32, width: i64) -> i64 {
    if depth == 0 {
        1
    } else {
        1 + width * expected(depth - 1, width)
    }
}

fn check(local: &Local<Call>, depth: u32, width: usize) {
    let shared = Arc::new(Mutex::new(Some(local.clone())));
    let (graph, wanted) = testing::chain(1, nested(&shared, depth, width)).expect("it is right");
    let held = local
        .submit(graph, &wanted, RunOptions::default())
        .wait()
        .expect("it is right");
    assert_eq!(
        local.fetch(&held[0]).expect("it is right").value,
        expected(depth, width as i64)
    );
    shared.lock().expect("it is right").take();
}

#[test]
fn a_task_may_wait_for_runs() {
    for threads in [1, 2, 4] {
        check(&Local::builder().threads(threads).build().unwrap(), 4, 4);
    }
    for seed in 0..10 {
        check(
            &Local::builder()
                .executor(Inline::new(seed))
                .build()
                .unwrap(),
            3,
            3,
        );
    }
    let pool = Arc::new(
        rayon::ThreadPoolBuilder::new()
            .num_threads(1)
            .build()
            .unwrap(),
    );
    check(
        &Local::builder()
            .executor(RayonPool::new(pool))
            .build()
            .unwrap(),
        3,
        3,
    );
}

#[test]
fn a_task_that_waits_and_holds_all_memory_still_ends() {
    let shared = Arc::new(Mutex::new(None));
    for threads in [1, 3] {
        let local = Local::builder()
            .threads(threads)
            .memory_limit(1_000)
            .build()
            .unwrap();
        *shared.lock().unwrap() = Some(local.clone());
        let inner = Arc::clone(&shared);
        let outer = Call::new(move |at, _, cx| {
            let mut all = cx.reserve("all there is");
            all.try_grow(900)?;
            let local = inner
                .lock()
                .unwrap()
                .clone()
                .ok_or_else(|| TaskError::failed("closed"))?;
            let small = Call::new(|_, _, cx| {
                cx.reserve("some").try_grow(50)?;
                Ok(Number { value: 1, bytes: 0 }.into())
            });
            let mut graph = GraphBuilder::new();
            let stage = graph.stage(
                Name::of("inner", &(at.index() as u64)),
                small.demand(Demand::exactly(500)),
            );
            let wanted: Vec<Key> = (0..5)
                .map(|index| Key::new(Name::of("inner", &(at.index() as u64)), index))
                .collect();
            for _ in 0..5 {
                graph.task(stage, &[]);
            }
            let held = local
                .submit(Arc::new(graph.build()?), &wanted, RunOptions::default())
                .wait()?;
            Ok(Number {
                value: held.len() as i64,
                bytes: 0,
            }
            .into())
        });
        let (graph, wanted) = testing::independent(3, outer, Call::sum_and_one()).unwrap();
        let held = local
            .submit(graph, &wanted, RunOptions::default())
            .wait()
            .unwrap();
        assert_eq!(local.fetch(&held[0]).unwrap().value, 16);
        drop(held);
        assert_eq!(local.budget().used(), 0);
        shared.lock().unwrap().take();
    }
}

#[test]
fn loops_inside_tasks_may_wait_for_runs() {
    let local = Local::builder().threads(2).build().unwrap();
    let weak = Arc::new(Mutex::new(Some(local.clone())));
    let inner = Arc::clone(&weak);
    let work = Call::new(move |_, _, cx| {
        let local = inner
            .lock()
            .unwrap()
            .clone()
            .ok_or_else(|| TaskError::failed("closed"))?;
        let values = cx.parallel_for(16, |i| {
            std::thread::sleep(Duration::from_millis(1));
            let mut graph = GraphBuilder::new();
            let name = Name::of("part", &(i as u64));
            let stage = graph.stage(name.clone(), Call::index());
            graph.task_at(stage, i as u32, &[]);
            let held = local
                .submit(
                    Arc::new(graph.build()?),
                    &[Key::new(name, i as u32)],
                    RunOptions::default(),
                )
                .wait()?;
            Ok(local.fetch(&held[0])?.value)
        })?;
        assert_eq!(values, (0..16).collect::<Vec<i64>>());
        Ok(Number::from(values.iter().sum::<i64>()).into())
    });
    let (graph, wanted) = testing::independent(2, work, Call::sum_and_one()).unwrap();
    let held = local
        .submit(graph, &wanted, RunOptions::default())
        .wait()
        .unwrap();
    assert_eq!(local.fetch(&held[0]).unwrap().value, 241);
    weak.lock().unwrap().take();
}

#[test]
fn idle_threads_help_in_loops() {
    let local = Local::builder().threads(4).build().unwrap();
    let threads = Arc::new(Mutex::new(std::collections::HashSet::new()));
    let seen = Arc::clone(&threads);
    let work = Call::new(move |_, _, cx| {
        cx.parallel_for(64, |_| {
            seen.lock().unwrap().insert(std::thread::current().id());
            std::thread::sleep(Duration::from_millis(2));
            Ok(())
        })?;
        Ok(Number::from(0).into())
    });
    let (graph, wanted) = testing::chain(1, work).unwrap();
    local
        .submit(graph, &wanted, RunOptions::default())
        .wait()
        .unwrap();
    let helped = threads.lock().unwrap().len();
    assert!((2..=4).contains(&helped), "{helped} threads");
}

#[test]
fn a_wait_inside_the_callers_own_rayon_pool_takes_part() {
    let pool = Arc::new(
        rayon::ThreadPoolBuilder::new()
            .num_threads(1)
            .build()
            .unwrap(),
    );
    let local = Local::builder()
        .executor(RayonPool::new(Arc::clone(&pool)))
        .build()
        .unwrap();
    let value = pool.install(|| {
        let (graph, wanted) = testing::tree(64, Call::index(), Call::sum_and_one()).unwrap();
        let held = local
            .submit(graph, &wanted, RunOptions::default())
            .wait()
            .unwrap();
        local.fetch(&held[0]).unwrap().value
    });
    assert_eq!(value, (0..64).sum::<i64>() + 63);
}

#[test]
fn the_last_handle_may_be_dropped_by_a_task() {
    for threads in [1, 3] {
        let local = Local::builder().threads(threads).build().unwrap();
        let (tell, told) = mpsc::channel();
        let (graph, wanted) = testing::chain(50, Call::sum_and_one()).unwrap();
        let run = local.submit(graph, &wanted, RunOptions::default());
        let mine = local.clone();
        run.on_complete(move |result| {
            let value = mine.fetch(&result.unwrap()[0]).unwrap().value;
            drop(mine);
            tell.send(value).unwrap();
        });
        drop(local);
        assert_eq!(told.recv_timeout(Duration::from_secs(10)).unwrap(), 50);
    }
}

#[test]
fn held_results_outlive_the_handle_and_still_release() {
    let local = Local::<Call>::builder().threads(2).build().unwrap();
    let budget = local.budget().clone();
    let held = local
        .hold(
            Key::new(name("given"), 0),
            Number {
                value: 1,
                bytes: 77,
            },
        )
        .unwrap();
    drop(local);
    assert_eq!(budget.used(), 77);
    drop(held);
    assert_eq!(budget.used(), 0);
}

#[test]
fn a_panicking_observer_or_continuation_leaves_the_pool_alive() {
    let local = Local::builder()
        .threads(1)
        .observer(|event: &Event| {
            assert!(
                !matches!(event, Event::TaskFinished { .. }),
                "observers should not panic"
            );
        })
        .build()
        .unwrap();
    let slow = Call::new(|_, _, _| {
        std::thread::sleep(Duration::from_millis(20));
        Ok(Number::from(0).into())
    });
    for _ in 0..3 {
        let (graph, wanted) = testing::chain(3, slow.clone()).unwrap();
        let (tell, told) = mpsc::channel();
        local
            .submit(graph, &wanted, RunOptions::default())
            .on_complete(move |result| {
                let is_ok = result.is_ok();
                // Else the next run finds it held and is done at once.
                drop(result);
                tell.send(is_ok).unwrap();
                panic!("continuations should not either");
            });
        assert!(told.recv_timeout(Duration::from_secs(10)).unwrap());
    }
}

#[test]
fn a_chain_of_100_000_neither_overflows_when_run_nor_when_it_fails() {
    let local = Local::builder().threads(2).build().unwrap();
    let (graph, wanted) = testing::chain(100_000, Call::sum_and_one()).unwrap();
    let held = local
        .submit(graph, &wanted, RunOptions::default())
        .wait()
        .unwrap();
    assert_eq!(local.fetch(&held[0]).unwrap().value, 100_000);
    let failing = Call::new(|_, _, _| Err(TaskError::failed("at once")));
    let (graph, wanted) = testing::chain(100_000, failing).unwrap();
    drop(held);
    let error = local
        .submit(graph, &wanted, RunOptions::default())
        .wait()
        .unwrap_err();
    let RunError::Task { chain, .. } = error else {
        panic!("{error}")
    };
    assert_eq!(chain.len(), 100_000);
}

#[test]
fn runs_take_turns_and_priority_goes_first() {
    let order = Arc::new(Mutex::new(String::new()));
    let local = Local::builder()
        .executor(Inline::new(0).slots(1))
        .build()
        .unwrap();
    let submit = |letter: char, priority| {
        let order = Arc::clone(&order);
        let work = Call::new(move |_, _, _| {
            order.lock().unwrap().push(letter);
            Ok(Number::from(0).into())
        });
        let mut graph = GraphBuilder::new();
        let name = Name::of("run", &u64::from(letter as u32));
        let stage = graph.stage(name.clone(), work);
        let wanted: Vec<Key> = (0..4).map(|index| Key::new(name.clone(), index)).collect();
        for _ in 0..4 {
            graph.task(stage, &[]);
        }
        local.submit(
            Arc::new(graph.build().unwrap()),
            &wanted,
            RunOptions::default().priority(priority),
        )
    };
    let runs = [
        submit('a', 0),
        submit('b', 0),
        submit('c', 1),
        submit('d', -1),
    ];
    for run in runs {
        run.wait().unwrap();
    }
    assert_eq!(*order.lock().unwrap(), "ccccababababdddd");
}

#[test]
fn nothing_is_kept_after_everything_is_gone() {
    let work = Arc::new(());
    let weak: Weak<()> = Arc::downgrade(&work);
    let local = Local::builder().threads(2).build().unwrap();
    let captured = Arc::clone(&work);
    drop(work);
    let (graph, wanted) = testing::chain(
        10,
        Call::new(move |_, _, _| {
            let _ = &captured;
            Ok(Number::from(0).into())
        }),
    )
    .unwrap();
    let held = local
        .submit(graph, &wanted, RunOptions::default())
        .wait()
        .unwrap();
    // The last thread may still be on its way to sleep.
    for _ in 0..1_000 {
        if weak.strong_count() == 0 {
            break;
        }
        std::thread::sleep(Duration::from_millis(1));
    }
    assert_eq!(
        weak.strong_count(),
        0,
        "a claim keeps a result, not the graph"
    );
    drop((held, local));
}
