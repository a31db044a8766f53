//! Verbs that turn lists and columns into rows.

use std::panic::Location;
use std::sync::Arc;

use swath_expr::{Columns, IntoColumn, IntoColumns};
use swath_plan::{Plan, PlanError};

use super::DataFrame;
use super::columns::names;
use crate::Result;

/// Options of [`DataFrame::melt`].
#[derive(Clone, Debug, PartialEq)]
#[must_use = "options do nothing until a frame is given them"]
pub struct Melt {
    ids: Columns,
    values: Option<Columns>,
    variable: Arc<str>,
    value: Arc<str>,
}

impl Melt {
    /// Keeps these columns in every row.
    #[track_caller]
    pub fn ids(ids: impl IntoColumns) -> Self {
        Self {
            ids: ids.into_columns(),
            values: None,
            variable: Arc::from("variable"),
            value: Arc::from("value"),
        }
    }

    /// The columns that become rows: all other data columns, unless said otherwise.
    #[track_caller]
    pub fn values(self, values: impl IntoColumns) -> Self {
        Self {
            values: Some(values.into_columns()),
            ..self
        }
    }

    /// The column that says which column a value came from: `variable`, unless said otherwise.
    pub fn variable_name(self, name: impl Into<Arc<str>>) -> Self {
        Self {
            variable: name.into(),
            ..self
        }
    }

    /// The column of values: `value`, unless said otherwise.
    pub fn value_name(self, name: impl Into<Arc<str>>) -> Self {
        Self {
            value: name.into(),
            ..self
        }
    }
}

/// What [`DataFrame::melt`] takes: the columns that stay, or [`Melt`].
pub trait IntoMelt {
    /// The options.
    #[doc(hidden)]
    #[track_caller]
    fn into_melt(self) -> Melt;
}

impl IntoMelt for Melt {
    fn into_melt(self) -> Melt {
        self
    }
}

impl<C: IntoColumns> IntoMelt for C {
    #[track_caller]
    fn into_melt(self) -> Melt {
        Melt::ids(self)
    }
}

impl DataFrame {
    /// A row for each item of the lists in a column, in order, the other columns repeated; a null or empty list gives one row with null.
    ///
    /// Row order, partitions and divisions stay.
    ///
    /// # Errors
    /// A column that does not exist or holds no lists.
    #[track_caller]
    pub fn explode(&self, column: impl IntoColumn) -> Result<Self> {
        let column = column.into_column();
        self.next("explode", Location::caller(), |plan, env| {
            match column.as_column() {
                Some(name) => plan.explode(Arc::from(name), env),
                None => Err(PlanError::NotAColumn {
                    expression: column.to_string(),
                }),
            }
        })
    }

    /// Makes of each row one for each column that is not kept: its name in a column `variable`, what it holds in a column `value`, in
    /// the dtype that all of them have in common.
    ///
    /// The rows of one row stand together, in the order of the columns (pandas puts them one column after the other). Partitions stay;
    /// there is no index afterwards, and it is left out unless it is named among the columns that are kept.
    ///
    /// # Errors
    /// A column that does not exist; columns without a common dtype; a name that is there twice.
    ///
    /// ```
    /// # use swath_frame::{Batch, Melt, Session};
    /// # let session = Session::testing();
    /// let df = session.from_batches([Batch::from_csv("k,x,y\na,1,2\nb,3,4\n")?])?;
    /// let long: Vec<(String, String, i64)> = df.melt("k")?.compute()?.rows()?.collect();
    /// assert_eq!(long[1], ("a".to_owned(), "y".to_owned(), 2));
    /// let xs = df.melt(Melt::ids("k").values("x").value_name("amount"))?;
    /// assert_eq!(xs.columns(), ["k", "variable", "amount"]);
    /// # Ok::<(), swath_frame::Error>(())
    /// ```
    #[track_caller]
    pub fn melt(&self, columns: impl IntoMelt) -> Result<Self> {
        let options = columns.into_melt();
        self.next("melt", Location::caller(), |plan, env| {
            let ids = names(plan, &options.ids)?;
            let values = match &options.values {
                Some(values) => names(plan, values)?,
                None => others(plan, &ids),
            };
            plan.melt(&ids, &values, options.variable, options.value, env)
        })
    }
}

/// The data columns that are not among these.
fn others(plan: &Plan, ids: &[Arc<str>]) -> Vec<Arc<str>> {
    let fields = plan.meta().data_fields().iter();
    let names = fields.map(|field| Arc::clone(&field.name));
    names.filter(|name| !ids.contains(name)).collect()
}
