//! The store that drops every value nobody has pinned.

use std::{
    fmt,
    ops::Deref,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError, Weak,
        atomic::{AtomicU64, Ordering},
    },
};

use swath_memory::{Charge, Reservation};
use swath_scheduler::{Footprint, Keep, KeepStats, Pinned, ResultId, Slot, TaskError};

use super::Portable;

/// Keeps values in their encoded form only. A value that is pinned is decoded, shared by all who have it pinned, and dropped
/// with the last pin. Whatever works with a [`Store`](crate::Store) must work with this: a task that holds on to an input
/// without a pin, or a value that does not survive encoding, is found here.
///
/// The budget is charged with a value's bytes from `keep` to the end, as if it were in memory all the time.
pub struct Reloading<V> {
    slots: Mutex<Vec<Option<Encoded<V>>>>,
    reloads: AtomicU64,
}

struct Encoded<V> {
    bytes: Arc<[u8]>,
    charge: Arc<Charge>,
    pinned: Weak<Reloaded<V>>,
}

struct Reloaded<V> {
    value: V,
    charge: Arc<Charge>,
}

impl<V> Deref for Reloaded<V> {
    type Target = V;

    fn deref(&self) -> &V {
        &self.value
    }
}

impl<V> Reloading<V> {
    /// An empty store.
    pub fn new() -> Self {
        Self {
            slots: Mutex::new(Vec::new()),
            reloads: AtomicU64::new(0),
        }
    }

    /// How often a value was decoded.
    pub fn reloads(&self) -> u64 {
        self.reloads.load(Ordering::Relaxed)
    }

    fn slots(&self) -> MutexGuard<'_, Vec<Option<Encoded<V>>>> {
        self.slots.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<V: Footprint + Portable + Send + Sync + 'static> Keep<V> for Reloading<V> {
    fn keep(&self, id: ResultId<'_>, value: V, funds: Reservation) -> Result<Slot, TaskError> {
        let charge = Arc::new(funds.try_into_charge(value.bytes(), id.label())?);
        let bytes = value.encode()?.into();
        drop(value);
        let mut slots = self.slots();
        slots.push(Some(Encoded {
            bytes,
            charge,
            pinned: Weak::new(),
        }));
        Ok(Slot::new(slots.len() as u64 - 1))
    }

    fn pin(&self, slot: Slot) -> Result<Pinned<'static, V>, TaskError> {
        let mut slots = self.slots();
        let Some(Some(encoded)) = slots.get_mut(slot.number() as usize) else {
            return Err(TaskError::failed(
                "the result was released before it was read",
            ));
        };
        let pinned = if let Some(pinned) = encoded.pinned.upgrade() {
            pinned
        } else {
            self.reloads.fetch_add(1, Ordering::Relaxed);
            let value = V::decode(&encoded.bytes)?;
            let pinned = Arc::new(Reloaded {
                value,
                charge: Arc::clone(&encoded.charge),
            });
            encoded.pinned = Arc::downgrade(&pinned);
            pinned
        };
        Ok(Pinned::guarded(
            pinned as Arc<dyn Deref<Target = V> + Send + Sync>,
        ))
    }

    fn take(&self, slot: Slot) -> Option<(V, Charge)> {
        let mut slots = self.slots();
        let encoded =
            slots[slot.number() as usize].take_if(|encoded| encoded.pinned.strong_count() == 0)?;
        let value = V::decode(&encoded.bytes).ok()?;
        Some((value, Arc::into_inner(encoded.charge)?))
    }

    fn release(&self, slot: Slot) {
        drop(self.slots()[slot.number() as usize].take());
    }

    fn stats(&self) -> KeepStats {
        let slots = self.slots();
        let kept = slots.iter().flatten();
        let pinned = kept.clone().filter_map(|encoded| encoded.pinned.upgrade());
        KeepStats {
            values: kept.count() as u64,
            bytes: pinned.map(|pinned| pinned.charge.bytes()).sum(),
        }
    }
}

impl<V> Default for Reloading<V> {
    fn default() -> Self {
        Self::new()
    }
}

impl<V> fmt::Debug for Reloading<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reloading")
            .field("reloads", &self.reloads())
            .finish_non_exhaustive()
    }
}
