//! What a user's function returns, found out by calling it.

use std::error::Error;
use std::sync::Arc;

use swath_batch::{Batch, Cx, Host, meta_nonempty};
use swath_meta::{Field, Index, Meta};
use swath_ops::step::{PartitionFunction, Place};
use swath_scheduler::catch_panics;

use crate::PlanError;

/// The columns that `function` returns for rows of `input` and of the frames beside it: it is called once, now, with two made-up rows of
/// each.
///
/// All columns may hold nulls, and none is the index: what the function keeps of it has to be said.
///
/// # Errors
/// [`PlanError::Inference`] if it panics or returns an error.
pub(super) fn infer<'a>(
    function: &PartitionFunction,
    input: &Meta,
    others: impl Iterator<Item = &'a Meta>,
    npartitions: usize,
) -> Result<Meta, PlanError> {
    let cx = Cx::new(Arc::new(OnSamples { npartitions }));
    let (tried, declaration) = if input.is_empty() {
        let pair = "(\"column\", \"dtype\")";
        ("its first input", format!("`.meta([{pair}, …])`"))
    } else {
        let declaration = input.declaration();
        (
            "two made-up rows: 1, \"a\", null …",
            format!("`MapPartitions::new(..){declaration}`, with the columns that it is handed"),
        )
    };
    let failed = |why: String, source: Option<Box<dyn Error + Send + Sync>>| PlanError::Inference {
        function: function.site().to_string(),
        why,
        tried,
        declaration: declaration.clone(),
        source,
    };
    let sample = meta_nonempty(input);
    let beside: Vec<Batch> = others.map(meta_nonempty).collect();
    let returned = match catch_panics(|| function.call(sample, beside, &cx, Place::Inference)) {
        Ok(Ok(returned)) => returned,
        Ok(Err(error)) => {
            let why = Error::source(&error).unwrap_or(&error).to_string();
            return Err(failed(why, Some(Box::new(error))));
        }
        Err(panic) => return Err(failed(panic.to_string(), None)),
    };
    let fields = returned.meta().fields().iter().map(|field| Field {
        nullable: true,
        ..field.clone()
    });
    Ok(Meta::try_new(fields, Index::none())?)
}

/// What a function may ask while it is called with made-up rows: it is the first partition, and nothing is known of divisions.
struct OnSamples {
    npartitions: usize,
}

impl Host for OnSamples {
    fn check(&self) -> Result<(), Box<dyn Error + Send + Sync>> {
        Ok(())
    }

    fn partition(&self) -> (usize, usize) {
        (0, self.npartitions)
    }
}
