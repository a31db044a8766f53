//! When `wait` returns, what the run does not hand over is gone.

use std::{
    sync::{
        Arc, Condvar, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use swath_graph::{GraphBuilder, Key};
use swath_memory::{Charge, Reservation};
use swath_scheduler::{
    Backend, InMemory, Keep, KeepStats, Local, Pinned, ResultId, Run, RunError, RunOptions, Slot,
    TaskError,
    testing::{Call, Number, name},
};

/// A moment that one thread reaches and others wait for.
#[derive(Default)]
struct Moment(Mutex<bool>, Condvar);

impl Moment {
    fn reach(&self) {
        *self.0.lock().expect("nobody panics") = true;
        self.1.notify_all();
    }

    /// Waits, but not for ever: a run that cannot come that far fails the test instead of hanging it.
    fn wait(&self, most: Duration) -> bool {
        let reached = self.0.lock().expect("nobody panics");
        let (reached, _) = self
            .1
            .wait_timeout_while(reached, most, |reached| !*reached)
            .expect("nobody panics");
        *reached
    }
}

/// Keeps results in memory, and takes its time to release the first.
struct Slow {
    inner: InMemory<Number>,
    /// The release began.
    releasing: Arc<Moment>,
    began: AtomicBool,
    released: AtomicBool,
}

impl Keep<Number> for Slow {
    fn keep(&self, id: ResultId<'_>, value: Number, by: Reservation) -> Result<Slot, TaskError> {
        self.inner.keep(id, value, by)
    }

    fn pin(&self, slot: Slot) -> Result<Pinned<'static, Number>, TaskError> {
        self.inner.pin(slot)
    }

    fn take(&self, slot: Slot) -> Option<(Number, Charge)> {
        self.inner.take(slot)
    }

    fn release(&self, slot: Slot) {
        if self.began.swap(true, Ordering::SeqCst) {
            return self.inner.release(slot);
        }
        self.releasing.reach();
        // Long enough for whoever does not wait for this to be seen not to.
        std::thread::sleep(Duration::from_millis(100));
        self.inner.release(slot);
        self.released.store(true, Ordering::SeqCst);
    }

    fn stats(&self) -> KeepStats {
        self.inner.stats()
    }
}

/// `read` is the last reader of `big`, which is being released on one thread while `other` ends on the other.
fn while_releasing(other_fails: bool) {
    let releasing = Arc::new(Moment::default());
    let keep = Arc::new(Slow {
        inner: InMemory::new(),
        releasing: Arc::clone(&releasing),
        began: AtomicBool::new(false),
        released: AtomicBool::new(false),
    });
    // Two threads take part: `read` waits until `other` runs.
    let running = Arc::new(Moment::default());
    let started = Arc::clone(&running);
    let read = Call::new(move |_, inputs, _| {
        assert!(running.wait(Duration::from_secs(20)), "two threads run");
        Ok(Number::from(inputs.open(0)?.value).into())
    });
    let other = Call::new(move |_, _, _| {
        started.reach();
        assert!(releasing.wait(Duration::from_secs(20)), "two threads run");
        if other_fails {
            return Err(TaskError::failed("enough"));
        }
        Ok(Number::from(1).into())
    });
    let big = Call::new(|_, _, _| {
        Ok(Number {
            value: 1,
            bytes: 1_000,
        }
        .into())
    });

    let mut graph = GraphBuilder::new();
    let big = graph.stage(name("big"), big);
    let read = graph.stage(name("read"), read);
    let other = graph.stage(name("other"), other);
    let big = graph.task(big, &[]);
    graph.task(read, &[big.port(0)]);
    graph.task(other, &[]);
    let local = Local::builder()
        .threads(2)
        .memory_limit(1 << 20)
        .keep(Arc::clone(&keep) as _)
        .build()
        .expect("a backend");
    let wanted = [Key::new(name("read"), 0), Key::new(name("other"), 0)];
    let graph = Arc::new(graph.build().expect("a graph"));
    let result = local.submit(graph, &wanted, RunOptions::default()).wait();

    assert!(keep.released.load(Ordering::SeqCst), "{result:?}");
    let used = local.budget().used();
    if other_fails {
        assert!(matches!(result, Err(RunError::Task { .. })), "{result:?}");
        assert_eq!(used, 0, "{:?}", local.budget().holders());
    } else {
        assert!(result.is_ok(), "{result:?}");
        assert_eq!(used, 16, "two numbers are held, and nothing else");
    }
}

#[test]
fn a_run_that_failed_ends_after_what_is_being_released() {
    while_releasing(true);
}

#[test]
fn a_run_that_completed_ends_after_what_is_being_released() {
    while_releasing(false);
}

/// The continuation that makes the next round may hold results of rounds before.
#[test]
fn a_round_that_fails_lets_earlier_rounds_go_first() {
    struct Rows(Arc<AtomicBool>);
    impl Drop for Rows {
        fn drop(&mut self) {
            self.0.store(true, Ordering::SeqCst);
        }
    }
    let gone = Arc::new(AtomicBool::new(false));
    let rows = Rows(Arc::clone(&gone));
    let (round, completer) = Run::<u32>::channel();
    let run = round.and_then(move |_| {
        let _rows = rows;
        Run::ready(Ok(1))
    });
    let seen = Arc::new(AtomicBool::new(false));
    let told = Arc::clone(&seen);
    run.on_complete(move |result| {
        assert!(result.is_err());
        told.store(gone.load(Ordering::SeqCst), Ordering::SeqCst);
    });
    completer.complete(Err(RunError::Cancelled));
    assert!(seen.load(Ordering::SeqCst));
}
