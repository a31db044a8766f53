//! Expressions as a program would write them: the part of a message that can be pasted.

use std::borrow::Cow;
use std::fmt::{self, Display, Formatter};

use swath_batch::Value;
use swath_graph::{REDACTED, values_are_redacted};

use crate::display::{LISTED, NODES, accessor_method, brief, cut, is_accessor};
use crate::node::UnaryOp;
use crate::{BinaryOp, Expr, ExprNode, FunctionRef, Spelling, shown_name};

impl Expr {
    /// How the expression is spelt in messages: as text, and as code to paste.
    ///
    /// ```
    /// use swath_expr::col;
    ///
    /// let spelling = (col("price") * 2).spelling();
    /// assert_eq!((&*spelling.text, &*spelling.code), ("(price * 2)", r#"(col("price") * 2)"#));
    /// ```
    pub fn spelling(&self) -> Spelling {
        Spelling {
            text: brief(self).into(),
            code: code(self).into(),
        }
    }
}

/// An expression as a program would write it where a method or an operator follows.
pub(crate) fn code(expr: &Expr) -> String {
    cut(Code(expr, Place::Receiver))
}

/// An expression as a program would write it as the right input of an operation.
pub(crate) fn right_code(op: BinaryOp, expr: &Expr) -> String {
    cut(Code(expr, Place::right_of(op)))
}

/// A value as a program would write it where an expression is expected.
pub(crate) fn value_code(value: &Value) -> String {
    match value {
        Value::Null => "None::<i64>".to_owned(),
        _ if values_are_redacted() => REDACTED.to_owned(),
        Value::Int(number) if i32::try_from(*number).is_err() => format!("{number}_i64"),
        Value::UInt(number) => format!("{number}_u64"),
        Value::Float(number) if number.is_nan() => "f64::NAN".to_owned(),
        Value::Float(number) if number.is_infinite() && *number > 0.0 => "f64::INFINITY".to_owned(),
        Value::Float(number) if number.is_infinite() => "f64::NEG_INFINITY".to_owned(),
        Value::String(text) => format!("{text:?}"),
        Value::Date(_) | Value::Time { .. } | Value::Timestamp { .. } | Value::Duration { .. } => {
            format!("\"{value}\"")
        }
        _ => value.to_string(),
    }
}

/// The name of the method that an operation is, or `None` for an operator.
pub(crate) fn method(op: BinaryOp) -> Option<&'static str> {
    Some(match op {
        BinaryOp::Eq => "eq",
        BinaryOp::Ne => "ne",
        BinaryOp::Lt => "lt",
        BinaryOp::Le => "le",
        BinaryOp::Gt => "gt",
        BinaryOp::Ge => "ge",
        BinaryOp::FloorDiv => "floordiv",
        BinaryOp::EqMissing | BinaryOp::NeMissing | BinaryOp::FillNull => op.name(),
        BinaryOp::And
        | BinaryOp::Or
        | BinaryOp::Add
        | BinaryOp::Sub
        | BinaryOp::Mul
        | BinaryOp::Div
        | BinaryOp::Mod => return None,
    })
}

/// Where a part of an expression stands.
#[derive(Clone, Copy, PartialEq)]
enum Place {
    /// A method or an operator follows, which needs an `Expr`: literals are wrapped, operators in brackets.
    Receiver,
    /// On the right of an operator, where whatever becomes an `Expr` will do.
    Operand,
    /// In the brackets of a method, where it needs none of its own.
    Argument,
}

impl Place {
    fn right_of(op: BinaryOp) -> Self {
        if method(op).is_some() {
            Self::Argument
        } else {
            Self::Operand
        }
    }
}

struct Code<'a>(&'a Expr, Place);

enum Piece<'a> {
    Text(Cow<'a, str>),
    Node(&'a Expr, Place),
}

impl Display for Code<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let mut stack = vec![Piece::Node(self.0, self.1)];
        let mut nodes = 0;
        while let Some(piece) = stack.pop() {
            match piece {
                Piece::Text(text) => f.write_str(&text)?,
                Piece::Node(..) if nodes == NODES => f.write_str("…")?,
                Piece::Node(expr, place) => {
                    nodes += 1;
                    let from = stack.len();
                    pieces(expr, place, &mut stack);
                    stack[from..].reverse();
                }
            }
        }
        Ok(())
    }
}

/// Appends the pieces of one node, left to right.
fn pieces<'a>(expr: &'a Expr, place: Place, out: &mut Vec<Piece<'a>>) {
    let text = |text: &'static str| Piece::Text(Cow::Borrowed(text));
    let owned = |text: String| Piece::Text(Cow::Owned(text));
    let receiver = |expr| Piece::Node(expr, Place::Receiver);
    match expr.node() {
        ExprNode::Column(name) => out.push(owned(format!("col({name:?})"))),
        ExprNode::Literal(value) => out.push(owned(match place {
            Place::Receiver => format!("lit({})", value_code(value)),
            Place::Operand | Place::Argument => value_code(value),
        })),
        ExprNode::Late(late) => out.push(owned(match place {
            Place::Receiver | Place::Operand => format!("Expr::from(&{})", late.spelling.code),
            Place::Argument => format!("&{}", late.spelling.code),
        })),
        ExprNode::Unary {
            op: op @ (UnaryOp::Not | UnaryOp::Neg),
            input,
        } => {
            let sign = if *op == UnaryOp::Not { "!" } else { "-" };
            in_brackets(place, [text(sign), receiver(input)], out);
        }
        ExprNode::Unary { op, input } => {
            out.extend([receiver(input), owned(format!(".{}()", op.name()))]);
        }
        ExprNode::Binary { op, left, right } => {
            let right = Piece::Node(right, Place::right_of(*op));
            match method(*op) {
                Some(method) => out.extend([
                    receiver(left),
                    owned(format!(".{method}(")),
                    right,
                    text(")"),
                ]),
                None => in_brackets(
                    place,
                    [receiver(left), owned(format!(" {} ", op.name())), right],
                    out,
                ),
            }
        }
        ExprNode::IsIn { input, values } => {
            let mut list: Vec<String> = values.iter().take(LISTED).map(value_code).collect();
            if values.len() > LISTED {
                list.push("…".to_owned());
            }
            out.extend([
                receiver(input),
                owned(format!(".isin([{}])", list.join(", "))),
            ]);
        }
        ExprNode::Cast { input, dtype } => {
            out.extend([receiver(input), owned(format!(".cast(\"{dtype}\")"))]);
        }
        ExprNode::Alias { input, name } => {
            out.extend([receiver(input), owned(format!(".alias({name:?})"))]);
        }
        ExprNode::Ordered { op, input } => {
            out.extend([receiver(input), owned(format!(".{op}"))]);
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
                out.extend([Piece::Node(part, Place::Argument), text(")")]);
            }
        }
        ExprNode::Call { function, args } if function.closure().is_some() => closure(args, out),
        ExprNode::Call { function, args } if function.plugin().is_some() => {
            plugin(function, args, out);
        }
        ExprNode::Call { function, args } => {
            call(function, args, out);
        }
    }
}

/// Appends a call of a plugin's function.
fn plugin<'a>(function: &FunctionRef, args: &'a [Expr], out: &mut Vec<Piece<'a>>) {
    let text = |text: &'static str| Piece::Text(Cow::Borrowed(text));
    let params = function.params().iter();
    let params = params.map(|(name, value)| format!(".param({name:?}, {})", value_code(value)));
    out.push(Piece::Text(Cow::Owned(format!(
        "plugin({:?}){}.call([",
        shown_name(function.name()),
        params.collect::<String>()
    ))));
    for (position, arg) in args.iter().enumerate() {
        if position > 0 {
            out.push(text(", "));
        }
        out.push(Piece::Node(arg, Place::Argument));
    }
    out.push(text("])"));
}

/// Appends a call: functions of the program are methods of their first argument, or of an accessor of it.
fn call<'a>(function: &FunctionRef, args: &'a [Expr], out: &mut Vec<Piece<'a>>) {
    let text = |text: &'static str| Piece::Text(Cow::Borrowed(text));
    let owned = |text: String| Piece::Text(Cow::Owned(text));
    let mut args = args.iter();
    out.extend(args.next().map(|arg| Piece::Node(arg, Place::Receiver)));
    out.push(owned(match function.name().split_once('.') {
        Some((prefix, method)) if is_accessor(prefix) => {
            format!(".{}().{method}(", accessor_method(prefix))
        }
        _ => format!(".{}(", function.name()),
    }));
    let is_null = |arg: &Expr| matches!(arg.node(), ExprNode::Literal(Value::Null));
    if matches!(function.name(), "str.slice" | "str.slice_replace") {
        // A range, open where there is no end.
        let is_there = |arg: &Expr| !is_null(arg);
        let mut end = || args.next().filter(|arg| is_there(arg));
        let (start, stop) = (end(), end());
        out.extend(start.map(|arg| Piece::Node(arg, Place::Argument)));
        out.push(text(".."));
        out.extend(stop.map(|arg| Piece::Node(arg, Place::Argument)));
        for arg in args {
            out.extend([text(", "), Piece::Node(arg, Place::Argument)]);
        }
        out.push(text(")"));
        return;
    }
    // Which kind of pattern a text is, is written around it.
    let is_regex = function.params().get("regex");
    let rest = args
        .enumerate()
        .filter(|(_, arg)| is_regex.is_none() || !is_null(arg));
    let rest = rest.map(|(at, arg)| {
        let node = Piece::Node(arg, Place::Argument);
        match is_regex {
            Some(Value::Bool(is_regex)) if at == 0 => {
                let kind = if *is_regex { "regex" } else { "literal" };
                vec![owned(format!("Pattern::{kind}(")), node, text(")")]
            }
            _ => vec![node],
        }
    });
    let params = function
        .params()
        .iter()
        .filter(|(name, _)| &***name != "regex");
    let params = params.map(|(_, value)| vec![owned(value_code(value))]);
    for (position, pieces) in rest.chain(params).enumerate() {
        if position > 0 {
            out.push(text(", "));
        }
        out.extend(pieces);
    }
    out.push(text(")"));
}

/// Appends a Rust function of these arguments, which has no code to show.
fn closure<'a>(args: &'a [Expr], out: &mut Vec<Piece<'a>>) {
    let text = |text: &'static str| Piece::Text(Cow::Borrowed(text));
    if let [arg] = args {
        out.extend([Piece::Node(arg, Place::Receiver), text(".map(…)")]);
        return;
    }
    out.push(text("udf(("));
    for (position, arg) in args.iter().enumerate() {
        out.extend((position > 0).then(|| text(", ")));
        out.push(Piece::Node(arg, Place::Receiver));
    }
    out.push(text("), …)"));
}

/// Puts an operator and its inputs in brackets, where others could take them apart.
fn in_brackets<'a, const N: usize>(place: Place, pieces: [Piece<'a>; N], out: &mut Vec<Piece<'a>>) {
    let bracket = |text| (place != Place::Argument).then_some(Piece::Text(Cow::Borrowed(text)));
    out.extend(bracket("("));
    out.extend(pieces);
    out.extend(bracket(")"));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Late, col, lit};
    use swath_graph::Name;
    use swath_meta::DType;

    #[test]
    fn each_node_is_written_as_a_program_would() {
        let late = Late {
            spelling: Spelling {
                text: "max(region)".into(),
                code: "df.max(\"region\")?".into(),
            },
            ..Late::new(Name::of("reduce", "x"), DType::String)
        };
        let scalar = Expr::late(late);
        let texts = [
            col("amount").gt(5000),
            col("unit price").gt(2.5) | !col("ok"),
            col("status").ne_missing("in\"valid"),
            col("a").isin([1, 2]),
            (-col("a") + 1).floordiv(col("b")).cast("int").alias("c d"),
            col("a").round(2).abs() / 3.5,
            col("a").fillna(0).isna() & col("b").notna(),
            lit(None::<i64>).eq(lit(7) - col("a")),
            col("a") * 9_223_372_036_854_775_807_i64 + 7_u64 + f64::NAN,
            col("a").gt(&scalar) & scalar.cast("float64").lt(1),
            crate::when(col("a")).then("x").otherwise(None::<i64>),
            col("a")
                .str()
                .contains("x")
                .and(col("b").str().slice(-3..).eq("y")),
            col("a").str().replace("x", "y").str().slice(1..2),
            col("a").struct_().field("b").dt().floor("h") + "15min",
        ];
        insta::assert_snapshot!(texts.map(|expr| code(&expr)).join("\n"), @r#"
        col("amount").gt(5000)
        (col("unit price").gt(2.5) | (!col("ok")))
        col("status").ne_missing("in\"valid")
        col("a").isin([1, 2])
        ((-col("a")) + 1).floordiv(col("b")).cast("int64").alias("c d")
        (col("a").round(2).abs() / 3.5)
        (col("a").fillna(0).isna() & col("b").notna())
        lit(None::<i64>).eq(lit(7) - col("a"))
        (((col("a") * 9223372036854775807_i64) + 7_u64) + f64::NAN)
        (col("a").gt(&df.max("region")?) & Expr::from(&df.max("region")?).cast("float64").lt(1))
        when(col("a")).then("x").otherwise(None::<i64>)
        (col("a").str().contains(Pattern::regex("x")) & col("b").str().slice(-3..).eq("y"))
        col("a").str().replace(Pattern::literal("x"), "y").str().slice(1..2)
        (col("a").struct_().field("b").dt().floor("h") + "15min")
        "#);
    }
}
