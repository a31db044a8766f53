//! Whether a task that failed is worth another attempt.

use std::error::Error;

use swath_expr::FunctionError;
use swath_io::IoError;
use swath_kernels::KernelError;
use swath_plugin_host::CallError;
use swath_scheduler::TaskError;

use super::PluginError;

/// Whether the function of a plugin that failed asked for another attempt.
pub(crate) fn asks_again(error: &TaskError) -> bool {
    let mut next = error.source();
    while let Some(error) = next {
        if let Some(PluginError::Call(failed) | PluginError::Part { source: failed, .. }) =
            found(error)
            && let CallError::Said { is_retryable, .. } = failed
        {
            return *is_retryable;
        }
        next = error.source();
    }
    false
}

/// The error of a plugin that this one is, or stands for.
fn found<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a PluginError> {
    if let Some(FunctionError::Plugin(error)) = error.downcast_ref() {
        return error.downcast_ref();
    }
    if let Some(KernelError::Plugin(error)) = error.downcast_ref() {
        return error.downcast_ref();
    }
    if let Some(IoError::Function(error)) = error.downcast_ref() {
        return error.downcast_ref();
    }
    error.downcast_ref()
}
