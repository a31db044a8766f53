//! A partition on its way through a function in a worker.
//!
//! A run lives in one worker, also that of a source. Where that does not survive a step, the run is begun anew in another, given
//! again what it was given, and what it had returned before is passed over: a function that is deterministic returns the same, and
//! where it does not, that is an error. One that takes chunks and returns a row for each is given the last chunk alone, because it
//! keeps nothing of those before. One that takes chunks and may hold rows back, or is random and had returned rows, is not begun
//! anew; nor is that of a sink, of which all rows would have to be kept.

use std::ffi::c_void;
use std::sync::Arc;

use swath_plugin_abi::abi_stable::prefix_type::WithMetadata;
use swath_plugin_abi::{
    ArrowArray, Host, NO_INPUT, Place, PluginResult, RowCount, Run, RunTable, RunTableRef, Scope,
    Status, Step, Wanted, step,
};
use swath_plugin_data::{Columns, give_columns, take_columns};

use super::attempt::Tried;
use super::bound::{BoundElsewhere, Columned, odd};
use super::crash::Doing;
use super::ending::Ending;
use super::fingerprint::fingerprint;
use super::protocol::{Answer, At, Request};
use super::table::give;
use super::travels::Travels;
use super::worker_process::{Hosts, Lost, Worker};

/// A partition on its way.
struct RunElsewhere {
    of: Arc<BoundElsewhere>,
    hosts: Hosts,
    place: At,
    begins: Begins,
    /// What comes back.
    returned: Columns,
    /// None after a failure.
    worker: Option<Worker>,
    /// What it was given, as far as it matters for what comes.
    given: Vec<Given>,
    /// Whether it was given rows that are not there any more and may have kept some of them.
    has_forgotten: bool,
}

/// What a run begins with.
enum Begins {
    /// The boundaries of a partition, if they are known.
    Partition(Option<Columned>),
    /// What a partition of a source was listed as, and what is wanted of it.
    Source(String, String),
    /// The name of a write.
    Sink(String),
}

/// What a run was given at once, and what came of it.
struct Given {
    input: u32,
    rows: Option<Columned>,
    returned: Vec<Returned>,
}

impl Given {
    fn new(input: u32, rows: Option<Columned>) -> Self {
        Self {
            input,
            rows,
            returned: Vec::new(),
        }
    }
}

/// What tells a batch that was returned from others.
#[derive(Debug, Default, PartialEq, Eq)]
struct Returned {
    output: u32,
    rows: usize,
    print: u64,
}

/// How a step went on.
struct Found {
    step: Step,
    /// Of rows, which they are, where that may matter.
    returned: Option<Returned>,
}

/// Begins a partition.
pub(super) fn open(
    of: Arc<BoundElsewhere>,
    host: Host,
    place: &Place<'_>,
    boundaries: ArrowArray,
) -> PluginResult<Run> {
    let boundaries = if boundaries.is_released() {
        None
    } else {
        let columns = &of.travels()?.boundaries;
        Some(take_columns(boundaries, columns).map_err(odd)?)
    };
    let returned = of.returned(0)?;
    begun(of, host, place, (Begins::Partition(boundaries), returned))
}

/// Begins to read a partition of a source.
pub(super) fn read(
    of: Arc<BoundElsewhere>,
    host: Host,
    place: &Place<'_>,
    (about, wanted): (String, String),
) -> PluginResult<Run> {
    let read: Wanted = serde_json::from_str(&wanted).map_err(odd)?;
    let returned = of
        .returned(0)?
        .only(read.columns.iter().map(String::as_str));
    begun(of, host, place, (Begins::Source(about, wanted), returned))
}

/// Begins a partition of a write.
pub(super) fn write(
    of: Arc<BoundElsewhere>,
    host: Host,
    place: &Place<'_>,
    write: String,
) -> PluginResult<Run> {
    let returned = of.returned(0)?;
    begun(of, host, place, (Begins::Sink(write), returned))
}

fn begun(
    of: Arc<BoundElsewhere>,
    host: Host,
    place: &Place<'_>,
    (begins, returned): (Begins, Columns),
) -> PluginResult<Run> {
    let given = match begins {
        // A source is given nothing, and only asked.
        Begins::Source(..) => vec![Given::new(NO_INPUT, None)],
        Begins::Partition(_) | Begins::Sink(_) => Vec::new(),
    };
    let mut run = RunElsewhere {
        hosts: of.pool.hosts(host),
        place: At::of(place),
        begins,
        returned,
        worker: None,
        given,
        has_forgotten: false,
        of,
    };
    let doing = Doing::Rows(run.place.partition);
    let beginning = run.of.attempt(run.hosts, doing, None);
    let (worker, ()) = beginning.begin(|worker| run.begin(worker))?;
    run.worker = Some(worker);
    let instance = Box::into_raw(Box::new(run)).cast();
    let table = RunTableRef(TABLE.static_as_prefix());
    // SAFETY: the table is that of such instances.
    Ok(unsafe { Run::new(instance, table) })
}

impl RunElsewhere {
    /// Begins it in a worker.
    fn begin(&self, worker: &mut Worker) -> Result<(), Lost> {
        self.of.ready(worker, self.hosts)?;
        let (id, place) = (self.of.number, self.place.clone());
        let request = match &self.begins {
            Begins::Partition(boundaries) => Request::Open {
                id,
                place,
                boundaries: match boundaries {
                    None => None,
                    Some((columns, rows)) => Some(worker.pack(columns, *rows, None)?),
                },
            },
            Begins::Source(about, wanted) => Request::Read {
                id,
                place,
                about: about.clone(),
                wanted: wanted.clone(),
            },
            Begins::Sink(write) => Request::Write {
                id,
                place,
                write: write.clone(),
            },
        };
        worker.ask(self.hosts, request, Answer::done)
    }

    /// One step in a worker.
    fn step_in(
        &self,
        worker: &mut Worker,
        input: u32,
        rows: Option<&Columned>,
    ) -> Result<Found, Lost> {
        let rows = match rows {
            None => None,
            Some((columns, rows)) => Some(worker.pack(columns, *rows, None)?),
        };
        let request = Request::Step { input, rows };
        let (next, output, packed) = worker.ask(self.hosts, request, |answer| match answer {
            Answer::Step { next, output, rows } => Some((next, output, rows)),
            _ => None,
        })?;
        let Some(packed) = packed else {
            let rows = ArrowArray::released();
            let step = Step { next, output, rows };
            return Ok(Found {
                step,
                returned: None,
            });
        };
        let arrays = worker.unpack(&packed, &self.returned)?;
        let rows = usize::try_from(packed.rows).map_err(odd)?;
        let returned = self.can_begin_anew().then(|| Returned {
            output,
            rows,
            print: fingerprint(&arrays),
        });
        let rows = give_columns(&arrays, &self.returned, rows).map_err(odd)?;
        let step = Step { next, output, rows };
        Ok(Found { step, returned })
    }

    /// Everything that it was given, in a worker that knows nothing of it, up to what it has not returned yet.
    fn redo(&self, worker: &mut Worker) -> Result<Found, Lost> {
        self.begin(worker)?;
        let last = self.given.split_last();
        let (last, before) =
            last.ok_or_else(|| odd("it was asked for rows before it was given any"))?;
        for given in before {
            // It wanted more then, so it has to want more now: else it would not be given what is left.
            if self.pass(worker, given)?.step.next != step::INPUT {
                return Err(OTHER_ROWS);
            }
        }
        self.pass(worker, last)
    }

    /// Gives it what it was given before, and passes over what it has returned of that: what comes next. What does not come again as
    /// it was would be rows that are lost, or come twice.
    fn pass(&self, worker: &mut Worker, given: &Given) -> Result<Found, Lost> {
        let mut found = self.step_in(worker, given.input, given.rows.as_ref())?;
        for returned in &given.returned {
            if found.step.next != step::OUTPUT || found.returned.as_ref() != Some(returned) {
                return Err(OTHER_ROWS);
            }
            found = self.step_in(worker, NO_INPUT, None)?;
        }
        Ok(found)
    }

    /// Whether rows are only taken: of a sink they may be many, and are not kept.
    fn is_sink(&self) -> bool {
        matches!(self.begins, Begins::Sink(_))
    }

    /// Whether it can be begun anew: all that it was given is there, and what it returned comes again.
    fn can_begin_anew(&self) -> bool {
        let has_returned = self.given.iter().any(|given| !given.returned.is_empty());
        let is_gone = has_returned && self.of.declared.contract.is_random();
        !is_gone && !self.has_forgotten && !self.is_sink()
    }

    fn step(&mut self, input: u32, rows: ArrowArray) -> PluginResult<Step> {
        let of = Arc::clone(&self.of);
        let travels = of.travels()?;
        let rows = if rows.is_released() {
            None
        } else {
            Some(take_columns(rows, travels.of(input)?).map_err(odd)?)
        };
        if input != NO_INPUT {
            self.give(input, rows);
        }
        let worker = self.worker.take();
        let worker = worker.ok_or_else(|| odd("its process is gone"))?;
        let (worker, found) = self.tried(worker, input, travels);
        self.worker = worker;
        let Found { step, returned } = found?;
        if step.next == step::OUTPUT
            && let Some(given) = self.given.last_mut()
        {
            // Of what cannot be begun anew it is not known, and not asked either.
            given.returned.push(returned.unwrap_or_default());
        }
        Ok(step)
    }

    /// One step, and where its process does not survive that, all of the run up to there in a new one.
    fn tried(&self, worker: Worker, input: u32, travels: &Travels) -> Tried<Found> {
        let rows = self.given.iter().rev().find_map(|given| {
            let types = travels.of(given.input).ok()?;
            Some((given.rows.as_ref()?, types))
        });
        let doing = Doing::Rows(self.place.partition);
        let stepping = self.of.attempt(self.hosts, doing, rows);
        let given = self.given.last().filter(|_| input != NO_INPUT);
        let given = given.and_then(|given| given.rows.as_ref());
        let again = self.can_begin_anew();
        let again = again.then_some(|worker: &mut Worker| self.redo(worker));
        stepping.twice(worker, |worker| self.step_in(worker, input, given), again)
    }

    /// Keeps what it is given, as far as it matters for what comes.
    fn give(&mut self, input: u32, rows: Option<Columned>) {
        let contract = &self.of.declared.contract;
        if contract.scope == Scope::Chunk || self.is_sink() {
            // With a row for each, nothing of the rows before is left in it.
            self.has_forgotten |= !self.given.is_empty() && contract.rows != RowCount::Same;
            self.given.clear();
        }
        self.given.push(Given::new(input, rows));
    }
}

/// What it returns in a new process is not what it returned in the one that ended.
const OTHER_ROWS: Lost = Lost::Ended(Ending::OtherRows);

impl Drop for RunElsewhere {
    fn drop(&mut self) {
        if let Some(worker) = self.worker.take() {
            self.of.end(worker, self.hosts, self.place.partition);
        }
    }
}

const TABLE: &WithMetadata<RunTable> = &WithMetadata::new(RunTable {
    drop: drop_run,
    step: step_run,
});

unsafe extern "C" fn drop_run(pointer: *mut c_void) {
    // SAFETY: `open` made it of a box, and this is the last use of it.
    drop(unsafe { Box::from_raw(pointer.cast::<RunElsewhere>()) });
}

unsafe extern "C" fn step_run(
    pointer: *mut c_void,
    input: u32,
    rows: ArrowArray,
    out: *mut Step,
) -> Status {
    // SAFETY: it is an instance of this table, and the caller's alone.
    let run = unsafe { &mut *pointer.cast::<RunElsewhere>() };
    // SAFETY: the caller's word.
    unsafe { give(out, || run.step(input, rows)) }
}
