//! Which stores there are.

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use swath_memory::CancelToken;

#[cfg(feature = "cloud")]
use super::cloud::Clouds;
use super::options::StorageOptions;
#[cfg(feature = "object-store")]
use super::requests::Requests;
use super::url::{address, local_path, redacted, without_secrets};
use crate::folder::Unfinished;
use crate::list::Wanted;
use crate::natural::natural_order;
use crate::{FileIdentity, IoError, RangeReader};

/// What is kept under one address, by keys: the rest of a URL, without slashes at its ends.
///
/// Waiting for an answer ends when `cancel` says so.
pub(super) trait Store: Debug + Send + Sync {
    /// Refuses a store that takes no files.
    fn check_writable(&self) -> Result<(), IoError> {
        Ok(())
    }

    /// The files that a key names: a file, those below a folder, or those that match a glob; in any order.
    fn list(
        &self,
        key: &str,
        wanted: &Wanted<'_>,
        cancel: &CancelToken,
    ) -> Result<Vec<FileIdentity>, IoError>;

    /// A reader that refuses the file once it is another than `identity`.
    fn open(
        &self,
        key: &str,
        identity: &FileIdentity,
        cancel: &CancelToken,
    ) -> Result<Arc<dyn RangeReader>, IoError>;

    /// The keys of all files below a key, without it.
    fn names(&self, key: &str, cancel: &CancelToken) -> Result<Vec<String>, IoError>;

    /// Begins a file, which is seen when it is finished; errors call it `shown`.
    fn create(
        &self,
        key: &str,
        shown: &str,
        cancel: &CancelToken,
    ) -> Result<Box<dyn Unfinished>, IoError>;

    /// The bytes of a small file; nothing if it is not there.
    fn get(&self, key: &str, cancel: &CancelToken) -> Result<Option<Vec<u8>>, IoError>;

    /// Puts a copy of a file in another place, where it replaces what is there.
    fn copy(&self, from: &str, to: &str, cancel: &CancelToken) -> Result<(), IoError>;

    /// Removes a file; that it is gone already is no error.
    fn remove(&self, key: &str, cancel: &CancelToken) -> Result<(), IoError>;
}

/// The object stores that URLs may name, by address: `s3://bucket`, `memory://x`.
///
/// They are registered with the feature `object-store`; with the feature `cloud` URLs of `http(s)://`, `s3://`, `gs://` and
/// `az://` that none is registered for are opened as they are named. Requests run on two threads of their own, so that a
/// caller only waits for a channel and may stand on any thread, a runtime's too. Cloning shares the table.
#[derive(Clone, Debug, Default)]
pub struct Stores(Arc<Mutex<Table>>);

#[derive(Debug, Default)]
pub(super) struct Table {
    pub(super) stores: BTreeMap<String, Arc<dyn Store>>,
    /// Shared by all stores; there from the first on.
    #[cfg(feature = "object-store")]
    requests: Option<Arc<Requests>>,
    /// What is opened by URLs alone.
    #[cfg(feature = "cloud")]
    pub(super) clouds: Clouds,
}

/// A URL taken apart: its store, and its key there.
#[derive(Clone, Debug)]
pub(crate) struct Located {
    pub(super) store: Arc<dyn Store>,
    pub(super) address: String,
    pub(super) key: String,
}

impl Stores {
    /// The addresses, in order.
    pub fn addresses(&self) -> Vec<String> {
        self.table().stores.keys().cloned().collect()
    }

    /// The store and the key that a URL names; of two addresses that it begins with, the longer counts.
    pub(crate) fn locate(&self, url: &str) -> Result<Located, IoError> {
        let plain = without_secrets(url);
        if let Some(registered) = self.table().registered(&plain) {
            return Ok(registered);
        }
        #[cfg(feature = "cloud")]
        if let Some(opened) = super::cloud::locate(url, &mut self.table())? {
            return Ok(opened);
        }
        Err(IoError::NoStore {
            address: address(&plain).to_owned(),
            known: self.addresses(),
            url: plain,
        })
    }

    /// Takes note of the options that a reader or a writer of these paths was given for their stores.
    ///
    /// # Errors
    /// Options for a path of this machine, or for a store that was registered; names and values that the store does not know.
    pub(crate) fn configure(
        &self,
        paths: &[String],
        options: &StorageOptions,
    ) -> Result<(), IoError> {
        let Some(first) = options.names().next() else {
            return Ok(());
        };
        for path in paths {
            let refusal = |reason| IoError::StorageOption {
                name: first.to_owned(),
                address: redacted(path),
                reason,
            };
            if local_path(path).is_some() {
                return Err(refusal(
                    "is one of a store, and this is a path of this machine",
                ));
            }
            let plain = without_secrets(path);
            if self.table().registered(&plain).is_some() {
                return Err(refusal(
                    "comes too late for a store that the session was given as it is",
                ));
            }
            #[cfg(feature = "cloud")]
            self.table().clouds.configure(address(&plain), options)?;
        }
        Ok(())
    }

    pub(super) fn table(&self) -> MutexGuard<'_, Table> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Table {
    fn registered(&self, plain: &str) -> Option<Located> {
        self.stores.iter().rev().find_map(|(address, store)| {
            let rest = plain.strip_prefix(address.as_str())?;
            (rest.is_empty() || rest.starts_with('/')).then(|| Located {
                store: Arc::clone(store),
                address: address.clone(),
                key: rest.trim_matches('/').to_owned(),
            })
        })
    }

    /// The threads that requests run on; they start when the first store is there, and `address` is what errors name.
    #[cfg(feature = "object-store")]
    pub(super) fn requests(&mut self, address: &str) -> Result<Arc<Requests>, IoError> {
        if let Some(requests) = &self.requests {
            return Ok(Arc::clone(requests));
        }
        let requests = Requests::start().map_err(|source| IoError::File {
            action: "start threads for",
            path: address.to_owned(),
            source,
        })?;
        let requests = Arc::new(requests);
        self.requests = Some(Arc::clone(&requests));
        Ok(requests)
    }
}

impl Located {
    /// Refuses a store that takes no files.
    pub(crate) fn check_writable(&self) -> Result<(), IoError> {
        self.store.check_writable()
    }

    /// The files that the key names, by name.
    pub(crate) fn list(
        &self,
        wanted: &Wanted<'_>,
        cancel: &CancelToken,
    ) -> Result<Vec<FileIdentity>, IoError> {
        let mut files = self.store.list(&self.key, wanted, cancel)?;
        files.sort_by(|left, right| natural_order(&left.path, &right.path));
        Ok(files)
    }

    /// A reader of the file in this state.
    pub(crate) fn open(
        &self,
        identity: &FileIdentity,
        cancel: &CancelToken,
    ) -> Result<Arc<dyn RangeReader>, IoError> {
        self.store.open(&self.key, identity, cancel)
    }

    /// The names of all files below the key, as parts of a path from there, in order.
    pub(crate) fn names(&self, cancel: &CancelToken) -> Result<Vec<String>, IoError> {
        let mut names = self.store.names(&self.key, cancel)?;
        names.sort();
        Ok(names)
    }

    /// Begins the file; errors call it `shown`.
    pub(crate) fn create(
        &self,
        shown: &str,
        cancel: &CancelToken,
    ) -> Result<Box<dyn Unfinished>, IoError> {
        self.store.create(&self.key, shown, cancel)
    }

    /// The bytes of a small file; nothing if it is not there.
    pub(crate) fn get(&self, cancel: &CancelToken) -> Result<Option<Vec<u8>>, IoError> {
        self.store.get(&self.key, cancel)
    }

    /// Puts a copy at another place of the same store, where it replaces what is there.
    pub(crate) fn copy(&self, to: &Self, cancel: &CancelToken) -> Result<(), IoError> {
        self.store.copy(&self.key, &to.key, cancel)
    }

    /// Removes the file; that it is gone already is no error.
    pub(crate) fn remove(&self, cancel: &CancelToken) -> Result<(), IoError> {
        self.store.remove(&self.key, cancel)
    }

    /// What is below this under `name`.
    pub(crate) fn below(&self, name: &str) -> Self {
        let key = match self.key.as_str() {
            "" => name.to_owned(),
            key => format!("{key}/{name}"),
        };
        Self {
            key,
            ..self.clone()
        }
    }

    /// The URL, without a query.
    pub(crate) fn url(&self) -> String {
        match self.key.as_str() {
            "" => self.address.clone(),
            key => format!("{}/{key}", self.address),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_without_a_store_is_told_without_its_secrets() {
        let error = Stores::default()
            .locate("ftp://key:secret@host/x?token=secret")
            .expect_err("no store");
        insta::assert_snapshot!(error, @"`ftp://host/x` is in the store `ftp://host`, which this session does not have");
    }
}
