//! Where results stay: the trait, and its implementation in memory.

use std::{
    fmt,
    ops::Deref,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use swath_graph::{Key, Name};
use swath_memory::{Charge, Label, Reservation};

use crate::{
    Footprint, Pinned, TaskError,
    sync::{Mutex, lock},
};

/// Keeps the results of tasks between the task that makes them and those that read them, and held results for as long as they
/// are held.
///
/// A backend calls [`keep`](Self::keep) and [`release`](Self::release) once for each value, from any thread, and
/// [`pin`](Self::pin) in between. The bytes of a value are the keeper's from `keep` until the value is gone, which is when it
/// is released and its last pin dropped.
pub trait Keep<V>: Send + Sync {
    /// Takes a value. `funds` is a reservation that may hold some or all of the bytes already; the keeper makes it exact and
    /// takes it over.
    ///
    /// # Errors
    /// [`OverBudget`](swath_memory::OverBudget) if the bytes are not to be had, or whatever else went wrong; the value is
    /// dropped.
    fn keep(&self, id: ResultId<'_>, value: V, funds: Reservation) -> Result<Slot, TaskError>;

    /// Makes a kept value available.
    ///
    /// # Errors
    /// If it has to be read back and cannot.
    fn pin(&self, slot: Slot) -> Result<Pinned<'static, V>, TaskError>;

    /// Gives a value away and frees its slot, if nobody has it pinned.
    fn take(&self, slot: Slot) -> Option<(V, Charge)>;

    /// Forgets a value. Those who have it pinned may go on.
    fn release(&self, slot: Slot);

    /// How much it keeps.
    fn stats(&self) -> KeepStats;
}

/// Where a [`Keep`] put a value; means something to that keeper only.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Slot(u64);

impl Slot {
    /// A slot from a number of the keeper's choice, below 2^63.
    pub const fn new(number: u64) -> Self {
        Self(number)
    }

    /// The number.
    pub const fn number(self) -> u64 {
        self.0
    }
}

/// Whose result a value is.
#[derive(Clone, Copy, Debug)]
pub struct ResultId<'a> {
    /// The name of the computation.
    pub name: &'a Name,
    /// Which of its results.
    pub index: u32,
    /// Which of the task's outputs.
    pub port: u16,
    /// Whether it will outlive its run: somebody asked for it.
    pub held: bool,
}

impl ResultId<'_> {
    /// The key of the result.
    pub fn key(&self) -> Key {
        Key::new(self.name.clone(), self.index)
    }

    /// What its bytes are called among the holders of a budget: if it is held the whole name of the computation, which whoever
    /// knows the computation by a better one can parse and look up; else one label for all.
    pub fn label(&self) -> Label {
        if self.held {
            Label::from(self.name.to_string())
        } else {
            Label::from("results between tasks")
        }
    }
}

/// How much a [`Keep`] keeps.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct KeepStats {
    /// Values that were kept and not yet released.
    pub values: u64,
    /// Bytes of them that are in memory, as charged.
    pub bytes: u64,
}

/// Keeps everything in memory, by number.
///
/// Costs one short lock a call; threads use different locks. The bytes of a value are its [`Footprint::bytes`]: buffers that
/// two values share are counted twice (`swath-store` counts them once).
pub struct InMemory<V> {
    shards: Box<[Mutex<Shard<V>>]>,
}

const SHARDS: usize = 16;

struct Shard<V> {
    cells: Vec<Option<Arc<Cell<V>>>>,
    free: Vec<u32>,
    bytes: u64,
}

/// A value and what pays for it: both go when the last pin does.
struct Cell<V> {
    value: V,
    charge: Charge,
}

impl<V> Deref for Cell<V> {
    type Target = V;

    fn deref(&self) -> &V {
        &self.value
    }
}

impl<V> InMemory<V> {
    /// An empty keeper.
    pub fn new() -> Self {
        let shard = || {
            Mutex::new(Shard {
                cells: Vec::new(),
                free: Vec::new(),
                bytes: 0,
            })
        };
        Self {
            shards: (0..SHARDS).map(|_| shard()).collect(),
        }
    }

    fn remove(
        &self,
        slot: Slot,
        wanted: impl FnOnce(&Arc<Cell<V>>) -> bool,
    ) -> Option<Arc<Cell<V>>> {
        let (shard, at) = (
            &self.shards[slot.0 as usize % SHARDS],
            slot.0 as usize / SHARDS,
        );
        let mut shard = lock(shard);
        let cell = shard.cells[at].take_if(|cell| wanted(cell))?;
        shard.free.push(at as u32);
        shard.bytes -= cell.charge.bytes();
        Some(cell)
    }
}

/// The shard of the calling thread: any will do, but different threads should rarely meet.
fn my_shard() -> usize {
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    thread_local!(static MINE: usize = NEXT.fetch_add(1, Ordering::Relaxed) % SHARDS);
    MINE.with(|mine| *mine)
}

impl<V: Footprint + Send + Sync + 'static> Keep<V> for InMemory<V> {
    fn keep(&self, id: ResultId<'_>, value: V, funds: Reservation) -> Result<Slot, TaskError> {
        let charge = funds.try_into_charge(value.bytes(), id.label())?;
        let bytes = charge.bytes();
        let cell = Arc::new(Cell { value, charge });
        let number = my_shard();
        let mut shard = lock(&self.shards[number]);
        shard.bytes += bytes;
        let at = if let Some(at) = shard.free.pop() {
            shard.cells[at as usize] = Some(cell);
            at as usize
        } else {
            shard.cells.push(Some(cell));
            shard.cells.len() - 1
        };
        Ok(Slot((at * SHARDS + number) as u64))
    }

    fn pin(&self, slot: Slot) -> Result<Pinned<'static, V>, TaskError> {
        let shard = lock(&self.shards[slot.0 as usize % SHARDS]);
        match shard.cells.get(slot.0 as usize / SHARDS) {
            Some(Some(cell)) => Ok(Pinned::guarded(
                Arc::clone(cell) as Arc<dyn Deref<Target = V> + Send + Sync>
            )),
            _ => Err(TaskError::failed(
                "the result was released before it was read",
            )),
        }
    }

    fn take(&self, slot: Slot) -> Option<(V, Charge)> {
        // Under the lock nobody can pin it, so a sole reference stays one.
        let cell = self.remove(slot, |cell| Arc::strong_count(cell) == 1)?;
        Arc::into_inner(cell).map(|Cell { value, charge }| (value, charge))
    }

    fn release(&self, slot: Slot) {
        // The value may be large: it is dropped after the lock.
        drop(self.remove(slot, |_| true));
    }

    fn stats(&self) -> KeepStats {
        self.shards
            .iter()
            .map(|shard| lock(shard))
            .fold(KeepStats::default(), |sum, shard| KeepStats {
                values: sum.values + (shard.cells.len() - shard.free.len()) as u64,
                bytes: sum.bytes + shard.bytes,
            })
    }
}

impl<V> Default for InMemory<V> {
    fn default() -> Self {
        Self::new()
    }
}

impl<V> fmt::Debug for InMemory<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InMemory").finish_non_exhaustive()
    }
}
