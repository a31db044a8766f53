//! What a process does not survive is done once more in a new one, and after that it is an error. Here, and nowhere else.

use swath_plugin_abi::{PluginError, PluginResult, code};
use swath_plugin_data::Columns;

use super::bound::{BoundElsewhere, Columned};
use super::crash::{Again, Crash, Doing, stopped};
use super::ending::Ending;
use super::pool::NoWorker;
use super::worker_process::{Hosts, Lost, Worker};
use crate::load::with_causes;

/// Something that a function does in a worker.
#[derive(Clone, Copy)]
pub(super) struct Attempt<'a> {
    pub(super) of: &'a BoundElsewhere,
    pub(super) hosts: Hosts,
    pub(super) doing: Doing<'a>,
    /// What it is given, to be kept where it crashes on that.
    pub(super) rows: Option<(&'a Columned, &'a Columns)>,
}

/// What came of it, and the worker, if its process is there still.
pub(super) type Tried<T> = (Option<Worker>, PluginResult<T>);

impl Attempt<'_> {
    /// Does it in a worker that is taken for it and given back.
    pub(super) fn once<T>(&self, body: impl Fn(&mut Worker) -> Result<T, Lost>) -> PluginResult<T> {
        let (worker, found) = self.begin(body)?;
        self.give_back(worker);
        Ok(found)
    }

    /// Does it in a worker that is taken for it, and is what goes on in it from then on.
    pub(super) fn begin<T>(
        &self,
        body: impl Fn(&mut Worker) -> Result<T, Lost>,
    ) -> PluginResult<(Worker, T)> {
        let worker = self.of.pool.take(self.of.number, self.hosts)?;
        match self.twice(worker, &body, Some(&body)) {
            (Some(worker), Ok(found)) => Ok((worker, found)),
            (worker, found) => {
                if let Some(worker) = worker {
                    self.give_back(worker);
                }
                Err(found.err().expect("what has no worker any more failed"))
            }
        }
    }

    /// Does it in this worker, and where that ends of it, never again.
    pub(super) fn only_once<T>(
        &self,
        worker: Worker,
        body: impl FnOnce(&mut Worker) -> Result<T, Lost>,
    ) -> Tried<T> {
        self.settled(worker, body)
            .unwrap_or_else(|first| self.crashed(first, Again::Impossible))
    }

    /// Does it in this worker; where that ends of it, `again` in a new one, which knows nothing.
    pub(super) fn twice<T>(
        &self,
        worker: Worker,
        first: impl FnOnce(&mut Worker) -> Result<T, Lost>,
        again: Option<impl FnOnce(&mut Worker) -> Result<T, Lost>>,
    ) -> Tried<T> {
        let Some(again) = again else {
            return self.only_once(worker, first);
        };
        let first = match self.settled(worker, first) {
            Ok(tried) => return tried,
            Err(ending) => ending,
        };
        let (function, partition) = (self.of.name(), self.doing.partition());
        tracing::warn!(
            function,
            partition,
            "`{function}` {first}; it is tried again in a new process"
        );
        match self.of.pool.fresh(self.hosts) {
            Ok(worker) => self
                .settled(worker, again)
                .unwrap_or_else(|second| self.crashed(first, Again::Ended(second))),
            Err(NoWorker::Unusable(error)) => {
                self.crashed(first, Again::NoProcess(with_causes(&error)))
            }
            Err(cancelled @ NoWorker::Cancelled) => (None, Err(cancelled.into())),
        }
    }

    /// What it came to in a process that did not end of it by itself.
    fn settled<T>(
        &self,
        mut worker: Worker,
        body: impl FnOnce(&mut Worker) -> Result<T, Lost>,
    ) -> Result<Tried<T>, Ending> {
        match body(&mut worker) {
            Ok(found) => Ok((Some(worker), Ok(found))),
            Err(Lost::Failed(error)) => Ok((Some(worker), Err(error))),
            Err(Lost::Stopped(grace)) => Ok((None, Err(stopped(self.doing, grace)))),
            Err(Lost::Ended(ending)) => Err(ending),
        }
    }

    fn crashed<T>(&self, first: Ending, again: Again) -> Tried<T> {
        let crash = Crash {
            of: self.of,
            doing: self.doing,
            first,
            rows: self.rows,
            again,
        };
        (None, Err(crash.error()))
    }

    fn give_back(&self, worker: Worker) {
        let partition = self.doing.partition();
        self.of.give_back(worker, self.hosts, partition);
    }
}

impl From<NoWorker> for PluginError {
    /// There is no worker any more, or none was waited for.
    fn from(missing: NoWorker) -> Self {
        match missing {
            NoWorker::Cancelled => {
                let words = "it was told to stop before its process was ready";
                Self::new(code::CANCELLED, words.to_owned())
            }
            NoWorker::Unusable(error) => Self::new(code::FUNCTION, with_causes(&error)),
        }
    }
}
