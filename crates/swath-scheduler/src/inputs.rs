//! What a task reads: handles, pinned one at a time.

use std::{fmt, ops::Deref, sync::Arc};

use crate::TaskError;

/// The inputs of a task, in the order of its dependencies. They are handles: a task that opens one at a time never needs all
/// of them in memory.
pub trait Inputs<V>: Sync {
    /// How many there are.
    fn len(&self) -> usize;

    /// Makes input `i` available for as long as the pin lives.
    ///
    /// # Errors
    /// If it has to be read back and cannot, or was [taken](Self::take).
    fn open(&self, i: usize) -> Result<Pinned<'_, V>, TaskError>;

    /// Makes input `i` available, and gives it away if this task is its last reader, its key is not held, and the task has no
    /// retries left; otherwise it is pinned as by [`open`](Self::open).
    ///
    /// A task that was given an input cannot run again: if it then runs out of memory, that is final. So reserve first, then
    /// take.
    ///
    /// # Errors
    /// As for [`open`](Self::open).
    fn take(&self, i: usize) -> Result<Taken<'_, V>, TaskError>;

    /// The bytes of input `i`, known without opening it.
    fn bytes(&self, i: usize) -> u64;

    /// Whether there is none.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// A value that stays in memory while this exists. Cloning pins once more.
pub struct Pinned<'a, V>(Pin<'a, V>);

enum Pin<'a, V> {
    Borrowed(&'a V),
    Shared(Arc<V>),
    Guarded(Arc<dyn Deref<Target = V> + Send + Sync>),
}

impl<'a, V> Pinned<'a, V> {
    /// Pins what the caller keeps alive anyway.
    pub fn borrowed(value: &'a V) -> Self {
        Self(Pin::Borrowed(value))
    }

    /// Pins a value inside something that is told, by its own drop, when the last pin is gone.
    pub fn guarded(value: Arc<dyn Deref<Target = V> + Send + Sync>) -> Self {
        Self(Pin::Guarded(value))
    }
}

impl<V> From<Arc<V>> for Pinned<'static, V> {
    fn from(value: Arc<V>) -> Self {
        Self(Pin::Shared(value))
    }
}

impl<V> Deref for Pinned<'_, V> {
    type Target = V;

    fn deref(&self) -> &V {
        match &self.0 {
            Pin::Borrowed(value) => value,
            Pin::Shared(value) => value,
            Pin::Guarded(value) => value,
        }
    }
}

impl<V> Clone for Pinned<'_, V> {
    fn clone(&self) -> Self {
        Self(match &self.0 {
            Pin::Borrowed(value) => Pin::Borrowed(value),
            Pin::Shared(value) => Pin::Shared(Arc::clone(value)),
            Pin::Guarded(value) => Pin::Guarded(Arc::clone(value)),
        })
    }
}

impl<V: fmt::Debug> fmt::Debug for Pinned<'_, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}

/// What [`Inputs::take`] gives.
#[derive(Debug)]
pub enum Taken<'a, V> {
    /// The value itself: nobody else will read it.
    Owned(V),
    /// Others may still read it.
    Pinned(Pinned<'a, V>),
}

impl<V: Clone> Taken<'_, V> {
    /// The value itself, cloned if others may still read it.
    pub fn into_owned(self) -> V {
        match self {
            Self::Owned(value) => value,
            Self::Pinned(value) => (*value).clone(),
        }
    }
}

impl<V> Deref for Taken<'_, V> {
    type Target = V;

    fn deref(&self) -> &V {
        match self {
            Self::Owned(value) => value,
            Self::Pinned(value) => value,
        }
    }
}

/// Inputs that are simply there: for tests of a [`Work`](crate::Work), and for backends whose values live elsewhere.
#[derive(Debug)]
pub struct ValueInputs<V> {
    values: Vec<(Arc<V>, u64)>,
}

impl<V: crate::Footprint> ValueInputs<V> {
    /// The values as inputs, in this order.
    pub fn new(values: impl IntoIterator<Item = Arc<V>>) -> Self {
        Self {
            values: values
                .into_iter()
                .map(|value| (Arc::clone(&value), value.bytes()))
                .collect(),
        }
    }
}

impl<V: Send + Sync> Inputs<V> for ValueInputs<V> {
    fn len(&self) -> usize {
        self.values.len()
    }

    fn open(&self, i: usize) -> Result<Pinned<'_, V>, TaskError> {
        match self.values.get(i) {
            Some((value, _)) => Ok(Pinned::borrowed(value)),
            None => Err(TaskError::no_such_input(i, self.values.len())),
        }
    }

    fn take(&self, i: usize) -> Result<Taken<'_, V>, TaskError> {
        self.open(i).map(Taken::Pinned)
    }

    fn bytes(&self, i: usize) -> u64 {
        self.values.get(i).map_or(0, |(_, bytes)| *bytes)
    }
}
