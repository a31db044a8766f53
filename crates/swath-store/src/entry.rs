//! One kept value, and how it is listed.

use std::{
    ops::Deref,
    time::{Duration, Instant},
};

use swath_graph::Key;

use crate::shared::Claims;

/// One line of [`Store::entries`](crate::Store::entries).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct StoreEntry {
    /// Whose result it is.
    pub key: Key,
    /// Which output of the task.
    pub port: u16,
    /// Bytes of the value, those included that it shares with others: lines may sum to more than the store holds.
    pub bytes: u64,
    /// Rows, where the word means something.
    pub rows: Option<u64>,
    /// Since it was kept.
    pub age: Duration,
    /// How many have it pinned now.
    pub pins: usize,
    /// Whether somebody asked for it, so that it outlives its run; else it waits for the tasks that read it.
    pub held: bool,
}

/// A value and what pays for it. Both go when the last pin does: the claims first, so that the address of a buffer that is
/// being freed is not taken for that of a new one.
pub(crate) struct Cell<V> {
    pub(crate) claims: Claims,
    pub(crate) value: V,
}

impl<V> Deref for Cell<V> {
    type Target = V;

    fn deref(&self) -> &V {
        &self.value
    }
}

/// What the store notes of a value beside the value.
pub(crate) struct Note {
    pub(crate) key: Key,
    pub(crate) port: u16,
    pub(crate) held: bool,
    pub(crate) bytes: u64,
    pub(crate) rows: Option<u64>,
    pub(crate) since: Instant,
}

impl Note {
    pub(crate) fn entry(&self, pins: usize) -> StoreEntry {
        StoreEntry {
            key: self.key.clone(),
            port: self.port,
            bytes: self.bytes,
            rows: self.rows,
            age: self.since.elapsed(),
            pins,
            held: self.held,
        }
    }
}
