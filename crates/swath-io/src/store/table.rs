//! Which stores there are.

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use swath_memory::CancelToken;

#[cfg(feature = "object-store")]
use super::requests::Requests;
use super::url::{address, without_secrets};
use crate::folder::Unpublished;
use crate::list::Wanted;
use crate::{FileIdentity, IoError, RangeReader};

/// What is kept under one address, by keys: the rest of a URL, without slashes at its ends.
///
/// Waiting for an answer ends when `cancel` says so.
pub(super) trait Store: Debug + Send + Sync {
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

    /// The URLs of the files directly in a folder whose names end so.
    fn files(
        &self,
        key: &str,
        extensions: &[&str],
        cancel: &CancelToken,
    ) -> Result<Vec<String>, IoError>;

    /// Begins a file, which is seen when it is published.
    fn create(&self, key: &str, cancel: &CancelToken) -> Result<Box<dyn Unpublished>, IoError>;

    /// Removes a file; that it is gone already is no error.
    fn remove(&self, key: &str, cancel: &CancelToken) -> Result<(), IoError>;
}

/// The object stores that URLs may name, by address: `s3://bucket`, `memory://x`.
///
/// They are registered with the feature `object-store`. Requests run on two threads of their own, so that a caller
/// only waits for a channel and may stand on any thread, a runtime's too. Cloning shares the table.
#[derive(Clone, Debug, Default)]
pub struct Stores(Arc<Mutex<Table>>);

#[derive(Debug, Default)]
pub(super) struct Table {
    pub(super) stores: BTreeMap<String, Arc<dyn Store>>,
    /// Shared by all stores; there from the first on.
    #[cfg(feature = "object-store")]
    pub(super) requests: Option<Arc<Requests>>,
}

/// A URL taken apart: its store, and its key there.
#[derive(Clone, Debug)]
pub(crate) struct Located {
    store: Arc<dyn Store>,
    address: String,
    key: String,
}

impl Stores {
    /// The addresses, in order.
    pub fn addresses(&self) -> Vec<String> {
        self.table().stores.keys().cloned().collect()
    }

    /// The store and the key that a URL names; of two addresses that it begins with, the longer counts.
    pub(crate) fn locate(&self, url: &str) -> Result<Located, IoError> {
        let plain = without_secrets(url);
        let table = self.table();
        let found = table.stores.iter().rev().find_map(|(address, store)| {
            let rest = plain.strip_prefix(address.as_str())?;
            (rest.is_empty() || rest.starts_with('/')).then(|| Located {
                store: Arc::clone(store),
                address: address.clone(),
                key: rest.trim_matches('/').to_owned(),
            })
        });
        found.ok_or_else(|| IoError::NoStore {
            address: address(&plain).to_owned(),
            known: table.stores.keys().cloned().collect(),
            url: plain,
        })
    }

    pub(super) fn table(&self) -> MutexGuard<'_, Table> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Located {
    /// The files that the key names, by name.
    pub(crate) fn list(
        &self,
        wanted: &Wanted<'_>,
        cancel: &CancelToken,
    ) -> Result<Vec<FileIdentity>, IoError> {
        let mut files = self.store.list(&self.key, wanted, cancel)?;
        files.sort_by(|left, right| left.path.cmp(&right.path));
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

    /// The URLs of the files directly below the key whose names end so, by name.
    pub(crate) fn files(
        &self,
        extensions: &[&str],
        cancel: &CancelToken,
    ) -> Result<Vec<String>, IoError> {
        let mut files = self.store.files(&self.key, extensions, cancel)?;
        files.sort();
        Ok(files)
    }

    /// Begins the file.
    pub(crate) fn create(&self, cancel: &CancelToken) -> Result<Box<dyn Unpublished>, IoError> {
        self.store.create(&self.key, cancel)
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
            .locate("s3://key:secret@bucket/x?token=secret")
            .expect_err("no store");
        insta::assert_snapshot!(error, @"`s3://bucket/x` is in the store `s3://bucket`, which this session does not have");
    }
}
