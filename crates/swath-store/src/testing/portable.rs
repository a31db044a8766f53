//! Values that can leave memory and come back.

use swath_scheduler::TaskError;

/// A value that can be written down and read back as an equal one.
pub trait Portable: Sized {
    /// Writes the value down.
    ///
    /// # Errors
    /// If it holds something that cannot be.
    fn encode(&self) -> Result<Vec<u8>, TaskError>;

    /// Reads back what [`encode`](Self::encode) wrote.
    ///
    /// # Errors
    /// If the bytes are not what it wrote.
    fn decode(bytes: &[u8]) -> Result<Self, TaskError>;
}
