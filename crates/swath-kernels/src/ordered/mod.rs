//! Columns made from rows in their order: shifted, accumulated, filled, rolled over in windows.
//!
//! Rows come batch by batch. An answer that looks ahead waits until the rows that it needs have come, so answers lag behind
//! rows and [`finish`](InOrder::finish) gives what is left; how rows are cut into batches changes no answer.
//!
//! ```text
//!  rows ──push──► InOrder ──► answers that are settled, oldest first
//!                   │ keeps: the last rows, a running total, a window
//!                   └──finish──► the rest
//! ```

mod contract;
mod operation;
mod waiting;

mod cumulative;
mod exact;
mod extreme;
mod fill;
mod rolling;
mod shift;
mod sliding;

pub use contract::InOrder;
pub use operation::{Cumulative, Ordered, RollingStatistic};
pub use waiting::Waiting;

#[cfg(test)]
mod tests;
