//! Reading an object in ranges.

use bytes::Bytes;
use object_store::{GetOptions, GetRange, ObjectMeta, coalesce_ranges};
use std::ops::Range;
use std::sync::Arc;
use swath_memory::CancelToken;

use super::place::Place;
use super::requests::{Refusal, Ticket};
use crate::range::Pending;
use crate::{FileIdentity, IoError, RangeReader};

/// Bytes between two ranges up to which one request for both is cheaper than two.
const GAP: u64 = 1 << 20;

/// One object in the state that a plan was made for.
#[derive(Debug)]
pub(super) struct Object {
    place: Place,
    identity: Arc<FileIdentity>,
    cancel: CancelToken,
}

impl Place {
    /// A reader of the object in this state.
    pub(super) fn open(&self, identity: &FileIdentity, cancel: &CancelToken) -> Object {
        Object {
            place: self.clone(),
            identity: Arc::new(identity.clone()),
            cancel: cancel.clone(),
        }
    }

    /// The bytes of a small object; nothing if it is not there.
    pub(super) fn get(&self, cancel: &CancelToken) -> Result<Option<Vec<u8>>, IoError> {
        let key = self.key.clone();
        let options = GetOptions {
            extensions: self.extensions.clone(),
            ..GetOptions::default()
        };
        let got = self.begin(|store| async move {
            match store.get_opts(&key, options).await {
                Err(object_store::Error::NotFound { .. }) => Ok(None),
                answer => Ok(Some(answer?.bytes().await?.to_vec())),
            }
        });
        got.wait(cancel)
            .map_err(|refusal| refusal.during("read", &self.url()))
    }

    /// What the store says about the object.
    pub(super) fn head(&self) -> Ticket<ObjectMeta> {
        let key = self.key.clone();
        let options = GetOptions {
            head: true,
            extensions: self.extensions.clone(),
            ..GetOptions::default()
        };
        self.begin(|store| async move { Ok(store.get_opts(&key, options).await?.meta) })
    }
}

impl Object {
    fn begin(&self, ranges: &[Range<u64>]) -> Ticket<Vec<Bytes>> {
        let (place, identity) = (self.place.clone(), Arc::clone(&self.identity));
        let ranges = ranges.to_vec();
        self.place.begin(|_| async move {
            let get = |range| get(place.clone(), Arc::clone(&identity), range);
            coalesce_ranges(&ranges, get, GAP).await
        })
    }
}

/// One range, of the object in this state.
async fn get(
    place: Place,
    identity: Arc<FileIdentity>,
    range: Range<u64>,
) -> Result<Bytes, Refusal> {
    // Stores refuse a range of nothing.
    if range.is_empty() {
        return Ok(Bytes::new());
    }
    let wanted = range.end - range.start;
    let options = GetOptions {
        range: Some(GetRange::Bounded(range)),
        // The store itself refuses if the object is another by now. A weak tag matches nothing, by definition.
        if_match: identity.etag.clone().filter(|tag| !tag.starts_with("W/")),
        extensions: place.extensions.clone(),
        ..GetOptions::default()
    };
    let answer = place.store.get_opts(&place.key, options).await?;
    // Not every store looks at the condition.
    if let Some(change) = identity.change(&identity_of(String::new(), &answer.meta)) {
        return Err(Refusal::Changed(change));
    }
    let bytes = answer.bytes().await?;
    if bytes.len() as u64 == wanted {
        Ok(bytes)
    } else {
        let came = bytes.len();
        Err(Refusal::Changed(format!(
            "{came} bytes came where {wanted} were asked for"
        )))
    }
}

impl RangeReader for Object {
    fn read(&self, ranges: &[Range<u64>]) -> Result<Vec<Bytes>, IoError> {
        self.begin(ranges)
            .wait(&self.cancel)
            .map_err(|refusal| refusal.during("read", &self.identity.path))
    }

    fn identity(&self) -> Result<FileIdentity, IoError> {
        let meta = self
            .place
            .head()
            .wait(&self.cancel)
            .map_err(|refusal| refusal.during("read", &self.identity.path))?;
        Ok(identity_of(self.identity.path.clone(), &meta))
    }

    fn request(&self, ranges: &[Range<u64>]) -> Option<Pending> {
        let (ticket, cancel) = (self.begin(ranges), self.cancel.clone());
        let path = self.identity.path.clone();
        Some(Pending::new(move || {
            ticket
                .wait(&cancel)
                .map_err(|refusal| refusal.during("read", &path))
        }))
    }
}

/// An object and its state. Its version tells states apart; where it has none, its time does, in seconds, since
/// listings and answers of one store differ in anything finer.
pub(super) fn identity_of(path: String, meta: &ObjectMeta) -> FileIdentity {
    let modified = match meta.e_tag {
        Some(_) => 0,
        None => u64::try_from(meta.last_modified.timestamp()).unwrap_or(0) * 1_000_000_000,
    };
    FileIdentity {
        path,
        len: meta.size,
        modified,
        etag: meta.e_tag.clone(),
    }
}
