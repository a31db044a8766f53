//! How a local backend is put together.

use std::{fmt, sync::Arc};

use swath_memory::Budget;

use super::{Local, engine::Engine};
use crate::{BuildError, Executor, InMemory, Keep, Observer, Threads, Work, panics};

/// Puts a [`Local`] backend together. Nothing is checked before [`build`](Self::build).
#[must_use]
pub struct LocalBuilder<W: Work> {
    config: Config,
    env: Arc<W::Env>,
    keep: Option<Arc<dyn Keep<W::Value>>>,
    executor: Option<Arc<dyn Executor>>,
    observers: Vec<Arc<dyn Observer>>,
}

#[derive(Clone, Debug, Default)]
struct Config {
    /// As many as the process may use at once, if not said.
    threads: Option<usize>,
    /// None: no limit.
    memory_limit: Option<u64>,
    /// Bytes of the limit that each thread needs for what is not reserved.
    scratch_per_thread: u64,
    /// Instead of a limit of its own.
    budget: Option<Budget>,
}

impl<W: Work> LocalBuilder<W> {
    pub(super) fn new(env: Arc<W::Env>) -> Self {
        Self {
            config: Config::default(),
            env,
            keep: None,
            executor: None,
            observers: Vec::new(),
        }
    }

    /// So many own threads; by default as many as the process may use at once.
    pub fn threads(mut self, threads: usize) -> Self {
        self.config.threads = Some(threads);
        self
    }

    /// The limit in bytes for everything that tasks reserve and results hold; by default there is none.
    pub fn memory_limit(mut self, bytes: u64) -> Self {
        self.config.memory_limit = Some(bytes);
        self
    }

    /// Bytes of the memory limit set aside for each thread's scratch, which is not reserved; by default none.
    pub fn scratch_per_thread(mut self, bytes: u64) -> Self {
        self.config.scratch_per_thread = bytes;
        self
    }

    /// A budget shared with others, instead of a limit of its own.
    pub fn budget(mut self, budget: Budget) -> Self {
        self.config.budget = Some(budget);
        self
    }

    /// Where results are kept; by default [`InMemory`]. It must charge the reservations it is given.
    pub fn keep(mut self, keep: Arc<dyn Keep<W::Value>>) -> Self {
        self.keep = Some(keep);
        self
    }

    /// What tasks share.
    pub fn env(mut self, env: impl Into<Arc<W::Env>>) -> Self {
        self.env = env.into();
        self
    }

    /// Somebody to tell every change of state; may be called several times.
    pub fn observer(self, observer: impl Observer + 'static) -> Self {
        self.shared_observer(Arc::new(observer))
    }

    /// The same for an observer that others hold as well.
    pub fn shared_observer(mut self, observer: Arc<dyn Observer>) -> Self {
        self.observers.push(observer);
        self
    }

    /// Who provides the threads, instead of [`threads`](Self::threads).
    pub fn executor(mut self, executor: impl Executor) -> Self {
        self.executor = Some(Arc::new(executor));
        self
    }

    /// Builds the backend and starts its threads.
    ///
    /// # Errors
    /// [`BuildError`]: no thread, a limit that the threads' scratch alone uses up, or no thread to be had.
    pub fn build(self) -> Result<Local<W>, BuildError> {
        let Self {
            config,
            env,
            keep,
            executor,
            observers,
        } = self;
        let executor = executor.unwrap_or_else(|| {
            let available =
                || std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
            Arc::new(Threads::new(config.threads.unwrap_or_else(available)))
        });
        let threads = executor.slots();
        if threads == 0 {
            return Err(BuildError::NoThreads);
        }
        let budget = match (config.budget, config.memory_limit) {
            (Some(budget), _) => budget,
            (None, None) => Budget::unlimited(),
            (None, Some(limit)) => {
                let scratch = config.scratch_per_thread.saturating_mul(threads as u64);
                let too_small = BuildError::LimitBelowScratch {
                    limit,
                    threads,
                    scratch_per_thread: config.scratch_per_thread,
                };
                Budget::new(
                    limit
                        .checked_sub(scratch)
                        .filter(|rest| *rest > 0)
                        .ok_or(too_small)?,
                )
            }
        };
        panics::install_hook();
        let keep = keep.unwrap_or_else(|| Arc::new(InMemory::new()));
        let engine = Engine::new(keep, budget, env, observers, Arc::clone(&executor));
        executor.start(Arc::clone(&engine) as _)?;
        Ok(Local::over(engine))
    }
}

impl<W: Work> fmt::Debug for LocalBuilder<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LocalBuilder")
            .field("config", &self.config)
            .finish_non_exhaustive()
    }
}
