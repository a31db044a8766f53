//! Which rows of a step's result are read: the values of a `when` only where their condition holds.

use super::Operand;

/// The rows for which a step's result is read.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Demand {
    /// All that the evaluation is asked for.
    All,
    /// Those of one or several values of a `when`.
    Some(Branch),
}

/// The rows that reach a value of a `when`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Branch {
    /// The step that is the `when`.
    pub(super) when: usize,
    /// No condition before this one is true.
    pub(super) after: usize,
    /// This one is true as well.
    pub(super) holds: bool,
}

/// The demand of every step, from what each reads and whether it is a `when`. The ends are wanted for all rows.
///
/// A step that several read in different branches is computed for all rows that reach the first of them.
pub(super) fn of(
    steps: &[(bool, Vec<Operand>)],
    ends: impl Iterator<Item = Operand>,
) -> Vec<Demand> {
    let mut demands: Vec<Option<Demand>> = vec![None; steps.len()];
    for at in ends.filter_map(Operand::step) {
        demands[at] = Some(Demand::All);
    }
    for (at, (is_when, inputs)) in steps.iter().enumerate().rev() {
        let own = demands[at].unwrap_or(Demand::All);
        let last = inputs.len().saturating_sub(1);
        for (position, input) in inputs.iter().enumerate() {
            let Some(read) = input.step() else { continue };
            let wanted = if !*is_when || position == 0 {
                own
            } else {
                Demand::Some(Branch {
                    when: at,
                    after: position / 2,
                    holds: position % 2 == 1 && position != last,
                })
            };
            demands[read] = Some(match demands[read] {
                None => wanted,
                Some(known) => both(known, wanted, &demands),
            });
        }
    }
    demands
        .into_iter()
        .map(|demand| demand.unwrap_or(Demand::All))
        .collect()
}

/// The rows of both, or some more.
fn both(mut left: Demand, mut right: Demand, demands: &[Option<Demand>]) -> Demand {
    loop {
        match (left, right) {
            _ if left == right => return left,
            (Demand::Some(a), Demand::Some(b)) if a.when == b.when => {
                return Demand::Some(Branch {
                    when: a.when,
                    after: a.after.min(b.after),
                    holds: false,
                });
            }
            // What is read inside a value of a `when` is read where that `when` is.
            (Demand::Some(a), Demand::Some(b)) if a.when < b.when => {
                left = demands[a.when].unwrap_or(Demand::All);
            }
            (Demand::Some(_), Demand::Some(b)) => {
                right = demands[b.when].unwrap_or(Demand::All);
            }
            _ => return Demand::All,
        }
    }
}
