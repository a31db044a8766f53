//! Bytes of a result that is kept.

use std::fmt;

use crate::{Budget, Label, ledger::ChargeId};

/// Bytes held by a kept result, given back on drop. It never grows: results are immutable.
pub struct Charge {
    budget: Budget,
    /// None for a result that has no bytes.
    id: Option<ChargeId>,
    bytes: u64,
}

impl Charge {
    pub(crate) fn new(budget: Budget, id: ChargeId, bytes: u64) -> Self {
        Self {
            budget,
            id: Some(id),
            bytes,
        }
    }

    pub(crate) fn empty(budget: Budget) -> Self {
        Self {
            budget,
            id: None,
            bytes: 0,
        }
    }

    /// Bytes it has.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Gives `bytes` back, at most what it has: part of the result is gone.
    pub fn shrink(&mut self, bytes: u64) {
        let bytes = bytes.min(self.bytes);
        if let Some(id) = self.id {
            self.budget.ledger().shrink_charge(id, bytes);
            self.bytes -= bytes;
        }
    }

    /// Moves `bytes`, at most what it has, into a charge of their own under the same label.
    #[must_use]
    pub fn split(&mut self, bytes: u64) -> Self {
        let bytes = bytes.min(self.bytes);
        let Some(id) = self.id.filter(|_| bytes > 0) else {
            return Self::empty(self.budget.clone());
        };
        let part = self.budget.ledger().split_charge(id, bytes);
        self.bytes -= bytes;
        Self::new(self.budget.clone(), part, bytes)
    }

    /// Takes over the bytes of another charge, under this one's label unless this one is empty. One of another budget cannot
    /// be taken over: it is given back there.
    pub fn absorb(&mut self, mut other: Self) {
        if !self.budget.same_as(&other.budget) {
            return;
        }
        match (self.id, other.id.take()) {
            (_, None) => {}
            (None, taken) => self.id = taken,
            (Some(into), Some(from)) => self.budget.ledger().absorb_charge(into, from),
        }
        self.bytes += other.bytes;
    }

    /// Lists the bytes under another label from now on.
    pub fn relabel(&self, label: impl Into<Label>) {
        if let Some(id) = self.id {
            self.budget.ledger().relabel(id, label.into());
        }
    }

    /// Gives up the handle for a transfer inside the same budget; a charge of another budget is given back there instead.
    pub(crate) fn into_id(mut self, budget: &Budget) -> Option<ChargeId> {
        if self.budget.same_as(budget) {
            self.id.take()
        } else {
            None
        }
    }
}

impl Drop for Charge {
    fn drop(&mut self) {
        if let Some(id) = self.id {
            self.budget.ledger().drop_charge(id);
        }
    }
}

impl fmt::Debug for Charge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Charge")
            .field("bytes", &self.bytes)
            .finish_non_exhaustive()
    }
}
