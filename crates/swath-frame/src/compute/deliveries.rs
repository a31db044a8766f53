//! The deliveries of a computation: committed when all else is done, one after the other, or given up.

use std::panic::Location;
use std::sync::Arc;

use swath_batch::Host;
use swath_graph::Origin;
use swath_ops::sink::Ongoing;
use swath_plan::{Destination, Plan};
use swath_scheduler::{CancelHandle, RunError};

use super::outputs::gather;
use crate::engine::RootRows;
use crate::outside::Outside;
use crate::{Error, Result, Session};

/// A delivery that has begun; given up when it is dropped before it was committed.
pub(super) struct Delivery {
    to: Arc<dyn Destination>,
    write: Arc<Ongoing>,
    /// Which of the roots it is.
    root: usize,
    plan: Plan,
    location: &'static Location<'static>,
    is_committed: bool,
}

/// A delivery of which every partition is done, with the receipts of all of them.
pub(super) struct Delivered {
    delivery: Delivery,
    receipts: Vec<String>,
}

/// The roots with their deliveries begun, and those deliveries. Nothing is touched by it.
pub(super) fn begin(
    roots: Vec<Plan>,
    called: &'static Location<'static>,
) -> (Vec<Plan>, Vec<Delivery>) {
    let mut deliveries = Vec::new();
    let begin = |(root, plan): (usize, Plan)| {
        let Some(to) = plan.delivers().map(Arc::clone) else {
            return plan;
        };
        let write = Ongoing::begin();
        let plan = plan.delivered_as(Arc::clone(&write));
        deliveries.push(Delivery {
            to,
            write,
            root,
            location: plan.location().unwrap_or(called),
            plan: plan.clone(),
            is_committed: false,
        });
        plan
    };
    let roots = roots.into_iter().enumerate().map(begin).collect();
    (roots, deliveries)
}

/// The receipts of all deliveries, before any of them is committed: to fetch them may fail.
pub(super) fn delivered(
    deliveries: Vec<Delivery>,
    roots: &[RootRows],
    session: &Session,
) -> Result<Vec<Delivered>> {
    let with_receipts = |delivery: Delivery| {
        let receipts = gather(&delivery.plan, &roots[delivery.root], session)?;
        let receipts = receipts.rows::<(String, u64)>()?.map(|row| row.0).collect();
        Ok(Delivered { delivery, receipts })
    };
    deliveries.into_iter().map(with_receipts).collect()
}

/// Makes all of them seen, one after the other: everything that they were computed with is done, and nothing but they can fail now.
///
/// The first that fails ends it, and those behind it are given up; so are those that are not begun when the run is cancelled. What is
/// seen stays, what was cut off on its way may be seen, and the error says which those are. One that is on its way is told of the
/// cancelling, and ends as it says itself.
pub(super) fn commit(
    deliveries: Vec<Delivered>,
    run: &CancelHandle,
    session: &Session,
) -> Result<()> {
    let host: Arc<dyn Host> = Arc::new(Outside::of(run.clone()));
    let mut written = Vec::new();
    let mut left = deliveries.into_iter();
    while let Some(delivered) = left.next() {
        let name = delivered.delivery.describe();
        let done = if run.is_cancelled() {
            Err(Uncommitted {
                error: Error::run(RunError::Cancelled, session),
                may_be_seen: false,
            })
        } else {
            delivered.commit(&host)
        };
        if let Err(Uncommitted { error, may_be_seen }) = done {
            let (mut unknown, mut aborted) = (Vec::new(), Vec::new());
            if may_be_seen {
                unknown.push(name);
            } else {
                aborted.push(name);
            }
            aborted.extend(left.map(|delivered| delivered.delivery.describe()));
            return Err(error.of_several_writes(&written, &unknown, &aborted));
        }
        written.push(name);
    }
    Ok(())
}

/// Why a write was not made seen.
struct Uncommitted {
    error: Error,
    /// It was cut off on its way: whether it is seen nobody knows.
    may_be_seen: bool,
}

impl Delivered {
    /// Makes it seen.
    fn commit(self, host: &Arc<dyn Host>) -> std::result::Result<(), Uncommitted> {
        let Self {
            mut delivery,
            receipts,
        } = self;
        let done = delivery.to.commit(&delivery.write, &receipts, host);
        delivery.is_committed = done.is_ok();
        done.map_err(|error| Uncommitted {
            may_be_seen: error.leaves_a_write_unknown(),
            error: Error::planning(error, "write", delivery.location),
        })
    }
}

impl Delivery {
    /// What it is called where there are several.
    fn describe(&self) -> String {
        format!("{}, {}", self.to.describe(), Origin::from(self.location))
    }
}

impl Drop for Delivery {
    fn drop(&mut self) {
        if !self.is_committed {
            self.to.abort(&self.write);
        }
    }
}
