//! A line in the log for a call that takes very long.
//!
//! One thread looks once a second while there are calls, and ends a while after the last.

use std::cell::RefCell;
use std::marker::PhantomData;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::thread;
use std::time::{Duration, Instant};

/// After how many seconds something is said of a call.
const SAID_AFTER: [u64; 2] = [10, 60];
/// How often it is looked.
const EVERY: Duration = Duration::from_secs(1);
/// How often there has to be no call until nobody looks any more.
const QUIET: u32 = 5;
/// In place of the number of a partition: none.
const NO_PARTITION: usize = usize::MAX;

/// A call, while it lives: on the thread that made it. It is counted and nothing else; time is told by who looks.
pub(super) struct Watched {
    /// A call within a call is part of it.
    is_outermost: bool,
    on_thread: PhantomData<*const ()>,
}

/// What a thread is in.
#[derive(Default)]
struct Thread {
    /// One more where a call begins, and where it ends: odd within one. Written by the thread alone.
    turns: AtomicU64,
    partition: AtomicUsize,
    /// The function of the last call, changed before it begins.
    function: Mutex<Option<Arc<str>>>,
    seen: Mutex<Option<Seen>>,
}

/// What was there when it was looked last.
struct Seen {
    turns: u64,
    /// When it was seen first.
    since: Instant,
    /// How often something was said of it.
    said: usize,
}

/// A thread, as it knows itself.
struct This {
    thread: Arc<Thread>,
    /// The function of its last call. Others are rare, and only they are told to who looks.
    function: Option<Arc<str>>,
}

static THREADS: Mutex<Vec<Weak<Thread>>> = Mutex::new(Vec::new());
static IS_WATCHING: AtomicBool = AtomicBool::new(false);

thread_local! {
    static THIS: RefCell<Option<This>> = const { RefCell::new(None) };
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl This {
    /// Made known to those that look.
    fn register() -> Self {
        let thread = Arc::<Thread>::default();
        locked(&THREADS).push(Arc::downgrade(&thread));
        Self {
            thread,
            function: None,
        }
    }

    /// Begins a call, if it is in none; says whether it was in none.
    fn begin(&mut self, function: &Arc<str>, partition: Option<usize>) -> bool {
        let turns = self.thread.turns.load(Ordering::Relaxed);
        if is_call(turns) {
            return false;
        }
        let is_last = |last: &Arc<str>| Arc::ptr_eq(last, function);
        if !self.function.as_ref().is_some_and(is_last) {
            self.function = Some(Arc::clone(function));
            *locked(&self.thread.function) = Some(Arc::clone(function));
        }
        let partition = partition.unwrap_or(NO_PARTITION);
        self.thread.partition.store(partition, Ordering::Relaxed);
        self.thread.turns.store(turns + 1, Ordering::SeqCst);
        true
    }

    fn end(&self) {
        let turns = self.thread.turns.load(Ordering::Relaxed);
        self.thread.turns.store(turns + 1, Ordering::Release);
    }
}

fn is_call(turns: u64) -> bool {
    turns % 2 == 1
}

impl Watched {
    /// A call of this function begins, in a partition or in none.
    pub(super) fn new(function: &Arc<str>, partition: Option<usize>) -> Self {
        let is_outermost = THIS.with_borrow_mut(|this| {
            let this = this.get_or_insert_with(This::register);
            this.begin(function, partition)
        });
        // This thread says that it is in a call, and then looks whether somebody watches; the one that watches says that it stops, and
        // then looks for calls. Each writes one place and reads the other: only where all four are in one order, which is what
        // `SeqCst` says, do they not both read what was there before, which would leave this call to nobody.
        if !IS_WATCHING.load(Ordering::SeqCst) {
            watch();
        }
        Self {
            is_outermost,
            on_thread: PhantomData,
        }
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        if !self.is_outermost {
            return;
        }
        // A thread that ends is in nothing any more.
        let _ = THIS.try_with(|this| {
            if let Some(this) = &*this.borrow() {
                this.end();
            }
        });
    }
}

/// Starts to look, if nobody does.
fn watch() {
    if IS_WATCHING.swap(true, Ordering::SeqCst) {
        return;
    }
    let look = || {
        let mut quiet = 0;
        while quiet < QUIET {
            thread::sleep(EVERY);
            quiet = if look() { 0 } else { quiet + 1 };
            if quiet == QUIET {
                IS_WATCHING.store(false, Ordering::SeqCst);
                // A call that began meanwhile counts on this thread.
                if look() && !IS_WATCHING.swap(true, Ordering::SeqCst) {
                    quiet = 0;
                }
            }
        }
    };
    let watching = thread::Builder::new().name("swath-plugin-watch".to_owned());
    if watching.spawn(look).is_err() {
        // Nothing is said then; the next call tries again.
        IS_WATCHING.store(false, Ordering::SeqCst);
    }
}

/// Says what is to be said; returns whether there were calls since it was looked last.
fn look() -> bool {
    let mut threads = locked(&THREADS);
    threads.retain(|thread| thread.strong_count() > 0);
    let all: Vec<Arc<Thread>> = threads.iter().filter_map(Weak::upgrade).collect();
    drop(threads);
    let mut were_calls = false;
    for thread in all {
        let (were_some, words) = thread.look(Instant::now());
        were_calls |= were_some;
        if let Some(words) = words {
            tracing::warn!("{words}");
        }
    }
    were_calls
}

impl Thread {
    /// Whether there were calls since it was looked last, and what is to be said of the one that there is.
    fn look(&self, now: Instant) -> (bool, Option<String>) {
        let turns = self.turns.load(Ordering::SeqCst);
        let mut seen = locked(&self.seen);
        match &mut *seen {
            Some(seen) if seen.turns == turns => {
                let is_call = is_call(turns);
                let seconds = now.saturating_duration_since(seen.since).as_secs();
                let due = SAID_AFTER.iter().filter(|after| seconds >= **after).count();
                if !is_call || due <= seen.said {
                    return (is_call, None);
                }
                let words = self.words(seconds);
                // What was read may belong to a call that began meanwhile.
                if self.turns.load(Ordering::Acquire) != turns {
                    return (true, None);
                }
                seen.said = due;
                (true, words)
            }
            _ => {
                let since = now;
                let said = 0;
                *seen = Some(Seen { turns, since, said });
                (turns > 0, None)
            }
        }
    }

    /// What is said of a call that has lasted so long.
    fn words(&self, seconds: u64) -> Option<String> {
        let function = locked(&self.function).clone()?;
        let partition = self.partition.load(Ordering::Relaxed);
        let place = match partition {
            NO_PARTITION => String::new(),
            number => format!(" at partition {number}"),
        };
        Some(format!(
            "`{function}` has been{place} for {seconds} s without an answer"
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_calls_are_named_twice() {
        let name: Arc<str> = "geo.slow".into();
        let watched = Watched::new(&name, Some(2));
        let inner = Watched::new(&"geo.inner".into(), None);
        let this = THIS.with_borrow(|this| this.as_ref().map(|this| Arc::clone(&this.thread)));
        let this = this.expect("it was made known");
        let begin = Instant::now();
        let said = |seconds| this.look(begin + Duration::from_secs(seconds));
        // Time counts from when it is first seen, whoever saw it then.
        said(0);
        assert_eq!(said(9), (true, None));
        insta::assert_snapshot!(said(11).1.expect("it is long"), @"`geo.slow` has been at partition 2 for 11 s without an answer");
        assert_eq!(said(59), (true, None));
        insta::assert_snapshot!(said(60).1.expect("it is very long"), @"`geo.slow` has been at partition 2 for 60 s without an answer");
        assert_eq!(said(600), (true, None));
        drop(inner);
        assert_eq!(
            said(601),
            (true, None),
            "a call within a call does not end it"
        );
        drop(watched);
        assert_eq!(said(602), (true, None), "it ended meanwhile");
        assert_eq!(said(603), (false, None));

        let other = Watched::new(&"geo.other".into(), None);
        said(604);
        insta::assert_snapshot!(said(615).1.expect("it is long"), @"`geo.other` has been for 11 s without an answer");
        drop(other);
        assert_eq!(said(616), (true, None));
        assert_eq!(said(700), (false, None));
    }
}
