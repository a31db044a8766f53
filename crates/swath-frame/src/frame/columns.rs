//! Verbs that choose, compute and name columns, and the filter.

use std::panic::Location;
use std::sync::Arc;

use swath_expr::{Columns, Expr, ExprNode, IntoColumns};
use swath_meta::Meta;
use swath_plan::{Plan, PlanError};

use super::DataFrame;
use crate::Result;

/// The expressions with the names they bear in a result.
pub(crate) fn named(
    plan: &Plan,
    columns: &Columns,
) -> std::result::Result<Vec<(Arc<str>, Expr)>, PlanError> {
    columns
        .resolve(plan.meta())
        .into_iter()
        .map(|expr| match expr.output_name() {
            Some(name) => Ok((name, expr)),
            None => Err(PlanError::Unnamed {
                expression: expr.to_string(),
            }),
        })
        .collect()
}

/// The names of plain columns.
pub(crate) fn names(
    plan: &Plan,
    columns: &Columns,
) -> std::result::Result<Vec<Arc<str>>, PlanError> {
    named(plan, columns)?
        .into_iter()
        .map(|(name, expr)| match expr.as_column() {
            Some(_) => Ok(name),
            None => Err(PlanError::NotAColumn {
                expression: expr.to_string(),
            }),
        })
        .collect()
}

/// A column by name, as one that nobody wrote: messages show the line of the verb.
pub(super) fn data_column(name: &Arc<str>) -> Expr {
    Expr::new(ExprNode::Column(Arc::clone(name)))
}

/// The data columns with their names.
pub(crate) fn data_columns(meta: &Meta) -> Vec<(Arc<str>, Expr)> {
    let fields = meta.data_fields().iter();
    fields
        .map(|field| (Arc::clone(&field.name), data_column(&field.name)))
        .collect()
}

impl DataFrame {
    /// All columns, some of the data columns computed anew under their names.
    pub(super) fn with_columns(
        &self,
        call: &'static str,
        location: &'static Location<'static>,
        columns: Vec<(Arc<str>, Expr)>,
    ) -> Result<Self> {
        self.next(call, location, |plan, env| {
            for (at, (name, _)) in columns.iter().enumerate() {
                plan.meta().field(name)?;
                if columns[..at].iter().any(|(before, _)| before == name) {
                    return Err(PlanError::GivenTwice {
                        operation: call,
                        column: name.to_string(),
                    });
                }
                if plan.meta().is_index(name) {
                    return Err(PlanError::ChangesIndex {
                        operation: call,
                        column: name.to_string(),
                    });
                }
            }
            let mut all = data_columns(plan.meta());
            for (name, expr) in columns {
                if let Some((_, column)) = all.iter_mut().find(|(known, _)| *known == name) {
                    *column = expr;
                }
            }
            plan.select(all, env)
        })
    }

    /// Keeps the rows for which `predicate` is true; null counts as false, as in SQL.
    ///
    /// Row order, partitions and divisions stay. Next to a scan the predicate also prunes row groups and
    /// pages, and columns are decoded only for the rows that pass.
    ///
    /// # Errors
    /// A column that does not exist, two sides whose dtypes do not go together, a predicate that is not bool.
    ///
    /// ```
    /// # use swath_frame::{Batch, Session, col};
    /// # let session = Session::testing();
    /// let df = session.from_batches([Batch::from_csv("k,v\na,1\nb,7\n")?])?;
    /// assert_eq!(df.filter(col("v").gt(5))?.compute()?.num_rows(), 1);
    /// # Ok::<(), swath_frame::Error>(())
    /// ```
    ///
    /// Comparing with `==` gives no expression, and an aggregate is no predicate: neither compiles.
    ///
    /// ```compile_fail,E0369
    /// # use swath_frame::{DataFrame, col};
    /// fn same(df: &DataFrame) {
    ///     let _ = df.filter(col("a") == col("b"));
    /// }
    /// ```
    ///
    /// ```compile_fail,E0277
    /// # use swath_frame::{DataFrame, col};
    /// fn total(df: &DataFrame) {
    ///     let _ = df.filter(col("a").sum());
    /// }
    /// ```
    #[track_caller]
    pub fn filter(&self, predicate: impl Into<Expr>) -> Result<Self> {
        let predicate = predicate.into();
        self.next("filter", Location::caller(), |plan, env| {
            plan.filter(predicate, env)
        })
    }

    /// The index and these columns, in the order given; expressions need a name ([`Expr::alias`]).
    ///
    /// Rows, their order, partitions and divisions stay. Next to a scan, columns that nothing names are not read.
    ///
    /// # Errors
    /// A column that does not exist, an expression without a name, two columns of one name.
    ///
    /// ```
    /// # use swath_frame::{Batch, Session, col};
    /// # let session = Session::testing();
    /// # let df = session.from_batches([Batch::from_csv("k,v\na,1\nb,7\na,5\n")?])?;
    /// let doubled = df.select([col("k"), (col("v") * 2).alias("double")])?;
    /// assert_eq!(doubled.columns(), ["k", "double"]);
    /// # Ok::<(), swath_frame::Error>(())
    /// ```
    #[track_caller]
    pub fn select(&self, columns: impl IntoColumns) -> Result<Self> {
        let columns = columns.into_columns();
        self.next("select", Location::caller(), |plan, env| {
            plan.select(named(plan, &columns)?, env)
        })
    }

    /// All columns, and `name` computed by `value` (a bare string is a literal), replaced where it exists.
    ///
    /// One column a call; a later call sees the columns of an earlier one, and all are computed in one pass over the
    /// rows. Rows, their order and partitions stay; assigning to an index column makes the divisions unknown.
    ///
    /// # Errors
    /// A column that does not exist, dtypes that do not go together.
    ///
    /// ```
    /// # use swath_frame::{Batch, Session, col};
    /// # let session = Session::testing();
    /// # let df = session.from_batches([Batch::from_csv("k,v\na,1\nb,7\na,5\n")?])?;
    /// let df = df.assign("share", col("v") / 13.0)?.assign("source", "web")?;
    /// assert_eq!(df.columns(), ["k", "v", "share", "source"]);
    /// # Ok::<(), swath_frame::Error>(())
    /// ```
    #[track_caller]
    pub fn assign(&self, name: impl AsRef<str>, value: impl Into<Expr>) -> Result<Self> {
        let value = value.into();
        self.next("assign", Location::caller(), |plan, env| {
            plan.assign(name.as_ref(), value, env)
        })
    }

    /// All columns, those named first in a pair under the second name. Index columns may be renamed too. Costs nothing.
    ///
    /// # Errors
    /// A column that does not exist, two columns of one name.
    ///
    /// ```
    /// # use swath_frame::{Batch, Session};
    /// # let session = Session::testing();
    /// # let df = session.from_batches([Batch::from_csv("k,v\na,1\nb,7\na,5\n")?])?;
    /// assert_eq!(df.rename([("v", "amount")])?.columns(), ["k", "amount"]);
    /// # Ok::<(), swath_frame::Error>(())
    /// ```
    #[track_caller]
    pub fn rename<O: AsRef<str>, N: AsRef<str>>(
        &self,
        names: impl IntoIterator<Item = (O, N)>,
    ) -> Result<Self> {
        let names: Vec<(Arc<str>, Arc<str>)> = names
            .into_iter()
            .map(|(old, new)| (Arc::from(old.as_ref()), Arc::from(new.as_ref())))
            .collect();
        self.next("rename", Location::caller(), |plan, env| {
            plan.rename(&names, env)
        })
    }

    /// All columns but these, which are not read where nothing else names them.
    ///
    /// # Errors
    /// A column that does not exist; an index column, which [`reset_index`](Self::reset_index) makes droppable.
    ///
    /// ```
    /// # use swath_frame::{Batch, Session};
    /// # let session = Session::testing();
    /// # let df = session.from_batches([Batch::from_csv("k,v\na,1\nb,7\na,5\n")?])?;
    /// assert_eq!(df.drop("k")?.columns(), ["v"]);
    /// # Ok::<(), swath_frame::Error>(())
    /// ```
    #[track_caller]
    pub fn drop(&self, columns: impl IntoColumns) -> Result<Self> {
        let columns = columns.into_columns();
        self.next("drop", Location::caller(), |plan, env| {
            plan.drop_columns(&names(plan, &columns)?, env)
        })
    }

    /// Ends the role of the index: its columns become the first data columns; divisions become unknown.
    ///
    /// ```
    /// # use swath_frame::{Batch, Session};
    /// # let session = Session::testing();
    /// # let df = session.from_batches([Batch::from_csv("k,v\na,1\nb,7\na,5\n")?])?;
    /// let by_k = df.groupby("k").sum("v")?;
    /// assert_eq!((by_k.index(), by_k.columns()), (vec!["k"], vec!["v"]));
    /// assert_eq!(by_k.reset_index()?.columns(), ["k", "v"]);
    /// # Ok::<(), swath_frame::Error>(())
    /// ```
    #[track_caller]
    pub fn reset_index(&self) -> Result<Self> {
        self.next("reset_index", Location::caller(), Plan::reset_index)
    }
}
