//! How a budget asks for memory back.

/// Somebody who can give bytes back on demand: a store that can drop or spill results nobody is reading.
pub trait Reclaim: Send + Sync {
    /// Gives back about `bytes`, and returns how many bytes it did give back (0 if none).
    ///
    /// It is called on the thread that needs the memory, with no lock of the budget held, possibly from several threads at once.
    /// It must not wait for a task, and must not call [`Reservation::try_grow`](crate::Reservation::try_grow) itself.
    fn reclaim(&self, bytes: u64) -> u64;
}
