//! The accessors `cat`, `list` and `struct_`.

use crate::{Expr, FunctionRef};

impl Expr {
    /// Functions of categories. The codes are no values here: which text has which code is each batch's own affair.
    pub fn cat(&self) -> CategoricalAccessor {
        CategoricalAccessor(self.clone())
    }

    /// Functions of lists.
    ///
    /// ```
    /// use swath_expr::col;
    ///
    /// assert_eq!(col("path").str().split("/").list().get(-1).to_string(), r#"path.str().split("/", regex=false).list().get(-1)"#);
    /// ```
    pub fn list(&self) -> ListAccessor {
        ListAccessor(self.clone())
    }

    /// The fields of structs; `struct` is no name in Rust.
    pub fn struct_(&self) -> StructAccessor {
        StructAccessor(self.clone())
    }
}

/// Functions of categories; see [`Expr::cat`].
#[derive(Clone, Debug)]
pub struct CategoricalAccessor(Expr);

impl CategoricalAccessor {
    /// The texts, as `string`. Costs nothing: they stay coded.
    #[track_caller]
    pub fn as_string(&self) -> Expr {
        self.0.cast("string")
    }
}

/// Functions of lists; see [`Expr::list`]. A null list stays null; items that are null are left out, but of [`len`](Self::len) and
/// [`get`](Self::get).
#[derive(Clone, Debug)]
pub struct ListAccessor(Expr);

macro_rules! plain {
    ($($(#[$doc:meta])* $method:ident $function:literal;)*) => { $(
        $(#[$doc])*
        #[track_caller]
        pub fn $method(&self) -> Expr {
            Expr::call_with(FunctionRef::new($function), vec![self.0.clone()])
        }
    )* };
}

impl ListAccessor {
    plain! {
        /// The number of items.
        len "list.len";
        /// The sum of the items; of none: 0.
        sum "list.sum";
        /// The mean of the items; of none: null.
        mean "list.mean";
        /// The smallest item; of none: null.
        min "list.min";
        /// The largest item; of none: null. NaN is larger than every number.
        max "list.max";
    }

    /// The item at a position, from the end if negative; null where there is none.
    #[track_caller]
    pub fn get(&self, position: i64) -> Expr {
        let args = vec![self.0.clone(), position.into()];
        Expr::call_with(FunctionRef::new("list.get"), args)
    }

    /// One of the items equals this value, which is a literal.
    #[track_caller]
    pub fn contains(&self, value: impl Into<Expr>) -> Expr {
        let args = vec![self.0.clone(), value.into()];
        Expr::call_with(FunctionRef::new("list.contains"), args)
    }
}

/// The fields of structs; see [`Expr::struct_`].
#[derive(Clone, Debug)]
pub struct StructAccessor(Expr);

impl StructAccessor {
    /// The field of this name; null where the struct is.
    #[track_caller]
    pub fn field(&self, name: &str) -> Expr {
        let function = FunctionRef::new("struct.field").param("name", name);
        Expr::call_with(function, vec![self.0.clone()])
    }
}
