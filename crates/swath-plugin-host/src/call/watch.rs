//! A line in the log for a call that takes very long.
//!
//! One thread looks once a second while there are calls, and ends a while after the last.

use std::cell::RefCell;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, Weak};
use std::thread;
use std::time::{Duration, Instant};

/// After how many seconds something is said of a call.
const SAID_AFTER: [u64; 2] = [10, 60];
/// How often it is looked.
const EVERY: Duration = Duration::from_secs(1);
/// How often there has to be no call until nobody looks any more.
const QUIET: u32 = 5;

/// A call, while it lives.
pub(super) struct Watched(Option<Arc<Thread>>);

/// What a thread is in.
#[derive(Default)]
struct Thread {
    /// Since when, in milliseconds, counted from 1; 0 is nothing.
    since: AtomicU64,
    call: Mutex<Option<Call>>,
}

/// What is said of a call.
struct Call {
    function: Arc<str>,
    partition: Option<usize>,
    /// How often something was.
    said: usize,
}

static THREADS: Mutex<Vec<Weak<Thread>>> = Mutex::new(Vec::new());
static IS_WATCHING: AtomicBool = AtomicBool::new(false);

thread_local! {
    static THREAD: RefCell<Option<Arc<Thread>>> = const { RefCell::new(None) };
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Milliseconds since somebody first asked, from 1.
fn now() -> u64 {
    static BEGIN: OnceLock<Instant> = OnceLock::new();
    BEGIN.get_or_init(Instant::now).elapsed().as_millis() as u64 + 1
}

/// This thread, as those that look know it.
fn this() -> Arc<Thread> {
    let register = || {
        let new = Arc::<Thread>::default();
        locked(&THREADS).push(Arc::downgrade(&new));
        new
    };
    THREAD.with_borrow_mut(|this| Arc::clone(this.get_or_insert_with(register)))
}

impl Watched {
    /// A call of this function begins, in a partition or in none.
    pub(super) fn new(function: &Arc<str>, partition: Option<usize>) -> Self {
        let this = this();
        // A call within a call is part of it.
        if this.since.load(Ordering::Relaxed) != 0 {
            return Self(None);
        }
        *locked(&this.call) = Some(Call {
            function: Arc::clone(function),
            partition,
            said: 0,
        });
        // This thread says that it is in a call, and then looks whether somebody watches; the one that watches says that it stops, and
        // then looks for calls. Each writes one place and reads the other: only where all four are in one order, which is what
        // `SeqCst` says, do they not both read what was there before, which would leave this call to nobody.
        this.since.store(now(), Ordering::SeqCst);
        if !IS_WATCHING.load(Ordering::SeqCst) {
            watch();
        }
        Self(Some(this))
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        if let Some(this) = &self.0 {
            this.since.store(0, Ordering::Release);
        }
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
                // A call that began meanwhile counts on this thread; see `Watched::new`.
                if look() && !IS_WATCHING.swap(true, Ordering::SeqCst) {
                    quiet = 0;
                }
            }
        }
    };
    let watching = thread::Builder::new().name("swath-plugin-watch".to_owned());
    if watching.spawn(look).is_err() {
        // Nothing is said then; the next call tries again.
        IS_WATCHING.store(false, Ordering::Release);
    }
}

/// Says what is to be said; returns whether there are calls.
fn look() -> bool {
    let mut threads = locked(&THREADS);
    threads.retain(|thread| thread.strong_count() > 0);
    let all: Vec<Arc<Thread>> = threads.iter().filter_map(Weak::upgrade).collect();
    drop(threads);
    let mut are_calls = false;
    for thread in all {
        let since = thread.since.load(Ordering::SeqCst);
        are_calls |= since != 0;
        if let Some(words) = thread.words(since, now()) {
            tracing::warn!("{words}");
        }
    }
    are_calls
}

impl Thread {
    /// What is to be said now of a call that began then.
    fn words(&self, since: u64, now: u64) -> Option<String> {
        if since == 0 {
            return None;
        }
        let seconds = now.saturating_sub(since) / 1000;
        let mut call = locked(&self.call);
        // Where that call is over, it may be another one's name by now.
        if self.since.load(Ordering::SeqCst) != since {
            return None;
        }
        let call = call.as_mut()?;
        let due = SAID_AFTER.iter().filter(|after| seconds >= **after).count();
        if due <= call.said {
            return None;
        }
        call.said = due;
        let function = &call.function;
        let partition = call.partition;
        let place = partition.map_or_else(String::new, |at| format!(" at partition {at}"));
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
        let this = this();
        let since = this.since.load(Ordering::Relaxed);
        assert!(since > 0 && look());
        let said = |seconds: u64| this.words(since, since + seconds * 1000);
        assert_eq!(said(9), None);
        insta::assert_snapshot!(said(11).expect("it is long"), @"`geo.slow` has been at partition 2 for 11 s without an answer");
        assert_eq!(said(59), None);
        insta::assert_snapshot!(said(60).expect("it is very long"), @"`geo.slow` has been at partition 2 for 60 s without an answer");
        assert_eq!(said(600), None);
        drop(inner);
        assert!(look(), "a call within a call does not end it");
        drop(watched);
        assert_eq!(this.since.load(Ordering::Relaxed), 0);
        assert_eq!(this.words(0, 1_000_000), None);
    }
}
