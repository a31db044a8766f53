//! Calls a user's function once, with whole values.

use std::error::Error;
use std::fmt::{self, Debug, Formatter};
use std::sync::Arc;

use swath_batch::{Chunk, ClosureSite, Cx};
use swath_divisions::Divisions;
use swath_graph::Encoder;
use swath_meta::Meta;
use swath_scheduler::TaskContext;

use super::{Made, Sink, SinkSpec};
use crate::estimate::{Expected, Kept};
use crate::pipeline::Flow;
use crate::step::{ClosureError, InTask, Place};
use crate::user_value::UserValue;
use crate::{OpError, TaskInputs, TaskValue};

type BoxError = Box<dyn Error + Send + Sync>;
type Function = dyn Fn(&[TaskValue], &Cx) -> Result<UserValue, BoxError> + Send + Sync;

/// A user's function of the values that a task depends on.
#[derive(Clone)]
pub struct CallFunction {
    site: ClosureSite,
    call: Arc<Function>,
}

impl CallFunction {
    /// This function, handed over there.
    pub fn new(
        site: ClosureSite,
        call: impl Fn(&[TaskValue], &Cx) -> Result<UserValue, BoxError> + Send + Sync + 'static,
    ) -> Self {
        Self {
            site,
            call: Arc::new(call),
        }
    }

    /// Its name and the line that handed it over.
    pub fn site(&self) -> &ClosureSite {
        &self.site
    }

    /// The same function under a name that the user gives it.
    #[must_use]
    pub fn named(self, name: impl Into<Arc<str>>) -> Self {
        Self {
            site: self.site.named(name),
            ..self
        }
    }
}

impl Debug for CallFunction {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "CallFunction({})", self.site)
    }
}

/// Calls a function of this process with the values that the task depends on, one an argument; the value is what it returns.
///
/// No chunk comes its way. Like [`MapPartitions`](crate::step::MapPartitions) it is no data: encoding a task that has it is an
/// error that names the function.
#[derive(Clone, Debug)]
pub struct Call {
    function: CallFunction,
}

impl Call {
    /// A call of this function.
    pub fn new(function: CallFunction) -> Self {
        Self { function }
    }
}

impl SinkSpec for Call {
    fn open(&self, _: &Arc<Meta>, task: &TaskInputs<'_>) -> Result<Box<dyn Sink>, OpError> {
        let open = |input| {
            let pinned = task.values.open(input).map_err(OpError::Input)?;
            Ok(TaskValue::clone(&pinned))
        };
        Ok(Box::new(Running {
            function: self.function.clone(),
            arguments: (0..task.values.len())
                .map(open)
                .collect::<Result<_, OpError>>()?,
        }))
    }

    fn expected(&self, _: Expected) -> Kept {
        // What a function makes nobody knows; it is counted when it is there.
        Kept::default()
    }

    fn encode(&self, out: &mut Encoder) {
        out.refuse(self.function.site());
    }
}

struct Running {
    function: CallFunction,
    arguments: Vec<TaskValue>,
}

impl Sink for Running {
    fn push(&mut self, _: Chunk, _: &TaskContext<'_>) -> Result<Flow, OpError> {
        Ok(Flow::Enough)
    }

    fn finish(self: Box<Self>, cx: &TaskContext<'_>) -> Result<Made, OpError> {
        cx.check()?;
        let CallFunction { site, call } = &self.function;
        let asked = InTask::asked(cx, 0, Divisions::unknown(1));
        let returned = site.call(|| call(&self.arguments, &asked));
        let value = returned.map_err(|source| ClosureError::Failed {
            function: site.to_string(),
            place: Place::Whole,
            source,
        })?;
        Ok(TaskValue::User(value).into())
    }
}
