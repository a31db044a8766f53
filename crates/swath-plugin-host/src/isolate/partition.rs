//! A partition on its way through a function in a worker.
//!
//! A run lives in one worker, also that of a source. Where that does not survive a step, the run is begun anew in another, given again what it was given,
//! and what it had returned before is passed over: a function that is deterministic returns the same. One that takes chunks and
//! returns a row for each is given the last chunk alone, because it keeps nothing of those before. One that takes chunks and may
//! hold rows back, or is random and had returned rows, is not begun anew; nor is that of a sink, of which all rows would have to
//! be kept.

use std::ffi::c_void;
use std::sync::Arc;

use swath_plugin_abi::abi_stable::prefix_type::WithMetadata;
use swath_plugin_abi::{
    ArrowArray, Host, NO_INPUT, Place, PluginResult, RowCount, Run, RunTable, RunTableRef, Scope,
    Status, Step, Wanted, step,
};
use swath_plugin_data::{Columns, take_columns};

use super::bound::{BoundElsewhere, Columned, give, odd, stopped, unexpected, unpacked};
use super::crash::Again;
use super::protocol::{Answer, At, Request};
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
    given: Vec<(u32, Option<Columned>)>,
    /// The rows of each batch that it returned of that.
    answers: Vec<i64>,
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
    let mut run = RunElsewhere {
        hosts: of.pool.hosts(host),
        place: At::of(place),
        begins,
        returned,
        worker: None,
        given: Vec::new(),
        answers: Vec::new(),
        has_forgotten: false,
        of,
    };
    let number = Some(run.place.number);
    let begin = |worker: &mut Worker| run.begin(worker);
    let (worker, found) = run.of.attempt(number, None, begin)?;
    if let Err(error) = found {
        run.of.pool.give_back(worker);
        return Err(error);
    }
    run.worker = Some(worker);
    let instance = Box::into_raw(Box::new(run)).cast();
    let table = RunTableRef(TABLE.static_as_prefix());
    // SAFETY: the table is that of such instances.
    Ok(unsafe { Run::new(instance, table) })
}

impl RunElsewhere {
    /// Begins it in a worker.
    fn begin(&self, worker: &mut Worker) -> Result<PluginResult<()>, Lost> {
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
        Ok(match worker.ask(self.hosts, request)?.into_result() {
            Ok(Answer::Done) => Ok(()),
            other => Err(unexpected(other)),
        })
    }

    /// One step in a worker.
    fn step_in(
        &self,
        worker: &mut Worker,
        input: u32,
        rows: Option<&Columned>,
    ) -> Result<PluginResult<Step>, Lost> {
        let rows = match rows {
            None => None,
            Some((columns, rows)) => Some(worker.pack(columns, *rows, None)?),
        };
        let request = Request::Step { input, rows };
        let (next, output, rows) = match worker.ask(self.hosts, request)?.into_result() {
            Ok(Answer::Step { next, output, rows }) => (next, output, rows),
            other => return Ok(Err(unexpected(other))),
        };
        let rows = match rows {
            None => Ok(ArrowArray::released()),
            Some(packed) => unpacked(worker, &packed, &self.returned),
        };
        Ok(rows.map(|rows| Step { next, output, rows }))
    }

    /// Everything that it was given, in a worker that knows nothing of it, up to what it has not returned yet.
    fn redo(&self, worker: &mut Worker) -> Result<PluginResult<Step>, Lost> {
        if let Err(error) = self.begin(worker)? {
            return Ok(Err(error));
        }
        let mut passed = self.answers.iter();
        let other =
            || odd("what it returned before its process ended comes in other batches in a new one");
        let mut last = None;
        // A source is given nothing, and only asked.
        let asked = [(NO_INPUT, None)];
        let is_source = matches!(self.begins, Begins::Source(..));
        let given = if is_source { &asked[..] } else { &self.given };
        for (input, rows) in given {
            let mut found = self.step_in(worker, *input, rows.as_ref())?;
            while let Ok(one) = &found
                && one.next == step::OUTPUT
                && let Some(before) = passed.next()
            {
                if one.rows.length != *before {
                    return Ok(Err(other()));
                }
                found = self.step_in(worker, NO_INPUT, None)?;
            }
            if !matches!(&found, Ok(one) if one.next == step::INPUT) {
                return Ok(found);
            }
            last = Some(found);
        }
        if passed.next().is_some() {
            return Ok(Err(other()));
        }
        Ok(last.unwrap_or_else(|| Err(odd("it was asked for rows before it was given any"))))
    }

    /// Whether rows are only taken: of a sink they may be many, and are not kept.
    fn is_sink(&self) -> bool {
        matches!(self.begins, Begins::Sink(_))
    }

    fn step(&mut self, input: u32, rows: ArrowArray) -> PluginResult<Step> {
        let travels = self.of.travels()?;
        let rows = if rows.is_released() {
            None
        } else {
            let columns = travels
                .of(input)
                .ok_or_else(|| odd(format!("it has no input {input}")))?;
            Some(take_columns(rows, columns).map_err(odd)?)
        };
        if input != NO_INPUT {
            if self.of.contract.scope == Scope::Chunk || self.is_sink() {
                // With a row for each, nothing of the rows before is left in it.
                self.has_forgotten |=
                    !self.given.is_empty() && self.of.contract.rows != RowCount::Same;
                self.given.clear();
                self.answers.clear();
            }
            self.given.push((input, rows));
        }
        let mut worker = self
            .worker
            .take()
            .ok_or_else(|| odd("its process is gone"))?;
        let rows = match self.given.last() {
            Some((_, rows)) if input != NO_INPUT => rows.as_ref(),
            _ => None,
        };
        let found = match self.step_in(&mut worker, input, rows) {
            Err(Lost::Ended(ending)) => {
                drop(worker);
                let number = Some(self.place.number);
                let mut last = self.given.iter().rev();
                let last =
                    last.find_map(|(input, rows)| Some((rows.as_ref()?, travels.of(*input)?)));
                let is_gone = !self.answers.is_empty() && self.of.contract.is_random();
                if is_gone || self.has_forgotten || self.is_sink() {
                    return Err(self.of.crash(&ending, number, last, Again::Impossible));
                }
                worker = self.of.again(&ending, number)?;
                match self.redo(&mut worker) {
                    Err(Lost::Ended(ending)) => {
                        return Err(self.of.crash(&ending, number, last, Again::Crashed));
                    }
                    other => other,
                }
            }
            other => other,
        };
        match found {
            Ok(found) => {
                self.worker = Some(worker);
                let found = found?;
                if found.next == step::OUTPUT {
                    self.answers.push(found.rows.length);
                }
                Ok(found)
            }
            Err(Lost::Stopped(grace)) => Err(stopped(grace)),
            Err(Lost::Refused(error)) => {
                self.worker = Some(worker);
                Err(error)
            }
            Err(Lost::Ended(ending)) => {
                Err(self
                    .of
                    .crash(&ending, Some(self.place.number), None, Again::Crashed))
            }
        }
    }
}

impl Drop for RunElsewhere {
    fn drop(&mut self) {
        if let Some(mut worker) = self.worker.take()
            && worker.ask(self.hosts, Request::Close).is_ok()
        {
            self.of.pool.give_back(worker);
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
