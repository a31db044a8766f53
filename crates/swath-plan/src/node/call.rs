//! A call of a user's function that is put off.

use std::sync::Arc;

use swath_divisions::Divisions;
use swath_graph::{Canon, Fingerprint, Name};
use swath_meta::Meta;
use swath_ops::sink::CallFunction;

use crate::{Node, Plan};

/// A function of this process that is called once, with all that its inputs give. Its value is no rows: only other calls, and frames
/// [made of calls](Plan::returned), read it.
#[derive(Clone, Debug)]
pub struct Call {
    function: CallFunction,
    arguments: Arc<[Argument]>,
    /// Unique to this process, or what the user's name for the function says.
    name: Name,
}

/// What the function gets of an input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Argument {
    /// Its rows, those of all partitions in order.
    Rows,
    /// The value of a call.
    Value,
}

impl Call {
    /// The function.
    pub fn function(&self) -> &CallFunction {
        &self.function
    }

    pub(crate) fn arguments(&self) -> &[Argument] {
        &self.arguments
    }

    /// The same call, of a function that is known by this name and the type of its value: the user promises that it does the same in
    /// every process.
    #[must_use]
    pub fn known_as(self, name: &str, value: &str) -> Self {
        Self {
            name: Name::of("user-function", &(name, value)),
            ..self
        }
    }

    /// The call with these inputs, one an argument.
    pub fn plan(self, inputs: Vec<Plan>) -> Plan {
        Plan::assemble(
            Node::Call(self),
            inputs,
            Arc::new(Meta::empty()),
            Divisions::unknown(1),
        )
    }

    pub(crate) fn describe(&self) -> String {
        format!("{} (local function)", self.function.site().name())
    }
}

impl Plan {
    /// A call of a function with the rows of some plans and the values of others, in order. It has one partition and no columns.
    pub fn call(
        function: CallFunction,
        arguments: impl IntoIterator<Item = (Argument, Plan)>,
    ) -> Plan {
        let (arguments, inputs): (Vec<_>, Vec<_>) = arguments.into_iter().unzip();
        Call {
            name: Name::unique(function.site().name()),
            function,
            arguments: arguments.into(),
        }
        .plan(inputs)
    }
}

impl Fingerprint for Call {
    fn feed(&self, out: &mut Canon) {
        self.name.feed(out);
        out.seq(self.arguments.len());
        for argument in &*self.arguments {
            out.bool(*argument == Argument::Value);
        }
    }
}
