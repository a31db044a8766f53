//! A function that is bound in a worker, and what comes out of it.

use std::fmt::Display;
use std::sync::Arc;

use arrow_array::ArrayRef;
use swath_batch::Batch;
use swath_meta::{Index, Meta};
use swath_plugin_abi::{self as abi, ArrowArray, Handed, Kind, PluginError, PluginResult, Status};
use swath_plugin_data::{Columns, take_columns};

use super::super::bound::odd;
use super::super::travels::Travels;
use crate::call::{Entries, SinkEntries, SourceEntries};
use crate::load::{Guarded, Inside};

/// A function that is bound.
pub(super) struct Instance {
    /// Plugin and function.
    pub(super) name: Arc<str>,
    pub(super) bound: Guarded<abi::Bound>,
    pub(super) kind: Kind,
    pub(super) entries: Entries,
    /// None where columns and contract contradict each other, which the host says.
    pub(super) travels: Option<Travels>,
    /// The columns that come back, in the encodings that the plugin declared.
    pub(super) declared: Vec<Columns>,
}

impl Instance {
    pub(super) fn source(&self) -> PluginResult<SourceEntries> {
        match self.entries {
            Entries::Source(entries) => Ok(entries),
            _ => Err(odd("is no source")),
        }
    }

    pub(super) fn sink(&self) -> PluginResult<SinkEntries> {
        match self.entries {
            Entries::Sink(entries) => Ok(entries),
            _ => Err(odd("is no sink")),
        }
    }

    pub(super) fn travels(&self) -> PluginResult<&Travels> {
        let travels = self.travels.as_ref();
        travels.ok_or_else(|| odd("columns and contract contradict each other"))
    }

    /// The output of this number.
    pub(super) fn output(&self, at: usize) -> PluginResult<Output> {
        let returned = self.travels()?.returned.get(at);
        match (returned, self.declared.get(at)) {
            (Some(meta), Some(declared)) => Ok(Output {
                meta: Arc::clone(meta),
                declared: declared.clone(),
            }),
            _ => Err(odd(format!(
                "returned rows of output {at}, which there is not"
            ))),
        }
    }
}

/// The columns of an output, as they cross and as the plugin declared them.
#[derive(Clone)]
pub(super) struct Output {
    pub(super) meta: Arc<Meta>,
    declared: Columns,
}

impl Output {
    /// What came out, in the encodings that cross.
    pub(super) fn taken(&self, rows: ArrowArray) -> PluginResult<(Vec<ArrayRef>, usize)> {
        let (columns, rows) = take_columns(rows, &self.declared).map_err(broken)?;
        let batch = Batch::from_arrays(&self.meta, columns, rows);
        let batch = batch.map_err(|error| odd(format!("returned {error}")))?;
        Ok((batch.record_batch().columns().to_vec(), rows))
    }

    /// Some of its columns, without an index.
    pub(super) fn only(&self, names: &[&str]) -> PluginResult<Self> {
        let fields = self.meta.fields().iter();
        let fields = fields.filter(|field| names.contains(&&*field.name));
        let meta = Meta::try_new(fields.cloned(), Index::none()).map_err(odd)?;
        Ok(Self {
            meta: Arc::new(meta),
            declared: self.declared.only(names.iter().copied()),
        })
    }
}

/// What came out is not what was promised.
pub(super) fn broken(error: impl Display) -> PluginError {
    odd(format!("returned what it did not promise: {error}"))
}

/// Calls a function of the plugin.
///
/// # Safety
/// As of [`Status::take`].
pub(super) unsafe fn call<T: Handed>(
    name: &str,
    partition: Option<usize>,
    body: impl FnOnce(*mut T) -> Status,
) -> PluginResult<T> {
    let _inside = Inside::new(name, partition);
    // SAFETY: the caller's word.
    unsafe { Status::take(body) }
}
