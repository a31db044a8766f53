//! Streaming a result that need not fit in memory.

use std::collections::VecDeque;
use std::panic::Location;
use std::sync::Arc;

use swath_batch::Batch;
use swath_plan::Plan;
use swath_scheduler::Run;

use super::DataFrame;
use crate::compute::gather;
use crate::engine::{self, Purpose, Roots};
use crate::readers::Reader;
use crate::{Error, ErrorKind, Result, Session};

/// The batches of a frame in order, computed a few partitions ahead of the reader.
///
/// An iterator of `Result<Batch>`; it ends after the first error. Dropping it cancels what still runs.
pub struct Batches {
    session: Session,
    plan: Plan,
    location: &'static Location<'static>,
    next: usize,
    ahead: usize,
    running: VecDeque<(usize, Run<Result<Roots>>)>,
    ready: VecDeque<Batch>,
    /// The claims on the partition that is being handed out: it counts until its last batch is taken.
    handing: Option<Roots>,
    /// Listed among those who read what is held.
    _reader: Arc<Reader>,
    failed: bool,
}

impl DataFrame {
    /// Computes the frame partition by partition and hands out its batches in order.
    ///
    /// At most two partitions a thread are computed ahead, and count against the memory limit until they are handed
    /// out; where it does not suffice for that, they are computed one at a time. Where the frame ends in row-wise
    /// operations over files or held partitions, nothing else is kept; a group-by or other breaker below is computed
    /// once, before the first batch, and held until the iterator is dropped. Lazy scalars are computed once, before
    /// the first batch.
    ///
    /// # Errors
    /// Whatever the part below the last breaker, or a lazy scalar, meets.
    ///
    /// ```
    /// # use swath_frame::{Batch, Session};
    /// # let session = Session::testing();
    /// # let df = session.from_batches([Batch::from_csv("k,v\na,1\nb,7\na,5\n")?])?;
    /// let mut rows = 0;
    /// for batch in df.batches()? {
    ///     rows += batch?.num_rows();
    /// }
    /// assert_eq!(rows, 3);
    /// # Ok::<(), swath_frame::Error>(())
    /// ```
    #[track_caller]
    pub fn batches(&self) -> Result<Batches> {
        let location = Location::caller();
        let session = self.session();
        let plan = session.with_persisted(self.plan());
        let plan = if swath_plan::is_row_wise(&plan) {
            engine::with_scalar_values(session, &plan)?
        } else {
            self.persist()?.plan().clone()
        };
        let reader = session.remember(plan.clone(), None, location);
        Ok(Batches {
            session: session.clone(),
            plan,
            location,
            next: 0,
            ahead: 2 * session.threads(),
            running: VecDeque::new(),
            ready: VecDeque::new(),
            handing: None,
            _reader: reader,
            failed: false,
        })
    }
}

impl Batches {
    fn submit_next(&mut self) -> Result<()> {
        let plan = self.plan.partitions(vec![self.next]);
        let plan = plan.map_err(|error| Error::planning(error, "batches", self.location))?;
        let plans = self.session.with_all_persisted(&[plan.at(self.location)]);
        let run = engine::start(&self.session, plans, Purpose::HandOut);
        self.running.push_back((self.next, run));
        self.next += 1;
        Ok(())
    }

    /// What was computed ahead may have taken the memory: lets it go, and goes on from `partition` without.
    fn one_at_a_time(&mut self, partition: usize) {
        for (_, run) in &self.running {
            run.cancel();
        }
        // Whatever they met meets the reader again, if it is not for memory alone.
        for (_, run) in self.running.drain(..) {
            drop(run.wait());
        }
        self.ahead = 1;
        self.next = partition;
    }

    fn advance(&mut self) -> Result<Option<Batch>> {
        loop {
            if let Some(batch) = self.ready.pop_front() {
                return Ok(Some(batch));
            }
            self.handing = None;
            while self.next < self.plan.npartitions() && self.running.len() < self.ahead {
                self.submit_next()?;
            }
            let Some((partition, run)) = self.running.pop_front() else {
                return Ok(None);
            };
            let result = run.wait().map_err(|error| Error::run(error, &self.session));
            match result.and_then(|roots| roots) {
                Ok(roots) => {
                    for rows in &roots {
                        let table = gather(&self.plan, rows, &self.session)?;
                        let batches = table.batches().into_iter();
                        self.ready
                            .extend(batches.filter(|batch| batch.num_rows() > 0));
                    }
                    self.handing = Some(roots);
                }
                Err(error) if self.ahead > 1 && is_memory_limit(&error) => {
                    self.one_at_a_time(partition);
                }
                Err(error) => return Err(error.in_partition(partition)),
            }
        }
    }
}

fn is_memory_limit(error: &Error) -> bool {
    matches!(error.kind(), ErrorKind::MemoryLimit { .. })
}

impl Iterator for Batches {
    type Item = Result<Batch>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.failed {
            return None;
        }
        let next = self.advance();
        if next.is_err() {
            self.failed = true;
            self.running.clear();
        }
        next.transpose()
    }
}
