//! The one way memory can be refused.

use crate::format_bytes;

/// A reservation could not grow: the budget is used up and nothing could be reclaimed.
///
/// It is an ordinary outcome, not a failure: an operator that can spill does so and goes on. What cannot passes it on, and the
/// scheduler dispatches the task again, alone.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{what} needs {}, and {} of the memory limit of {} are in use",
    format_bytes(*needed),
    format_bytes(*used),
    format_bytes(*limit)
)]
pub struct OverBudget {
    /// What the reservation is for, as given to [`Grant::reserve`](crate::Grant::reserve).
    pub what: &'static str,
    /// Bytes the reservation would have had.
    pub needed: u64,
    /// The budget's limit in bytes.
    pub limit: u64,
    /// Bytes in use when it was refused, by all holders together, this one included.
    pub used: u64,
}
