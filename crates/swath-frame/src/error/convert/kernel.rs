//! Aggregates and other kernels.

use swath_kernels::KernelError;

use super::{ErrorKind, Report};

pub(super) fn report(error: &KernelError) -> Report {
    match error {
        KernelError::UnknownAggregate { .. }
        | KernelError::Unsupported { .. }
        | KernelError::MissingInput { .. } => Report::new(ErrorKind::Aggregate, error.to_string()),
        _ => Report::new(ErrorKind::Task, error.to_string()),
    }
}
