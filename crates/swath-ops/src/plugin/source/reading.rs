//! Partitions of a source while they are read.

use std::error::Error;
use std::sync::Arc;

use swath_batch::{Chunk, Host, Value};
use swath_divisions::{Divisions, DivisionsError};
use swath_expr::{Bound, Expr};
use swath_io::{IoContext, IoError, Reader, ScanRequest, ScanStats};
use swath_meta::Meta;
use swath_plugin_abi::Wanted;
use swath_plugin_host::{BoundSource, CallError, SourceRun};

use super::super::PluginError;
use super::{PluginPart, Unit, filters};
use crate::step::mixed;

/// Reads one partition after the other, and looks again at what the source was told to leave out.
pub(super) struct Reading {
    part: PluginPart,
    context: IoContext,
    source: Arc<BoundSource>,
    wanted: Wanted,
    predicate: Option<Bound>,
    /// Which of the columns that are read a chunk has, in its order.
    output: Vec<usize>,
    next: usize,
    run: Option<SourceRun>,
    stats: ScanStats,
}

fn function(error: PluginError) -> IoError {
    IoError::Function(Box::new(error))
}

impl Reading {
    pub(super) fn try_new(
        part: PluginPart,
        request: &ScanRequest,
        context: IoContext,
    ) -> Result<Self, IoError> {
        let source = part.source().map_err(function)?;
        let meta = source.output();
        let needed = request.predicate.iter().flat_map(Expr::columns);
        let mut columns: Vec<Arc<str>> = request.columns.iter().cloned().chain(needed).collect();
        // In the order of the source; a part of an index is no index there, and boundaries are of all of it.
        columns.retain(|name| meta.position(name).is_ok());
        columns.sort_by_key(|name| meta.position(name).ok());
        columns.dedup();
        let wanted = Wanted {
            filters: match &request.predicate {
                Some(predicate) => filters(predicate, meta),
                None => Vec::new(),
            },
            columns: columns.iter().map(ToString::to_string).collect(),
            batch_rows: request.batch_rows as u64,
            requires: Vec::new(),
        };
        let read = source.meta_of(&wanted.columns);
        let read: Arc<Meta> = read.map_err(|error| function(error.into()))?;
        let predicate = request.predicate.as_ref();
        let predicate = predicate
            .map(|predicate| predicate.bind_predicate(&read, &context.functions))
            .transpose()?;
        let output = request.columns.iter();
        let output = output.map(|name| {
            read.position(name).map_err(|source| IoError::Meta {
                path: part.name.to_string(),
                source,
            })
        });
        Ok(Self {
            output: output.collect::<Result<_, _>>()?,
            part,
            context,
            source,
            wanted,
            predicate,
            next: 0,
            run: None,
            stats: ScanStats::default(),
        })
    }

    /// The partition that is read, or the next one; `None` after the last.
    fn run(&mut self) -> Result<Option<&mut SourceRun>, IoError> {
        if self.run.is_none() {
            let Some(unit) = self.part.units.get(self.next) else {
                return Ok(None);
            };
            let task = Arc::new(AtPartition {
                task: self.context.task().cloned(),
                context: self.context.clone(),
                place: (unit.number as usize, self.part.count as usize),
                between: unit.between.clone(),
                seed: self.part.seed,
            });
            let run = self.source.read(&unit.part, &self.wanted, task);
            let run = run.map_err(|source| self.failed(unit, source))?;
            self.next += 1;
            self.run = Some(run);
        }
        Ok(self.run.as_mut())
    }

    /// Names the partition.
    fn failed(&self, unit: &Unit, source: CallError) -> IoError {
        function(PluginError::Part {
            partition: unit.number as usize,
            of: self.part.count as usize,
            source,
        })
    }

    /// Rows between the boundaries of their partition, where those are known and the whole index is read.
    fn placed(&self, unit: &Unit, rows: &swath_batch::Batch) -> Result<(), IoError> {
        let index = rows.meta().index().len();
        let bounds = unit.between.as_ref().and_then(Divisions::bounds);
        let Some(bounds) = bounds.filter(|_| index > 0) else {
            return Ok(());
        };
        let keys = &rows.record_batch().columns()[..index];
        let number = unit.number as usize;
        bounds.check(0, keys).map_err(|mut source| {
            // Its own boundaries are all that a task knows: the first partition there is this one.
            if let DivisionsError::Violated { partition, .. } = &mut source {
                *partition = number;
            }
            function(PluginError::Outside {
                name: self.part.name.to_string(),
                partition: number,
                source,
            })
        })
    }
}

impl Reader for Reading {
    fn next(&mut self) -> Result<Option<Chunk>, IoError> {
        loop {
            self.context.cancel.check()?;
            let Some(run) = self.run()? else {
                return Ok(None);
            };
            let found = run.next_batch();
            let unit = &self.part.units[self.next - 1];
            let Some(rows) = found.map_err(|source| self.failed(unit, source))? else {
                self.run = None;
                continue;
            };
            self.placed(unit, &rows)?;
            self.stats.rows_read += rows.num_rows() as u64;
            let columns = rows.record_batch().columns();
            let output = self.output.iter().map(|at| Arc::clone(&columns[*at]));
            let mut chunk = Chunk::new(output.collect(), rows.num_rows());
            if let Some(predicate) = &self.predicate {
                chunk = chunk.select(&predicate.mask(columns, rows.num_rows())?);
            }
            self.stats.rows_selected += chunk.live_rows() as u64;
            if chunk.live_rows() > 0 {
                return Ok(Some(chunk));
            }
        }
    }

    fn stats(&self) -> &ScanStats {
        &self.stats
    }
}

/// A task that reads this partition.
struct AtPartition {
    task: Option<Arc<dyn Host>>,
    context: IoContext,
    /// Number and count.
    place: (usize, usize),
    between: Option<Divisions>,
    seed: u64,
}

impl Host for AtPartition {
    fn check(&self) -> Result<(), Box<dyn Error + Send + Sync>> {
        Ok(self.context.cancel.check()?)
    }

    fn partition(&self) -> (usize, usize) {
        self.place
    }

    fn boundary(&self, at: usize) -> Option<&[Value]> {
        let own = self.between.as_ref()?.bounds()?.labels();
        Some(own.get(at.checked_sub(self.place.0)?)?.values())
    }

    fn seed(&self) -> u64 {
        mixed(self.seed ^ mixed(self.place.0 as u64))
    }

    fn reserve(&self, bytes: i64) -> bool {
        self.task.as_ref().is_none_or(|task| task.reserve(bytes))
    }

    fn refusal(&self) -> Option<Box<dyn Error + Send + Sync>> {
        self.task.as_ref()?.refusal()
    }

    fn progress(&self, done: u64, total: u64) {
        if let Some(task) = &self.task {
            task.progress(done, total);
        }
    }
}
