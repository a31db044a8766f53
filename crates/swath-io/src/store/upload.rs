//! Writing an object that is seen when it is whole.

use object_store::{
    CopyOptions, MultipartUpload, ObjectStore, ObjectStoreExt, PutMultipartOptions, PutOptions,
};
use std::fmt;
use std::io::{self, Write};
use std::time::{Duration, Instant};
use swath_memory::CancelToken;

use super::place::Place;
use super::requests::{Refusal, Ticket};
use crate::IoError;
use crate::folder::Unfinished;

/// Bytes of a part: all but the last are this long, as some stores ask.
const PART: usize = 8 << 20;

/// The longest that dropping an unfinished object waits for the store to take it back.
const PATIENCE: Duration = Duration::from_secs(5);

/// An object that is being written: up to one part of it here, one on its way, the rest in the store, where nobody
/// sees it before it is finished. Dropped before that, it is taken back.
pub(super) struct NewObject {
    place: Place,
    /// What errors call it.
    shown: String,
    cancel: CancelToken,
    held: Vec<u8>,
    upload: Option<Box<dyn MultipartUpload>>,
    part: Option<Ticket<()>>,
    written: u64,
}

impl fmt::Debug for NewObject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut object = f.debug_struct("NewObject");
        object
            .field("place", &self.place)
            .field("written", &self.written)
            .finish_non_exhaustive()
    }
}

impl NewObject {
    pub(super) fn new(place: Place, shown: &str, cancel: &CancelToken) -> Self {
        Self {
            place,
            shown: shown.to_owned(),
            cancel: cancel.clone(),
            held: Vec::new(),
            upload: None,
            part: None,
            written: 0,
        }
    }

    fn complete(&mut self) -> Result<(), Refusal> {
        let rest = std::mem::take(&mut self.held);
        if self.upload.is_none() {
            let key = self.place.key.clone();
            let put = self.place.begin(|store| async move {
                store
                    .put_opts(&key, rest.into(), PutOptions::default())
                    .await?;
                Ok(())
            });
            return put.wait(&self.cancel);
        }
        if !rest.is_empty() {
            self.send(rest)?;
        }
        self.arrived()?;
        let Some(mut upload) = self.upload.take() else {
            return Ok(());
        };
        let complete = self.place.begin(|_| async move {
            let done = upload.complete().await;
            Ok((upload, done))
        });
        // Not to be cancelled: an object that may or may not be there is worse than a late one.
        let (upload, done) = complete.wait(&CancelToken::new())?;
        done.map(drop).map_err(|error| {
            self.upload = Some(upload);
            Refusal::from(error).told_by(self.place.is_frank)
        })
    }

    /// Sends a part, when the one before has arrived.
    fn send(&mut self, part: Vec<u8>) -> Result<(), Refusal> {
        self.arrived()?;
        if self.upload.is_none() {
            let key = self.place.key.clone();
            let begun = self.place.begin(|store| async move {
                let options = PutMultipartOptions::default();
                Ok(store.put_multipart_opts(&key, options).await?)
            });
            self.upload = Some(begun.wait(&self.cancel)?);
        }
        if let Some(upload) = &mut self.upload {
            let sent = upload.put_part(part.into());
            self.part = Some(self.place.begin(|_| async move { Ok(sent.await?) }));
        }
        Ok(())
    }

    fn arrived(&mut self) -> Result<(), Refusal> {
        match self.part.take() {
            Some(part) => part.wait(&self.cancel),
            None => Ok(()),
        }
    }
}

impl Unfinished for NewObject {
    fn finish(mut self: Box<Self>) -> Result<u64, IoError> {
        self.complete()
            .map_err(|refusal| refusal.during("write", &self.shown))?;
        Ok(self.written)
    }

    fn held(&self) -> u64 {
        let on_its_way = if self.part.is_some() { PART } else { 0 };
        (self.held.capacity() + on_its_way) as u64
    }
}

impl Write for NewObject {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.held.extend_from_slice(bytes);
        self.written += bytes.len() as u64;
        while self.held.len() > PART {
            let rest = self.held.split_off(PART);
            let part = std::mem::replace(&mut self.held, rest);
            self.send(part)
                .map_err(|refusal| io::Error::other(refusal.during("write", &self.shown)))?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Drop for NewObject {
    fn drop(&mut self) {
        drop(self.part.take());
        if let Some(mut upload) = self.upload.take() {
            let abort = self
                .place
                .begin(|_| async move { Ok(upload.abort().await?) });
            // Nobody is left to be told of an error here.
            drop(abort.wait(&CancelToken::with_deadline(Instant::now() + PATIENCE)));
        }
    }
}

impl Place {
    /// Puts a copy of the object at another key, where it replaces what is there.
    pub(super) fn copy(&self, to: &Self, cancel: &CancelToken) -> Result<(), IoError> {
        let (from, key) = (self.key.clone(), to.key.clone());
        let copied = self.begin(|store| async move {
            store.copy_opts(&from, &key, CopyOptions::default()).await?;
            Ok(())
        });
        copied
            .wait(cancel)
            .map_err(|refusal| refusal.during("write", &to.url()))
    }

    /// Removes the object; that it is gone already is no error.
    pub(super) fn remove(&self, cancel: &CancelToken) -> Result<(), IoError> {
        let key = self.key.clone();
        let removed = self.begin(|store| async move {
            match store.delete(&key).await {
                Err(object_store::Error::NotFound { .. }) | Ok(()) => Ok(()),
                Err(error) => Err(error.into()),
            }
        });
        removed
            .wait(cancel)
            .map_err(|refusal| refusal.during("remove", &self.url()))
    }
}
