//! Partitions of other frames that a function of several sees.

use std::sync::Arc;

use swath_batch::Batch;
use swath_memory::Reservation;
use swath_meta::Meta;
use swath_scheduler::{Inputs, Pinned, TaskContext};

use crate::{OpError, TaskInputs, TaskValue};

/// The frames beside the first one, of which each task reads one partition: the last of its dependencies, in the order of the frames.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Others(Arc<[Arc<Meta>]>);

impl Others {
    pub(crate) fn new(metas: impl IntoIterator<Item = Arc<Meta>>) -> Self {
        Self(metas.into_iter().collect())
    }

    pub(crate) fn metas(&self) -> &[Arc<Meta>] {
        &self.0
    }

    /// Those of a task.
    pub(crate) fn of<'a>(&self, task: &TaskInputs<'a>) -> Beside<'a> {
        Beside {
            others: self.clone(),
            values: Some(task.values),
        }
    }

    /// Those of no task: there are none.
    pub(crate) fn nowhere(&self) -> Beside<'static> {
        Beside {
            others: self.clone(),
            values: None,
        }
    }
}

/// What a task reads beside the rows that come to its step.
pub(crate) struct Beside<'a> {
    others: Others,
    values: Option<&'a dyn Inputs<TaskValue>>,
}

/// Partitions of other frames, which count as long as this exists.
pub(crate) struct Opened<'a> {
    pub(crate) parts: Vec<Batch>,
    _pinned: Vec<Pinned<'a, TaskValue>>,
    _joined: Option<Reservation>,
}

impl<'a> Beside<'a> {
    /// One batch of each frame, in their order. Copies, and reserves, those that are in several.
    pub(crate) fn open(&self, cx: &TaskContext<'_>) -> Result<Opened<'a>, OpError> {
        let missing = |input| OpError::ValueKind {
            input,
            expected: "rows of another frame",
            found: "nothing",
        };
        let n = self.others.metas().len();
        let (mut parts, mut all_pinned) = (Vec::with_capacity(n), Vec::with_capacity(n));
        let mut joined: Option<Reservation> = None;
        for at in 0..n {
            let values = self.values.ok_or_else(|| missing(at))?;
            let first = values.len().checked_sub(n).ok_or_else(|| missing(at))?;
            let pinned = values.open(first + at).map_err(OpError::Input)?;
            let rows = pinned.rows_of(first + at)?;
            if rows.batches().len() > 1 {
                let joined = joined
                    .get_or_insert_with(|| cx.reserve("the rows of other frames for a function"));
                joined.try_resize(joined.bytes().saturating_add(rows.bytes()))?;
            }
            parts.push(rows.to_batch()?);
            all_pinned.push(pinned);
        }
        Ok(Opened {
            parts,
            _pinned: all_pinned,
            _joined: joined,
        })
    }
}
