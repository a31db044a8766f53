//! Buffers that values share, each charged once.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use swath_memory::{Charge, Label, Reservation};
use swath_scheduler::{Buffer, Footprint, TaskError};

/// The buffers of all kept values, by address. An address means a buffer for as long as a value that has it is alive, which is
/// as long as a claim on it exists.
#[derive(Default)]
pub(crate) struct SharedBuffers(Mutex<Known>);

#[derive(Default)]
struct Known {
    buffers: HashMap<usize, SharedBuffer>,
    /// Bytes that all claims together pay for.
    bytes: u64,
}

struct SharedBuffer {
    charge: Charge,
    claims: usize,
}

/// What pays for one value: its own bytes, and a share in each of its buffers.
pub(crate) struct Claims {
    own: Charge,
    addresses: Vec<usize>,
    shared: Arc<SharedBuffers>,
}

impl SharedBuffers {
    fn known(&self) -> MutexGuard<'_, Known> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Bytes that all claims together pay for: each shared buffer once.
    pub(crate) fn bytes(&self) -> u64 {
        self.known().bytes
    }

    /// Charges what nobody has paid for yet of a value: its own bytes, and the buffers that are new here.
    pub(crate) fn claim(
        self: &Arc<Self>,
        value: &impl Footprint,
        label: &Label,
        mut funds: Reservation,
    ) -> Result<Claims, TaskError> {
        let mut buffers: Vec<Buffer> = Vec::new();
        value.buffers(&mut |buffer| buffers.push(buffer));
        buffers.sort_unstable_by_key(|buffer| buffer.address);
        buffers.dedup_by_key(|buffer| buffer.address);
        let all: u64 = buffers.iter().map(|buffer| buffer.bytes).sum();
        let own_bytes = value.bytes().saturating_sub(all);
        loop {
            let needed = own_bytes + self.known().new_bytes(&buffers);
            // May make others give memory back, so no lock is held. Meanwhile buffers may come and go.
            funds.try_resize(needed.max(funds.bytes()))?;
            let mut known = self.known();
            let needed = own_bytes + known.new_bytes(&buffers);
            if needed > funds.bytes() {
                continue;
            }
            funds.shrink(funds.bytes() - needed);
            let mut own = funds.transfer(label.clone());
            for buffer in &buffers {
                known.claim(buffer, &mut own);
            }
            known.bytes += needed;
            let addresses = buffers.iter().map(|buffer| buffer.address).collect();
            drop(known);
            return Ok(Claims {
                own,
                addresses,
                shared: Arc::clone(self),
            });
        }
    }
}

impl Known {
    fn new_bytes(&self, buffers: &[Buffer]) -> u64 {
        let new = buffers
            .iter()
            .filter(|buffer| !self.buffers.contains_key(&buffer.address));
        new.map(|buffer| buffer.bytes).sum()
    }

    fn claim(&mut self, buffer: &Buffer, funds: &mut Charge) {
        let paid = || SharedBuffer {
            charge: funds.split(buffer.bytes),
            claims: 0,
        };
        self.buffers
            .entry(buffer.address)
            .or_insert_with(paid)
            .claims += 1;
    }

    /// Gives a claim up, and returns what paid for the buffer if it was the last.
    fn give_up(&mut self, address: usize) -> Option<Charge> {
        let buffer = self
            .buffers
            .get_mut(&address)
            .expect("a claim keeps its buffer known");
        buffer.claims -= 1;
        if buffer.claims > 0 {
            return None;
        }
        let charge = self.buffers.remove(&address)?.charge;
        self.bytes -= charge.bytes();
        Some(charge)
    }
}

impl Claims {
    /// Gives all claims up for one charge: for the value's own bytes and the buffers that nobody else has.
    pub(crate) fn into_charge(mut self) -> Charge {
        let mut own = self.own.split(self.own.bytes());
        let mut known = self.shared.known();
        known.bytes -= own.bytes();
        for address in std::mem::take(&mut self.addresses) {
            if let Some(charge) = known.give_up(address) {
                own.absorb(charge);
            }
        }
        drop(known);
        own
    }
}

impl Drop for Claims {
    fn drop(&mut self) {
        let mut known = self.shared.known();
        known.bytes -= self.own.bytes();
        for address in std::mem::take(&mut self.addresses) {
            known.give_up(address);
        }
    }
}
