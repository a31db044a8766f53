//! What the tasks of an operator have in common.

use std::fmt::{self, Debug, Formatter};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::env::FunctionTables;
use crate::{Env, OpError};

/// What a step makes of what reaches it, made by the first task and read by all: functions of plugins are bound once for an operator and
/// not once for each task.
///
/// It is no part of the step as data. An operator belongs to one run, and this is dropped with its last clone.
pub(super) struct Shared<K, T>(Arc<Mutex<Option<Made<K, T>>>>);

/// Of what, by functions of which tables: whoever lowers a plan may have others than whoever runs it.
struct Made<K, T> {
    of: K,
    by: FunctionTables,
    result: Arc<T>,
}

impl<K: Clone + PartialEq, T> Shared<K, T> {
    /// What was made of this in this environment; where that was nothing yet, or something else, what `make` makes now. Tasks that come at
    /// the same time may each make it.
    pub(super) fn of(
        &self,
        of: &K,
        env: &Env,
        make: impl FnOnce() -> Result<T, OpError>,
    ) -> Result<Arc<T>, OpError> {
        let by = env.function_tables();
        if let Some(known) = &*self.locked()
            && known.of == *of
            && known.by == by
        {
            return Ok(Arc::clone(&known.result));
        }
        // Not under the lock: it may run code of a plugin.
        let result = Arc::new(make()?);
        *self.locked() = Some(Made {
            of: of.clone(),
            by,
            result: Arc::clone(&result),
        });
        Ok(result)
    }
}

impl<K, T> Shared<K, T> {
    /// What was made last, if anything was.
    pub(super) fn get(&self) -> Option<Arc<T>> {
        let known = self.locked();
        known.as_ref().map(|known| Arc::clone(&known.result))
    }

    fn locked(&self) -> MutexGuard<'_, Option<Made<K, T>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<K, T> Default for Shared<K, T> {
    fn default() -> Self {
        Self(Arc::default())
    }
}

impl<K, T> Clone for Shared<K, T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<K, T> PartialEq for Shared<K, T> {
    /// What was made says nothing of the step as data.
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl<K, T> Debug for Shared<K, T> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(if self.get().is_some() {
            "made"
        } else {
            "not made yet"
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use swath_meta::Meta;

    #[test]
    fn it_is_made_once_for_what_reaches_it_in_an_environment() {
        let (env, other) = (Env::default(), Env::default());
        let shared = Shared::default();
        let made = |of: &str, env: &Env, value: u32| {
            let of = of.to_owned();
            *shared.of(&of, env, || Ok(value)).expect("made")
        };
        assert_eq!(shared.get(), None);
        assert_eq!(made("a", &env, 1), 1);
        assert_eq!(made("a", &env.clone(), 2), 1);
        assert_eq!(made("b", &env, 3), 3, "something else has its own");
        assert_eq!(made("b", &other, 4), 4, "other tables have other functions");
        assert_eq!(made("b", &other, 5), 4);
        assert_eq!(shared.get(), Some(Arc::new(4)));
    }

    #[test]
    fn what_could_not_be_made_is_tried_again() {
        let (env, shared) = (Env::default(), Shared::<(), u32>::default());
        let refused = || Err(Meta::of([("a", "number")]).expect_err("no dtype").into());
        assert!(shared.of(&(), &env, refused).is_err());
        assert_eq!(*shared.of(&(), &env, || Ok(7)).expect("made"), 7);
    }
}
