//! Walks through an expression without recursion, and through shared parts once.

use std::collections::{HashMap, HashSet};
use std::convert::Infallible;

use crate::expr::Inner;
use crate::{Expr, ExprNode};

/// Visits every node once, inputs left to right before what uses them. Shared nodes are visited once.
pub(crate) fn each(root: &Expr, mut visit: impl FnMut(&Expr)) {
    let mut seen: HashSet<*const Inner> = HashSet::new();
    let mut stack = vec![(root, false)];
    while let Some((expr, ready)) = stack.pop() {
        if ready {
            visit(expr);
        } else if seen.insert(expr.address()) {
            stack.push((expr, true));
            stack.extend(expr.node().children().rev().map(|child| (child, false)));
        }
    }
}

/// Computes a result for every node from the results of its inputs, and returns the root's.
///
/// Costs one visit a node, however often it is shared: a chain of `x = x + x` is as cheap as it is short.
pub(crate) fn try_bottom_up<T: Clone, E>(
    root: &Expr,
    mut visit: impl FnMut(&Expr, Vec<T>) -> Result<T, E>,
) -> Result<T, E> {
    let mut done: HashMap<*const Inner, T> = HashMap::new();
    let mut stack = vec![(root, false)];
    while let Some((expr, ready)) = stack.pop() {
        if done.contains_key(&expr.address()) {
            continue;
        }
        if ready {
            let inputs = expr
                .node()
                .children()
                .map(|child| done[&child.address()].clone())
                .collect();
            let result = visit(expr, inputs)?;
            done.insert(expr.address(), result);
        } else {
            stack.push((expr, true));
            stack.extend(expr.node().children().rev().map(|child| (child, false)));
        }
    }
    Ok(done
        .remove(&root.address())
        .expect("the root is visited last"))
}

/// [`try_bottom_up`] for what cannot fail.
pub(crate) fn bottom_up<T: Clone>(root: &Expr, mut visit: impl FnMut(&Expr, Vec<T>) -> T) -> T {
    match try_bottom_up(root, |expr, inputs| {
        Ok::<T, Infallible>(visit(expr, inputs))
    }) {
        Ok(result) => result,
        Err(never) => match never {},
    }
}

/// Rewrites an expression: `visit` gets every node with its inputs already rewritten. What does not change stays shared.
pub(crate) fn rewrite(root: &Expr, mut visit: impl FnMut(Expr) -> Expr) -> Expr {
    bottom_up(root, |expr, inputs: Vec<Expr>| {
        let unchanged = expr
            .node()
            .children()
            .zip(&inputs)
            .all(|(old, new)| old.address() == new.address());
        visit(if unchanged {
            expr.clone()
        } else {
            expr.replaced_by(expr.node().with_children(inputs))
        })
    })
}

/// Follows aliases to what they name.
pub(crate) fn without_alias(mut expr: &Expr) -> &Expr {
    while let ExprNode::Alias { input, .. } = expr.node() {
        expr = input;
    }
    expr
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::col;

    #[test]
    fn shared_parts_are_visited_once() {
        let mut expr = col("a");
        for _ in 0..1000 {
            expr = expr.add(&expr);
        }
        let mut nodes = 0;
        each(&expr, |_| nodes += 1);
        assert_eq!(nodes, 1001);
        assert_eq!(
            bottom_up(&expr, |_, inputs: Vec<u32>| 1 + inputs
                .first()
                .copied()
                .unwrap_or(0)),
            1001
        );
    }

    #[test]
    fn a_rewrite_that_changes_nothing_is_the_same_handle() {
        let expr = col("a").add(1).gt(col("b"));
        assert_eq!(rewrite(&expr, |expr| expr).address(), expr.address());
    }
}
