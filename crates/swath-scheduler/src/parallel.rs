//! A loop inside a task, in which idle threads help.
//!
//! The caller goes through the indexes itself, drawn from one shared counter, so it never waits for a helper to begin, only for
//! items in flight at the end. Helpers are scoped threads that run while a thread of the executor stands idle for them: the
//! number of threads that compute stays the same, the loop may borrow from its caller, and no code here is unsafe. Starting one
//! costs some 20 µs, which is why the first item decides whether it pays.

use std::time::{Duration, Instant};

use swath_memory::CancelToken;

use crate::{
    Helpers, TaskError, panics,
    sync::{
        Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
        lock, spawn_scoped, thread,
    },
};

/// Below this much work left, help costs more than it brings. A model has no clock: there it is always called.
const WORTH_HELP: Duration = if cfg!(shuttle) {
    Duration::ZERO
} else {
    Duration::from_micros(200)
};

/// See [`TaskContext::parallel_for`](crate::TaskContext::parallel_for).
pub(crate) fn run<R: Send>(
    helpers: Option<&dyn Helpers>,
    cancel: &CancelToken,
    n: usize,
    f: &(dyn Fn(usize) -> Result<R, TaskError> + Sync),
) -> Result<Vec<R>, TaskError> {
    let seed = match helpers {
        Some(helpers) => helpers.shuffle(),
        None => None,
    };
    let the_loop = Loop {
        n,
        next: AtomicUsize::new(0),
        stop: AtomicBool::new(false),
        order: seed.map(|seed| permutation(n, seed)),
        done: Mutex::new(Vec::with_capacity(n)),
        cancel,
        f,
    };
    match helpers {
        Some(helpers) if n > 1 => the_loop.run_with(helpers),
        _ => while the_loop.step() {},
    }
    the_loop.finish()
}

struct Loop<'a, R> {
    n: usize,
    next: AtomicUsize,
    stop: AtomicBool,
    order: Option<Vec<usize>>,
    done: Mutex<Vec<(usize, Result<R, TaskError>)>>,
    cancel: &'a CancelToken,
    f: &'a (dyn Fn(usize) -> Result<R, TaskError> + Sync),
}

impl<R: Send> Loop<'_, R> {
    /// Runs the next index, if there is one.
    fn step(&self) -> bool {
        if self.stop.load(Ordering::Relaxed) {
            return false;
        }
        let at = self.next.fetch_add(1, Ordering::Relaxed);
        if at >= self.n {
            return false;
        }
        let index = self.order.as_ref().map_or(at, |order| order[at]);
        let result = self.cancel.check().map_err(TaskError::from);
        let result = result.and_then(|()| panics::catch(|| (self.f)(index)));
        if result.is_err() {
            self.stop.store(true, Ordering::Relaxed);
        }
        lock(&self.done).push((index, result));
        true
    }

    fn run_with(&self, helpers: &dyn Helpers) {
        let begin = Instant::now();
        if !self.step() {
            return;
        }
        let first_took = begin.elapsed();
        thread::scope(|scope| {
            let mut helping = 0;
            loop {
                // Threads may become idle while the loop runs.
                let left = self.n.saturating_sub(self.next.load(Ordering::Relaxed));
                let pays = first_took.saturating_mul(u32::try_from(left).unwrap_or(u32::MAX))
                    >= WORTH_HELP;
                if pays && left > helping {
                    let threads = helpers.lend(left - helping);
                    for _ in 0..threads {
                        let helper = spawn_scoped(scope, "swath-helper", || {
                            let _back = GiveBack(helpers);
                            helpers.on_lent_thread(&mut || while self.step() {});
                        });
                        match helper {
                            Ok(()) => helping += 1,
                            // The system has no thread to give: the caller goes on alone.
                            Err(_) => helpers.give_back(1),
                        }
                    }
                }
                if !self.step() {
                    break;
                }
            }
        });
    }

    fn finish(self) -> Result<Vec<R>, TaskError> {
        let mut done = self
            .done
            .into_inner()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        done.sort_unstable_by_key(|(index, _)| *index);
        done.into_iter().map(|(_, result)| result).collect()
    }
}

struct GiveBack<'a>(&'a dyn Helpers);

impl Drop for GiveBack<'_> {
    fn drop(&mut self) {
        self.0.give_back(1);
    }
}

/// The numbers below `n` in an order that the seed decides.
fn permutation(n: usize, seed: u64) -> Vec<usize> {
    let mut random = crate::random::Random::new(seed);
    let mut order: Vec<usize> = (0..n).collect();
    for at in (1..n).rev() {
        order.swap(at, random.below(at + 1));
    }
    order
}
