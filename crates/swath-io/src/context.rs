//! What reading needs from the session.

use std::fmt;
use std::sync::Arc;
use swath_batch::Host;
use swath_expr::Functions;
use swath_memory::{CancelToken, Reservation};

use crate::room::Room;
use crate::{FooterCache, RecordStarts, Stores};

/// The session's services that a reader uses.
#[derive(Clone, Debug)]
pub struct IoContext {
    /// Checked at every chunk and every file.
    pub cancel: CancelToken,
    /// Footers that were parsed before.
    pub footers: Arc<FooterCache>,
    /// Where records were found to begin in text files.
    pub record_starts: Arc<RecordStarts>,
    /// The functions that predicates may call.
    pub functions: Arc<Functions>,
    /// The object stores that paths may name.
    pub stores: Stores,
    /// What memory is reserved with before files make anybody allocate as much as they say; without it 2 GiB a buffer are the
    /// most.
    pub(crate) room: Option<Room>,
    /// What functions that make rows may ask of the task that reads.
    task: Option<Task>,
}

/// A task as functions in it see it.
#[derive(Clone)]
struct Task(Arc<dyn Host>);

impl fmt::Debug for Task {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Task")
    }
}

impl IoContext {
    /// A context with the standard functions and no object stores.
    pub fn new(cancel: CancelToken, footers: Arc<FooterCache>) -> Self {
        Self {
            cancel,
            footers,
            record_starts: Arc::default(),
            functions: Arc::new(Functions::standard()),
            stores: Stores::default(),
            room: None,
            task: None,
        }
    }

    /// The same with a reservation that grows before what files say is decompressed.
    pub fn reserving(self, reservation: Reservation) -> Self {
        Self {
            room: Some(Room::new(reservation)),
            ..self
        }
    }

    /// The same for readers whose rows come from functions, which may ask this of the task that they run in.
    pub fn in_task(self, task: Arc<dyn Host>) -> Self {
        Self {
            task: Some(Task(task)),
            ..self
        }
    }

    /// What functions may ask of the task that reads, if one does.
    pub fn task(&self) -> Option<&Arc<dyn Host>> {
        self.task.as_ref().map(|task| &task.0)
    }

    /// The same with what others found before.
    pub fn record_starts(self, record_starts: Arc<RecordStarts>) -> Self {
        Self {
            record_starts,
            ..self
        }
    }

    /// The same with other functions.
    pub fn functions(self, functions: Arc<Functions>) -> Self {
        Self { functions, ..self }
    }

    /// The same with these object stores.
    pub fn stores(self, stores: Stores) -> Self {
        Self { stores, ..self }
    }
}
