//! Streaming a result that need not fit in memory.

use std::collections::VecDeque;
use std::panic::Location;

use swath_batch::Batch;
use swath_plan::Plan;

use super::DataFrame;
use crate::engine;
use crate::run::Run;
use crate::{Error, Result, Session, Table, submit};

/// The batches of a frame in order, computed a few partitions ahead of the reader.
///
/// An iterator of `Result<Batch>`; it ends after the first error. Dropping it cancels what still runs.
pub struct Batches {
    session: Session,
    plan: Plan,
    location: &'static Location<'static>,
    next: usize,
    ahead: usize,
    running: VecDeque<(usize, Run<Table>)>,
    ready: VecDeque<Batch>,
    failed: bool,
}

impl DataFrame {
    /// Computes the frame partition by partition and hands out its batches in order.
    ///
    /// At most two partitions a thread are computed ahead. Where the frame ends in row-wise operations over
    /// files or held partitions, nothing else is kept; a group-by or other breaker below is computed once,
    /// before the first batch, and held until the iterator is dropped. Lazy scalars are computed once, before
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
        Ok(Batches {
            session: session.clone(),
            plan,
            location,
            next: 0,
            ahead: 2 * session.threads(),
            running: VecDeque::new(),
            ready: VecDeque::new(),
            failed: false,
        })
    }
}

impl Batches {
    fn submit_next(&mut self) -> Result<()> {
        let plan = self.plan.partitions(vec![self.next]);
        let plan = plan.map_err(|error| Error::planning(error, "batches", self.location))?;
        let run = submit(&DataFrame::new(&self.session, plan, self.location))?;
        self.running.push_back((self.next, run));
        self.next += 1;
        Ok(())
    }

    fn advance(&mut self) -> Result<Option<Batch>> {
        loop {
            if let Some(batch) = self.ready.pop_front() {
                return Ok(Some(batch));
            }
            while self.next < self.plan.npartitions() && self.running.len() < self.ahead {
                self.submit_next()?;
            }
            let Some((partition, run)) = self.running.pop_front() else {
                return Ok(None);
            };
            let table = run.wait().map_err(|error| error.in_partition(partition))?;
            self.ready.extend(table.batches());
        }
    }
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
