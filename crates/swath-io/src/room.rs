//! Memory for what files say that they decompress to.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use swath_memory::{OverBudget, Reservation};

/// A reservation that all readers of one task share: each has as much as its last batch needs.
#[derive(Clone)]
pub(crate) struct Room(Arc<Mutex<Reservation>>);

impl Room {
    pub(crate) fn new(reservation: Reservation) -> Self {
        Self(Arc::new(Mutex::new(reservation)))
    }

    /// Holds so many bytes instead of those before.
    ///
    /// # Errors
    /// Bytes that are not to be had.
    pub(crate) fn hold(&self, bytes: u64) -> Result<(), OverBudget> {
        let mut reservation = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        reservation.try_resize(bytes)
    }
}

impl fmt::Debug for Room {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let reservation = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        write!(f, "Room({} bytes)", reservation.bytes())
    }
}
