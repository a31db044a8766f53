//! Operations on rows in their order, taken out of expressions.

use std::collections::HashMap;
use std::sync::Arc;

use swath_kernels::Ordered;

use crate::walk::{bottom_up, each};
use crate::{Expr, ExprNode, Spelling};

/// Expressions that are row-wise over columns which passes over the rows have made.
///
/// A pass makes several columns. What it reads is row-wise over the columns of the frame and those of the passes before it; so
/// `x.shift(1).cumsum()` takes two.
///
/// ```
/// use swath_expr::{OrderedParts, col};
///
/// let expr = col("x") - col("x").shift(1).cumsum();
/// let in_order = OrderedParts::of(&[expr], "#");
/// assert_eq!(in_order.exprs[0].to_string(), r##"(x - col("#1"))"##);
/// let passes = in_order.passes.iter().flatten();
/// let passes: Vec<String> = passes.map(|part| format!("{} of {}", part.op, part.input)).collect();
/// assert_eq!(passes, ["shift(1) of x", r##"cumsum() of col("#0")"##]);
/// ```
#[derive(Clone, Debug)]
pub struct OrderedParts {
    /// The expressions in which columns stand for what the passes make.
    pub exprs: Vec<Expr>,
    /// What each pass makes, in order.
    pub passes: Vec<Vec<OrderedPart>>,
}

/// One column that a pass over the rows makes.
#[derive(Clone, Debug)]
pub struct OrderedPart {
    /// Its name.
    pub name: Arc<str>,
    /// What is done.
    pub op: Ordered,
    /// To what: row-wise.
    pub input: Expr,
    /// How the input was written.
    pub spelling: Spelling,
}

impl Expr {
    /// Whether a part of the expression reads other rows than its own, so that rows need an order.
    ///
    /// ```
    /// use swath_expr::col;
    ///
    /// assert!(col("x").diff(1).gt(0).needs_order());
    /// assert!(!col("x").gt(0).needs_order());
    /// ```
    pub fn needs_order(&self) -> bool {
        self.first_ordered().is_some()
    }

    /// The first part that reads other rows than its own.
    pub fn first_ordered(&self) -> Option<Self> {
        let mut found = None;
        each(self, |expr| {
            if found.is_none() && matches!(expr.node(), ExprNode::Ordered { .. }) {
                found = Some(expr.clone());
            }
        });
        found
    }
}

impl OrderedParts {
    /// Takes the operations out of expressions. The columns that are made are called by `prefix` and a number, which no column of
    /// the frame may be. Equal ones are made once.
    pub fn of(exprs: &[Expr], prefix: &str) -> Self {
        let mut passes: Vec<Vec<OrderedPart>> = Vec::new();
        let mut known: HashMap<u128, (Expr, usize)> = HashMap::new();
        let mut without = |root: &Expr| {
            let (expr, _) = bottom_up(root, |expr, inputs: Vec<(Expr, usize)>| {
                // How many passes have to be over before the part can be computed.
                let over = inputs.iter().map(|(_, over)| *over).max().unwrap_or(0);
                let inputs = inputs.into_iter().map(|(input, _)| input).collect();
                let rewritten = expr.replaced_by(expr.node().with_children(inputs));
                let (ExprNode::Ordered { input: written, .. }, ExprNode::Ordered { op, input }) =
                    (expr.node(), rewritten.node())
                else {
                    return (rewritten, over);
                };
                let made = known.len();
                let made = known.entry(rewritten.digest()).or_insert_with(|| {
                    let name: Arc<str> = format!("{prefix}{made}").into();
                    passes.resize_with(passes.len().max(over + 1), Vec::new);
                    passes[over].push(OrderedPart {
                        name: Arc::clone(&name),
                        op: *op,
                        input: input.clone(),
                        spelling: written.spelling(),
                    });
                    (expr.replaced_by(ExprNode::Column(name)), over + 1)
                });
                made.clone()
            });
            expr
        };
        let exprs = exprs.iter().map(&mut without).collect();
        Self { exprs, passes }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Functions, col, lit};
    use swath_graph::{Decoder, Encoder};
    use swath_meta::Meta;

    #[test]
    fn equal_parts_are_made_once_and_nested_ones_by_a_later_pass() {
        let change = col("x") - col("x").shift(1);
        let exprs = [
            &change * 2,
            change.rolling(3).mean() + col("x").shift(1),
            col("y").shift(1),
            lit(1).cumsum(),
            col("y") + 1,
        ];
        let in_order = OrderedParts::of(&exprs, "#");
        let texts: Vec<String> = in_order.exprs.iter().map(ToString::to_string).collect();
        insta::assert_snapshot!(texts.join("\n"), @r##"
        ((x - col("#0")) * 2)
        (col("#1") + col("#0"))
        col("#2")
        col("#3")
        (y + 1)
        "##);
        let passes = in_order.passes.iter().map(|parts| {
            let parts = parts.iter();
            let parts = parts.map(|part| format!("{} = {} of {}", part.name, part.op, part.input));
            parts.collect::<Vec<_>>().join(", ")
        });
        insta::assert_snapshot!(passes.collect::<Vec<_>>().join("\n"), @r##"
        #0 = shift(1) of x, #2 = shift(1) of y, #3 = cumsum() of 1
        #1 = rolling(3).mean() of (x - col("#0"))
        "##);
    }

    #[test]
    fn they_are_printed_encoded_and_told_apart() {
        let x = || col("x");
        let all = [
            x().shift(1),
            x().shift(-1),
            x().diff(1),
            x().cumsum(),
            x().cumprod(),
            x().cummin(),
            x().cummax(),
            x().cumcount(),
            x().ffill(),
            x().ffill_limit(2),
            x().bfill(),
            x().bfill_limit(1),
            x().rolling(3).sum(),
            x().rolling(3).min_periods(1).sum(),
            x().rolling(3).center(true).sum(),
            x().rolling(4).median(),
            x().rolling(4).std().shift(2),
        ];
        let functions = Functions::standard();
        for (i, expr) in all.iter().enumerate() {
            let mut encoder = Encoder::new();
            expr.encode(&mut encoder);
            let bytes = encoder.into_bytes().unwrap();
            let decoded = Expr::decode(&Decoder::new(&bytes), &functions).unwrap();
            assert!(decoded.same_as(expr), "{expr}");
            for (j, other) in all.iter().enumerate() {
                assert_eq!(expr.same_as(other), i == j, "{expr} and {other}");
            }
        }
        let texts = all.map(|expr| expr.spelling().code.to_string());
        insta::assert_snapshot!(texts.join("\n"));
    }

    #[test]
    fn dtypes_are_known_and_mistakes_are_told() {
        let meta = Meta::of([
            ("x", "int32"),
            ("u", "uint8"),
            ("at", "timestamp[us]"),
            ("text", "string"),
        ])
        .unwrap();
        let functions = Functions::standard();
        let types = [
            col("x").shift(1),
            col("x").diff(1),
            col("at").diff(1),
            col("u").cumsum(),
            col("x").cumprod(),
            col("text").cummax(),
            col("text").ffill(),
            col("text").cumcount(),
            col("x").rolling(2).sum(),
            col("x").rolling(2).std(),
            col("at").rolling(2).max(),
            col("x").shift(1).gt(col("x")),
        ]
        .map(|expr| {
            let field = expr.infer_in_order(&meta, &functions).unwrap();
            let null = if field.nullable { ", null" } else { "" };
            format!("{expr}: {}{null}", field.dtype)
        });
        insta::assert_snapshot!(types.join("\n"));
        let mistakes = [
            col("text").cumsum(),
            col("at").cumprod(),
            col("text").rolling(2).mean(),
            col("text").rolling(2).min(),
            col("x").rolling(0).sum(),
            col("x").rolling(2).min_periods(3).sum(),
            col("x").ffill_limit(0),
            col("zz").shift(1),
        ]
        .map(|expr| {
            let error = expr.infer_in_order(&meta, &functions).unwrap_err();
            format!("{expr}: {error}; {}", error.fix().unwrap_or("-"))
        });
        insta::assert_snapshot!(mistakes.join("\n"));
        let error = col("x").diff(1).infer(&meta, &functions).unwrap_err();
        insta::assert_snapshot!(format!("{error}\n{}", error.fix().unwrap()));
    }
}
