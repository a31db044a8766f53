//! A function of two frames.

use std::collections::HashMap;

use swath_plugin::prelude::*;

use crate::crashes;

/// Adds to each row of `left` the sum of the numbers that `right` has for its key.
#[derive(Params)]
pub struct Summed {
    /// Sees all rows of `right`.
    #[param(default = false)]
    pub whole: bool,
    /// What it does beside.
    #[param(default = "")]
    pub how: String,
}

impl FramesFn<2> for Summed {
    const NAME: &'static str = "summed";
    const FRAMES: [&'static str; 2] = ["left", "right"];
    const EXAMPLE: Option<Example> = Some(Example {
        params: "{}",
        input: "k: int64, v: int64; k: int64, w: int64, more: string",
    });

    fn bind(&self, [left, right]: [&Meta; 2]) -> Result<Contract> {
        for frame in [left, right] {
            frame.require("k", "int64")?;
        }
        right.require("w", "int64")?;
        let output = left.with("sum", "int64");
        let contract = match self.how.as_str() {
            "looks at all" if right.names().any(|name| name == "more") => {
                Contract::any_rows(output?.with("more", "int64"))
            }
            "halo" => Contract::any_rows(output).halo_before(1),
            "chunks" => Contract::any_rows(output).chunks(),
            "whole first" => Contract::any_rows(output).whole(0),
            _ => Contract::rows_kept(output).reads(["k"]),
        };
        let contract = contract.reads_of(1, ["k", "w"]);
        Ok(match self.how.as_str() {
            "sorted" => contract.needs_order_of(1, ["w"]),
            _ if self.whole => contract.whole(1),
            _ => contract,
        })
    }

    fn prepare(&mut self, [_, right]: [&Meta; 2]) -> Result<()> {
        if right.names().any(|name| name == "more") {
            return Err(Error::new("it sees a column that it does not read"));
        }
        Ok(())
    }

    fn call(&self, [left, right]: [Batch; 2], cx: &Cx) -> Result<Batch> {
        cx.check()?;
        crashes::crash(&self.how);
        let mut sums: HashMap<i64, i64> = HashMap::new();
        let (keys, numbers) = (right.i64("k")?, right.i64("w")?);
        for (key, number) in keys.iter().zip(numbers.iter()) {
            if let (Some(key), Some(number)) = (key, number) {
                *sums.entry(key).or_default() += number;
            }
        }
        let sum = |key: Option<i64>| sums.get(&key?).copied().or(Some(0));
        let sums: Vec<Option<i64>> = left.i64("k")?.iter().map(sum).collect();
        let summed = left.with("sum", sums)?;
        match self.how.as_str() {
            "fewer" => Ok(summed.head(1)),
            "panic" => panic!("no sums"),
            "fail" => Err(Error::new("not today")),
            _ => Ok(summed),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_a_host() -> Result<()> {
        let left = Batch::from_csv("k,v\n1,10\n2,20\n3,30\n")?;
        let right = Batch::from_csv("k,w\n1,5\n3,2\n1,6\n")?;
        let summed = || Summed {
            whole: false,
            how: String::new(),
        };
        let all = testing::run_frames(summed(), [&left, &right])?;
        let sums: Vec<Option<i64>> = all.i64("sum")?.iter().collect();
        assert_eq!(sums, [Some(11), Some(0), Some(2)]);
        let none = testing::run_frames(summed(), [&left, &right.head(0)])?;
        let sums: Vec<Option<i64>> = none.i64("sum")?.iter().collect();
        assert_eq!(sums, [Some(0); 3]);
        let fewer = Summed {
            how: "fewer".to_owned(),
            ..summed()
        };
        let error = testing::run_frames(fewer, [&left, &right]).expect_err("it keeps rows");
        assert_eq!(
            error.to_string(),
            "returned 1 rows for 3, and declared that it keeps them"
        );
        Ok(())
    }
}
