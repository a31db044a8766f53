//! A place in a store of the crate `object_store`.

use object_store::path::Path as ObjectPath;
use object_store::{Extensions, ObjectStore};
use std::fmt;
use std::sync::Arc;
use swath_memory::CancelToken;

use super::requests::Requests;
use super::table::{Store, Stores};
use super::upload::NewObject;
use super::url::{scheme, without_secrets};
use crate::folder::Unfinished;
use crate::list::Wanted;
use crate::{FileIdentity, IoError, RangeReader};

/// A store under its address. What it says of itself is not shown: it may have credentials in it.
pub(super) struct Objects {
    pub(super) store: Arc<dyn ObjectStore>,
    pub(super) requests: Arc<Requests>,
    pub(super) address: String,
    /// Whether the texts of its errors may be shown.
    pub(super) is_frank: bool,
}

/// An object, or what objects are listed by, in its store.
#[derive(Clone)]
pub(super) struct Place {
    pub(super) store: Arc<dyn ObjectStore>,
    pub(super) requests: Arc<Requests>,
    /// What stands before the key in URLs.
    pub(super) address: String,
    pub(super) key: ObjectPath,
    /// Whether the texts of its errors may be shown.
    pub(super) is_frank: bool,
    /// What requests bring to the client besides.
    pub(super) extensions: Extensions,
}

impl fmt::Debug for Objects {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut objects = f.debug_struct("Objects");
        objects
            .field("address", &self.address)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Place").field(&self.url()).finish()
    }
}

impl Stores {
    /// Makes URLs that begin with `address` name objects of `store`: what follows is their key.
    ///
    /// An address is a scheme and a host, or those and a prefix; of two that fit, the longer is taken. A store
    /// registered before under the same one is replaced.
    ///
    /// # Errors
    /// What is no address ([`IoError::Address`]); where the system gives no thread.
    ///
    /// ```
    /// use std::sync::Arc;
    /// use object_store::memory::InMemory;
    /// use swath_io::Stores;
    ///
    /// let stores = Stores::default();
    /// stores.register("memory://data", Arc::new(InMemory::new()))?;
    /// assert_eq!(stores.addresses(), ["memory://data"]);
    /// # Ok::<(), swath_io::IoError>(())
    /// ```
    pub fn register(
        &self,
        address: impl Into<String>,
        store: Arc<dyn ObjectStore>,
    ) -> Result<(), IoError> {
        let given: String = address.into();
        let address = given.trim_end_matches('/');
        let host = address.split_once("://").map_or("", |(_, host)| host);
        let local = scheme(address).is_none_or(|scheme| scheme == "file");
        if local || host.is_empty() || host.contains(['?', '@']) {
            return Err(IoError::Address {
                address: without_secrets(&given),
            });
        }
        let mut table = self.table();
        let objects = Objects {
            store,
            requests: table.requests(address)?,
            address: address.to_owned(),
            is_frank: true,
        };
        table.stores.insert(address.to_owned(), Arc::new(objects));
        Ok(())
    }
}

impl Objects {
    fn place(&self, key: &str) -> Result<Place, IoError> {
        let parsed = ObjectPath::parse(key).map_err(|error| IoError::Pattern {
            pattern: format!("{}/{key}", self.address),
            reason: error.to_string(),
        })?;
        Ok(Place {
            store: Arc::clone(&self.store),
            requests: Arc::clone(&self.requests),
            address: self.address.clone(),
            key: parsed,
            is_frank: self.is_frank,
            extensions: Extensions::new(),
        })
    }
}

impl Store for Objects {
    fn list(
        &self,
        key: &str,
        wanted: &Wanted<'_>,
        cancel: &CancelToken,
    ) -> Result<Vec<FileIdentity>, IoError> {
        self.place(key)?.list(wanted, cancel)
    }

    fn open(
        &self,
        key: &str,
        identity: &FileIdentity,
        cancel: &CancelToken,
    ) -> Result<Arc<dyn RangeReader>, IoError> {
        Ok(Arc::new(self.place(key)?.open(identity, cancel)))
    }

    fn names(&self, key: &str, cancel: &CancelToken) -> Result<Vec<String>, IoError> {
        self.place(key)?.names_below(cancel)
    }

    fn create(
        &self,
        key: &str,
        shown: &str,
        cancel: &CancelToken,
    ) -> Result<Box<dyn Unfinished>, IoError> {
        Ok(Box::new(NewObject::new(self.place(key)?, shown, cancel)))
    }

    fn get(&self, key: &str, cancel: &CancelToken) -> Result<Option<Vec<u8>>, IoError> {
        self.place(key)?.get(cancel)
    }

    fn copy(&self, from: &str, to: &str, cancel: &CancelToken) -> Result<(), IoError> {
        self.place(from)?.copy(&self.place(to)?, cancel)
    }

    fn remove(&self, key: &str, cancel: &CancelToken) -> Result<(), IoError> {
        self.place(key)?.remove(cancel)
    }
}

impl Place {
    /// The URL of a key of this store.
    pub(super) fn url_of(&self, key: &ObjectPath) -> String {
        format!("{}/{key}", self.address)
    }

    /// The URL.
    pub(super) fn url(&self) -> String {
        if self.key.as_ref().is_empty() {
            self.address.clone()
        } else {
            self.url_of(&self.key)
        }
    }

    /// Another key of the same store.
    pub(super) fn at(&self, key: ObjectPath) -> Self {
        Self {
            key,
            ..self.clone()
        }
    }
}
