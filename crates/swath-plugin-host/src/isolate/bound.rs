//! A function that is bound in workers, as the host calls it.
//!
//! Its instance says what to bind in a worker that does not know it yet.

use std::sync::Arc;

use arrow_array::ArrayRef;
use swath_meta::Meta;
use swath_plugin_abi::{
    ArrowArray, BindRequest, Bound, Host, Kind, Listed, Place, PluginError, PluginResult, Status,
    code, read_lent,
};
use swath_plugin_data::{Columns, give_columns, take_columns, take_metas};

use super::attempt::Attempt;
use super::crash::Doing;
use super::declared::Declared;
use super::packed::Packed;
use super::pool::Pool;
use super::protocol::{Answer, At, Request};
use super::table;
use super::travels::Travels;
use super::worker_process::{Hosts, Lost, Worker};
use super::writes::UnknownWrites;
use crate::call::Callee;
use crate::load::where_inside;

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
    /// What it said when it was bound first.
    pub(super) declared: Declared,
    travels: Option<Travels>,
    pub(super) unknown: UnknownWrites,
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
            declared: Declared::default(),
            travels: None,
            unknown: UnknownWrites::default(),
        };
        let hosts = bound.pool.hosts(host);
        let binding = bound.attempt(hosts, Doing::Bind, None);
        let (outputs, contract) = binding.once(|worker| bound.bind_in(worker, hosts))?;
        bound.declared = Declared::new(outputs, &contract);
        let Declared {
            outputs,
            contract: read,
        } = &bound.declared;
        // What contradicts the columns is refused by whoever bound it, in the same words for all.
        bound.travels = Travels::new(self.kind, &bound.inputs, outputs, read).ok();
        table::bound(bound, contract)
    }
}

impl Callee for Elsewhere {
    unsafe fn bind(&self, host: Host, request: BindRequest<'_>, out: *mut Bound) -> Status {
        // SAFETY: the caller's word.
        unsafe { Status::give(self.bound(host, request), out) }
    }
}

impl BoundElsewhere {
    /// Plugin and function.
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    pub(super) fn params(&self) -> &str {
        &self.params
    }

    /// The columns that travel.
    pub(super) fn travels(&self) -> PluginResult<&Travels> {
        let travels = self.travels.as_ref();
        travels.ok_or_else(|| odd("columns and contract contradict each other"))
    }

    /// The columns of this output.
    pub(super) fn returned(&self, output: usize) -> PluginResult<Columns> {
        let meta = self.travels()?.returned.get(output);
        let meta = meta.ok_or_else(|| odd("rows of an output that there is not"))?;
        Ok(Columns::of_meta(meta))
    }

    /// Something that it is about to do, perhaps with rows.
    pub(super) fn attempt<'a>(
        &'a self,
        hosts: Hosts,
        doing: Doing<'a>,
        rows: Option<(&'a Columned, &'a Columns)>,
    ) -> Attempt<'a> {
        Attempt {
            of: self,
            hosts,
            doing,
            rows,
        }
    }

    /// Binds it in a worker that does not know it.
    fn bind_in(&self, worker: &mut Worker, hosts: Hosts) -> Result<(Vec<Meta>, String), Lost> {
        let request = Request::Bind {
            id: self.number,
            function: self.function.clone(),
            params: self.params.clone(),
            inputs: self.inputs.clone(),
            targets: self.targets,
        };
        let bound = worker.ask(hosts, request, |answer| match answer {
            Answer::Bound { outputs, contract } => Some((outputs, contract)),
            _ => None,
        })?;
        worker.bound.insert(self.number);
        Ok(bound)
    }

    /// Sees to it that a worker knows it.
    pub(super) fn ready(&self, worker: &mut Worker, hosts: Hosts) -> Result<(), Lost> {
        if worker.bound.contains(&self.number) {
            return Ok(());
        }
        let (outputs, contract) = self.bind_in(worker, hosts)?;
        let again = Declared::new(outputs, &contract);
        self.declared.check(&again).map_err(|other| {
            worker.forget(&[self.number]);
            other.into()
        })
    }

    /// Gives a worker back whose call or run is over, and tells what the function keeps of what it was given.
    pub(super) fn give_back(&self, mut worker: Worker, hosts: Hosts, partition: Option<u64>) {
        if let Some(bytes) = worker.kept() {
            let function = self.name();
            tracing::warn!(
                function,
                partition,
                bytes,
                "`{function}` keeps {bytes} bytes of what it was given, and its run is over"
            );
        }
        self.pool.give_back(worker, hosts);
    }

    /// Ends what was opened in a worker, and gives that back.
    pub(super) fn end(&self, mut worker: Worker, hosts: Hosts, partition: Option<u64>) {
        if worker.ask(hosts, Request::Close, Answer::done).is_ok() {
            self.give_back(worker, hosts, partition);
        }
    }

    /// The partitions of a source.
    pub(super) fn list(&self, host: Host) -> PluginResult<Listed> {
        let hosts = self.pool.hosts(host);
        let columns = &self.travels()?.boundaries;
        let listing = self.attempt(hosts, Doing::List, None);
        listing.once(|worker| {
            self.ready(worker, hosts)?;
            let request = Request::List { id: self.number };
            let (parts, boundaries) = worker.ask(hosts, request, |answer| match answer {
                Answer::Listed { parts, boundaries } => Some((parts, boundaries)),
                _ => None,
            })?;
            let bounds = match boundaries {
                Some(packed) => unpacked(worker, &packed, columns)?,
                None => ArrowArray::released(),
            };
            let parts = parts.into();
            Ok(Listed { parts, bounds })
        })
    }

    /// A scalar of rows, or the targets of a partitioner.
    pub(super) fn call(
        &self,
        host: Host,
        place: &Place<'_>,
        rows: ArrowArray,
    ) -> PluginResult<ArrowArray> {
        let travels = self.travels()?;
        let rows = take_columns(rows, &travels.sent).map_err(odd)?;
        let returned = self.returned(0)?;
        let (hosts, place) = (self.pool.hosts(host), At::of(place));
        let doing = Doing::Rows(place.partition);
        let calling = self.attempt(hosts, doing, Some((&rows, &travels.sent)));
        calling.once(|worker| {
            self.ready(worker, hosts)?;
            let request = Request::Call {
                id: self.number,
                place: place.clone(),
                rows: worker.pack(&rows.0, rows.1, None)?,
            };
            let packed = worker.ask(hosts, request, Answer::rows)?;
            Ok(unpacked(worker, &packed, &returned)?)
        })
    }
}

impl Drop for BoundElsewhere {
    fn drop(&mut self) {
        self.pool.forget(self.number);
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

impl At {
    /// A place that travels, of the call that this thread is in.
    pub(super) fn of(place: &Place<'_>) -> Self {
        // A place has a number also where nobody knows of which partition the rows are.
        let partition = where_inside(|_, partition| partition).flatten();
        Self {
            partition: partition.map(|number| number as u64),
            number: place.number,
            count: place.count,
            before: place.before,
            after: place.after,
            seed: place.seed,
            more: read_lent(place.more).into_owned(),
        }
    }
}
