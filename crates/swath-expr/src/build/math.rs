//! Functions of numbers by their NumPy names.

use crate::{Expr, FunctionRef};

macro_rules! numbers {
    ($($(#[$doc:meta])* $method:ident;)*) => { $(
        $(#[$doc])*
        #[track_caller]
        pub fn $method(&self) -> Self {
            Self::call_with(FunctionRef::new(stringify!($method)), vec![self.clone()])
        }
    )* };
}

/// Functions of numbers. `float32` stays, every other number is computed in `float64`; what has no answer is NaN or an infinity, as
/// IEEE has it.
///
/// ```
/// use swath_expr::col;
///
/// let distance = (col("x").pow(2) + col("y").pow(2)).sqrt();
/// assert_eq!(distance.to_string(), "sqrt((pow(x, 2) + pow(y, 2)))");
/// ```
impl Expr {
    numbers! {
        /// The square root.
        sqrt;
        /// The cube root.
        cbrt;
        /// e to this power.
        exp;
        /// 2 to this power.
        exp2;
        /// e to this power, less 1, exact near 0.
        expm1;
        /// The natural logarithm.
        log;
        /// The logarithm to base 2.
        log2;
        /// The logarithm to base 10.
        log10;
        /// The natural logarithm of 1 more, exact near 0.
        log1p;
        /// The sine of an angle in radians.
        sin;
        /// The cosine of an angle in radians.
        cos;
        /// The tangent of an angle in radians.
        tan;
        /// The angle in radians that has this sine.
        arcsin;
        /// The angle in radians that has this cosine.
        arccos;
        /// The angle in radians that has this tangent.
        arctan;
        /// The hyperbolic sine.
        sinh;
        /// The hyperbolic cosine.
        cosh;
        /// The hyperbolic tangent.
        tanh;
        /// Radians in degrees.
        degrees;
        /// Degrees in radians.
        radians;
        /// The number without its digits after the point; the dtype stays.
        trunc;
        /// -1, 0 or 1; the dtype stays, but decimals give `int64`. NaN stays.
        sign;
        /// Is NaN; null for null.
        is_nan;
        /// Is neither NaN nor infinite; null for null.
        is_finite;
        /// Is infinite; null for null.
        is_infinite;
    }

    /// This to a power. Of two integers it is `int64`, and an error where it does not fit or the power is negative; otherwise
    /// `float64`.
    #[track_caller]
    pub fn pow(&self, exponent: impl Into<Self>) -> Self {
        Self::call_with(FunctionRef::new("pow"), vec![self.clone(), exponent.into()])
    }

    /// The angle in radians of the point that has this as y and `x` as x.
    #[track_caller]
    pub fn arctan2(&self, x: impl Into<Self>) -> Self {
        Self::call_with(FunctionRef::new("arctan2"), vec![self.clone(), x.into()])
    }

    /// The length of the hypotenuse over two sides, without overflow on the way.
    #[track_caller]
    pub fn hypot(&self, other: impl Into<Self>) -> Self {
        Self::call_with(FunctionRef::new("hypot"), vec![self.clone(), other.into()])
    }
}
