//! What can be done with an expression, by name.

use std::panic::Location;
use std::sync::Arc;

use swath_batch::Value;
use swath_meta::DTypeSpec;

use crate::node::{BinaryOp, UnaryOp};
use crate::{Expr, ExprNode, FunctionRef};

impl Expr {
    #[track_caller]
    pub(crate) fn binary(op: BinaryOp, left: Self, right: Self) -> Self {
        Self::at(
            ExprNode::Binary { op, left, right },
            Some(Location::caller()),
        )
    }

    #[track_caller]
    pub(crate) fn unary(op: UnaryOp, input: Self) -> Self {
        Self::at(ExprNode::Unary { op, input }, Some(Location::caller()))
    }
}

macro_rules! binary_methods {
    ($($(#[$doc:meta])* $method:ident => $op:ident;)*) => { $(
        $(#[$doc])*
        #[track_caller]
        pub fn $method(&self, other: impl Into<Self>) -> Self {
            Self::binary(BinaryOp::$op, self.clone(), other.into())
        }
    )* };
}

/// Comparisons. They follow IEEE for floats: NaN is unequal to everything, itself too, and neither less nor greater. Numbers of
/// different dtypes compare by their exact values. Text compares by its bytes. With a null on either side the answer is null.
impl Expr {
    binary_methods! {
        /// Is equal. A bare string is a literal; against a date or timestamp it is read as one, partial dates as their first instant.
        eq => Eq;
        /// Is not equal; null rows are neither equal nor unequal, see [`ne_missing`](Self::ne_missing).
        ne => Ne;
        /// Is less.
        lt => Lt;
        /// Is less or equal.
        le => Le;
        /// Is greater.
        gt => Gt;
        /// Is greater or equal.
        ge => Ge;
        /// Is equal, where null equals null and nothing else: never null.
        eq_missing => EqMissing;
        /// Is not equal, where null equals null and nothing else: never null, so null rows pass `ne_missing("invalid")`.
        ne_missing => NeMissing;
    }

    /// Lies between two values, both included: `ge(low) & le(high)`.
    #[track_caller]
    pub fn between(&self, low: impl Into<Self>, high: impl Into<Self>) -> Self {
        let low = Self::binary(BinaryOp::Ge, self.clone(), low.into());
        let high = Self::binary(BinaryOp::Le, self.clone(), high.into());
        Self::binary(BinaryOp::And, low, high)
    }

    /// Is equal to one of the values, as if written `eq(a) | eq(b) | …`: null is in no list, and a null in the list makes null of
    /// what is not found. Costs one look-up a row, for dictionary columns one an entry.
    #[track_caller]
    pub fn isin<V: Into<Value>>(&self, values: impl IntoIterator<Item = V>) -> Self {
        let values: Arc<[Value]> = values.into_iter().map(Into::into).collect();
        Self::at(
            ExprNode::IsIn {
                input: self.clone(),
                values,
            },
            Some(Location::caller()),
        )
    }
}

/// Logic after Kleene: null is *unknown*, so `false & null` is false, `true | null` is true, and what stays unknown is null.
/// Also written `&`, `|`, `!`.
impl Expr {
    binary_methods! {
        /// Both are true.
        and => And;
        /// One is true.
        or => Or;
    }

    /// Is false.
    #[track_caller]
    pub fn not(&self) -> Self {
        Self::unary(UnaryOp::Not, self.clone())
    }
}

/// Arithmetic. Integers are checked: a result that does not fit its dtype is an error with the operation and the values, never a
/// wrapped number. Also written `+ - * / %`.
impl Expr {
    binary_methods! {
        /// The sum.
        add => Add;
        /// The difference.
        sub => Sub;
        /// The product.
        mul => Mul;
        /// The quotient: of integers in `float64`, where division by zero gives an infinity or NaN. Of decimals with at least six
        /// digits after the point, rounded half away from zero; division by zero is an error.
        div => Div;
        /// The quotient rounded towards minus infinity, as Python's `//`. Integers stay integers; their division by zero is an error.
        floordiv => FloorDiv;
        /// What [`floordiv`](Self::floordiv) leaves, as Python's `%`: it has the sign of the divisor.
        modulo => Mod;
        /// The same as [`modulo`](Self::modulo), by the name of Rust's operator.
        rem => Mod;
    }

    /// The number with the other sign. Unsigned columns have none: cast them first.
    #[track_caller]
    pub fn neg(&self) -> Self {
        Self::unary(UnaryOp::Neg, self.clone())
    }

    /// The number without its sign.
    #[track_caller]
    pub fn abs(&self) -> Self {
        self.call("abs")
    }

    /// The largest whole number that is not larger; the dtype stays.
    #[track_caller]
    pub fn floor(&self) -> Self {
        self.call("floor")
    }

    /// The smallest whole number that is not smaller; the dtype stays.
    #[track_caller]
    pub fn ceil(&self) -> Self {
        self.call("ceil")
    }

    /// The nearest number of `digits` digits after the point, of two equally near the even one, as NumPy. The dtype stays.
    #[track_caller]
    pub fn round(&self, digits: i32) -> Self {
        Self::at(
            ExprNode::Call {
                function: FunctionRef::new("round").param("digits", digits),
                args: vec![self.clone()],
            },
            Some(Location::caller()),
        )
    }

    #[track_caller]
    fn call(&self, function: &str) -> Self {
        Self::at(
            ExprNode::Call {
                function: FunctionRef::new(function),
                args: vec![self.clone()],
            },
            Some(Location::caller()),
        )
    }
}

/// What is missing. NaN is a value, not missing.
impl Expr {
    /// Is null.
    #[track_caller]
    pub fn isna(&self) -> Self {
        Self::unary(UnaryOp::IsNull, self.clone())
    }

    /// Is null: [`isna`](Self::isna) by its SQL name.
    #[track_caller]
    pub fn is_null(&self) -> Self {
        self.isna()
    }

    /// Is not null.
    #[track_caller]
    pub fn notna(&self) -> Self {
        Self::unary(UnaryOp::IsNotNull, self.clone())
    }

    /// Is not null: [`notna`](Self::notna) by its SQL name.
    #[track_caller]
    pub fn is_not_null(&self) -> Self {
        self.notna()
    }

    binary_methods! {
        /// The value, or `other` where it is null. A literal takes the column's dtype.
        fillna => FillNull;
        /// [`fillna`](Self::fillna) by another name.
        fill_null => FillNull;
    }
}

/// Dtypes and names.
impl Expr {
    /// The values in another dtype, exactly or as an error that names the value.
    ///
    /// | from | to | rule |
    /// |---|---|---|
    /// | integer, decimal | integer, decimal | must fit, no digit after the point is lost |
    /// | float | integer | must be whole and fit; NaN does not |
    /// | float | decimal | the decimal must read back as the same float |
    /// | integer | float | must be exact: beyond 2^53 not every `int64` is a `float64` |
    /// | decimal, `float64` | float | rounds to nearest, as float arithmetic does; must not become infinite |
    /// | boolean | integer | 0 or 1, and back |
    /// | string | anything | must read as it: numbers, `true`, ISO dates and times |
    /// | anything | string | the text that results print |
    /// | date, timestamp | each other | no part of a day, no digit of a second is lost; a zone must not appear or vanish |
    #[track_caller]
    pub fn cast(&self, dtype: impl Into<DTypeSpec>) -> Self {
        let dtype = dtype.into();
        // One form for one dtype, so that `int` and `int64` are the same expression; a misspelt one stays as written.
        let dtype = dtype.resolve().map_or(dtype, DTypeSpec::from);
        Self::at(
            ExprNode::Cast {
                input: self.clone(),
                dtype,
            },
            Some(Location::caller()),
        )
    }

    /// [`cast`](Self::cast) by Dask's name.
    #[track_caller]
    pub fn astype(&self, dtype: impl Into<DTypeSpec>) -> Self {
        self.cast(dtype)
    }

    /// The same values under another name.
    #[track_caller]
    pub fn alias(&self, name: impl Into<Arc<str>>) -> Self {
        Self::at(
            ExprNode::Alias {
                input: self.clone(),
                name: name.into(),
            },
            Some(Location::caller()),
        )
    }
}
