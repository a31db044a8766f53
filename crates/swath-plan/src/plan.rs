//! A node of a plan with everything that is known of it before it runs.

use std::panic::Location;
use std::sync::Arc;

use swath_divisions::Divisions;
use swath_graph::{Canon, Fingerprint, Name};
use swath_meta::Meta;

use crate::Node;

/// A lazy result: an operation over other plans, with its meta, divisions and name.
///
/// A handle: cloning costs one reference count. Plans form an acyclic graph; one that is used twice is
/// shared, and equal plans have equal names wherever they are built. A chain of 100,000 nodes is
/// ordinary: nothing here recurses, dropping included.
#[derive(Clone, Debug)]
pub struct Plan(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    node: Node,
    inputs: Vec<Plan>,
    meta: Arc<Meta>,
    divisions: Divisions,
    name: Name,
    location: Option<&'static Location<'static>>,
}

impl Plan {
    /// Puts a plan together; the callers in `build/` have checked that the parts fit.
    pub(crate) fn assemble(
        node: Node,
        inputs: Vec<Plan>,
        meta: Arc<Meta>,
        divisions: Divisions,
    ) -> Self {
        let mut canon = Canon::new("plan", 1);
        node.feed(&mut canon);
        canon.seq(inputs.len());
        for input in &inputs {
            input.name().feed(&mut canon);
        }
        let name = match &node {
            // Held rows keep the name under which they were computed, so that they stand in for it.
            Node::Held(rows) => rows.name().clone(),
            _ => Name::from_canon(node.kind(), canon),
        };
        Self(Arc::new(Inner {
            node,
            inputs,
            meta,
            divisions,
            name,
            location: None,
        }))
    }

    /// The same plan, remembering the line of the user's call; the name does not change.
    pub fn at(self, location: &'static Location<'static>) -> Self {
        match Arc::try_unwrap(self.0) {
            Ok(mut inner) => {
                inner.location = Some(location);
                Self(Arc::new(inner))
            }
            Err(shared) => Self(shared),
        }
    }

    /// The operation.
    pub fn node(&self) -> &Node {
        &self.0.node
    }

    /// The plans it reads.
    pub fn inputs(&self) -> &[Plan] {
        &self.0.inputs
    }

    /// The one plan that it reads.
    pub(crate) fn input(&self) -> &Plan {
        self.0
            .inputs
            .first()
            .expect("only operations with an input are asked for it")
    }

    /// Names, dtypes and index of the result.
    pub fn meta(&self) -> &Arc<Meta> {
        &self.0.meta
    }

    /// What is known of the partitions' bounds.
    pub fn divisions(&self) -> &Divisions {
        &self.0.divisions
    }

    /// Visible partitions of the result.
    pub fn npartitions(&self) -> usize {
        self.0.divisions.npartitions()
    }

    /// The content-addressed name: equal for equal computations over unchanged inputs.
    pub fn name(&self) -> &Name {
        &self.0.name
    }

    /// The line of the user's call, where known.
    pub fn location(&self) -> Option<&'static Location<'static>> {
        self.0.location
    }

    /// Whether two handles share one node.
    pub(crate) fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    pub(crate) fn keep_location(self, of: &Plan) -> Self {
        match of.location() {
            Some(location) => self.at(location),
            None => self,
        }
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        // A long chain would drop recursively, one stack frame a node.
        let mut waiting = std::mem::take(&mut self.inputs);
        while let Some(plan) = waiting.pop() {
            if let Some(mut inner) = Arc::into_inner(plan.0) {
                waiting.append(&mut inner.inputs);
            }
        }
    }
}
