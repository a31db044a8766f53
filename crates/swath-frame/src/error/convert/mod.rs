//! Where the errors of the crates below become reports: one file a layer.

mod calls;
mod results;
mod run;

mod batch;
mod closure;
mod expression;
mod io;
mod kernel;
mod memory;
mod meta;
mod plan;
mod plugin;

use std::error::Error as StdError;
use std::panic::Location;

use swath_batch::BatchError;
use swath_divisions::DivisionsError;
use swath_expr::{ExprError, FunctionError};
use swath_graph::{Origin, Shown};
use swath_io::IoError;
use swath_kernels::KernelError;
use swath_meta::{MetaError, MetaMismatch};

use super::{Error, ErrorKind, Report};

impl Error {
    fn of(report: Report) -> Self {
        Self(Box::new(report))
    }

    fn at(mut self, call: &'static str, location: &'static Location<'static>) -> Self {
        self.0.location = Some(Origin::from(location));
        self.0.call = Some(call);
        self
    }
}

/// What the layers below say, and how much of it may be shown: our own errors know which of their words are values, others do not.
fn why(cause: &(dyn StdError + 'static)) -> String {
    let own = cause.is::<ExprError>()
        || cause.is::<FunctionError>()
        || cause.is::<IoError>()
        || cause.is::<KernelError>()
        || cause.is::<BatchError>()
        || cause.is::<DivisionsError>()
        || cause.is::<MetaError>()
        || cause.is::<MetaMismatch>()
        // Of the system, and not made by whoever had something to add.
        || (cause.downcast_ref::<std::io::Error>()).is_some_and(|error| error.get_ref().is_none());
    if own {
        cause.to_string()
    } else {
        Shown(cause).to_string()
    }
}

impl From<std::convert::Infallible> for Error {
    fn from(never: std::convert::Infallible) -> Self {
        match never {}
    }
}
