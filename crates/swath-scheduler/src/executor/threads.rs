//! Own threads.

use std::sync::Arc;

use super::{sealed::Execute, semaphore::Semaphore};
use crate::{
    BuildError,
    local::Drive,
    sync::{
        Mutex, lock,
        thread::{self, JoinHandle},
    },
};

/// A number of own threads, named `swath-0`, `swath-1`, …, that sleep while there is nothing to do.
///
/// They end when the last handle of their backend is dropped, and are joined then, unless that happens on one of them.
#[derive(Debug)]
pub struct Threads {
    n: usize,
    awake: Arc<Semaphore>,
    joins: Mutex<Vec<JoinHandle<()>>>,
}

impl Threads {
    /// So many threads; at least 1 is needed to build a backend with it.
    pub fn new(n: usize) -> Self {
        Self {
            n,
            awake: Arc::default(),
            joins: Mutex::default(),
        }
    }
}

impl Execute for Threads {
    fn slots(&self) -> usize {
        self.n
    }

    fn start(&self, drive: Arc<dyn Drive>) -> Result<(), BuildError> {
        for number in 0..self.n {
            let (drive, awake) = (Arc::clone(&drive), Arc::clone(&self.awake));
            let body = move || loop {
                drive.work();
                if !awake.acquire() {
                    break;
                }
            };
            match thread::Builder::new()
                .name(format!("swath-{number}"))
                .spawn(body)
            {
                Ok(join) => lock(&self.joins).push(join),
                Err(error) => {
                    self.shut_down(false);
                    return Err(BuildError::Thread {
                        message: error.to_string(),
                    });
                }
            }
        }
        Ok(())
    }

    fn wake(&self, threads: usize) {
        self.awake.release(threads);
    }

    fn shut_down(&self, on_own_thread: bool) {
        self.awake.close();
        let joins = std::mem::take(&mut *lock(&self.joins));
        if !on_own_thread {
            for join in joins {
                // Tasks that panic are caught: only a panic of an observer or a continuation can end a thread, and it was
                // printed there.
                let _ = join.join();
            }
        }
    }

    fn lends(&self) -> bool {
        true
    }
}
