//! Two scans of one data set become one, so that every byte is read once.
//!
//! Scans that differ in their predicates read the rows that any of them wants; each keeps its own filter
//! above. Their columns are united by the projection rule, which runs later.
//!
//! Parts of a predicate that can fail stay out of the shared scan: `x != 0` guards `10 // x` for its own query
//! alone, and the rows that another query wants would meet the division without it.

use std::collections::HashMap;

use swath_expr::Expr;
use swath_graph::Name;
use swath_ops::Env;

use crate::node::Scan;
use crate::walk::{post_order, rewrite_bottom_up, with_inputs};
use crate::{Node, Plan, PlanError};

pub(super) fn apply(roots: &[Plan], env: &Env) -> Result<Vec<Plan>, PlanError> {
    let mut wanted: HashMap<Name, Vec<Option<Expr>>> = HashMap::new();
    for plan in post_order(roots) {
        if let Node::Scan(scan) = plan.node() {
            let scans = wanted.entry(unfiltered(scan)?).or_default();
            scans.push(cannot_fail(scan, env)?);
        }
    }
    rewrite_bottom_up(roots, |plan, inputs| {
        let Node::Scan(scan) = plan.node() else {
            return with_inputs(plan, inputs, env);
        };
        let predicates = &wanted[&unfiltered(scan)?];
        if predicates.len() == 1 {
            return Ok(plan.clone());
        }
        let shared = Scan {
            predicate: any_of(predicates),
            ..scan.clone()
        }
        .plan()?;
        match &scan.predicate {
            None => Ok(shared),
            Some(own) => Ok(shared.filter(own.clone(), env)?.keep_location(plan)),
        }
    })
}

/// The name of the scan without its predicate: equal for scans that can be one.
fn unfiltered(scan: &Scan) -> Result<Name, PlanError> {
    Ok(Scan {
        predicate: None,
        ..scan.clone()
    }
    .plan()?
    .name()
    .clone())
}

/// The parts of a scan's predicate that have an answer for every row; `None` if there are none.
fn cannot_fail(scan: &Scan, env: &Env) -> Result<Option<Expr>, PlanError> {
    let mut parts = Vec::new();
    for part in scan.predicate.iter().flat_map(Expr::conjuncts) {
        let bound = part.bind_predicate(scan.dataset.meta(), &env.functions)?;
        if !bound.is_fallible() {
            parts.push(part);
        }
    }
    Ok(Expr::conjunction(parts))
}

/// True where one of the predicates is; `None` where one scan wants every row.
fn any_of(predicates: &[Option<Expr>]) -> Option<Expr> {
    let mut different: Vec<&Expr> = Vec::new();
    for predicate in predicates {
        let predicate = predicate.as_ref()?;
        if !different.iter().any(|known| known.same_as(predicate)) {
            different.push(predicate);
        }
    }
    different
        .into_iter()
        .cloned()
        .reduce(|any, next| any.or(&next))
}
