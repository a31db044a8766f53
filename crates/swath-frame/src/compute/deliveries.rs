//! The deliveries of a computation: each is committed when all of it is done, or given up.

use std::panic::Location;
use std::sync::Arc;

use swath_ops::sink::Ongoing;
use swath_plan::{Destination, Plan};

use super::outputs::gather;
use crate::engine::RootRows;
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

impl Delivery {
    /// Makes it seen: all that it was made of is done.
    pub(super) fn commit(mut self, roots: &[RootRows], session: &Session) -> Result<()> {
        let receipts = gather(&self.plan, &roots[self.root], session)?;
        let receipts: Vec<String> = receipts.rows::<(String, u64)>()?.map(|row| row.0).collect();
        let done = self.to.commit(&self.write, &receipts);
        self.is_committed = done.is_ok();
        done.map_err(|error| Error::planning(error, "write", self.location))
    }
}

impl Drop for Delivery {
    fn drop(&mut self) {
        if !self.is_committed {
            self.to.abort(&self.write);
        }
    }
}
