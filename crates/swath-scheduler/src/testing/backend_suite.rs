//! What every backend must do, as functions that any can be put through.

use std::{
    sync::{
        Arc, Condvar, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    task::{Context, Poll, Wake, Waker},
    time::{Duration, Instant},
};

use swath_graph::{Graph, GraphBuilder, Hint, Key};

use super::{Call, Number, graphs::name};
use crate::{Backend, Held, Outputs, Run, RunError, RunOptions, TaskError, TaskErrorKind};

/// A backend under test.
type Subject = Arc<dyn Backend<Call>>;

/// One check, given a new backend; panics if it fails.
pub type BackendCheck = fn(&Subject);

/// All checks by name, each given a backend of its own; for tests that want to report them one by one.
pub const BACKEND_CHECKS: &[(&str, BackendCheck)] = &[
    (
        "results come in the order they were asked for",
        order_of_results,
    ),
    (
        "every port of a wanted task is there for later graphs",
        ports,
    ),
    ("held results are read, not computed again", held_results),
    ("values handed in are read like results", handed_in),
    ("a key that is held already is shared", held_already),
    ("only what is needed runs, once", only_what_is_needed),
    ("what cannot run says why", what_cannot_run),
    ("an error names the task, the chain and itself", errors),
    ("a panic is its task's error", panics),
    ("retries happen as often as the hint says", retries),
    ("cancelling stops within 200 ms", cancelling),
    ("dropping a run cancels it, detaching does not", dropping),
    ("a deadline ends a run", deadline),
    ("a run is a future", future),
    ("rounds are one run", rounds),
    ("loops give results by index", loops),
    ("metrics arrive with the run", metrics),
    ("many runs at once", many_runs),
];

/// Puts backends made by `make` through all checks; each check gets a new one.
///
/// # Panics
/// If a check fails.
pub fn backend(make: impl Fn() -> Subject) {
    for (_, check) in BACKEND_CHECKS {
        check(&make());
    }
}

/// Runs the wanted keys of a graph made by `build`.
fn submit(
    on: &Subject,
    wanted: &[Key],
    build: impl FnOnce(&mut GraphBuilder<Call>),
) -> Run<Vec<Held>> {
    on.submit(graph(build), wanted, RunOptions::default())
}

fn graph(build: impl FnOnce(&mut GraphBuilder<Call>)) -> Arc<Graph<Call>> {
    let mut graph = GraphBuilder::new();
    build(&mut graph);
    Arc::new(graph.build().expect("the suite's graphs are right"))
}

fn key(kind: &str, index: u32) -> Key {
    Key::new(name(kind), index)
}

#[track_caller]
fn value(on: &Subject, held: &Held) -> i64 {
    on.fetch(held).expect("it is held").value
}

fn indexes(graph: &mut GraphBuilder<Call>, n: u32) -> Vec<swath_graph::TaskId> {
    let stage = graph.stage(name("index"), Call::index());
    (0..n).map(|_| graph.task(stage, &[])).collect()
}

fn order_of_results(on: &Subject) {
    let wanted = [
        key("index", 7),
        key("sum", 0),
        key("index", 2),
        key("index", 7),
    ];
    let held = submit(on, &wanted, |graph| {
        let all: Vec<_> = indexes(graph, 10).iter().map(|task| task.port(0)).collect();
        let sum = graph.stage(name("sum"), Call::sum_and_one());
        graph.task(sum, &all);
    })
    .wait()
    .expect("nothing fails");
    assert_eq!(
        held.iter().map(|held| value(on, held)).collect::<Vec<_>>(),
        [7, 46, 2, 7]
    );
    for (held, key) in held.iter().zip(&wanted) {
        assert_eq!((held.key(), held.bytes(), held.rows()), (key, 8, Some(1)));
    }
    assert!(held[0].same_as(&held[3]), "one result, one claim");
}

fn ports(on: &Subject) {
    let two = Call::new(|at, _, _| {
        Ok(Outputs::from(vec![
            Number::from(at.ports() as i64),
            Number::from(20),
        ]))
    });
    let pair = submit(on, &[key("pair", 0)], |graph| {
        let stage = graph.stage(name("pair"), two);
        graph.task(stage, &[]);
    });
    let pair = pair.wait().expect("nothing fails");
    assert_eq!(value(on, &pair[0]), 1, "nobody read a second port");
    let sum = submit(on, &[key("sum", 0)], |graph| {
        let held = graph.held(key("pair", 0));
        let sum = graph.stage(name("sum"), Call::sum_and_one());
        graph.task(
            sum,
            &[
                swath_graph::Dep {
                    port: 1,
                    ..held.dep()
                },
                held.dep(),
            ],
        );
    });
    assert_eq!(value(on, &sum.wait().expect("both ports are held")[0]), 22);

    let too_few = submit(on, &[key("sum", 0)], |graph| {
        let one = graph.stage(name("one"), Call::index());
        let one = graph.task(one, &[]);
        let sum = graph.stage(name("sum"), Call::sum_and_one());
        graph.task(sum, &[one.port(1)]);
    });
    // The first claim on ('sum', 0) is gone, so this is computed, and cannot be.
    assert!(matches!(too_few.wait(), Err(RunError::Task { .. })));
}

fn held_results(on: &Subject) {
    let runs = Arc::new(AtomicU64::new(0));
    let counted = Arc::clone(&runs);
    let held = submit(on, &[key("counted", 0)], |graph| {
        let stage = graph.stage(
            name("counted"),
            Call::new(move |_, _, _| {
                Ok(Number::from(counted.fetch_add(1, Ordering::Relaxed) as i64).into())
            }),
        );
        graph.task(stage, &[]);
    });
    let held = held.wait().expect("nothing fails");
    for round in 0..3 {
        let sum = submit(on, &[key("sum", round)], |graph| {
            let held = graph.held(key("counted", 0));
            let sum = graph.stage(name("sum"), Call::sum_and_one());
            graph.task_at(sum, round, &[held.dep(), held.dep()]);
        });
        assert_eq!(value(on, &sum.wait().expect("it is held")[0]), 1);
    }
    assert_eq!(runs.load(Ordering::Relaxed), 1);

    // A run keeps what it reads, even if the caller lets go of it meanwhile.
    let gate = Gate::default();
    let (open, slow) = (gate.clone(), gate.clone());
    let late = submit(on, &[key("late", 0)], move |graph| {
        let held = graph.held(key("counted", 0));
        let wait = graph.stage(
            name("wait"),
            Call::new(move |_, _, _| slow.pass().map(|()| Number::from(0).into())),
        );
        let wait = graph.task(wait, &[]);
        let late = graph.stage(name("late"), Call::sum_and_one());
        graph.task(late, &[wait.port(0), held.dep()]);
    });
    drop(held);
    open.open();
    assert_eq!(value(on, &late.wait().expect("the run kept it")[0]), 1);
    let gone = submit(on, &[key("sum", 9)], |graph| {
        let held = graph.held(key("counted", 0));
        let sum = graph.stage(name("sum"), Call::sum_and_one());
        graph.task_at(sum, 9, &[held.dep()]);
    });
    assert!(
        matches!(gone.wait(), Err(RunError::NotHeld { key: missing }) if missing == key("counted", 0))
    );
}

fn handed_in(on: &Subject) {
    let held = on
        .hold(
            key("given", 3),
            Number {
                value: 40,
                bytes: 1_000,
            },
        )
        .expect("it fits");
    assert_eq!(
        (held.bytes(), held.rows(), value(on, &held)),
        (1_000, Some(1), 40)
    );
    let again = on
        .hold(key("given", 3), Number::from(41))
        .expect("it is held already");
    assert!(held.same_as(&again));
    drop(again);
    let sum = submit(on, &[key("given", 3), key("sum", 0)], |graph| {
        let given = graph.held(key("given", 3));
        let sum = graph.stage(name("sum"), Call::sum_and_one());
        graph.task(sum, &[given.dep()]);
    });
    let sum = sum.wait().expect("it is held");
    assert_eq!((value(on, &sum[0]), value(on, &sum[1])), (40, 41));
    assert!(sum[0].same_as(&held));
    let pinned = on.fetch(&held).expect("it is held");
    drop((held, sum));
    assert_eq!(pinned.value, 40, "a pin outlives the claim");
}

fn held_already(on: &Subject) {
    let runs = Arc::new(AtomicU64::new(0));
    let both = |runs: &Arc<AtomicU64>| {
        let counted = Arc::clone(runs);
        submit(on, &[key("shared", 0), key("after", 0)], |graph| {
            let shared = Call::new(move |_, _, _| {
                Ok(Number::from(counted.fetch_add(1, Ordering::Relaxed) as i64).into())
            });
            let shared = graph.stage(name("shared"), shared);
            let shared = graph.task(shared, &[]);
            let after = graph.stage(name("after"), Call::sum_and_one());
            graph.task(after, &[shared.port(0)]);
        })
        .wait()
        .expect("nothing fails")
    };
    let first = both(&runs);
    let second = both(&runs);
    assert!(
        first
            .iter()
            .zip(&second)
            .all(|(first, second)| first.same_as(second))
    );
    assert_eq!(runs.load(Ordering::Relaxed), 1);
    drop((first, second));
    both(&runs);
    assert_eq!(
        runs.load(Ordering::Relaxed),
        2,
        "released results are computed again"
    );
}

fn only_what_is_needed(on: &Subject) {
    let runs = Arc::new(AtomicU64::new(0));
    let counted = Arc::clone(&runs);
    let run = submit(on, &[key("sum", 3)], |graph| {
        let leaf = Call::new(move |at, _, _| {
            counted.fetch_add(1, Ordering::Relaxed);
            Ok(Number::from(at.index() as i64).into())
        });
        let (leaf, sum) = (
            graph.stage(name("leaf"), leaf),
            graph.stage(name("sum"), Call::sum_and_one()),
        );
        for _ in 0..10 {
            let one = graph.task(leaf, &[]);
            graph.task(sum, &[one.port(0), one.port(0), one.port(0)]);
        }
    });
    assert_eq!(value(on, &run.wait().expect("nothing fails")[0]), 10);
    assert_eq!(runs.load(Ordering::Relaxed), 1);
    let nothing = submit(on, &[], |graph| drop(indexes(graph, 3)));
    assert!(nothing.wait().expect("nothing to do").is_empty());
}

fn what_cannot_run(on: &Subject) {
    let unknown = submit(on, &[key("index", 9)], |graph| drop(indexes(graph, 3)));
    assert!(matches!(unknown.wait(), Err(RunError::Graph { .. })));
    let not_held = submit(on, &[key("sum", 0)], |graph| {
        let held = graph.held(key("nowhere", 1));
        let sum = graph.stage(name("sum"), Call::sum_and_one());
        graph.task(sum, &[held.dep()]);
    });
    assert!(
        matches!(not_held.wait(), Err(RunError::NotHeld { key: missing }) if missing == key("nowhere", 1))
    );
}

/// An error of the suite's own.
#[derive(Debug, PartialEq, Eq)]
struct Broken(usize);

impl std::fmt::Display for Broken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "part {} is broken", self.0)
    }
}

impl std::error::Error for Broken {}

/// `index` tasks feed `bad`, which feeds `after`, which is wanted.
fn failing(on: &Subject, bad: Call, hint: Hint) -> Result<Vec<Held>, RunError> {
    let run = submit(on, &[key("after", 0)], |graph| {
        let indexes = indexes(graph, 3);
        let bad = graph.stage_with(name("bad"), bad, hint);
        let bad: Vec<_> = indexes
            .iter()
            .map(|index| graph.task(bad, &[index.port(0)]).port(0))
            .collect();
        let after = graph.stage(name("after"), Call::sum_and_one());
        graph.task(after, &bad);
    });
    run.wait()
}

fn errors(on: &Subject) {
    let bad = Call::new(|at, _, _| match at.index() {
        1 => Err(Broken(1).into()),
        other => Ok(Number::from(other as i64).into()),
    });
    let error = failing(on, bad, Hint::default().label("the bad stage")).expect_err("task 1 fails");
    assert_eq!(error.downcast_ref(), Some(&Broken(1)));
    let RunError::Task {
        key: failed,
        chain,
        label,
        error,
        ..
    } = error
    else {
        unreachable!("it holds a task's error: {error}")
    };
    assert_eq!((failed, label.as_ref()), (key("bad", 1), "the bad stage"));
    assert_eq!(*chain, [key("bad", 1), key("after", 0)]);
    assert_eq!(
        error.kind(),
        &TaskErrorKind::Failed {
            message: "part 1 is broken".to_owned()
        }
    );
    // The backend is as good as new.
    order_of_results(on);
}

fn panics(on: &Subject) {
    let bad = Call::new(|at, _, _| {
        assert!(at.index() != 2, "no {}", at.index());
        Ok(Number::from(0).into())
    });
    let error = failing(on, bad, Hint::default()).expect_err("task 2 panics");
    assert_eq!(error.key(), Some(&key("bad", 2)));
    let kind = error.task_error().map(TaskError::kind);
    assert!(
        matches!(kind, Some(TaskErrorKind::Panicked { message, .. }) if message == "no 2"),
        "{kind:?}"
    );
    order_of_results(on);
}

fn retries(on: &Subject) {
    let flaky = || {
        Call::new(|at, inputs, _| {
            let value = inputs.open(0)?.value;
            if at.attempt() < 2 {
                Err(Broken(at.index()).into())
            } else {
                Ok(Number::from(value).into())
            }
        })
    };
    let held = failing(on, flaky(), Hint::default().retries(2)).expect("the third attempt is good");
    assert_eq!(value(on, &held[0]), 4);
    drop(held);
    assert!(failing(on, flaky(), Hint::default().retries(1)).is_err());
    assert!(failing(on, flaky().not_retryable(), Hint::default().retries(9)).is_err());
}

/// Runs until it is cancelled, and tells when it began.
fn endless(began: &Gate) -> Call {
    let began = began.clone();
    Call::new(move |_, _, cx| {
        began.open();
        loop {
            cx.check()?;
            std::thread::sleep(Duration::from_millis(1));
        }
    })
}

fn start_endless(on: &Subject, options: RunOptions) -> (Run<Vec<Held>>, Gate) {
    let began = Gate::default();
    let graph = graph(|graph| {
        let endless = graph.stage(name("endless"), endless(&began));
        let parts: Vec<_> = (0..8).map(|_| graph.task(endless, &[]).port(0)).collect();
        let after = graph.stage(name("after"), Call::sum_and_one());
        graph.task(after, &parts);
    });
    (on.submit(graph, &[key("after", 0)], options), began)
}

fn cancelling(on: &Subject) {
    let (run, began) = start_endless(on, RunOptions::default());
    let cancel = run.cancel_handle();
    let from_outside = std::thread::Builder::new().spawn(move || {
        // A backend without threads begins only when somebody waits.
        began.wait();
        cancel.cancel();
        Instant::now()
    });
    let result = run.wait();
    let stopped = Instant::now();
    let cancelled = from_outside
        .expect("a thread to be had")
        .join()
        .expect("it does not panic");
    assert!(matches!(result, Err(RunError::Cancelled)), "{result:?}");
    assert!(stopped.duration_since(cancelled) < Duration::from_millis(200));
    order_of_results(on);

    // Before it could begin.
    let (run, _) = start_endless(on, RunOptions::default());
    run.cancel();
    assert!(matches!(run.wait(), Err(RunError::Cancelled)));
}

fn dropping(on: &Subject) {
    let (run, _) = start_endless(on, RunOptions::default());
    let cancel = run.cancel_handle();
    drop(run);
    assert!(format!("{cancel:?}").contains("true"), "{cancel:?}");

    let done = Gate::default();
    let tell = done.clone();
    submit(on, &[key("tell", 0)], |graph| {
        let tell = graph.stage(
            name("tell"),
            Call::new(move |_, _, _| {
                tell.open();
                Ok(Number::from(0).into())
            }),
        );
        graph.task(tell, &[]);
    })
    .detach();
    done.wait();
}

fn deadline(on: &Subject) {
    let soon = Instant::now() + Duration::from_millis(30);
    let (run, _) = start_endless(on, RunOptions::default().deadline(soon));
    let result = run.wait();
    assert!(
        matches!(result, Err(RunError::DeadlineExceeded)),
        "{result:?}"
    );
    assert!(Instant::now().duration_since(soon) < Duration::from_millis(200));
}

fn future(on: &Subject) {
    let run = submit(on, &[key("index", 2)], |graph| drop(indexes(graph, 3)));
    let held = block_on(run).expect("nothing fails");
    assert_eq!(value(on, &held[0]), 2);
    let (mut run, _) = start_endless(on, RunOptions::default());
    run.cancel();
    assert!(matches!(block_on(&mut run), Err(RunError::Cancelled)));
    assert!(run.is_done());
}

fn rounds(on: &Subject) {
    let next = |on: &Subject, index: u32, from: &Held| {
        let from = from.key().clone();
        submit(on, &[key("round", index)], |graph| {
            let held = graph.held(from);
            let round = graph.stage(name("round"), Call::sum_and_one());
            graph.task_at(round, index, &[held.dep()]);
        })
    };
    let first = on.hold(key("round", 0), Number::from(0)).expect("it fits");
    let mut run = Run::ready(Ok(vec![first]));
    for index in 1..=20 {
        let on = Arc::clone(on);
        run = run.and_then(move |held: Vec<Held>| next(&on, index, &held[0]));
    }
    let on_ = Arc::clone(on);
    let run = run.map(move |held| on_.fetch(&held[0]).map(|number| number.value));
    let (tell, told) = std::sync::mpsc::channel();
    run.on_complete(move |result| tell.send(result).expect("somebody waits"));
    assert_eq!(
        told.recv().expect("it completes").expect("nothing fails"),
        20
    );

    // Cancelling the whole cancels the round under way.
    let began = Gate::default();
    let (on_, started) = (Arc::clone(on), began.clone());
    let run = submit(on, &[key("index", 0)], |graph| drop(indexes(graph, 1))).and_then(move |_| {
        let graph = graph(|graph| {
            let stage = graph.stage(name("endless"), endless(&started));
            graph.task(stage, &[]);
        });
        on_.submit(graph, &[key("endless", 0)], RunOptions::default())
    });
    let cancel = run.cancel_handle();
    let canceller = std::thread::Builder::new().spawn(move || {
        began.wait();
        cancel.cancel();
    });
    assert!(matches!(run.wait(), Err(RunError::Cancelled)));
    canceller
        .expect("a thread to be had")
        .join()
        .expect("it does not panic");
}

fn loops(on: &Subject) {
    let panicking = Call::new(|_, _, cx| {
        let items = cx.parallel_for(50, |i| {
            assert!(i != 20, "item {i}");
            Ok(i)
        });
        let error = items
            .err()
            .ok_or_else(|| TaskError::failed("the panic was lost"))?;
        let is_it =
            matches!(error.kind(), TaskErrorKind::Panicked { message, .. } if message == "item 20");
        Ok(Number::from(i64::from(is_it)).into())
    });
    let run = submit(on, &[key("panicking", 0)], |graph| {
        let stage = graph.stage(name("panicking"), panicking);
        graph.task(stage, &[]);
    });
    assert_eq!(
        value(on, &run.wait().expect("the panic is the item's")[0]),
        1
    );

    let squares = Call::new(|_, _, cx| {
        let squares = cx.parallel_for(1_000, |i| Ok(i as i64 * i as i64))?;
        assert!(
            squares
                .iter()
                .enumerate()
                .all(|(i, square)| *square == i as i64 * i as i64)
        );
        let none: Vec<()> = cx.parallel_for(0, |_| Ok(()))?;
        assert!(none.is_empty());
        match cx.parallel_for(100, |i| {
            if i % 30 == 29 {
                Err(Broken(i).into())
            } else {
                Ok(i)
            }
        }) {
            Err(error) => Ok(Number::from(
                error
                    .downcast_ref::<Broken>()
                    .map_or(-1, |broken| broken.0 as i64),
            )
            .into()),
            Ok(_) => Err(TaskError::failed("an item's error was lost")),
        }
    });
    let run = submit(on, &[key("squares", 0)], |graph| {
        let stage = graph.stage(name("squares"), squares);
        graph.task(stage, &[]);
    });
    let broken = value(on, &run.wait().expect("the loops are right")[0]);
    assert!([29, 59, 89].contains(&broken), "{broken}");
}

fn metrics(on: &Subject) {
    let counting = Call::new(|at, _, cx| {
        cx.metrics().add("calls", 1);
        cx.metrics().add_labelled(
            "rows",
            if at.index() % 2 == 0 { "even" } else { "odd" },
            at.index() as u64,
        );
        Ok(Number::from(0).into())
    });
    let mut run = submit(
        on,
        &(0..10)
            .map(|index| key("counting", index))
            .collect::<Vec<_>>(),
        |graph| {
            let stage = graph.stage(name("counting"), counting);
            for _ in 0..10 {
                graph.task(stage, &[]);
            }
        },
    );
    block_on(&mut run).expect("nothing fails");
    let stats = run.stats();
    assert_eq!((stats.tasks, stats.retries), (10, 0));
    assert_eq!(
        stats.metrics.to_string(),
        "calls=10, rows[even]=20, rows[odd]=25"
    );
    assert_eq!(
        (
            stats.metrics.total("rows"),
            stats.metrics.labelled("rows", "odd")
        ),
        (45, 25)
    );
    assert_eq!((run.progress().done, run.progress().total), (10, 10));
}

fn many_runs(on: &Subject) {
    let runs: Vec<_> = (0..50)
        .map(|number| {
            submit(on, &[key("sum", number)], |graph| {
                let all: Vec<_> = indexes(graph, 20).iter().map(|task| task.port(0)).collect();
                let sum = graph.stage(name("sum"), Call::sum_and_one());
                graph.task_at(sum, number, &all);
            })
        })
        .collect();
    for run in runs {
        assert_eq!(value(on, &run.wait().expect("nothing fails")[0]), 191);
    }
}

/// Something that opens once.
#[derive(Clone, Default)]
struct Gate(Arc<(Mutex<bool>, Condvar)>);

impl Gate {
    fn open(&self) {
        *self.0.0.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.0.1.notify_all();
    }

    /// Waits until it is open.
    fn wait(&self) {
        self.pass().expect("it opens");
    }

    /// The same with an error if it takes too long, which a task of a backend without threads would.
    fn pass(&self) -> Result<(), TaskError> {
        let open = self.0.0.lock().unwrap_or_else(PoisonError::into_inner);
        let wait = self
            .0
            .1
            .wait_timeout_while(open, Duration::from_secs(20), |open| !*open);
        let (open, _) = wait.unwrap_or_else(PoisonError::into_inner);
        if *open {
            Ok(())
        } else {
            Err(TaskError::failed("nobody opened"))
        }
    }
}

struct Unpark(std::thread::Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

/// The smallest async runtime.
fn block_on<F: Future + Unpin>(mut future: F) -> F::Output {
    let waker = Waker::from(Arc::new(Unpark(std::thread::current())));
    let mut cx = Context::from_waker(&waker);
    loop {
        match std::pin::Pin::new(&mut future).poll(&mut cx) {
            Poll::Ready(output) => return output,
            Poll::Pending => std::thread::park(),
        }
    }
}
