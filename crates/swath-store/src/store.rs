//! The store.

use std::{
    fmt,
    ops::Deref,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Instant,
};

use swath_memory::{Charge, Reservation};
use swath_scheduler::{Footprint, Keep, KeepStats, Pinned, ResultId, Slot, TaskError};

use crate::{
    StoreEntry,
    entry::{Cell, Note},
    shared::SharedBuffers,
};

/// Keeps the results of a backend in memory and counts their bytes by buffer: what two values share is charged once, until the
/// last of them is gone. See the [crate](crate).
///
/// A value is gone when it is released and no longer pinned. Costs one short lock a call, and for a value with `n` buffers time
/// linear in `n` when it is kept and when it is gone.
pub struct Store<V> {
    values: Mutex<Values<V>>,
    shared: Arc<SharedBuffers>,
}

struct Values<V> {
    kept: Vec<Option<(Note, Arc<Cell<V>>)>>,
    free: Vec<u64>,
}

impl<V> Store<V> {
    /// An empty store.
    pub fn new() -> Self {
        Self {
            values: Mutex::new(Values {
                kept: Vec::new(),
                free: Vec::new(),
            }),
            shared: Arc::default(),
        }
    }

    /// What is kept now, by key and port. Costs a pass over all values.
    pub fn entries(&self) -> Vec<StoreEntry> {
        let mut entries: Vec<StoreEntry> = {
            let values = self.values();
            let entry =
                |(note, cell): &(Note, Arc<Cell<V>>)| note.entry(Arc::strong_count(cell) - 1);
            values.kept.iter().flatten().map(entry).collect()
        };
        entries.sort_by(|a, b| (&a.key, a.port).cmp(&(&b.key, b.port)));
        entries
    }

    fn values(&self) -> MutexGuard<'_, Values<V>> {
        self.values.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn remove(
        &self,
        slot: Slot,
        wanted: impl FnOnce(&Arc<Cell<V>>) -> bool,
    ) -> Option<Arc<Cell<V>>> {
        let mut values = self.values();
        let (_, cell) = values.kept[slot.number() as usize].take_if(|(_, cell)| wanted(cell))?;
        values.free.push(slot.number());
        Some(cell)
    }
}

impl<V: Footprint + Send + Sync + 'static> Keep<V> for Store<V> {
    fn keep(&self, id: ResultId<'_>, value: V, funds: Reservation) -> Result<Slot, TaskError> {
        let claims = self.shared.claim(&value, &id.label(), funds)?;
        let note = Note {
            key: id.key(),
            port: id.port,
            held: id.held,
            bytes: value.bytes(),
            rows: value.rows(),
            since: Instant::now(),
        };
        let kept = Some((note, Arc::new(Cell { claims, value })));
        let mut values = self.values();
        let number = if let Some(number) = values.free.pop() {
            values.kept[number as usize] = kept;
            number
        } else {
            values.kept.push(kept);
            values.kept.len() as u64 - 1
        };
        Ok(Slot::new(number))
    }

    fn pin(&self, slot: Slot) -> Result<Pinned<'static, V>, TaskError> {
        match self.values().kept.get(slot.number() as usize) {
            Some(Some((_, cell))) => Ok(Pinned::guarded(
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
        let Cell { claims, value } = Arc::into_inner(cell)?;
        Some((value, claims.into_charge()))
    }

    fn release(&self, slot: Slot) {
        // The value may be large: it is dropped after the lock.
        drop(self.remove(slot, |_| true));
    }

    fn stats(&self) -> KeepStats {
        let values = self.values();
        KeepStats {
            values: (values.kept.len() - values.free.len()) as u64,
            bytes: self.shared.bytes(),
        }
    }
}

impl<V> Default for Store<V> {
    fn default() -> Self {
        Self::new()
    }
}

impl<V> fmt::Debug for Store<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Store")
            .field("bytes", &self.shared.bytes())
            .finish_non_exhaustive()
    }
}
