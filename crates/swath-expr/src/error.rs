//! What can be wrong with an expression: when it is checked, and when it meets a value it has no answer for.

use std::error::Error;
use std::fmt::{self, Display, Formatter};
use std::panic::Location;
use std::sync::Arc;

use arrow_schema::ArrowError;
use swath_graph::Shown;
use swath_kernels::KernelError;
use swath_meta::{DType, MetaError};

use crate::display::brief;
use crate::typing::fix;
use crate::{Expr, FunctionError, FunctionPin};

/// Says what is wrong, in which part of an expression, and where the user's program made that part.
///
/// `Display` is the message of its [`kind`](Self::kind), one level; what to do about it is [`fix`](Self::fix).
#[derive(Debug)]
pub struct ExprError(Box<Inner>);

#[derive(Debug)]
struct Inner {
    kind: ExprErrorKind,
    expression: Option<String>,
    /// The one column that this part reads.
    column: Option<Arc<str>>,
    fix: Option<String>,
    location: Option<&'static Location<'static>>,
}

/// What is wrong with an expression.
///
/// Texts of expressions are cut to a readable length. Values out of the data are [`Shown`](swath_graph::Shown)
/// in it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ExprErrorKind {
    /// A column, or a dtype, is not one.
    #[error(transparent)]
    Meta(MetaError),
    /// Two sides do not go together.
    #[error(
        "`{left}` is {left_dtype} and `{right}` is {right_dtype}, `{operation}` has no answer for that"
    )]
    Mismatch {
        /// The operation.
        operation: Box<str>,
        /// The left expression.
        left: Box<str>,
        /// Its dtype.
        left_dtype: DType,
        /// The right expression.
        right: Box<str>,
        /// Its dtype.
        right_dtype: DType,
        /// What to write instead, ready to paste.
        fix: Option<Box<str>>,
    },
    /// A literal cannot become the dtype of what it meets without changing.
    #[error(
        "the literal {} does not fit `{expression}`, which is {dtype}: {reason}",
        Shown(literal)
    )]
    Literal {
        /// The literal.
        literal: String,
        /// What it meets.
        expression: String,
        /// The dtype of that.
        dtype: DType,
        /// Why it does not fit.
        reason: String,
        /// What to write instead, ready to paste.
        fix: Option<Box<str>>,
    },
    /// One side is not what the operation needs.
    #[error("`{operation}` needs {expected}, `{expression}` is {dtype}")]
    Operand {
        /// The operation.
        operation: &'static str,
        /// What it needs.
        expected: &'static str,
        /// What it got.
        expression: String,
        /// The dtype of that.
        dtype: DType,
        /// What to write instead, ready to paste.
        fix: Option<Box<str>>,
    },
    /// A filter was given something that is neither true nor false.
    #[error("a predicate must be bool, `{expression}` is {dtype}")]
    NotBoolean {
        /// The expression.
        expression: String,
        /// Its dtype.
        dtype: DType,
        /// What to write instead, ready to paste.
        fix: Option<Box<str>>,
    },
    /// A cast between two dtypes that have nothing in common.
    #[error("`{expression}` is {from}, which cannot be cast to {to}")]
    Cast {
        /// What was to be cast.
        expression: String,
        /// Its dtype.
        from: DType,
        /// The dtype asked for.
        to: DType,
    },
    /// A literal contradicts itself: a decimal of more digits than its precision, a list of values of several dtypes.
    #[error("the literal {} is no {dtype}", Shown(literal))]
    InvalidLiteral {
        /// The literal.
        literal: String,
        /// The dtype it would have.
        dtype: DType,
    },
    /// A decimal result would need more than 38 digits after the point.
    #[error(
        "`{operation}` of {left_dtype} and {right_dtype} needs {scale} digits after the point, a decimal has at most 38"
    )]
    DecimalScale {
        /// The operation.
        operation: &'static str,
        /// The left dtype.
        left_dtype: DType,
        /// The right dtype.
        right_dtype: DType,
        /// The digits it needs.
        scale: i32,
    },
    /// A function is not in the table.
    #[error("there is no function `{name}`")]
    UnknownFunction {
        /// The name asked for.
        name: String,
        /// The most similar name there is.
        nearest: Option<String>,
    },
    /// There is no such function of a plugin.
    #[error(transparent)]
    Plugin(Box<dyn Error + Send + Sync>),
    /// The table has another version of a function than the expression was made with.
    #[error("function `{name}` is version {}, the expression was made with version {}", version(*found), version(*expected))]
    OtherFunction {
        /// The function.
        name: String,
        /// The version the expression means.
        expected: FunctionPin,
        /// The version in the table.
        found: FunctionPin,
    },
    /// An operation on rows in their order has no answer for its input, or a parameter that makes no sense.
    #[error(transparent)]
    Ordered(KernelError),
    /// An operation on rows in their order, where each row is computed from itself alone.
    #[error(
        "`{expression}` reads other rows than its own, and only `assign`, `select` and `filter` give them"
    )]
    NeedsOrder {
        /// The operation.
        expression: String,
    },
    /// A function has no answer for its arguments or a value.
    #[error("function `{function}` failed")]
    Function {
        /// The function.
        function: String,
        /// Why.
        #[source]
        source: FunctionError,
    },
    /// A result does not fit its dtype.
    #[error("{} {operation} {} does not fit {dtype}", Shown(left), Shown(right))]
    Overflow {
        /// The operation.
        operation: &'static str,
        /// The left value.
        left: String,
        /// The right value.
        right: String,
        /// The dtype of the result.
        dtype: DType,
    },
    /// The negative of a value does not fit its dtype.
    #[error("-({}) does not fit {dtype}", Shown(value))]
    NegOverflow {
        /// The value.
        value: String,
        /// Its dtype.
        dtype: DType,
    },
    /// An integer or decimal was divided by zero.
    #[error("{} {operation} 0 has no answer in {dtype}", Shown(left))]
    DivideByZero {
        /// The operation.
        operation: &'static str,
        /// The value divided.
        left: String,
        /// Its dtype.
        dtype: DType,
    },
    /// A value cannot become another dtype without changing.
    #[error("{} ({from}) is no {to}: {reason}", Shown(value))]
    CastValue {
        /// The first such value.
        value: String,
        /// Its dtype.
        from: DType,
        /// The dtype asked for.
        to: DType,
        /// Why it cannot.
        reason: &'static str,
    },
    /// A lazy scalar was needed and not supplied.
    #[error("the value of the lazy scalar `{name:#}` was not supplied")]
    LateMissing {
        /// What computes it.
        name: swath_graph::Name,
    },
    /// A lazy scalar was supplied with a value of another dtype.
    #[error("the lazy scalar `{name:#}` is {}, which is no {dtype}", Shown(value))]
    LateValue {
        /// What computes it.
        name: swath_graph::Name,
        /// The value supplied.
        value: String,
        /// The dtype it should have.
        dtype: DType,
    },
    /// A batch has another Arrow type than its column's dtype admits.
    #[error("column `{column}` is {dtype}, the batch holds {arrow}")]
    Encoding {
        /// The column.
        column: String,
        /// Its dtype.
        dtype: DType,
        /// What the batch holds.
        arrow: String,
    },
    /// Arrow failed.
    #[error("{during} failed")]
    Arrow {
        /// At what.
        during: &'static str,
        /// What it said.
        #[source]
        source: ArrowError,
    },
}

impl ExprError {
    /// An error in this part of an expression.
    pub(crate) fn at(expr: &Expr, kind: ExprErrorKind) -> Self {
        Self(Box::new(Inner {
            fix: fix::of(expr, &kind),
            kind,
            expression: Some(brief(expr)),
            column: only_column(expr),
            location: expr.location(),
        }))
    }

    /// What is wrong.
    pub fn kind(&self) -> &ExprErrorKind {
        &self.0.kind
    }

    /// The smallest part of the expression that is wrong, as text.
    pub fn expression(&self) -> Option<&str> {
        self.0.expression.as_deref()
    }

    /// What to do about it, with code to paste where there is some: `` write `col("region").eq("5")` ``.
    pub fn fix(&self) -> Option<&str> {
        self.0.fix.as_deref()
    }

    /// Where the user's program made that part; `None` after decoding.
    pub fn location(&self) -> Option<&'static Location<'static>> {
        self.0.location
    }

    /// The column it is about: the one that was not found, or else the only one that the wrong part reads.
    pub fn column(&self) -> Option<&str> {
        match &self.0.kind {
            ExprErrorKind::Meta(MetaError::Column { name, .. }) => Some(name),
            ExprErrorKind::Encoding { column, .. } => Some(column),
            _ => self.0.column.as_deref(),
        }
    }
}

/// The column that an expression reads, if it reads no other one.
fn only_column(expr: &Expr) -> Option<Arc<str>> {
    let mut columns = expr.columns().into_iter();
    columns.next().filter(|_| columns.next().is_none())
}

impl Display for ExprError {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        Display::fmt(&self.0.kind, f)
    }
}

impl Error for ExprError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.0.kind.source()
    }
}

fn version(pin: FunctionPin) -> String {
    if pin.digest == 0 {
        pin.version.to_string()
    } else {
        format!("{} of plugin {:08x}", pin.version, pin.digest >> 96)
    }
}
