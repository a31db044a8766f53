//! What is in a store.

use futures_util::TryStreamExt;
use object_store::ObjectMeta;
use object_store::path::Path as ObjectPath;
use std::path::Path;
use swath_memory::CancelToken;
use swath_meta::nearest;

use super::object::identity_of;
use super::place::Place;
use super::requests::Refusal;
use crate::list::{Wanted, glob, has_extension, is_glob, starts_hidden};
use crate::words::contents;
use crate::{FileIdentity, IoError};

impl Place {
    /// The objects that the key names: one, those below a prefix, or those that match a glob.
    ///
    /// Cost: one request for an object, two or more for a prefix.
    pub(super) fn list(
        &self,
        wanted: &Wanted<'_>,
        cancel: &CancelToken,
    ) -> Result<Vec<FileIdentity>, IoError> {
        let found = if is_glob(self.key.as_ref()) {
            self.matching(cancel)
        } else {
            self.named(wanted, cancel)
        }?;
        let identity = |meta: &ObjectMeta| identity_of(self.url_of(&meta.location), meta);
        Ok(found.iter().map(identity).collect())
    }

    /// The keys of all objects below the key, without it.
    pub(super) fn names_below(&self, cancel: &CancelToken) -> Result<Vec<String>, IoError> {
        let below = |meta: &ObjectMeta| {
            let parts = meta.location.prefix_match(&self.key)?;
            let names: Vec<String> = parts.map(|part| part.as_ref().to_owned()).collect();
            Some(names.join("/"))
        };
        Ok(self
            .objects(true, cancel)?
            .iter()
            .filter_map(below)
            .collect())
    }

    /// The objects that the key matches as a glob.
    fn matching(&self, cancel: &CancelToken) -> Result<Vec<ObjectMeta>, IoError> {
        let pattern = self.key.as_ref();
        let matcher = glob(pattern).map_err(|error| match error {
            IoError::Pattern { reason, .. } => IoError::Pattern {
                pattern: self.url(),
                reason,
            },
            other => other,
        })?;
        let parts: Vec<&str> = pattern.split('/').collect();
        let fixed = parts.iter().take_while(|part| !is_glob(part)).count();
        let root = self.at(ObjectPath::from(parts[..fixed].join("/")));
        // A pattern of names alone need not look into folders.
        let deep = fixed + 1 < parts.len() || pattern.contains("**");
        let found: Vec<ObjectMeta> = root
            .objects(deep, cancel)?
            .into_iter()
            .filter(|meta| matcher.is_match(meta.location.as_ref()) && !root.hides(&meta.location))
            .collect();
        if !found.is_empty() {
            return Ok(found);
        }
        let (shown, names) = (root.url(), root.names(cancel)?);
        let (reason, near) = if names.is_empty() && fixed > 0 {
            let (_, near) = root.neighbours(cancel)?;
            (Some(format!(": there is no folder `{shown}`")), near)
        } else {
            (None, None)
        };
        Err(IoError::NoMatch {
            pattern: self.url(),
            reason,
            nearest: near,
            beside: contents(&shown, &names),
        })
    }

    /// The object that the key names, or those of the format below it.
    fn named(&self, wanted: &Wanted<'_>, cancel: &CancelToken) -> Result<Vec<ObjectMeta>, IoError> {
        if !self.key.as_ref().is_empty() {
            match self.head().wait(cancel) {
                Ok(meta) => return Ok(vec![meta]),
                Err(Refusal::Store(object_store::Error::NotFound { .. })) => {}
                Err(refusal) => return Err(refusal.during("look at", &self.url())),
            }
        }
        let all = self.objects(true, cancel)?;
        let (hidden, seen): (Vec<_>, Vec<_>) =
            all.into_iter().partition(|meta| self.hides(&meta.location));
        let files = seen.len();
        let ends =
            |meta: &ObjectMeta| has_extension(Path::new(meta.location.as_ref()), wanted.extensions);
        let example = seen.first().map(|meta| meta.location.to_string());
        let found: Vec<ObjectMeta> = seen.into_iter().filter(ends).collect();
        if !found.is_empty() {
            return Ok(found);
        }
        if files + hidden.len() > 0 {
            return Err(wanted.none_ends(&self.url(), files, hidden.len(), example.as_deref()));
        }
        let (beside, nearest) = self.neighbours(cancel)?;
        Err(IoError::NotThere {
            path: self.url(),
            reason: None,
            nearest,
            beside,
        })
    }

    /// The objects below the key; those of folders below it only where `deep` says so.
    fn objects(&self, deep: bool, cancel: &CancelToken) -> Result<Vec<ObjectMeta>, IoError> {
        let key = self.key.clone();
        let listed = self.begin(|store| async move {
            if deep {
                Ok(store.list(Some(&key)).try_collect().await?)
            } else {
                Ok(store.list_with_delimiter(Some(&key)).await?.objects)
            }
        });
        listed
            .wait(cancel)
            .map_err(|refusal| refusal.during("list", &self.url()))
    }

    /// The names of objects and folders directly below the key.
    fn names(&self, cancel: &CancelToken) -> Result<Vec<String>, IoError> {
        let key = self.key.clone();
        let listed = self.begin(|store| async move {
            let listed = store.list_with_delimiter(Some(&key)).await?;
            let objects = listed.objects.iter().map(|meta| meta.location.filename());
            let folders = listed.common_prefixes.iter().map(ObjectPath::filename);
            let mut names: Vec<String> = objects
                .chain(folders)
                .flatten()
                .map(str::to_owned)
                .collect();
            names.sort();
            Ok(names)
        });
        listed
            .wait(cancel)
            .map_err(|refusal| refusal.during("list", &self.url()))
    }

    /// What is in the last folder on the way to a key that is not there, and the nearest name to what is missing in it.
    fn neighbours(&self, cancel: &CancelToken) -> Result<(String, Option<String>), IoError> {
        let mut key = self.key.as_ref();
        loop {
            let (above, name) = key.rsplit_once('/').unwrap_or(("", key));
            let folder = self.at(ObjectPath::from(above));
            let names = folder.names(cancel)?;
            if names.is_empty() && !above.is_empty() {
                key = above;
                continue;
            }
            let near = nearest(name, names.iter().map(String::as_str));
            let near = near.map(|near| folder.at(folder.key.clone().join(near)).url());
            return Ok((contents(&folder.url(), &names), near));
        }
    }

    /// Whether a name on the way from here to an object marks what belongs to a program, not to the data.
    fn hides(&self, object: &ObjectPath) -> bool {
        object
            .prefix_match(&self.key)
            .is_some_and(|mut parts| parts.any(|part| starts_hidden(part.as_ref())))
    }
}
