//! Verbs that reduce a frame to one value or one row.

use std::panic::Location;
use std::sync::Arc;

use swath_expr::{Expr, IntoColumn};
use swath_plan::{NamedAgg, Plan, PlanError};

use super::DataFrame;
use crate::group_by::IntoAggs;
use crate::{Error, Result, Scalar};

impl DataFrame {
    /// Rows of the frame, as a lazy value; counted from file footers where they suffice.
    ///
    /// ```
    /// # use swath_frame::{Batch, Session, col};
    /// # let session = Session::testing();
    /// # let df = session.from_batches([Batch::from_csv("k,v\na,1\nb,7\na,5\n")?])?;
    /// let rows: u64 = df.filter(col("v").gt(1))?.len().get()?;
    /// assert_eq!(rows, 2);
    /// # Ok::<(), swath_frame::Error>(())
    /// ```
    pub fn len(&self) -> Scalar {
        let agg = NamedAgg {
            function: Arc::from("size"),
            input: None,
            output: Arc::from("len"),
        };
        let plan = self
            .plan()
            .reduce(vec![agg], self.session().env())
            .expect("`size` reads no column");
        Scalar::new(self.session(), plan.at(self.location()))
    }

    /// The sum of a column; of nothing, 0. Integers are summed exactly and overflow is an error.
    ///
    /// # Errors
    /// A column that does not exist or has no sum.
    ///
    /// ```
    /// # use swath_frame::{Batch, Session, col};
    /// # let session = Session::testing();
    /// # let df = session.from_batches([Batch::from_csv("k,v\na,1\nb,7\na,5\n")?])?;
    /// assert_eq!(df.sum("v")?.get::<i64>()?, 13);
    /// assert_eq!(df.sum(col("v") * 2)?.get::<i64>()?, 26);
    /// # Ok::<(), swath_frame::Error>(())
    /// ```
    #[track_caller]
    pub fn sum(&self, column: impl IntoColumn) -> Result<Scalar> {
        self.reduction("sum", column.into_column(), Location::caller())
    }

    /// The mean of a column as float64; of nothing, null.
    ///
    /// # Errors
    /// A column that does not exist or has no mean.
    ///
    /// ```
    /// # use swath_frame::{Batch, Session, col};
    /// # let session = Session::testing();
    /// # let df = session.from_batches([Batch::from_csv("k,v\na,1\nb,7\na,5\n")?])?;
    /// assert_eq!(df.mean("v")?.get::<f64>()?, 13.0 / 3.0);
    /// // A lazy value stands in an expression, too.
    /// let above = df.filter(col("v").gt(&df.mean("v")?))?;
    /// assert_eq!(above.compute()?.num_rows(), 2);
    /// # Ok::<(), swath_frame::Error>(())
    /// ```
    #[track_caller]
    pub fn mean(&self, column: impl IntoColumn) -> Result<Scalar> {
        self.reduction("mean", column.into_column(), Location::caller())
    }

    /// The smallest value of a column; of nothing, null.
    ///
    /// # Errors
    /// A column that does not exist or has no order.
    ///
    /// ```
    /// # use swath_frame::{Batch, Session};
    /// # let session = Session::testing();
    /// # let df = session.from_batches([Batch::from_csv("k,v\na,1\nb,7\na,5\n")?])?;
    /// assert_eq!(df.min("k")?.get::<String>()?, "a");
    /// # Ok::<(), swath_frame::Error>(())
    /// ```
    #[track_caller]
    pub fn min(&self, column: impl IntoColumn) -> Result<Scalar> {
        self.reduction("min", column.into_column(), Location::caller())
    }

    /// The largest value of a column; of nothing, null. NaN is larger than every number.
    ///
    /// # Errors
    /// A column that does not exist or has no order.
    ///
    /// ```
    /// # use swath_frame::{Batch, Session, Value};
    /// # let session = Session::testing();
    /// # let df = session.from_batches([Batch::from_csv("k,v\na,1\nb,7\na,5\n")?])?;
    /// assert_eq!(df.max("v")?.compute()?, Value::from(7_i64));
    /// # Ok::<(), swath_frame::Error>(())
    /// ```
    #[track_caller]
    pub fn max(&self, column: impl IntoColumn) -> Result<Scalar> {
        self.reduction("max", column.into_column(), Location::caller())
    }

    /// How many values of a column are not null.
    ///
    /// # Errors
    /// A column that does not exist.
    ///
    /// ```
    /// # use swath_frame::{Batch, Session};
    /// # let session = Session::testing();
    /// # let df = session.from_batches([Batch::from_csv("k,v\na,1\nb,7\na,5\n")?])?;
    /// assert_eq!(df.count("v")?.get::<u64>()?, 3);
    /// # Ok::<(), swath_frame::Error>(())
    /// ```
    #[track_caller]
    pub fn count(&self, column: impl IntoColumn) -> Result<Scalar> {
        self.reduction("count", column.into_column(), Location::caller())
    }

    /// One row of several aggregates: `df.agg([("total", col("x").sum()), ("n", Agg::size())])`.
    ///
    /// # Errors
    /// A column that does not exist, an aggregate that does not fit its input, two results of one name.
    ///
    /// ```
    /// # use swath_frame::{Batch, Session, Agg, col};
    /// # let session = Session::testing();
    /// # let df = session.from_batches([Batch::from_csv("k,v\na,1\nb,7\na,5\n")?])?;
    /// let one = df.agg([("total", col("v").sum()), ("n", Agg::size())])?;
    /// assert_eq!(one.compute()?.num_rows(), 1);
    /// # Ok::<(), swath_frame::Error>(())
    /// ```
    #[track_caller]
    pub fn agg(&self, aggs: impl IntoAggs) -> Result<Self> {
        let aggs = aggs.into_aggs();
        self.next("agg", Location::caller(), |plan, env| {
            plan.reduce(aggs, env)
        })
    }

    fn reduction(
        &self,
        function: &'static str,
        input: Expr,
        location: &'static Location<'static>,
    ) -> Result<Scalar> {
        let build = |plan: &Plan| -> std::result::Result<Plan, PlanError> {
            let output = input.output_name().unwrap_or_else(|| Arc::from(function));
            plan.reduce(
                vec![NamedAgg {
                    function: Arc::from(function),
                    input: Some(input),
                    output,
                }],
                self.session().env(),
            )
        };
        match build(self.plan()) {
            Ok(plan) => Ok(Scalar::new(self.session(), plan.at(location))),
            Err(error) => Err(Error::planning(error, function, location)),
        }
    }
}
