//! A plan and what became of it.

use std::fmt;

use swath_ops::Env;

use super::{draw, json, tree};
use crate::rules::{Applied, optimise};
use crate::{Plan, PlanError};

/// How a plan is computed, before and after optimisation, without hashes, addresses or times: fit for a snapshot.
///
/// `Display` prints both as trees, an operation above what it reads. A sub-plan that is read twice is
/// printed once and then referred to by its number. [`dot`](Self::dot) and [`mermaid`](Self::mermaid) draw what
/// will run, [`json`](Self::json) is for programs.
#[derive(Clone)]
pub struct Explain {
    logical: Plan,
    outcome: Outcome,
}

#[derive(Clone)]
enum Outcome {
    Optimised {
        plan: Plan,
        applied: Applied,
    },
    /// Why it cannot be.
    Refused(String),
}

impl Explain {
    /// Optimises a plan as a computation of it alone would.
    ///
    /// # Errors
    /// Those of a rule.
    pub fn new(plan: &Plan, env: &Env) -> Result<Self, PlanError> {
        let (mut optimised, applied) = optimise(std::slice::from_ref(plan), env, &[])?;
        let optimised = optimised.pop().expect("one root in, one root out");
        Ok(Self {
            logical: plan.clone(),
            outcome: Outcome::Optimised {
                plan: optimised,
                applied,
            },
        })
    }

    /// The explanation of a plan that optimisation refuses, and why.
    pub fn refused(plan: &Plan, reason: impl Into<String>) -> Self {
        Self {
            logical: plan.clone(),
            outcome: Outcome::Refused(reason.into()),
        }
    }

    /// The rules that changed something, in order.
    pub fn rules(&self) -> &[&'static str] {
        match &self.outcome {
            Outcome::Optimised { applied, .. } => &applied.0,
            Outcome::Refused(_) => &[],
        }
    }

    /// The plan that runs; the logical one where there is none.
    fn last(&self) -> &Plan {
        match &self.outcome {
            Outcome::Optimised { plan, .. } => plan,
            Outcome::Refused(_) => &self.logical,
        }
    }

    /// The optimised plan as `Graphviz` text, for `dot -Tsvg`: one box an operation, arrows the way rows flow.
    pub fn dot(&self) -> String {
        draw::dot(self.last())
    }

    /// The optimised plan as `Mermaid` text, for a fenced block of a Markdown file.
    pub fn mermaid(&self) -> String {
        draw::mermaid(self.last())
    }

    /// Both plans as one JSON object.
    ///
    /// `logical` and `optimised` list the operations, sources first and the result last: `id`, `operation`, `text`,
    /// `partitions`, and `inputs`, which are ids. `rules` names what changed something. Where optimisation refuses
    /// the plan, `refused` says why in place of `optimised`.
    pub fn json(&self) -> String {
        let mut parts = vec![("logical", json::operations(&self.logical))];
        match &self.outcome {
            Outcome::Optimised { plan, .. } => parts.push(("optimised", json::operations(plan))),
            Outcome::Refused(reason) => parts.push(("refused", json::text(reason))),
        }
        let rules: Vec<_> = self.rules().iter().map(|rule| json::text(rule)).collect();
        parts.push(("rules", format!("[{}]", rules.join(", "))));
        json::object(&parts)
    }
}

impl fmt::Display for Explain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("logical plan")?;
        tree::write(f, &self.logical)?;
        match &self.outcome {
            Outcome::Optimised { plan, applied } => {
                let rules = if applied.0.is_empty() {
                    "unchanged".to_owned()
                } else {
                    applied.0.join(", ")
                };
                write!(f, "\n\noptimised plan ({rules})")?;
                tree::write(f, plan)
            }
            Outcome::Refused(reason) => write!(f, "\n\nno optimised plan\n{reason}"),
        }
    }
}

impl fmt::Debug for Explain {
    /// Prints the same text as `Display`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use swath_batch::{Batch, Partition};

    #[test]
    fn a_plan_that_is_refused_is_explained_all_the_same() {
        let rows = Batch::from_csv("region,amount\neu,10\n").expect("rows");
        let plan = Plan::constant(Partition::from(rows)).expect("a plan");
        let explain = Explain::refused(&plan, "a \"rule\"\nsays no");
        assert_eq!(
            explain.to_string(),
            "logical plan\nconstant 1 rows  [1 partition]\n\nno optimised plan\na \"rule\"\nsays no"
        );
        let json = explain.json();
        assert!(
            json.contains(r#""refused": "a \"rule\"\u000asays no""#),
            "{json}"
        );
        assert!(explain.dot().contains("constant 1 rows") && explain.rules().is_empty());
    }
}
