//! What of a predicate a source can be told.

use swath_expr::{BinaryOp, Expr, ExprNode};
use swath_meta::Meta;
use swath_plugin_abi::{Comparison, Filter};

use super::super::values::json_value;

/// The comparisons of a column with a value that have to be true wherever the predicate is.
pub(super) fn filters(predicate: &Expr, meta: &Meta) -> Vec<Filter> {
    let parts = predicate.conjuncts();
    parts.iter().filter_map(|part| filter(part, meta)).collect()
}

fn filter(part: &Expr, meta: &Meta) -> Option<Filter> {
    let ExprNode::Binary { op, left, right } = part.node() else {
        return None;
    };
    let is = comparison(*op)?;
    let (column, is, value) = match (left.as_column(), right.as_column()) {
        (Some(column), None) => (column, is, right.as_literal()?),
        (None, Some(column)) => (column, turned(is), left.as_literal()?),
        _ => return None,
    };
    // Of no other dtype than the column, so that both sides compare the same values.
    let value = value.cast(&meta.field(column).ok()?.dtype).ok()?;
    if value.is_null() {
        return None;
    }
    Some(Filter {
        column: column.to_owned(),
        is,
        value: json_value(&value).ok()?,
    })
}

fn comparison(op: BinaryOp) -> Option<Comparison> {
    Some(match op {
        BinaryOp::Eq => Comparison::Eq,
        BinaryOp::Ne => Comparison::Ne,
        BinaryOp::Lt => Comparison::Lt,
        BinaryOp::Le => Comparison::Le,
        BinaryOp::Gt => Comparison::Gt,
        BinaryOp::Ge => Comparison::Ge,
        _ => return None,
    })
}

/// The comparison with its sides exchanged.
fn turned(is: Comparison) -> Comparison {
    match is {
        Comparison::Lt => Comparison::Gt,
        Comparison::Le => Comparison::Ge,
        Comparison::Gt => Comparison::Lt,
        Comparison::Ge => Comparison::Le,
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use swath_expr::{col, lit};

    #[test]
    fn what_has_to_be_true_of_one_column() {
        let fields = [
            ("n", "int64"),
            ("f", "float64"),
            ("day", "date"),
            ("s", "string"),
        ];
        let meta = Meta::of(fields).expect("four columns");
        let told = |predicate: Expr| {
            let found = filters(&predicate, &meta);
            let found = found
                .iter()
                .map(|filter| format!("{} {:?} {}", filter.column, filter.is, filter.value));
            found.collect::<Vec<_>>().join(", ")
        };
        for (predicate, expected) in [
            (col("n").gt(3), "n Gt 3"),
            (lit(3).gt(col("n")), "n Lt 3"),
            (col("f").le(3) & col("s").eq("a"), "f Le 3.0, s Eq \"a\""),
            (col("day").ge("2026-01-01"), "day Ge \"2026-01-01\""),
            // No whole number is compared with that.
            (col("n").gt(3.5), ""),
            // Either may be true alone.
            (col("n").gt(3) | col("f").gt(1.0), ""),
            ((col("n") + 1).gt(3) & col("n").ne(7), "n Ne 7"),
            (col("f").eq(f64::NAN), ""),
            (col("n").gt(col("f")), ""),
            (col("n").isna(), ""),
        ] {
            let text = predicate.to_string();
            assert_eq!(told(predicate), expected, "{text}");
        }
    }
}
