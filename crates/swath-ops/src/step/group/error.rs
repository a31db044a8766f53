//! Why an aggregate has no result.

use std::fmt::{self, Display, Formatter};
use std::sync::Arc;

use arrow_array::ArrayRef;
use swath_batch::Value;
use swath_expr::{Spelling, shown_name};
use swath_kernels::KernelError;

use super::AggCall;

/// A result that an aggregate could not give, with what it is of.
#[derive(Debug)]
pub struct AggregateError {
    /// The aggregate: `sum`.
    pub function: Arc<str>,
    /// What it reads first; `None` where it counts rows.
    pub input: Option<Spelling>,
    /// The keys of the group with their values; empty where there are no keys.
    pub group: Vec<(Arc<str>, Value)>,
    /// What the aggregate says.
    pub source: KernelError,
}

impl AggregateError {
    /// The error of a call, with the keys of the group that it is about, if the error says which.
    pub(super) fn new(
        call: &AggCall,
        source: KernelError,
        names: &[Arc<str>],
        keys: &[ArrayRef],
    ) -> Self {
        let group = match &source {
            KernelError::Overflow { group, .. } => names
                .iter()
                .zip(keys)
                .map(|(name, keys)| (Arc::clone(name), Value::from_array(keys, *group)))
                .collect(),
            _ => Vec::new(),
        };
        Self {
            function: shown_name(&call.function).into(),
            input: call.inputs.first().map(|input| input.spelling.clone()),
            group,
            source,
        }
    }
}

impl Display for AggregateError {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match (&self.source, &self.input) {
            (KernelError::Overflow { total, dtype, .. }, Some(input)) => write!(
                f,
                "the {} of `{}` is {total}, which does not fit {dtype}",
                self.function, input.text
            ),
            (_, Some(input)) => write!(f, "`{}` of `{}`", self.function, input.text),
            (_, None) => write!(f, "`{}`", self.function),
        }
    }
}

impl std::error::Error for AggregateError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.source)
    }
}
