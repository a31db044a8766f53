//! What a task asks for, and what it is given.

use std::{fmt, sync::OnceLock};

use crate::{Budget, Charge, Reservation, ledger::GrantId};

/// What a task says about its memory before it runs, in bytes. The default is nothing: a small task that is always admitted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Demand {
    /// Guaranteed from the start: growth up to this can never be refused.
    pub floor: u64,
    /// The most it will probably take, its results included. Throttles admission; nothing is promised, and it may be wrong.
    pub expected: u64,
}

impl Demand {
    /// A demand whose floor is all it expects.
    pub const fn exactly(bytes: u64) -> Self {
        Self {
            floor: bytes,
            expected: bytes,
        }
    }

    /// The same demand with at least this floor.
    #[must_use]
    pub fn at_least(self, floor: u64) -> Self {
        Self {
            floor: self.floor.max(floor),
            expected: self.expected.max(floor),
        }
    }
}

/// A running task's share of a [`Budget`]: a floor that is never revoked, and the right to ask for more.
///
/// Shared by reference between the threads that work on the task. Dropping it gives the unused floor back; reservations made
/// from it go on holding what they have.
pub struct Grant {
    budget: Budget,
    /// Small tasks ask for nothing and often reserve nothing: they enter the books when they first do.
    id: OnceLock<GrantId>,
}

impl Grant {
    pub(crate) fn unregistered(budget: Budget) -> Self {
        Self {
            budget,
            id: OnceLock::new(),
        }
    }

    pub(crate) fn registered(budget: Budget, id: GrantId) -> Self {
        Self {
            budget,
            id: OnceLock::from(id),
        }
    }

    fn id(&self) -> GrantId {
        *self.id.get_or_init(|| self.budget.ledger().grant_nothing())
    }

    /// Starts an empty reservation; `what` names it in errors and listings ("hash table").
    pub fn reserve(&self, what: &'static str) -> Reservation {
        let id = self.id();
        self.budget.ledger().retain(id);
        Reservation::of_grant(self.budget.clone(), id, what)
    }

    /// Whether it has no floor and nothing was reserved from it yet.
    pub fn is_untouched(&self) -> bool {
        self.id.get().is_none()
    }

    /// Takes over the bytes of a charge, whole and without a gap: an input that the task now owns.
    pub fn adopt(&self, charge: Charge, what: &'static str) -> Reservation {
        let mut reservation = self.reserve(what);
        reservation.adopt(charge);
        reservation
    }

    /// Bytes that are guaranteed: what was asked for, less what left with transferred reservations.
    pub fn floor(&self) -> u64 {
        self.id
            .get()
            .map_or(0, |id| self.budget.ledger().floor(*id))
    }

    /// The most its reservations had together, or asked for and were refused: the floor to try again with.
    pub fn wanted(&self) -> u64 {
        self.id
            .get()
            .map_or(0, |id| self.budget.ledger().wanted(*id))
    }

    /// The budget it is a share of.
    pub fn budget(&self) -> &Budget {
        &self.budget
    }
}

impl Drop for Grant {
    fn drop(&mut self) {
        if let Some(id) = self.id.get() {
            self.budget.ledger().close(*id);
        }
    }
}

impl fmt::Debug for Grant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Grant")
            .field("floor", &self.floor())
            .field("wanted", &self.wanted())
            .finish_non_exhaustive()
    }
}
