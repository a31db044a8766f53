//! What is made of rows in their order: `shift`, `diff`, cumulative functions, windows.

use std::panic::Location;

use swath_kernels::{Cumulative, Ordered, RollingStatistic};

use crate::{Expr, ExprNode};

fn ordered(input: &Expr, op: Ordered, location: &'static Location<'static>) -> Expr {
    let input = input.clone();
    Expr::at(ExprNode::Ordered { op, input }, Some(location))
}

macro_rules! cumulative {
    ($($(#[$doc:meta])* $method:ident => $kind:ident;)*) => { $(
        $(#[$doc])*
        #[track_caller]
        pub fn $method(&self) -> Self {
            ordered(self, Ordered::Cumulative(Cumulative::$kind), Location::caller())
        }
    )* };
}

/// Functions of the rows before and behind. They are allowed in `assign`, `select` and `filter` of a frame whose rows are in one
/// partition and have an order; elsewhere they are an error of that call that says what to do. Null is missing: it is skipped, and
/// the answer of a cumulative function for it is null. NaN is a value.
impl Expr {
    /// The value `rows` rows before, or behind if negative; null where there is none. Of any dtype.
    ///
    /// ```
    /// use swath_expr::col;
    ///
    /// let gain = col("close") / col("close").shift(1) - 1.0;
    /// assert_eq!(gain.to_string(), "((close / close.shift(1)) - 1.0)");
    /// ```
    #[track_caller]
    pub fn shift(&self, rows: i64) -> Self {
        ordered(self, Ordered::Shift { rows }, Location::caller())
    }

    /// The value less the one `rows` rows before: `x - x.shift(rows)`, typed as that is.
    #[track_caller]
    pub fn diff(&self, rows: i64) -> Self {
        let before = ordered(self, Ordered::Shift { rows }, Location::caller());
        self.sub(before)
    }

    cumulative! {
        /// The sum up to each row, in the dtype that a sum has. One that does not fit is an error.
        cumsum => Sum;
        /// The product up to each row, in the dtype that a product has. One that does not fit is an error.
        cumprod => Product;
        /// The smallest value up to each row; NaN only where there was nothing else.
        cummin => Min;
        /// The largest value up to each row; NaN from the first NaN on.
        cummax => Max;
        /// How many rows stand before: the rows numbered from 0, nulls too. In `uint64`.
        cumcount => Count;
    }

    /// Nulls become the last value before them.
    #[track_caller]
    pub fn ffill(&self) -> Self {
        self.fill(false, None, Location::caller())
    }

    /// The first `limit` nulls in a row, at least 1, become the last value before them.
    #[track_caller]
    pub fn ffill_limit(&self, limit: usize) -> Self {
        self.fill(false, Some(limit), Location::caller())
    }

    /// Nulls become the next value behind them. Rows wait for it in memory.
    #[track_caller]
    pub fn bfill(&self) -> Self {
        self.fill(true, None, Location::caller())
    }

    /// The last `limit` nulls in a row, at least 1, become the next value behind them.
    #[track_caller]
    pub fn bfill_limit(&self, limit: usize) -> Self {
        self.fill(true, Some(limit), Location::caller())
    }

    fn fill(
        &self,
        backward: bool,
        limit: Option<usize>,
        location: &'static Location<'static>,
    ) -> Self {
        let limit = limit.map(rows);
        ordered(self, Ordered::Fill { backward, limit }, location)
    }

    /// The last `window` rows up to each row, its own included, of which a statistic is asked.
    ///
    /// ```
    /// use swath_expr::col;
    ///
    /// let mean = col("close").rolling(20).min_periods(5).mean();
    /// assert_eq!(mean.to_string(), "close.rolling(20).min_periods(5).mean()");
    /// ```
    pub fn rolling(&self, window: usize) -> Rolling {
        Rolling {
            input: self.clone(),
            window: rows(window),
            min_periods: None,
            center: false,
        }
    }
}

/// A number of rows. None has more than what a signed number holds, which is what parameters are encoded as.
fn rows(rows: usize) -> u64 {
    (rows as u64).min(i64::MAX as u64)
}

/// Windows over the rows, waiting for a statistic; see [`Expr::rolling`]. What was given here is checked by the call on a frame.
#[derive(Clone, Debug)]
#[must_use = "windows do nothing until a statistic of them is asked"]
pub struct Rolling {
    input: Expr,
    window: u64,
    min_periods: Option<u64>,
    center: bool,
}

macro_rules! statistics {
    ($($(#[$doc:meta])* $method:ident => $kind:ident;)*) => {
        /// Statistics of the values in each window that are not null; null where there are fewer of them than
        /// [`min_periods`](Self::min_periods). Nothing is subtracted when a value leaves a window: infinities leave no trace in later ones.
        impl Rolling {
            $(
                $(#[$doc])*
                #[track_caller]
                pub fn $method(&self) -> Expr {
                    self.statistic(RollingStatistic::$kind, Location::caller())
                }
            )*
        }
    };
}

statistics! {
    /// The sum, in the dtype that a sum has. One that does not fit is an error.
    sum => Sum;
    /// The mean, as float64.
    mean => Mean;
    /// The smallest value of numbers and times, in their dtype.
    min => Min;
    /// The largest value of numbers and times, in their dtype; NaN is larger than every number.
    max => Max;
    /// How many there are, in `uint64`; [`min_periods`](Self::min_periods) counts rows here, nulls too, as in pandas.
    count => Count;
    /// The standard deviation, over the number of values less 1; of one value null.
    std => Std;
    /// The variance, over the number of values less 1; of one value null.
    var => Var;
    /// The value in the middle, of two the mean, as float64. Costs a search in the window and a move within it for each row.
    median => Median;
}

impl Rolling {
    /// Values that a window must have for an answer: as many as its rows unless said otherwise.
    pub fn min_periods(self, values: usize) -> Self {
        Self {
            min_periods: Some(rows(values)),
            ..self
        }
    }

    /// Whether a row is in the middle of its window instead of at its end; of an even number of rows it is the first of the second
    /// half.
    pub fn center(self, center: bool) -> Self {
        Self { center, ..self }
    }

    fn statistic(&self, of: RollingStatistic, location: &'static Location<'static>) -> Expr {
        let op = Ordered::Rolling {
            window: self.window,
            min_periods: self.min_periods.unwrap_or(self.window),
            center: self.center,
            of,
        };
        ordered(&self.input, op, location)
    }
}
