//! Two scans of one data set become one, so that every byte is read once.
//!
//! Scans that differ in their predicates read the rows that any of them wants; each keeps its own filter
//! above. Their columns are united by the projection rule, which runs later.

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
            wanted
                .entry(unfiltered(scan)?)
                .or_default()
                .push(scan.predicate.clone());
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

/// True where one of the predicates is; `None` where one scan wants every row.
fn any_of(predicates: &[Option<Expr>]) -> Option<Expr> {
    let predicates: Option<Vec<&Expr>> = predicates.iter().map(Option::as_ref).collect();
    predicates?
        .into_iter()
        .cloned()
        .reduce(|any, next| any.or(&next))
}
