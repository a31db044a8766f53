//! One lazy value.

use std::fmt;
use std::panic::Location;
use std::sync::Arc;

use swath_batch::Value;
use swath_expr::Expr;
use swath_meta::DType;
use swath_plan::{LateScalar, Node, Plan, PlanError, scalar_owners};

use crate::readers::Reader;
use crate::run::Run;
use crate::{Error, Result, Session, compute, submit};

/// A single value that is computed when asked for: what reductions give.
///
/// It can stand inside an expression: `df.filter(col("v").gt(&df.mean("v")?))?`. Arithmetic and comparisons with other
/// values and with literals give lazy values again, typed as expressions are: whole numbers divide in float64. Nothing is
/// computed before [`compute`](Self::compute) or [`get`](Self::get); `==` and `<` of Rust do not compile.
///
/// ```
/// # use swath_frame::{Batch, Session, col};
/// # let session = Session::testing();
/// # let df = session.from_batches([Batch::from_csv("level,ms\nERROR,1\nINFO,7\nINFO,4\nINFO,2\n")?])?;
/// let error_rate = df.filter(col("level").eq("ERROR"))?.len() / df.len();
/// assert_eq!(error_rate.get::<f64>()?, 0.25);
/// assert!((1 - &error_rate).gt(0.5).get::<bool>()?);
/// # Ok::<(), swath_frame::Error>(())
/// ```
#[derive(Clone)]
pub struct Scalar {
    session: Session,
    of: Of,
}

#[derive(Clone)]
enum Of {
    /// The plan, whose rows the value keeps in memory where they are held.
    Plan(Arc<Reader>),
    /// What is not well-typed; computing it says why.
    Refused {
        expr: Expr,
        location: &'static Location<'static>,
    },
}

impl Scalar {
    #[track_caller]
    pub(crate) fn new(session: &Session, plan: Plan) -> Self {
        let location = plan.location().unwrap_or(Location::caller());
        Self {
            session: session.clone(),
            of: Of::Plan(session.remember(plan, None, location)),
        }
    }

    /// The value of an expression of lazy values.
    #[track_caller]
    pub(super) fn computed(session: &Session, expr: Expr) -> Self {
        let location = Location::caller();
        match plan_of(session, &expr) {
            Ok(plan) => Self::new(session, plan.at(location)),
            Err(_) => Self {
                session: session.clone(),
                of: Of::Refused { expr, location },
            },
        }
    }

    pub(crate) fn session(&self) -> &Session {
        &self.session
    }

    /// The plan; `None` where the value is not well-typed.
    pub(crate) fn plan(&self) -> Option<&Plan> {
        match &self.of {
            Of::Plan(reader) => Some(&reader.plan),
            Of::Refused { .. } => None,
        }
    }

    /// The plan, or why there is none.
    pub(crate) fn checked(&self) -> Result<&Plan> {
        let (expr, location) = match &self.of {
            Of::Plan(reader) => {
                let owners = scalar_owners(&reader.plan)
                    .map_err(|error| Error::planning(error, "scalar", reader.location))?;
                return if owners.iter().all(|&owner| owner == self.session.id()) {
                    Ok(&reader.plan)
                } else {
                    Err(Error::sessions("scalar", reader.location))
                };
            }
            Of::Refused { expr, location } => (expr, location),
        };
        let error = plan_of(&self.session, expr).expect_err("it was refused when it was made");
        Err(Error::planning(error, "scalar", location))
    }

    /// The dtype of the value; `null` where its parts do not go together, which computing it says.
    ///
    /// ```
    /// # use swath_frame::{Batch, Session};
    /// # let session = Session::testing();
    /// # let df = session.from_batches([Batch::from_csv("k,v\na,1\nb,7\n")?])?;
    /// assert_eq!(df.sum("v")?.dtype().to_string(), "int64");
    /// assert_eq!((df.sum("v")? / 2).dtype().to_string(), "float64");
    /// let wrong = df.max("k")? - 1;
    /// assert_eq!(wrong.dtype().to_string(), "null");
    /// assert!(wrong.compute().is_err());
    /// # Ok::<(), swath_frame::Error>(())
    /// ```
    pub fn dtype(&self) -> &DType {
        match self.plan() {
            None => &DType::Null,
            Some(plan) => {
                let field = plan.meta().fields().last();
                &field.expect("a scalar's plan has one column").dtype
            }
        }
    }

    /// Computes the value.
    ///
    /// # Errors
    /// Whatever a task meets.
    ///
    /// ```
    /// # use swath_frame::{Batch, Session, Value};
    /// # let session = Session::testing();
    /// # let df = session.from_batches([Batch::from_csv("k,v\na,1\nb,7\na,5\n")?])?;
    /// assert_eq!(df.sum("v")?.compute()?, Value::from(13_i64));
    /// # Ok::<(), swath_frame::Error>(())
    /// ```
    #[track_caller]
    pub fn compute(&self) -> Result<Value> {
        compute(self)
    }

    /// Computes the value as a Rust type: `let mean: f64 = df.mean("x")?.get()?`.
    ///
    /// # Errors
    /// Whatever a task meets; a value of another type, null included, unless `T` is an `Option`.
    ///
    /// ```
    /// # use swath_frame::{Batch, Session, col};
    /// # let session = Session::testing();
    /// # let df = session.from_batches([Batch::from_csv("k,v\na,1\nb,7\na,5\n")?])?;
    /// let mean: f64 = df.filter(col("k").eq("a"))?.mean("v")?.get()?;
    /// assert_eq!(mean, 3.0);
    /// let none: Option<i64> = df.filter(col("k").eq("z"))?.max("v")?.get()?;
    /// assert_eq!(none, None);
    /// # Ok::<(), swath_frame::Error>(())
    /// ```
    #[track_caller]
    pub fn get<T>(&self) -> Result<T>
    where
        T: TryFrom<Value>,
        Error: From<T::Error>,
    {
        let value = self.compute()?;
        let is_null = value.is_null();
        match T::try_from(value) {
            Ok(value) => Ok(value),
            Err(_) if is_null => Err(Error::null_value(std::any::type_name::<T>())),
            Err(error) => Err(Error::from(error)),
        }
    }

    /// Starts the computation and returns at once.
    #[track_caller]
    pub fn submit(&self) -> Result<Run<Value>> {
        submit(self)
    }
}

impl From<&Scalar> for Expr {
    fn from(scalar: &Scalar) -> Self {
        match &scalar.of {
            Of::Plan(reader) => LateScalar::new(reader.plan.clone(), scalar.session.id()).leaf(),
            Of::Refused { expr, .. } => expr.clone(),
        }
    }
}

impl From<Scalar> for Expr {
    fn from(scalar: Scalar) -> Self {
        Self::from(&scalar)
    }
}

/// Prints operation, or expression, and dtype; computes nothing.
impl fmt::Display for Scalar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.plan().map(Plan::node) {
            Some(Node::Project(_)) | None => write!(f, "Scalar {}", Expr::from(self))?,
            Some(node) => write!(f, "Scalar {}", node.kind())?,
        }
        write!(f, " ({})", self.dtype())
    }
}

/// One row with the value of an expression that reads no column.
fn plan_of(session: &Session, expr: &Expr) -> std::result::Result<Plan, PlanError> {
    Plan::one_row().select(vec![(Arc::from("value"), expr.clone())], session.env())
}

impl fmt::Debug for Scalar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
