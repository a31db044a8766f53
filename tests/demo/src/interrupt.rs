//! Ctrl-C: what runs is cancelled, and its error ends the program in the ordinary way.

use anyhow::{Context, Result};
use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::Duration,
};
use swath::Session;

/// How often the handler cancels again: a computation may begin just after it looked.
const AGAIN: Duration = Duration::from_millis(10);

/// Whether Ctrl-C came, and the session whose computations it cancels.
#[derive(Clone, Default)]
pub(crate) struct Interrupt(Arc<Shared>);

#[derive(Default)]
struct Shared {
    came: AtomicBool,
    session: Mutex<Option<Session>>,
}

impl Interrupt {
    /// From now on Ctrl-C cancels what the session computes. Before there is a session it ends the program at once: the files of
    /// the data that are not finished have other names, and are written over the next time.
    ///
    /// # Errors
    /// When the system refuses, or somebody listens already.
    pub(crate) fn listen(&self) -> Result<()> {
        let interrupt = self.clone();
        ctrlc::set_handler(move || interrupt.handle()).context("cannot listen for Ctrl-C")
    }

    /// Says whose computations Ctrl-C cancels.
    pub(crate) fn guards(&self, session: &Session) {
        *self.session() = Some(session.clone());
    }

    /// Says that nothing is computed any more; the session may end.
    pub(crate) fn lets_go(&self) {
        *self.session() = None;
    }

    /// Whether Ctrl-C came.
    pub(crate) fn came(&self) -> bool {
        self.0.came.load(Ordering::Acquire)
    }

    /// On the thread that the handler has to itself, until the program ends.
    fn handle(&self) {
        self.0.came.store(true, Ordering::Release);
        let Some(session) = self.session().take() else {
            std::process::exit(i32::from(crate::INTERRUPTED));
        };
        loop {
            session.cancel_all();
            thread::sleep(AGAIN);
        }
    }

    fn session(&self) -> std::sync::MutexGuard<'_, Option<Session>> {
        self.0
            .session
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}
