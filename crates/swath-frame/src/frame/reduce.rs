//! Verbs that reduce a frame to one value or one row.

use std::panic::Location;

use swath_expr::{Agg, IntoColumn};
use swath_plan::NamedAgg;

use super::DataFrame;
use crate::group_by::IntoAggs;
use crate::{Error, Result, Scalar};

/// Verbs that reduce one column to one value.
macro_rules! reductions {
    ($($(#[$doc:meta])* $verb:ident;)*) => {
        /// One column, or expression, as one lazy value. Nulls are skipped.
        impl DataFrame {
            $(
                $(#[$doc])*
                #[track_caller]
                pub fn $verb(&self, column: impl IntoColumn) -> Result<Scalar> {
                    let agg = Agg::new(stringify!($verb), &column.into_column());
                    self.reduction(stringify!($verb), &agg, Location::caller())
                }
            )*
        }
    };
}

reductions! {
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
    sum;
    /// The product of a column; of nothing, 1. A product of integers that does not fit is an error.
    ///
    /// # Errors
    /// A column that does not exist or has no product.
    ///
    /// ```
    /// # use swath_frame::{Batch, Session};
    /// # let session = Session::testing();
    /// # let df = session.from_batches([Batch::from_csv("v\n1\n7\n5\n")?])?;
    /// assert_eq!(df.prod("v")?.get::<i64>()?, 35);
    /// # Ok::<(), swath_frame::Error>(())
    /// ```
    prod;
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
    mean;
    /// The variance of a column, over the number of values less 1; of one value, null. Numerically stable.
    ///
    /// For another `ddof` see [`Agg::ddof`]: `df.agg(col("v").var().ddof(0))`.
    ///
    /// # Errors
    /// A column that does not exist or is no number.
    ///
    /// ```
    /// # use swath_frame::{Batch, Session};
    /// # let session = Session::testing();
    /// # let df = session.from_batches([Batch::from_csv("v\n1\n7\n4\n")?])?;
    /// assert_eq!(df.var("v")?.get::<f64>()?, 9.0);
    /// assert_eq!(df.std("v")?.get::<f64>()?, 3.0);
    /// # Ok::<(), swath_frame::Error>(())
    /// ```
    var;
    /// The standard deviation of a column: the root of [`var`](Self::var).
    ///
    /// # Errors
    /// A column that does not exist or is no number.
    std;
    /// The standard error of the mean of a column.
    ///
    /// # Errors
    /// A column that does not exist or is no number.
    sem;
    /// The skewness of a column, corrected for the bias of a sample; of fewer than three values, null.
    ///
    /// # Errors
    /// A column that does not exist or is no number.
    ///
    /// ```
    /// # use swath_frame::{Batch, Session};
    /// # let session = Session::testing();
    /// # let df = session.from_batches([Batch::from_csv("v\n1\n2\n3\n")?])?;
    /// assert_eq!(df.skew("v")?.get::<f64>()?, 0.0);
    /// # Ok::<(), swath_frame::Error>(())
    /// ```
    skew;
    /// The excess kurtosis of a column, corrected for the bias of a sample; of fewer than four values, null.
    ///
    /// # Errors
    /// A column that does not exist or is no number.
    kurtosis;
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
    min;
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
    max;
    /// The first value of a column, in row order, that is not null; of nothing, null.
    ///
    /// # Errors
    /// A column that does not exist, or is a list or a struct.
    ///
    /// ```
    /// # use swath_frame::{Batch, Session};
    /// # let session = Session::testing();
    /// # let df = session.from_batches([Batch::from_csv("v\n1\n7\n5\n")?])?;
    /// assert_eq!((df.first("v")?.get::<i64>()?, df.last("v")?.get::<i64>()?), (1, 5));
    /// # Ok::<(), swath_frame::Error>(())
    /// ```
    first;
    /// The last value of a column, in row order, that is not null; of nothing, null.
    ///
    /// # Errors
    /// A column that does not exist, or is a list or a struct.
    last;
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
    count;
    /// How many different values a column has, exactly; keeps them all while it runs.
    ///
    /// # Errors
    /// A column that does not exist, or is a list or a struct.
    ///
    /// ```
    /// # use swath_frame::{Batch, Session};
    /// # let session = Session::testing();
    /// # let df = session.from_batches([Batch::from_csv("k,v\na,1\nb,7\na,5\n")?])?;
    /// assert_eq!(df.nunique("k")?.get::<u64>()?, 2);
    /// # Ok::<(), swath_frame::Error>(())
    /// ```
    nunique;
    /// About how many different values a column has: exact to 512, beyond with a standard error of 1.6 %, in 4 KiB.
    ///
    /// # Errors
    /// A column that does not exist, or is a list or a struct.
    nunique_approx;
    /// Whether a value of a boolean column is true; of nothing, false.
    ///
    /// # Errors
    /// A column that does not exist or is not boolean.
    ///
    /// ```
    /// # use swath_frame::{Batch, Session, col};
    /// # let session = Session::testing();
    /// # let df = session.from_batches([Batch::from_csv("v\n1\n7\n5\n")?])?;
    /// assert!(df.any(col("v").gt(5))?.get::<bool>()?);
    /// assert!(!df.all(col("v").gt(5))?.get::<bool>()?);
    /// # Ok::<(), swath_frame::Error>(())
    /// ```
    any;
    /// Whether no value of a boolean column is false; of nothing, true.
    ///
    /// # Errors
    /// A column that does not exist or is not boolean.
    all;
    /// The value in the middle of a column, exactly, of two the mean; of nothing, null. Keeps all values while it runs.
    ///
    /// # Errors
    /// A column that does not exist or has no quantiles.
    ///
    /// ```
    /// # use swath_frame::{Batch, Session};
    /// # let session = Session::testing();
    /// # let df = session.from_batches([Batch::from_csv("v\n1\n7\n5\n4\n")?])?;
    /// assert_eq!(df.median("v")?.get::<f64>()?, 4.5);
    /// # Ok::<(), swath_frame::Error>(())
    /// ```
    median;
    /// The value that a column has most often, of several the smallest; of nothing, null.
    ///
    /// # Errors
    /// A column that does not exist, or is a list or a struct.
    ///
    /// ```
    /// # use swath_frame::{Batch, Session};
    /// # let session = Session::testing();
    /// # let df = session.from_batches([Batch::from_csv("k,v\na,1\nb,7\na,5\n")?])?;
    /// assert_eq!(df.mode("k")?.get::<String>()?, "a");
    /// # Ok::<(), swath_frame::Error>(())
    /// ```
    mode;
}

impl DataFrame {
    /// Rows of the frame, as a lazy value; counted from file footers where they suffice.
    ///
    /// ```
    /// # use swath_frame::{Batch, Session, col};
    /// # let session = Session::testing();
    /// # let df = session.from_batches([Batch::from_csv("k,v\na,1\nb,7\na,5\n")?])?;
    /// let rows: u64 = df.filter(col("v").gt(1))?.len().get()?;
    /// assert_eq!(rows, 2);
    /// let share = df.filter(col("v").gt(1))?.len() / df.len();
    /// assert_eq!(share.get::<f64>()?, 2.0 / 3.0);
    /// # Ok::<(), swath_frame::Error>(())
    /// ```
    pub fn len(&self) -> Scalar {
        let plan = self
            .plan()
            .reduce(vec![NamedAgg::size("len")], self.session().env())
            .expect("`size` reads no column");
        Scalar::new(self.session(), plan.at(self.location()))
    }

    /// The quantile `q` of a column, exactly, between two values in proportion; of nothing, null. Keeps all values while it
    /// runs. For several at once: `df.agg([("p50", col("v").quantile(0.5)), ("p99", col("v").quantile(0.99))])`.
    ///
    /// # Errors
    /// A column that does not exist or has no quantiles; a `q` that is not from 0 to 1.
    ///
    /// ```
    /// # use swath_frame::{Batch, Session};
    /// # let session = Session::testing();
    /// # let df = session.from_batches([Batch::from_csv("v\n1\n7\n5\n")?])?;
    /// assert_eq!(df.quantile("v", 0.25)?.get::<f64>()?, 3.0);
    /// # Ok::<(), swath_frame::Error>(())
    /// ```
    #[track_caller]
    pub fn quantile(&self, column: impl IntoColumn, q: f64) -> Result<Scalar> {
        let agg = column.into_column().quantile(q);
        self.reduction("quantile", &agg, Location::caller())
    }

    /// What the column `label` holds in the first row in which a column is smallest; of nothing, null.
    ///
    /// # Errors
    /// A column that does not exist or has no order.
    ///
    /// ```
    /// # use swath_frame::{Batch, Session};
    /// # let session = Session::testing();
    /// # let df = session.from_batches([Batch::from_csv("k,v\na,1\nb,7\nc,5\n")?])?;
    /// assert_eq!(df.idxmin("v", "k")?.get::<String>()?, "a");
    /// assert_eq!(df.idxmax("v", "k")?.get::<String>()?, "b");
    /// # Ok::<(), swath_frame::Error>(())
    /// ```
    #[track_caller]
    pub fn idxmin(&self, column: impl IntoColumn, label: impl IntoColumn) -> Result<Scalar> {
        let agg = column.into_column().idxmin(label.into_column());
        self.reduction("idxmin", &agg, Location::caller())
    }

    /// What the column `label` holds in the first row in which a column is largest; of nothing, null.
    ///
    /// # Errors
    /// A column that does not exist or has no order.
    #[track_caller]
    pub fn idxmax(&self, column: impl IntoColumn, label: impl IntoColumn) -> Result<Scalar> {
        let agg = column.into_column().idxmax(label.into_column());
        self.reduction("idxmax", &agg, Location::caller())
    }

    /// The covariance of two columns, over the rows where neither is null; of one row, null.
    ///
    /// # Errors
    /// A column that does not exist or is no number.
    ///
    /// ```
    /// # use swath_frame::{Batch, Session};
    /// # let session = Session::testing();
    /// # let df = session.from_batches([Batch::from_csv("x,y\n1,10\n2,20\n3,30\n")?])?;
    /// assert_eq!(df.cov("x", "y")?.get::<f64>()?, 10.0);
    /// assert!((df.corr("x", "y")?.get::<f64>()? - 1.0).abs() < 1e-12);
    /// # Ok::<(), swath_frame::Error>(())
    /// ```
    #[track_caller]
    pub fn cov(&self, one: impl IntoColumn, other: impl IntoColumn) -> Result<Scalar> {
        let agg = one.into_column().cov(other.into_column());
        self.reduction("cov", &agg, Location::caller())
    }

    /// Pearson's correlation of two columns, over the rows where neither is null; of one row, null.
    ///
    /// # Errors
    /// A column that does not exist or is no number.
    #[track_caller]
    pub fn corr(&self, one: impl IntoColumn, other: impl IntoColumn) -> Result<Scalar> {
        let agg = one.into_column().corr(other.into_column());
        self.reduction("corr", &agg, Location::caller())
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

    /// The value of an aggregate, in a column called as its first input.
    fn reduction(
        &self,
        call: &'static str,
        agg: &Agg,
        location: &'static Location<'static>,
    ) -> Result<Scalar> {
        let name = agg.inputs().first().and_then(swath_expr::Expr::output_name);
        let named = NamedAgg::of(agg, Some(name.unwrap_or_else(|| agg.kind().into())));
        match self.plan().reduce(vec![named], self.session().env()) {
            Ok(plan) => Ok(Scalar::new(self.session(), plan.at(location))),
            Err(error) => Err(Error::planning(error, call, location)),
        }
    }
}
