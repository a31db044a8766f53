//! A store whose requests are late or fail, as a test says.

use async_trait::async_trait;
use futures_util::stream::{BoxStream, once};
use futures_util::{FutureExt, StreamExt, TryStreamExt};
use object_store::path::Path;
use object_store::{
    CopyOptions, Error, GetOptions, GetResult, ListResult, MultipartUpload, ObjectMeta,
    ObjectStore, PutMultipartOptions, PutOptions, PutPayload, PutResult, Result, UploadPart,
};
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// What is asked of a store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Request {
    /// A range of an object.
    Get,
    /// What an object is.
    Head,
    /// A listing.
    List,
    /// A whole object.
    Put,
    /// To begin an object of parts.
    Begin,
    /// A part of an object.
    Part,
    /// To make an object of its parts.
    Complete,
    /// To forget the parts.
    Abort,
    /// To copy an object.
    Copy,
    /// To delete an object.
    Delete,
}

/// How a request fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// By an error of the network.
    Broken,
    /// For want of a permission.
    Denied,
    /// By a panic in the store.
    Panic,
}

/// A store over another. Cloning shares it.
///
/// ```
/// use std::sync::Arc;
/// use object_store::memory::InMemory;
/// use swath_io::testing::{Fault, Faulty, Request};
///
/// let store = Faulty::new(Arc::new(InMemory::new()));
/// store.fail(Request::Put, 2, Fault::Broken); // the second object that is put
/// assert_eq!(store.asked(Request::Put), 0);
/// ```
#[derive(Clone, Debug)]
pub struct Faulty {
    inner: Arc<dyn ObjectStore>,
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    asked: Vec<Request>,
    faults: Vec<(Request, usize, Fault)>,
    delay: Duration,
    under_way: usize,
    most: usize,
}

impl Faulty {
    /// A store that does what `inner` does, until it is told otherwise.
    pub fn new(inner: Arc<dyn ObjectStore>) -> Self {
        Self {
            inner,
            state: Arc::default(),
        }
    }

    /// Lets the `nth` such request from now fail, counted from 1; 0 lets all of them fail.
    pub fn fail(&self, request: Request, nth: usize, fault: Fault) {
        let before = self.asked(request);
        let nth = if nth == 0 { 0 } else { before + nth };
        self.state().faults.push((request, nth, fault));
    }

    /// Lets every request take so long.
    pub fn delay(&self, delay: Duration) {
        self.state().delay = delay;
    }

    /// Ends faults and delays.
    pub fn heal(&self) {
        let mut state = self.state();
        state.faults.clear();
        state.delay = Duration::ZERO;
    }

    /// How many such requests there were.
    pub fn asked(&self, request: Request) -> usize {
        let state = self.state();
        state
            .asked
            .iter()
            .filter(|&&asked| asked == request)
            .count()
    }

    /// The most requests that were under way at a time.
    pub fn most_at_a_time(&self) -> usize {
        self.state().most
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits, and fails, as told.
    async fn pass(&self, request: Request) -> Result<()> {
        // Which of its kind it is, before another comes.
        let (delay, nth) = {
            let mut state = self.state();
            state.asked.push(request);
            state.under_way += 1;
            state.most = state.most.max(state.under_way);
            let nth = state.asked.iter().filter(|&&asked| asked == request);
            (state.delay, nth.count())
        };
        let _under_way = UnderWay(self);
        if !delay.is_zero() {
            tokio::time::sleep(delay).await;
        }
        let fault = self
            .state()
            .faults
            .iter()
            .find(|(kind, at, _)| *kind == request && (*at == 0 || *at == nth))
            .map(|(_, _, fault)| *fault);
        match fault {
            None => Ok(()),
            Some(Fault::Broken) => Err(Error::Generic {
                store: "faulty",
                source: "the connection was reset".into(),
            }),
            Some(Fault::Denied) => Err(Error::PermissionDenied {
                path: String::new(),
                source: "the key may not".into(),
            }),
            Some(Fault::Panic) => std::panic::resume_unwind(Box::new("a store panics")),
        }
    }
}

struct UnderWay<'a>(&'a Faulty);

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        self.0.state().under_way -= 1;
    }
}

impl fmt::Display for Faulty {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Faulty({})", self.inner)
    }
}

#[async_trait]
impl ObjectStore for Faulty {
    async fn put_opts(
        &self,
        location: &Path,
        payload: PutPayload,
        opts: PutOptions,
    ) -> Result<PutResult> {
        self.pass(Request::Put).await?;
        self.inner.put_opts(location, payload, opts).await
    }

    async fn put_multipart_opts(
        &self,
        location: &Path,
        opts: PutMultipartOptions,
    ) -> Result<Box<dyn MultipartUpload>> {
        self.pass(Request::Begin).await?;
        Ok(Box::new(Upload {
            inner: self.inner.put_multipart_opts(location, opts).await?,
            store: self.clone(),
        }))
    }

    async fn get_opts(&self, location: &Path, options: GetOptions) -> Result<GetResult> {
        let request = if options.head {
            Request::Head
        } else {
            Request::Get
        };
        self.pass(request).await?;
        self.inner.get_opts(location, options).await
    }

    fn delete_stream(
        &self,
        locations: BoxStream<'static, Result<Path>>,
    ) -> BoxStream<'static, Result<Path>> {
        let store = self.clone();
        once(async move {
            store.pass(Request::Delete).await?;
            Ok::<_, Error>(store.inner.delete_stream(locations))
        })
        .try_flatten()
        .boxed()
    }

    fn list(&self, prefix: Option<&Path>) -> BoxStream<'static, Result<ObjectMeta>> {
        let (store, prefix) = (self.clone(), prefix.cloned());
        once(async move {
            store.pass(Request::List).await?;
            Ok::<_, Error>(store.inner.list(prefix.as_ref()))
        })
        .try_flatten()
        .boxed()
    }

    async fn list_with_delimiter(&self, prefix: Option<&Path>) -> Result<ListResult> {
        self.pass(Request::List).await?;
        self.inner.list_with_delimiter(prefix).await
    }

    async fn copy_opts(&self, from: &Path, to: &Path, options: CopyOptions) -> Result<()> {
        self.pass(Request::Copy).await?;
        self.inner.copy_opts(from, to, options).await
    }
}

#[derive(Debug)]
struct Upload {
    inner: Box<dyn MultipartUpload>,
    store: Faulty,
}

#[async_trait]
impl MultipartUpload for Upload {
    fn put_part(&mut self, data: PutPayload) -> UploadPart {
        let (part, store) = (self.inner.put_part(data), self.store.clone());
        async move {
            store.pass(Request::Part).await?;
            part.await
        }
        .boxed()
    }

    async fn complete(&mut self) -> Result<PutResult> {
        self.store.pass(Request::Complete).await?;
        self.inner.complete().await
    }

    async fn abort(&mut self) -> Result<()> {
        self.store.pass(Request::Abort).await?;
        self.inner.abort().await
    }
}
