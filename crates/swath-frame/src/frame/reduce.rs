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
    #[track_caller]
    pub fn sum(&self, column: impl IntoColumn) -> Result<Scalar> {
        self.reduction("sum", column.into_column(), Location::caller())
    }

    /// The mean of a column as float64; of nothing, null.
    ///
    /// # Errors
    /// A column that does not exist or has no mean.
    #[track_caller]
    pub fn mean(&self, column: impl IntoColumn) -> Result<Scalar> {
        self.reduction("mean", column.into_column(), Location::caller())
    }

    /// The smallest value of a column; of nothing, null.
    ///
    /// # Errors
    /// A column that does not exist or has no order.
    #[track_caller]
    pub fn min(&self, column: impl IntoColumn) -> Result<Scalar> {
        self.reduction("min", column.into_column(), Location::caller())
    }

    /// The largest value of a column; of nothing, null. NaN is larger than every number.
    ///
    /// # Errors
    /// A column that does not exist or has no order.
    #[track_caller]
    pub fn max(&self, column: impl IntoColumn) -> Result<Scalar> {
        self.reduction("max", column.into_column(), Location::caller())
    }

    /// How many values of a column are not null.
    ///
    /// # Errors
    /// A column that does not exist.
    #[track_caller]
    pub fn count(&self, column: impl IntoColumn) -> Result<Scalar> {
        self.reduction("count", column.into_column(), Location::caller())
    }

    /// One row of several aggregates: `df.agg([("total", col("x").sum()), ("n", Agg::size())])`.
    ///
    /// # Errors
    /// A column that does not exist, an aggregate that does not fit its input, two results of one name.
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
