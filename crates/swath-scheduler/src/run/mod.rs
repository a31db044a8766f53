//! A computation under way: the handle, the other end of it, and what several in a row share.

mod completer;
mod future;
mod scope;
mod stats;

pub use completer::Completer;
pub use future::{CancelHandle, Run, WeakCancelHandle};
pub use scope::RunControl;
pub use stats::{Progress, RunStats};
