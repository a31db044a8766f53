//! How threads sleep until there is work.

use crate::sync::{Condvar, Mutex, lock};

/// Counts wake-ups: one that comes before its thread sleeps is not lost.
#[derive(Debug, Default)]
pub(super) struct Semaphore {
    inner: Mutex<Inner>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct Inner {
    permits: usize,
    closed: bool,
}

impl Semaphore {
    pub(super) fn release(&self, permits: usize) {
        lock(&self.inner).permits += permits;
        for _ in 0..permits {
            self.changed.notify_one();
        }
    }

    /// Lets everybody go, now and for ever.
    pub(super) fn close(&self) {
        lock(&self.inner).closed = true;
        self.changed.notify_all();
    }

    /// Waits for a permit; false once it is closed.
    pub(super) fn acquire(&self) -> bool {
        let mut inner = lock(&self.inner);
        loop {
            if inner.closed {
                return false;
            }
            if inner.permits > 0 {
                inner.permits -= 1;
                return true;
            }
            inner = self
                .changed
                .wait(inner)
                .unwrap_or_else(std::sync::PoisonError::into_inner);
        }
    }
}
