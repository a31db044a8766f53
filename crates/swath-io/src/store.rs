//! Object stores: registered by address, listed and read on threads of their own.

use bytes::Bytes;
use object_store::path::Path as ObjectPath;
use object_store::{GetOptions, GetRange, ObjectMeta, ObjectStore};
use std::collections::BTreeMap;
use std::future::Future;
use std::io;
use std::ops::Range;
use std::path::Path;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};

use crate::list::{glob, has_extension, is_glob, is_hidden};
use crate::{FileIdentity, IoError, RangeReader};

/// Requests that may be under way at once.
const THREADS: usize = 4;

/// The object stores that URLs may name, by address: `s3://bucket`, `memory://x`.
///
/// Requests run on a few threads of their own, so that a caller only waits for a channel and may stand on any
/// thread, a runtime's too. They start with the first store. Cloning shares the table.
#[derive(Clone, Debug, Default)]
pub struct Stores {
    table: Arc<Mutex<BTreeMap<String, Store>>>,
}

#[derive(Clone, Debug)]
struct Store {
    store: Arc<dyn ObjectStore>,
    threads: Arc<Threads>,
}

impl Stores {
    /// Makes URLs that begin with `address` (scheme and host, without a path) name objects of `store`.
    ///
    /// # Errors
    /// Where the system gives no thread.
    pub fn register(
        &self,
        address: impl Into<String>,
        store: Arc<dyn ObjectStore>,
    ) -> Result<(), IoError> {
        let address = address.into();
        let started = Threads::start().map_err(|source| IoError::File {
            action: "start a thread for",
            path: address.clone(),
            source,
        })?;
        let store = Store {
            store,
            threads: Arc::new(started),
        };
        self.table
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(address.trim_end_matches('/').to_owned(), store);
        Ok(())
    }

    /// A reader of the object that `url` names.
    ///
    /// # Errors
    /// [`IoError::NoStore`].
    pub fn open(&self, identity: &FileIdentity) -> Result<Arc<dyn RangeReader>, IoError> {
        let (store, path, _) = self.find(&identity.path)?;
        Ok(Arc::new(Object {
            store,
            path,
            url: identity.path.clone(),
            etag: identity.etag.clone(),
        }))
    }

    /// The objects that `url` names: an object, those below a prefix, or those that match a glob.
    pub(crate) fn list(
        &self,
        url: &str,
        extensions: &[&str],
    ) -> Result<Vec<FileIdentity>, IoError> {
        let (store, path, address) = self.find(url)?;
        let key = path.to_string();
        let failed = |source: object_store::Error| failed("list", url, source);
        let identity = |meta: ObjectMeta| identity_of(format!("{address}/{}", meta.location), meta);
        let no_match = || IoError::NoMatch {
            pattern: without_query(url),
            found: None,
        };
        if is_glob(&key) {
            let matcher = glob(&key)?;
            let root: Vec<&str> = key.split('/').take_while(|part| !is_glob(part)).collect();
            let mut found: Vec<_> = store
                .walk(ObjectPath::from(root.join("/")))
                .map_err(failed)?
                .into_iter()
                .filter(|meta| {
                    matcher.is_match(meta.location.as_ref())
                        && !is_hidden(Path::new(meta.location.as_ref()))
                })
                .map(identity)
                .collect();
            found.sort_by(|left, right| left.path.cmp(&right.path));
            return if found.is_empty() {
                Err(no_match())
            } else {
                Ok(found)
            };
        }
        let head = {
            let (inner, path) = (Arc::clone(&store.store), path.clone());
            store.threads.run(async move {
                let options = GetOptions {
                    head: true,
                    ..GetOptions::default()
                };
                inner
                    .get_opts(&path, options)
                    .await
                    .map(|result| result.meta)
            })
        };
        match head {
            Ok(meta) => return Ok(vec![identity(meta)]),
            Err(object_store::Error::NotFound { .. }) => {}
            Err(error) => return Err(failed(error)),
        }
        let mut found: Vec<_> = store
            .walk(path)
            .map_err(failed)?
            .into_iter()
            .filter(|meta| {
                let path = Path::new(meta.location.as_ref());
                has_extension(path, extensions)
                    && !path.iter().any(|part| is_hidden(Path::new(part)))
            })
            .map(identity)
            .collect();
        found.sort_by(|left, right| left.path.cmp(&right.path));
        if found.is_empty() {
            Err(no_match())
        } else {
            Ok(found)
        }
    }

    fn find(&self, url: &str) -> Result<(Store, ObjectPath, String), IoError> {
        let table = self.table.lock().unwrap_or_else(PoisonError::into_inner);
        let plain = without_query(url);
        let found = table.iter().rev().find(|(address, _)| {
            plain
                .strip_prefix(address.as_str())
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        });
        let Some((address, store)) = found else {
            let scheme = scheme(url).unwrap_or("file").to_owned();
            return Err(IoError::NoStore { url: plain, scheme });
        };
        let key = plain[address.len()..].trim_matches('/');
        let path = ObjectPath::parse(key).map_err(|error| IoError::Pattern {
            pattern: plain.clone(),
            reason: error.to_string(),
        })?;
        Ok((store.clone(), path, address.clone()))
    }
}

/// The scheme of a URL; a Windows drive is none.
pub(crate) fn scheme(path: &str) -> Option<&str> {
    path.split_once("://")
        .map(|(scheme, _)| scheme)
        .filter(|scheme| {
            scheme.len() > 1
                && scheme
                    .chars()
                    .all(|char| char.is_ascii_alphanumeric() || "+-.".contains(char))
        })
}

/// A URL as it may be shown and compared: what follows `?` may be a secret, and so may what stands before `@`.
fn without_query(url: &str) -> String {
    let url = url.split('?').next().unwrap_or_default();
    match url.split_once("://") {
        Some((scheme, rest)) => match rest.split_once('/') {
            Some((host, path)) => format!(
                "{scheme}://{}/{path}",
                host.rsplit('@').next().unwrap_or_default()
            ),
            None => format!("{scheme}://{}", rest.rsplit('@').next().unwrap_or_default()),
        },
        None => url.to_owned(),
    }
}

impl Store {
    /// All objects below a prefix.
    fn walk(&self, root: ObjectPath) -> Result<Vec<ObjectMeta>, object_store::Error> {
        let store = Arc::clone(&self.store);
        self.threads.run(async move {
            let mut found = Vec::new();
            let mut prefixes = vec![root];
            while let Some(prefix) = prefixes.pop() {
                let listed = store.list_with_delimiter(Some(&prefix)).await?;
                found.extend(listed.objects);
                prefixes.extend(listed.common_prefixes);
            }
            Ok(found)
        })
    }
}

/// One object in the state that a plan was made for.
#[derive(Debug)]
struct Object {
    store: Store,
    path: ObjectPath,
    url: String,
    etag: Option<String>,
}

impl RangeReader for Object {
    fn read(&self, ranges: &[Range<u64>]) -> Result<Vec<Bytes>, IoError> {
        let (store, path, etag) = (
            Arc::clone(&self.store.store),
            self.path.clone(),
            self.etag.clone(),
        );
        let ranges = ranges.to_vec();
        let wanted: Vec<u64> = ranges.iter().map(|range| range.end - range.start).collect();
        let bytes = self
            .store
            .threads
            .run(async move {
                let mut bytes = Vec::with_capacity(ranges.len());
                for range in ranges {
                    // The store itself refuses if the object is another by now.
                    let options = GetOptions {
                        range: Some(GetRange::Bounded(range)),
                        if_match: etag.clone(),
                        ..GetOptions::default()
                    };
                    bytes.push(store.get_opts(&path, options).await?.bytes().await?);
                }
                Ok(bytes)
            })
            .map_err(|source| failed("read", &self.url, source))?;
        match bytes
            .iter()
            .zip(&wanted)
            .find(|(bytes, wanted)| bytes.len() as u64 != **wanted)
        {
            Some((bytes, wanted)) => Err(IoError::Changed {
                path: without_query(&self.url),
                change: format!("{} bytes came where {wanted} were asked for", bytes.len()),
            }),
            None => Ok(bytes),
        }
    }

    fn identity(&self) -> Result<FileIdentity, IoError> {
        let (store, path) = (Arc::clone(&self.store.store), self.path.clone());
        let meta = self
            .store
            .threads
            .run(async move {
                let options = GetOptions {
                    head: true,
                    ..GetOptions::default()
                };
                store
                    .get_opts(&path, options)
                    .await
                    .map(|result| result.meta)
            })
            .map_err(|source| failed("look at", &self.url, source))?;
        Ok(identity_of(self.url.clone(), meta))
    }
}

fn identity_of(path: String, meta: ObjectMeta) -> FileIdentity {
    let modified = meta
        .last_modified
        .timestamp_nanos_opt()
        .and_then(|nanos| u64::try_from(nanos).ok());
    FileIdentity {
        path,
        len: meta.size,
        modified: modified.unwrap_or(0),
        etag: meta.e_tag,
    }
}

fn failed(action: &'static str, url: &str, source: object_store::Error) -> IoError {
    let path = without_query(url);
    let kind = match &source {
        object_store::Error::Precondition { .. } | object_store::Error::NotModified { .. } => {
            return IoError::Changed {
                path,
                change: "it has another version".into(),
            };
        }
        object_store::Error::NotFound { .. } => io::ErrorKind::NotFound,
        object_store::Error::PermissionDenied { .. }
        | object_store::Error::Unauthenticated { .. } => io::ErrorKind::PermissionDenied,
        _ => io::ErrorKind::Other,
    };
    IoError::File {
        action,
        path,
        source: io::Error::new(kind, source),
    }
}

type Job = Box<dyn FnOnce(&tokio::runtime::Runtime) + Send>;

/// Threads that run requests, each on a runtime of its own; they end when the last sender is dropped.
#[derive(Debug)]
struct Threads {
    jobs: Sender<Job>,
}

impl Threads {
    fn start() -> io::Result<Self> {
        let (jobs, receiver) = channel::<Job>();
        let receiver = Arc::new(Mutex::new(receiver));
        for at in 0..THREADS {
            let receiver = Arc::clone(&receiver);
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()?;
            std::thread::Builder::new()
                .name(format!("swath-io-{at}"))
                .spawn(move || serve(&receiver, &runtime))?;
        }
        Ok(Self { jobs })
    }

    /// Runs a request and waits for its answer.
    fn run<T: Send + 'static>(
        &self,
        request: impl Future<Output = Result<T, object_store::Error>> + Send + 'static,
    ) -> Result<T, object_store::Error> {
        let gone = || object_store::Error::Generic {
            store: "swath",
            source: "the request's thread ended".into(),
        };
        let (answer, answered) = channel();
        let job: Job = Box::new(move |runtime| {
            // Nobody waits any more if this fails.
            drop(answer.send(runtime.block_on(request)));
        });
        self.jobs.send(job).map_err(|_| gone())?;
        answered.recv().map_err(|_| gone())?
    }
}

fn serve(jobs: &Mutex<Receiver<Job>>, runtime: &tokio::runtime::Runtime) {
    loop {
        let job = jobs.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(job) = job else { return };
        // A store that panics fails its request, not those after it.
        drop(std::panic::catch_unwind(std::panic::AssertUnwindSafe(
            || job(runtime),
        )));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use object_store::ObjectStoreExt;
    use object_store::memory::InMemory;

    fn stores(objects: &[(&str, &'static [u8])]) -> (Stores, Arc<InMemory>) {
        let memory = Arc::new(InMemory::new());
        let stores = Stores::default();
        stores
            .register("memory://data", Arc::clone(&memory) as _)
            .expect("threads");
        for (path, bytes) in objects {
            put(&memory, path, bytes);
        }
        (stores, memory)
    }

    fn put(memory: &Arc<InMemory>, path: &str, bytes: &'static [u8]) {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .build()
            .expect("a runtime");
        runtime
            .block_on(memory.put(&ObjectPath::from(path), Bytes::from_static(bytes).into()))
            .expect("stored");
    }

    #[test]
    fn objects_are_listed_and_read_in_ranges() {
        let (stores, _) = stores(&[
            ("x/b.parquet", b"0123456789"),
            ("x/a.parquet", b"x"),
            ("x/y/_c.parquet", b"x"),
            ("z.txt", b"x"),
        ]);
        let list = |url: &str| -> Vec<String> {
            stores
                .list(url, &["parquet"])
                .expect("objects")
                .into_iter()
                .map(|file| file.path)
                .collect()
        };
        assert_eq!(
            list("memory://data/x"),
            ["memory://data/x/a.parquet", "memory://data/x/b.parquet"]
        );
        assert_eq!(
            list("memory://data/x/[ab].parquet"),
            list("memory://data/x")
        );
        assert_eq!(list("memory://data/z.txt"), ["memory://data/z.txt"]);
        let file = stores
            .list("memory://data/x/b.parquet", &[])
            .expect("an object")
            .remove(0);
        assert_eq!(file.len, 10);
        let reader = stores.open(&file).expect("an object");
        assert_eq!(
            reader.read(&[2..5, 0..1]).expect("bytes"),
            [Bytes::from("234"), Bytes::from("0")]
        );
        assert_eq!(reader.identity().expect("an object"), file);
    }

    #[test]
    fn a_changed_object_is_refused() {
        let (stores, memory) = stores(&[("a", b"0123456789")]);
        let file = stores
            .list("memory://data/a", &[])
            .expect("an object")
            .remove(0);
        let reader = stores.open(&file).expect("an object");
        put(&memory, "a", b"9876543210");
        let error = reader.read(&[0..1, 1..2]).expect_err("changed");
        assert!(matches!(error, IoError::Changed { .. }), "{error}");
    }

    #[test]
    fn reading_works_inside_a_runtime() {
        let (stores, _) = stores(&[("a", b"0123456789")]);
        let runtime = tokio::runtime::Builder::new_current_thread()
            .build()
            .expect("a runtime");
        let files = runtime
            .block_on(async { stores.list("memory://data/a", &[]) })
            .expect("an object");
        assert_eq!(files.len(), 1);
    }

    #[test]
    fn secrets_are_not_shown() {
        let error = Stores::default()
            .list("s3://key:secret@bucket/x?token=secret", &[])
            .expect_err("no store");
        insta::assert_snapshot!(error, @"`s3://bucket/x` needs a store for `s3://`, and none is registered; `Stores::register` adds one");
    }
}
