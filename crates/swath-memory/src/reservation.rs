//! Bytes that somebody at work holds, and how they grow, shrink and move on.

use std::fmt;

use crate::{Budget, Charge, Label, OverBudget, ledger::GrantId};

/// Bytes held by one piece of work, given back on drop.
///
/// Reserve before allocating what is *retained* (tables, runs, results); scratch that lives for one batch is covered by a fixed
/// allowance a thread and need not be reserved.
pub struct Reservation {
    budget: Budget,
    /// A reservation outside any task enters the books when it first grows.
    grant: Option<GrantId>,
    what: &'static str,
    bytes: u64,
}

impl Reservation {
    pub(crate) fn of_grant(budget: Budget, grant: GrantId, what: &'static str) -> Self {
        Self {
            budget,
            grant: Some(grant),
            what,
            bytes: 0,
        }
    }

    pub(crate) fn standalone(budget: Budget, what: &'static str) -> Self {
        Self {
            budget,
            grant: None,
            what,
            bytes: 0,
        }
    }

    /// Adds `bytes`, reclaiming from stores if it must. Never waits.
    ///
    /// # Errors
    /// [`OverBudget`] if the bytes are not to be had; the reservation is unchanged. Growth within a grant's floor never fails.
    pub fn try_grow(&mut self, bytes: u64) -> Result<(), OverBudget> {
        if bytes == 0 {
            return Ok(());
        }
        let grant = *self
            .grant
            .get_or_insert_with(|| self.budget.ledger().grant_nothing());
        match self
            .budget
            .with_reclaim(|ledger| ledger.grow(grant, self.what, bytes))
        {
            Ok(()) => {
                self.bytes += bytes;
                Ok(())
            }
            Err(_missing) => Err(self
                .budget
                .over(self.what, self.bytes.saturating_add(bytes))),
        }
    }

    /// Gives `bytes` back; at most what it has.
    pub fn shrink(&mut self, bytes: u64) {
        let bytes = bytes.min(self.bytes);
        if let (Some(grant), 1..) = (self.grant, bytes) {
            self.budget.ledger().shrink(grant, self.what, bytes);
            self.bytes -= bytes;
        }
    }

    /// Grows or shrinks to exactly `bytes`.
    ///
    /// # Errors
    /// [`OverBudget`] as for [`try_grow`](Self::try_grow).
    pub fn try_resize(&mut self, bytes: u64) -> Result<(), OverBudget> {
        if bytes > self.bytes {
            self.try_grow(bytes - self.bytes)
        } else {
            self.shrink(self.bytes - bytes);
            Ok(())
        }
    }

    /// Bytes it has.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// What it is for.
    pub fn what(&self) -> &'static str {
        self.what
    }

    /// The budget it is a part of.
    pub fn budget(&self) -> &Budget {
        &self.budget
    }

    /// Takes over the bytes of a charge of the same budget, without a gap.
    pub fn adopt(&mut self, charge: Charge) {
        let Some(id) = charge.into_id(&self.budget) else {
            return;
        };
        let mut ledger = self.budget.ledger();
        let grant = *self.grant.get_or_insert_with(|| ledger.grant_nothing());
        self.bytes += ledger.adopt(id, grant, self.what);
    }

    /// Grows or shrinks to exactly `bytes` and hands them on to a kept result; for a fresh reservation that is one step.
    ///
    /// # Errors
    /// [`OverBudget`] as for [`try_grow`](Self::try_grow); what the reservation had is given back.
    pub fn try_into_charge(
        mut self,
        bytes: u64,
        label: impl Into<Label>,
    ) -> Result<Charge, OverBudget> {
        if self.grant.is_some() || bytes == 0 {
            self.try_resize(bytes)?;
            return Ok(self.transfer(label));
        }
        let label = label.into();
        match self
            .budget
            .with_reclaim(|ledger| ledger.charge(bytes, &label))
        {
            Ok(id) => Ok(Charge::new(self.budget.clone(), id, bytes)),
            Err(_missing) => Err(self.budget.over(self.what, bytes)),
        }
    }

    /// Hands the bytes on to a kept result. Nothing is counted twice or not at all in between.
    pub fn transfer(mut self, label: impl Into<Label>) -> Charge {
        let bytes = std::mem::take(&mut self.bytes);
        let Some(grant) = self.grant.filter(|_| bytes > 0) else {
            return Charge::empty(self.budget.clone());
        };
        let id = self
            .budget
            .ledger()
            .transfer(grant, self.what, bytes, label.into());
        Charge::new(self.budget.clone(), id, bytes)
    }
}

impl Drop for Reservation {
    fn drop(&mut self) {
        if let Some(grant) = self.grant {
            let mut ledger = self.budget.ledger();
            if self.bytes > 0 {
                ledger.shrink(grant, self.what, self.bytes);
            }
            ledger.release(grant);
        }
    }
}

impl fmt::Debug for Reservation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reservation")
            .field("what", &self.what)
            .field("bytes", &self.bytes)
            .finish_non_exhaustive()
    }
}
