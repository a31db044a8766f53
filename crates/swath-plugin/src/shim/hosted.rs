//! The host, as functions of a plugin see it.

use std::error::Error;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use swath_batch::{Cx, Host, Value};
use swath_plugin_abi as abi;

/// The host of one run, at one partition. What a function keeps of it after the run answers as if everything was over.
pub(crate) struct Hosted {
    host: RwLock<Option<abi::Host>>,
    /// Number and count.
    partition: (usize, usize),
    halo: (usize, usize),
    seed: u64,
    /// Bytes that the host gave, and that were not given back.
    reserved: AtomicI64,
    /// Of each index column a value.
    bounds: Option<[Vec<Value>; 2]>,
}

impl Hosted {
    /// At this place, between these boundaries.
    pub(crate) fn new(
        host: abi::Host,
        place: &abi::Place<'_>,
        bounds: Option<[Vec<Value>; 2]>,
    ) -> Self {
        Self {
            host: RwLock::new(Some(host)),
            partition: (place.number as usize, place.count as usize),
            halo: (place.before as usize, place.after as usize),
            seed: place.seed,
            reserved: AtomicI64::new(0),
            bounds,
        }
    }

    /// Ends it: the host is not asked again. What was not given back until now is, for whoever kept it.
    fn leave(&self) {
        // Held until the end: nobody else asks meanwhile.
        let mut host = self.host.write().unwrap_or_else(PoisonError::into_inner);
        let kept = self.reserved.swap(0, Ordering::AcqRel);
        if let Some(host) = host.take()
            && kept > 0
        {
            // SAFETY: as in `check`.
            unsafe { (host.table.reserve())(host.context, -kept) };
        }
    }

    /// Asks the host, as long as there is one.
    fn ask<T>(&self, otherwise: T, body: impl FnOnce(abi::Host) -> T) -> T {
        // Held while the host is asked: `leave` waits for it.
        let host = self.host.read().unwrap_or_else(PoisonError::into_inner);
        host.map_or(otherwise, body)
    }
}

impl Host for Hosted {
    fn check(&self) -> Result<(), Box<dyn Error + Send + Sync>> {
        // SAFETY: the host is valid until the run or call ends, and `leave` is called before.
        let asked = |host: abi::Host| unsafe { (host.table.is_cancelled())(host.context) };
        if self.ask(true, asked) {
            Err("the run was cancelled".into())
        } else {
            Ok(())
        }
    }

    fn partition(&self) -> (usize, usize) {
        self.partition
    }

    fn boundary(&self, at: usize) -> Option<&[Value]> {
        let [lower, upper] = self.bounds.as_ref()?;
        match at.checked_sub(self.partition.0)? {
            0 => Some(lower),
            1 => Some(upper),
            _ => None,
        }
    }

    fn halo(&self) -> (usize, usize) {
        self.halo
    }

    fn seed(&self) -> u64 {
        self.seed
    }

    fn reserve(&self, bytes: i64) -> bool {
        self.ask(bytes <= 0, |host| {
            // SAFETY: as in `check`.
            let given = unsafe { (host.table.reserve())(host.context, bytes) };
            if given {
                self.reserved.fetch_add(bytes, Ordering::AcqRel);
            }
            given
        })
    }

    fn progress(&self, done: u64, total: u64) {
        // SAFETY: as in `check`.
        self.ask((), |host| unsafe {
            (host.table.progress())(host.context, done, total);
        });
    }
}

/// A `Cx` for one call or run, which ends with this.
pub(crate) struct Asking {
    hosted: Arc<Hosted>,
    cx: Cx,
}

impl Asking {
    pub(crate) fn new(hosted: Hosted) -> Self {
        let hosted = Arc::new(hosted);
        Self {
            cx: Cx::new(Arc::<Hosted>::clone(&hosted)),
            hosted,
        }
    }

    /// What a function may ask.
    pub(crate) fn cx(&self) -> &Cx {
        &self.cx
    }
}

impl Drop for Asking {
    fn drop(&mut self) {
        self.hosted.leave();
    }
}
