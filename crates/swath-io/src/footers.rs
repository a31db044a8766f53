//! What a session keeps of the files that it has looked at.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::FileIdentity;
use crate::{ipc, parquet};

/// Bytes of footers of one format that a cache keeps.
const CACHED_BYTES: usize = 128 << 20;

/// Footers of the files that a session has looked at, by the state of the file.
///
/// Keeps about 128 MiB of them for each format, the latest, and up to 64 MiB of page buffers that readers leave to those after
/// them. Any number of threads may use it.
#[derive(Debug, Default)]
pub struct FooterCache {
    pub(crate) parquet: Kept<parquet::Footer>,
    pub(crate) ipc: Kept<ipc::Footer>,
    /// Here because it lives as long as the session, as footers do.
    pub(crate) buffers: parquet::Waiting,
}

impl FooterCache {
    /// Frees the page buffers that wait for a next reader. Footers stay, and so do the buffers of open readers.
    pub fn free_buffers(&self) {
        self.buffers.free();
    }
}

/// What a file says about itself.
pub(crate) trait OfFile {
    /// The file, in the state in which it said so.
    fn identity(&self) -> &FileIdentity;

    /// Bytes that it takes in memory.
    fn bytes(&self) -> usize;
}

/// The latest footers of one format.
#[derive(Debug)]
pub(crate) struct Kept<F>(Mutex<Table<F>>);

#[derive(Debug)]
struct Table<F> {
    footers: HashMap<String, Arc<F>>,
    order: VecDeque<String>,
    bytes: usize,
}

impl<F> Default for Kept<F> {
    fn default() -> Self {
        Self(Mutex::new(Table {
            footers: HashMap::new(),
            order: VecDeque::new(),
            bytes: 0,
        }))
    }
}

impl<F: OfFile> Kept<F> {
    /// The footer of a file in this state, if it is here.
    pub(crate) fn find(&self, identity: &FileIdentity) -> Option<Arc<F>> {
        (self.table().footers.get(&identity.path))
            .filter(|footer| footer.identity() == identity)
            .map(Arc::clone)
    }

    /// Keeps a footer, and lets the oldest go for it.
    pub(crate) fn put(&self, footer: &Arc<F>) {
        let mut table = self.table();
        let path = footer.identity().path.clone();
        table.bytes += footer.bytes();
        if let Some(before) = table.footers.insert(path.clone(), Arc::clone(footer)) {
            table.bytes -= before.bytes();
        } else {
            table.order.push_back(path);
        }
        while table.bytes > CACHED_BYTES && table.order.len() > 1 {
            let Some(oldest) = table.order.pop_front() else {
                return;
            };
            if let Some(footer) = table.footers.remove(&oldest) {
                table.bytes -= footer.bytes();
            }
        }
    }

    fn table(&self) -> MutexGuard<'_, Table<F>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
