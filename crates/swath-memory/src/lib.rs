//! Who owns a byte: the memory budget, grants, reservations, charges, and the cancel token.
//!
//! One [`Budget`] is one number for everything a session holds. Every byte of it has exactly one owner at any time, ownership is
//! *transferred*, and nobody ever waits for memory: what does not fit is refused at once, and the one who asked decides what to do.
//!
//! ```text
//!              grant(demand)            reserve(what)                transfer(label)
//!   Budget ───────────────────► Grant ───────────────► Reservation ─────────────────► Charge
//!   the limit      a task's, with a floor    RAII, grows or is refused      bytes of a kept result
//!      ▲                                          │ try_grow
//!      └──────────────── Reclaim ◄────────────────┘   a store gives unpinned results back
//! ```
//!
//! What it refuses to be: an allocator (it counts what it is told), a queue (no call blocks), or a judge of estimates
//! ([`Demand::expected`] throttles admission, [`Demand::floor`] is all that is guaranteed).
//!
//! ```
//! use swath_memory::{Budget, Demand};
//!
//! let budget = Budget::new(1_000);
//! let grant = budget.grant(Demand { floor: 200, expected: 600 }).expect("nothing else runs");
//! let mut table = grant.reserve("hash table");
//! table.try_grow(500)?;
//! assert_eq!(budget.used(), 500);
//!
//! let kept = table.transfer("sales");            // the result outlives the task
//! drop(grant);
//! assert_eq!((budget.used(), kept.bytes()), (500, 500));
//! drop(kept);
//! assert_eq!(budget.used(), 0);
//! # Ok::<(), swath_memory::OverBudget>(())
//! ```

// The limit, and what is handed out of it.
mod budget;
mod grant;
mod reservation;
// What outlives a task.
mod charge;
// How it is counted, and got back.
mod ledger;
mod reclaim;
// Beside it.
mod byte_size;
mod cancel;
mod error;
mod label;

pub use budget::{Budget, Holder};
pub use byte_size::{ByteSize, ByteSizeError, FormatBytes, format_bytes};
pub use cancel::{CancelToken, Cancelled};
pub use charge::Charge;
pub use error::OverBudget;
pub use grant::{Demand, Grant};
pub use label::Label;
pub use reclaim::Reclaim;
pub use reservation::Reservation;
