//! Whether messages may show values out of the data.

use std::fmt::{self, Display, Formatter};
use std::sync::atomic::{AtomicBool, Ordering};

/// What stands in a message for a value that is not shown.
pub const REDACTED: &str = "‹redacted›";

static REDACTING: AtomicBool = AtomicBool::new(false);

/// From now on no message of this process shows a value out of the data.
///
/// For the whole process and for good, the one state that is not a session's: errors outlive their session, panics and logs know none, and
/// a value that one session must not show is none that another may.
pub fn redact_values() {
    REDACTING.store(true, Ordering::Relaxed);
}

/// Whether values are not shown.
pub fn values_are_redacted() -> bool {
    REDACTING.load(Ordering::Relaxed)
}

/// A value out of the data, or a text that may hold some, in a message: `‹redacted›` where values are not shown.
///
/// Every message of every crate shows values through this and in no other way.
///
/// ```standalone_crate
/// use swath_graph::Shown;
///
/// assert_eq!(format!("`{}` is no int64", Shown("n/k")), "`n/k` is no int64");
/// swath_graph::redact_values();
/// assert_eq!(format!("`{}` is no int64", Shown("n/k")), "`‹redacted›` is no int64");
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Shown<T>(pub T);

impl<T: Display> Display for Shown<T> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        if values_are_redacted() {
            f.write_str(REDACTED)
        } else {
            self.0.fmt(f)
        }
    }
}
