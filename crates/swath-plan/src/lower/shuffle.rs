//! Rows shared out to other partitions: each part is split into one piece for each of them.

use std::sync::Arc;

use swath_ops::{OpError, sink};
use swath_shuffle::HashPartitioner;

use super::read::Streams;
use super::stream::{Origin, Stream};
use crate::node::Shuffle;
use crate::{Plan, PlanError};

impl Streams<'_> {
    pub(super) fn shuffle(&mut self, plan: &Plan, shuffle: &Shuffle) -> Stream {
        let stream = self.of(plan.input());
        let split = Arc::new(sink::Split::new(Arc::clone(shuffle.partitioner())));
        // A function's errors name the partition: a task of it has no other.
        let pieces = self.consume(stream, split, shuffle.is_function(), plan, "split");
        self.origin(Origin::Gather(pieces), plan.meta(), plan.npartitions())
    }

    /// The rows of a stream in the partitions of a plan, where those meet that are equal in these columns.
    pub(super) fn meeting(
        &mut self,
        stream: Stream,
        columns: impl IntoIterator<Item = Arc<str>>,
        plan: &Plan,
    ) -> Result<Stream, PlanError> {
        let n = plan.npartitions();
        let meta = Arc::clone(&stream.meta);
        let by = HashPartitioner::try_new(columns, n).map_err(OpError::from)?;
        let split = Arc::new(sink::Split::new(Arc::new(by)));
        let pieces = self.consume(stream, split, false, plan, "split");
        Ok(self.origin(Origin::Gather(pieces), &meta, n))
    }
}
