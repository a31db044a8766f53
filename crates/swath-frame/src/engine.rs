//! Drives a lowering through its rounds on the session's backend.

use swath_batch::Value;
use swath_ops::TaskValue;
use swath_plan::{Lowering, Observed, Plan, RootKeys, Round};
use swath_scheduler::{Held, Run, RunError, RunOptions};

use crate::persisted::Pinned;
use crate::{Error, Result, Session};

/// The held partitions of each root, in order.
pub(crate) type Roots = Vec<RootRows>;

/// Where the partitions of a root are held.
#[derive(Clone, Debug)]
pub enum RootRows {
    /// This computation made them; the claims are its own.
    Made(Vec<Held>),
    /// They were held before, by this set.
    Before(Vec<Held>),
}

impl RootRows {
    pub(crate) fn held(&self) -> &[Held] {
        match self {
            Self::Made(held) | Self::Before(held) => held,
        }
    }
}

/// What becomes of the rows that a computation makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// Frames read them, in whatever encoding they are.
    Hold,
    /// Users get them, in the encodings of tables.
    HandOut,
}

/// What goes from round to round.
struct Rounds {
    session: Session,
    lowering: Lowering,
    observed: Observed,
    last: Vec<Held>,
}

/// Starts the computation of some plans, in which what is persisted is read from where it is held: one graph a round,
/// what they share runs once.
///
/// Planning errors come as `Ok(Err(..))`, so that the run itself stays the scheduler's.
pub(crate) fn start(session: &Session, roots: Vec<Plan>, purpose: Purpose) -> Run<Result<Roots>> {
    let again = (session.clone(), roots.clone());
    let run = first(session, roots, purpose).or_else(move |error| {
        if Error::is_misread(&error) {
            // A guess of where records begin was wrong. The session knows now not to guess, and nothing was given out yet.
            tracing::info!(%error, "reading again");
            first(&again.0, again.1, purpose)
        } else {
            Run::ready(Err(error))
        }
    });
    session.running(&run.cancel_handle());
    run
}

fn first(session: &Session, roots: Vec<Plan>, purpose: Purpose) -> Run<Result<Roots>> {
    let mut lowering = Lowering::new(roots, session.env().clone(), session.threads());
    if purpose == Purpose::HandOut {
        lowering = lowering.handed_out();
    }
    next(Rounds {
        session: session.clone(),
        lowering,
        observed: Observed::default(),
        last: Vec::new(),
    })
}

/// Submits the next round; whoever completes its last wanted key goes on with the one after it.
fn next(mut rounds: Rounds) -> Run<Result<Roots>> {
    match rounds.lowering.next(&rounds.observed) {
        Err(error) => Run::ready(Ok(Err(Error::lowering(error)))),
        Ok(Round::Done(roots)) => Run::ready(Ok(collect(&rounds, &roots))),
        Ok(Round::Submit {
            graph,
            wanted,
            scalars,
        }) => {
            let run = rounds
                .session
                .backend()
                .submit(graph, &wanted, RunOptions::default());
            run.and_then(move |held| {
                if scalars.is_empty() {
                    rounds.last = held;
                } else {
                    for (name, held) in scalars.into_iter().zip(&held) {
                        match scalar_value(&rounds.session, held) {
                            Ok(value) => rounds.observed.values.insert(name, value),
                            Err(error) => return Run::ready(Err(error)),
                        };
                    }
                }
                next(rounds)
            })
        }
    }
}

/// The plan with its lazy scalars computed, once and together, and their values in their place.
pub(crate) fn with_scalar_values(session: &Session, plan: &Plan) -> Result<Plan> {
    let scalars = swath_plan::lazy_scalars(plan).map_err(Error::lowering)?;
    if scalars.is_empty() {
        return Ok(plan.clone());
    }
    let failed = |error| Error::run(error, session);
    let begun = start(session, session.with_all_persisted(&scalars), Purpose::Hold);
    let roots = begun.wait().map_err(failed)??;
    let mut observed = Observed::default();
    for (scalar, rows) in scalars.iter().zip(&roots) {
        let held = rows.held().first();
        let held = held.expect("a scalar's plan has one partition");
        let value = scalar_value(session, held).map_err(failed)?;
        observed.values.insert(scalar.name().clone(), value);
    }
    swath_plan::with_scalar_values(plan, &observed, session.env()).map_err(Error::lowering)
}

/// The value of a lazy scalar: the last column of the one row.
fn scalar_value(session: &Session, held: &Held) -> std::result::Result<Value, RunError> {
    let rows = session.backend().fetch(held)?;
    let TaskValue::Rows(rows) = &*rows else {
        return Ok(Value::Null);
    };
    let Some(batch) = rows.batches().iter().find(|batch| batch.num_rows() > 0) else {
        return Ok(Value::Null);
    };
    Ok(Value::from_array(batch.column(batch.num_columns() - 1), 0))
}

fn collect(rounds: &Rounds, roots: &[RootKeys]) -> Result<Roots> {
    roots
        .iter()
        .map(|root| match root {
            RootKeys::Wanted(range) => Ok(RootRows::Made(rounds.last[range.clone()].to_vec())),
            RootKeys::Held(rows) => {
                // The plans were pinned when the computation began.
                let held = Pinned::claims_of(&**rows);
                held.map(|held| RootRows::Before(held.to_vec()))
                    .ok_or_else(|| Error::released(rows.name()))
            }
        })
        .collect()
}
