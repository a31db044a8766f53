//! Setting up a session.

use std::collections::HashMap;
use std::panic::Location;
use std::sync::{Arc, Mutex};

use swath_kernels::{Aggregates, Aggregation, Custom};
use swath_memory::{Budget, ByteSize};
use swath_ops::{Env, Op, TaskValue};
use swath_scheduler::{Backend, BuildError, Inline, Keep, Local, Observer};
use swath_store::Store;

use super::{Inner, Session, machine};
use crate::readers::Readers;
use crate::{Error, Result};

/// Memory that a thread needs for scratch beside what it reserves: pages being decoded, batches on their way.
const SCRATCH_PER_THREAD: u64 = 16 << 20;
/// Share of the machine's memory that a session takes unless told otherwise, in percent.
const DEFAULT_SHARE: u64 = 60;
/// The limit of a session for tests.
const TESTING_LIMIT: u64 = 256 << 20;
/// The seed of a session for tests.
const TESTING_SEED: u64 = 108;

/// Threads, memory, observers and stores of a [`Session`]; [`build`](Self::build) checks them.
#[derive(Default)]
#[must_use = "a builder does nothing until it builds"]
pub struct SessionBuilder {
    threads: Option<usize>,
    memory_limit: Option<String>,
    observers: Vec<Arc<dyn Observer>>,
    backend: Option<Arc<dyn Backend<Op>>>,
    keep: Option<Arc<dyn Keep<TaskValue>>>,
    #[cfg(feature = "object-store")]
    stores: Vec<(String, Arc<dyn object_store::ObjectStore>)>,
    #[cfg(feature = "cloud")]
    storage_options: Vec<(String, swath_io::StorageOptions)>,
    aggregates: Aggregates,
    #[cfg(feature = "plugins")]
    pub(crate) plugins: crate::plugin::PluginSettings,
    redact_values: bool,
    testing: bool,
}

impl SessionBuilder {
    /// Threads that run tasks. Without it: as many as the process may use.
    pub fn threads(self, threads: usize) -> Self {
        Self {
            threads: Some(threads),
            ..self
        }
    }

    /// The most memory for everything the session does: `"4GiB"` (2^30), `"4GB"` (10^9), `"50%"` of the
    /// machine's. Without it: 60 % of the machine's, or of its control group's limit.
    pub fn memory_limit(self, limit: impl Into<String>) -> Self {
        Self {
            memory_limit: Some(limit.into()),
            ..self
        }
    }

    /// Is told every change of state of every task; may be given several times.
    pub fn observer(mut self, observer: impl Observer + 'static) -> Self {
        self.observers.push(Arc::new(observer));
        self
    }

    /// Runs tasks elsewhere. Memory limit, store and observers are then the backend's own, and setting them here
    /// as well is an error; `threads` only says for how many tasks are cut.
    pub fn backend(self, backend: Arc<dyn Backend<Op>>) -> Self {
        Self {
            backend: Some(backend),
            ..self
        }
    }

    /// Keeps results elsewhere than in the session's own store. It must charge the reservations it is given.
    pub fn keep(self, keep: Arc<dyn Keep<TaskValue>>) -> Self {
        Self {
            keep: Some(keep),
            ..self
        }
    }

    /// Makes URLs that begin with `address` (a scheme and a host, as in `s3://bucket`) name objects of `store`, wherever a path may
    /// stand: in [`read_parquet`](Session::read_parquet), [`to_csv`](crate::DataFrame::to_csv) and all the others. May be given
    /// several times. Here with the feature `object-store`.
    ///
    /// A file that is written is seen when it is whole, as on this machine. A session with a
    /// [`backend`](Self::backend) of its own plans with these stores; the backend's tasks need them too.
    ///
    /// ```
    /// use std::sync::Arc;
    /// use object_store::memory::InMemory;
    /// use swath_frame::{Batch, Session};
    ///
    /// let session = Session::builder()
    ///     .memory_limit("1GiB")
    ///     .store("memory://data", Arc::new(InMemory::new()))
    ///     .build()?;
    /// let sales = session.from_batches([Batch::from_csv("region,amount\neu,10\nus,5\n")?])?;
    /// sales.to_parquet("memory://data/sales")?;
    /// let sales = session.read_parquet("memory://data/sales/*.parquet")?;
    /// assert_eq!(sales.sum("amount")?.get::<i64>()?, 15);
    /// # Ok::<(), swath_frame::Error>(())
    /// ```
    #[cfg(feature = "object-store")]
    pub fn store(
        mut self,
        address: impl Into<String>,
        store: Arc<dyn object_store::ObjectStore>,
    ) -> Self {
        self.stores.push((address.into(), store));
        self
    }

    /// Whether values out of the data stay out of everything that is said about them: errors and their sources, panics, `explain()`,
    /// printed divisions and labels, the log. `‹redacted›` stands in their place, also for literals of expressions, labels of `loc`
    /// and whatever a user function, a panic or a foreign decoder says. Names of columns, paths, counts and the rows that a program prints itself are shown.
    ///
    /// A process that runs tasks for a [`backend`](Self::backend) needs it too. It holds for the whole process from [`build`](Self::build) on and for good, for every session: errors and logs know none, and
    /// what one session must not show is nothing that another may. Errors have no
    /// [`source`](std::error::Error::source) then; those of user functions are handed out by [`Error::downcast_ref`] as they are.
    ///
    /// ```standalone_crate
    /// # use swath_frame::{Batch, Session, col};
    /// let session = Session::builder().memory_limit("1GiB").redact_values(true).build()?;
    /// let accounts = session.from_batches([Batch::from_csv("iban\nCH93-0076\n")?])?;
    /// let error = accounts.assign("n", col("iban").cast("int64"))?.compute().unwrap_err().to_string();
    /// assert!(error.contains("‹redacted› (string) is no int64") && !error.contains("CH93"), "{error}");
    /// # Ok::<(), swath_frame::Error>(())
    /// ```
    pub fn redact_values(self, redact_values: bool) -> Self {
        Self {
            redact_values,
            ..self
        }
    }

    /// Options of stores that URLs name without being [given](Self::store): of all whose URLs begin with a scheme (`s3://`), or of
    /// one bucket or host (`s3://bucket`), which win over those of the scheme; both win over the environment. A reader or a writer
    /// may add to them: see [`ReadCsv::option`](crate::ReadCsv::option). May be given several times. Here with the feature `cloud`.
    ///
    /// | URLs | common options | from the environment |
    /// |---|---|---|
    /// | `s3://bucket` | `region`, `access_key_id`, `secret_access_key`, `session_token`, `endpoint`, `skip_signature` | `AWS_REGION` and so on |
    /// | `gs://bucket` | `service_account`, `service_account_key`, `bearer_token`, `skip_signature` | `GOOGLE_SERVICE_ACCOUNT` and so on |
    /// | `az://container`, `abfss://container@account.dfs.core.windows.net` | `account_name`, `account_key`, `sas_token`, `client_id`, `skip_signature` | `AZURE_STORAGE_ACCOUNT_NAME` and so on |
    /// | all, and `https://host` | `read_timeout` (30 s), `connect_timeout` (5 s), `max_retries` (8), `retry_timeout` (2 min), `allow_http`, `proxy_url` | |
    ///
    /// Values are shown nowhere, not in messages, not in `Debug`.
    ///
    /// # Errors
    /// [`build`](Self::build) refuses an address that is none of these, a name that its store does not know, and a value that is no
    /// number, span of time or truth where one is meant. Nothing is asked of a server before a URL is read or written.
    ///
    /// ```
    /// use swath_frame::Session;
    ///
    /// let session = Session::builder()
    ///     .memory_limit("1GiB")
    ///     .storage_options("s3://", [("region", "eu-west-1")])
    ///     .storage_options("s3://public-data", [("skip_signature", "true")])
    ///     .build()?;
    /// # Ok::<(), swath_frame::Error>(())
    /// ```
    #[cfg(feature = "cloud")]
    pub fn storage_options<K: Into<String>, V: Into<String>>(
        mut self,
        address: impl Into<String>,
        options: impl IntoIterator<Item = (K, V)>,
    ) -> Self {
        self.storage_options
            .push((address.into(), options.into_iter().collect()));
        self
    }

    /// Adds an aggregate of one's own, found by its name: `Agg::new("geo_mean", &col("x"))`. It takes the place of one of the
    /// same name. May be given several times. See [`Aggregation`].
    ///
    /// A session with a [`backend`](Self::backend) of its own plans with it; the backend's tasks need it too.
    ///
    /// ```
    /// # use swath_frame::{Agg, Aggregation, Batch, DType, Session, Value, col};
    /// /// How far apart the smallest and the largest integer are.
    /// struct Range;
    ///
    /// impl Aggregation for Range {
    ///     const NAME: &'static str = "range";
    ///     type State = Option<(i64, i64)>;
    ///
    ///     fn output(&self, input: &DType) -> Option<DType> {
    ///         (*input == DType::Int64).then_some(DType::Int64)
    ///     }
    ///     fn update(&self, state: &mut Self::State, value: Value) {
    ///         if let Value::Int(value) = value {
    ///             self.merge(state, Some((value, value)));
    ///         }
    ///     }
    ///     fn merge(&self, state: &mut Self::State, other: Self::State) {
    ///         *state = match (*state, other) {
    ///             (Some(a), Some(b)) => Some((a.0.min(b.0), a.1.max(b.1))),
    ///             (one, other) => one.or(other),
    ///         };
    ///     }
    ///     fn finish(&self, state: Self::State) -> Value {
    ///         Value::from(state.map(|(low, high)| high - low))
    ///     }
    /// }
    ///
    /// let session = Session::builder().memory_limit("1GiB").aggregate(Range).build()?;
    /// let df = session.from_batches([Batch::from_csv("k,v\na,1\nb,7\na,5\n")?])?;
    /// let ranges = df.groupby("k").sort(true).agg([("range", Agg::new("range", &col("v")))])?.compute()?;
    /// assert_eq!(ranges.rows::<(String, i64)>()?.collect::<Vec<_>>(), [("a".into(), 4), ("b".into(), 0)]);
    /// # Ok::<(), swath_frame::Error>(())
    /// ```
    pub fn aggregate(mut self, aggregation: impl Aggregation) -> Self {
        self.aggregates.register(Arc::new(Custom::new(aggregation)));
        self
    }

    pub(super) fn testing(self) -> Self {
        Self {
            testing: true,
            ..self
        }
    }

    /// Builds the session and starts its threads.
    ///
    /// # Errors
    /// No threads, a limit that is no size, or one that is smaller than what the threads need for scratch; an address that
    /// names no store; a plugin that cannot be used.
    #[track_caller]
    pub fn build(self) -> Result<Session> {
        let location = Location::caller();
        warn_if_unoptimised();
        if self.redact_values {
            swath_graph::redact_values();
        }
        let threads = if self.testing {
            1
        } else {
            self.threads.unwrap_or_else(machine::threads)
        };
        if self.backend.is_some()
            && (self.memory_limit.is_some() || self.keep.is_some() || !self.observers.is_empty())
        {
            return Err(Error::foreign_backend(location));
        }
        let limit = self.limit(location)?;
        let usable = usable(limit, threads).map_err(|error| Error::build(error, location))?;
        let budget = Budget::new(usable);
        // What a foreign backend sets aside is its own affair.
        let scratch = match self.backend {
            Some(_) => 0,
            None => limit - usable,
        };
        let mut env = Env::default();
        if self.aggregates.names().next().is_some() {
            let mut aggregates = Aggregates::standard();
            aggregates.extend(&self.aggregates);
            env.aggregates = Arc::new(aggregates);
        }
        #[cfg(feature = "plugins")]
        let loading = self.plugins.load(&env.plugins, location)?;
        #[cfg(feature = "object-store")]
        for (address, store) in &self.stores {
            env.stores
                .register(address, Arc::clone(store))
                .map_err(|error| Error::option("Session::builder", "store", error, location))?;
        }
        #[cfg(feature = "cloud")]
        for (address, options) in &self.storage_options {
            env.stores.set_options(address, options).map_err(|error| {
                Error::option("Session::builder", "storage_options", error, location)
            })?;
        }
        let backend = match self.backend.clone() {
            Some(backend) => backend,
            None => self
                .local(threads, &budget, &env)
                .map_err(|error| Error::build(error, location))?,
        };
        Ok(Session(Arc::new(Inner {
            backend,
            env,
            threads,
            budget,
            scratch,
            persisted: Mutex::new(HashMap::new()),
            readers: Readers::default(),
            #[cfg(feature = "plugins")]
            loading,
            runs: Mutex::new(Vec::new()),
        })))
    }

    /// The backend of this process.
    fn local(
        self,
        threads: usize,
        budget: &Budget,
        env: &Env,
    ) -> std::result::Result<Arc<dyn Backend<Op>>, BuildError> {
        let keep = self
            .keep
            .unwrap_or_else(|| Arc::new(Store::<TaskValue>::new()));
        let mut local = Local::builder()
            .threads(threads)
            .budget(budget.clone())
            .env(env.clone())
            .keep(keep);
        for observer in self.observers {
            local = local.shared_observer(observer);
        }
        if self.testing {
            local = local.executor(Inline::new(TESTING_SEED));
        }
        Ok(Arc::new(local.build()?))
    }

    fn limit(&self, location: &'static Location<'static>) -> Result<u64> {
        if self.testing {
            return Ok(TESTING_LIMIT);
        }
        let machine = || machine::memory().ok_or_else(|| Error::unknown_memory(location));
        let Some(text) = &self.memory_limit else {
            return Ok(machine()? / 100 * DEFAULT_SHARE);
        };
        let size: ByteSize = text
            .parse()
            .map_err(|error| Error::option("Session::builder", "memory_limit", error, location))?;
        match size {
            ByteSize::Bytes(bytes) => Ok(bytes),
            ByteSize::Percent(_) => Ok(size.of(machine()?)),
        }
    }
}

/// What the limit leaves for reservations after the threads' scratch.
fn usable(limit: u64, threads: usize) -> std::result::Result<u64, BuildError> {
    let scratch = SCRATCH_PER_THREAD * threads as u64;
    if threads == 0 {
        return Err(BuildError::NoThreads);
    }
    if limit <= scratch {
        return Err(BuildError::LimitBelowScratch {
            limit,
            threads,
            scratch_per_thread: SCRATCH_PER_THREAD,
        });
    }
    Ok(limit - scratch)
}

/// Says once that a debug build is slow: the first thing a new user runs is one.
fn warn_if_unoptimised() {
    #[cfg(debug_assertions)]
    {
        static ONCE: std::sync::Once = std::sync::Once::new();
        ONCE.call_once(|| {
            tracing::warn!(
                "swath was compiled without optimisation and is many times slower; use --release"
            );
        });
    }
}
