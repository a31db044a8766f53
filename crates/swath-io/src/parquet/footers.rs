//! The footers that a session has looked at, read once, many at a time.

use bytes::Bytes;
use std::collections::{HashMap, VecDeque};
use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};

use super::column::Waiting;
use super::contain::contain;
use super::footer::Footer;
use crate::range::{Pending, open_file};
use crate::{FileIdentity, IoContext, IoError, RangeReader};

/// Bytes of footers that a cache keeps.
const CACHED_BYTES: usize = 128 << 20;

/// Bytes read at once from the end of a file: most footers whole.
const TAIL: u64 = 64 << 10;

/// Requests for footers under way at a time.
const REQUESTS: usize = 16;

/// Footers of the files that a session has looked at, by the state of the file.
///
/// Keeps about 128 MiB of them, the latest, and up to 64 MiB of page buffers that readers leave to those after them. Any number of
/// threads may use it.
#[derive(Debug, Default)]
pub struct FooterCache {
    table: Mutex<Table>,
    /// Here because it lives as long as the session, as footers do.
    pub(super) buffers: Waiting,
}

/// A footer on its way.
enum Coming {
    Here(Arc<Footer>),
    File(Arc<dyn RangeReader>),
    Request {
        reader: Arc<dyn RangeReader>,
        tail: Pending,
    },
}

#[derive(Debug, Default)]
struct Table {
    footers: HashMap<String, Arc<Footer>>,
    order: VecDeque<String>,
    bytes: usize,
}

impl FooterCache {
    /// Frees the page buffers that wait for a next reader. Footers stay, and so do the buffers of open readers.
    pub fn free_buffers(&self) {
        self.buffers.free();
    }

    /// The footer of a file in this state, read if it is not here.
    pub(super) fn get(
        &self,
        identity: &FileIdentity,
        reader: &dyn RangeReader,
    ) -> Result<Arc<Footer>, IoError> {
        if let Some(footer) = self.find(identity) {
            return Ok(footer);
        }
        let tail = reader
            .read(std::slice::from_ref(&tail_of(identity)))?
            .remove(0);
        self.load(identity, reader, tail)
    }

    /// The footers of files in these states, in order. Where requests take long, many are under way at a time.
    pub(super) fn open_all(
        &self,
        files: &[FileIdentity],
        context: &IoContext,
    ) -> Result<Vec<Arc<Footer>>, IoError> {
        let mut footers = Vec::with_capacity(files.len());
        let mut ahead: VecDeque<Coming> = VecDeque::new();
        let mut next = files.iter();
        while footers.len() < files.len() {
            context.cancel.check()?;
            while ahead.len() < REQUESTS
                && let Some(identity) = next.next()
            {
                ahead.push_back(self.ask(identity, context)?);
                // A local file is read when it is its turn: no need to hold many open.
                if !matches!(ahead.back(), Some(Coming::Request { .. })) {
                    break;
                }
            }
            let identity = &files[footers.len()];
            let Some(coming) = ahead.pop_front() else {
                break;
            };
            footers.push(match coming {
                Coming::Here(footer) => footer,
                Coming::File(reader) => self.get(identity, reader.as_ref())?,
                Coming::Request { reader, tail } => {
                    self.load(identity, reader.as_ref(), tail.wait()?.remove(0))?
                }
            });
        }
        Ok(footers)
    }

    /// Begins to get a footer.
    fn ask(&self, identity: &FileIdentity, context: &IoContext) -> Result<Coming, IoError> {
        if let Some(footer) = self.find(identity) {
            return Ok(Coming::Here(footer));
        }
        let reader = open_file(identity, context)?;
        Ok(match reader.request(&[tail_of(identity)]) {
            Some(tail) => Coming::Request { reader, tail },
            None => Coming::File(reader),
        })
    }

    fn load(
        &self,
        identity: &FileIdentity,
        reader: &dyn RangeReader,
        tail: Bytes,
    ) -> Result<Arc<Footer>, IoError> {
        // Not under the lock: several threads may parse several footers, and seldom the same one twice.
        let footer = contain(&identity.path, || Footer::load(identity, reader, tail))?;
        let footer = Arc::new(footer);
        self.put(&footer);
        Ok(footer)
    }

    /// The footer of a file in this state, opening the file only where it is not here.
    #[cfg(test)]
    pub(super) fn open(
        &self,
        identity: &FileIdentity,
        context: &IoContext,
    ) -> Result<Arc<Footer>, IoError> {
        match self.find(identity) {
            Some(footer) => Ok(footer),
            None => self.get(identity, open_file(identity, context)?.as_ref()),
        }
    }

    fn find(&self, identity: &FileIdentity) -> Option<Arc<Footer>> {
        let table = self.table.lock().unwrap_or_else(PoisonError::into_inner);
        table
            .footers
            .get(&identity.path)
            .filter(|footer| footer.identity == *identity)
            .map(Arc::clone)
    }

    fn put(&self, footer: &Arc<Footer>) {
        let mut table = self.table.lock().unwrap_or_else(PoisonError::into_inner);
        let path = footer.identity.path.clone();
        table.bytes += footer.metadata.memory_size();
        if let Some(before) = table.footers.insert(path.clone(), Arc::clone(footer)) {
            table.bytes -= before.metadata.memory_size();
        } else {
            table.order.push_back(path);
        }
        while table.bytes > CACHED_BYTES && table.order.len() > 1 {
            let Some(oldest) = table.order.pop_front() else {
                return;
            };
            if let Some(footer) = table.footers.remove(&oldest) {
                table.bytes -= footer.metadata.memory_size();
            }
        }
    }
}

/// The range of a file's last bytes.
fn tail_of(identity: &FileIdentity) -> Range<u64> {
    identity.len.saturating_sub(TAIL)..identity.len
}
