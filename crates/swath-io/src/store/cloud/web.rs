//! A file of a web server.

use object_store::path::Path as ObjectPath;
use object_store::{Extensions, ObjectStore};
use std::sync::Arc;
use swath_memory::CancelToken;

use super::link::Link;
use crate::folder::Unfinished;
use crate::list::Wanted;
use crate::store::object::identity_of;
use crate::store::place::Place;
use crate::store::requests::{Refusal, Requests};
use crate::store::table::Store;
use crate::{FileIdentity, IoError, RangeReader};

/// One file, which is all that a web server has as far as one can ask: it lists nothing, and takes nothing.
#[derive(Debug)]
pub(super) struct WebFile {
    place: Place,
    link: Link,
}

impl WebFile {
    pub(super) fn new(store: Arc<dyn ObjectStore>, requests: Arc<Requests>, link: Link) -> Self {
        // The client asks for what the link says, whatever the key.
        let mut extensions = Extensions::new();
        extensions.insert(link.clone());
        let place = Place {
            store,
            requests,
            address: link.shown().to_owned(),
            key: ObjectPath::default(),
            is_frank: false,
            extensions,
        };
        Self { place, link }
    }

    fn read_only(&self) -> IoError {
        IoError::ReadOnly {
            url: self.place.url(),
        }
    }
}

impl Store for WebFile {
    fn check_writable(&self) -> Result<(), IoError> {
        Err(self.read_only())
    }

    fn list(
        &self,
        _: &str,
        wanted: &Wanted<'_>,
        cancel: &CancelToken,
    ) -> Result<Vec<FileIdentity>, IoError> {
        let url = self.place.url();
        let path = self.link.uri().path();
        if path.ends_with('/') || self.link.is_pattern() {
            return Err(IoError::NoListing {
                url,
                verb: wanted.verb,
            });
        }
        match self.place.head().wait(cancel) {
            Ok(meta) => Ok(vec![identity_of(url, &meta)]),
            Err(Refusal::Store(object_store::Error::NotFound { .. })) => Err(IoError::NotThere {
                path: url,
                reason: None,
                nearest: None,
                beside: String::new(),
            }),
            Err(refusal) => Err(refusal.during("look at", &url)),
        }
    }

    fn open(
        &self,
        _: &str,
        identity: &FileIdentity,
        cancel: &CancelToken,
    ) -> Result<Arc<dyn RangeReader>, IoError> {
        Ok(Arc::new(self.place.open(identity, cancel)))
    }

    fn names(&self, _: &str, _: &CancelToken) -> Result<Vec<String>, IoError> {
        Err(self.read_only())
    }

    fn create(&self, _: &str, _: &str, _: &CancelToken) -> Result<Box<dyn Unfinished>, IoError> {
        Err(self.read_only())
    }

    fn get(&self, _: &str, _: &CancelToken) -> Result<Option<Vec<u8>>, IoError> {
        Err(self.read_only())
    }

    fn copy(&self, _: &str, _: &str, _: &CancelToken) -> Result<(), IoError> {
        Err(self.read_only())
    }

    fn remove(&self, _: &str, _: &CancelToken) -> Result<(), IoError> {
        Err(self.read_only())
    }
}
