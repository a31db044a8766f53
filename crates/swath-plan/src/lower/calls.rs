//! Calls of users' functions with whole values: what they read, and who reads what they return.
//!
//! A call is a task without rows: its sink gets the values that the task depends on. The rows of an input are listed for it, which costs
//! nothing; the value of another call is an ordinary dependency, so that a call runs once, whoever reads it.

use std::sync::Arc;

use swath_graph::{Canon, Dep, Fingerprint};
use swath_ops::sink;

use super::emit::Emitter;
use super::read::Streams;
use super::stream::{ConsumerId, Origin, Read, Stream};
use crate::Plan;
use crate::node::{Argument, Call, Returned};

impl Streams<'_> {
    /// A call in a task of its own, which whoever reads its value depends on.
    pub(super) fn call(&mut self, plan: &Plan, call: &Call) -> Stream {
        let inputs = plan.inputs().iter().zip(call.arguments()).enumerate();
        let arguments = inputs.map(|(at, (input, argument))| match argument {
            Argument::Value => self.value_of(input),
            Argument::Rows => {
                let rows = Arc::new(sink::Rows::handed_out());
                let stream = self.of(input);
                Read::All(self.consume(stream, rows, false, plan, &format!("argument-{at}")))
            }
        });
        let arguments = arguments.collect();
        let nothing = self.origin(Origin::Arguments(arguments), plan.meta(), 1);
        let sink = Arc::new(sink::Call::new(call.function().clone()));
        let called = self.consume_named(nothing, sink, plan);
        self.origin(Origin::Value(called), plan.meta(), 1)
    }

    pub(super) fn returned(&mut self, plan: &Plan, rows: &Returned) -> Stream {
        let calls = plan.inputs().iter().map(|call| self.value_of(call));
        let origin = Origin::Returned {
            rows: rows.clone(),
            calls: calls.collect(),
        };
        let mut stream = self.origin(origin, plan.meta(), plan.npartitions());
        // A call has a task of its own, and so has what is read of it.
        stream.exact = true;
        stream
    }

    /// Where the value of a call is.
    fn value_of(&self, plan: &Plan) -> Read {
        let (origin, _) = &self.origins[self.of(plan).origin.0];
        match origin {
            Origin::Value(consumer) => Read::One(*consumer),
            Origin::Held { keys, .. } => {
                Read::Held(keys.first().expect("a call has one value").clone())
            }
            other => unreachable!("{other:?} is no call"),
        }
    }

    /// The consumer behind the plan of a call.
    pub(super) fn called(&self, plan: &Plan) -> Option<ConsumerId> {
        match self.value_of(plan) {
            Read::One(consumer) => Some(consumer),
            Read::All(_) | Read::Held(_) => None,
        }
    }
}

impl Emitter<'_, '_> {
    /// One value that a task depends on.
    pub(super) fn value(&mut self, read: &Read, reads: &mut Canon) -> Dep {
        match read {
            Read::All(consumer) => {
                let made = self.outputs_of(*consumer, reads);
                self.collect(*consumer, &made)
            }
            Read::One(consumer) => {
                let made = self.outputs_of(*consumer, reads);
                *made.first().expect("a call is one task")
            }
            Read::Held(key) => {
                key.feed(reads);
                self.builder.held(key.clone()).dep()
            }
        }
    }
}
