//! What may stand in a column position: a bare string is a column's name there.

use std::ops::RangeFull;
use std::panic::Location;
use std::sync::Arc;

use swath_meta::Meta;

use crate::{Expr, ExprNode};

/// A choice of columns or expressions, as a user gave it.
#[derive(Clone, Debug)]
pub enum Columns {
    /// `..`: all data columns, in order; not the index.
    All,
    /// These, in this order.
    List(Vec<Expr>),
}

impl PartialEq for Columns {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::All, Self::All) => true,
            (Self::List(exprs), Self::List(others)) => {
                let mut pairs = exprs.iter().zip(others);
                exprs.len() == others.len() && pairs.all(|(expr, other)| expr.same_as(other))
            }
            _ => false,
        }
    }
}

impl Columns {
    /// The expressions chosen from a frame with these columns. Names are not checked here.
    pub fn resolve(&self, meta: &Meta) -> Vec<Expr> {
        match self {
            Self::All => meta
                .columns()
                .map(|name| Expr::new(ExprNode::Column(name.into())))
                .collect(),
            Self::List(list) => list.clone(),
        }
    }
}

mod sealed {
    pub trait Sealed {}
}

/// One column: a name, or an expression. Sealed.
pub trait IntoColumn: sealed::Sealed {
    /// The expression; it remembers the caller's line.
    #[track_caller]
    fn into_column(self) -> Expr;
}

/// Columns: one, several in an array, slice, vector or tuple, or `..` for all but the index. Sealed.
///
/// ```
/// use swath_expr::{Columns, IntoColumns, col};
///
/// fn groupby(by: impl IntoColumns) -> Columns {
///     by.into_columns()
/// }
/// groupby("region");
/// groupby(["region", "category"]);
/// groupby(("region", col("ts").cast("date")));
/// groupby(..);
/// ```
pub trait IntoColumns: sealed::Sealed {
    /// The choice; it remembers the caller's line.
    #[track_caller]
    fn into_columns(self) -> Columns;
}

/// A column of this name at this place.
fn named(name: impl Into<Arc<str>>, location: &'static Location<'static>) -> Expr {
    Expr::at(ExprNode::Column(name.into()), Some(location))
}

macro_rules! single {
    ($($type:ty: $value:ident, $at:ident => $expr:expr;)*) => { $(
        impl sealed::Sealed for $type {}

        impl IntoColumn for $type {
            #[track_caller]
            fn into_column(self) -> Expr {
                let ($value, $at) = (self, Location::caller());
                $expr
            }
        }

        impl IntoColumns for $type {
            #[track_caller]
            fn into_columns(self) -> Columns {
                Columns::List(vec![self.into_column()])
            }
        }
    )* };
}

single! {
    &str: name, at => named(name, at);
    String: name, at => named(name, at);
    &String: name, at => named(name.as_str(), at);
    &&str: name, at => named(*name, at);
    Arc<str>: name, at => named(name, at);
    &Arc<str>: name, at => named(Arc::clone(name), at);
    Expr: expr, _at => expr;
    &Expr: expr, _at => expr.clone();
}

/// Closures do not pass the caller's place on, so lists are walked by a loop.
macro_rules! list {
    ($([$($generics:tt)*] $type:ty where $bound:ty;)*) => { $(
        impl<$($generics)*> sealed::Sealed for $type {}

        impl<$($generics)*> IntoColumns for $type where $bound: IntoColumn {
            #[track_caller]
            fn into_columns(self) -> Columns {
                let mut list = Vec::new();
                for column in self {
                    list.push(column.into_column());
                }
                Columns::List(list)
            }
        }
    )* };
}

list! {
    [T, const N: usize] [T; N] where T;
    [T] Vec<T> where T;
    ['a, T] &'a [T] where &'a T;
    ['a, T] &'a Vec<T> where &'a T;
    ['a, T, const N: usize] &'a [T; N] where &'a T;
}

impl sealed::Sealed for RangeFull {}

impl IntoColumns for RangeFull {
    fn into_columns(self) -> Columns {
        Columns::All
    }
}

macro_rules! tuple {
    ($($($name:ident)*;)*) => { $(
        impl<$($name),*> sealed::Sealed for ($($name,)*) {}

        impl<$($name: IntoColumn),*> IntoColumns for ($($name,)*) {
            #[track_caller]
            #[expect(non_snake_case, reason = "one name for a type and its value keeps the macro short")]
            fn into_columns(self) -> Columns {
                let ($($name,)*) = self;
                Columns::List(vec![$($name.into_column()),*])
            }
        }
    )* };
}

tuple! {
    A;
    A B;
    A B C;
    A B C D;
    A B C D E;
    A B C D E F;
    A B C D E F G;
    A B C D E F G H;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::col;

    #[track_caller]
    fn check(columns: impl IntoColumns, expected: &str) {
        let line = Location::caller().line();
        let Columns::List(list) = columns.into_columns() else {
            panic!("not all")
        };
        let texts: Vec<String> = list.iter().map(ToString::to_string).collect();
        assert_eq!(texts.join(" "), expected);
        for expr in list {
            assert_eq!(expr.location().unwrap().line(), line, "{expr}");
        }
    }

    #[test]
    fn columns_are_names_or_expressions_and_remember_the_line() {
        let name = String::from("a");
        let names = vec!["a", "b"];
        check("a", "a");
        check(&name, "a");
        check(name.clone(), "a");
        check(["a", "b"], "a b");
        let pair = &["a", "b"];
        check(pair, "a b");
        check(&names[..], "a b");
        check(&names, "a b");
        check(names.clone(), "a b");
        check([&name], "a");
        check((col("a") + 1, "b"), "(a + 1) b");
        check(
            ("a", "b", &name, "d", "e", "f", "g", "h"),
            "a b a d e f g h",
        );
        check(Vec::<String>::new(), "");
    }

    #[test]
    fn everything_is_the_data_columns() {
        let meta = Meta::of([("ts", "date"), ("a", "int64"), ("b", "int64")])
            .unwrap()
            .set_index(["ts"])
            .unwrap();
        let all: Vec<String> = (..)
            .into_columns()
            .resolve(&meta)
            .iter()
            .map(ToString::to_string)
            .collect();
        assert_eq!(all, ["a", "b"]);
    }
}
