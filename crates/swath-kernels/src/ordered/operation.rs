//! The operations, as data: name, parameters, dtypes.

use std::fmt::{self, Display, Formatter};
use std::sync::Arc;

use swath_batch::Value;
use swath_meta::DType;

use super::{InOrder, cumulative, exact, extreme, fill, rolling, shift};
use crate::aggregate::{Parameters, check_number};
use crate::{Aggregate, KernelError, Product, Sum};

/// What a column becomes when its rows are read in their order. Null is missing and is skipped; NaN is a value.
///
/// ```
/// use std::sync::Arc;
/// use arrow_array::{ArrayRef, Int64Array, cast::AsArray, types::Int64Type};
/// use swath_kernels::{Cumulative, Ordered};
/// use swath_meta::DType;
///
/// let sums = Ordered::Cumulative(Cumulative::Sum);
/// assert_eq!(sums.infer(&DType::Int32)?, DType::Int64);
/// let mut sums = sums.open(&DType::Int64)?;
/// let rows: ArrayRef = Arc::new(Int64Array::from(vec![Some(1), None, Some(5)]));
/// let answers = sums.push(&rows)?;
/// assert_eq!(answers.as_primitive::<Int64Type>().iter().collect::<Vec<_>>(), [Some(1), None, Some(6)]);
/// # Ok::<(), swath_kernels::KernelError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ordered {
    /// The value so many rows before, or behind if negative; null where there is none. Of any dtype.
    Shift {
        /// How many rows.
        rows: i64,
    },
    /// A total, product, end or number of the rows up to each row; null where the row is.
    Cumulative(Cumulative),
    /// A statistic of the rows in a window around each row.
    Rolling {
        /// Rows of the window, at least 1.
        window: u64,
        /// Values that a window must have for an answer; no more than its rows.
        min_periods: u64,
        /// The row is in the middle of its window instead of at its end; of an even number of rows it is the first of the second half.
        center: bool,
        /// The statistic.
        of: RollingStatistic,
    },
    /// Nulls become the nearest value before, or behind. Of any dtype.
    Fill {
        /// The value behind instead of the one before.
        backward: bool,
        /// How many nulls in a row become it, those nearest to it; all if `None`.
        limit: Option<u64>,
    },
}

/// What is kept of the rows up to each row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cumulative {
    /// The sum, in the dtype of `sum`. It must fit at every row.
    Sum,
    /// The product, in the dtype of `prod`. It must fit at every row.
    Product,
    /// The smallest value; NaN only where there was nothing else.
    Min,
    /// The largest value; NaN from the first NaN on.
    Max,
    /// How many rows stand before, nulls too: the rows numbered from 0.
    Count,
}

/// A statistic of a window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RollingStatistic {
    /// The sum, in the dtype of `sum`; of an empty window 0, where one has an answer.
    Sum,
    /// The mean, as float64.
    Mean,
    /// The smallest value, in the column's dtype.
    Min,
    /// The largest value, in the column's dtype.
    Max,
    /// How many values are not null; `min_periods` counts rows here, as in pandas.
    Count,
    /// The standard deviation, over the number of values less 1.
    Std,
    /// The variance, over the number of values less 1.
    Var,
    /// The value in the middle, of two the mean.
    Median,
}

/// Names never change: they are fingerprinted and encoded.
const CUMULATIVE: [(Cumulative, &str); 5] = [
    (Cumulative::Sum, "cumsum"),
    (Cumulative::Product, "cumprod"),
    (Cumulative::Min, "cummin"),
    (Cumulative::Max, "cummax"),
    (Cumulative::Count, "cumcount"),
];

const ROLLING: [(RollingStatistic, &str); 8] = [
    (RollingStatistic::Sum, "rolling.sum"),
    (RollingStatistic::Mean, "rolling.mean"),
    (RollingStatistic::Min, "rolling.min"),
    (RollingStatistic::Max, "rolling.max"),
    (RollingStatistic::Count, "rolling.count"),
    (RollingStatistic::Std, "rolling.std"),
    (RollingStatistic::Var, "rolling.var"),
    (RollingStatistic::Median, "rolling.median"),
];

impl Ordered {
    /// Its name: `shift`, `cumsum`, `rolling.mean`, `ffill`.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Shift { .. } => "shift",
            Self::Cumulative(of) => {
                let found = CUMULATIVE.iter().find(|(known, _)| known == of);
                found.expect("the table has every one").1
            }
            Self::Rolling { of, .. } => {
                let found = ROLLING.iter().find(|(known, _)| known == of);
                found.expect("the table has every one").1
            }
            Self::Fill {
                backward: false, ..
            } => "ffill",
            Self::Fill { backward: true, .. } => "bfill",
        }
    }

    /// Its parameters by name, in a fixed order: with the [`name`](Self::name) all that it is.
    pub fn params(&self) -> Vec<(Arc<str>, Value)> {
        let params: Vec<(&str, Value)> = match *self {
            Self::Shift { rows } => vec![("rows", rows.into())],
            Self::Cumulative(_) | Self::Fill { limit: None, .. } => Vec::new(),
            Self::Rolling {
                window,
                min_periods,
                center,
                ..
            } => vec![
                ("center", center.into()),
                ("min_periods", min_periods.into()),
                ("window", window.into()),
            ],
            Self::Fill {
                limit: Some(limit), ..
            } => vec![("limit", limit.into())],
        };
        let params = params.into_iter();
        params.map(|(name, value)| (name.into(), value)).collect()
    }

    /// The operation of this name with these parameters; `None` if there is none of the name.
    ///
    /// # Errors
    /// [`KernelError::Parameter`] and [`KernelError::UnknownParameter`].
    pub fn from_parts(
        name: &str,
        params: &[(Arc<str>, Value)],
    ) -> Result<Option<Self>, KernelError> {
        if let Some((of, name)) = CUMULATIVE.iter().find(|(_, known)| *known == name) {
            Parameters::new(name, params).done()?;
            return Ok(Some(Self::Cumulative(*of)));
        }
        if let Some((of, name)) = ROLLING.iter().find(|(_, known)| *known == name) {
            let params = Parameters::new(name, params);
            let window = params.count("window", 1)?;
            let min_periods = params.count("min_periods", window)?;
            let center = params.flag("center", false)?;
            params.done()?;
            return Ok(Some(Self::Rolling {
                window: window as u64,
                min_periods: min_periods as u64,
                center,
                of: *of,
            }));
        }
        let fill = |name, backward| {
            let params = Parameters::new(name, params);
            let limit = params.count("limit", -1)?;
            params.done()?;
            let limit = u64::try_from(limit).ok();
            Ok(Some(Self::Fill { backward, limit }))
        };
        match name {
            "shift" => {
                let params = Parameters::new("shift", params);
                let rows = params.integer("rows", 1)?;
                params.done()?;
                Ok(Some(Self::Shift { rows }))
            }
            "ffill" => fill("ffill", false),
            "bfill" => fill("bfill", true),
            _ => Ok(None),
        }
    }

    /// The dtype that comes out of one of these rows. Touches no data.
    ///
    /// # Errors
    /// [`KernelError::Unsupported`] for a dtype without an answer, [`KernelError::Parameter`] for a window that is none.
    pub fn infer(&self, input: &DType) -> Result<DType, KernelError> {
        match self {
            Self::Shift { .. } => Ok(input.clone()),
            Self::Fill { limit, .. } => match limit {
                Some(0) => Err(self.refused("limit", "at least 1", 0)),
                _ => Ok(input.clone()),
            },
            Self::Cumulative(of) => self.cumulative_dtype(*of, input),
            Self::Rolling {
                window,
                min_periods,
                of,
                ..
            } => {
                if *window == 0 {
                    return Err(self.refused("window", "at least one row", 0));
                }
                if min_periods > window {
                    let expected = "no more than the rows of the window";
                    return Err(self.refused("min_periods", expected, *min_periods));
                }
                self.rolling_dtype(*of, input)
            }
        }
    }

    /// Whether there may be nulls in what comes out.
    pub fn is_nullable(&self, input: bool) -> bool {
        match self {
            Self::Shift { rows } => input || *rows != 0,
            Self::Cumulative(of) => input && *of != Cumulative::Count,
            Self::Rolling { .. } => true,
            Self::Fill { .. } => input,
        }
    }

    /// Makes one pass over rows of this dtype.
    ///
    /// # Errors
    /// As [`infer`](Self::infer).
    pub fn open(&self, input: &DType) -> Result<Box<dyn InOrder>, KernelError> {
        let output = self.infer(input)?;
        let name = self.name();
        Ok(match *self {
            Self::Shift { rows } => shift::open(rows, input),
            Self::Fill { backward, limit } => fill::open(backward, limit, input),
            Self::Cumulative(Cumulative::Count) => Box::new(cumulative::Numbers::default()),
            Self::Cumulative(Cumulative::Min) => extreme::open(false, input),
            Self::Cumulative(Cumulative::Max) => extreme::open(true, input),
            Self::Cumulative(of) => cumulative::open(name, of, input, output),
            Self::Rolling {
                window,
                min_periods,
                center,
                of,
            } => {
                let window = rolling::Window::new(window, min_periods, center);
                rolling::open(name, window, of, input, output)
            }
        })
    }

    fn cumulative_dtype(&self, of: Cumulative, input: &DType) -> Result<DType, KernelError> {
        let types = match of {
            Cumulative::Count => return Ok(DType::UInt64),
            Cumulative::Sum => Sum.infer(std::slice::from_ref(input)),
            Cumulative::Product => Product.infer(std::slice::from_ref(input)),
            Cumulative::Min | Cumulative::Max if input.is_unordered() => {
                Err(self.unsupported(input))
            }
            Cumulative::Min | Cumulative::Max => return Ok(input.clone()),
        };
        types
            .map(|types| types.output)
            .map_err(|error| self.renamed(error))
    }

    fn rolling_dtype(&self, of: RollingStatistic, input: &DType) -> Result<DType, KernelError> {
        match of {
            RollingStatistic::Count => Ok(DType::UInt64),
            RollingStatistic::Sum => Sum
                .infer(std::slice::from_ref(input))
                .map(|types| types.output)
                .map_err(|error| self.renamed(error)),
            RollingStatistic::Mean
            | RollingStatistic::Std
            | RollingStatistic::Var
            | RollingStatistic::Median => {
                check_number(self.name(), input)?;
                Ok(DType::Float64)
            }
            RollingStatistic::Min | RollingStatistic::Max if exact::is_fixed(input) => {
                Ok(input.clone())
            }
            RollingStatistic::Min | RollingStatistic::Max => Err(self.unsupported(input)),
        }
    }

    fn unsupported(&self, input: &DType) -> KernelError {
        let cast = (input.is_string()).then_some(DType::Float64);
        KernelError::unsupported(self.name(), input, cast)
    }

    /// The error of the aggregate that it is like, under its own name.
    fn renamed(&self, error: KernelError) -> KernelError {
        match error {
            KernelError::Unsupported { dtype, cast, .. } => KernelError::Unsupported {
                operation: self.name().to_owned(),
                dtype,
                cast,
            },
            other => other,
        }
    }

    fn refused(&self, parameter: &str, expected: &'static str, found: u64) -> KernelError {
        KernelError::Parameter {
            operation: self.name(),
            parameter: parameter.to_owned(),
            expected,
            found: found.to_string(),
        }
    }
}

/// As the methods that make it: `shift(1)`, `rolling(20).min_periods(1).mean()`.
impl Display for Ordered {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Shift { rows } => write!(f, "shift({rows})"),
            Self::Cumulative(_) | Self::Fill { limit: None, .. } => write!(f, "{}()", self.name()),
            Self::Rolling {
                window,
                min_periods,
                center,
                ..
            } => {
                write!(f, "rolling({window})")?;
                if min_periods != window {
                    write!(f, ".min_periods({min_periods})")?;
                }
                if *center {
                    f.write_str(".center(true)")?;
                }
                let (_, statistic) = self.name().split_once('.').expect("it begins with rolling");
                write!(f, ".{statistic}()")
            }
            Self::Fill {
                limit: Some(limit), ..
            } => write!(f, "{}_limit({limit})", self.name()),
        }
    }
}
