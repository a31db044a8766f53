//! Rust's operators on expressions.

use std::ops::{Add, BitAnd, BitOr, Div, Mul, Neg, Not, Rem, Sub};

use crate::Expr;
use crate::node::{BinaryOp, UnaryOp};

/// `expr op value` for handles and references to them, and `literal op expr` for exactly `i64` and `f64`: with more integer types
/// the compiler could not choose one for `1 - col("discount")`.
macro_rules! binary_operators {
    ($($trait:ident $method:ident $op:ident $([$literal:ty])*;)*) => { $(
        impl<R: Into<Expr>> $trait<R> for Expr {
            type Output = Expr;

            #[track_caller]
            fn $method(self, right: R) -> Expr {
                Expr::binary(BinaryOp::$op, self, right.into())
            }
        }

        impl<R: Into<Expr>> $trait<R> for &Expr {
            type Output = Expr;

            #[track_caller]
            fn $method(self, right: R) -> Expr {
                Expr::binary(BinaryOp::$op, self.clone(), right.into())
            }
        }

        $(
            impl $trait<Expr> for $literal {
                type Output = Expr;

                #[track_caller]
                fn $method(self, right: Expr) -> Expr {
                    Expr::binary(BinaryOp::$op, self.into(), right)
                }
            }

            impl $trait<&Expr> for $literal {
                type Output = Expr;

                #[track_caller]
                fn $method(self, right: &Expr) -> Expr {
                    Expr::binary(BinaryOp::$op, self.into(), right.clone())
                }
            }
        )*
    )* };
}

binary_operators! {
    Add add Add [i64] [f64];
    Sub sub Sub [i64] [f64];
    Mul mul Mul [i64] [f64];
    Div div Div [i64] [f64];
    Rem rem Mod [i64] [f64];
    BitAnd bitand And;
    BitOr bitor Or;
}

macro_rules! unary_operators {
    ($($trait:ident $method:ident $op:ident;)*) => { $(
        impl $trait for Expr {
            type Output = Expr;

            #[track_caller]
            fn $method(self) -> Expr {
                Expr::unary(UnaryOp::$op, self)
            }
        }

        impl $trait for &Expr {
            type Output = Expr;

            #[track_caller]
            fn $method(self) -> Expr {
                Expr::unary(UnaryOp::$op, self.clone())
            }
        }
    )* };
}

unary_operators! {
    Neg neg Neg;
    Not not Not;
}

#[cfg(test)]
mod tests {
    use crate::col;

    #[test]
    fn a_literal_may_stand_on_either_side() {
        let discount = col("discount");
        for (expr, text) in [
            (1 - &discount, "(1 - discount)"),
            (1.5 * discount.clone(), "(1.5 * discount)"),
            (&discount / 2, "(discount / 2)"),
            (&discount % 2_u8, "(discount % 2)"),
            (2 % &discount, "(2 % discount)"),
            (&discount + &discount, "(discount + discount)"),
            (-&discount, "(-discount)"),
            (!col("a") & &col("b") | true, "(((!a) & b) | true)"),
        ] {
            assert_eq!(expr.to_string(), text);
            assert!(
                expr.location()
                    .is_some_and(|at| at.file().ends_with("operators.rs")),
                "{text}"
            );
        }
    }
}
