//! What an expression is made of: the closed set of nodes, for rules that look inside.

use std::any::Any;
use std::fmt::{self, Debug, Formatter};
use std::sync::Arc;

use swath_batch::Value;
use swath_graph::Name;
use swath_kernels::Ordered;
use swath_meta::{DType, DTypeSpec};

use crate::{Expr, FunctionRef};

/// One node of an [`Expr`].
///
/// The set is closed: whatever is a function of values and may be added later is a [`Call`](Self::Call).
#[derive(Debug)]
pub enum ExprNode {
    /// The values of the column of this name.
    Column(Arc<str>),
    /// The same value in every row. It takes the dtype of what it meets, where it fits exactly.
    Literal(Value),
    /// One value that is known when the plan runs.
    Late(Late),
    /// An operation on one input.
    Unary {
        /// Which.
        op: UnaryOp,
        /// On what.
        input: Expr,
    },
    /// An operation on two inputs.
    Binary {
        /// Which.
        op: BinaryOp,
        /// The left input.
        left: Expr,
        /// The right input.
        right: Expr,
    },
    /// Is the input equal to one of the values.
    IsIn {
        /// What is looked for.
        input: Expr,
        /// Where.
        values: Arc<[Value]>,
    },
    /// The input's values in another dtype, exactly or as an error.
    Cast {
        /// What is cast.
        input: Expr,
        /// To which dtype, as the user gave it.
        dtype: DTypeSpec,
    },
    /// The input under another name.
    Alias {
        /// What is named.
        input: Expr,
        /// Its name.
        name: Arc<str>,
    },
    /// The value of the first condition that is true. A value is computed only for the rows that take it.
    When {
        /// Condition, value, condition, value, …, and the value where no condition is true: an odd number.
        parts: Vec<Expr>,
    },
    /// A function out of the [`Functions`](crate::Functions) table.
    Call {
        /// Which function, with its parameters.
        function: FunctionRef,
        /// Its inputs, in order.
        args: Vec<Expr>,
    },
    /// An operation on rows in their order: the only one whose answer depends on other rows than its own.
    Ordered {
        /// Which, with its parameters.
        op: Ordered,
        /// On what.
        input: Expr,
    },
}

/// An operation on one input.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum UnaryOp {
    /// Kleene's not: null stays null.
    Not,
    /// The number with the other sign.
    Neg,
    /// Is missing; never null itself.
    IsNull,
    /// Is there; never null itself.
    IsNotNull,
}

/// An operation on two inputs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BinaryOp {
    /// `==`; null if a side is null.
    Eq,
    /// `!=`; null if a side is null.
    Ne,
    /// `<`.
    Lt,
    /// `<=`.
    Le,
    /// `>`.
    Gt,
    /// `>=`.
    Ge,
    /// Equal, where null equals null and nothing else; never null itself.
    EqMissing,
    /// The opposite of [`EqMissing`](Self::EqMissing).
    NeMissing,
    /// Kleene's and: false if a side is false, whatever the other.
    And,
    /// Kleene's or: true if a side is true, whatever the other.
    Or,
    /// `+`.
    Add,
    /// `-`.
    Sub,
    /// `*`.
    Mul,
    /// `/`; integers give `float64`.
    Div,
    /// `//` of Python: the quotient rounded towards minus infinity.
    FloorDiv,
    /// `%` of Python: what `//` leaves, with the sign of the divisor.
    Mod,
    /// The left value, or the right one where the left is null.
    FillNull,
}

/// The spelling that is printed, fingerprinted and encoded: it never changes.
const UNARY: [(UnaryOp, &str); 4] = [
    (UnaryOp::Not, "not"),
    (UnaryOp::Neg, "neg"),
    (UnaryOp::IsNull, "isna"),
    (UnaryOp::IsNotNull, "notna"),
];

const BINARY: [(BinaryOp, &str); 17] = [
    (BinaryOp::Eq, "=="),
    (BinaryOp::Ne, "!="),
    (BinaryOp::Lt, "<"),
    (BinaryOp::Le, "<="),
    (BinaryOp::Gt, ">"),
    (BinaryOp::Ge, ">="),
    (BinaryOp::EqMissing, "eq_missing"),
    (BinaryOp::NeMissing, "ne_missing"),
    (BinaryOp::And, "&"),
    (BinaryOp::Or, "|"),
    (BinaryOp::Add, "+"),
    (BinaryOp::Sub, "-"),
    (BinaryOp::Mul, "*"),
    (BinaryOp::Div, "/"),
    (BinaryOp::FloorDiv, "//"),
    (BinaryOp::Mod, "%"),
    (BinaryOp::FillNull, "fillna"),
];

impl UnaryOp {
    /// The spelling: `not`, `neg`, `isna`, `notna`.
    pub fn name(self) -> &'static str {
        let found = UNARY.iter().find(|(op, _)| *op == self);
        found.expect("the table has every operation").1
    }

    pub(crate) fn from_name(name: &str) -> Option<Self> {
        UNARY
            .iter()
            .find(|(_, known)| *known == name)
            .map(|(op, _)| *op)
    }
}

impl BinaryOp {
    /// The spelling: `==`, `+`, `//`, `&`, `fillna`, …
    pub fn name(self) -> &'static str {
        let found = BINARY.iter().find(|(op, _)| *op == self);
        found.expect("the table has every operation").1
    }

    pub(crate) fn from_name(name: &str) -> Option<Self> {
        BINARY
            .iter()
            .find(|(_, known)| *known == name)
            .map(|(op, _)| *op)
    }

    /// Compares two values: the result is a boolean, null or not.
    pub fn is_comparison(self) -> bool {
        matches!(
            self,
            Self::Eq
                | Self::Ne
                | Self::Lt
                | Self::Le
                | Self::Gt
                | Self::Ge
                | Self::EqMissing
                | Self::NeMissing
        )
    }

    /// Is Kleene's and or or.
    pub fn is_logical(self) -> bool {
        matches!(self, Self::And | Self::Or)
    }

    /// Computes a number (or a time) from two.
    pub fn is_arithmetic(self) -> bool {
        matches!(
            self,
            Self::Add | Self::Sub | Self::Mul | Self::Div | Self::FloorDiv | Self::Mod
        )
    }

    /// The comparison that gives the same answer with left and right exchanged; `self` if there is none.
    pub fn mirrored(self) -> Self {
        match self {
            Self::Lt => Self::Gt,
            Self::Le => Self::Ge,
            Self::Gt => Self::Lt,
            Self::Ge => Self::Le,
            other => other,
        }
    }
}

/// How a part of a program is spelt in messages: `max(region)` and `df.max("region")?`.
///
/// Both are cut where they would be too long to read, and say the same in every run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spelling {
    /// For reading.
    pub text: Arc<str>,
    /// For pasting.
    pub code: Arc<str>,
}

/// One value that is computed elsewhere in the plan: a lazy scalar inside an expression.
///
/// Its [`Name`] and dtype are its identity; the spelling is for messages. The handle says where the value comes from; it is opaque here, stays in this
/// process, and is neither fingerprinted nor encoded. The value is supplied by
/// [`Bound::with_lates`](crate::Bound::with_lates) when the plan runs.
#[derive(Clone)]
pub struct Late {
    /// What computes it.
    pub name: Name,
    /// Its dtype.
    pub dtype: DType,
    /// How it is spelt in messages.
    pub spelling: Spelling,
    /// Whatever the caller attached; `None` after decoding.
    pub handle: Option<Arc<dyn Any + Send + Sync>>,
}

impl Debug for Late {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.debug_struct("Late")
            .field("name", &self.name)
            .field("dtype", &self.dtype)
            .finish_non_exhaustive()
    }
}

impl ExprNode {
    /// The inputs, in order.
    pub fn children(&self) -> impl DoubleEndedIterator<Item = &Expr> {
        let (one, two, many): (Option<&Expr>, Option<&Expr>, &[Expr]) = match self {
            Self::Column(_) | Self::Literal(_) | Self::Late(_) => (None, None, &[]),
            Self::Unary { input, .. }
            | Self::IsIn { input, .. }
            | Self::Cast { input, .. }
            | Self::Alias { input, .. }
            | Self::Ordered { input, .. } => (Some(input), None, &[]),
            Self::Binary { left, right, .. } => (Some(left), Some(right), &[]),
            Self::When { parts: args } | Self::Call { args, .. } => (None, None, args),
        };
        one.into_iter().chain(two).chain(many)
    }

    /// The same node over other inputs, as many as [`children`](Self::children) gives.
    pub(crate) fn with_children(&self, children: Vec<Expr>) -> Self {
        let mut children = children.into_iter();
        let mut next = || children.next().expect("as many inputs as the node has");
        match self {
            Self::Column(name) => Self::Column(Arc::clone(name)),
            Self::Literal(value) => Self::Literal(value.clone()),
            Self::Late(late) => Self::Late(late.clone()),
            Self::Unary { op, .. } => Self::Unary {
                op: *op,
                input: next(),
            },
            Self::Binary { op, .. } => Self::Binary {
                op: *op,
                left: next(),
                right: next(),
            },
            Self::IsIn { values, .. } => Self::IsIn {
                input: next(),
                values: Arc::clone(values),
            },
            Self::Cast { dtype, .. } => Self::Cast {
                input: next(),
                dtype: dtype.clone(),
            },
            Self::Alias { name, .. } => Self::Alias {
                input: next(),
                name: Arc::clone(name),
            },
            Self::When { .. } => Self::When {
                parts: children.collect(),
            },
            Self::Call { function, .. } => Self::Call {
                function: function.clone(),
                args: children.collect(),
            },
            Self::Ordered { op, .. } => Self::Ordered {
                op: *op,
                input: next(),
            },
        }
    }

    /// Moves the inputs out, which leaves a leaf: so that a deep expression is dropped without recursion.
    pub(crate) fn take_children(&mut self, into: &mut Vec<Expr>) {
        if self.children().next().is_none() {
            return;
        }
        match std::mem::replace(self, Self::Literal(Value::Null)) {
            Self::Column(_) | Self::Literal(_) | Self::Late(_) => {}
            Self::Unary { input, .. }
            | Self::IsIn { input, .. }
            | Self::Cast { input, .. }
            | Self::Alias { input, .. }
            | Self::Ordered { input, .. } => {
                into.push(input);
            }
            Self::Binary { left, right, .. } => into.extend([left, right]),
            Self::When { parts: args } | Self::Call { args, .. } => into.extend(args),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_reads_back() {
        for (op, name) in UNARY {
            assert_eq!(UnaryOp::from_name(name), Some(op));
            assert_eq!(op.name(), name);
        }
        for (op, name) in BINARY {
            assert_eq!(BinaryOp::from_name(name), Some(op));
            assert_eq!(op.name(), name);
        }
    }
}
