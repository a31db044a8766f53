//! A second plugin, part of this program, one of whose functions is called as one of the first.

use swath_plugin::prelude::*;

plugin! { name: "other", functions: [plus_one, below_ten, Seeds, InOrder, Neighbours, VisitStarts, Ones] }

/// One more, and a half.
#[scalar]
pub(crate) fn plus_one(x: f64) -> f64 {
    x + 1.5
}

/// The number, if it is below ten.
#[scalar]
#[deprecated = "use `min`"]
pub(crate) fn below_ten(x: f64) -> std::result::Result<f64, String> {
    if x < 10.0 {
        Ok(x)
    } else {
        Err(format!("{x} is not below ten"))
    }
}

/// The seed of each partition.
#[derive(Params)]
pub(crate) struct Seeds {
    #[param(default = 0)]
    number: i64,
}

impl PartitionFn for Seeds {
    const NAME: &'static str = "seeds";

    fn bind(&self, _: &Meta) -> Result<Contract> {
        Ok(Contract::any_rows(Meta::of([("seed", "uint64")])))
    }

    fn call(&self, _: Batch, cx: &Cx) -> Result<Batch> {
        Ok(Batch::from_columns([("seed", vec![cx.seed()])])?)
    }
}

/// The rows as they are, if they come sorted.
#[derive(Params)]
pub(crate) struct InOrder {
    by: Vec<String>,
    /// Whether it may see chunks.
    #[param(default = false)]
    chunks: bool,
}

impl PartitionFn for InOrder {
    const NAME: &'static str = "in_order";

    fn bind(&self, input: &Meta) -> Result<Contract> {
        let contract = Contract::rows_kept(input).needs_order(&self.by);
        Ok(if self.chunks {
            contract.chunks()
        } else {
            contract
        })
    }

    fn call(&self, part: Batch, _: &Cx) -> Result<Batch> {
        Ok(part)
    }
}

/// Sees a row of the partition before.
#[derive(Params)]
pub(crate) struct Neighbours;

impl PartitionFn for Neighbours {
    const NAME: &'static str = "neighbours";

    fn bind(&self, input: &Meta) -> Result<Contract> {
        Ok(Contract::rows_kept(input).halo_before(1))
    }

    fn call(&self, part: Batch, _: &Cx) -> Result<Batch> {
        Ok(part)
    }
}

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
        input.require(&self.user, "string")?;
        input.require(&self.time, "timestamp[us]")?;
        let output = input.with("visit_start", "bool");
        let contract = Contract::rows_kept(output).reads([&self.user, &self.time]);
        Ok(contract.needs_order([&self.time]).halo_before(self.gap))
    }

    fn call(&self, part: Batch, cx: &Cx) -> Result<Batch> {
        let gap = self.gap.nanoseconds() as i64 / 1000;
        let mut last = std::collections::HashMap::new();
        let mut starts = Vec::with_capacity(part.num_rows());
        let times = part.column(&self.time)?;
        for (row, user) in part.str(&self.user)?.iter().enumerate() {
            cx.tick()?;
            let Value::Timestamp { value: time, .. } = Value::from_array(times, row) else {
                return Err(Error::new("a row without a time"));
            };
            let before = last.insert(user.map(str::to_owned), time);
            starts.push(before.is_none_or(|before| time - before > gap));
        }
        Ok(part.with("visit_start", starts)?)
    }
}

/// Writes a one over each `x`, whatever it reads.
#[derive(Params)]
pub(crate) struct Ones {
    reads: String,
    /// What the rows have to be sorted by.
    sorted_by: Option<String>,
    /// What has to be there.
    looks_at: Option<String>,
}

impl PartitionFn for Ones {
    const NAME: &'static str = "ones";

    fn bind(&self, input: &Meta) -> Result<Contract> {
        if let Some(column) = &self.looks_at {
            input.field(column)?;
        }
        let output = input.with_field(Field::new("x", DType::Float64, false));
        let contract = Contract::rows_kept(output).reads([&self.reads]).chunks();
        Ok(contract.needs_order(&self.sorted_by))
    }

    fn call(&self, part: Batch, _: &Cx) -> Result<Batch> {
        let ones = vec![1.0; part.num_rows()];
        // In front or behind, as the columns of the input were.
        let made = part.with("x", ones)?;
        Ok(match self.reads.as_str() {
            "z" => made.select(["x", "z"])?,
            _ => made,
        })
    }
}
