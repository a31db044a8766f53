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

use std::panic::Location;

use swath_graph::Origin;

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

impl From<std::convert::Infallible> for Error {
    fn from(never: std::convert::Infallible) -> Self {
        match never {}
    }
}
