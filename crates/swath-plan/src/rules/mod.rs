//! Rewrites that keep the answer and change the cost; one rule, one file.
//!
//! A rule maps the roots of a computation to equal roots. Rules run in the order of [`RULES`], once each;
//! any of them can be left out without changing an answer.

mod answer_from_statistics;
mod fold_constants;
mod merge_projections;
mod push_down_predicates;
mod push_down_projections;
mod share_scans;

use swath_ops::Env;

use crate::walk::post_order;
use crate::{Plan, PlanError};

/// A rule by name.
struct Rule {
    name: &'static str,
    apply: fn(&[Plan], &Env) -> Result<Vec<Plan>, PlanError>,
}

/// The rules, in the order in which they run.
const RULES: &[Rule] = &[
    Rule {
        name: "fold-constants",
        apply: fold_constants::apply,
    },
    Rule {
        name: "push-down-predicates",
        apply: push_down_predicates::apply,
    },
    Rule {
        name: "answer-from-statistics",
        apply: answer_from_statistics::apply,
    },
    Rule {
        name: "share-scans",
        apply: share_scans::apply,
    },
    Rule {
        name: "merge-projections",
        apply: merge_projections::apply,
    },
    Rule {
        name: "push-down-projections",
        apply: push_down_projections::apply,
    },
];

/// Which rules changed the plan, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Applied(pub Vec<&'static str>);

/// Rewrites the roots by every rule but those named in `without`.
pub fn optimise(
    roots: &[Plan],
    env: &Env,
    without: &[&str],
) -> Result<(Vec<Plan>, Applied), PlanError> {
    let mut plans = roots.to_vec();
    let mut applied = Applied::default();
    for rule in RULES.iter().filter(|rule| !without.contains(&rule.name)) {
        let before: Vec<_> = post_order(&plans)
            .iter()
            .map(|plan| plan.name().clone())
            .collect();
        plans = (rule.apply)(&plans, env)?;
        let after = post_order(&plans);
        if before.len() != after.len()
            || before
                .iter()
                .zip(&after)
                .any(|(old, new)| old != new.name())
        {
            applied.0.push(rule.name);
        }
    }
    Ok((plans, applied))
}
