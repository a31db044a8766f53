//! Who provides the threads.
//!
//! An executor knows nothing of graphs: it lets threads [work](crate::local::Drive) when told that there is something to do.
//! There are three: own [`Threads`], [`Inline`] for deterministic tests, and a caller's rayon pool (feature `rayon`).

mod inline;
#[cfg(feature = "rayon")]
mod rayon;
mod semaphore;
mod threads;

use std::sync::Arc;

pub use inline::Inline;
#[cfg(feature = "rayon")]
pub use rayon::RayonPool;
pub use threads::Threads;

use crate::{BuildError, local::Drive};

/// Who provides the threads of a [`Local`](crate::Local) backend; implemented by the types of this crate only.
pub trait Executor: sealed::Execute {}

impl<E: sealed::Execute> Executor for E {}

pub(crate) mod sealed {
    use super::{Arc, BuildError, Drive};

    /// What the engine asks of an executor.
    pub trait Execute: Send + Sync + 'static {
        /// How many tasks run at once, at most.
        fn slots(&self) -> usize;

        /// Begins; called once.
        fn start(&self, drive: Arc<dyn Drive>) -> Result<(), BuildError>;

        /// Lets so many sleeping threads work; never more than sleep.
        fn wake(&self, threads: usize);

        /// Ends the threads. Joins them, unless the calling thread is itself one that runs tasks.
        fn shut_down(&self, on_own_thread: bool);

        /// Whether the calling thread is one of the pool's, task or not, so that it should not stand idle.
        fn is_pool_thread(&self) -> bool {
            false
        }

        /// Whether idle threads may be lent to loops.
        fn lends(&self) -> bool {
            false
        }

        /// A number below `n` that decides what comes next, if there are no threads and the caller of `wait` does the work.
        fn choose(&self, n: usize) -> Option<usize> {
            let _ = n;
            None
        }
    }
}
