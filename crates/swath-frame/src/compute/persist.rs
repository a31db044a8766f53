//! Persisting several frames at once.

use std::time::Instant;

use swath_plan::Plan;

use super::{Compute, sealed};
use crate::engine::{self, Purpose, RootRows};
use crate::persisted::HeldSet;
use crate::{DataFrame, Error, Result, Session};

/// Items that can be persisted together: frames, and tuples (to 8), arrays, slices and vectors of them.
pub trait Persist: sealed::Sealed {
    /// Frames over the held partitions, in the same shape.
    type Output;

    /// The frames, in order.
    #[doc(hidden)]
    fn frames(&self, out: &mut Vec<DataFrame>);

    /// Puts the persisted frames into the shape of the output.
    #[doc(hidden)]
    fn shape(&self, persisted: &mut std::vec::IntoIter<DataFrame>) -> Self::Output;
}

/// Persists frames together: what they share runs once. See [`DataFrame::persist`].
///
/// # Errors
/// Frames of different sessions; whatever a task meets.
#[track_caller]
#[expect(
    clippy::needless_pass_by_value,
    reason = "a tuple of references reads as `compute` does"
)]
pub fn persist<P: Persist>(items: P) -> Result<P::Output> {
    let mut frames = Vec::new();
    items.frames(&mut frames);
    let persisted = persist_frames(&frames, std::panic::Location::caller())?;
    Ok(items.shape(&mut persisted.into_iter()))
}

fn persist_frames(
    frames: &[DataFrame],
    location: &'static std::panic::Location<'static>,
) -> Result<Vec<DataFrame>> {
    let Some(first) = frames.first() else {
        return Ok(Vec::new());
    };
    let session = first.session();
    let plans: Vec<Plan> = frames.iter().map(|frame| frame.plan().clone()).collect();
    let sessions: Vec<Session> = frames.iter().map(|frame| frame.session().clone()).collect();
    session.check_all(&sessions, location)?;
    let began = Instant::now();
    let roots = engine::start(session, session.with_all_persisted(&plans), Purpose::Hold)
        .wait()
        .map_err(|error| Error::run(error, session))??;
    Ok(frames
        .iter()
        .zip(roots)
        .map(|(frame, rows)| {
            // Persisting what is persisted gives another handle to the same partitions.
            let (RootRows::Before(held) | RootRows::Made(held)) = rows;
            let set = session.keep(HeldSet::persisted(frame, held, location, began));
            set.frame(session, frame.label_text().cloned(), location)
        })
        .collect())
}

impl Persist for DataFrame {
    type Output = DataFrame;

    fn frames(&self, out: &mut Vec<DataFrame>) {
        out.push(self.clone());
    }

    fn shape(&self, persisted: &mut std::vec::IntoIter<DataFrame>) -> DataFrame {
        persisted.next().expect("one persisted frame an item")
    }
}

impl<P: Persist + Compute> Persist for [P] {
    type Output = Vec<<P as Persist>::Output>;

    fn frames(&self, out: &mut Vec<DataFrame>) {
        for item in self {
            item.frames(out);
        }
    }

    fn shape(&self, persisted: &mut std::vec::IntoIter<DataFrame>) -> Self::Output {
        self.iter().map(|item| item.shape(persisted)).collect()
    }
}

impl<P: Persist + Compute> Persist for Vec<P> {
    type Output = Vec<<P as Persist>::Output>;

    fn frames(&self, out: &mut Vec<DataFrame>) {
        self.as_slice().frames(out);
    }

    fn shape(&self, persisted: &mut std::vec::IntoIter<DataFrame>) -> Self::Output {
        self.as_slice().shape(persisted)
    }
}

impl<P: Persist + Compute, const N: usize> Persist for [P; N] {
    type Output = [<P as Persist>::Output; N];

    fn frames(&self, out: &mut Vec<DataFrame>) {
        for item in self {
            item.frames(out);
        }
    }

    fn shape(&self, persisted: &mut std::vec::IntoIter<DataFrame>) -> Self::Output {
        self.each_ref().map(|item| item.shape(persisted))
    }
}

impl<P: Persist + Compute + ?Sized> Persist for &P {
    type Output = <P as Persist>::Output;

    fn frames(&self, out: &mut Vec<DataFrame>) {
        (**self).frames(out);
    }

    fn shape(&self, persisted: &mut std::vec::IntoIter<DataFrame>) -> Self::Output {
        (**self).shape(persisted)
    }
}
