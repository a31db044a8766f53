//! What follows a run and may take long.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use swath_scheduler::{Run, RunError};

/// The run followed by `end`, on the thread that completes it: but never on the one that starts it, which has to get the run in order to
/// cancel it. Where the run is done before there is anything to wait for, `end` has a thread of its own.
///
/// A run that was cancelled is not followed by it.
pub(super) fn followed_by<T: Send + 'static, U: Send + 'static>(
    run: Run<T>,
    end: impl FnOnce(T) -> Result<U, RunError> + Send + 'static,
) -> Run<U> {
    let starter = thread::current().id();
    let starts = Arc::new(AtomicBool::new(true));
    let still_starts = Arc::clone(&starts);
    let run = run.and_then(move |value| {
        // On the thread that sets it, so it sees what it has set.
        let is_inside = thread::current().id() == starter && still_starts.load(Ordering::Relaxed);
        if !is_inside {
            return Run::ready(end(value));
        }
        let (run, completer) = Run::channel();
        let ends = thread::Builder::new().name("swath-commit".to_owned());
        let spawned = ends.spawn(move || completer.complete(end(value)));
        // Where there is no thread to be had, `end` and the completer are dropped, and the run says that nobody completes it.
        drop(spawned);
        run
    });
    starts.store(false, Ordering::Relaxed);
    run
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc;

    #[test]
    fn whoever_starts_it_gets_it_first() {
        let (goes_on, waits) = mpsc::channel();
        let done = Run::ready(Ok(1));
        let run = followed_by(done, move |one| {
            waits.recv().expect("it goes on");
            Ok(one + 1)
        });
        assert!(!run.is_done());
        goes_on.send(()).expect("somebody waits");
        assert_eq!(run.wait().expect("it ends"), 2);
    }

    #[test]
    fn what_is_done_later_is_ended_where_it_is_done() {
        let (run, completer) = Run::channel();
        let here = thread::current().id();
        let run = followed_by(run, move |()| Ok(thread::current().id() == here));
        completer.complete(Ok(()));
        assert!(run.wait().expect("it ends"));
    }

    #[test]
    fn what_was_cancelled_is_not_ended() {
        let (run, completer) = Run::<()>::channel();
        run.cancel();
        let run = followed_by(run, |()| Ok(()));
        completer.complete(Ok(()));
        assert!(matches!(run.wait(), Err(RunError::Cancelled)));
    }
}
