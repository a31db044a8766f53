//! The states of the groups of one task, in a worker.
//!
//! They live in one worker. What they were made of is kept as long as it is little, so that they can be made again in another where
//! that one does not survive; of much, the task has to be begun anew.

use std::ffi::c_void;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use arrow_array::Array;
use swath_plugin_abi::abi_stable::prefix_type::WithMetadata;
use swath_plugin_abi::{
    AggregateRun, AggregateTable, AggregateTableRef, ArrowArray, Host, Place, PluginResult, Status,
};
use swath_plugin_data::{Columns, take_columns};

use super::attempt::Attempt;
use super::bound::{BoundElsewhere, Columned, odd, unpacked};
use super::crash::Doing;
use super::protocol::{Answer, At, Request};
use super::table::give;
use super::worker_process::{Hosts, Lost, Worker};

/// Bytes of rows that are kept to make states again.
const KEPT: usize = 64 << 20;

/// States in a worker.
struct GroupsElsewhere {
    of: Arc<BoundElsewhere>,
    hosts: Hosts,
    place: At,
    /// None after a failure.
    worker: Option<Worker>,
    /// What they were made of; none where that is too much.
    added: Option<Vec<Added>>,
    /// Bytes of that.
    bytes: usize,
    /// Bytes of the states.
    size: AtomicU64,
}

/// Rows or states that were added.
struct Added {
    is_merge: bool,
    rows: Columned,
    groups: Vec<u32>,
    n_groups: u64,
}

/// Begins the states of no groups.
pub(super) fn open(
    of: Arc<BoundElsewhere>,
    host: Host,
    place: &Place<'_>,
) -> PluginResult<AggregateRun> {
    let mut states = GroupsElsewhere {
        hosts: of.pool.hosts(host),
        place: At::of(place),
        worker: None,
        added: Some(Vec::new()),
        bytes: 0,
        size: AtomicU64::new(0),
        of,
    };
    let (worker, ()) = states.attempt(None).begin(|worker| states.begin(worker))?;
    states.worker = Some(worker);
    let instance = Box::into_raw(Box::new(states)).cast();
    let table = AggregateTableRef(TABLE.static_as_prefix());
    // SAFETY: the table is that of such instances.
    Ok(unsafe { AggregateRun::new(instance, table) })
}

impl GroupsElsewhere {
    fn attempt<'a>(&'a self, rows: Option<(&'a Columned, &'a Columns)>) -> Attempt<'a> {
        let doing = Doing::Rows(self.place.partition);
        self.of.attempt(self.hosts, doing, rows)
    }

    /// Begins them in a worker.
    fn begin(&self, worker: &mut Worker) -> Result<(), Lost> {
        self.of.ready(worker, self.hosts)?;
        let request = Request::Open {
            id: self.of.number,
            place: self.place.clone(),
            boundaries: None,
        };
        worker.ask(self.hosts, request, Answer::done)
    }

    /// Adds rows or states; how many bytes the states take then.
    fn add_in(&self, worker: &mut Worker, added: &Added) -> Result<u64, Lost> {
        let (columns, rows) = &added.rows;
        let request = Request::Add {
            is_merge: added.is_merge,
            rows: worker.pack(columns, *rows, Some(&added.groups))?,
            n_groups: added.n_groups,
        };
        worker.ask(self.hosts, request, |answer| match answer {
            Answer::Added { size } => Some(size),
            _ => None,
        })
    }

    /// Makes the states again, of everything that was added.
    fn redo(&self, worker: &mut Worker, added: &[Added]) -> Result<(), Lost> {
        self.begin(worker)?;
        added
            .iter()
            .try_for_each(|one| self.add_in(worker, one).map(drop))
    }

    /// Does something with the states, and once more with states that were made again where the process does not survive it.
    fn ask<T>(
        &mut self,
        rows: Option<(&Columned, &Columns)>,
        body: impl Fn(&Self, &mut Worker) -> Result<T, Lost>,
    ) -> PluginResult<T> {
        let worker = self.worker.take();
        let worker = worker.ok_or_else(|| odd("its process is gone"))?;
        let states = &*self;
        let again = states.added.as_ref().map(|added| {
            |worker: &mut Worker| {
                states.redo(worker, added)?;
                body(states, worker)
            }
        });
        let asking = states.attempt(rows);
        let (worker, found) = asking.twice(worker, |worker| body(states, worker), again);
        self.worker = worker;
        found
    }

    fn add(&mut self, added: Added, types: &Columns) -> PluginResult<()> {
        let rows = Some((&added.rows, types));
        let size = self.ask(rows, |states, worker| states.add_in(worker, &added))?;
        self.size.store(size, Ordering::Relaxed);
        let columns = added.rows.0.iter();
        let columns: usize = columns.map(Array::get_array_memory_size).sum();
        self.bytes += columns + size_of_val(&*added.groups);
        if self.bytes > KEPT {
            self.added = None;
        }
        if let Some(all) = &mut self.added {
            all.push(added);
        }
        Ok(())
    }

    fn take(&mut self, is_state: bool) -> PluginResult<ArrowArray> {
        let columns = self.of.returned(usize::from(is_state))?;
        self.ask(None, |states, worker| {
            let packed = worker.ask(states.hosts, Request::Take { is_state }, Answer::rows)?;
            Ok(unpacked(worker, &packed, &columns)?)
        })
    }
}

impl Drop for GroupsElsewhere {
    fn drop(&mut self) {
        if let Some(worker) = self.worker.take() {
            self.of.end(worker, self.hosts, self.place.partition);
        }
    }
}

const TABLE: &WithMetadata<AggregateTable> = &WithMetadata::new(AggregateTable {
    drop: drop_states,
    update,
    merge,
    state,
    finish,
    size,
});

unsafe extern "C" fn drop_states(pointer: *mut c_void) {
    // SAFETY: `open` made it of a box, and this is the last use of it.
    drop(unsafe { Box::from_raw(pointer.cast::<GroupsElsewhere>()) });
}

/// Adds rows or states.
///
/// # Safety
/// As of the functions of the table.
unsafe fn add(
    pointer: *mut c_void,
    is_merge: bool,
    rows: ArrowArray,
    groups: *const u32,
    n_groups: u64,
) -> Status {
    // SAFETY: it is an instance of this table, and the caller's alone.
    let states = unsafe { &mut *pointer.cast::<GroupsElsewhere>() };
    let body = || {
        let of = Arc::clone(&states.of);
        let travels = of.travels()?;
        let state = travels.returned.get(1).filter(|_| is_merge);
        let types = state.map_or_else(|| travels.sent.clone(), |meta| Columns::of_meta(meta));
        let rows = take_columns(rows, &types).map_err(odd)?;
        let groups = if groups.is_null() {
            vec![0; rows.1]
        } else {
            // SAFETY: there is a number for each row.
            unsafe { std::slice::from_raw_parts(groups, rows.1) }.to_vec()
        };
        let added = Added {
            is_merge,
            rows,
            groups,
            n_groups,
        };
        states.add(added, &types)
    };
    let mut nothing = ();
    // SAFETY: it is where nothing is written.
    unsafe { give(&raw mut nothing, body) }
}

unsafe extern "C" fn update(
    pointer: *mut c_void,
    rows: ArrowArray,
    groups: *const u32,
    n_groups: u64,
) -> Status {
    // SAFETY: the caller's word.
    unsafe { add(pointer, false, rows, groups, n_groups) }
}

unsafe extern "C" fn merge(
    pointer: *mut c_void,
    rows: ArrowArray,
    groups: *const u32,
    n_groups: u64,
) -> Status {
    // SAFETY: the caller's word.
    unsafe { add(pointer, true, rows, groups, n_groups) }
}

unsafe extern "C" fn state(pointer: *mut c_void, out: *mut ArrowArray) -> Status {
    // SAFETY: it is an instance of this table, and the caller's alone.
    let states = unsafe { &mut *pointer.cast::<GroupsElsewhere>() };
    // SAFETY: the caller's word.
    unsafe { give(out, || states.take(true)) }
}

unsafe extern "C" fn finish(pointer: *mut c_void, out: *mut ArrowArray) -> Status {
    // SAFETY: it is an instance of this table, and the caller's alone.
    let states = unsafe { &mut *pointer.cast::<GroupsElsewhere>() };
    // SAFETY: the caller's word.
    unsafe { give(out, || states.take(false)) }
}

unsafe extern "C" fn size(pointer: *const c_void) -> u64 {
    // SAFETY: it is an instance of this table.
    let states = unsafe { &*pointer.cast::<GroupsElsewhere>() };
    states.size.load(Ordering::Relaxed)
}
