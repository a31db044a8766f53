//! What the tasks of an operator have in common.

use std::fmt::{self, Debug, Formatter};
use std::sync::{Arc, OnceLock};

use swath_meta::Meta;

use crate::OpError;

/// What a step makes of the columns that reach it, made by the first task and read by all: functions of plugins are bound once for an
/// operator and not once for each task.
///
/// It is no part of the step as data. An operator belongs to one run and one session, and this is dropped with its last clone.
pub(super) struct Shared<T>(Arc<OnceLock<(Meta, Arc<T>)>>);

impl<T> Shared<T> {
    /// What was made of these columns; where nothing was yet, or of others, what `make` makes now. Tasks that come at the same time may
    /// all make it, and use the same.
    pub(super) fn of(
        &self,
        input: &Meta,
        make: impl FnOnce() -> Result<T, OpError>,
    ) -> Result<Arc<T>, OpError> {
        if let Some((columns, shared)) = self.0.get()
            && columns == input
        {
            return Ok(Arc::clone(shared));
        }
        let new = Arc::new(make()?);
        let (columns, shared) = self.0.get_or_init(|| (input.clone(), Arc::clone(&new)));
        Ok(if columns == input {
            Arc::clone(shared)
        } else {
            new
        })
    }

    /// What was made, if a task has begun.
    pub(super) fn get(&self) -> Option<&T> {
        self.0.get().map(|(_, made)| &**made)
    }
}

impl<T> Default for Shared<T> {
    fn default() -> Self {
        Self(Arc::default())
    }
}

impl<T> Clone for Shared<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<T> Debug for Shared<T> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.get().is_some() {
            "made"
        } else {
            "not made yet"
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_made_once_for_the_columns_of_the_first_task() {
        let meta = |name: &'static str| Meta::of([(name, "int64")]).expect("a meta");
        let shared = Shared::default();
        let made =
            |input: &Meta, value: u32| *shared.clone().of(input, || Ok(value)).expect("made");
        assert_eq!(shared.get(), None);
        assert_eq!(made(&meta("a"), 1), 1);
        assert_eq!(made(&meta("a"), 2), 1);
        assert_eq!(made(&meta("b"), 3), 3, "other columns have their own");
        assert_eq!(made(&meta("a"), 4), 1);
        assert_eq!(shared.get(), Some(&1));
    }

    #[test]
    fn what_could_not_be_made_is_tried_again() {
        let shared = Shared::<u32>::default();
        let meta = Meta::empty();
        let refused = || Err(Meta::of([("a", "number")]).expect_err("no dtype").into());
        assert!(shared.of(&meta, refused).is_err());
        assert_eq!(*shared.of(&meta, || Ok(7)).expect("made"), 7);
    }
}
