//! Where visits begin.

use swath_plugin::prelude::*;

use crate::mark::{Way, mark, require};

/// Marks the first event of each visit: no event of the same user within `gap` before it.
///
/// Adds the column `visit_start`, a bool, null where user or time is null. Rows have to be in the order of time. An event exactly
/// `gap` after another is of the same visit.
#[derive(Params)]
pub struct VisitStarts {
    /// The column that tells users: a string, a category or an integer.
    pub user: String,
    /// The column of times, a timestamp.
    pub time: String,
    /// The longest silence within a visit.
    #[param(default = "30min")]
    pub gap: Span,
}

impl PartitionFn for VisitStarts {
    const NAME: &'static str = "visit_starts";
    const EXAMPLE: Option<Example> = Some(Example {
        params: r#"{"user":"user","time":"at"}"#,
        input: "user: string?, at: timestamp[us], page: string?",
    });

    fn bind(&self, input: &Meta) -> Result<Contract> {
        require(input, &self.user, &self.time)?;
        Ok(Contract::rows_kept(input.with("visit_start", "bool"))
            .reads([&self.user, &self.time])
            .makes(["visit_start"])
            .needs_order([&self.time])
            .halo_before(self.gap))
    }

    fn call(&self, part: Batch, cx: &Cx) -> Result<Batch> {
        let starts = mark(&part, (&self.user, &self.time), self.gap, Way::Forwards, cx)?;
        Ok(part.with("visit_start", starts)?)
    }
}
