//! What a process does not survive is done once more in a new one, and after that it is an error. Here, and nowhere else.

use swath_plugin_abi::{PluginError, PluginResult, code};
use swath_plugin_data::Columns;

use super::bound::{BoundElsewhere, Columned};
use super::crash::{Again, Crash, Doing, stopped};
use super::ending::Ending;
use super::pool::NoWorker;
use super::worker_process::{Hosts, Lost, Worker};

/// Something that a function does in a worker.
#[derive(Clone, Copy)]
pub(super) struct Attempt<'a> {
    pub(super) of: &'a BoundElsewhere,
    pub(super) hosts: Hosts,
    pub(super) doing: Doing<'a>,
    /// What it is given, to be kept where it crashes on that.
    pub(super) rows: Option<(&'a Columned, &'a Columns)>,
}

/// What cannot be tried again.
pub(super) type Never<T> = fn(&mut Worker) -> Result<T, Lost>;

/// What came of it, and the worker, if its process is there still.
pub(super) type Tried<T> = (Option<Worker>, PluginResult<T>);

impl Attempt<'_> {
    /// Does it in a worker that is taken for it and given back.
    pub(super) fn once<T>(&self, body: impl Fn(&mut Worker) -> Result<T, Lost>) -> PluginResult<T> {
        let (worker, found) = self.begin(body)?;
        self.of.pool.give_back(worker, self.hosts);
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
                    self.of.pool.give_back(worker, self.hosts);
                }
                Err(found.err().expect("what has no worker any more failed"))
            }
        }
    }

    /// Does it in this worker; where that ends of it, `again` in a new one, which knows nothing.
    pub(super) fn twice<T>(
        &self,
        mut worker: Worker,
        first: impl FnOnce(&mut Worker) -> Result<T, Lost>,
        again: Option<impl FnOnce(&mut Worker) -> Result<T, Lost>>,
    ) -> Tried<T> {
        let ending = match self.settled(first(&mut worker)) {
            Ok(found) => return kept(worker, found),
            Err(ending) => ending,
        };
        drop(worker);
        let Some(again) = again else {
            return (None, Err(self.crash(&ending, Again::Impossible)));
        };
        let (function, partition) = (self.of.name(), self.doing.partition());
        tracing::warn!(
            function,
            partition,
            "`{function}` {ending}; it is tried again in a new process"
        );
        let mut worker = match self.of.pool.fresh(self.hosts) {
            Ok(worker) => worker,
            Err(missing) => return (None, Err(missing.into())),
        };
        match self.settled(again(&mut worker)) {
            Ok(found) => kept(worker, found),
            Err(ending) => (None, Err(self.crash(&ending, Again::Crashed))),
        }
    }

    /// What it came to in a process that was there for it to the end.
    fn settled<T>(&self, found: Result<T, Lost>) -> Result<Settled<T>, Ending> {
        match found {
            Ok(found) => Ok(Settled::Answered(Ok(found))),
            Err(Lost::Failed(error)) => Ok(Settled::Answered(Err(error))),
            Err(Lost::Stopped(grace)) => Ok(Settled::Stopped(stopped(self.doing, grace))),
            Err(Lost::Ended(ending)) => Err(ending),
        }
    }

    fn crash(&self, ending: &Ending, again: Again) -> PluginError {
        let crash = Crash {
            of: self.of,
            doing: self.doing,
            ending,
            rows: self.rows,
            again,
        };
        crash.error()
    }
}

/// What something came to whose process did not end by itself.
enum Settled<T> {
    /// It answered.
    Answered(PluginResult<T>),
    /// Its process was ended.
    Stopped(PluginError),
}

fn kept<T>(worker: Worker, found: Settled<T>) -> Tried<T> {
    match found {
        Settled::Answered(found) => (Some(worker), found),
        Settled::Stopped(error) => (None, Err(error)),
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
            NoWorker::Unusable(error) => {
                let mut words = error.to_string();
                if let Some(cause) = std::error::Error::source(&error) {
                    words.push_str(": ");
                    words.push_str(&cause.to_string());
                }
                Self::new(code::FUNCTION, words)
            }
        }
    }
}
