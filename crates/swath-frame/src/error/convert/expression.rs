//! Expressions.

use std::error::Error as _;

use swath_expr::{ExprError, ExprErrorKind, FunctionError};
use swath_kernels::KernelError;

use super::{ErrorKind, Report};
use super::{meta, plugin, why};

pub(super) fn report(error: &ExprError) -> Report {
    let kind = error.kind();
    let mut report = match kind {
        ExprErrorKind::Plugin(source)
        | ExprErrorKind::Function {
            source: FunctionError::Plugin(source),
            ..
        } => plugin::of(&**source)
            .unwrap_or_else(|| Report::new(ErrorKind::Plugin, source.to_string())),
        ExprErrorKind::Meta(error) => meta::report(error),
        ExprErrorKind::Overflow { .. }
        | ExprErrorKind::NegOverflow { .. }
        | ExprErrorKind::DivideByZero { .. }
        | ExprErrorKind::CastValue { .. }
        | ExprErrorKind::Function { .. } => Report::new(ErrorKind::Task, kind.to_string()),
        ExprErrorKind::NeedsOrder { .. } => Report::new(ErrorKind::Order, kind.to_string()),
        ExprErrorKind::Ordered(KernelError::Parameter { .. }) => {
            Report::new(ErrorKind::Option, kind.to_string())
        }
        _ => Report::new(ErrorKind::Type, kind.to_string()),
    };
    let mut cause = match kind {
        // That it returned an error is what the first line says already.
        ExprErrorKind::Function {
            source: source @ FunctionError::Closure { .. },
            ..
        } => source.source(),
        // Its report says all of it.
        ExprErrorKind::Plugin(_)
        | ExprErrorKind::Function {
            source: FunctionError::Plugin(_),
            ..
        } => None,
        _ => kind.source(),
    };
    while let Some(current) = cause {
        report.notes.push(("why", why(current)));
        cause = current.source();
    }
    report.column = error.column().map(str::to_owned);
    if let Some(fix) = error.fix() {
        report.fix = Some(fix.to_owned());
    }
    // A column alone is named by the first line already.
    let named = match kind {
        ExprErrorKind::Meta(_) | ExprErrorKind::Encoding { .. } => error.column(),
        _ => None,
    };
    let inside = error.expression().filter(|text| named != Some(*text));
    report
        .notes
        .extend(inside.map(|text| ("in", text.to_owned())));
    report
}
