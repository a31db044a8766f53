//! Expressions as bytes: a flat list of nodes, each after its inputs.
//!
//! Flat, so that depth is no question of the reader's stack, and what is shared stays shared. Caller locations and the handles of
//! lazy scalars stay behind.

use std::collections::HashMap;
use std::sync::Arc;

use swath_batch::Value;
use swath_graph::{DecodeError, Decoder, Encoder, Name, Object, ObjectEncoder};
use swath_kernels::Ordered;
use swath_meta::DTypeSpec;

use crate::node::{BinaryOp, UnaryOp};
use crate::walk::each;
use crate::{Agg, Expr, ExprNode, FunctionPin, FunctionRef, Functions, Late, Params, Spelling};

/// Raised when bytes that an older program reads would mean something else to it.
const VERSION: u32 = 1;

impl Expr {
    /// Writes the expression as one object.
    ///
    /// ```
    /// use swath_expr::{Expr, Functions, col};
    /// use swath_graph::{Decoder, Encoder};
    ///
    /// let expr = col("amount").gt(5000) & col("region").isin(["eu", "us"]);
    /// let mut encoder = Encoder::new();
    /// expr.encode(&mut encoder);
    /// let bytes = encoder.into_bytes()?;
    /// let decoded = Expr::decode(&Decoder::new(&bytes), &Functions::standard())?;
    /// assert!(decoded.same_as(&expr));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn encode(&self, out: &mut Encoder) {
        let mut positions = HashMap::new();
        let mut nodes: Vec<Self> = Vec::new();
        each(self, |expr| {
            positions.insert(expr.address(), nodes.len() as u64);
            nodes.push(expr.clone());
        });
        out.object("expr", VERSION, |o| {
            o.list("nodes", &nodes, |out, expr| {
                let inputs: Vec<u64> = expr
                    .node()
                    .children()
                    .map(|child| positions[&child.address()])
                    .collect();
                encode_node(expr.node(), &inputs, out);
            });
        });
    }

    /// Reads an expression.
    ///
    /// # Errors
    /// What is wrong with the bytes; a function that is not in the table, or of another version than the expression was made with.
    pub fn decode(from: &Decoder<'_>, functions: &Functions) -> Result<Self, DecodeError> {
        let object = from.object()?;
        object.expect("expr", VERSION)?;
        let mut nodes: Vec<Self> = Vec::new();
        for item in object.list("nodes")? {
            let node = decode_node(&item.object()?, &nodes, functions)?;
            nodes.push(Self::new(node));
        }
        nodes
            .pop()
            .ok_or_else(|| object.invalid("nodes", "an expression has at least one node"))
    }
}

fn encode_node(node: &ExprNode, inputs: &[u64], out: &mut Encoder) {
    let kind = match node {
        ExprNode::Column(_) => "column",
        ExprNode::Literal(_) => "literal",
        ExprNode::Late(_) => "late",
        ExprNode::Unary { .. } => "unary",
        ExprNode::Binary { .. } => "binary",
        ExprNode::IsIn { .. } => "isin",
        ExprNode::Cast { .. } => "cast",
        ExprNode::Alias { .. } => "alias",
        ExprNode::When { .. } => "when",
        ExprNode::Call { .. } => "call",
        ExprNode::Ordered { .. } => "ordered",
    };
    if let ExprNode::Call { function, .. } = node
        && let Some(closure) = function.closure()
    {
        return out.refuse(closure.site());
    }
    out.object(kind, 1, |o| {
        match node {
            ExprNode::Column(name) | ExprNode::Alias { name, .. } => o.str("name", name),
            ExprNode::Literal(value) => o.serde("value", value),
            ExprNode::Late(late) => {
                o.serde("name", &late.name);
                o.serde("dtype", &late.dtype);
                o.str("text", &late.spelling.text);
                o.str("code", &late.spelling.code);
            }
            ExprNode::Unary { op, .. } => o.str("op", op.name()),
            ExprNode::Binary { op, .. } => o.str("op", op.name()),
            ExprNode::IsIn { values, .. } => o.serde("values", &**values),
            ExprNode::Cast { dtype, .. } => o.serde("dtype", dtype),
            ExprNode::When { .. } => {}
            ExprNode::Ordered { op, .. } => {
                o.str("op", op.name());
                Params::from(op).encode(o);
            }
            ExprNode::Call { function, .. } => {
                o.str("function", function.name());
                function.params().encode(o);
                if let Some(pin) = function.pin() {
                    o.u64("version", u64::from(pin.version));
                    o.bytes("digest", &pin.digest.to_be_bytes());
                }
            }
        }
        if !inputs.is_empty() {
            o.serde("inputs", inputs);
        }
    });
}

impl Params {
    /// Writes the parameters as the field `params`, if there are any.
    pub fn encode(&self, out: &mut ObjectEncoder<'_>) {
        if !self.is_empty() {
            let params: Vec<(&Arc<str>, &Value)> = self.iter().collect();
            out.serde("params", &params);
        }
    }

    /// Reads the field `params`; there are none where it is missing.
    ///
    /// # Errors
    /// What is wrong with the bytes.
    pub fn decode(object: &Object<'_>) -> Result<Self, DecodeError> {
        if object.is_none("params") {
            return Ok(Self::default());
        }
        let params: Vec<(Arc<str>, Value)> = object.serde("params")?;
        Ok(params
            .into_iter()
            .fold(Self::default(), |params, (name, value)| {
                params.with(name, value)
            }))
    }
}

#[expect(clippy::too_many_lines, reason = "one arm for each kind of node")]
fn decode_node(
    object: &Object<'_>,
    before: &[Expr],
    functions: &Functions,
) -> Result<ExprNode, DecodeError> {
    const KINDS: [&str; 11] = [
        "column", "literal", "late", "unary", "binary", "isin", "cast", "alias", "when", "call",
        "ordered",
    ];
    if !KINDS.contains(&object.kind()) {
        return Err(object.unknown_kind(KINDS));
    }
    object.expect(object.kind(), 1)?;
    let positions: Vec<u64> = if object.is_none("inputs") {
        Vec::new()
    } else {
        object.serde("inputs")?
    };
    let inputs = positions.iter().map(|at| {
        usize::try_from(*at)
            .ok()
            .and_then(|at| before.get(at))
            .cloned()
    });
    let inputs: Vec<Expr> = inputs
        .collect::<Option<_>>()
        .ok_or_else(|| object.invalid("inputs", "an input is not before its node"))?;
    let wanted = match object.kind() {
        "column" | "literal" | "late" => 0,
        "binary" => 2,
        "call" => inputs.len(),
        // Pairs of condition and value, and one value more.
        "when" => inputs.len().max(3) | 1,
        _ => 1,
    };
    if inputs.len() != wanted {
        return Err(object.invalid(
            "inputs",
            format!("there are {}, not {wanted}", inputs.len()),
        ));
    }
    let text = |field: &str| object.str(field).map(Arc::<str>::from);
    let mut inputs = inputs.into_iter();
    let mut next = || inputs.next().expect("their number was checked");
    Ok(match object.kind() {
        "column" => ExprNode::Column(text("name")?),
        "literal" => ExprNode::Literal(object.serde("value")?),
        "late" => ExprNode::Late(Late {
            name: object.serde::<Name>("name")?,
            dtype: object.serde("dtype")?,
            spelling: Spelling {
                text: text("text")?,
                code: text("code")?,
            },
            handle: None,
        }),
        "unary" => {
            let op = object.str("op")?;
            let op = UnaryOp::from_name(op)
                .ok_or_else(|| object.invalid("op", format!("`{op}` is no operation")))?;
            ExprNode::Unary { op, input: next() }
        }
        "binary" => {
            let op = object.str("op")?;
            let op = BinaryOp::from_name(op)
                .ok_or_else(|| object.invalid("op", format!("`{op}` is no operation")))?;
            ExprNode::Binary {
                op,
                left: next(),
                right: next(),
            }
        }
        "isin" => ExprNode::IsIn {
            input: next(),
            values: object.serde::<Vec<Value>>("values")?.into(),
        },
        "cast" => ExprNode::Cast {
            input: next(),
            dtype: object.serde::<DTypeSpec>("dtype")?,
        },
        "alias" => ExprNode::Alias {
            input: next(),
            name: text("name")?,
        },
        "when" => ExprNode::When {
            parts: inputs.collect(),
        },
        "ordered" => {
            let params = Params::decode(object)?;
            let op = Ordered::from_parts(object.str("op")?, params.as_slice())
                .map_err(|error| object.invalid("params", error.to_string()))?;
            ExprNode::Ordered {
                op: op.ok_or_else(|| object.invalid("op", "there is no such operation"))?,
                input: next(),
            }
        }
        _ => {
            let mut function =
                FunctionRef::new(text("function")?).with_params(Params::decode(object)?);
            if !object.is_none("version") {
                let digest = object.bytes("digest")?;
                let digest = <[u8; 16]>::try_from(digest)
                    .map_err(|_| object.invalid("digest", "it has not 16 bytes"))?;
                function = function.pinned(FunctionPin {
                    version: object.u32("version")?,
                    digest: u128::from_be_bytes(digest),
                });
            }
            functions
                .get(&function)
                .map_err(|error| object.invalid("function", error.to_string()))?;
            ExprNode::Call {
                function,
                args: inputs.collect(),
            }
        }
    })
}

impl Agg {
    /// Writes the aggregate as one object.
    pub fn encode(&self, out: &mut Encoder) {
        out.object("agg", VERSION, |o| {
            o.str("kind", self.kind());
            o.list("inputs", self.inputs(), |out, input| input.encode(out));
            self.params().encode(o);
            if let Some(name) = self.alias_name() {
                o.str("name", name);
            }
        });
    }

    /// Reads an aggregate. Its kind is not looked up.
    ///
    /// # Errors
    /// Those of [`Expr::decode`].
    pub fn decode(from: &Decoder<'_>, functions: &Functions) -> Result<Self, DecodeError> {
        let object = from.object()?;
        object.expect("agg", VERSION)?;
        let inputs = object.list("inputs")?;
        let inputs = inputs.iter().map(|input| Expr::decode(input, functions));
        let inputs = inputs.collect::<Result<_, _>>()?;
        let params = Params::decode(&object)?;
        let name = if object.is_none("name") {
            None
        } else {
            Some(object.str("name")?.into())
        };
        let kind = object.str("kind")?.into();
        Ok(Self::with(kind, inputs, params, name, None))
    }
}
