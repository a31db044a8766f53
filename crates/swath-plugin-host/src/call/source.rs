//! Sources: rows from elsewhere.

use std::fmt::{self, Debug, Formatter};
use std::sync::Arc;

use swath_batch::{Batch, Host};
use swath_meta::{Index, Meta};
use swath_plugin_abi::abi_stable::std_types::RStr;
use swath_plugin_abi::{
    ArrowArray, Contract, Listed, ListedPart, NO_INPUT, Run, Step, Wanted, step,
};
use swath_plugin_data::{Columns, take_columns};

use super::bind::Parts;
use super::entries::SourceEntries;
use super::{CallError, Services, place};
use crate::load::Guarded;

/// A source, ready to be listed and read.
pub struct BoundSource {
    parts: Parts,
    entries: SourceEntries,
    output: Arc<Meta>,
    /// In the encodings that the plugin declared.
    columns: Columns,
}

/// The partitions that a source has.
#[derive(Clone, Debug)]
pub struct Listing {
    /// In order.
    pub parts: Vec<ListedPart>,
    /// A row of index columns for each boundary, one more than partitions, without nulls. Whether they ascend was not looked at.
    pub bounds: Option<Batch>,
}

impl BoundSource {
    pub(super) fn new(parts: Parts) -> Result<Self, CallError> {
        let (output, columns) = parts.output()?;
        let entries = SourceEntries::of(parts.bound.table());
        Ok(Self {
            entries: entries.map_err(|lacks| parts.broke(lacks))?,
            output: Arc::new(output),
            columns,
            parts,
        })
    }

    /// The columns that it has.
    pub fn output(&self) -> &Arc<Meta> {
        &self.output
    }

    /// What it promises.
    pub fn contract(&self) -> &Contract {
        &self.parts.contract
    }

    /// Its partitions, as they are now. What the function may ask is what `task` answers.
    ///
    /// # Errors
    /// Its own, and a list that is none.
    pub fn list(&self, task: Option<Arc<dyn Host>>) -> Result<Listing, CallError> {
        let services = Services::new(&self.parts.name, task);
        let (list, instance) = (self.entries.list, self.parts.bound.instance());
        // SAFETY: the instance is that of `bound`, whose table it is; the services live as long as the call.
        let call = |out| unsafe { list(instance, services.host(), out) };
        // SAFETY: it writes what it gives, as the contract says.
        let Listed { parts, bounds } = unsafe { services.ask(call) }?;
        let text = parts.read();
        let parts: Vec<ListedPart> = match &*text {
            "" => Vec::new(),
            text => serde_json::from_str(text).map_err(|error| {
                let words = format!("listed partitions that cannot be read: {error}");
                self.parts.broke(words)
            })?,
        };
        let bounds = if bounds.is_released() {
            None
        } else {
            Some(self.boundaries(bounds, parts.len())?)
        };
        Ok(Listing { parts, bounds })
    }

    /// Boundaries, with as many rows as there have to be.
    fn boundaries(&self, rows: ArrowArray, parts: usize) -> Result<Batch, CallError> {
        let index = self.output.index_fields();
        if index.is_empty() {
            let words = "gave boundaries of its partitions, and declared no index";
            return Err(self.parts.broke(words));
        }
        let columns = self.columns.only(index.iter().map(|field| &*field.name));
        let (arrays, n) =
            take_columns(rows, &columns).map_err(|error| self.parts.returned(error))?;
        if n != parts + 1 {
            return Err(self.parts.broke(format!(
                "gave {n} boundaries for {parts} partitions, which have one more"
            )));
        }
        if let Some((field, _)) =
            (index.iter().zip(&arrays)).find(|(_, array)| array.logical_null_count() > 0)
        {
            return Err(self
                .parts
                .broke(format!("gave a boundary of `{}` that is null", field.name)));
        }
        let meta =
            Meta::try_new(index.iter().cloned(), Index::none()).expect("names of an index differ");
        Batch::from_arrays(&Arc::new(meta), arrays, n).map_err(|error| self.parts.unfit(&error))
    }

    /// The meta of some of its columns, in its order; the index while all of it is among them.
    ///
    /// # Errors
    /// A column that it has not.
    pub fn meta_of(&self, columns: &[String]) -> Result<Arc<Meta>, CallError> {
        let meta = self.output.some_of(columns);
        let meta = meta.map_err(|error| self.parts.broke(format!("is asked for {error}")))?;
        Ok(Arc::new(meta))
    }

    /// Begins to read a partition of the list, in whichever process it was made: what `task` answers is what the function may ask, as
    /// long as the run lives.
    ///
    /// # Errors
    /// Its own, and columns that it has not.
    pub fn read(
        self: &Arc<Self>,
        part: &ListedPart,
        wanted: &Wanted,
        task: Arc<dyn Host>,
    ) -> Result<SourceRun, CallError> {
        let meta = self.meta_of(&wanted.columns)?;
        let columns = self.columns.only(meta.names());
        let unwritable = |error: serde_json::Error| {
            self.parts
                .broke(format!("cannot be told what is wanted: {error}"))
        };
        let about = serde_json::to_string(&part.about).map_err(unwritable)?;
        let wanted = Wanted {
            columns: meta.names().map(str::to_owned).collect(),
            ..wanted.clone()
        };
        let is_whole = wanted.filters.is_empty();
        let wanted = serde_json::to_string(&wanted).map_err(unwritable)?;
        let place = place(Some(&*task));
        let services = Services::new(&self.parts.name, Some(task));
        let (open, instance) = (self.entries.open_read, self.parts.bound.instance());
        let (about, wanted) = (RStr::from_str(&about), RStr::from_str(&wanted));
        // SAFETY: the instance is that of `bound`, whose table it is; the services live as long as the run.
        let call = |out| unsafe { open(instance, services.host(), place, about, wanted, out) };
        // SAFETY: it writes what it gives, as the contract says.
        let run: Run = unsafe { services.ask(call) }?;
        Ok(SourceRun {
            run: Guarded::new(run, &self.parts.name),
            services,
            of: Arc::clone(self),
            meta,
            columns,
            rows: 0,
            promised: part.rows.filter(|_| part.is_exact),
            is_whole,
            ended: false,
        })
    }
}

impl Debug for BoundSource {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "BoundSource({})", self.parts.name)
    }
}

/// One partition while it is read.
pub struct SourceRun {
    // Dropped before the services that it may call, and before what it is a run of.
    run: Guarded<Run>,
    services: Services,
    of: Arc<BoundSource>,
    meta: Arc<Meta>,
    columns: Columns,
    /// Rows that came out.
    rows: u64,
    /// How many there are, where that is known.
    promised: Option<u64>,
    /// No filter may have left some of them out.
    is_whole: bool,
    /// It has no more, or failed.
    ended: bool,
}

impl SourceRun {
    /// The columns of each batch.
    pub fn meta(&self) -> &Arc<Meta> {
        &self.meta
    }

    /// The next rows; `None` after the last, and after a failure.
    ///
    /// # Errors
    /// Its own, and rows that it did not promise.
    pub fn next_batch(&mut self) -> Result<Option<Batch>, CallError> {
        if self.ended {
            return Ok(None);
        }
        // Whatever ends this early ends the run.
        self.ended = true;
        let parts = &self.of.parts;
        let (table, instance) = (self.run.table(), self.run.instance());
        let nothing = ArrowArray::released();
        // SAFETY: the run is the caller's alone.
        let call = |out| unsafe { (table.step())(instance, NO_INPUT, nothing, out) };
        // SAFETY: it writes what it gives, as the contract says.
        let found: Step = unsafe { self.services.ask(call) }?;
        match (found.next, found.output) {
            (step::OUTPUT, 0) => {}
            (step::OUTPUT, other) => {
                return Err(parts.broke(format!("returned rows of output {other}, and has one")));
            }
            (step::DONE, _) => {
                let rows = self.rows;
                return match self.promised {
                    Some(promised) if self.is_whole && promised != rows => {
                        Err(parts.broke(format!(
                            "returned {rows} rows of a partition that it listed with {promised}"
                        )))
                    }
                    _ => Ok(None),
                };
            }
            (step::INPUT, _) => return Err(parts.broke("wants rows, and is a source")),
            (other, _) => {
                return Err(parts.broke(format!("went on with {other}, which is no step")));
            }
        }
        let taken = take_columns(found.rows, &self.columns);
        let (columns, n) = taken.map_err(|error| parts.returned(error))?;
        let batch =
            Batch::from_arrays(&self.meta, columns, n).map_err(|error| parts.unfit(&error))?;
        self.rows += n as u64;
        if self.promised.is_some_and(|promised| promised < self.rows) {
            return Err(parts.broke(format!(
                "returned {} rows and more of a partition that it listed with {}",
                self.rows,
                self.promised.unwrap_or_default()
            )));
        }
        self.ended = false;
        Ok(Some(batch))
    }
}

impl Debug for SourceRun {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "SourceRun({})", self.of.parts.name)
    }
}
