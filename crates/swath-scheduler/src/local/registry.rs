//! What a local backend holds: keys, claims, and where the values are kept.

use std::{
    collections::HashMap,
    sync::{Arc, Weak},
};

use swath_graph::Key;

use crate::{
    Event, Held, HeldStats, Keep, Slot, WeakHeld,
    sync::{Mutex, lock},
};

/// Held results by key. Every claim keeps the registry, and with it the keeper, alive.
pub(super) struct Registry<V> {
    held: Mutex<HashMap<Key, HeldEntry>>,
    keep: Arc<dyn Keep<V>>,
    /// Is told when memory was given back.
    freed: Mutex<Option<Weak<dyn Freed>>>,
}

struct HeldEntry {
    claim: WeakHeld,
    slots: KeptPorts,
}

/// Where the outputs of one task are kept, by port.
pub(super) type KeptPorts = Arc<[KeptPort]>;

/// Where one output is kept.
#[derive(Clone, Copy, Debug)]
pub(super) struct KeptPort {
    pub(super) slot: Slot,
    pub(super) bytes: u64,
}

/// Somebody who can use memory that was given back, and wants to know what happens.
pub(super) trait Freed: Send + Sync {
    fn freed(&self);
    fn held(&self, event: &Event);
}

impl<V: 'static> Registry<V> {
    pub(super) fn new(keep: Arc<dyn Keep<V>>) -> Arc<Self> {
        Arc::new(Self {
            held: Mutex::new(HashMap::new()),
            keep,
            freed: Mutex::new(None),
        })
    }

    pub(super) fn tell_freed(&self, freed: Weak<dyn Freed>) {
        *lock(&self.freed) = Some(freed);
    }

    /// The claim on a key and where it is kept, if it is held.
    pub(super) fn find(&self, key: &Key) -> Option<(Held, KeptPorts)> {
        let held = lock(&self.held);
        let entry = held.get(key)?;
        Some((entry.claim.upgrade()?, Arc::clone(&entry.slots)))
    }

    /// Holds kept outputs under a key. If the key is held already these are released and that claim is shared.
    pub(super) fn hold(
        self: &Arc<Self>,
        key: Key,
        rows: Option<u64>,
        ports: Vec<KeptPort>,
    ) -> Held {
        let bytes = ports.iter().map(|port| port.bytes).sum();
        let slots: KeptPorts = ports.into();
        let registry = Arc::clone(self);
        let (name, mine) = (key.clone(), Arc::clone(&slots));
        let claim = Held::new(key.clone(), HeldStats { bytes, rows }, move || {
            registry.release(&name, &mine, bytes);
        });
        let entry = HeldEntry {
            claim: claim.downgrade(),
            slots,
        };
        let known = {
            let mut held = lock(&self.held);
            let known = held.get(&key).and_then(|known| known.claim.upgrade());
            if known.is_none() {
                held.insert(key, entry);
            }
            known
        };
        // Dropping the new claim releases the new outputs only.
        known.unwrap_or_else(|| {
            self.tell(|| Event::ResultHeld {
                key: claim.key().clone(),
                bytes,
            });
            claim
        })
    }

    fn release(&self, key: &Key, slots: &KeptPorts, bytes: u64) {
        {
            let mut held = lock(&self.held);
            if held
                .get(key)
                .is_some_and(|entry| Arc::ptr_eq(&entry.slots, slots))
            {
                held.remove(key);
            }
        }
        for port in slots.iter() {
            self.keep.release(port.slot);
        }
        tracing::debug!(target: "swath::release", %key, bytes, "held result released");
        self.tell(|| Event::HeldReleased {
            key: key.clone(),
            bytes,
        });
        if let Some(freed) = self.listener() {
            freed.freed();
        }
    }

    fn listener(&self) -> Option<Arc<dyn Freed>> {
        lock(&self.freed).as_ref().and_then(Weak::upgrade)
    }

    fn tell(&self, event: impl FnOnce() -> Event) {
        if let Some(freed) = self.listener() {
            freed.held(&event());
        }
    }
}
