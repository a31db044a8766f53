//! The function, whatever its signature was.

use std::error::Error;
use std::fmt::{self, Debug, Display, Formatter};
use std::sync::Arc;

use swath_batch::{Batch, ClosureSite, Cx};

use super::ClosureError;

type BoxError = Box<dyn Error + Send + Sync>;
type Call = dyn Fn(Batch, Vec<Batch>, &Cx) -> Result<Batch, BoxError> + Send + Sync;

/// A user's function of a batch, and of one of each other frame that it sees beside it.
#[derive(Clone)]
pub struct PartitionFunction {
    site: ClosureSite,
    call: Arc<Call>,
}

impl PartitionFunction {
    /// This function, handed over there.
    pub fn new(
        site: ClosureSite,
        call: impl Fn(Batch, Vec<Batch>, &Cx) -> Result<Batch, BoxError> + Send + Sync + 'static,
    ) -> Self {
        Self {
            site,
            call: Arc::new(call),
        }
    }

    /// Its name and the line that handed it over.
    pub fn site(&self) -> &ClosureSite {
        &self.site
    }

    /// The same function under a name that the user gives it.
    #[must_use]
    pub fn named(self, name: impl Into<Arc<str>>) -> Self {
        Self {
            site: self.site.named(name),
            ..self
        }
    }

    /// Calls it. A panic goes on, with the function and the place in front of its message.
    ///
    /// # Errors
    /// Its own error, with the same.
    pub fn call(
        &self,
        rows: Batch,
        beside: Vec<Batch>,
        cx: &Cx,
        place: Place,
    ) -> Result<Batch, ClosureError> {
        let result = (self.site).call_at(place, || (self.call)(rows, beside, cx));
        result.map_err(|source| ClosureError::Failed {
            function: self.site.to_string(),
            place,
            source,
        })
    }
}

impl Debug for PartitionFunction {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "PartitionFunction({})", self.site)
    }
}

/// What a function was called for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// The partition of this number.
    Partition(usize),
    /// Made-up rows, or a first input, to learn what it returns.
    Inference,
    /// All that it is ever called for.
    Whole,
}

impl Display for Place {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Partition(number) => write!(f, " for partition {number}"),
            Self::Inference | Self::Whole => Ok(()),
        }
    }
}
