//! The workers of a plugin: as many as it is called by at once.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use swath_plugin_abi::{Host, PluginError, code};

use super::protocol::{Request, VERSION};
use super::worker_process::{Hosts, Lost, NoStart, Worker};
use super::{Isolation, WorkerProgram};
use crate::call::Services;
use crate::{FileHash, LoadError};

/// Workers that wait for the next call; those beyond are ended when they come back.
const IDLE: usize = 32;

/// The workers of a plugin. They end when this does, and when the process does, however it does.
pub(crate) struct Pool {
    pub(super) plugin: Arc<str>,
    /// What is opened.
    copy: PathBuf,
    pub(super) hash: FileHash,
    /// What messages name.
    path: PathBuf,
    program: WorkerProgram,
    pub(super) isolation: Isolation,
    /// Hears what the plugin as a whole says.
    logs: Services,
    idle: Mutex<Vec<Worker>>,
    /// The functions that are bound, and not forgotten.
    alive: Mutex<BTreeSet<u64>>,
    numbers: AtomicU64,
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Pool {
    /// The workers of a plugin that was checked and copied, the first of which has loaded it.
    pub(crate) fn start(
        plugin: &str,
        (copy, path): (PathBuf, &Path),
        hash: FileHash,
        isolation: &Isolation,
    ) -> Result<Arc<Self>, LoadError> {
        let plugin: Arc<str> = plugin.into();
        let pool = Self {
            program: WorkerProgram::find(isolation.program(), &plugin)?,
            copy,
            hash,
            path: path.to_owned(),
            isolation: isolation.clone(),
            logs: Services::new(&plugin, None),
            plugin,
            idle: Mutex::default(),
            alive: Mutex::default(),
            numbers: AtomicU64::new(0),
        };
        // What cannot work is said now, and not when it is first called.
        pool.give_back(pool.fresh()?);
        Ok(Arc::new(pool))
    }

    /// Who answers while a call runs that has this host.
    pub(super) fn hosts(&self, run: Host) -> Hosts {
        Hosts {
            run,
            plugin: self.logs.host(),
        }
    }

    /// A number for a function that is bound.
    pub(super) fn number(&self) -> u64 {
        let number = self.numbers.fetch_add(1, Ordering::Relaxed);
        locked(&self.alive).insert(number);
        number
    }

    /// Forgets a function: workers do when they are asked next.
    pub(super) fn forget(&self, number: u64) {
        locked(&self.alive).remove(&number);
    }

    /// A worker for one call, best one that knows this function.
    pub(super) fn take(&self, number: u64) -> Result<Worker, LoadError> {
        let found = {
            let mut idle = locked(&self.idle);
            let knows = idle
                .iter()
                .rposition(|worker| worker.bound.contains(&number));
            match knows {
                Some(at) => Some(idle.remove(at)),
                None => idle.pop(),
            }
        };
        let Some(mut worker) = found else {
            return self.fresh();
        };
        let dead: Vec<u64> = {
            let alive = locked(&self.alive);
            worker.bound.difference(&alive).copied().collect()
        };
        if !dead.is_empty() {
            worker.bound.retain(|number| !dead.contains(number));
            worker.tell(Request::Forget { ids: dead });
        }
        Ok(worker)
    }

    /// A worker that has done nothing yet.
    pub(super) fn fresh(&self) -> Result<Worker, LoadError> {
        let grace = self.isolation.grace_time();
        let path = || self.program.path().to_owned();
        let worker = Worker::start(&self.program, grace);
        let mut worker = worker.map_err(|error| match error {
            NoStart::System(source) => LoadError::Worker {
                program: path(),
                source,
            },
            NoStart::Silent(status) => LoadError::NotAWorker {
                program: path(),
                how: status.map_or_else(
                    || "said nothing that a worker says".to_owned(),
                    |status| format!("ended with {status}"),
                ),
            },
            NoStart::Version(found) => LoadError::OtherWorker {
                program: path(),
                found,
                expected: VERSION.to_owned(),
            },
        })?;
        let load = Request::Load {
            path: self.copy.to_string_lossy().into_owned(),
            hash: self.hash.to_string(),
        };
        let refused = |source: PluginError| LoadError::Refused {
            path: self.path.clone(),
            source,
        };
        let answer = worker.ask(self.hosts(self.logs.host()), load);
        match answer {
            Ok(answer) => answer.into_result().map_err(refused)?,
            Err(Lost::Ended(ending)) => {
                let words = format!("it {ending} while it was loaded");
                return Err(refused(PluginError::new(code::FUNCTION, words)));
            }
            Err(Lost::Stopped(_)) => {
                return Err(refused(PluginError::new(code::CANCELLED, "it was stopped")));
            }
            Err(Lost::Refused(error)) => return Err(refused(error)),
        };
        Ok(worker)
    }

    /// Takes a worker back whose call is over.
    pub(super) fn give_back(&self, worker: Worker) {
        let mut idle = locked(&self.idle);
        if idle.len() < IDLE {
            idle.push(worker);
        } else {
            drop(idle);
            drop(worker);
        }
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        let idle = self.idle.get_mut().unwrap_or_else(PoisonError::into_inner);
        // All at once, and then each is waited for.
        idle.iter().for_each(Worker::close);
        idle.clear();
    }
}
