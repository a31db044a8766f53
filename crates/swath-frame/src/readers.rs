//! Handles that are alive: who reads what is held, and from which line.

use std::panic::Location;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use swath_plan::Plan;

/// Handles remembered before the list of live ones is cleaned for the first time.
const BEFORE_CLEANING: usize = 64;

/// What a frame, a lazy value or another handle that keeps rows in memory owns for as long as it lives.
#[derive(Debug)]
pub(crate) struct Reader {
    pub(crate) plan: Plan,
    pub(crate) label: Option<Arc<str>>,
    /// The line that made the handle.
    pub(crate) location: &'static Location<'static>,
}

/// The live handles of a session.
#[derive(Debug, Default)]
pub(crate) struct Readers(Mutex<Vec<Weak<Reader>>>);

impl Readers {
    /// Remembers a handle until it is dropped.
    pub(crate) fn remember(&self, reader: Reader) -> Arc<Reader> {
        let reader = Arc::new(reader);
        let mut readers = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // Cleaned when it would grow, so that the cost a handle is constant.
        if readers.len() >= BEFORE_CLEANING && readers.len() == readers.capacity() {
            readers.retain(|reader| reader.strong_count() > 0);
        }
        readers.push(Arc::downgrade(&reader));
        reader
    }

    /// The live ones, oldest first.
    pub(crate) fn alive(&self) -> Vec<Arc<Reader>> {
        let readers = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        readers.iter().filter_map(Weak::upgrade).collect()
    }
}
