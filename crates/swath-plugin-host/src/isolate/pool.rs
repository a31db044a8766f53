//! The workers of a plugin: as many as it is called by at once.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use swath_plugin_abi::{Host, PluginError, code};

use super::protocol::{Answer, Request, VERSION};
use super::worker_process::{Hosts, Lost, NoStart, Worker};
use super::{Isolation, WorkerProgram, shared_file};
use crate::call::Services;
use crate::copies::CopyInUse;
use crate::{FileHash, LoadError};

/// Workers that wait for the next call; those beyond are ended when they come back.
const IDLE: usize = 32;

/// The workers of a plugin. They end when this does, and when the process does, however it does.
pub(crate) struct Pool {
    pub(super) plugin: Arc<str>,
    /// What is opened.
    copy: CopyInUse,
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

/// Why there is no worker.
pub(super) enum NoWorker {
    /// None can be started that has the plugin.
    Unusable(LoadError),
    /// The run that it was started for was cancelled.
    Cancelled,
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Pool {
    /// The workers of a plugin that was checked and copied, the first of which has loaded it.
    pub(crate) fn start(
        plugin: &str,
        (copy, path): (CopyInUse, &Path),
        hash: FileHash,
        isolation: &Isolation,
    ) -> Result<Arc<Self>, LoadError> {
        if !shared_file::ARE_THERE {
            let plugin = plugin.to_owned();
            return Err(LoadError::NotApart { plugin });
        }
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
        let hosts = pool.hosts(pool.logs.host());
        let first = pool.fresh(hosts).map_err(|missing| match missing {
            NoWorker::Unusable(error) => error,
            NoWorker::Cancelled => {
                pool.refused(PluginError::new(code::CANCELLED, "it was stopped"))
            }
        })?;
        pool.give_back(first, hosts);
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

    /// A worker for one call of a run, best one that knows this function.
    pub(super) fn take(&self, number: u64, hosts: Hosts) -> Result<Worker, NoWorker> {
        let mut worker = loop {
            let Some(mut worker) = self.idle(number) else {
                return self.fresh(hosts);
            };
            // What ended while nobody used it is no attempt at anything.
            if worker.is_there() {
                break worker;
            }
        };
        let dead: Vec<u64> = {
            let alive = locked(&self.alive);
            worker.bound.difference(&alive).copied().collect()
        };
        worker.forget(&dead);
        Ok(worker)
    }

    /// One that waits, best one that knows this function.
    fn idle(&self, number: u64) -> Option<Worker> {
        let mut idle = locked(&self.idle);
        let knows = idle
            .iter()
            .rposition(|worker| worker.bound.contains(&number));
        match knows {
            Some(at) => Some(idle.remove(at)),
            None => idle.pop(),
        }
    }

    /// A worker that has done nothing yet, for a run.
    pub(super) fn fresh(&self, hosts: Hosts) -> Result<Worker, NoWorker> {
        let grace = self.isolation.grace_time();
        let program = || self.program.path().to_owned();
        let worker = Worker::start(&self.program, grace, hosts);
        let mut worker = worker.map_err(|error| {
            NoWorker::Unusable(match error {
                NoStart::Cancelled => return NoWorker::Cancelled,
                NoStart::Memory(source) => LoadError::NoSharedMemory {
                    plugin: self.plugin.to_string(),
                    source,
                },
                NoStart::System(source) => LoadError::Worker {
                    program: program(),
                    source,
                },
                NoStart::Silent(ending) => LoadError::NotAWorker {
                    program: program(),
                    how: ending.map_or_else(
                        || "said nothing that a worker says".to_owned(),
                        |ending| ending.to_string(),
                    ),
                },
                NoStart::Version(found) => LoadError::OtherWorker {
                    program: program(),
                    found,
                    expected: VERSION.to_owned(),
                },
            })
        })?;
        let load = Request::Load {
            path: self.copy.path().as_os_str().to_owned(),
            hash: self.hash.to_string(),
        };
        match worker.ask(hosts, load, Answer::done) {
            Ok(()) => Ok(worker),
            Err(Lost::Ended(ending)) => {
                let words = format!("it {ending} while it was loaded");
                let error = PluginError::new(code::FUNCTION, words);
                Err(NoWorker::Unusable(self.refused(error)))
            }
            Err(Lost::Stopped(_)) => Err(NoWorker::Cancelled),
            Err(Lost::Failed(error)) => Err(NoWorker::Unusable(self.refused(error))),
        }
    }

    /// That the plugin cannot be made ready.
    fn refused(&self, source: PluginError) -> LoadError {
        LoadError::Refused {
            path: self.path.clone(),
            source,
        }
    }

    /// Takes a worker back whose call is over; what the run had given to it is the run's again. One that keeps too much of what it was
    /// given is ended: it would be the first that is taken again, and have no room.
    pub(super) fn give_back(&self, mut worker: Worker, hosts: Hosts) {
        worker.settle(hosts);
        if let Some(bytes) = worker.keeps_too_much() {
            let plugin = &*self.plugin;
            tracing::warn!(
                plugin,
                bytes,
                "a process of the plugin `{plugin}` keeps {bytes} bytes of what its functions were given, and is ended"
            );
            return;
        }
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
