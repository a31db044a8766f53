//! One pass over events that marks those with no other of the same user shortly before them on the way.

use std::collections::HashMap;
use std::hash::Hash;

use swath_plugin::prelude::*;
use swath_plugin::{DType, Timestamp};

/// Which way the pass goes.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Way {
    /// From the first event on.
    Forwards,
    /// From the last event back.
    Backwards,
}

/// What both functions need of their columns.
pub(crate) fn require(input: &Meta, user: &str, time: &str) -> Result<()> {
    input.require(time, "timestamp")?;
    let dtype = &input.field(user)?.dtype;
    if dtype.is_integer() || dtype.is_string() {
        return Ok(());
    }
    Err(Error::new(format!(
        "column `{user}` is {dtype}: users are told by a string, a category or an integer"
    )))
}

/// For each event whether it is marked; `None` where user or time is null.
pub(crate) fn mark(
    part: &Batch,
    (user, time): (&str, &str),
    gap: Span,
    way: Way,
    cx: &Cx,
) -> Result<Vec<Option<bool>>> {
    match part.meta().dtype(user)? {
        DType::UInt64 => marks(
            part.rows2::<Option<u64>, Option<Timestamp>>(user, time)?,
            gap,
            way,
            cx,
        ),
        dtype if dtype.is_integer() => marks(
            part.rows2::<Option<i64>, Option<Timestamp>>(user, time)?,
            gap,
            way,
            cx,
        ),
        _ => marks(
            part.rows2::<Option<&str>, Option<Timestamp>>(user, time)?,
            gap,
            way,
            cx,
        ),
    }
}

fn marks<U: Hash + Eq>(
    events: impl Iterator<Item = (Option<U>, Option<Timestamp>)>,
    gap: Span,
    way: Way,
    cx: &Cx,
) -> Result<Vec<Option<bool>>> {
    let mut events: Vec<_> = events.collect();
    if way == Way::Backwards {
        events.reverse();
    }
    // The last event of each user on the way.
    let mut last: HashMap<U, Timestamp> = HashMap::new();
    let marks = events.into_iter().map(|(user, time)| {
        cx.tick()?;
        let (Some(user), Some(time)) = (user, time) else {
            return Ok(None);
        };
        let before = last.insert(user, time);
        let is_far = |before| match way {
            Way::Forwards => time - before > gap,
            Way::Backwards => before - time > gap,
        };
        Ok(Some(before.is_none_or(is_far)))
    });
    let mut marks = marks.collect::<Result<Vec<_>>>()?;
    if way == Way::Backwards {
        marks.reverse();
    }
    Ok(marks)
}
