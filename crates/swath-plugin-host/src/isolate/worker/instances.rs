//! The plugin of a worker, and what is bound and open of it.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use swath_plugin_abi::abi_stable::std_types::RStr;
use swath_plugin_abi::{AggregateRun, Host, Place, PluginResult, Run};

use super::super::bound::odd;
use super::super::memory::Memory;
use super::super::protocol::{Answer, At, Request};
use super::instance::{Instance, Output};
use super::line::Line;
use crate::Plugin;
use crate::load::Guarded;

/// What a worker has.
pub(super) struct Instances {
    // Dropped before what it came from.
    pub(super) open: Option<Open>,
    pub(super) bound: BTreeMap<u64, Arc<Instance>>,
    pub(super) plugin: Option<Arc<Plugin>>,
    pub(super) line: Arc<Line>,
    pub(super) memory: Arc<Memory>,
    pub(super) run: Host,
    /// The partition that something was opened for.
    pub(super) partition: Option<usize>,
}

/// What is at work.
pub(super) enum Open {
    /// With what comes out of it.
    Partition(Guarded<Run>, Arc<Instance>, Output),
    Groups(Guarded<AggregateRun>, Arc<Instance>),
}

impl Instances {
    pub(super) fn new(line: Arc<Line>, memory: Arc<Memory>) -> Self {
        Self {
            open: None,
            bound: BTreeMap::new(),
            plugin: None,
            run: line.run(),
            line,
            memory,
            partition: None,
        }
    }

    pub(super) fn forget(&mut self, ids: &[u64]) {
        self.bound.retain(|id, _| !ids.contains(id));
    }

    /// Does what is asked.
    pub(super) fn answer(&mut self, request: Request) -> PluginResult<Answer> {
        match request {
            Request::Load { path, hash } => self.load(Path::new(&path), &hash),
            Request::Bind {
                id,
                function,
                params,
                inputs,
                targets,
            } => self.bind(id, &function, &params, &inputs, targets),
            Request::Call { id, place, rows } => self.call(id, &place, &rows),
            Request::Open {
                id,
                place,
                boundaries,
            } => self.open(id, &place, boundaries.as_ref()),
            Request::List { id } => self.list(id),
            Request::Read {
                id,
                place,
                about,
                wanted,
            } => self.read(id, &place, &about, &wanted),
            Request::Write { id, place, write } => self.write(id, &place, &write),
            Request::Commit {
                id,
                write,
                receipts,
            } => self.commit(id, &write, &receipts),
            Request::Abort { id, write } => self.abort(id, &write),
            Request::Step { input, rows } => self.step(input, rows.as_ref()),
            Request::Add {
                is_merge,
                rows,
                n_groups,
            } => self.add(is_merge, &rows, n_groups),
            Request::Take { is_state } => self.take(is_state),
            Request::Close => {
                self.open = None;
                Ok(Answer::Done)
            }
            Request::Forget { .. } | Request::Cancel | Request::Reserved(_) => {
                Err(odd("its process was asked what has no answer"))
            }
        }
    }

    pub(super) fn instance(&self, id: u64) -> PluginResult<Arc<Instance>> {
        let instance = self.bound.get(&id).map(Arc::clone);
        instance.ok_or_else(|| odd("it is not bound in this process"))
    }
}

impl At {
    /// The number of the partition, where that is known.
    pub(super) fn number(&self) -> Option<usize> {
        self.partition.map(|number| number as usize)
    }

    /// As a plugin sees it.
    pub(super) fn place(&self) -> Place<'_> {
        Place {
            number: self.number,
            count: self.count,
            before: self.before,
            after: self.after,
            seed: self.seed,
            more: RStr::from_str(&self.more),
        }
    }
}
