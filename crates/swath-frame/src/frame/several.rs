//! Several frames of one call.

use std::panic::Location;

use swath_plan::{Plan, PlanError};

use super::DataFrame;
use crate::{Error, Result};

/// The first of several frames and the plans of all, which are of one session.
///
/// # Errors
/// No frame; frames of different sessions.
pub(super) fn of_one_session<'a>(
    call: &'static str,
    frames: &[&'a DataFrame],
    location: &'static Location<'static>,
) -> Result<(&'a DataFrame, Vec<Plan>)> {
    let Some(first) = frames.first() else {
        return Err(Error::planning(PlanError::no_frames(), call, location));
    };
    let session = first.session().id();
    if frames.iter().any(|frame| frame.session().id() != session) {
        return Err(Error::sessions(call, location));
    }
    let plans = frames.iter().map(|frame| frame.plan().clone());
    Ok((first, plans.collect()))
}
