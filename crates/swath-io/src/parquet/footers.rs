//! Reading footers: once, many at a time.

use bytes::Bytes;
use std::collections::VecDeque;
use std::ops::Range;
use std::sync::Arc;

use super::contain::contain;
use super::footer::Footer;
use crate::range::{Pending, open_file};
use crate::{FileIdentity, FooterCache, IoContext, IoError, RangeReader};

/// Bytes read at once from the end of a file: most footers whole.
const TAIL: u64 = 64 << 10;

/// Requests for footers under way at a time.
const REQUESTS: usize = 16;

/// A footer on its way.
enum Coming {
    Here(Arc<Footer>),
    File(Arc<dyn RangeReader>),
    Request {
        reader: Arc<dyn RangeReader>,
        tail: Pending,
    },
}

impl FooterCache {
    /// The footer of a file in this state, read if it is not here.
    pub(super) fn get(
        &self,
        identity: &FileIdentity,
        reader: &dyn RangeReader,
    ) -> Result<Arc<Footer>, IoError> {
        if let Some(footer) = self.parquet.find(identity) {
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
        if let Some(footer) = self.parquet.find(identity) {
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
        self.parquet.put(&footer);
        Ok(footer)
    }

    /// The footer of a file in this state, opening the file only where it is not here.
    #[cfg(test)]
    pub(super) fn open(
        &self,
        identity: &FileIdentity,
        context: &IoContext,
    ) -> Result<Arc<Footer>, IoError> {
        match self.parquet.find(identity) {
            Some(footer) => Ok(footer),
            None => self.get(identity, open_file(identity, context)?.as_ref()),
        }
    }
}

/// The range of a file's last bytes.
fn tail_of(identity: &FileIdentity) -> Range<u64> {
    identity.len.saturating_sub(TAIL)..identity.len
}
