//! The beginning and the end of a write into a store: both belong to the process that asked for it.

use std::time::Duration;

use super::hidden::HiddenPrefix;
use super::objects::Objects;
use super::publish::Publication;
use super::target::PrefixTarget;
use crate::IoError;
use crate::folder::staged::new_id;
use crate::store::Located;

/// The longest that dropping a write waits for one answer of the store.
const PATIENCE: Duration = Duration::from_secs(5);

/// A write under way. Dropped, it undoes a publish that was interrupted and removes what is hidden.
#[derive(Debug)]
pub(in crate::folder) struct PrefixWrite {
    staged: HiddenPrefix,
    place: Located,
}

impl PrefixTarget {
    /// See [`WriteTarget::begin`](crate::WriteTarget::begin).
    pub(in crate::folder) fn begin(&self) -> Result<PrefixWrite, IoError> {
        self.check()?;
        Ok(PrefixWrite {
            staged: HiddenPrefix {
                url: self.url.clone(),
                id: new_id(),
                kind: self.kind.clone(),
                mode: self.mode,
            },
            place: self.place.clone(),
        })
    }
}

impl PrefixWrite {
    pub(in crate::folder) fn staged(&self) -> &HiddenPrefix {
        &self.staged
    }
}

impl Drop for PrefixWrite {
    fn drop(&mut self) {
        let prefix = Objects::new(self.place.clone(), PATIENCE);
        let publication = Publication::of(&self.staged, prefix);
        // Nobody is left to be told of an error here.
        if let Err(error) = publication.withdraw().and_then(|()| publication.clean()) {
            tracing::warn!(folder = %self.staged.url, %error, "what a write has hidden stays");
        }
    }
}
