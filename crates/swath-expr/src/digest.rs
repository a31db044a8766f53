//! The canonical fingerprint of expressions and aggregates: what they are, not where they were written.

use swath_graph::{Canon, Fingerprint};

use crate::{Agg, Expr, ExprNode, Params};

/// Raised when the meaning of a node changes, so that names of computations change with it.
const VERSION: u32 = 1;

impl Expr {
    /// A hash over the nodes, each made from the hashes of its inputs and kept: the cost is one hash a node in all, and sharing
    /// does not show.
    pub(crate) fn digest(&self) -> u128 {
        let mut stack = vec![self];
        while let Some(expr) = stack.last().copied() {
            if expr.digest_cell().get().is_some() {
                stack.pop();
                continue;
            }
            let children = || expr.node().children();
            let inputs: Option<Vec<u128>> = children()
                .map(|child| child.digest_cell().get().copied())
                .collect();
            match inputs {
                Some(inputs) => {
                    let digest = node_digest(expr.node(), &inputs);
                    expr.digest_cell().get_or_init(|| digest);
                    stack.pop();
                }
                None => stack.extend(children()),
            }
        }
        *self.digest_cell().get().expect("the root is done last")
    }
}

/// The digest of a node whose inputs have these.
fn node_digest(node: &ExprNode, inputs: &[u128]) -> u128 {
    let mut out = Canon::new("expr", VERSION);
    match node {
        ExprNode::Column(name) => out.str("column").str(name),
        ExprNode::Literal(value) => out.str("literal").feed(value),
        ExprNode::Late(late) => out
            .str("late")
            .feed(&late.name)
            .str(&late.dtype.to_string()),
        ExprNode::Unary { op, .. } => out.str("unary").str(op.name()),
        ExprNode::Binary { op, .. } => out.str("binary").str(op.name()),
        ExprNode::IsIn { values, .. } => {
            out.str("isin").seq(values.len());
            values.iter().fold(&mut out, |out, value| out.feed(value))
        }
        ExprNode::Cast { dtype, .. } => out.str("cast").str(&dtype.to_string()),
        ExprNode::Alias { name, .. } => out.str("alias").str(name),
        ExprNode::When { .. } => out.str("when"),
        ExprNode::Call { function, .. } => out.str("call").feed(function),
        ExprNode::Ordered { op, .. } => out.str("ordered").str(op.name()).feed(&Params::from(op)),
    };
    out.seq(inputs.len());
    inputs
        .iter()
        .fold(&mut out, |out, input| out.u128(*input))
        .finish()
}

impl Fingerprint for Expr {
    /// Feeds operations, columns, literals and the names of lazy scalars. Leaves out caller locations and handles.
    fn feed(&self, out: &mut Canon) {
        out.object("expr", VERSION).u128(self.digest());
    }
}

impl Agg {
    pub(crate) fn digest(&self) -> u128 {
        Canon::new("agg", VERSION).feed(self).finish()
    }
}

impl Fingerprint for Agg {
    /// Feeds kind, inputs, parameters and alias.
    fn feed(&self, out: &mut Canon) {
        out.object("agg", VERSION).str(self.kind());
        out.seq(self.inputs().len());
        self.inputs().iter().for_each(|input| {
            out.feed(input);
        });
        out.feed(self.params());
        match self.alias_name() {
            Some(name) => out.some().str(name),
            None => out.none(),
        };
    }
}

#[cfg(test)]
mod tests {
    use crate::{col, lit};

    #[test]
    fn whatever_changes_the_answer_changes_the_fingerprint() {
        let all = [
            col("a"),
            col("b"),
            lit("a"),
            lit(1),
            lit(1.0),
            lit(-0.0),
            lit(0.0),
            lit(None::<i64>),
            col("a").eq(1),
            col("a").eq("1"),
            col("a").ne(1),
            lit(1).eq(col("a")),
            !col("a"),
            -col("a"),
            col("a").isna(),
            col("a").isin([1]),
            col("a").isin([1, 2]),
            col("a").cast("int8"),
            col("a").cast("int16"),
            col("a").alias("a"),
            col("a").abs(),
            col("a").round(1),
            col("a").round(2),
        ];
        for (i, a) in all.iter().enumerate() {
            for (j, b) in all.iter().enumerate() {
                assert_eq!(a.same_as(b), i == j, "{a} and {b}");
            }
        }
        assert!(col("a").cast("int").same_as(&col("a").astype("int64")));
    }

    #[test]
    fn sharing_does_not_show() {
        let part = col("a") + 1;
        assert!((&part * &part).same_as(&((col("a") + 1) * (col("a") + 1))));
    }

    /// The fingerprint must be the same in every process and on every machine: this one was made by another.
    #[test]
    fn the_fingerprint_is_stable() {
        let expr = (col("amount").gt(5000) & col("region").isin(["eu", "us"]))
            | col("ts").cast("date").isna();
        insta::assert_snapshot!(format!("{:032x}", expr.digest()));
        insta::assert_snapshot!(format!("{:032x}", expr.abs().sum().alias("x").digest()));
    }
}
