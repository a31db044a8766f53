//! How many partitions a frame can be asked to have.

use crate::PlanError;

/// The number of partitions of a new frame, which tasks count in 32 bits; `what` is what the caller calls it.
///
/// # Errors
/// None, or more than 2^32 - 1.
pub fn partition_count(what: &'static str, n: usize) -> Result<u32, PlanError> {
    match u32::try_from(n) {
        Ok(0) => Err(PlanError::TooSmall {
            what,
            least: 1,
            found: 0,
        }),
        Ok(n) => Ok(n),
        Err(_) => Err(PlanError::TooLarge {
            what,
            most: u32::MAX as usize,
            found: n,
        }),
    }
}
