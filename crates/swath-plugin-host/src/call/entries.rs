//! What a table has for functions of one kind and may lack: looked for once, when a function is bound.

use std::ffi::c_void;

use swath_plugin_abi::abi_stable::std_types::RStr;
use swath_plugin_abi::{BoundTableRef, Host, Kind, Listed, Place, Run, Status};

type List = unsafe extern "C" fn(*const c_void, Host, *mut Listed) -> Status;
type OpenRead =
    unsafe extern "C" fn(*const c_void, Host, Place<'_>, RStr<'_>, RStr<'_>, *mut Run) -> Status;
type OpenWrite = unsafe extern "C" fn(*const c_void, Host, Place<'_>, RStr<'_>, *mut Run) -> Status;
type Commit = unsafe extern "C" fn(*const c_void, Host, RStr<'_>, RStr<'_>) -> Status;
type Abort = unsafe extern "C" fn(*const c_void, Host, RStr<'_>) -> Status;

/// What a source is called by.
#[derive(Clone, Copy)]
pub(crate) struct SourceEntries {
    pub(crate) list: List,
    pub(crate) open_read: OpenRead,
}

/// What a sink is called by.
#[derive(Clone, Copy)]
pub(crate) struct SinkEntries {
    pub(crate) open_write: OpenWrite,
    pub(crate) commit: Commit,
    pub(crate) abort: Abort,
}

/// What a function of some kind is called by, beside what each table has.
#[derive(Clone, Copy)]
pub(crate) enum Entries {
    Source(SourceEntries),
    Sink(SinkEntries),
    /// Nothing that a table may lack.
    Others,
}

impl SourceEntries {
    /// # Errors
    /// What is lacking, in words.
    pub(crate) fn of(table: BoundTableRef) -> Result<Self, String> {
        let lacks = |entry| lacks("source", entry);
        Ok(Self {
            list: table.list().flatten().ok_or_else(|| lacks("list"))?,
            open_read: table
                .open_read()
                .flatten()
                .ok_or_else(|| lacks("open_read"))?,
        })
    }
}

impl SinkEntries {
    /// # Errors
    /// What is lacking, in words.
    pub(crate) fn of(table: BoundTableRef) -> Result<Self, String> {
        let lacks = |entry| lacks("sink", entry);
        Ok(Self {
            open_write: table
                .open_write()
                .flatten()
                .ok_or_else(|| lacks("open_write"))?,
            commit: table.commit().flatten().ok_or_else(|| lacks("commit"))?,
            abort: table.abort().flatten().ok_or_else(|| lacks("abort"))?,
        })
    }
}

impl Entries {
    /// Those of a function of this kind.
    ///
    /// # Errors
    /// What is lacking, in words.
    pub(crate) fn of(kind: Kind, table: BoundTableRef) -> Result<Self, String> {
        match kind {
            Kind::Source => SourceEntries::of(table).map(Self::Source),
            Kind::Sink => SinkEntries::of(table).map(Self::Sink),
            _ => Ok(Self::Others),
        }
    }
}

fn lacks(kind: &str, entry: &str) -> String {
    format!("is a {kind}, and its table has no `{entry}`")
}
