//! Writing files.

use std::sync::Arc;

use swath_divisions::Divisions;
use swath_graph::{Canon, Fingerprint};
use swath_io::{Staged, WriteOptions};
use swath_ops::SinkSpec;
use swath_ops::sink::{Publish, Rows};

use crate::{Node, Plan};

/// Writes one file a partition; when all are complete, they get their names.
///
/// A write touches the disk when it begins, which is no part of planning: it is asked for, and whoever computes it
/// begins it. Each time it begins it is another computation, with a name of its own.
#[derive(Clone, Debug)]
pub struct Write {
    /// What the user said.
    pub options: Arc<dyn WriteOptions>,
    /// The write that has begun; only such a one can be lowered.
    pub staged: Option<Staged>,
}

impl Write {
    pub(crate) fn plan(self, input: Plan) -> Plan {
        Plan::assemble(
            Node::Write(self),
            vec![input],
            Publish::written_meta(),
            Divisions::unknown(1),
        )
    }
}

impl Plan {
    /// Writes one file a partition; the one partition of the result lists file, rows and bytes.
    pub fn write(&self, options: Arc<dyn WriteOptions>) -> Plan {
        let staged = None;
        Write { options, staged }.plan(self.clone())
    }

    /// What a plan that writes was asked to write, if it is one.
    pub fn writes(&self) -> Option<&dyn WriteOptions> {
        match self.node() {
            Node::Write(write) => Some(&*write.options),
            _ => None,
        }
    }

    /// The same write, begun; another plan as it is.
    pub fn begun(&self, staged: Staged) -> Plan {
        match self.node() {
            Node::Write(write) => {
                let write = Write {
                    options: Arc::clone(&write.options),
                    staged: Some(staged),
                };
                write.plan(self.input().clone()).keep_location(self)
            }
            _ => self.clone(),
        }
    }
}

impl Plan {
    /// What makes the values of a plan that is a root. A write ends when all its files are complete, in the task that
    /// lists them.
    pub(crate) fn root_sink(&self, handed_out: bool) -> Arc<dyn SinkSpec> {
        match self.node() {
            Node::Write(Write {
                staged: Some(staged),
                ..
            }) => Arc::new(Publish::new(staged.clone())),
            _ if handed_out => Arc::new(Rows::handed_out()),
            _ => Arc::new(Rows::held()),
        }
    }
}

impl Fingerprint for Write {
    fn feed(&self, out: &mut Canon) {
        self.options.feed(out);
        self.staged.feed(out);
    }
}
