//! Expressions as text: readable, one line, stable.

use std::borrow::Cow;
use std::fmt::{self, Display, Formatter, Write};

use swath_batch::Value;
use swath_graph::{REDACTED, values_are_redacted};

use crate::node::UnaryOp;
use crate::{BinaryOp, Expr, ExprNode, shown_name};

/// Nodes printed before `…`: an expression that shares its parts can be exponentially longer than it is large.
pub(crate) const NODES: usize = 1 << 18;

/// Values of an `isin` that are printed.
pub(crate) const LISTED: usize = 8;

/// Characters of an expression in an error message.
const BRIEF: usize = 200;

enum Piece<'a> {
    Text(Cow<'a, str>),
    Node(&'a Expr),
}

impl Display for Expr {
    /// Prints operators in brackets, everything else as method calls: `((amount > 5000) & region.isin(["eu", "us"]))`.
    ///
    /// Columns are bare where their name is a word. Literals print as results do, text in quotes. A lazy scalar prints as
    /// what computes it, without a fingerprint, so that the text is the same for every run.
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let mut stack = vec![Piece::Node(self)];
        let mut nodes = 0;
        while let Some(piece) = stack.pop() {
            match piece {
                Piece::Text(text) => f.write_str(&text)?,
                Piece::Node(_) if nodes == NODES => f.write_str("…")?,
                Piece::Node(expr) => {
                    nodes += 1;
                    let from = stack.len();
                    pieces(expr, &mut stack);
                    stack[from..].reverse();
                }
            }
        }
        Ok(())
    }
}

/// Appends the pieces of one node, left to right.
fn pieces<'a>(expr: &'a Expr, out: &mut Vec<Piece<'a>>) {
    let text = |text: &'static str| Piece::Text(Cow::Borrowed(text));
    let owned = |text: String| Piece::Text(Cow::Owned(text));
    match expr.node() {
        ExprNode::Column(name) if is_word(name) => out.push(Piece::Text(Cow::Borrowed(name))),
        ExprNode::Column(name) => out.push(owned(format!("col({name:?})"))),
        ExprNode::Literal(value) => out.push(owned(literal(value))),
        ExprNode::Late(late) => out.push(Piece::Text(Cow::Borrowed(&late.spelling.text))),
        ExprNode::Unary {
            op: op @ (UnaryOp::Not | UnaryOp::Neg),
            input,
        } => {
            out.extend([
                text(if *op == UnaryOp::Not { "(!" } else { "(-" }),
                Piece::Node(input),
                text(")"),
            ]);
        }
        ExprNode::Unary { op, input } => {
            out.extend([Piece::Node(input), owned(format!(".{}()", op.name()))]);
        }
        ExprNode::Binary {
            op: op @ (BinaryOp::EqMissing | BinaryOp::NeMissing | BinaryOp::FillNull),
            left,
            right,
        } => {
            out.extend([
                Piece::Node(left),
                owned(format!(".{}(", op.name())),
                Piece::Node(right),
                text(")"),
            ]);
        }
        ExprNode::Binary { op, left, right } => {
            out.extend([
                text("("),
                Piece::Node(left),
                owned(format!(" {} ", op.name())),
                Piece::Node(right),
                text(")"),
            ]);
        }
        ExprNode::IsIn { input, values } => {
            let mut list: Vec<String> = values.iter().take(LISTED).map(literal).collect();
            if values.len() > LISTED {
                list.push(format!("… {} more", values.len() - LISTED));
            }
            out.extend([
                Piece::Node(input),
                owned(format!(".isin([{}])", list.join(", "))),
            ]);
        }
        ExprNode::Cast { input, dtype } => {
            out.extend([Piece::Node(input), owned(format!(".cast(\"{dtype}\")"))]);
        }
        ExprNode::Alias { input, name } => {
            out.extend([Piece::Node(input), owned(format!(".alias({name:?})"))]);
        }
        ExprNode::Ordered { op, input } => {
            out.extend([Piece::Node(input), owned(format!(".{op}"))]);
        }
        ExprNode::When { parts } => {
            let last = parts.len() - 1;
            for (at, part) in parts.iter().enumerate() {
                out.push(text(match at {
                    0 => "when(",
                    _ if at == last => ".otherwise(",
                    _ if at % 2 == 1 => ".then(",
                    _ => ".when(",
                }));
                out.extend([Piece::Node(part), text(")")]);
            }
        }
        ExprNode::Call { function, args } => {
            // `str.lower` is the method of an accessor of its first argument.
            let mut args = &args[..];
            match (function.name().split_once('.'), args) {
                (Some((accessor, method)), [receiver, rest @ ..]) if is_accessor(accessor) => {
                    out.extend([
                        Piece::Node(receiver),
                        owned(format!(".{}().{method}(", accessor_method(accessor))),
                    ]);
                    args = rest;
                }
                _ => out.push(owned(format!("{}(", shown_name(function.name())))),
            }
            for (position, arg) in args.iter().enumerate() {
                if position > 0 {
                    out.push(text(", "));
                }
                out.push(Piece::Node(arg));
            }
            let comma = if args.is_empty() || function.params().is_empty() {
                ""
            } else {
                ", "
            };
            out.push(owned(format!("{comma}{})", function.params())));
        }
    }
}

/// Functions of this prefix are methods of an accessor.
pub(crate) fn is_accessor(prefix: &str) -> bool {
    matches!(prefix, "str" | "dt" | "cat" | "list" | "struct")
}

/// The method that gives the accessor: `struct` is no name in Rust.
pub(crate) fn accessor_method(prefix: &str) -> &str {
    if prefix == "struct" {
        "struct_"
    } else {
        prefix
    }
}

/// A literal as it is printed inside an expression.
pub(crate) fn literal(value: &Value) -> String {
    match value {
        // What a program compares with may be what its data hold.
        value if values_are_redacted() && !value.is_null() => REDACTED.to_owned(),
        Value::String(text) => format!("{text:?}"),
        Value::Date(_) => format!("date {value}"),
        Value::Time { .. } => format!("time {value}"),
        Value::Timestamp { .. } => format!("timestamp {value}"),
        Value::Duration { .. } => format!("duration {value}"),
        _ => value.to_string(),
    }
}

/// The expression's text, cut where a message would become too long to read.
pub(crate) fn brief(expr: &Expr) -> String {
    cut(expr)
}

/// A text, cut where a message would become too long to read.
pub(crate) fn cut(text: impl Display) -> String {
    struct Limited(String);
    impl Write for Limited {
        fn write_str(&mut self, text: &str) -> fmt::Result {
            let left = BRIEF.saturating_sub(self.0.chars().count());
            self.0.extend(text.chars().take(left));
            if text.chars().count() > left {
                Err(fmt::Error)
            } else {
                Ok(())
            }
        }
    }
    let mut limited = Limited(String::new());
    if write!(limited, "{text}").is_err() {
        limited.0.push('…');
    }
    limited.0
}

fn is_word(name: &str) -> bool {
    let mut chars = name.chars();
    chars
        .next()
        .is_some_and(|first| first.is_alphabetic() || first == '_')
        && chars.all(|c| c.is_alphanumeric() || c == '_')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{col, lit};

    #[test]
    fn each_node_has_one_text() {
        let texts = [
            col("amount").gt(5000),
            col("unit price").gt(2.0) | !col("ok"),
            col("status").ne_missing("in\"valid"),
            col("a").isin([1, 2]),
            col("a").isin(0..20),
            col("a").between(1, 5),
            (-col("a") + 1).floordiv(col("b")).cast("int").alias("c d"),
            col("a").round(2).abs() / 3.5,
            col("a").fillna(0).isna() & col("b").notna(),
            lit(None::<i64>).eq(Value::Date(0)),
        ];
        insta::assert_snapshot!(texts.map(|expr| expr.to_string()).join("\n"));
    }

    #[test]
    fn a_message_shows_the_beginning_of_a_long_expression() {
        let mut expr = col("a");
        for i in 0..1000 {
            expr = expr + i;
        }
        let text = brief(&expr);
        assert!(
            text.ends_with('…') && text.chars().count() == BRIEF + 1,
            "{text}"
        );
    }

    #[test]
    fn the_text_of_shared_parts_ends() {
        let mut expr = col("a");
        for _ in 0..200 {
            expr = &expr + &expr;
        }
        assert!(expr.to_string().contains('…'));
    }
}
