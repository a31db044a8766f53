//! The one number for everything, and who holds parts of it.

use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, Weak},
};

use crate::{Demand, Grant, Label, OverBudget, Reclaim, Reservation, format_bytes, ledger::Ledger};

/// A limit in bytes, shared by everybody who holds a clone of it.
///
/// Cloning costs one reference count. All calls are safe from any thread and none waits for memory; each takes one short lock.
/// The sum of what all [`holders`](Self::holders) have is [`used`](Self::used) at any moment, and never above the limit.
#[derive(Clone)]
pub struct Budget(Arc<Pool>);

struct Pool {
    ledger: Mutex<Ledger>,
    reclaimers: RwLock<Vec<Weak<dyn Reclaim>>>,
}

/// One line of [`Budget::holders`]: bytes under one label.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holder {
    /// What the bytes are for.
    pub what: Label,
    /// Bytes, always more than 0.
    pub bytes: u64,
    /// How many reservations or charges share the label.
    pub count: usize,
}

impl fmt::Display for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", format_bytes(self.bytes), self.what)?;
        if self.count > 1 {
            write!(f, " ({})", self.count)
        } else {
            Ok(())
        }
    }
}

impl Budget {
    /// A budget of `limit_bytes` bytes.
    pub fn new(limit_bytes: u64) -> Self {
        Self(Arc::new(Pool {
            ledger: Mutex::new(Ledger::new(limit_bytes)),
            reclaimers: RwLock::default(),
        }))
    }

    /// A budget that refuses nothing, and still counts.
    pub fn unlimited() -> Self {
        Self::new(u64::MAX)
    }

    /// The limit in bytes; `u64::MAX` if there is none.
    pub fn limit(&self) -> u64 {
        self.ledger().limit()
    }

    /// Whether the budget refuses nothing.
    pub fn is_unlimited(&self) -> bool {
        self.limit() == u64::MAX
    }

    /// Bytes in use by all holders together.
    pub fn used(&self) -> u64 {
        self.ledger().used()
    }

    /// The most bytes that were in use at any moment.
    pub fn peak(&self) -> u64 {
        self.ledger().peak()
    }

    /// Who holds what now, merged by label, largest first; for errors and listings. Costs a pass over all holders.
    pub fn holders(&self) -> Vec<Holder> {
        self.ledger().holders()
    }

    /// Admits a task: takes its floor, if the floor and what it expects fit beside what everybody else holds and expects.
    ///
    /// May reclaim, never waits. `None` means: not now. Somebody must be able to go on, so whoever runs nothing at all asks
    /// [`grant_alone`](Self::grant_alone) instead.
    pub fn grant(&self, demand: Demand) -> Option<Grant> {
        if demand == Demand::default() {
            return Some(Grant::unregistered(self.clone()));
        }
        self.with_reclaim(|ledger| ledger.grant(demand))
            .ok()
            .map(|id| Grant::registered(self.clone(), id))
    }

    /// Admits a task when nothing else runs: it always succeeds, with as much of the floor as can be had.
    ///
    /// The limit holds even so: a floor above what is free is lowered to that, see [`Grant::floor`], and growth beyond it is
    /// refused as always.
    pub fn grant_alone(&self, demand: Demand) -> Grant {
        let id = match self.with_reclaim(|ledger| ledger.grant(demand)) {
            Ok(id) => id,
            Err(_missing) => self.ledger().grant_what_is_free(demand),
        };
        Grant::registered(self.clone(), id)
    }

    /// An empty reservation outside any task: a table handed to a caller, data handed in from memory.
    pub fn reserve(&self, what: &'static str) -> Reservation {
        Reservation::standalone(self.clone(), what)
    }

    /// Adds somebody to ask for memory when it runs out, in the order of these calls. The budget does not keep it alive.
    pub fn reclaimer(&self, reclaim: Weak<dyn Reclaim>) {
        let mut reclaimers = self
            .0
            .reclaimers
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        reclaimers.retain(|known| known.strong_count() > 0);
        reclaimers.push(reclaim);
    }

    /// Whether both are handles on one and the same budget.
    pub fn same_as(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    /// The books. A panic cannot happen between two changes of theirs, so a poisoned lock is still consistent.
    pub(crate) fn ledger(&self) -> MutexGuard<'_, Ledger> {
        self.0.ledger.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Tries, and reclaims what is missing for as long as that gives anything. The lock is not held while reclaiming.
    pub(crate) fn with_reclaim<T>(
        &self,
        mut attempt: impl FnMut(&mut Ledger) -> Result<T, u64>,
    ) -> Result<T, u64> {
        loop {
            let missing = match attempt(&mut self.ledger()) {
                Ok(done) => return Ok(done),
                Err(missing) => missing,
            };
            if self.reclaim(missing) == 0 {
                // Somebody else may have given memory back meanwhile.
                return attempt(&mut self.ledger());
            }
        }
    }

    fn reclaim(&self, bytes: u64) -> u64 {
        let reclaimers = self
            .0
            .reclaimers
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        let mut freed = 0_u64;
        for reclaim in reclaimers.iter().filter_map(Weak::upgrade) {
            if freed >= bytes {
                break;
            }
            freed = freed.saturating_add(reclaim.reclaim(bytes - freed));
        }
        freed
    }

    pub(crate) fn over(&self, what: &'static str, needed: u64) -> OverBudget {
        let ledger = self.ledger();
        OverBudget {
            what,
            needed,
            limit: ledger.limit(),
            used: ledger.used(),
        }
    }
}

impl fmt::Debug for Budget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ledger = self.ledger();
        f.debug_struct("Budget")
            .field("limit", &ledger.limit())
            .field("used", &ledger.used())
            .finish_non_exhaustive()
    }
}
