//! Work that a test writes in place.

use std::{fmt, sync::Arc};

use crate::{At, Demand, Footprint, Inputs, Outputs, TaskContext, TaskError, Work};

/// A number that claims to have a size.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Number {
    /// The number.
    pub value: i64,
    /// What [`Footprint::bytes`] says.
    pub bytes: u64,
}

impl From<i64> for Number {
    fn from(value: i64) -> Self {
        Self { value, bytes: 8 }
    }
}

impl Footprint for Number {
    fn bytes(&self) -> u64 {
        self.bytes
    }

    fn rows(&self) -> Option<u64> {
        Some(1)
    }
}

type Body = dyn Fn(At<'_>, &dyn Inputs<Number>, &TaskContext<'_>) -> Result<Outputs<Number>, TaskError>
    + Send
    + Sync;

/// Work that calls a closure.
#[derive(Clone)]
pub struct Call {
    body: Arc<Body>,
    demand: Demand,
    retryable: bool,
}

impl Call {
    /// Work that calls `body` for each task.
    pub fn new(
        body: impl Fn(
            At<'_>,
            &dyn Inputs<Number>,
            &TaskContext<'_>,
        ) -> Result<Outputs<Number>, TaskError>
        + Send
        + Sync
        + 'static,
    ) -> Self {
        Self {
            body: Arc::new(body),
            demand: Demand::default(),
            retryable: true,
        }
    }

    /// Work that returns its index.
    pub fn index() -> Self {
        Self::new(|at, _, _| Ok(Number::from(at.index() as i64).into()))
    }

    /// Work that adds its inputs and one.
    pub fn sum_and_one() -> Self {
        Self::new(|_, inputs, _| {
            let mut sum = 1_i64;
            for i in 0..inputs.len() {
                sum = sum.wrapping_add(inputs.open(i)?.value);
            }
            Ok(Number::from(sum).into())
        })
    }

    /// The same work that says it takes so much memory.
    #[must_use]
    pub fn demand(self, demand: Demand) -> Self {
        Self { demand, ..self }
    }

    /// The same work that says no error of it is worth another try.
    #[must_use]
    pub fn not_retryable(self) -> Self {
        Self {
            retryable: false,
            ..self
        }
    }
}

impl Work for Call {
    type Value = Number;
    type Env = ();

    fn run(
        &self,
        at: At<'_>,
        inputs: &dyn Inputs<Number>,
        (): &(),
        cx: &TaskContext<'_>,
    ) -> Result<Outputs<Number>, TaskError> {
        (self.body)(at, inputs, cx)
    }

    fn demand(&self, _: At<'_>, _: &[u64]) -> Demand {
        self.demand
    }

    fn retryable(&self, _: &TaskError) -> bool {
        self.retryable
    }
}

impl fmt::Debug for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Call")
            .field("demand", &self.demand)
            .finish_non_exhaustive()
    }
}
