//! Rows exchanged between partitions by an engine that has nothing of swath's but divisions and shuffle.
//!
//! An exchange is values, not a channel: every partition is split into pieces, by itself; pieces lie wherever one likes; every new
//! partition gathers its piece of each. So this program brings the rest as it pleases: the threads of `std`, a folder for
//! pieces, and a partitioner of its own.
//!
//! ```text
//!   part 0 ──split──► pieces 0 ─┐ (a thread each)      ┌─gather(0)──► new part 0
//!   part 1 ──split──► pieces 1 ─┼──► memory, or files ─┼─gather(1)──► new part 1
//!   part 2 ──split──► pieces 2 ─┘                      └─gather(2)──► new part 2
//! ```

mod modulo;
mod move_rows;
mod realign;

pub use modulo::Modulo;
pub use move_rows::{Error, exchange, exchange_through};
pub use realign::realign;
