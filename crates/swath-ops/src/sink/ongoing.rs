//! A write that is under way, as those see it who take part in it in this process.

use std::sync::{Arc, PoisonError, RwLock};

use swath_graph::Name;

/// A write with a name of its own, until it is over: nobody begins to work for it after that.
#[derive(Debug)]
pub struct Ongoing {
    name: Arc<str>,
    is_over: RwLock<bool>,
}

impl Ongoing {
    /// A new write, of a name that no other has: letters, digits and `-`.
    pub fn begin() -> Arc<Self> {
        Self::named(format!("write-{:032x}", Name::unique("write").print()))
    }

    /// The write of this name, as another process sees it that was told of it.
    pub(crate) fn named(name: impl Into<Arc<str>>) -> Arc<Self> {
        Arc::new(Self {
            name: name.into(),
            is_over: RwLock::new(false),
        })
    }

    /// Its name.
    pub fn name(&self) -> &Arc<str> {
        &self.name
    }

    /// Does some of its work; `None` where it is over.
    pub(crate) fn during<T>(&self, work: impl FnOnce() -> T) -> Option<T> {
        // Held while it works: `end` waits for it.
        let is_over = self.is_over.read().unwrap_or_else(PoisonError::into_inner);
        (!*is_over).then(work)
    }

    /// Ends it: waits for who works for it at this moment, and lets nobody begin.
    pub fn end(&self) {
        let mut is_over = self.is_over.write().unwrap_or_else(PoisonError::into_inner);
        *is_over = true;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_works_for_what_is_over() {
        let (one, other) = (Ongoing::begin(), Ongoing::begin());
        assert_ne!(one.name(), other.name());
        assert_eq!(one.during(|| 7), Some(7));
        one.end();
        assert_eq!((one.during(|| 7), other.during(|| 8)), (None, Some(8)));
    }

    #[test]
    fn its_end_waits_for_who_works() {
        let write = Ongoing::begin();
        let (began, is_begun) = std::sync::mpsc::channel();
        std::thread::scope(|scope| {
            let work = scope.spawn(|| {
                write.during(|| {
                    began.send(()).expect("somebody waits");
                    std::thread::sleep(std::time::Duration::from_millis(20));
                    std::time::Instant::now()
                })
            });
            is_begun.recv().expect("it begins");
            write.end();
            let ended = std::time::Instant::now();
            let worked = work.join().expect("no panic").expect("it was not over");
            assert!(worked <= ended);
        });
    }
}
