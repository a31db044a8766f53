//! What the rounds of one computation share: cancellation, progress, and the threads that wait for its end.

use std::{
    sync::{Arc, Weak},
    time::Instant,
};

use super::{Progress, RunStats};
use crate::sync::{
    Mutex,
    atomic::{AtomicBool, Ordering},
    lock,
    thread::{self, Thread},
};

/// What a backend lets the handle of a run do.
pub trait RunControl: Send + Sync {
    /// Asks the run to stop. It still completes, when nothing of it runs any more.
    fn cancel(&self);

    /// How far it is.
    fn progress(&self) -> Progress;

    /// What it did so far.
    fn stats(&self) -> RunStats;

    /// Lends the calling thread to the run until `done` says true or the run has ended, if the run needs it: a thread of the
    /// backend that waits for a run must not stand idle. Elsewhere it returns at once, the default.
    fn assist(&self, done: &dyn Fn() -> bool) {
        let _ = done;
    }

    /// Whether it only goes on while somebody waits: an executor without threads.
    fn needs_waiter(&self) -> bool {
        false
    }

    /// When the run should be cancelled by whoever waits for it.
    fn deadline(&self) -> Option<Instant> {
        None
    }
}

/// One handle's view of the runs behind it, one after the other.
#[derive(Default)]
pub(super) struct Scope {
    cancelled: AtomicBool,
    inner: Mutex<Inner>,
}

#[derive(Default)]
struct Inner {
    current: Option<Arc<dyn RunControl>>,
    /// Counts changes of `current`.
    turn: u64,
    before: Progress,
    stats_before: RunStats,
    waiting: Vec<Thread>,
    /// The scope of which this one is a round.
    parent: Weak<Scope>,
}

impl Scope {
    /// Makes `control` the run behind this scope; what was there before is only counted from now on.
    pub(super) fn set(&self, control: &Arc<dyn RunControl>) {
        let before = {
            let mut inner = lock(&self.inner);
            inner.turn += 1;
            inner.current.replace(Arc::clone(control))
        };
        if let Some(before) = before {
            let (progress, stats) = (before.progress(), before.stats());
            let mut inner = lock(&self.inner);
            inner.before = inner.before.merge(progress);
            inner.stats_before.merge(&stats);
        }
        if self.is_cancelled() {
            control.cancel();
        }
        self.notify();
    }

    /// Makes another scope the next round of this one.
    pub(super) fn adopt(self: &Arc<Self>, round: &Arc<Self>) {
        lock(&round.inner).parent = Arc::downgrade(self);
        self.set(&(Arc::clone(round) as Arc<dyn RunControl>));
    }

    pub(super) fn is_cancelled(&self) -> bool {
        self.cancelled.load(Ordering::Acquire)
    }

    fn current(&self) -> (Option<Arc<dyn RunControl>>, u64) {
        let inner = lock(&self.inner);
        (inner.current.clone(), inner.turn)
    }

    fn turn(&self) -> u64 {
        lock(&self.inner).turn
    }

    /// Wakes those who wait here and in the scopes above.
    pub(super) fn notify(&self) {
        let (waiting, parent) = {
            let inner = lock(&self.inner);
            (inner.waiting.clone(), inner.parent.upgrade())
        };
        for thread in waiting {
            thread.unpark();
        }
        if let Some(parent) = parent {
            parent.notify();
        }
    }

    /// Waits until `done`, helping where this thread is needed. Whoever makes `done` true must call [`notify`](Self::notify).
    pub(super) fn wait(&self, done: &dyn Fn() -> bool) {
        if done() {
            return;
        }
        let me = thread::current();
        lock(&self.inner).waiting.push(me.clone());
        while !done() {
            let turn = self.turn();
            self.assist(done);
            if done() || self.turn() != turn {
                continue;
            }
            match self.deadline() {
                None => thread::park(),
                Some(deadline) => {
                    let left = deadline.saturating_duration_since(Instant::now());
                    if left.is_zero() {
                        // Asked once; from here on the run ends by itself.
                        self.cancel();
                        thread::park();
                    } else {
                        park_for(left);
                    }
                }
            }
        }
        lock(&self.inner)
            .waiting
            .retain(|thread| thread.id() != me.id());
    }
}

#[cfg(not(shuttle))]
fn park_for(duration: std::time::Duration) {
    thread::park_timeout(duration);
}

/// A model has no clock: its runs have no deadlines.
#[cfg(shuttle)]
fn park_for(_: std::time::Duration) {
    thread::park();
}

impl RunControl for Scope {
    fn cancel(&self) {
        self.cancelled.store(true, Ordering::Release);
        if let (Some(current), _) = self.current() {
            current.cancel();
        }
    }

    fn progress(&self) -> Progress {
        let (before, current) = {
            let inner = lock(&self.inner);
            (inner.before, inner.current.clone())
        };
        current.map_or(before, |current| before.merge(current.progress()))
    }

    fn stats(&self) -> RunStats {
        let (mut stats, current) = {
            let inner = lock(&self.inner);
            (inner.stats_before.clone(), inner.current.clone())
        };
        if let Some(current) = current {
            stats.merge(&current.stats());
        }
        stats
    }

    fn assist(&self, done: &dyn Fn() -> bool) {
        loop {
            let (Some(current), turn) = self.current() else {
                return;
            };
            current.assist(&|| done() || self.turn() != turn);
            if done() || self.turn() == turn {
                return;
            }
        }
    }

    fn needs_waiter(&self) -> bool {
        self.current()
            .0
            .is_some_and(|current| current.needs_waiter())
    }

    fn deadline(&self) -> Option<Instant> {
        self.current().0.and_then(|current| current.deadline())
    }
}
