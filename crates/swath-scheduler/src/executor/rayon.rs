//! A caller's rayon pool.

use std::{
    fmt,
    sync::{Arc, OnceLock, Weak},
};

use super::sealed::Execute;
use crate::{BuildError, local::Drive};

/// Runs tasks on the threads of a rayon pool that the program has anyway. Of rayon it uses `spawn` and nothing else: no task
/// waits inside rayon, so the pool's own work never runs inside a task.
///
/// A thread of the pool that waits for a run takes part in it. Loops inside a task run on the task's own thread.
pub struct RayonPool {
    pool: Arc<rayon::ThreadPool>,
    drive: OnceLock<Weak<dyn Drive>>,
}

impl RayonPool {
    /// As many tasks at once as the pool has threads.
    pub fn new(pool: Arc<rayon::ThreadPool>) -> Self {
        Self {
            pool,
            drive: OnceLock::new(),
        }
    }
}

impl Execute for RayonPool {
    fn slots(&self) -> usize {
        self.pool.current_num_threads()
    }

    fn start(&self, drive: Arc<dyn Drive>) -> Result<(), BuildError> {
        drive.sleep(self.slots());
        // Set once: an executor starts once.
        let _ = self.drive.set(Arc::downgrade(&drive));
        Ok(())
    }

    fn wake(&self, threads: usize) {
        for _ in 0..threads {
            if let Some(drive) = self.drive.get().and_then(Weak::upgrade) {
                self.pool.spawn(move || drive.work());
            }
        }
    }

    fn shut_down(&self, _: bool) {}

    fn is_pool_thread(&self) -> bool {
        self.pool.current_thread_index().is_some()
    }
}

impl fmt::Debug for RayonPool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RayonPool")
            .field("threads", &self.slots())
            .finish()
    }
}
