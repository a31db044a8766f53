//! Writes: made seen once, and cleared away only where it is known that they are not.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

use swath_plugin_abi::{Host, PluginResult};

use super::bound::BoundElsewhere;
use super::crash::Doing;
use super::protocol::{Answer, Request};
use super::worker_process::Worker;

/// Writes of which nobody knows whether they are seen: their commit began, and its process did not answer.
#[derive(Default)]
pub(super) struct UnknownWrites(Mutex<HashSet<String>>);

impl UnknownWrites {
    fn change<T>(&self, change: impl FnOnce(&mut HashSet<String>) -> T) -> T {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl BoundElsewhere {
    /// Makes a write seen. Once: what the end of a process leaves of it nobody knows.
    pub(super) fn commit(&self, host: Host, write: &str, receipts: &str) -> PluginResult<()> {
        let hosts = self.pool.hosts(host);
        let binding = self.attempt(hosts, Doing::Bind, None);
        let (worker, ()) = binding.begin(|worker| self.ready(worker, hosts))?;
        let request = Request::Commit {
            id: self.number,
            write: write.to_owned(),
            receipts: receipts.to_owned(),
        };
        let ask = |worker: &mut Worker| worker.ask(hosts, request, Answer::done);
        let unknown = &self.unknown;
        unknown.change(|unknown| unknown.insert(write.to_owned()));
        let committing = self.attempt(hosts, Doing::Commit(write), None);
        let (worker, done) = committing.only_once(worker, ask);
        if let Some(worker) = worker {
            // It said whether it is seen.
            unknown.change(|unknown| unknown.remove(write));
            self.give_back(worker, hosts, None);
        }
        done
    }

    /// Clears away what there is of a write, unless it may be seen.
    pub(super) fn abort(&self, host: Host, write: &str) -> PluginResult<()> {
        if self.unknown.change(|unknown| unknown.remove(write)) {
            return Ok(());
        }
        let hosts = self.pool.hosts(host);
        let aborting = self.attempt(hosts, Doing::Abort(write), None);
        aborting.once(|worker| {
            self.ready(worker, hosts)?;
            let request = Request::Abort {
                id: self.number,
                write: write.to_owned(),
            };
            worker.ask(hosts, request, Answer::done)
        })
    }
}
