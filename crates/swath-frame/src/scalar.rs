//! One lazy value.

use std::fmt;
use std::panic::Location;
use std::sync::Arc;

use swath_batch::Value;
use swath_expr::Expr;
use swath_meta::DType;
use swath_plan::{LateScalar, Plan};

use crate::readers::Reader;
use crate::run::Run;
use crate::{Error, Result, Session, compute, submit};

/// A single value that is computed when asked for: what reductions give.
///
/// It can stand inside an expression: `df.filter(col("v").gt(&df.mean("v")?))?`. It has no comparison of
/// its own with numbers, so that nothing is computed by accident.
#[derive(Clone)]
pub struct Scalar {
    session: Session,
    /// The plan, whose rows the value keeps in memory where they are held.
    reader: Arc<Reader>,
}

impl Scalar {
    #[track_caller]
    pub(crate) fn new(session: &Session, plan: Plan) -> Self {
        let location = plan.location().unwrap_or(Location::caller());
        Self {
            session: session.clone(),
            reader: session.remember(plan, None, location),
        }
    }

    pub(crate) fn session(&self) -> &Session {
        &self.session
    }

    pub(crate) fn plan(&self) -> &Plan {
        &self.reader.plan
    }

    /// The dtype of the value.
    pub fn dtype(&self) -> &DType {
        &self
            .plan()
            .meta()
            .fields()
            .last()
            .expect("a scalar's plan has one column")
            .dtype
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
        LateScalar::new(scalar.plan().clone(), scalar.session.id()).leaf()
    }
}

impl From<Scalar> for Expr {
    fn from(scalar: Scalar) -> Self {
        Self::from(&scalar)
    }
}

/// Prints operation and dtype; computes nothing.
impl fmt::Display for Scalar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Scalar {} ({})", self.plan().node().kind(), self.dtype())
    }
}

impl fmt::Debug for Scalar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
