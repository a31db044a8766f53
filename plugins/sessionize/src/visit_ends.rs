//! Where visits end.

use swath_plugin::prelude::*;

use crate::mark::{Way, mark, require};

/// Marks the last event of each visit: no event of the same user within `gap` after it.
///
/// Adds the column `visit_end`, a bool, null where user or time is null. Rows have to be in the order of time. An event exactly
/// `gap` before another is of the same visit.
#[derive(Params)]
pub struct VisitEnds {
    /// The column that tells users: a string, a category or an integer.
    pub user: String,
    /// The column of times, a timestamp.
    pub time: String,
    /// The longest silence within a visit.
    #[param(default = "30min")]
    pub gap: Span,
}

impl PartitionFn for VisitEnds {
    const NAME: &'static str = "visit_ends";
    const EXAMPLE: Option<Example> = Some(Example {
        params: r#"{"user":"user","time":"at"}"#,
        input: "user: string?, at: timestamp[us], page: string?",
    });

    fn bind(&self, input: &Meta) -> Result<Contract> {
        require(input, &self.user, &self.time)?;
        Ok(Contract::rows_kept(input.with("visit_end", "bool"))
            .reads([&self.user, &self.time])
            .makes(["visit_end"])
            .needs_order([&self.time])
            .halo_after(self.gap))
    }

    fn call(&self, part: Batch, cx: &Cx) -> Result<Batch> {
        let ends = mark(
            &part,
            (&self.user, &self.time),
            self.gap,
            Way::Backwards,
            cx,
        )?;
        Ok(part.with("visit_end", ends)?)
    }
}
