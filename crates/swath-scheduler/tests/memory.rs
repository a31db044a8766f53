//! Memory: admission, shortage, and who is told what.

use std::{
    fmt::Write,
    sync::{
        Arc, Mutex,
        atomic::{AtomicI64, AtomicU64, Ordering},
    },
    time::Duration,
};

use swath_graph::{GraphBuilder, Key, Name};
use swath_memory::{Budget, Demand};
use swath_scheduler::{
    Backend, BuildError, Event, Inline, Local, Outputs, RunError, RunOptions,
    testing::{self, Call, Number, name},
};

/// A task that reserves `needs` bytes in steps, and counts how many of its kind do so at once.
fn hungry(needs: u64, demand: Demand, most: &Arc<AtomicI64>) -> Call {
    let (now, most) = (Arc::new(AtomicI64::new(0)), Arc::clone(most));
    Call::new(move |_, _, cx| {
        struct Leave<'a>(&'a AtomicI64);
        impl Drop for Leave<'_> {
            fn drop(&mut self) {
                self.0.fetch_sub(1, Ordering::SeqCst);
            }
        }
        most.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
        let _leave = Leave(&now);
        let mut table = cx.reserve("hash table");
        for _ in 0..10 {
            table.try_grow(needs / 10)?;
            std::thread::sleep(Duration::from_micros(200));
        }
        Ok(Number { value: 1, bytes: 0 }.into())
    })
    .demand(demand)
}

/// Runs 40 of them on four threads and returns the most at once, or the error.
fn run(limit: u64, needs: u64, demand: Demand) -> Result<(i64, u64, Vec<Event>), RunError> {
    let (budget, most) = (Budget::new(limit), Arc::new(AtomicI64::new(0)));
    let events = Arc::new(Mutex::new(Vec::new()));
    let log = Arc::clone(&events);
    let local = Local::builder()
        .threads(4)
        .budget(budget.clone())
        .observer(move |event: &Event| log.lock().expect("it is right").push(event.clone()))
        .build()
        .expect("it is right");
    let (graph, wanted) =
        testing::independent(40, hungry(needs, demand, &most), Call::sum_and_one())
            .expect("it is right");
    let mut run = local.submit(graph, &wanted, RunOptions::default());
    let result = loop {
        if run.is_done() {
            let deferred = run.stats().deferred;
            break futures(&mut run).map(|held| (held, deferred));
        }
        assert!(budget.used() <= limit);
        std::thread::sleep(Duration::from_millis(1));
    };
    let (held, deferred) = result?;
    assert_eq!(local.fetch(&held[0]).expect("it is right").value, 41);
    drop(held);
    assert_eq!(budget.used(), 0, "{:?}", budget.holders());
    let events = events.lock().expect("it is right").clone();
    Ok((most.load(Ordering::SeqCst), deferred, events))
}

fn futures<T: Send + 'static>(run: &mut swath_scheduler::Run<T>) -> Result<T, RunError> {
    let taken = std::mem::replace(run, swath_scheduler::Run::ready(Err(RunError::Closed)));
    taken.wait()
}

#[test]
fn a_limit_of_two_admits_two() {
    let (most, deferred, _) = run(2_000, 1_000, Demand::exactly(1_000)).unwrap();
    assert_eq!((most, deferred), (2, 0));
    let (most, ..) = run(
        2_000,
        1_000,
        Demand {
            floor: 10,
            expected: 1_000,
        },
    )
    .unwrap();
    assert!(most <= 2, "{most}");
    let (most, ..) = run(1 << 30, 1_000, Demand::exactly(1_000)).unwrap();
    assert!(most > 2, "four threads and memory for all: {most}");
}

#[test]
fn an_estimate_wrong_by_ten_times_still_finishes() {
    let (_, deferred, events) = run(1_500, 1_000, Demand::exactly(100)).unwrap();
    assert!(
        deferred > 0,
        "four tasks of 1,000 bytes do not fit into 1,500"
    );
    for event in &events {
        if let Event::TaskDeferred { floor, .. } = event {
            assert!((200..=1_000).contains(floor), "{floor}");
        }
    }
    // A demand far above the limit does not keep a task from running.
    let (most, deferred, _) = run(1_500, 1_000, Demand::exactly(1 << 40)).unwrap();
    assert_eq!((most, deferred), (1, 0));
}

#[test]
fn estimates_are_told_beside_what_was_used() {
    let (.., events) = run(
        1 << 20,
        1_000,
        Demand {
            floor: 50,
            expected: 700,
        },
    )
    .unwrap();
    let told: Vec<(Demand, u64)> = events
        .iter()
        .filter_map(|event| match event {
            Event::TaskFinished {
                key, demand, peak, ..
            } if key.name == name("leaf") => Some((*demand, *peak)),
            _ => None,
        })
        .collect();
    assert_eq!(
        told,
        vec![
            (
                Demand {
                    floor: 50,
                    expected: 700
                },
                1_000
            );
            40
        ]
    );
}

#[test]
fn too_big_even_alone_is_the_memory_limit_error() {
    let error = run(900, 1_000, Demand::exactly(100)).unwrap_err();
    let RunError::MemoryLimit {
        key,
        what,
        needed,
        limit,
        ..
    } = &error
    else {
        panic!("{error:?}")
    };
    assert_eq!(
        (key.name.clone(), *what, *needed, *limit),
        (name("leaf"), "hash table", 1_000, 900)
    );
}

#[test]
fn the_memory_limit_error_names_the_holders() {
    let local = Local::<Call>::builder()
        .threads(1)
        .memory_limit(2 << 30)
        .build()
        .unwrap();
    let given = |index, bytes| {
        local.hold(
            Key::new(Name::of("events", "x"), index),
            Number { value: 0, bytes },
        )
    };
    let held = [given(0, 1 << 30).unwrap(), given(1, 1 << 29).unwrap()];
    let too_much = given(2, 1 << 30).unwrap_err();
    let mut graph = GraphBuilder::new();
    let join = graph.stage(
        Name::of("join", "x"),
        hungry(1 << 30, Demand::default(), &Arc::default()),
    );
    graph.task(join, &[]);
    let graph = Arc::new(graph.build().unwrap());
    let error = local
        .submit(
            graph,
            &[Key::new(Name::of("join", "x"), 0)],
            RunOptions::default(),
        )
        .wait()
        .unwrap_err();
    let mut text = String::new();
    for error in [&error, &too_much] {
        let RunError::MemoryLimit { held, .. } = error else {
            panic!("{error:?}")
        };
        let held: Vec<String> = held.iter().map(ToString::to_string).collect();
        writeln!(text, "{error}; held: {}", held.join(", ")).unwrap();
    }
    insta::assert_snapshot!(text);
    drop(held);
    assert_eq!(local.budget().used(), 0);
}

#[test]
fn results_between_tasks_count_and_are_released() {
    let budget = Budget::new(10_000);
    let local = Local::builder()
        .executor(Inline::new(1).slots(1))
        .budget(budget.clone())
        .build()
        .unwrap();
    // Of a chain, two results are there at a time at most.
    let work = Call::new(|_, inputs, _| {
        let value = if inputs.is_empty() {
            0
        } else {
            inputs.open(0)?.value + 1
        };
        Ok(Number {
            value,
            bytes: 4_000,
        }
        .into())
    });
    let (graph, wanted) = testing::chain(100, work).unwrap();
    let held = local
        .submit(graph, &wanted, RunOptions::default())
        .wait()
        .unwrap();
    assert_eq!(
        (
            local.fetch(&held[0]).unwrap().value,
            budget.used(),
            budget.peak()
        ),
        (99, 4_000, 8_000)
    );
    drop(held);
    assert_eq!(budget.used(), 0);
}

#[test]
fn the_last_reader_may_take_and_pays_once() {
    let budget = Budget::new(10_000);
    let local = Local::builder()
        .executor(Inline::new(1).slots(1))
        .budget(budget.clone())
        .build()
        .unwrap();
    let owned = Arc::new(AtomicU64::new(0));
    let counted = Arc::clone(&owned);
    let work = Call::new(move |_, inputs, _| {
        let Ok(first) = inputs.take(0) else {
            return Ok(Number {
                value: 0,
                bytes: 9_000,
            }
            .into());
        };
        let value = match first {
            swath_scheduler::Taken::Owned(mut number) => {
                counted.fetch_add(1, Ordering::Relaxed);
                number.value += 1;
                assert!(inputs.open(0).is_err(), "it is gone");
                number
            }
            swath_scheduler::Taken::Pinned(number) => Number {
                value: number.value + 1,
                bytes: 9_000,
            },
        };
        Ok(value.into())
    });
    let (graph, wanted) = testing::chain(100, work).unwrap();
    let held = local
        .submit(graph, &wanted, RunOptions::default())
        .wait()
        .unwrap();
    // 9,000 bytes in place: two of them would not have fitted.
    assert_eq!(
        (local.fetch(&held[0]).unwrap().value, budget.peak()),
        (99, 9_000)
    );
    assert_eq!(owned.load(Ordering::Relaxed), 99);
}

#[test]
fn reserved_results_move_on_without_a_gap() {
    let local = Local::builder()
        .executor(Inline::new(1).slots(1))
        .memory_limit(1_000)
        .build()
        .unwrap();
    let work = Call::new(|_, inputs, cx| {
        let mut table = cx.reserve("table");
        table.try_grow(if inputs.is_empty() { 400 } else { 600 })?;
        Ok(Outputs::backed(
            Number {
                value: 1,
                bytes: 300,
            },
            table,
        ))
    });
    let (graph, wanted) = testing::chain(50, work).unwrap();
    let held = local
        .submit(graph, &wanted, RunOptions::default())
        .wait()
        .unwrap();
    assert_eq!(
        (
            local.budget().used(),
            local.budget().peak(),
            held[0].bytes()
        ),
        (300, 900, 300)
    );
}

#[test]
fn builders_check_their_numbers() {
    let build = |threads, limit, scratch| {
        Local::<Call>::builder()
            .threads(threads)
            .memory_limit(limit)
            .scratch_per_thread(scratch)
            .build()
            .map(|local| local.budget().limit())
    };
    assert_eq!(build(2, 1_000, 400), Ok(200));
    assert_eq!(build(0, 1_000, 0), Err(BuildError::NoThreads));
    let error = build(8, 64 << 20, 8 << 20).unwrap_err();
    insta::assert_snapshot!(error);
}
