//! Who says which rows belong together.

use std::fmt::{self, Debug, Display, Formatter};
use std::sync::Arc;

use arrow_array::ArrayRef;
use swath_batch::Host;
use swath_divisions::Partitioning;
use swath_graph::{Encoder, Fingerprint};

use crate::ShuffleError;

/// Gives every row a target, by the values of its key columns and nothing else.
///
/// It must be a pure function: equal keys get the same target, in every batch, encoding, process and machine. Rows of a split are
/// retried and made again, and two frames that are joined are split apart from each other.
/// `testing::conforms` (feature `testing`) checks an implementation.
pub trait Partitioner: Debug + Fingerprint + Send + Sync {
    /// The kind under which it is encoded and registered: `hash`, `range`.
    fn kind(&self) -> &'static str;

    /// The names of the key columns, in order.
    fn columns(&self) -> &[Arc<str>];

    /// Number of targets; at least one.
    fn n_targets(&self) -> usize;

    /// What becomes of rows that its rule does not place by itself.
    fn rule(&self) -> Rule;

    /// Appends the target of every row to `out`, given the key columns in the order of [`columns`](Self::columns), in any encoding
    /// of their dtypes, with `rows` rows each.
    ///
    /// # Errors
    /// [`ShuffleError`] for keys it cannot place.
    fn assign(
        &self,
        keys: &[ArrayRef],
        rows: usize,
        out: &mut Vec<u32>,
    ) -> Result<(), ShuffleError>;

    /// The same for the rows of one partition, for whoever has to say which, or asks its task; `None` if it does not.
    fn in_task(&self, task: Arc<dyn Host>) -> Option<Arc<dyn Partitioner>> {
        let _ = task;
        None
    }

    /// What is known of partitions made by gathering its targets.
    fn partitioning(&self) -> Partitioning {
        Partitioning::Unknown(self.n_targets())
    }

    /// Writes it as one object of its [`kind`](Self::kind), which [`Partitioners::decode`](crate::Partitioners::decode) reads.
    fn encode(&self, out: &mut Encoder);
}

/// States where a partitioner puts the rows that need a decision.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rule {
    /// Rows with a null key.
    pub nulls: &'static str,
    /// Rows with a key that no target was made for.
    pub outside: &'static str,
}

impl Display for Rule {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "nulls: {}; outside: {}", self.nulls, self.outside)
    }
}

/// Column names as a partitioner keeps them.
pub(crate) fn names<N: Into<Arc<str>>>(
    columns: impl IntoIterator<Item = N>,
) -> Result<Arc<[Arc<str>]>, ShuffleError> {
    let columns: Arc<[Arc<str>]> = columns.into_iter().map(Into::into).collect();
    if columns.is_empty() {
        Err(ShuffleError::NoColumns)
    } else {
        Ok(columns)
    }
}
