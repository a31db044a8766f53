//! A function that is bound in workers, as the host calls it.
//!
//! It is called by the same table as one in this process, so everything around a call is the same for both. Its instance says what
//! to bind in a worker that does not know it yet.

use std::collections::HashSet;
use std::ffi::c_void;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use arrow_array::ArrayRef;
use swath_meta::Meta;
use swath_plugin_abi::abi_stable::prefix_type::WithMetadata;
use swath_plugin_abi::abi_stable::std_types::RStr;
use swath_plugin_abi::{
    AggregateRun, ArrowArray, BindRequest, Bound, BoundTable, BoundTableRef, Contract, Host, Kind,
    Listed, Place, PluginError, PluginResult, Run, Status, code, read_lent,
};
use swath_plugin_data::{Columns, give_columns, give_metas, take_columns, take_metas};

use super::crash::{Again, Crash};
use super::ending::Ending;
use super::packed::Packed;
use super::pool::Pool;
use super::protocol::{Answer, At, Request};
use super::travels::Travels;
use super::worker_process::{Hosts, Lost, Worker};
use super::{groups, partition};
use crate::LoadError;
use crate::call::Callee;

/// A function of a plugin whose code runs in workers.
pub(crate) struct Elsewhere {
    pool: Arc<Pool>,
    /// Its name within the plugin.
    function: String,
    kind: Kind,
}

/// Such a function with parameters and inputs.
pub(super) struct BoundElsewhere {
    pub(super) pool: Arc<Pool>,
    /// Plugin and function.
    name: String,
    /// What it is called in workers.
    pub(super) number: u64,
    function: String,
    params: String,
    inputs: Vec<Meta>,
    targets: u64,
    pub(super) contract: Contract,
    travels: Option<Travels>,
    /// Writes whose commit a process did not survive: they may be seen, and are not cleared away.
    unknown: Mutex<HashSet<String>>,
}

/// Rows on their way.
pub(super) type Columned = (Vec<ArrayRef>, usize);

impl Elsewhere {
    pub(crate) fn new(pool: &Arc<Pool>, function: &str, kind: Kind) -> Self {
        Self {
            pool: Arc::clone(pool),
            function: function.to_owned(),
            kind,
        }
    }

    fn bound(&self, host: Host, request: BindRequest<'_>) -> PluginResult<Bound> {
        let inputs = take_metas(request.inputs).map_err(odd)?;
        let mut bound = BoundElsewhere {
            name: format!("{}.{}", self.pool.plugin, self.function),
            number: self.pool.number(),
            pool: Arc::clone(&self.pool),
            function: self.function.clone(),
            params: read_lent(request.params).into_owned(),
            inputs: inputs.into_iter().map(|(meta, _)| meta).collect(),
            targets: request.targets,
            contract: Contract::default(),
            travels: None,
            unknown: Mutex::default(),
        };
        let hosts = bound.pool.hosts(host);
        let bind = |worker: &mut Worker| bound.bind_in(worker, hosts);
        let (worker, answer) = bound.attempt(None, None, bind)?;
        bound.pool.give_back(worker);
        let (outputs, contract) = answer?;
        // What cannot be read, or contradicts the columns, is refused by whoever bound it, in the same words for all.
        bound.contract = serde_json::from_str(&contract).unwrap_or_default();
        bound.travels = Travels::new(self.kind, &bound.inputs, &outputs, &bound.contract).ok();
        let outputs = give_metas(&outputs).map_err(odd)?;
        let instance = Arc::into_raw(Arc::new(bound)).cast_mut().cast();
        let table = BoundTableRef(TABLE.static_as_prefix());
        // SAFETY: the table is that of such instances, which are used until they are dropped.
        Ok(unsafe { Bound::new(instance, table, outputs, contract.into()) })
    }
}

impl Callee for Elsewhere {
    unsafe fn bind(&self, host: Host, request: BindRequest<'_>, out: *mut Bound) -> Status {
        // SAFETY: the caller's word.
        unsafe { Status::give(self.bound(host, request), out) }
    }
}

impl BoundElsewhere {
    /// The columns that travel.
    pub(super) fn travels(&self) -> PluginResult<&Travels> {
        let travels = self.travels.as_ref();
        travels.ok_or_else(|| odd("columns and contract contradict each other"))
    }

    /// Binds it in a worker that does not know it.
    fn bind_in(
        &self,
        worker: &mut Worker,
        hosts: Hosts,
    ) -> Result<PluginResult<(Vec<Meta>, String)>, Lost> {
        let request = Request::Bind {
            id: self.number,
            function: self.function.clone(),
            params: self.params.clone(),
            inputs: self.inputs.clone(),
            targets: self.targets,
        };
        Ok(match worker.ask(hosts, request)?.into_result() {
            Ok(Answer::Bound { outputs, contract }) => {
                worker.bound.insert(self.number);
                Ok((outputs, contract))
            }
            other => Err(unexpected(other)),
        })
    }

    /// Sees to it that a worker knows it.
    pub(super) fn ready(&self, worker: &mut Worker, hosts: Hosts) -> Result<(), Lost> {
        if worker.bound.contains(&self.number) {
            return Ok(());
        }
        self.bind_in(worker, hosts)?
            .map(drop)
            .map_err(Lost::Refused)
    }

    /// Does something in a worker that nobody else uses, and once more in a new one where its process does not survive it. Gives
    /// the worker too.
    pub(super) fn attempt<T>(
        &self,
        partition: Option<u64>,
        rows: Option<(&Columned, &Columns)>,
        mut body: impl FnMut(&mut Worker) -> Result<T, Lost>,
    ) -> PluginResult<(Worker, T)> {
        let mut worker = self
            .pool
            .take(self.number)
            .map_err(|error| missing(&error))?;
        let ending = match body(&mut worker) {
            Ok(found) => return Ok((worker, found)),
            Err(Lost::Refused(error)) => {
                self.pool.give_back(worker);
                return Err(error);
            }
            Err(Lost::Stopped(grace)) => return Err(stopped(grace)),
            Err(Lost::Ended(ending)) => ending,
        };
        drop(worker);
        let mut worker = self.again(&ending, partition)?;
        match body(&mut worker) {
            Ok(found) => Ok((worker, found)),
            Err(Lost::Refused(error)) => {
                self.pool.give_back(worker);
                Err(error)
            }
            Err(Lost::Stopped(grace)) => Err(stopped(grace)),
            Err(Lost::Ended(ending)) => Err(self.crash(&ending, partition, rows, Again::Crashed)),
        }
    }

    /// A new worker, after one ended so.
    pub(super) fn again(&self, ending: &Ending, partition: Option<u64>) -> PluginResult<Worker> {
        let function = &*self.name;
        tracing::warn!(
            function,
            partition,
            "`{function}` {ending}; it is tried again in a new process"
        );
        self.pool.fresh().map_err(|error| missing(&error))
    }

    /// A function that took its process with it for good.
    pub(super) fn crash(
        &self,
        ending: &Ending,
        partition: Option<u64>,
        rows: Option<(&Columned, &Columns)>,
        again: Again,
    ) -> PluginError {
        let crash = Crash {
            pool: &self.pool,
            function: &self.name,
            params: &self.params,
            ending,
            partition,
            rows: rows.map(|((columns, rows), types)| (&**columns, *rows, types)),
            again,
        };
        crash.error()
    }

    /// The columns of this output.
    pub(super) fn returned(&self, output: usize) -> PluginResult<Columns> {
        let meta = self.travels()?.returned.get(output);
        let meta = meta.ok_or_else(|| odd("rows of an output that there is not"))?;
        Ok(Columns::of_meta(meta))
    }

    fn list(&self, host: Host) -> PluginResult<Listed> {
        let hosts = self.pool.hosts(host);
        let body = |worker: &mut Worker| {
            self.ready(worker, hosts)?;
            worker.ask(hosts, Request::List { id: self.number })
        };
        let (worker, answer) = self.attempt(None, None, body)?;
        let found = match answer.into_result() {
            Ok(Answer::Listed { parts, boundaries }) => {
                let columns = &self.travels()?.boundaries;
                let bounds = boundaries.map(|packed| unpacked(&worker, &packed, columns));
                Ok(Listed {
                    parts: parts.into(),
                    bounds: bounds.unwrap_or_else(|| Ok(ArrowArray::released()))?,
                })
            }
            other => Err(unexpected(other)),
        };
        self.pool.give_back(worker);
        found
    }

    fn call(&self, host: Host, place: &Place<'_>, rows: ArrowArray) -> PluginResult<ArrowArray> {
        let travels = self.travels()?;
        let rows = take_columns(rows, &travels.sent).map_err(odd)?;
        let hosts = self.pool.hosts(host);
        let place = At::of(place);
        let body = |worker: &mut Worker| {
            self.ready(worker, hosts)?;
            let packed = worker.pack(&rows.0, rows.1, None)?;
            let request = Request::Call {
                id: self.number,
                place: place.clone(),
                rows: packed,
            };
            worker.ask(hosts, request)
        };
        let given = Some((&rows, &travels.sent));
        let (worker, answer) = self.attempt(Some(place.number), given, body)?;
        let found = match answer.into_result() {
            Ok(Answer::Rows(packed)) => unpacked(&worker, &packed, &self.returned(0)?),
            other => Err(unexpected(other)),
        };
        self.pool.give_back(worker);
        found
    }
}

impl Drop for BoundElsewhere {
    fn drop(&mut self) {
        self.pool.forget(self.number);
    }
}

impl BoundElsewhere {
    /// Makes a write seen. Once: what a crash leaves of it nobody knows.
    fn commit(&self, host: Host, write: &str, receipts: &str) -> PluginResult<()> {
        let hosts = self.pool.hosts(host);
        let request = Request::Commit {
            id: self.number,
            write: write.to_owned(),
            receipts: receipts.to_owned(),
        };
        let ready = |worker: &mut Worker| self.ready(worker, hosts);
        let (mut worker, ()) = self.attempt(None, None, ready)?;
        let answer = match worker.ask(hosts, request) {
            Ok(answer) => answer.into_result(),
            Err(Lost::Refused(error)) => Err(error),
            Err(Lost::Stopped(grace)) => return Err(stopped(grace)),
            Err(Lost::Ended(ending)) => {
                self.unknown().insert(write.to_owned());
                let mut error = self.crash(&ending, None, None, Again::Impossible);
                // Another attempt might write the rows twice.
                error.is_retryable = false;
                return Err(error);
            }
        };
        self.pool.give_back(worker);
        done(answer)
    }

    fn unknown(&self) -> MutexGuard<'_, HashSet<String>> {
        self.unknown.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn abort(&self, host: Host, write: &str) -> PluginResult<()> {
        if self.unknown().remove(write) {
            return Ok(());
        }
        let hosts = self.pool.hosts(host);
        let body = |worker: &mut Worker| {
            self.ready(worker, hosts)?;
            let request = Request::Abort {
                id: self.number,
                write: write.to_owned(),
            };
            worker.ask(hosts, request)
        };
        let (worker, answer) = self.attempt(None, None, body)?;
        self.pool.give_back(worker);
        done(answer.into_result())
    }
}

/// What gives nothing.
fn done(answer: PluginResult<Answer>) -> PluginResult<()> {
    match answer {
        Ok(Answer::Done) => Ok(()),
        other => Err(unexpected(other)),
    }
}

/// Rows that came back, of these columns.
pub(super) fn unpacked(
    worker: &Worker,
    packed: &Packed,
    columns: &Columns,
) -> PluginResult<ArrowArray> {
    let arrays = worker.unpack(packed, columns)?;
    let rows = usize::try_from(packed.rows).map_err(odd)?;
    give_columns(&arrays, columns, rows).map_err(odd)
}

/// What does not go together between this crate and itself.
#[expect(
    clippy::needless_pass_by_value,
    reason = "it is what errors are mapped by"
)]
pub(super) fn odd(what: impl ToString) -> PluginError {
    PluginError::new(code::CONTRACT, what.to_string())
}

/// A failure, or an answer to another question.
pub(super) fn unexpected(answer: PluginResult<Answer>) -> PluginError {
    match answer {
        Ok(other) => odd(format!("its process answered another question: {other:?}")),
        Err(error) => error,
    }
}

/// There is no worker any more.
fn missing(error: &LoadError) -> PluginError {
    let mut words = error.to_string();
    if let Some(cause) = std::error::Error::source(error) {
        words.push_str(": ");
        words.push_str(&cause.to_string());
    }
    PluginError::new(code::FUNCTION, words)
}

/// It was cancelled, and its process was ended.
pub(super) fn stopped(grace: std::time::Duration) -> PluginError {
    let words = format!("it was told to stop, did not within {grace:?}, and its process was ended");
    PluginError::new(code::CANCELLED, words)
}

/// Ends a call of a table: no panic of ours crosses.
///
/// # Safety
/// `out` is where whoever called wants a `T`.
pub(super) unsafe fn give<T>(out: *mut T, body: impl FnOnce() -> PluginResult<T>) -> Status {
    let result = catch_unwind(AssertUnwindSafe(body));
    let result = result.unwrap_or_else(|_| Err(odd("the side of the host panicked")));
    // SAFETY: the caller's word.
    unsafe { Status::give(result, out) }
}

const TABLE: &WithMetadata<BoundTable> = &WithMetadata::new(BoundTable {
    drop: drop_bound,
    call,
    open,
    open_aggregate,
    list: Some(list),
    open_read: Some(open_read),
    open_write: Some(open_write),
    commit: Some(commit),
    abort: Some(abort),
});

/// The instance behind a pointer.
///
/// # Safety
/// It is one of this table that was not dropped.
unsafe fn instance(pointer: *const c_void) -> Arc<BoundElsewhere> {
    let pointer = pointer.cast::<BoundElsewhere>();
    // SAFETY: `bound` made it of an `Arc`, of which the pointer holds one.
    unsafe { Arc::increment_strong_count(pointer) };
    // SAFETY: it is one more just now.
    unsafe { Arc::from_raw(pointer) }
}

unsafe extern "C" fn drop_bound(pointer: *mut c_void) {
    // SAFETY: `bound` made it of an `Arc`, and this is the last use of it.
    drop(unsafe { Arc::from_raw(pointer.cast::<BoundElsewhere>()) });
}

unsafe extern "C" fn call(
    pointer: *const c_void,
    host: Host,
    place: Place<'_>,
    rows: ArrowArray,
    out: *mut ArrowArray,
) -> Status {
    // SAFETY: it is an instance of this table.
    let bound = unsafe { instance(pointer) };
    // SAFETY: the caller's word.
    unsafe { give(out, || bound.call(host, &place, rows)) }
}

unsafe extern "C" fn open(
    pointer: *const c_void,
    host: Host,
    place: Place<'_>,
    boundaries: ArrowArray,
    out: *mut Run,
) -> Status {
    // SAFETY: it is an instance of this table.
    let bound = unsafe { instance(pointer) };
    // SAFETY: the caller's word.
    unsafe { give(out, || partition::open(bound, host, &place, boundaries)) }
}

unsafe extern "C" fn list(pointer: *const c_void, host: Host, out: *mut Listed) -> Status {
    // SAFETY: it is an instance of this table.
    let bound = unsafe { instance(pointer) };
    // SAFETY: the caller's word.
    unsafe { give(out, || bound.list(host)) }
}

unsafe extern "C" fn open_read(
    pointer: *const c_void,
    host: Host,
    place: Place<'_>,
    about: RStr<'_>,
    wanted: RStr<'_>,
    out: *mut Run,
) -> Status {
    // SAFETY: it is an instance of this table.
    let bound = unsafe { instance(pointer) };
    let read = (
        read_lent(about).into_owned(),
        read_lent(wanted).into_owned(),
    );
    // SAFETY: the caller's word.
    unsafe { give(out, || partition::read(bound, host, &place, read)) }
}

unsafe extern "C" fn open_aggregate(
    pointer: *const c_void,
    host: Host,
    place: Place<'_>,
    out: *mut AggregateRun,
) -> Status {
    // SAFETY: it is an instance of this table.
    let bound = unsafe { instance(pointer) };
    // SAFETY: the caller's word.
    unsafe { give(out, || groups::open(bound, host, &place)) }
}

unsafe extern "C" fn open_write(
    pointer: *const c_void,
    host: Host,
    place: Place<'_>,
    write: RStr<'_>,
    out: *mut Run,
) -> Status {
    // SAFETY: it is an instance of this table.
    let bound = unsafe { instance(pointer) };
    let write = read_lent(write).into_owned();
    // SAFETY: the caller's word.
    unsafe { give(out, || partition::write(bound, host, &place, write)) }
}

unsafe extern "C" fn commit(
    pointer: *const c_void,
    host: Host,
    write: RStr<'_>,
    receipts: RStr<'_>,
) -> Status {
    // SAFETY: it is an instance of this table.
    let bound = unsafe { instance(pointer) };
    let body = || bound.commit(host, &read_lent(write), &read_lent(receipts));
    let mut nothing = ();
    // SAFETY: it is where nothing is written.
    unsafe { give(&raw mut nothing, body) }
}

unsafe extern "C" fn abort(pointer: *const c_void, host: Host, write: RStr<'_>) -> Status {
    // SAFETY: it is an instance of this table.
    let bound = unsafe { instance(pointer) };
    let mut nothing = ();
    // SAFETY: it is where nothing is written.
    unsafe { give(&raw mut nothing, || bound.abort(host, &read_lent(write))) }
}

impl At {
    /// A place that travels.
    pub(super) fn of(place: &Place<'_>) -> Self {
        Self {
            number: place.number,
            count: place.count,
            before: place.before,
            after: place.after,
            seed: place.seed,
            more: read_lent(place.more).into_owned(),
        }
    }
}
