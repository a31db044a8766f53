//! The function inside an expression, with what tells it from others.

use std::fmt::{self, Debug, Formatter};
use std::sync::Arc;

use swath_batch::ClosureSite;
use swath_graph::Name;

use crate::ScalarFunction;

/// A Rust function that an expression carries itself, instead of naming one of the table.
#[derive(Clone)]
pub struct Closure {
    site: ClosureSite,
    /// Nothing else has this name, in this or another process: two closures are never taken for each other.
    name: Name,
    function: Arc<dyn ScalarFunction>,
}

impl Closure {
    /// This function, which is another one than all before.
    pub fn new(site: ClosureSite, function: Arc<dyn ScalarFunction>) -> Self {
        Self {
            name: Name::unique(site.name()),
            site,
            function,
        }
    }

    /// Its name and the line that handed it over.
    pub fn site(&self) -> &ClosureSite {
        &self.site
    }

    pub(crate) fn name(&self) -> &Name {
        &self.name
    }

    pub(crate) fn function(&self) -> &Arc<dyn ScalarFunction> {
        &self.function
    }
}

impl PartialEq for Closure {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Debug for Closure {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "Closure({})", self.site)
    }
}
