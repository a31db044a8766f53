//! Bytes that somebody at work holds, and how they grow, shrink and move on.

use std::fmt;

use crate::{Budget, Charge, Label, OverBudget, ledger::GrantId};

/// Bytes held by one piece of work, given back on drop.
///
/// Reserve before allocating what is *retained* (tables, runs, results); scratch that lives for one batch is covered by a fixed
/// allowance a thread and need not be reserved.
pub struct Reservation {
    /// None once its budget went on with the bytes: a reference count shared by all threads is worth a move.
    budget: Option<Budget>,
    /// A reservation outside any task enters the books when it first grows.
    grant: Option<GrantId>,
    what: &'static str,
    bytes: u64,
}

impl Reservation {
    pub(crate) fn of_grant(budget: Budget, grant: GrantId, what: &'static str) -> Self {
        Self {
            budget: Some(budget),
            grant: Some(grant),
            what,
            bytes: 0,
        }
    }

    pub(crate) fn standalone(budget: Budget, what: &'static str) -> Self {
        Self {
            budget: Some(budget),
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
        let grant = self.grant_id();
        match self
            .budget()
            .with_reclaim(|ledger| ledger.grow(grant, self.what, bytes))
        {
            Ok(()) => {
                self.bytes += bytes;
                Ok(())
            }
            Err(_missing) => Err(self
                .budget()
                .over(self.what, self.bytes.saturating_add(bytes))),
        }
    }

    /// Gives `bytes` back; at most what it has.
    pub fn shrink(&mut self, bytes: u64) {
        let bytes = bytes.min(self.bytes);
        if let (Some(grant), 1..) = (self.grant, bytes) {
            self.budget().ledger().shrink(grant, self.what, bytes);
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
        self.budget
            .as_ref()
            .expect("it has its budget until it is handed on, which consumes it")
    }

    /// Takes over the bytes of a charge of the same budget, without a gap.
    pub fn adopt(&mut self, charge: Charge) {
        let Some(id) = charge.into_id(self.budget()) else {
            return;
        };
        let grant = self.grant_id();
        let bytes = self.budget().ledger().adopt(id, grant, self.what);
        self.bytes += bytes;
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
        let (label, what) = (label.into(), self.what);
        let budget = self.into_budget();
        match budget.with_reclaim(|ledger| ledger.charge(bytes, &label)) {
            Ok(id) => Ok(Charge::new(budget, id, bytes)),
            Err(_missing) => Err(budget.over(what, bytes)),
        }
    }

    /// Hands the bytes on to a kept result. Nothing is counted twice or not at all in between.
    pub fn transfer(mut self, label: impl Into<Label>) -> Charge {
        let bytes = std::mem::take(&mut self.bytes);
        let budget = self.budget().clone();
        let Some(grant) = self.grant.filter(|_| bytes > 0) else {
            return Charge::empty(budget);
        };
        let id = budget
            .ledger()
            .transfer(grant, self.what, bytes, label.into());
        Charge::new(budget, id, bytes)
    }

    /// Its place in the books; one outside any task enters them now.
    fn grant_id(&mut self) -> GrantId {
        if let Some(grant) = self.grant {
            return grant;
        }
        let grant = self.budget().ledger().grant_nothing();
        self.grant = Some(grant);
        grant
    }

    /// Ends a reservation that is not in the books.
    fn into_budget(mut self) -> Budget {
        debug_assert!(self.grant.is_none(), "what is in the books is given back");
        self.budget
            .take()
            .expect("it has its budget until it is handed on, which consumes it")
    }
}

impl Drop for Reservation {
    fn drop(&mut self) {
        if let (Some(grant), Some(budget)) = (self.grant, &self.budget) {
            let mut ledger = budget.ledger();
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
