//! Values in place of lazy scalars.

use swath_batch::Value;

use crate::walk::rewrite;
use crate::{Expr, ExprNode, Late};

impl Expr {
    /// The same expression with the lazy scalars that `replacement` gives in place of others. A scalar for which it gives `None` stays.
    pub fn map_lates(&self, replacement: &dyn Fn(&Late) -> Option<Late>) -> Self {
        rewrite(self, |expr| match expr.node() {
            ExprNode::Late(late) => match replacement(late) {
                Some(late) => expr.replaced_by(ExprNode::Late(late)),
                None => expr,
            },
            _ => expr,
        })
    }

    /// The same expression with the values that `known` gives in place of lazy scalars. A scalar for which it gives `None` stays.
    ///
    /// A value keeps the scalar's dtype: unlike a literal it does not take that of the column it meets.
    pub fn with_late_values(&self, known: &dyn Fn(&Late) -> Option<Value>) -> Self {
        rewrite(self, |expr| match expr.node() {
            ExprNode::Late(late) => match known(late) {
                Some(value) => {
                    let input = Self::new(ExprNode::Literal(value));
                    expr.replaced_by(ExprNode::Cast {
                        input,
                        dtype: (&late.dtype).into(),
                    })
                }
                None => expr,
            },
            _ => expr,
        })
    }
}

#[cfg(test)]
mod tests {
    use swath_batch::Value;
    use swath_graph::Name;
    use swath_meta::DType;

    use crate::{Expr, Late, col};

    #[test]
    fn known_scalars_become_literals() {
        let late = |name: &str| Expr::late(Late::new(Name::of(name, name), DType::Float64));
        let expr = col("v").gt(late("mean")) & col("v").lt(late("max"));
        let known = expr
            .with_late_values(&|late| (late.name.kind() == "mean").then_some(Value::Float(1.5)));
        assert_eq!(known.lates().len(), 1);
        let replaced = expr.map_lates(&|late| {
            let handle = Some(std::sync::Arc::new(1_u8) as _);
            (late.name.kind() == "max").then(|| Late {
                handle,
                ..late.clone()
            })
        });
        assert!(
            replaced.same_as(&expr),
            "a handle is no part of what a scalar is"
        );
        let handles: Vec<bool> = replaced
            .lates()
            .iter()
            .map(|late| late.handle.is_some())
            .collect();
        assert_eq!(handles, [false, true]);
        assert_eq!(
            known.to_string(),
            "((v > 1.5.cast(\"float64\")) & (v < scalar(max)))"
        );
    }
}
