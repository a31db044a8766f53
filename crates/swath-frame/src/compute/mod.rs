//! Computing and persisting several items at once: one graph, what they share runs once.

mod deliveries;
mod ending;
mod outputs;
mod persist;
mod shapes;
mod tuples;
mod writes;

#[cfg(test)]
mod tests;

use swath_plan::Plan;

use crate::engine::{self, Purpose, RootRows, Roots};
use crate::run::Run;
use crate::{Result, Session};

pub(crate) use outputs::gather;
pub(crate) use persist::ToHold;
pub use persist::{Persist, persist};

mod sealed {
    pub trait Sealed {}
}

/// What can be computed: frames, scalars, delayed calls, sinks, and tuples (to 8), arrays, slices and vectors of them.
pub trait Compute: sealed::Sealed {
    /// What comes out: [`Table`](crate::Table) for a frame, [`Value`](crate::Value) for a scalar, the value in an [`Arc`](std::sync::Arc) for a delayed call,
    /// [`Written`](crate::Written) for a sink; for several items the same shape of outputs.
    type Output: Send + 'static;

    /// The plans, in order; an error where an item is not well-typed.
    #[doc(hidden)]
    fn plans(&self, out: &mut Vec<Plan>) -> Result<()>;

    /// The sessions of the items, in order.
    #[doc(hidden)]
    fn sessions(&self, out: &mut Vec<Session>);

    /// How to make the outputs of the results, in the order of the plans.
    #[doc(hidden)]
    fn collector(&self) -> Collector<Self::Output>;
}

/// Makes an output of the next results.
#[expect(
    unreachable_pub,
    reason = "hidden methods of a public, sealed trait return it"
)]
pub type Collector<T> = Box<dyn FnOnce(&mut std::vec::IntoIter<RootRows>) -> Result<T> + Send>;

/// Computes items together: what they share runs once.
///
/// Blocks until done; may be called from any thread. The items must be of one session.
///
/// # Errors
/// Items of different sessions; whatever a task meets.
///
/// ```
/// # use swath_frame::{Batch, Session, col};
/// # let session = Session::testing();
/// let df = session.from_batches([Batch::from_csv("k,v\na,1\nb,7\n")?])?;
/// let (rows, total) = swath_frame::compute((&df.filter(col("v").gt(5))?, &df.sum("v")?))?;
/// assert_eq!((rows.num_rows(), i64::try_from(total)?), (1, 8));
/// # Ok::<(), swath_frame::Error>(())
/// ```
#[track_caller]
pub fn compute<C: Compute>(items: C) -> Result<C::Output> {
    submit(items)?.wait()
}

/// Starts the computation of items and returns at once; see [`compute`] and [`Run`].
///
/// # Errors
/// Items of different sessions; writes into folders that may not be written to, are read, or are one.
#[track_caller]
pub fn submit<C: Compute>(items: C) -> Result<Run<C::Output>> {
    let mut plans = Vec::new();
    items.plans(&mut plans)?;
    let collector = items.collector();
    let mut sessions = Vec::new();
    items.sessions(&mut sessions);
    let Some(session) = sessions.first().cloned() else {
        // No items: empty vectors and arrays, whose outputs need no results.
        let nothing = collector(&mut Vec::new().into_iter());
        return Ok(Run::new(swath_scheduler::Run::ready(Ok(nothing)), None));
    };
    let called = std::panic::Location::caller();
    session.check_all(&sessions, called)?;
    let (roots, writes) = writes::begin(&session, session.with_all_persisted(&plans), called)?;
    let (roots, deliveries) = deliveries::begin(roots, called);
    let run = engine::start(&session, roots, Purpose::HandOut);
    let (of, handle) = (session.clone(), run.cancel_handle());
    let commits = !deliveries.is_empty();
    // What follows a run is called, or dropped, before anybody learns of its end: by then no write has anything hidden.
    let end = move |roots: Result<Roots>| {
        let output = roots.and_then(|roots: Roots| {
            let delivered = deliveries::delivered(deliveries, &roots, &of)?;
            let output = collector(&mut roots.into_iter())?;
            // Last: nothing but another of them fails after one is seen.
            deliveries::commit(delivered, &handle, &of)?;
            Ok(output)
        });
        drop(writes);
        Ok(output)
    };
    let run = if commits {
        ending::followed_by(run, end)
    } else {
        run.map(end)
    };
    Ok(Run::new(run, session))
}
