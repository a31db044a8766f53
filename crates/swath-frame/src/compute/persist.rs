//! Persisting several items at once.

use std::panic::Location;
use std::sync::Arc;
use std::time::Instant;

use swath_plan::Plan;

use super::{Compute, sealed};
use crate::engine::{self, Purpose, RootRows};
use crate::persisted::HeldSet;
use crate::{DataFrame, Delayed, Error, Result, Session};

/// Items that can be persisted together: frames, delayed calls, and tuples (to 8), arrays, slices and vectors of them.
pub trait Persist: sealed::Sealed {
    /// Frames and calls over what is held, in the same shape.
    type Output;

    /// What is to be held, in order; an error where an item is not well-typed.
    #[doc(hidden)]
    fn to_hold(&self, out: &mut Vec<ToHold>) -> Result<()>;

    /// Puts what is held into the shape of the output.
    #[doc(hidden)]
    fn shape(&self, held: &mut NowHeld) -> Self::Output;
}

/// One item that is persisted.
#[derive(Clone, Debug)]
pub struct ToHold {
    pub(crate) session: Session,
    pub(crate) plan: Plan,
    pub(crate) label: Option<Arc<str>>,
}

/// What was persisted, in order, and the line that did.
#[derive(Debug)]
pub struct NowHeld {
    sets: std::vec::IntoIter<Arc<HeldSet>>,
    location: &'static Location<'static>,
}

impl NowHeld {
    fn next(&mut self) -> Arc<HeldSet> {
        self.sets.next().expect("one held result an item")
    }
}

/// Persists frames and delayed calls together: what they share runs once. See [`DataFrame::persist`].
///
/// # Errors
/// Items of different sessions; whatever a task meets.
#[track_caller]
#[expect(
    clippy::needless_pass_by_value,
    reason = "a tuple of references reads as `compute` does"
)]
pub fn persist<P: Persist>(items: P) -> Result<P::Output> {
    let location = Location::caller();
    let mut to_hold = Vec::new();
    items.to_hold(&mut to_hold)?;
    let sets = hold(&to_hold, location)?.into_iter();
    Ok(items.shape(&mut NowHeld { sets, location }))
}

fn hold(items: &[ToHold], location: &'static Location<'static>) -> Result<Vec<Arc<HeldSet>>> {
    let Some(first) = items.first() else {
        return Ok(Vec::new());
    };
    let session = &first.session;
    let plans: Vec<Plan> = items.iter().map(|item| item.plan.clone()).collect();
    let sessions: Vec<Session> = items.iter().map(|item| item.session.clone()).collect();
    session.check_all(&sessions, location)?;
    let began = Instant::now();
    let roots = engine::start(session, session.with_all_persisted(&plans), Purpose::Hold)
        .wait()
        .map_err(|error| Error::run(error, session))??;
    let sets = items.iter().zip(roots).map(|(item, rows)| {
        // Persisting what is persisted gives another handle to the same partitions.
        let (RootRows::Before(held) | RootRows::Made(held)) = rows;
        session.keep(HeldSet::persisted(item, held, location, began))
    });
    Ok(sets.collect())
}

impl Persist for DataFrame {
    type Output = DataFrame;

    fn to_hold(&self, out: &mut Vec<ToHold>) -> Result<()> {
        out.push(ToHold {
            session: self.session().clone(),
            plan: self.plan().clone(),
            label: self.label_text().cloned(),
        });
        Ok(())
    }

    fn shape(&self, held: &mut NowHeld) -> DataFrame {
        let set = held.next();
        set.frame(self.session(), self.label_text().cloned(), held.location)
    }
}

impl<T: Send + Sync + 'static> Persist for Delayed<T> {
    type Output = Delayed<T>;

    fn to_hold(&self, out: &mut Vec<ToHold>) -> Result<()> {
        out.push(ToHold {
            session: self.session().clone(),
            plan: self.checked()?.clone(),
            label: None,
        });
        Ok(())
    }

    fn shape(&self, held: &mut NowHeld) -> Delayed<T> {
        self.over(held.next(), held.location)
    }
}

impl<P: Persist + Compute> Persist for [P] {
    type Output = Vec<<P as Persist>::Output>;

    fn to_hold(&self, out: &mut Vec<ToHold>) -> Result<()> {
        self.iter().try_for_each(|item| item.to_hold(out))
    }

    fn shape(&self, held: &mut NowHeld) -> Self::Output {
        self.iter().map(|item| item.shape(held)).collect()
    }
}

impl<P: Persist + Compute> Persist for Vec<P> {
    type Output = Vec<<P as Persist>::Output>;

    fn to_hold(&self, out: &mut Vec<ToHold>) -> Result<()> {
        self.as_slice().to_hold(out)
    }

    fn shape(&self, held: &mut NowHeld) -> Self::Output {
        self.as_slice().shape(held)
    }
}

impl<P: Persist + Compute, const N: usize> Persist for [P; N] {
    type Output = [<P as Persist>::Output; N];

    fn to_hold(&self, out: &mut Vec<ToHold>) -> Result<()> {
        self.iter().try_for_each(|item| item.to_hold(out))
    }

    fn shape(&self, held: &mut NowHeld) -> Self::Output {
        self.each_ref().map(|item| item.shape(held))
    }
}

impl<P: Persist + Compute + ?Sized> Persist for &P {
    type Output = <P as Persist>::Output;

    fn to_hold(&self, out: &mut Vec<ToHold>) -> Result<()> {
        (**self).to_hold(out)
    }

    fn shape(&self, held: &mut NowHeld) -> Self::Output {
        (**self).shape(held)
    }
}
