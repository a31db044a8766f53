//! Aggregates and other kernels.

use swath_expr::Expr;
use swath_graph::Shown;
use swath_kernels::KernelError;
use swath_meta::DType;
use swath_ops::step::AggregateError;
use swath_plan::NamedAgg;

use super::{ErrorKind, Report, plugin};

pub(super) fn report(error: &KernelError) -> Report {
    if let KernelError::Plugin(source) = error {
        return plugin::of(&**source)
            .unwrap_or_else(|| Report::new(ErrorKind::Plugin, error.to_string()));
    }
    let kind = match error {
        KernelError::UnknownAggregate { .. }
        | KernelError::Unsupported { .. }
        | KernelError::Inputs { .. }
        | KernelError::MissingInput { .. } => ErrorKind::Aggregate,
        KernelError::Parameter { .. } | KernelError::UnknownParameter { .. } => ErrorKind::Option,
        _ => ErrorKind::Task,
    };
    let mut report = Report::new(kind, error.to_string());
    match error {
        KernelError::UnknownAggregate { nearest, .. } => {
            let nearest = nearest.as_ref();
            report.fix = nearest.map(|nearest| format!("did you mean `{nearest}`?"));
        }
        KernelError::UnknownParameter { known, .. } => {
            report.fix = Some(match &known[..] {
                [] => "leave it out: there are no parameters".to_owned(),
                known => format!("it has {}", known.join(", ")),
            });
        }
        _ => {}
    }
    report
}

/// An aggregate that does not exist or does not fit its input.
pub(super) fn planned(agg: &NamedAgg, error: &KernelError) -> Report {
    let mut report = report(error);
    // Of two inputs the error does not say which it is about.
    let input = match &agg.inputs[..] {
        [input] => Some(input),
        _ => None,
    };
    report.column = input.and_then(|input| {
        let mut columns = input.columns().into_iter();
        let only = columns.next().filter(|_| columns.next().is_none());
        only.map(|column| column.to_string())
    });
    match (error, input.map(Expr::spelling)) {
        (KernelError::Unsupported { cast, .. }, Some(input)) => {
            report.what = format!("`{}` of `{}`: {error}", agg.function, input.text);
            report.fix = Some(match cast {
                Some(dtype) => format!(
                    "leave it out, or cast it to {}: `{}.cast(\"{dtype}\")`",
                    if dtype.is_numeric() {
                        "a number".to_owned()
                    } else {
                        dtype.to_string()
                    },
                    input.code
                ),
                None => "leave it out".to_owned(),
            });
        }
        _ => report.notes.push(("in", agg.to_string())),
    }
    report
}

/// An aggregate that has no result.
pub(super) fn computed(error: &AggregateError) -> Report {
    if let KernelError::Plugin(_) = &error.source {
        let mut report = report(&error.source);
        report.notes.push(("in", error.to_string()));
        return report;
    }
    let mut report = Report::new(ErrorKind::Task, error.to_string());
    report.column = error
        .input
        .as_ref()
        .filter(|input| *input.code == format!("col({:?})", input.text))
        .map(|input| input.text.to_string());
    let KernelError::Overflow { dtype, .. } = &error.source else {
        report.notes.push(("why", error.source.to_string()));
        return report;
    };
    if !error.group.is_empty() {
        let keys = error.group.iter().map(|(name, value)| match value {
            swath_batch::Value::String(text) => format!("{name} = {}", Shown(format!("{text:?}"))),
            value => format!("{name} = {}", Shown(value)),
        });
        report
            .notes
            .push(("group", keys.collect::<Vec<_>>().join(", ")));
    }
    let wider = match dtype {
        DType::Int64 | DType::UInt64 => Some("decimal(38, 0)"),
        DType::Decimal { .. } => Some("float64"),
        _ => None,
    };
    report.fix = error.input.as_ref().zip(wider).map(|(input, wider)| {
        format!(
            "write `{}.cast(\"{wider}\").{}()`",
            input.code, error.function
        )
    });
    report
}
