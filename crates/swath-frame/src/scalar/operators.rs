//! Arithmetic and comparisons of lazy values.

use std::ops::{Add, BitAnd, BitOr, Div, Mul, Neg, Not, Rem, Sub};
use std::sync::Arc;

use swath_batch::Value;
use swath_expr::Expr;
use swath_meta::DTypeSpec;

use super::Scalar;

mod sealed {
    pub trait Sealed {}
}

/// What a lazy value can be added to and compared with: another one, or a literal. Sealed.
///
/// With an [`Expr`] on the other side the outcome is an `Expr`.
pub trait ScalarOperand: Into<Expr> + sealed::Sealed {}

macro_rules! operands {
    ($($type:ty),*) => { $(
        impl sealed::Sealed for $type {}
        impl ScalarOperand for $type {}
    )* };
}

operands!(
    Scalar,
    &Scalar,
    Value,
    &Value,
    bool,
    i8,
    i16,
    i32,
    i64,
    u8,
    u16,
    u32,
    u64,
    f32,
    f64,
    &str,
    String,
    &String,
    Arc<str>
);

/// `scalar op value` for handles and references to them, `literal op scalar` for exactly `i64` and `f64`, as expressions have it.
macro_rules! binary_operators {
    ($($trait:ident $method:ident $([$literal:ty])*;)*) => { $(
        impl<R: ScalarOperand> $trait<R> for Scalar {
            type Output = Scalar;

            #[track_caller]
            fn $method(self, right: R) -> Scalar {
                let right: Expr = right.into();
                let expr = $trait::$method(Expr::from(&self), right);
                Scalar::computed(self.session(), expr)
            }
        }

        impl<R: ScalarOperand> $trait<R> for &Scalar {
            type Output = Scalar;

            #[track_caller]
            fn $method(self, right: R) -> Scalar {
                let right: Expr = right.into();
                let expr = $trait::$method(Expr::from(self), right);
                Scalar::computed(self.session(), expr)
            }
        }

        impl $trait<Expr> for Scalar {
            type Output = Expr;

            #[track_caller]
            fn $method(self, right: Expr) -> Expr {
                $trait::$method(Expr::from(self), right)
            }
        }

        impl $trait<Expr> for &Scalar {
            type Output = Expr;

            #[track_caller]
            fn $method(self, right: Expr) -> Expr {
                $trait::$method(Expr::from(self), right)
            }
        }

        $(
            impl $trait<Scalar> for $literal {
                type Output = Scalar;

                #[track_caller]
                fn $method(self, right: Scalar) -> Scalar {
                    let expr = $trait::$method(self, Expr::from(&right));
                    Scalar::computed(right.session(), expr)
                }
            }

            impl $trait<&Scalar> for $literal {
                type Output = Scalar;

                #[track_caller]
                fn $method(self, right: &Scalar) -> Scalar {
                    let expr = $trait::$method(self, Expr::from(right));
                    Scalar::computed(right.session(), expr)
                }
            }
        )*
    )* };
}

binary_operators! {
    Add add [i64] [f64];
    Sub sub [i64] [f64];
    Mul mul [i64] [f64];
    Div div [i64] [f64];
    Rem rem [i64] [f64];
    BitAnd bitand;
    BitOr bitor;
}

macro_rules! unary_operators {
    ($($trait:ident $method:ident;)*) => { $(
        impl $trait for Scalar {
            type Output = Scalar;

            #[track_caller]
            fn $method(self) -> Scalar {
                let expr = $trait::$method(Expr::from(&self));
                Scalar::computed(self.session(), expr)
            }
        }

        impl $trait for &Scalar {
            type Output = Scalar;

            #[track_caller]
            fn $method(self) -> Scalar {
                let expr = $trait::$method(Expr::from(self));
                Scalar::computed(self.session(), expr)
            }
        }
    )* };
}

unary_operators! {
    Neg neg;
    Not not;
}

macro_rules! binary_methods {
    ($($(#[$doc:meta])* $method:ident;)*) => { $(
        $(#[$doc])*
        #[track_caller]
        #[must_use]
        pub fn $method(&self, other: impl ScalarOperand) -> Self {
            let expr = Expr::from(self).$method(other);
            Self::computed(self.session(), expr)
        }
    )* };
}

/// Comparisons, as those of expressions: with a null on either side the answer is null.
impl Scalar {
    binary_methods! {
        /// Is equal.
        eq;
        /// Is not equal.
        ne;
        /// Is less.
        lt;
        /// Is less or equal.
        le;
        /// Is greater.
        gt;
        /// Is greater or equal.
        ge;
        /// Is equal, where null equals null and nothing else.
        eq_missing;
        /// Is not equal, where null equals null and nothing else.
        ne_missing;
        /// The quotient rounded towards minus infinity, as Python's `//`.
        floordiv;
        /// The value, or `other` if it is null: `df.max("v")?.fillna(0)`.
        fillna;
    }

    /// The number without its sign.
    #[track_caller]
    #[must_use]
    pub fn abs(&self) -> Self {
        Self::computed(self.session(), Expr::from(self).abs())
    }

    /// The nearest number of `digits` digits after the point, of two equally near the even one.
    #[track_caller]
    #[must_use]
    pub fn round(&self, digits: i32) -> Self {
        Self::computed(self.session(), Expr::from(self).round(digits))
    }

    /// The value in another dtype, exactly or as an error of the computation.
    #[track_caller]
    #[must_use]
    pub fn cast(&self, dtype: impl Into<DTypeSpec>) -> Self {
        Self::computed(self.session(), Expr::from(self).cast(dtype))
    }

    /// Whether the value is null.
    #[track_caller]
    #[must_use]
    pub fn isna(&self) -> Self {
        Self::computed(self.session(), Expr::from(self).isna())
    }
}
