//! Visits: events of a user with no long silence between them.

use std::collections::HashMap;

use swath_plugin::prelude::*;

/// Marks the first row of each visit: no row of the same user in front of it within the gap.
#[derive(Params)]
pub(crate) struct VisitStarts {
    user: String,
    time: String,
    #[param(default = "30min")]
    gap: Span,
}

impl PartitionFn for VisitStarts {
    const NAME: &'static str = "visit_starts";

    fn bind(&self, input: &Meta) -> Result<Contract> {
        let contract = marks(input, "visit_start", &self.user, &self.time)?;
        Ok(contract.halo_before(self.gap))
    }

    fn call(&self, part: Batch, cx: &Cx) -> Result<Batch> {
        let rows = 0..part.num_rows();
        let starts = first_of_visits(&part, rows, [&self.user, &self.time], self.gap, cx)?;
        Ok(part.with("visit_start", starts)?)
    }
}

/// Marks the last row of each visit: no row of the same user behind it within the gap.
#[derive(Params)]
pub(crate) struct VisitEnds {
    user: String,
    time: String,
    #[param(default = "30min")]
    gap: Span,
}

impl PartitionFn for VisitEnds {
    const NAME: &'static str = "visit_ends";

    fn bind(&self, input: &Meta) -> Result<Contract> {
        let contract = marks(input, "visit_end", &self.user, &self.time)?;
        Ok(contract.halo_after(self.gap))
    }

    fn call(&self, part: Batch, cx: &Cx) -> Result<Batch> {
        let rows = (0..part.num_rows()).rev();
        let ends = first_of_visits(&part, rows, [&self.user, &self.time], self.gap, cx)?;
        Ok(part.with("visit_end", ends)?)
    }
}

/// One mark more for each row, which is in the order of time.
fn marks(input: &Meta, mark: &str, user: &str, time: &str) -> Result<Contract> {
    input.require(user, "string")?;
    input.require(time, "timestamp[us]")?;
    let contract = Contract::rows_kept(input.with(mark, "bool")).reads([user, time]);
    Ok(contract.needs_order([time]))
}

/// Whether each row is the first of its user's visit, as rows are gone through.
fn first_of_visits(
    part: &Batch,
    rows: impl Iterator<Item = usize>,
    [user, time]: [&str; 2],
    gap: Span,
    cx: &Cx,
) -> Result<Vec<bool>> {
    let gap = gap.nanoseconds() / 1000;
    let times = part.column(time)?;
    let users = part.str(user)?;
    let users: Vec<Option<&str>> = users.iter().collect();
    let mut last = HashMap::new();
    let mut first = vec![false; part.num_rows()];
    for row in rows {
        cx.tick()?;
        let Value::Timestamp { value: time, .. } = Value::from_array(times, row) else {
            return Err(Error::new("a row without a time"));
        };
        let before = last.insert(users[row], time);
        first[row] = before.is_none_or(|before| time.abs_diff(before) > gap);
    }
    Ok(first)
}
